package emergency

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
)

// maxPlaces bounds the places that an event names.
const maxPlaces = 500

// Within tells whether a place lies in a division or is it.
func Within(place, division string) bool {
	return strings.HasPrefix(access.Prefix(place), access.Prefix(division))
}

// holding lists the divisions in which a place lies, down to itself: an event
// of any of them holds there.
func holding(region string) []any {
	var out []any
	prefix := access.Prefix(region)
	for _, n := range []int{2, 4, 6, 9, 12} {
		if len(prefix) >= n {
			out = append(out, prefix[:n]+strings.Repeat("0", 12-n))
		}
	}
	return out
}

// Places gives the places that each of some events names 「涉及的地方」.
func (k *Desk) Places(ctx context.Context, tx *db.Tx, events []Contingency) (map[int64][]string, error) {
	out := map[int64][]string{}
	ids := make([]int64, len(events))
	for i, c := range events {
		ids[i] = c.ID
	}
	rows, err := placesOf(ctx, tx, ids)
	for _, r := range rows {
		out[r.Contingency] = append(out[r.Contingency], r.Region)
	}
	return out, err
}

// named checks the places that an event names: none is the whole division, and
// what lies in another that is named goes without saying.
func named(seat string, places []string, f errs.Fields) []string {
	if len(places) == 0 {
		return []string{seat}
	}
	f.Check(len(places) <= maxPlaces, "place", "最多选择500个地方；再多的，不选，按全部执行。")
	for _, p := range places {
		f.Check(access.Prefix(p) != "" && Within(p, seat), "place", "请选择本辖区内的地方。")
	}
	places = slices.Compact(slices.Sorted(slices.Values(places)))
	return slices.DeleteFunc(slices.Clone(places), func(p string) bool {
		return slices.ContainsFunc(places, func(o string) bool { return o != p && Within(p, o) })
	})
}

// Widen lets an event hold in more places of the division that declared it.
func (k *Desk) Widen(ctx context.Context, tx *db.Tx, by access.Actor, event int64, places []string) error {
	if err := by.Require("emergency.declare"); err != nil {
		return err
	}
	c, err := k.lasting(ctx, tx, by, event)
	if err != nil {
		return err
	}
	if c.Region != seat(by) {
		return errs.New(errs.Forbidden, "这个预案由其他单位启动，请由启动的单位扩大范围。")
	}
	have, err := k.Places(ctx, tx, []Contingency{c})
	if err != nil {
		return err
	}
	f := errs.Fields{}
	f.Check(len(places) > 0, "place", "请选择还要执行预案的地方。")
	more := slices.DeleteFunc(named(c.Region, places, f), func(p string) bool {
		return slices.ContainsFunc(have[c.ID], func(h string) bool { return Within(p, h) })
	})
	f.Check(len(more) > 0, "place", "这些地方已经在执行预案，请选择其他地方。")
	if err := f.Err(); err != nil {
		return err
	}
	if err := insertPlaces(ctx, tx, c.ID, more); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.declare", Event, c.ID, map[string]any{"places": more})
}

// aims gives the divisions of which an event may list children for a choice of
// an actor; "" is all within his scope.
func aims(by access.Actor, places []string, region string) ([]string, error) {
	var out []string
	scope := by.Scope()
	for _, p := range places {
		switch {
		case region != "" && Within(region, p):
			p = region
		case region != "" && !Within(p, region):
			continue
		}
		switch {
		case access.County(p) != "":
			out = append(out, p)
		case scope.Reach == access.InRegion && access.County(scope.Region) == "":
			return nil, errs.Fields{"region": "请选择一个县（市、区）或者其中的乡镇（街道）。"}.Err()
		default:
			return []string{""}, nil
		}
	}
	if len(out) == 0 {
		return nil, errs.Fields{"region": "这里不在执行预案的地方，请选择其他地方；需要的，先扩大范围。"}.Err()
	}
	return out, nil
}
