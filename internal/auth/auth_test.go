package auth_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

const (
	password = "Maple.river7"
	county   = "990101000000"
)

var (
	system   = access.Actor{User: 901, Name: "系统员", Post: access.Post{Role: access.SystemAdmin}}
	security = access.Actor{User: 902, Name: "安全员", Post: access.Post{Role: access.SecurityAdmin}}
	auditor  = access.Actor{User: 903, Name: "审计员", Post: access.Post{Role: access.AuditAdmin}}
)

// house is a guard over one database with a clock that the test moves.
type house struct {
	*auth.Guard
	t     testing.TB
	d     *db.DB
	clock *clock.Manual
}

func houses(t *testing.T, test func(t *testing.T, h *house)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) { test(t, newHouse(t, d, c)) })
}

func newHouse(t testing.TB, d *db.DB, c *clock.Manual) *house {
	t.Helper()
	v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys.json"), vault.SM)
	must(t, err)
	p, err := auth.ProfileOf("dengbao")
	must(t, err)
	p.SecondFactor = "none"
	p.Work = auth.Work{MemoryKiB: 64, Passes: 1, Lanes: 1}
	return &house{&auth.Guard{DB: d, Vault: v, Profile: p}, t, d, c}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) write(fn func(tx *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.d.Write(h.t.Context(), fn))
}

// credential is made once: hashing takes its time by intent.
var credential auth.Credential

func (h *house) user(login string) ref.User {
	h.t.Helper()
	if credential.Text() == "" {
		var err error
		credential, err = h.Fixed(h.t.Context(), password)
		must(h.t, err)
	}
	var id ref.User
	h.write(func(tx *db.Tx) (err error) {
		id, err = h.CreateUser(h.t.Context(), tx, access.Program, auth.NewUser{Login: login, Name: "测试" + login, Phone: "13900000001", Password: credential})
		return err
	})
	return id
}

func (h *house) post(id ref.User, role access.Role) ref.Post {
	h.t.Helper()
	var p ref.Post
	h.write(func(tx *db.Tx) (err error) {
		p, err = h.Install(h.t.Context(), tx, h.request(id, role))
		return err
	})
	return p
}

func (h *house) request(id ref.User, role access.Role) auth.PostRequest {
	in := auth.PostRequest{Holder: id, Role: role, Starts: civil.DateOf(h.clock.Now())}
	if !role.Admin() {
		in.Unit, in.Region = 5, county
	}
	return in
}

func (h *house) try(login, password, network string) (string, auth.Session, error) {
	return h.Login(h.t.Context(), auth.Try{Login: login, Password: password, Network: network})
}

// login gives the token of a complete login.
func (h *house) login(login string) string {
	h.t.Helper()
	token, s, err := h.try(login, password, "203.0.113.5")
	must(h.t, err)
	if s.Stage != auth.Full {
		h.t.Fatalf("stage %s, want full", s.Stage)
	}
	return token
}

func (h *house) alive(token string) bool {
	h.t.Helper()
	_, _, err := h.Resume(h.t.Context(), token)
	if err != nil && !errs.Is(err, errs.SignIn) {
		h.t.Fatal(err)
	}
	return err == nil
}

func TestPasswordRules(t *testing.T) {
	p, err := auth.ProfileOf("dengbao")
	must(t, err)
	good := []string{
		"Maple.river7", "蓝天白云下的小船Hu3", "tea-Kettle-42-moss", "Xy7$kk29Qp", "雨夜行船江上灯火Abc9", "correct Horse 9 battery", "9Lanterns#north", "vZ3!ploughs",
		"Kf8_wandering", "Oxbow-Lake-77", "m4Rzipan&thyme", "Quiet.Harbor3", "tulip+Raven81", "Zebra%crossing5", "H2o-molecule-X", "umbrella_93_Qt", "Sorghum~fields1", "Bamboo/shoot66", "Jade,Gate,pass8", "Lotus Root 2 pond",
		strings.Repeat("Ab3!x9", 20) + "tulip",
	}
	bad := map[string]string{
		"": "至少", "Ab3!": "至少", "Ab3!efghi": "至少", strings.Repeat("Ab3!x9", 22): "超过",
		"maplerivers": "至少", "MAPLERIVERS": "至少", "4829105736": "至少", "maple.river": "至少", "mapleriver7": "至少", "MAPLERIVER7": "至少", "maple river": "至少", "!!!!####$$$$7": "至少",
		"Password123!": "常见", "P@ssw0rd2026": "常见", "Admin@123456": "常见", "Root#123456": "常见", "Qwerty123456!": "常见", "Woaini1314!": "常见", "Aa123456789!": "常见", "Abc123456!!": "常见",
		"Welcome2026!": "常见", "1Qaz2wsx!!": "常见", "Iloveyou520!": "常见", "Weibao2026!": "常见", "Zhongguo@1949": "常见", "Minzhengju#1": "常见", "Huanying@2026": "常见", "Test@test2026": "常见", "Guanai#20260": "常见", "Letmein!2026": "常见",
		"Abcdefgh1!": "连续", "Aaaaaaaa1!": "常见", "Qwertyuiop1": "常见", "Asdfghjkl9!": "常见", "A1111111111!": "连续", "Zyxwvuts8!": "连续", "Abcabcabcabc1": "常见",
		"Lihua.river7": "账号", "my-LIHUA-word1": "账号", "李花的口令Aa1xy": "姓名", "Maple\x00river7": "无法识别", "Maple\xffriver7x": "无法识别",
	}
	if n := len(good) + len(bad); n < 60 {
		t.Fatalf("%d passwords in the table", n)
	}
	for _, word := range good {
		if why := p.Check(word, "lihua", "李花"); why != "" {
			t.Errorf("%q refused: %s", word, why)
		}
	}
	for word, say := range bad {
		if why := p.Check(word, "lihua", "李花"); !strings.Contains(why, say) {
			t.Errorf("%q: said %q, want a word of %q", word, why, say)
		}
	}
	asvs, err := auth.ProfileOf("asvs")
	must(t, err)
	if why := asvs.Check("maple river bank", "lihua", "李花"); why != "" {
		t.Errorf("asvs wants classes: %s", why)
	}
	if asvs.Check("Maple.river", "lihua", "李花") == "" || asvs.Check("password", "lihua", "李花") == "" {
		t.Error("asvs takes short ones")
	}
	if _, err := auth.ProfileOf("../common"); err == nil {
		t.Error("a profile outside the folder")
	}
}

func TestLoginMatrix(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		id := h.user("lihua")
		gone := h.user("gone")
		h.write(func(tx *db.Tx) error { return h.Disable(t.Context(), tx, access.Program, gone) })
		for name, c := range map[string]struct {
			login, password string
			ok              bool
		}{
			"right": {"lihua", password, true}, "upper case and spaces of the login": {" LiHua ", password, true},
			"wrong": {"lihua", "Maple.river8", false}, "case": {"lihua", strings.ToLower(password), false}, "empty": {"lihua", "", false},
			"unknown": {"nobody", password, false}, "disabled": {"gone", password, false}, "injected": {"lihua' --", password, false},
		} {
			_, s, err := h.try(c.login, c.password, "203.0.113.5")
			if c.ok && (err != nil || s.Holder != id || s.Stage != auth.Full) {
				t.Errorf("%s: %v %v", name, s.Stage, err)
			}
			if !c.ok && !errs.Is(err, errs.SignIn) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Wrong, unknown and disabled are answered alike, in text and, roughly, time.
func TestUnknownAccountsLookLikeWrongPasswords(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		shipped, err := auth.ProfileOf("dengbao")
		must(t, err)
		h.Profile.Work = shipped.Work
		h.user("lihua")
		answers := map[string]string{}
		took := map[string]time.Duration{}
		for _, login := range []string{"lihua", "nobody"} {
			for i := range 7 {
				start := clock.Mark()
				_, _, err := h.try(login, "Wrong.word.1", fmt.Sprintf("203.0.%d.5", i/4))
				took[login] = max(took[login], clock.Since(start))
				answers[login] += fmt.Sprintln(i, err)
			}
		}
		if answers["lihua"] != answers["nobody"] {
			t.Errorf("answers differ:\n%s\n%s", answers["lihua"], answers["nobody"])
		}
		if took["nobody"] < 10*time.Millisecond {
			t.Errorf("an unknown account is answered in %v, without the work of a hash", took["nobody"])
		}
	})
}

func TestFiveFailuresLockForHalfAnHourFromThere(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		id := h.user("lihua")
		device, err := h.DeviceCookie(t.Context(), id)
		must(t, err)
		for range 5 {
			if _, _, err := h.try("lihua", "Wrong.word.1", "203.0.113.5"); !errs.Is(err, errs.SignIn) {
				t.Fatal(err)
			}
		}
		if _, _, err := h.try("lihua", password, "203.0.113.77"); !errs.Is(err, errs.TooMany) {
			t.Errorf("the right password from the same network after five failures: %v", err)
		}
		if _, _, err := h.Login(t.Context(), auth.Try{Login: "lihua", Password: password, Network: "203.0.113.5", Device: device}); err != nil {
			t.Errorf("the owner's own device is locked out: %v", err)
		}
		other, err := h.DeviceCookie(t.Context(), h.user("other"))
		must(t, err)
		for name, forged := range map[string]string{"another person's": other, "edited": string(device[0]^1) + device[1:], "empty mark": "x.", "none": ""} {
			if _, _, err := h.Login(t.Context(), auth.Try{Login: "lihua", Password: password, Network: "203.0.113.5", Device: forged}); !errs.Is(err, errs.TooMany) {
				t.Errorf("%s device cookie opens a lock: %v", name, err)
			}
		}
		if _, _, err := h.try("lihua", password, "198.51.100.9"); err != nil {
			t.Errorf("another network is locked out: %v", err)
		}
		h.clock.Advance(30*time.Minute - time.Millisecond)
		if _, _, err := h.try("lihua", password, "203.0.113.5"); !errs.Is(err, errs.TooMany) {
			t.Errorf("a moment before half an hour: %v", err)
		}
		h.clock.Advance(time.Millisecond)
		if _, _, err := h.try("lihua", password, "203.0.113.5"); err != nil {
			t.Errorf("after half an hour: %v", err)
		}
	})
}

func TestASuccessForgetsFailuresAndParallelGuessesCountToo(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		for range 3 {
			for range 4 {
				_, _, _ = h.try("lihua", "Wrong.word.1", "203.0.113.5")
			}
			h.login("lihua")
		}
		results := make(chan error, 20)
		for range 20 {
			go func() {
				_, _, err := h.try("lihua", "Wrong.word.1", "198.51.100.1")
				results <- err
			}()
		}
		checked := 0
		for range 20 {
			if err := <-results; errs.Is(err, errs.SignIn) {
				checked++
			} else if !errs.Is(err, errs.TooMany) {
				t.Error(err)
			}
		}
		if checked != 5 {
			t.Errorf("%d of 20 guesses at once were checked, want 5", checked)
		}
	})
}

func TestSprayingLocksTheNetworkAndIsJournalled(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		for i := range 30 {
			_, _, _ = h.try(fmt.Sprint("user", i), "Wrong.word.1", "203.0.113.5")
		}
		if _, _, err := h.try("lihua", password, "203.0.113.6"); !errs.Is(err, errs.TooMany) {
			t.Errorf("a spraying network goes on: %v", err)
		}
		if _, _, err := h.try("lihua", password, "198.51.100.1"); err != nil {
			t.Errorf("another network suffers: %v", err)
		}
		n, err := db.Get[int64](t.Context(), h.d.Reader(), "SELECT count(*) FROM audit_entry WHERE action = 'auth.spray'")
		must(t, err)
		if n == 0 {
			t.Error("no alarm in the journal")
		}
		h.clock.Advance(10 * time.Minute)
		if _, _, err := h.try("lihua", password, "203.0.113.6"); err != nil {
			t.Errorf("after ten minutes: %v", err)
		}
	})
}

func TestNoAddressIsStored(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		_, _, _ = h.try("lihua", "Wrong.word.1", "203.0.113.5")
		h.login("lihua")
		for _, table := range []string{"auth_failure", "auth_session", "audit_entry", "auth_user"} {
			rows, err := db.All[int64](t.Context(), h.d.Reader(), "SELECT count(*) FROM "+table+" x WHERE CAST(x.* AS TEXT) LIKE '%203.0.113%'")
			if h.d.Dialect == db.SQLite {
				break // its file is searched below
			}
			must(t, err)
			if rows[0] != 0 {
				t.Errorf("%s holds the address", table)
			}
		}
		if h.d.Dialect == db.SQLite && fileHolds(t, h.d.Path(), "203.0.113") {
			t.Error("the database file holds the address")
		}
	})
}

func TestTemporaryAndOldPasswordsMustBeChanged(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.user("lihua")
		c, err := h.OneTime(ctx)
		must(t, err)
		h.write(func(tx *db.Tx) error { return h.ResetPassword(ctx, tx, system, id, c) })
		if _, _, err := h.try("lihua", password, "198.51.100.9"); err == nil {
			t.Error("the former password still works")
		}
		token, s, err := h.try("lihua", c.Text(), "203.0.113.5")
		must(t, err)
		if _, a, _ := h.Resume(ctx, token); s.Stage != auth.NeedsPassword || !a.IsZero() {
			t.Fatalf("stage %s, actor %v: a one-time password lets a person act", s.Stage, a)
		}
		if _, _, err := h.ChangePassword(ctx, token, auth.Change{New: "Maple.river8", Again: "Maple.river9"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("two different words: %v", err)
		}
		if _, _, err := h.ChangePassword(ctx, token, auth.Change{New: password, Again: password}); !errs.Is(err, errs.Invalid) {
			t.Errorf("the former password again: %v", err)
		}
		next, s, err := h.ChangePassword(ctx, token, auth.Change{New: "Maple.river8", Again: "Maple.river8"})
		must(t, err)
		if s.Stage != auth.Full || !h.alive(next) || h.alive(token) {
			t.Errorf("after the change: %s, new token %v, old token %v", s.Stage, h.alive(next), h.alive(token))
		}
		h.clock.Advance(90*24*time.Hour - time.Minute)
		if _, s, err = h.try("lihua", "Maple.river8", "203.0.113.5"); err != nil || s.Stage != auth.Full {
			t.Errorf("on the 90th day: %s %v", s.Stage, err)
		}
		h.clock.Advance(time.Minute)
		if _, s, err = h.try("lihua", "Maple.river8", "203.0.113.5"); err != nil || s.Stage != auth.NeedsPassword {
			t.Errorf("after 90 days: %s %v", s.Stage, err)
		}
	})
}

func TestTheLastFivePasswordsAreBarred(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.user("lihua")
		token, now := h.login("lihua"), password
		change := func(to string) error {
			next, _, err := h.ChangePassword(ctx, token, auth.Change{Old: now, New: to, Again: to})
			if err == nil {
				token, now = next, to
			}
			h.clock.Advance(time.Second)
			return err
		}
		for i := range 4 {
			must(t, change(fmt.Sprintf("Maple.river%d", 10+i)))
		}
		if err := change(password); !errs.Is(err, errs.Invalid) {
			t.Errorf("the fifth last: %v", err)
		}
		must(t, change("Maple.river20"))
		if err := change(password); err != nil {
			t.Errorf("the sixth last: %v", err)
		}
		if _, _, err := h.ChangePassword(ctx, token, auth.Change{Old: "Wrong.word.1", New: "Maple.river30", Again: "Maple.river30"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("without the old password: %v", err)
		}
	})
}

func (h *house) code(secret string) string {
	h.t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), h.clock.Now())
	must(h.t, err)
	return code
}

func TestSecondFactor(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.Profile.SecondFactor = "all"
		id := h.user("lihua")
		token, s, err := h.try("lihua", password, "203.0.113.5")
		must(t, err)
		if s.Stage != auth.NeedsFactor {
			t.Fatalf("stage %s", s.Stage)
		}
		e, err := h.BeginFactor(ctx, token)
		must(t, err)
		again, err := h.BeginFactor(ctx, token)
		must(t, err)
		if again.Secret != e.Secret {
			t.Error("asking again offers another secret")
		}
		if png, err := e.PNG(); err != nil || len(png) < 200 {
			t.Errorf("picture: %d bytes, %v", len(png), err)
		}
		if _, _, _, err := h.ConfirmFactor(ctx, token, "000000"); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong first code: %v", err)
		}
		codes, full, s, err := h.ConfirmFactor(ctx, token, h.code(e.Secret))
		must(t, err)
		if s.Stage != auth.Full || len(codes) != 10 || h.alive(token) || !h.alive(full) {
			t.Fatalf("%s, %d codes", s.Stage, len(codes))
		}
		if _, err := h.BeginFactor(ctx, full); !errs.Is(err, errs.Conflict) {
			t.Errorf("a confirmed secret is shown again: %v", err)
		}
		token, s, err = h.try("lihua", password, "203.0.113.5")
		must(t, err)
		if _, a, _ := h.Resume(ctx, token); s.Stage != auth.NeedsCode || !a.IsZero() {
			t.Fatalf("stage %s", s.Stage)
		}
		if _, _, err := h.Code(ctx, token, h.code(e.Secret)); !errs.Is(err, errs.Invalid) {
			t.Errorf("a code that was taken once: %v", err)
		}
		h.clock.Advance(31 * time.Second)
		stale := h.code(e.Secret)
		h.clock.Advance(90 * time.Second)
		if _, _, err := h.Code(ctx, token, stale); !errs.Is(err, errs.Invalid) {
			t.Errorf("a code of a minute and a half ago: %v", err)
		}
		next, s, err := h.Code(ctx, token, h.code(e.Secret))
		must(t, err)
		if s.Stage != auth.Full || h.alive(token) || !h.alive(next) {
			t.Errorf("stage %s; fixed token lives: %v", s.Stage, h.alive(token))
		}
		for i, want := range []bool{true, false} {
			token, _, err = h.try("lihua", password, "203.0.113.5")
			must(t, err)
			if _, _, err := h.Code(ctx, token, strings.ToLower(codes[3])); (err == nil) != want {
				t.Errorf("recovery code, use %d: %v", i+1, err)
			}
		}
		h.write(func(tx *db.Tx) error { return h.ResetFactor(ctx, tx, security, id) })
		if _, s, err = h.try("lihua", password, "203.0.113.5"); err != nil || s.Stage != auth.NeedsFactor {
			t.Errorf("after the reset: %s %v", s.Stage, err)
		}
	})
}

func TestGuessingCodesLocks(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.Profile.SecondFactor = "all"
		h.user("lihua")
		token, _, err := h.try("lihua", password, "203.0.113.5")
		must(t, err)
		e, err := h.BeginFactor(ctx, token)
		must(t, err)
		_, _, _, err = h.ConfirmFactor(ctx, token, h.code(e.Secret))
		must(t, err)
		h.clock.Advance(time.Minute)
		for i := range 6 {
			token, _, err = h.try("lihua", password, "203.0.113.5") // a new login must not give new tries
			must(t, err)
			_, _, err = h.Code(ctx, token, "000000")
			if want := map[bool]errs.Kind{true: errs.Invalid, false: errs.TooMany}[i < 5]; !errs.Is(err, want) {
				t.Errorf("guess %d: %v", i+1, err)
			}
		}
		if _, _, err := h.Code(ctx, token, h.code(e.Secret)); !errs.Is(err, errs.TooMany) {
			t.Errorf("the right code after five wrong ones: %v", err)
		}
	})
}
