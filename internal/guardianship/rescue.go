package guardianship

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
)

// Found is a child that was found begging, straying or lost, whose file is not
// known: it gets a file of its own, which is merged once it is known who it is.
type Found struct {
	Name   string // what it is called, where it says
	Sex    idcard.Sex
	Age    int    // as it looks; 0 = not said
	Region string // village where it was found
	Signs  string // looks and belongings, sealed
	Unit   ref.Unit
	First  Entry
}

// Rescue opens a file for an unknown child with the measure of its rescue.
func (k *Desk) Rescue(ctx context.Context, tx *db.Tx, by access.Actor, in Found) (ref.Measure, error) {
	if err := by.Require("guardianship.open"); err != nil {
		return 0, err
	}
	n := child.New{Name: in.Name, Sex: in.Sex, Region: in.Region, Source: "rescue", Guessed: true,
		Dossier: child.Dossier{NoNumber: "unknown", Places: child.Places{Occurrence: child.Place{Region: in.Region}}, Remarks: in.Signs}}
	if in.Age > 0 {
		n.Birth = today(tx).AddMonths(-12 * in.Age)
	}
	id, err := k.Cabinet.Create(ctx, tx, by, n)
	if err != nil {
		return 0, err
	}
	return k.Open(ctx, tx, by, id, In{Kind: protection.Rescue, Unit: in.Unit, First: in.First})
}

// again tells how often a child was rescued before a measure began, in all
// files that were merged into its own.
func (k *Desk) again(ctx context.Context, tx *db.Tx, m Measure) (int, error) {
	ids, err := k.files(ctx, tx, access.Program, m.Child)
	if err != nil {
		return 0, err
	}
	rows, err := list(ctx, tx, access.Program, Filter{View: All, Kind: protection.Rescue, children: ids, Limit: ofChild})
	rows = slices.DeleteFunc(rows, func(o Measure) bool { return o.ID == m.ID || o.Opened.After(m.Opened) })
	return len(rows), err
}

// repeat enters that a child was rescued before: its place of origin answers for that.
func (k *Desk) repeat(ctx context.Context, tx *db.Tx, by access.Actor, m Measure, at Entry) error {
	if m.Kind != protection.Rescue {
		return nil
	}
	n, err := k.again(ctx, tx, m)
	if err != nil || n == 0 {
		return err
	}
	_, err = k.enter(ctx, tx, by, m, Entry{Kind: "repeated", At: at.At, Detail: Detail{Words: "系统按以往救助记录登记"}})
	return err
}

// Origin gives the division that answers for a rescued child: where it is
// registered, as far as its file says.
func (k *Desk) Origin(ctx context.Context, tx *db.Tx, m Measure) (string, error) {
	files, err := k.Cabinet.Dossiers(ctx, tx, access.Program, []ref.Child{m.Child})
	return files[m.Child].Places.Registered.Region, err
}
