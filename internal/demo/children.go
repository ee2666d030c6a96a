package demo

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/generate"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// seedOfChildren makes the same children in every demo of one day.
const seedOfChildren = 20_26

// copies is how many files of the demo describe a child that has a file, or
// resemble one, so that the review of duplicates has work.
const copies = 30

// register opens the files of the demo's children.
func (s *Stage) register(ctx context.Context, today civil.Date) error {
	if s.Children <= 0 {
		return nil
	}
	people := generate.Population{Seed: seedOfChildren, N: s.Children, Today: today, County: s.Children + 1}
	r := &registry{Population: people, changed: map[int]generate.Child{}}
	done, next := 0, 0
	more, stop := iter.Pull(r.all())
	defer stop()
	for month := monthsKept; month >= 0; month-- {
		if next = s.Children * (growth - month) / growth; month == 0 {
			next = s.Children + copies
		}
		err := generate.Fill(ctx, s.Cabinet, s.DB, access.Program, some(more, next-done), func(ids []ref.Child) {
			r.note(done, ids)
			done += len(ids)
			s.Clock.Advance(time.Millisecond) // ids are drawn by the millisecond
			if done%20_000 == 0 {
				fmt.Fprintf(s.Say, "  已建儿童档案 %d 份\n", done)
			}
		})
		if err != nil {
			return err
		}
		if s.Numbers == nil || month == 0 {
			continue
		}
		now := s.Clock.Now()
		s.Clock.Set(today.MonthStart().AddMonths(1 - month).Start())
		err = s.Numbers.KeepMonth(ctx, s.DB)
		s.Clock.Set(now)
		if err != nil {
			return err
		}
	}
	return s.settleFiles(ctx, r)
}

// monthsKept is for how many months the demo has numbers; by each of them one
// part of growth came to the files.
const monthsKept, growth = 11, 60

// some gives the next children of a line, as many as are asked for.
func some(more func() (child.New, bool), n int) iter.Seq[child.New] {
	return func(yield func(child.New) bool) {
		for range n {
			if c, ok := more(); !ok || !yield(c) {
				return
			}
		}
	}
}

// registry remembers the few children whose files change after they are opened.
type registry struct {
	generate.Population
	mu      sync.Mutex
	changed map[int]generate.Child
	ids     []changedFile
}

type changedFile struct {
	id    ref.Child
	child generate.Child
}

// all gives the children, and after them some who seem to have a file already.
func (r *registry) all() iter.Seq[child.New] {
	return func(yield func(child.New) bool) {
		for c := range r.Children() {
			if len(c.Left) > 0 || c.Ended != "" {
				r.mu.Lock()
				r.changed[c.Index] = c
				r.mu.Unlock()
			}
			if !yield(c.New) {
				return
			}
		}
		n := 0
		for c := range r.Duplicates() {
			if n++; n > copies || !yield(c.New) {
				return
			}
		}
	}
}

// note keeps the ids of files that will change; first is the index of the first.
func (r *registry) note(first int, ids []ref.Child) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, id := range ids {
		if c, ok := r.changed[first+i]; ok {
			r.ids = append(r.ids, changedFile{id, c})
			delete(r.changed, first+i)
		}
	}
}

// settleFiles ends the categories and files that ended since they were opened.
func (s *Stage) settleFiles(ctx context.Context, r *registry) error {
	const some = 200
	for list := r.ids; len(list) > 0; list = list[min(some, len(list)):] {
		err := s.write(ctx, func(tx *db.Tx) error {
			for _, f := range list[:min(some, len(list))] {
				for _, l := range f.child.Left {
					if err := s.Cabinet.Leave(ctx, tx, access.Program, f.id, l.Category, l.Reason); err != nil {
						return err
					}
				}
				if f.child.Ended == "" {
					continue
				}
				if err := s.Cabinet.Close(ctx, tx, access.Program, f.id, f.child.Ended); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// careBack is how many days ago the care of the children began, so that some
// of it is due by now.
const careBack = 6

// care opens what the levels and categories of the children ask for.
func (s *Stage) care(ctx context.Context, today time.Time) error {
	if s.Children <= 0 {
		return nil
	}
	s.Clock.Set(today.AddDate(0, 0, -careBack))
	_, err := s.Assessor.Replan(ctx, s.DB, access.Program, nil)
	s.Clock.Set(today)
	return err
}
