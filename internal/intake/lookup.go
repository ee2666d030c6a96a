package intake

import (
	"context"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule/response"

	"weibao/internal/intake/receipt"
)

// Progress is what a reporter sees of his report.
type Progress struct {
	ID        ref.Report
	Number    string
	State     State
	Urgency   response.Urgency
	Received  clock.Instant
	Accepted  clock.Instant
	Closed    clock.Instant
	Words     string // how it stands, in plain words
	Mandatory bool
	Named     bool // the reporter left his name
	Child     bool // a child told it, in words of its own
	Messages  []Message
}

// errNoReceipt is the one answer to a receipt that is not of a report.
func errNoReceipt() error {
	return errs.New(errs.NotFound, "没有找到这个查询码。请对照提交时记下的16位数字，逐个核对后再试。")
}

// find gives the report of a receipt.
func (k *Desk) find(ctx context.Context, tx *db.Tx, typed string) (Report, error) {
	digits, ok := receipt.Parse(typed)
	if !ok {
		return Report{}, errs.Fields{"receipt": "查询码是16位数字，您输入的有误。请检查有没有少输、多输或者输错。"}.Err()
	}
	d, err := k.Vault.Digits("intake.receipt", receipt.Digits)
	if err != nil {
		return Report{}, err
	}
	r, ok, err := bySerial(ctx, tx, int64(d.Open(receipt.Number(digits))))
	if err == nil && !ok {
		err = errNoReceipt()
	}
	return r, err
}

// Lookup tells the reporter how his report stands. The receipt is his only
// right to it, so there is no actor.
func (k *Desk) Lookup(ctx context.Context, tx *db.Tx, receipt string) (Progress, error) {
	r, err := k.find(ctx, tx, receipt)
	if err != nil {
		return Progress{}, err
	}
	return k.progress(ctx, tx, r)
}

func (k *Desk) progress(ctx context.Context, tx *db.Tx, r Report) (Progress, error) {
	p := Progress{ID: r.ID, Number: r.Number, State: r.State, Urgency: r.Urgency, Received: r.Received, Accepted: r.Accepted, Closed: r.Closed, Mandatory: r.Mandatory == 1, Named: r.Named == 1, Child: r.ByChild()}
	var err error
	if p.Words, err = k.words(ctx, tx, r); err != nil {
		return p, err
	}
	all, err := k.messages(ctx, tx, r.ID)
	for _, m := range all {
		if m.Kind != Note {
			m.ByName = "" // the reporter deals with the office, not with a person
			p.Messages = append(p.Messages, m)
		}
	}
	return p, err
}

// spoken is how a report stands, in the words of who told it.
type spoken struct {
	states           map[State]string
	together, police string
}

var toAdults = spoken{states: map[State]string{
	Received: "已经收到，等待未保办受理。",
	Accepted: "未保办已经受理，正在了解情况、确定由哪个单位办理。",
	Decided:  "已经确定办理单位，正在办理。有结果会写在这里。",
	Closed:   "已经办结，结果见下面的答复。有新情况可以继续补充。",
	Rejected: "这件事不在受理范围，原因见下面的说明。有新情况可以继续补充。",
	Merged:   "与别人反映的同一件事一并办理，结果会写在这里。",
}, together: "与别人反映的同一件事一并办理，已经办结，结果见下面的答复。有新情况可以继续补充。", police: "公安机关已经签收。"}

var toChildren = spoken{states: map[State]string{
	Received: "你说的我们收到了，很快会有人看。",
	Accepted: "有人看了你说的，正在想办法帮你。",
	Decided:  "有人正在帮你。有了消息会写在这里，过一两天再来看看。",
	Closed:   "我们把结果写在下面了。还有别的事，可以接着告诉我们。",
	Rejected: "我们把原因写在下面了。还有别的事，可以接着告诉我们。",
	Merged:   "也有别人告诉我们这件事，有人正在帮你。有了消息会写在这里。",
}, together: "也有别人告诉我们这件事。我们把结果写在下面了。还有别的事，可以接着告诉我们。", police: "警察已经知道了。"}

// words says how a report stands. That the police know is said only after
// they have signed.
func (k *Desk) words(ctx context.Context, tx *db.Tx, r Report) (string, error) {
	say := toAdults
	if r.ByChild() {
		say = toChildren
	}
	words := say.states[r.State]
	if r.State == Merged {
		main, err := byID(ctx, tx, r.Merged)
		if err != nil {
			return "", err
		}
		if !main.State.Open() {
			words = say.together
		}
	}
	at, err := k.police(ctx, tx, r)
	if err == nil && at != 0 {
		words += say.police
	}
	return words, err
}

// police tells when the police signed for what was sent because of a report
// or of the one into which it was merged; 0: they have not.
func (k *Desk) police(ctx context.Context, tx *db.Tx, r Report) (clock.Instant, error) {
	id := r.ID
	if r.Merged != 0 {
		id = r.Merged
	}
	if k.Police == nil {
		return 0, nil
	}
	return k.Police(ctx, tx, id)
}
