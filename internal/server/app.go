package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
	"weibao/internal/assessment"
	"weibao/internal/guardianship"

	"weibao/assets"
	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/auth"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/config"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/job"
	"weibao/internal/justice"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/ui"
	"weibao/internal/workday"
)

// App is the wired house.
type App struct {
	*Ground
	Serve     config.Serve
	Rules     *rule.Book
	Guard     *auth.Guard
	Kernel    *duty.Kernel
	Plans     *plan.Desk
	Cabinet   *child.Cabinet
	Guardian  *guardianship.Desk
	Assessor  *assessment.Desk
	Referrer  *referral.Desk
	Cases     *casework.Desk
	Alarm     *emergency.Desk
	Screener  *screening.Desk
	Reception *intake.Desk
	Justice   *justice.Desk
	UI        *ui.Renderer
	Sealer    *audit.Sealer
	Routes    []ui.Route
	Kinds     []job.Kind
	// Attach finds who is behind a request.
	Attach func(*http.Request) (*http.Request, access.Actor, error)
	// Lost tells the public of an address that does not exist or takes only forms.
	Lost func(http.ResponseWriter, *http.Request, error) error

	duties *dutypage.Pages
}

// Assemble wires everything above the ground. Nothing runs yet.
func Assemble(ctx context.Context, g *Ground, s config.Serve) (*App, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	book, err := g.Book(ctx)
	if err != nil {
		return nil, err
	}
	guard, err := g.Guard(s)
	if err != nil {
		return nil, err
	}
	a := &App{Ground: g, Serve: s, Rules: book, Guard: guard, Sealer: g.Vault.Sealer(g.Config.Seals())}
	a.Kernel, a.Cabinet = a.kernel(), a.cabinet()
	a.Assessor, a.Screener = a.assessor(), a.screener()
	a.caseworkDesks()
	a.follow()
	a.Reception = a.reception()
	a.Guardian, a.Justice = a.guardian(), a.justice()
	a.Kernel.Moved = func(ctx context.Context, tx *db.Tx, by access.Actor, was, is duty.Duty) error {
		if err := a.Referrer.Follow(ctx, tx, by, was, is); err != nil {
			return err
		}
		if err := a.Cases.Freed(ctx, tx, by, was, is); err != nil {
			return err
		}
		if err := a.Alarm.Follow(ctx, tx, by, was, is); err != nil {
			return err
		}
		return a.Guardian.Moved(ctx, tx, by, was, is)
	}
	if err := a.face(); err != nil {
		return nil, err
	}
	if err := a.pages(); err != nil {
		return nil, err
	}
	a.Kinds = a.kinds()
	return a, nil
}

func (a *App) kernel() *duty.Kernel {
	return &duty.Kernel{
		Ladder: func(id string) rule.Ladder {
			if id == "" {
				return rule.Ladder{}
			}
			l, _ := a.Rules.Ladder(id, civil.DateOf(a.Clock.Now()))
			return l
		},
		Calendar: workday.Calendar,
		Superior: org.SuperiorID,
		Office:   org.OfficeID,
		Closed:   map[string]access.Permission{justice.Requests: justice.Decides},
		Limits:   func() duty.Limits { return limits(a.Rules, civil.DateOf(a.Clock.Now())) },
	}
}

// limits reads the kernel's own spans from the rules.
func limits(book *rule.Book, on civil.Date) duty.Limits {
	workdays := func(id string) int {
		c, _ := book.Clock(id, on)
		return c.Span.N
	}
	return duty.Limits{Decide: workdays("duty.decide"), Superior: workdays("duty.superior"), Soon: workdays("duty.soon"),
		Critical: workdays("duty.critical"), DecideLadder: duty.DefaultLadder, SuperiorLadder: duty.DefaultLadder}
}

func (a *App) face() (err error) {
	a.UI, err = ui.New(ui.Options{
		Place: a.Rules.County().Title, Clock: a.Clock, Log: a.Log, Nav: navigation,
		LoginPath: "/login", LogoutPath: "/logout", PostPath: "/post", SelfPath: "/me", InboxPath: "/duties", SearchPath: "/search", Menu: menu,
		Inbox: a.badge, Warn: a.warn,
	})
	return err
}

// badge counts for the shell; it is asked only after the pages were made.
func (a *App) badge(r *http.Request, by access.Actor) (open, overdue int) {
	if !by.Can("duty.inbox") {
		return 0, 0
	}
	open, overdue, err := a.duties.Badge(r.Context(), by)
	if err != nil {
		a.Log.Error("badge", "error", err)
	}
	return open, overdue
}

const (
	sweepEvery = 30 * time.Second
	sealEvery  = time.Minute
)

// kinds is the only list of background work.
func (a *App) kinds() []job.Kind {
	return append(slices.Concat(a.flow().Kinds(), a.childKinds(), a.screeningKinds(), a.assessmentKinds()), []job.Kind{
		{Name: "duty.sweep", Label: "责任事项到期检查", Next: job.Every(sweepEvery), Run: func(ctx context.Context, r *job.Run) error {
			_, err := a.Kernel.Sweep(ctx, r.DB)
			return err
		}},
		{Name: "audit.seal", Label: "审计记录封存", Next: job.Every(sealEvery), Run: func(ctx context.Context, r *job.Run) error {
			_, err := a.Sealer.Seal(ctx, r.DB)
			return err
		}},
		{Name: "auth.sweep", Label: "清理已结束的会话", Next: job.Every(time.Hour), Run: func(ctx context.Context, _ *job.Run) error {
			_, err := a.Guard.Sweep(ctx)
			return err
		}},
		{Name: "vault.finish", Label: "用新主密钥重新加密数据密钥", Next: job.Every(time.Minute), Run: func(ctx context.Context, r *job.Run) error {
			_, err := a.Vault.Finish(ctx, r.DB, nil)
			return err
		}},
		{Name: "file.sweep", Label: "清理没有归属的附件内容", Next: job.Every(24 * time.Hour), Run: func(ctx context.Context, r *job.Run) error {
			_, err := (&file.Store{Dir: a.Config.Files(), Vault: a.Vault}).Sweep(ctx, r.DB)
			return err
		}},
		job.Clean,
	}...)
}

// Server joins the routes.
func (a *App) Server() (*Server, error) {
	trusted, err := a.Serve.Trusted()
	if err != nil {
		return nil, err
	}
	set, err := assets.Load()
	if errors.Is(err, assets.ErrNotBuilt) {
		a.Log.Warn("assets", "error", err)
	} else if err != nil {
		return nil, err
	}
	return New(Options{
		Routes: a.Routes, UI: a.UI, DB: a.DB, Log: a.Log, Attach: a.Attach, Assets: set, Uploads: uploads,
		Trusted: trusted, Secure: a.Serve.Secure, Token: a.Serve.Token, Gauges: a.gauges(), Phones: a.helplines(), Lost: a.Lost,
	})
}

// helplines are the numbers to call, the most urgent first.
func (a *App) helplines() (list []Phone) {
	for _, c := range a.Rules.Channels(civil.DateOf(a.Clock.Now())) {
		if c.Number != "" {
			list = append(list, Phone{c.Number, c.Label, c.When, c.Child})
		}
	}
	return list
}

// gauges are asked when somebody reads the metrics.
func (a *App) gauges() map[string]func() float64 {
	count := func(state job.State) float64 {
		rows, err := job.Counts(context.Background(), a.DB.Reader())
		if err != nil {
			return -1
		}
		for _, row := range rows {
			if row.State == state {
				return float64(row.N)
			}
		}
		return 0
	}
	return map[string]func() float64{
		`weibao_jobs{state="waiting"}`: func() float64 { return count(job.Waiting) },
		`weibao_jobs{state="running"}`: func() float64 { return count(job.Running) },
		`weibao_jobs{state="failed"}`:  func() float64 { return count(job.Failed) },
		`weibao_writes_halted`: func() float64 {
			if a.DB.Halted() != nil {
				return 1
			}
			return 0
		},
	}
}

// Run serves on a listener and does the background work until ctx ends, then
// finishes what has begun. It says on out where the desk is.
func (a *App) Run(ctx context.Context, l net.Listener, out io.Writer) error {
	s, err := a.Server()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	work, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() {
		done <- (&job.Runner{DB: a.DB, Kinds: a.Kinds, Log: a.Log}).Run(work, drainTime)
		stop() // without background work nothing may be served
	}()
	go a.warm(work)
	fmt.Fprintf(out, "未保通已启动：http://%s/\n", l.Addr())
	served := s.Serve(work, l)
	stop()
	err = errors.Join(served, <-done)
	// The last entries are sealed before the process goes.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if _, sealErr := a.Sealer.Seal(last, a.DB); sealErr != nil && a.DB.Halted() == nil {
		err = errors.Join(err, sealErr)
	}
	return err
}
