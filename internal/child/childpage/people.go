package childpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// nobody stands for a person who is yet to be added.
const nobody = -1

// pathPerson reads which person of the file is meant; the version of the file keeps the place right.
func pathPerson(r *http.Request) (int, error) {
	word := r.PathValue("person")
	if word == "" {
		return nobody, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return 0, errs.Missing()
	}
	return n - 1, nil
}

func personPath(id ref.Child, n int) string {
	if n == nobody {
		return act(id, "/people/new")
	}
	return act(id, "/people/"+strconv.Itoa(n+1))
}

// at gives a person of a file; a place that is not there is missing.
func at(f child.File, n int) (child.Person, error) {
	if n == nobody {
		return child.Person{}, nil
	}
	if n >= len(f.Dossier.People) {
		return child.Person{}, errs.Missing()
	}
	return f.Dossier.People[n], nil
}

// Person shows the form of somebody around the child.
func (p *Pages) Person(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	f, n, person, err := p.openedPerson(r, by)
	if err != nil {
		return err
	}
	return p.showPerson(w, r, by, f, n, person, nil, nil)
}

func (p *Pages) openedPerson(r *http.Request, by access.Actor) (f child.File, n int, person child.Person, err error) {
	id, err := pathChild(r)
	if err != nil {
		return f, 0, person, err
	}
	if n, err = pathPerson(r); err != nil {
		return f, 0, person, err
	}
	if f, err = p.opened(r, by, id); err != nil {
		return f, 0, person, err
	}
	person, err = at(f, n)
	return f, n, person, err
}

func (p *Pages) showPerson(w http.ResponseWriter, r *http.Request, by access.Actor, f child.File, n int, person child.Person, t *typed, failed error) error {
	form := ui.Form{Action: personPath(f.ID, n), Submit: "保存", Cancel: Path(f.ID) + "#people", Guard: true, Wide: true, Hidden: []ui.Hidden{versionOf(f.Child)}, Parts: personParts(person, today(p.DB.Reader()))}
	title := "添加监护人或家庭成员"
	if n != nobody {
		title = "修改监护人或家庭成员"
		form.Also = []ui.SubmitButton{{Label: "从档案中移除此人", Name: "remove", Value: "1"}}
	}
	return p.showForm(w, r, by, f.Child, title, form, t, failed)
}

func personParts(person child.Person, on civil.Date) []ui.Part {
	name, relation := text("name", "姓名", person.Name), choose("relation", "与儿童的关系", person.Relation, barOptions(child.Relations))
	relation.Required = true
	why := area("blocked", "为什么不得联系", person.Blocked)
	why.Hint, why.Rows = "例如：涉嫌侵害该儿童，案件办理中。原因只对查看隐私内容的人显示，警示对所有人显示。", 2
	return []ui.Part{
		{Title: "是谁", Fields: []ui.Field{name, relation, phone("phone", "电话", person.Phone), text("number", "公民身份号码", person.Number), text("address", "住址", person.Address),
			tick("guardian", "监护人", person.Guardian), tick("caregiver", "实际照护儿童", person.Caregiver), tick("member", "同住的家庭成员", person.Member)}},
		{Title: "情况", Fields: []ui.Field{several("situation", "有下列情况的请勾选", person.Situation, child.PersonSituations), date("since", "从何时起", person.Since, on)}},
		{Title: "联系限制", Text: "监护人涉嫌侵害等不宜联系的，在这里登记。凡显示此人的地方都会提醒。", Fields: []ui.Field{tick("block", "不得联系此人", person.Blocked != ""), why}},
		{Title: "依据", Fields: []ui.Field{reasonField()}},
	}
}

// PersonDone saves, adds or removes somebody.
func (p *Pages) PersonDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	n, err := pathPerson(r)
	if err != nil {
		return err
	}
	var gone error
	set := func(t typed, to *child.New) {
		people := &to.Dossier.People
		switch {
		case n >= len(*people):
			gone = errs.Missing()
		case t.tick("remove"):
			*people = append((*people)[:n:n], (*people)[n+1:]...)
		case n == nobody:
			*people = append(*people, readPerson(t, child.Person{}))
		default:
			(*people)[n] = readPerson(t, (*people)[n])
		}
	}
	return p.change(w, r, by, "已保存。", set, func(f child.File, t typed, failed error) error {
		if gone != nil {
			return gone
		}
		return p.showPerson(w, r, by, f, n, child.Person{}, &t, failed)
	})
}

func readPerson(t typed, old child.Person) child.Person {
	p := old
	p.Name, p.Relation, p.Phone, p.Number = t.line("name"), t.one("relation", barOptions(child.Relations), old.Relation), t.line("phone"), idcard.Normalize(t.Get("number"))
	p.Address, p.Guardian, p.Caregiver, p.Member = t.line("address"), t.tick("guardian"), t.tick("caregiver"), t.tick("member")
	p.Situation, p.Since, p.Blocked = t.several("situation"), t.date("since"), t.text("blocked")
	t.wrong.Check(p.Relation != "", "relation", "请选择此人与儿童的关系。")
	t.wrong.Check(p.Name != "" || p.Phone != "" || len(p.Situation) > 0, "name", "请填写姓名。")
	if p.Number != "" {
		if _, err := idcard.Parse(p.Number); err != nil {
			t.wrong.Check(false, "number", letter.Punctuate(err.Error()))
		}
	}
	blocked := t.tick("block")
	t.wrong.Check(!blocked || p.Blocked != "", "blocked", "请写明为什么不得联系此人。")
	t.wrong.Check(!blocked || !p.Caregiver, "caregiver", "不得联系的人不能同时是实际照护人，请核对。")
	if !blocked {
		p.Blocked = ""
	}
	return p
}

// Delegate shows the form of entrusted care 「委托照护」.
func (p *Pages) Delegate(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	f, n, person, err := p.openedPerson(r, by)
	if err != nil {
		return err
	}
	return p.showDelegate(w, r, by, f, n, person, nil, nil)
}

func (p *Pages) showDelegate(w http.ResponseWriter, r *http.Request, by access.Actor, f child.File, n int, person child.Person, t *typed, failed error) error {
	on := today(p.DB.Reader())
	if person.Parent() && person.Delegation == nil {
		return errs.New(errs.Conflict, "父母本人照护儿童不是委托照护，请在“修改”里勾选“实际照护儿童”。")
	}
	voice, err := p.voice(f.Child, on)
	if err != nil {
		return err
	}
	form := ui.Form{Action: personPath(f.ID, n) + "/delegate", Submit: "登记委托照护", Cancel: Path(f.ID) + "#people", Guard: true, Wide: true,
		Hidden: []ui.Hidden{versionOf(f.Child)}, Parts: delegateParts(person.Delegation, on, voice)}
	if person.Delegation != nil {
		form.Submit, form.Also = "保存", []ui.SubmitButton{{Label: "结束委托照护", Name: "end", Value: "1"}}
	}
	who := strings.TrimSpace(relationWord(person) + " " + person.Name)
	note := ui.Note{Title: "受委托人：" + who, Text: "父母或者其他监护人无正当理由的，不得委托他人照护；应当委托有照护能力的完全民事行为能力人，并定期与儿童联系。"}
	return p.showForm(w, r, by, f.Child, "委托照护", form, t, failed, note)
}

// voice says whether this child's opinion must be heard.
func (p *Pages) voice(c child.Child, on civil.Date) (string, error) {
	least, err := p.Cabinet.VoiceAge(on)
	if err != nil {
		return "", err
	}
	asks, err := p.Cabinet.Asks(c, on)
	years := strconv.Itoa(least)
	if !asks {
		return "不满" + years + "周岁，不要求填写。", err
	}
	return "满" + years + "周岁的，听取意见和写明原因必有其一。", err
}

func delegateParts(d *child.Delegation, on civil.Date, voice string) []ui.Part {
	was := child.Delegation{}
	if d != nil {
		was = *d
	}
	checks := make([]ui.Field, len(child.Bars))
	for i, bar := range child.Bars {
		checks[i] = tick(bar.Key, "已核实没有："+bar.Label, d != nil)
	}
	from, signed := date("from", "委托开始", was.From, civil.Date{}), date("signed", "签订书面协议", was.Signed, on)
	from.Required, signed.Required = true, true
	school, village := date("school", "书面告知学校、幼儿园", was.School, on), date("village", "书面告知村（居）委会", was.Village, on)
	school.Hint, village.Hint = "还没有告知的不填，会生成待办。不上学、不入园的不需要。", "还没有告知的不填，会生成待办。"
	unable := text("unable", "本人不能表达意愿的原因", was.Unable)
	unable.Hint = "已听取意见的不填。" + voice
	return []ui.Part{
		{Title: "逐项核实（《未成年人保护法》第二十二条）", Text: "有其中任何一种情形的，不得作为受委托人。", Fields: checks},
		{Title: "委托", Fields: []ui.Field{from, date("until", "预计结束", was.Until, civil.Date{}), signed,
			tick("consulted", "已听取儿童本人意见（有表达意愿能力的）", was.Consulted), unable}},
		{Title: "告知和联系（第二十二条、第二十三条）", Fields: []ui.Field{school, text("school_proof", "告知学校的凭据", was.SchoolProof),
			village, text("village_proof", "告知村（居）委会的凭据", was.VillageProof), tick("weekly", "约定监护人每周至少与儿童联系一次", was.ContactWeekly)}},
		{Title: "依据", Fields: []ui.Field{reasonField()}},
	}
}

// DelegateDone registers, changes or ends entrusted care.
func (p *Pages) DelegateDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	n, err := pathPerson(r)
	if err != nil {
		return err
	}
	t, err := read(r)
	if err != nil {
		return err
	}
	var d *child.Delegation
	if !t.tick("end") {
		d = readDelegation(t)
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		c := child.Child{ID: id, Version: t.version()}
		return t.merged(p.Cabinet.Delegate(ctx, tx, by, c, n, d, t.line("reason")))
	})
	if again(err) {
		f, failed := p.Cabinet.Show(r.Context(), p.DB.Reader(), by, id)
		if failed != nil {
			return failed
		}
		person, failed := at(f, n)
		if failed != nil {
			return failed
		}
		return p.showDelegate(w, r, by, f, n, person, &t, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, "已保存。")
	return nil
}

func readDelegation(t typed) *child.Delegation {
	d := &child.Delegation{From: t.date("from"), Until: t.date("until"), Signed: t.date("signed"), School: t.date("school"), Village: t.date("village"),
		SchoolProof: t.line("school_proof"), VillageProof: t.line("village_proof"), ContactWeekly: t.tick("weekly"), Consulted: t.tick("consulted"), Unable: t.line("unable")}
	for _, bar := range child.Bars {
		if t.tick(bar.Key) {
			d.Cleared = append(d.Cleared, bar.Key)
		}
	}
	return d
}
