// Package childpage holds the screens of children's files: the list, the
// search, entering, the record with its sheets, who looked at it, categories,
// entrusted care, closing.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that nothing personal
// stands in an address, that what is private shows only in the answer to a
// reveal, which leaves its trace, and that what lies outside the actor's scope
// looks like what does not exist. It decides no level and no right.
package childpage

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Link leads from a file's page to a screen of another slice, for whoever has
// the permission.
type Link struct {
	Label      string
	Icon       string
	Path       string // stands behind the address of the file
	Permission access.Permission
	Closed     bool // for files that are closed and not merged, instead of open ones
}

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Cabinet *child.Cabinet
	Kernel  *duty.Kernel
	Units   func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	// Kinds describes the duties about children.
	Kinds map[string]dutypage.Kind
	// Links are the further acts on a file, in order.
	Links []Link
	// Reports gives the reports on a child that the actor may see; nil, and an
	// answer without rows, shows nothing.
	Reports func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (ui.Table, error)
	// Assessed tells of the assessments of a child that the actor may see, with
	// what is private in them only after a reveal; nil, and an answer without
	// rows, shows nothing.
	Assessed func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, revealed bool) (Story, error)
}

// Story is what another slice tells of a child: a list, and what of it stands
// among what happened.
type Story struct {
	Table  ui.Table
	Events []Dated
}

// Dated is an event with its instant, so that several stories join.
type Dated struct {
	At clock.Instant
	ui.Event
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html": listView{}, "found": listView{},
		"show.html": showView{}, "looks.html": looksView{}, "history.html": historyView{}, "new.html": newView{}, "form.html": formView{}, "categories.html": categoriesView{},
	})
}

// ListPath is the address of the list.
const (
	ListPath = "/children"
	newPath  = ListPath + "/new"

	PhotoTail = "/photo" // stands behind the address of a file: its picture, after a reveal
)

// Path is the address of a file.
func Path(id ref.Child) string { return ListPath + "/" + ref.Format(id) }

func pathChild(r *http.Request) (ref.Child, error) {
	id, err := ref.Parse[ref.Child](r.PathValue("child"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// AgeWords says how old a child is.
func AgeWords(c child.Child, on civil.Date) string {
	years, ok := c.Age(on)
	switch {
	case !ok || years < 0:
		return "年龄不详"
	case years == 0:
		return "不满1周岁"
	case c.Guessed != 0:
		return "约" + strconv.Itoa(years) + "周岁"
	}
	return strconv.Itoa(years) + "周岁"
}

// sexAge is how a row says who a child is.
func sexAge(c child.Child, on civil.Date) string {
	if c.Sex != idcard.Male && c.Sex != idcard.Female {
		return "性别不详，" + AgeWords(c, on)
	}
	return c.Sex.Word() + "，" + AgeWords(c, on)
}

// NameOf is the name of a child, or what stands for it.
func NameOf(c child.Child) string {
	if c.Name == "" {
		return "姓名不详"
	}
	return c.Name
}

// LevelOf gives a level as the county shows it.
func LevelOf(levels []rule.Level, n int) ui.Level {
	if i := slices.IndexFunc(levels, func(l rule.Level) bool { return l.N == n }); i >= 0 {
		return ui.Level{Rank: n, Label: letter.Punctuate(levels[i].Label), Color: levels[i].Color, Figure: levels[i].Shape}
	}
	return ui.Level{Rank: n}
}

// categoryLabel names a category as the county does.
func (p *Pages) categoryLabel(id string, on civil.Date) string {
	if c, ok := p.Cabinet.Book().Category(id, on); ok {
		return letter.Punctuate(c.Label)
	}
	return "已停用的类别"
}

// secretWords stand for what only an approval shows.
const secretWords = "保密类别"

// categoryWords names categories; those of the class secret only to who revealed the file.
func (p *Pages) categoryWords(ids []string, on civil.Date, revealed bool) string {
	var words []string
	for _, id := range ids {
		word := p.categoryLabel(id, on)
		if p.secret(id, on) && !revealed {
			word = secretWords
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, "、")
}

func (p *Pages) secret(category string, on civil.Date) bool {
	c, ok := p.Cabinet.Book().Category(category, on)
	return ok && c.Class == rule.Secret
}

// dueOf gives when the next thing must be done for a child.
func dueOf(c child.Child, b duty.Bounds) *ui.Due {
	on, err := civil.Parse(c.Due)
	if err != nil || c.Due == child.NoDue || on.IsZero() {
		return nil
	}
	due := dutypage.Due(duty.Duty{State: duty.Open, Due: clock.Of(on.End())}, b)
	return &due
}

// regionOptions are the villages of the actor's scope, each under its township.
func regionOptions(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	list, err := region.Under(ctx, tx, by.Scope().Region)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, r := range list {
		names[r.Code] = r.ShortName
	}
	var options []ui.Option
	for _, r := range list {
		if r.Level == region.Village {
			options = append(options, ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search, Group: names[r.Parent]})
		}
	}
	return options, nil
}
