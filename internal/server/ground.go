package server

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/system/bundle"
	"weibao/internal/vault"
	"weibao/internal/workday"
	"weibao/rules"
)

// Ground is what every command that touches data stands on.
type Ground struct {
	Config config.Config
	DB     *db.DB
	Vault  *vault.Vault
	Clock  clock.Clock
	Log    *slog.Logger
	Recent *bundle.Recent // the last lines of the log, or nil

	release func()
}

// OpenDB opens the database of a checked and prepared folder, and keeps other
// processes off an embedded one. The schema may be of any version.
func OpenDB(ctx context.Context, c config.Config, clk clock.Clock, log *slog.Logger) (*Ground, error) {
	if err := errors.Join(c.Check(), c.Prepare()); err != nil {
		return nil, err
	}
	release, err := c.Lock()
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, c.DSN(), clk)
	if err != nil {
		release()
		return nil, err
	}
	return &Ground{Config: c, DB: d, Clock: clk, Log: log, release: release}, nil
}

// OpenBeside opens an embedded database that another process may be serving,
// or PostgreSQL, to look at it or copy it. There must be one, and it must
// have the program's schema.
func OpenBeside(ctx context.Context, c config.Config, clk clock.Clock, log *slog.Logger) (*Ground, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.DatabaseFile()); c.Embedded() && err != nil {
		return nil, errs.Wrap(errs.NotFound, err, "数据目录 "+c.Data+" 中没有数据库。请用 --data 指定正确的目录。")
	}
	d, err := db.Open(ctx, c.DSN(), clk)
	if err != nil {
		return nil, err
	}
	g := &Ground{Config: c, DB: d, Clock: clk, Log: log, release: func() {}}
	current, target, err := d.Version(ctx)
	if err == nil && current != target {
		err = errs.Newf(errs.Conflict, "数据库结构（版本 %d）与程序（版本 %d）不一致。请使用相配的程序，或先执行 weibao migrate。", current, target)
	}
	if err == nil {
		g.Vault, err = vault.Open(ctx, d, c.KeyFile(), vault.SM)
	}
	if err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// OpenGround is OpenDB with the schema brought up to date, the keys at hand
// and the working-day calendar loaded.
func OpenGround(ctx context.Context, c config.Config, clk clock.Clock, log *slog.Logger) (*Ground, error) {
	g, err := OpenDB(ctx, c, clk, log)
	if err != nil {
		return nil, err
	}
	if err := g.prepare(ctx); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

func (g *Ground) prepare(ctx context.Context) error {
	if err := g.DB.Migrate(ctx, g.Config.Backups()); err != nil {
		return err
	}
	v, err := vault.Open(ctx, g.DB, g.Config.KeyFile(), vault.SM)
	if err != nil {
		return err
	}
	g.Vault = v
	national, err := rule.Load(rules.FS, "")
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "workday.seed"); err != nil {
			return err
		}
		_, err := workday.Seed(ctx, tx, access.Program, national.Notices())
		return err
	})
}

// Book gives the rules of the county for which the installation was set up,
// or the national ones before that.
func (g *Ground) Book(ctx context.Context) (*rule.Book, error) {
	county, _, err := org.Installed(ctx, g.DB.Reader())
	if err != nil {
		return nil, err
	}
	return rule.Load(rules.FS, county.Name)
}

// Guard gives what knows people and posts under a login profile.
func (g *Ground) Guard(s config.Serve) (*auth.Guard, error) {
	profile, err := auth.ProfileOf(s.Profile)
	if err != nil {
		return nil, err
	}
	return &auth.Guard{DB: g.DB, Vault: g.Vault, Profile: profile, Places: places, Secure: s.Secure}, nil
}

// places fills in the names of units and regions of posts.
func places(ctx context.Context, tx *db.Tx, posts []access.Post) error {
	units, codes := make([]ref.Unit, len(posts)), make([]string, len(posts))
	for i, p := range posts {
		units[i], codes[i] = p.Unit, p.Region
	}
	names, err := org.Names(ctx, tx, units)
	if err != nil {
		return err
	}
	regions, err := region.Places(ctx, tx, codes)
	if err != nil {
		return err
	}
	for i, p := range posts {
		posts[i].UnitName, posts[i].RegionName = names[p.Unit], regions[p.Region]
	}
	return nil
}

// Close ends the connections and lets go of the folder.
func (g *Ground) Close() error {
	err := g.DB.Close()
	g.release()
	return err
}
