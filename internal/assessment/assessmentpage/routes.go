package assessmentpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/assessments", Permission: "assessment.list", Handle: p.Waiting},
		{Method: "GET", Path: "/assessments/replan", Permission: "assessment.replan", Handle: p.Replan},
		{Method: "POST", Path: "/assessments/replan", Permission: "assessment.replan", Handle: p.ReplanDone},
		{Method: "GET", Path: "/assessments/{assessment}", Permission: "assessment.list", Handle: p.Show},
		{Method: "POST", Path: "/assessments/{assessment}/decide", Permission: "assessment.decide", Handle: p.Decide},
		{Method: "GET", Path: "/children/{child}/assess", Permission: "assessment.assess", Handle: p.Assess},
		{Method: "POST", Path: "/children/{child}/assess", Permission: "assessment.assess", Handle: p.AssessDone},
		{Method: "GET", Path: "/children/{child}/records", Permission: "assessment.list", Handle: p.Records},
		{Method: "GET", Path: "/children/{child}/record", Permission: "assessment.record", Handle: p.Record},
		{Method: "POST", Path: "/children/{child}/record", Permission: "assessment.record", Handle: p.RecordDone},
	}
}
