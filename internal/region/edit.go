package region

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region/seed"
)

// Topic is what is notified after a change, with the code.
const Topic = "region"

// Local codes 「本地码段」 use a range which GB/T 10114-2003 and the
// statistical codes leave free on both levels.
const (
	localFirst = 900
	localLast  = 998
)

const (
	maxName = 60
	maxText = 200
)

// Basis says why a division changes: every change names its day and document.
type Basis struct {
	On       civil.Date
	Reason   string
	Document string // 批准文件及文号
}

func (b Basis) check(f errs.Fields, now civil.Date) {
	f.Check(!b.On.IsZero(), "on", "请填写生效日期。")
	f.Check(!b.On.After(now), "on", "生效日期不能晚于今天，请在生效当日办理。")
	f.Check(strings.TrimSpace(b.Document) != "", "document", "请填写批准文件的名称和文号。")
	f.Check(utf8.RuneCountInString(b.Document) <= maxText, "document", "文件名称不超过200字。")
	f.Check(utf8.RuneCountInString(b.Reason) <= maxText, "reason", "说明不超过200字。")
}

// Addition is a new division below a county or township.
type Addition struct {
	Parent string
	Name   string
	Kind   Kind
	Code   string // official code; empty takes the next local one
	From   string // code of the division from which it is split off 「析置」; empty if from none
	Basis
}

// Add adds a division: a farm 「场部」, a development zone, or one that the
// published lists do not have yet.
func Add(ctx context.Context, tx *db.Tx, by access.Actor, in Addition) (Region, error) {
	parent, err := editable(ctx, tx, by, in.Parent)
	if err != nil {
		return Region{}, err
	}
	level, err := levelBelow(ctx, tx, parent)
	if err != nil {
		return Region{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	f := errs.Fields{}
	checkName(f, in.Name)
	f.Check(ofLevel(in.Kind, level), "kind", "请选择"+levelLabels[level]+"的类别。")
	in.Basis.check(f, today(tx))
	if err := f.Err(); err != nil {
		return Region{}, err
	}
	if err := nameFree(ctx, tx, parent, in.Name, ""); err != nil {
		return Region{}, err
	}
	code, err := codeFor(ctx, tx, parent, level, in.Code)
	if err != nil {
		return Region{}, err
	}
	r := complete(Region{Code: code, Name: in.Name, Kind: in.Kind, Parent: parent.Code, Source: Local, ValidFrom: in.On})
	ch := Change{Kind: Added, Code: r.Code, NewName: r.Name}
	if in.From != "" {
		source, err := editable(ctx, tx, by, in.From)
		if err != nil {
			return Region{}, err
		}
		ch.Kind, ch.Other, ch.OldName = SplitOff, source.Code, source.Name
	}
	if err := insert(ctx, tx, []Region{r}); err != nil {
		return Region{}, err
	}
	return r, record(ctx, tx, by, in.Basis, ch)
}

// Rename gives a division another name under the same code.
func Rename(ctx context.Context, tx *db.Tx, by access.Actor, code, name string, basis Basis) error {
	r, err := editable(ctx, tx, by, code)
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	f := errs.Fields{}
	checkName(f, name)
	f.Check(name != r.Name, "name", "新名称与原名称相同。")
	basis.check(f, today(tx))
	if err := f.Err(); err != nil {
		return err
	}
	if above, ok, err := find(ctx, tx, r.Parent); err != nil || ok {
		if err == nil {
			err = nameFree(ctx, tx, above, name, code)
		}
		if err != nil {
			return err
		}
	}
	return rename(ctx, tx, by, basis, Change{Kind: Renamed, Code: code, OldName: r.Name, NewName: name})
}

// Merge puts a township or village into another of its level. The villages of
// a merged township get codes under the other one.
func Merge(ctx context.Context, tx *db.Tx, by access.Actor, code, into string, basis Basis) error {
	old, target, err := pair(ctx, tx, by, code, into, basis)
	if err != nil {
		return err
	}
	if old.Level != target.Level {
		return errs.Newf(errs.Invalid, "%s是%s，%s是%s，只能并入同级区划。", old.ShortName, levelLabels[old.Level], target.ShortName, levelLabels[target.Level])
	}
	return replace(ctx, tx, by, basis, old, target, Merged)
}

// Transfer moves a village to another township, where it gets a code.
func Transfer(ctx context.Context, tx *db.Tx, by access.Actor, code, to string, basis Basis) (Region, error) {
	old, target, err := pair(ctx, tx, by, code, to, basis)
	if err != nil {
		return Region{}, err
	}
	if old.Level != Village || target.Level != Township {
		return Region{}, errs.New(errs.Invalid, "只能把村（社区）划转到乡镇（街道）。")
	}
	if old.Parent == target.Code {
		return Region{}, errs.Newf(errs.Conflict, "%s已经属于%s，无需划转。", old.ShortName, target.ShortName)
	}
	return transplant(ctx, tx, by, basis, old, target)
}

// Abolish ends a division that has none below it; what holds its code belongs
// to the division above from then on.
func Abolish(ctx context.Context, tx *db.Tx, by access.Actor, code string, basis Basis) error {
	old, err := editable(ctx, tx, by, code)
	if err != nil {
		return err
	}
	if err := lowOnly(old); err != nil {
		return err
	}
	f := errs.Fields{}
	basis.check(f, today(tx))
	if err := f.Err(); err != nil {
		return err
	}
	below, err := children(ctx, tx, code)
	if err != nil {
		return err
	}
	if len(below) > 0 {
		return errs.Newf(errs.Conflict, "%s下还有%d个村（社区），请先划转或改用“并入”。", old.ShortName, len(below))
	}
	if err := setGone(ctx, tx, code, old.Parent, basis.On); err != nil {
		return err
	}
	return record(ctx, tx, by, basis, Change{Kind: Abolished, Code: code, Other: old.Parent, OldName: old.Name})
}

func pair(ctx context.Context, tx *db.Tx, by access.Actor, code, other string, basis Basis) (old, target Region, err error) {
	if old, err = editable(ctx, tx, by, code); err != nil {
		return old, target, err
	}
	if target, err = editable(ctx, tx, by, other); err != nil {
		return old, target, err
	}
	f := errs.Fields{}
	f.Check(code != other, "into", "不能并入自身，请选择另一个区划。")
	basis.check(f, today(tx))
	if err = f.Err(); err == nil {
		err = lowOnly(old)
	}
	return old, target, err
}

// lowOnly keeps counties and above as the published lists have them.
func lowOnly(r Region) error {
	if r.Level >= Township {
		return nil
	}
	return errs.New(errs.Invalid, "县级以上区划的撤并以国家公布的区划为准，请导入新的全国区划文件。")
}

// editable gives a division in force in the actor's county, locked.
func editable(ctx context.Context, tx *db.Tx, by access.Actor, code string) (Region, error) {
	if err := by.Require("region.edit"); err != nil {
		return Region{}, err
	}
	if !by.Directory().Sees(0, code) {
		return Region{}, errs.Missing()
	}
	r, err := lock(ctx, tx, code)
	if err != nil || r.Active() {
		return r, err
	}
	heir, err := chain(ctx, tx, code)
	if err != nil {
		return r, err
	}
	return r, errs.Newf(errs.Conflict, "%s已于%s撤并，现为%s。请改选%s办理。", r.ShortName, r.ValidTo, heir.ShortName, heir.ShortName)
}

// replace puts target in the place of old; what stands below old gets codes below target.
func replace(ctx context.Context, tx *db.Tx, by access.Actor, basis Basis, old, target Region, kind ChangeKind) error {
	below, err := children(ctx, tx, old.Code)
	if err != nil {
		return err
	}
	for _, child := range below {
		if _, err := transplant(ctx, tx, by, basis, child, target); err != nil {
			return err
		}
	}
	if err := setGone(ctx, tx, old.Code, target.Code, basis.On); err != nil {
		return err
	}
	return record(ctx, tx, by, basis, Change{Kind: kind, Code: old.Code, Other: target.Code, OldName: old.Name, NewName: target.Name})
}

// transplant gives a village a code under another township: its last three
// digits where they are free, else a local one until the official code is known.
func transplant(ctx context.Context, tx *db.Tx, by access.Actor, basis Basis, old, parent Region) (Region, error) {
	code := parent.Code[:9] + old.Code[9:]
	_, taken, err := find(ctx, tx, code)
	if err != nil {
		return Region{}, err
	}
	if taken {
		if code, err = nextLocal(ctx, tx, parent, Village); err != nil {
			return Region{}, err
		}
	}
	fresh := complete(Region{Code: code, Name: old.Name, Kind: old.Kind, Parent: parent.Code, Source: Local, ValidFrom: basis.On})
	if err := insert(ctx, tx, []Region{fresh}); err != nil {
		return Region{}, err
	}
	return fresh, replace(ctx, tx, by, basis, old, fresh, Moved)
}

func record(ctx context.Context, tx *db.Tx, by access.Actor, basis Basis, ch Change) error {
	ch.ID, ch.At, ch.ActorName = ref.New[ChangeID](tx.Now.Time()), tx.Now, by.Name
	ch.OnDate, ch.Reason, ch.Document = basis.On, strings.TrimSpace(basis.Reason), strings.TrimSpace(basis.Document)
	if err := insertChanges(ctx, tx, []Change{ch}); err != nil {
		return err
	}
	tx.Notify(Topic, ch.Code)
	return audit.Write(ctx, tx, by, "region.edit", "region", number(ch.Code),
		map[string]string{"change": string(ch.Kind), "other": ch.Other, "from": ch.OldName, "to": ch.NewName, "document": ch.Document})
}

// codeNumber is a code as the journal holds it: twelve digits fit.
type codeNumber int64

func number(code string) codeNumber {
	n, err := strconv.ParseInt(code, 10, 64)
	if err != nil {
		return 0
	}
	return codeNumber(n)
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

func checkName(f errs.Fields, name string) {
	f.Check(name != "", "name", "请填写名称。")
	f.Check(utf8.RuneCountInString(name) <= maxName, "name", "名称不超过60字。")
	f.Check(!strings.ContainsAny(name, "\r\n\t<>"), "name", "名称中含有不能使用的字符。")
}

func ofLevel(k Kind, l Level) bool {
	for _, info := range Kinds(l) {
		if info.Kind == k {
			return true
		}
	}
	return false
}

// levelBelow tells what may be added below a division. Where a prefecture has
// no counties 「东莞」 townships stand right below it.
func levelBelow(ctx context.Context, tx *db.Tx, parent Region) (Level, error) {
	switch parent.Level {
	case County:
		return Township, nil
	case Township:
		return Village, nil
	case Prefecture:
		below, err := children(ctx, tx, parent.Code)
		if err != nil {
			return 0, err
		}
		if len(below) > 0 && below[0].Level == Township {
			return Township, nil
		}
	}
	return 0, errs.New(errs.Invalid, "只能在县（市、区）下新增乡镇级、在乡镇（街道）下新增村级区划。")
}

func nameFree(ctx context.Context, tx *db.Tx, parent Region, name, except string) error {
	below, err := children(ctx, tx, parent.Code)
	if err != nil {
		return err
	}
	for _, r := range below {
		if r.Name == name && r.Code != except {
			return errs.Fields{"name": parent.ShortName + "下已有“" + name + "”，请核对后另取名称。"}.Err()
		}
	}
	return nil
}

func codeFor(ctx context.Context, tx *db.Tx, parent Region, level Level, wanted string) (string, error) {
	if wanted = strings.TrimSpace(wanted); wanted == "" {
		return nextLocal(ctx, tx, parent, level)
	}
	code := seed.Pad(wanted)
	prefix := parent.Code[:6]
	if level == Village {
		prefix = parent.Code[:9]
	}
	f := errs.Fields{}
	f.Check(len(code) == 12 && strings.Trim(code, "0123456789") == "" && seed.LevelOf(code) == level && strings.HasPrefix(code, prefix),
		"code", "代码应以"+prefix+"开头，乡镇级9位、村级12位数字。没有官方代码时请留空，由系统编本地码。")
	if err := f.Err(); err != nil {
		return "", err
	}
	_, taken, err := find(ctx, tx, code)
	if err == nil && taken {
		err = errs.Fields{"code": "代码" + code + "已经使用，请核对。"}.Err()
	}
	return code, err
}

func nextLocal(ctx context.Context, tx *db.Tx, parent Region, level Level) (string, error) {
	if err := tx.Lock(ctx, "region "+parent.Code); err != nil {
		return "", err
	}
	last := local(parent.Code, level, localLast)
	if level == Township {
		last = last[:9] + "999"
	}
	top, err := highest(ctx, tx, local(parent.Code, level, localFirst), last)
	if err != nil {
		return "", err
	}
	n := localFirst
	if top != "" {
		digits := top[9:12]
		if level == Township {
			digits = top[6:9]
		}
		if n, err = strconv.Atoi(digits); err != nil {
			return "", err
		}
		n++
	}
	if n > localLast {
		return "", errs.Newf(errs.Conflict, "%s下的本地代码已用完，请先向民政部门申请官方代码后填写。", parent.ShortName)
	}
	return local(parent.Code, level, n), nil
}
