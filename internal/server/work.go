package server

import (
	"slices"

	"weibao/internal/duty/dutypage"
	"weibao/internal/file"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/plan/planpage"
	"weibao/internal/plan/taskpage"
	"weibao/internal/plan/viewpage"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// work makes the screens of duties and plans and gives their routes.
func (a *App) work() ([]ui.Route, error) {
	rules := func(string) *rule.Book { return a.Rules }
	a.Plans = &plan.Desk{Duties: a.Kernel, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault}, Rules: rules, Units: plan.Directory(rules)}
	var err error
	a.duties, err = dutypage.New(dutypage.Deps{
		DB: a.DB, UI: a.UI, Kernel: a.Kernel, Units: org.Names, UnitChoices: unitChoices, Colleagues: a.colleagues, Kinds: dutyKinds(),
	})
	if err != nil {
		return nil, err
	}
	tasks, err := taskpage.New(taskpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Plans, Units: org.Names})
	if err != nil {
		return nil, err
	}
	views, err := viewpage.New(viewpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Plans, Units: org.Names})
	if err != nil {
		return nil, err
	}
	plans, err := planpage.New(planpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Plans})
	if err != nil {
		return nil, err
	}
	return slices.Concat(a.duties.Routes(), tasks.Routes(), views.Routes(), plans.Routes()), nil
}
