package assessment

import (
	"context"
	"encoding/json"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Told is an assessment with what is private in it, and why it came out so.
type Told struct {
	Assessment
	Paper    Paper
	Words    string // of the decision
	Result   rule.Result
	Readable bool // the scale is still among the rules, so the result can be explained
}

// Get gives an assessment of a child in the actor's scope, wherever the child
// lived when it was assessed.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Assessment) (Told, error) {
	if err := by.Require("assessment.list"); err != nil {
		return Told{}, err
	}
	a, err := get(ctx, tx, id)
	if err != nil {
		return Told{}, err
	}
	if _, err := k.Cabinet.Get(ctx, tx, by, a.Child); err != nil {
		return Told{}, err
	}
	return k.tell(ctx, tx, a)
}

// Of lists the assessments of a child in the actor's scope, and of the files
// that were merged into its, latest first.
func (k *Desk) Of(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Assessment, error) {
	if err := by.Require("assessment.list"); err != nil {
		return nil, err
	}
	if _, err := k.Cabinet.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	ids, err := k.Cabinet.United(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return ofChildren(ctx, tx, ids)
}

// Past lists the assessments of a child in the actor's scope, latest first;
// what is private in them only where the file was revealed.
func (k *Desk) Past(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, revealed bool) ([]Told, error) {
	list, err := k.Of(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	out := make([]Told, len(list))
	for i, a := range list {
		if out[i].Assessment = a; !revealed {
			continue
		}
		if out[i], err = k.tell(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Waiting lists proposals in the actor's scope, oldest first.
func (k *Desk) Waiting(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Assessment, limit int) ([]Assessment, error) {
	if err := by.Require("assessment.list"); err != nil {
		return nil, err
	}
	return waiting(ctx, tx, by, after, limit)
}

// Last gives the assessment of a child that came to hold last, for work of the
// program which has its own right to it.
func (k *Desk) Last(ctx context.Context, tx *db.Tx, id ref.Child) (Told, bool, error) {
	list, err := latestHeld(ctx, tx, []ref.Child{id})
	if err != nil || len(list) == 0 {
		return Told{}, false, err
	}
	t, err := k.tell(ctx, tx, list[0])
	return t, true, err
}

func (k *Desk) tell(ctx context.Context, tx *db.Tx, a Assessment) (Told, error) {
	group := vault.GroupOf("child", a.Child)
	plain, err := k.Cabinet.Vault.Open(ctx, tx, group, sealedField(a.ID), a.Sealed)
	if err != nil {
		return Told{}, err
	}
	t := Told{Assessment: a}
	if err := json.Unmarshal(plain, &t.Paper); err != nil {
		return Told{}, err
	}
	if t.Words, err = k.Cabinet.Vault.OpenText(ctx, tx, group, decisionField(a.ID), a.Decision); err != nil {
		return Told{}, err
	}
	if scale, ok := k.Book().Scale(a.Scale, a.Version); ok {
		t.Result, err = scale.Score(a.Age, t.Paper.Answers)
		t.Readable = err == nil
	}
	return t, nil
}
