package casework

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// EventID names an event.
type EventID int64

// The kinds of events.
const (
	Opened     = "opened"
	Assessed   = "assessed"
	Planned    = "planned"
	Replanned  = "replanned"
	Service    = "service"
	Referred   = "referral"
	Conferred  = "conference"
	Decided    = "decision"
	Opinion    = "opinion"
	Noted      = "note"
	Filed      = "file"
	Joined     = "joined"
	Parted     = "parted"
	Entered    = "glass"
	Proposed   = "proposed"
	Refused    = "refused"
	ClosedCase = "closed"
	Followed   = "follow"
	Reopened   = "reopened"
	Emergency  = "emergency"
	Recalled   = "recalled" // a referral that was returned or taken back: nothing was done by it
)

var eventLabels = map[string]string{
	Opened: "开立个案", Assessed: "风险评估", Planned: "确定服务方案", Replanned: "修改服务方案", Service: "提供服务", Referred: "转介", Conferred: "会商", Decided: "会商决定落实",
	Opinion: "听取儿童本人意见", Noted: "情况记录", Filed: "添加材料", Joined: "加入个案组", Parted: "退出个案组", Entered: "紧急查看", Proposed: "提出结案", Refused: "结案未通过",
	ClosedCase: "结案", Followed: "回访", Reopened: "重新开启", Emergency: "应急处置", Recalled: "转介",
}

// EventLabel gives the word for a kind of event.
func EventLabel(kind string) string { return eventLabels[kind] }

// Event is something that happened in a case.
type Event struct {
	ID     EventID
	Whole  ref.Case
	Kind   string
	At     clock.Instant
	Day    civil.Date
	ByUser ref.User
	ByName string
	Unit   ref.Unit
	Link   int64
	Mark   string
	Sealed []byte
}

// Entry is an event with its words.
type Entry struct {
	Event
	Words string
}

// note is an event before it is stored.
type note struct {
	Kind  string
	At    clock.Instant // 0 = now
	Day   civil.Date    // zero = of At
	Link  int64
	Mark  string
	Words string
}

func eventField(id EventID) vault.Field { return field("casework_event", "sealed", int64(id)) }

// note writes an event of a case.
func (k *Desk) note(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, n note) error {
	e := Event{ID: ref.New[EventID](tx.Now.Time()), Whole: id, Kind: n.Kind, At: n.At, Day: n.Day, ByUser: by.User, ByName: by.Name, Unit: by.Post.Unit, Link: n.Link, Mark: n.Mark}
	if e.At == 0 {
		e.At = tx.Now
	}
	if e.Day.IsZero() {
		e.Day = civil.DateOf(e.At.Time())
	}
	var err error
	if e.Sealed, err = k.Vault.SealText(ctx, tx, group(id), eventField(e.ID), strings.TrimSpace(n.Words)); err != nil {
		return err
	}
	tx.Notify("case", ref.Format(id))
	return insertEvent(ctx, tx, e)
}

// entries gives events with their words.
func (k *Desk) entries(ctx context.Context, tx *db.Tx, list []Event) ([]Entry, error) {
	sealed := make([]vault.Sealed, len(list))
	for i, e := range list {
		sealed[i] = vault.Sealed{Group: group(e.Whole), Field: eventField(e.ID), Bytes: e.Sealed}
	}
	words, err := k.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(list))
	for i, e := range list {
		out[i] = Entry{e, words[i]}
	}
	return out, nil
}
