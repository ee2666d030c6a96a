package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
)

// star is an invented child with a story of its own, the same in every demo.
type star struct {
	name    string
	sex     idcard.Sex
	years   int
	village string // by its name
	school  string
	cared   string // by whom, and what that is to the child
	code    string
}

var stars = []star{
	{"韦小禾", idcard.Female, 9, "石门村", "青石镇中心小学", "韦桂英", "62"},
	{"蓝天宇", idcard.Male, 12, "大湾村", "青石镇初级中学", "蓝正林", "61"},
	{"覃小雨", idcard.Female, 6, "柳树村", "柳树村幼儿园", "覃大妹", "97"},
	{"农思源", idcard.Male, 10, "双井村", "双井村小学", "农秀芳", "52"},
	{"黄冬梅", idcard.Female, 14, "老营村", "青石镇初级中学", "黄桂香", "62"},
	{"莫小川", idcard.Male, 8, "茶园村", "茶园村小学", "莫建军", "51"},
	{"岑晓星", idcard.Female, 11, "马鞍村", "青石镇中心小学", "岑永福", "61"},
}

// enlist opens the files of the stars, some weeks ago.
func (s *Stage) enlist(ctx context.Context, today time.Time) ([]ref.Child, error) {
	s.Clock.Set(today.AddDate(0, 0, -casesBack-10))
	defer s.Clock.Set(today)
	ids := make([]ref.Child, len(stars))
	for i, st := range stars {
		at, ok := s.unitOf(st.village)
		if !ok {
			at.Post.Region = s.home()
		}
		n := child.New{Name: st.name, Sex: st.sex, Guessed: true, Birth: civil.DateOf(today).AddDays(-365*st.years - 40*(i+1)), Region: at.Post.Region, School: st.school, Source: "form",
			Dossier: child.Dossier{NoNumber: "missing", People: []child.Person{{Name: st.cared, Relation: st.code, Guardian: st.code[0] == '5', Caregiver: true, Member: true, Phone: fmt.Sprintf("139%08d", 70010+i)}}}}
		err := s.write(ctx, func(tx *db.Tx) (err error) {
			ids[i], err = s.Cabinet.Create(ctx, tx, s.office, n)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i, err)
		}
	}
	return ids, nil
}

// home is a village with a person; where a star's own has nobody, it lives there.
func (s *Stage) home() string {
	for _, a := range s.staff() {
		if a.Post.Role == access.ChildDirector {
			return a.Post.Region
		}
	}
	return s.office.Post.Region
}

// staff gives the people of the units in the order of the units' names.
func (s *Stage) staff() []access.Actor {
	list := make([]access.Actor, 0, len(s.people))
	for _, a := range s.people {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b access.Actor) int {
		return strings.Compare(a.Post.UnitName+a.Post.Region, b.Post.UnitName+b.Post.Region)
	})
	return list
}

// unitOf finds somebody of the unit whose name ends so, or contains it where none does.
func (s *Stage) unitOf(name string) (access.Actor, bool) {
	for _, fits := range []func(string, string) bool{strings.HasSuffix, strings.Contains} {
		for _, a := range s.staff() {
			if fits(a.Post.UnitName, name) {
				return a, true
			}
		}
	}
	return access.Actor{}, false
}
