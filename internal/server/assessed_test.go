package server_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// A child's file tells how its level came about; why it differs from the
// scale only after a look that leaves a trace, and to nobody outside.
func TestAChildsFileTellsItsAssessments(t *testing.T) {
	w := newWorld(t, "甲")
	path, day := "/children/"+ref.Format(w.child()), civil.DateOf(w.Clock.Now())
	scale, _ := w.Rules.CountyScale(day)
	answers := map[string]string{}
	for _, e := range scale.Emergencies {
		answers[e.ID] = rule.No
	}
	for _, ind := range scale.Asked(10) {
		answers[ind.ID] = ind.Answers[0].Value
	}
	assess := func(who string, in assessment.In) (out assessment.Outcome) {
		w.write(func(ctx context.Context, tx *db.Tx) (err error) {
			out, err = w.Assessor.Assess(ctx, tx, w.cast[who], w.child(), in)
			return err
		})
		return out
	}
	assess("director", assessment.In{Answers: answers, Level: 3, Reason: "独有的理由"})
	lower := assess("director", assessment.In{Answers: answers})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Assessor.Decide(ctx, tx, w.cast["officer"], lower.ID, true, "独有的意见")
	})
	urgent := map[string]string{}
	for _, e := range scale.Emergencies {
		urgent[e.ID] = rule.Yes
	}
	assess("supervisor", assessment.In{Answers: urgent})
	for _, who := range []string{"officer", "leader", "supervisor", "director"} {
		w.by = w.cast[who]
		for _, tail := range []string{"", "/history"} {
			body := w.do(http.MethodGet, path+tail, nil).Body.String()
			for _, say := range []string{"橙色（较高）", "蓝色（低）", "红色（高）", "量表结果为蓝色（低）", "（隐去）", "存在紧急情形，直接定为最高等级", scale.Version.String()} {
				if !strings.Contains(body, say) {
					t.Errorf("%s at %q does not read %q", who, tail, say)
				}
			}
			for _, never := range []string{"独有的理由", "独有的意见"} {
				if strings.Contains(body, never) {
					t.Errorf("%s at %q reads %s without a trace", who, tail, never)
				}
			}
		}
		body := w.do(http.MethodPost, path+"/reveal", url.Values{"purpose": {"visit"}}).Body.String()
		for _, say := range []string{"独有的理由", "独有的意见", "/assessments/" + ref.Format(lower.ID)} {
			if !strings.Contains(body, say) {
				t.Errorf("%s reads no %q after a look", who, say)
			}
		}
	}
	for _, by := range append(strangers(), w.cast["police"], w.cast["operator"]) {
		w.by = by
		for _, at := range []string{path, path + "/history", "/assessments/" + ref.Format(lower.ID)} {
			if page := w.do(http.MethodGet, at, nil); page.Code == http.StatusOK || strings.Contains(page.Body.String(), "历次评估") {
				t.Errorf("%s of %s reads %s: status %d", by.Post.Role, by.Post.Region, at, page.Code)
			}
		}
	}
}

// Where the child lived when it was assessed does not matter: who keeps its
// file now reads how its level came about.
func TestAnAssessmentGoesWithTheFile(t *testing.T) {
	w := newWorld(t, "甲")
	scale, _ := w.Rules.CountyScale(civil.DateOf(w.Clock.Now()))
	answers := map[string]string{}
	for _, e := range scale.Emergencies {
		answers[e.ID] = rule.Yes
	}
	var out assessment.Outcome
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = w.Assessor.Assess(ctx, tx, w.cast["director"], w.child(), assessment.In{Answers: answers})
		return err
	})
	const elsewhere = "990101101200"
	w.moveTo(elsewhere)
	there := w.cast["director"]
	there.Post.Region = elsewhere
	for _, c := range []struct {
		by   access.Actor
		want int
	}{{there, http.StatusOK}, {w.cast["director"], http.StatusNotFound}, {w.cast["officer"], http.StatusOK}} {
		w.by = c.by
		for _, at := range []string{"/assessments/" + ref.Format(out.ID), "/children/" + ref.Format(w.child())} {
			if page := w.do(http.MethodGet, at, nil); page.Code != c.want {
				t.Errorf("%s of %s at %s: status %d", c.by.Post.Role, c.by.Post.Region, at, page.Code)
			}
		}
	}
}

// moveTo gives the child a home in another village.
func (w *world) moveTo(village string) {
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Cabinet.Change(ctx, tx, w.cast["officer"], w.child(), 0, "随父母迁居", func(n *child.New) { n.Region, n.Dossier.Places.Residence.Region = village, village })
	})
}
