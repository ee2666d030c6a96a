package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to give a database another version
)

// program builds the real program once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "weibao-program-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "weibao")
	out, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return file, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if file, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(code)
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "WEIBAO_LOG=quiet")
	return cmd
}

// weibao runs the program to its end.
func weibao(t *testing.T, args ...string) (status int, out, complaints string) {
	t.Helper()
	cmd := command(t, args...)
	var o, c bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &c
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), c.String()
}

// refused runs the program and expects one plain line of complaint.
func refused(t *testing.T, says string, args ...string) {
	t.Helper()
	status, _, complaints := weibao(t, args...)
	if status == 0 || strings.Count(complaints, "\n") != 1 || !strings.Contains(complaints, says) || !strings.HasPrefix(complaints, "weibao: ") {
		t.Errorf("%q: status %d, %q; want one line with %q", args, status, complaints, says)
	}
}

// installed gives a data folder with the demo county.
func installed(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if status, _, complaints := weibao(t, "county", "load", "demo", "--data", data); status != 0 {
		t.Fatal(complaints)
	}
	return data
}

// serving starts the program and gives its address; it is stopped, and must end well, after the test.
func serving(t *testing.T, data string) (url string, stop func()) {
	t.Helper()
	cmd := command(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	url = regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	if err != nil || url == "" {
		t.Fatalf("said %q, %s", line, complaints.String())
	}
	stop = sync.OnceFunc(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, complaints.String())
		}
	})
	t.Cleanup(stop)
	return url, stop
}

func TestMistakesAreOnePlainLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	data := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct {
		says string
		args []string
	}{
		{"没有这个选项", []string{"serve", "--nix"}},
		{"多余的参数", []string{"nix"}},
		{"缺少子命令", nil},
		{"缺少参数", []string{"backup"}},
		{"监听地址", []string{"serve", "--data", data, "--listen", "8080"}},
		{"已被其他程序占用", []string{"serve", "--data", data, "--listen", taken.Addr().String()}},
		{"数据库地址写法不对", []string{"serve", "--data", data, "--database", "mysql://u:geheim@h/x"}},
		{"连接不上数据库", []string{"serve", "--data", data, "--database", "postgres://u:geheim@127.0.0.1:1/x"}},
		{"无法建立目录", []string{"serve", "--data", filepath.Join(file, "data")}},
		{"登录", []string{"serve", "--data", data, "--profile", "nix"}},
		{"没有名为", []string{"county", "load", "nix", "--data", data}},
		{"没有数据库", []string{"backup", "--data", filepath.Join(data, "nix"), "x"}},
		{"读不出备份文件", []string{"restore", "--data", filepath.Join(data, "new"), "nix"}},
	} {
		refused(t, c.says, c.args...)
	}
	if _, _, complaints := weibao(t, "serve", "--data", data, "--database", "postgres://u:geheim@127.0.0.1:1/x"); strings.Contains(complaints, "geheim") {
		t.Error("the password is repeated")
	}
}

func TestANewerSchemaIsRefusedAndLeftAlone(t *testing.T) {
	data := installed(t)
	file := filepath.Join(data, "weibao.db")
	d, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999912312359, 1)"); err != nil {
		t.Fatal(err)
	}
	d.Close()
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}, {"doctor"}, {"backup", "b"}} {
		refused(t, "999912312359", append(args, "--data", data)...)
	}
}

func TestASecondProcessIsKeptOffTheData(t *testing.T) {
	data := installed(t)
	url, stop := serving(t, data)
	refused(t, "另一个 weibao 进程", "serve", "--data", data, "--listen", "127.0.0.1:0")
	refused(t, "另一个 weibao 进程", "migrate", "--data", data)
	res, err := http.Get(url + "/readyz")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the first is disturbed: %v", err)
	}
	res.Body.Close()
	stop()
	if _, stopAgain := serving(t, data); stopAgain == nil {
		t.Error("not free after the first has ended")
	}
}

func TestBackupWhileServingComesBackElsewhere(t *testing.T) {
	data := installed(t)
	write(t, filepath.Join(data, "files", "ab", "abcd"), "sealed attachment")
	url, _ := serving(t, data)
	file := filepath.Join(t.TempDir(), "weibao.bak")
	if status, _, complaints := weibao(t, "backup", "--data", data, file); status != 0 {
		t.Fatal(complaints)
	}
	if res, err := http.Get(url + "/readyz"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the service is disturbed: %v", err)
	}
	refused(t, "已存在", "backup", "--data", data, file)
	keys := filepath.Join(data, "keys", "weibao.keys")
	other := filepath.Join(t.TempDir(), "other")
	if status, _, complaints := weibao(t, "restore", "--data", other, "--keys", keys, file); status != 0 {
		t.Fatal(complaints)
	}
	if text, err := os.ReadFile(filepath.Join(other, "files", "ab", "abcd")); err != nil || string(text) != "sealed attachment" {
		t.Errorf("attachment %q, %v", text, err)
	}
	if status, out, complaints := weibao(t, "audit", "verify", "--data", other, "--keys", keys); status != 0 {
		t.Errorf("%s %s", out, complaints)
	}
	refused(t, "已有数据库", "restore", "--data", other, "--keys", keys, file)
}

func TestDamagedBackupsRestoreNothing(t *testing.T) {
	data := installed(t)
	file := filepath.Join(t.TempDir(), "weibao.bak")
	if status, _, complaints := weibao(t, "backup", "--data", data, file); status != 0 {
		t.Fatal(complaints)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(data, "keys", "weibao.keys")
	foreign := filepath.Join(installed(t), "keys", "weibao.keys")
	middle := bytes.Clone(whole)
	middle[len(middle)/2] ^= 1
	for name, c := range map[string]struct {
		text       []byte
		keys, says string
	}{
		"changed":          {middle, keys, "已损坏"},
		"cut short":        {whole[:len(whole)-10], keys, "已损坏"},
		"half":             {whole[:len(whole)/2], keys, "已损坏"},
		"empty":            {nil, keys, "不是未保通的备份"},
		"something else":   {[]byte("hello\nworld"), keys, "不是未保通的备份"},
		"foreign key file": {whole, foreign, "密钥"},
		"no key file":      {whole, keys + ".nix", "密钥文件"},
	} {
		t.Run(name, func(t *testing.T) {
			bad, target := filepath.Join(t.TempDir(), "bad.bak"), filepath.Join(t.TempDir(), "target")
			write(t, bad, string(c.text))
			refused(t, c.says, "restore", "--data", target, "--keys", c.keys, bad)
			left, err := filepath.Glob(filepath.Join(target, ".restoring-*"))
			if _, dbErr := os.Stat(filepath.Join(target, "weibao.db")); dbErr == nil || len(left) > 0 || err != nil {
				t.Errorf("something was left behind: %v", left)
			}
		})
	}
}

func TestMigrateUpgradesWithABackupBefore(t *testing.T) {
	data := installed(t)
	file := filepath.Join(data, "weibao.db")
	d, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	// As if the last step had not been made: whether it can be made again is its own affair, the copy comes first.
	if _, err := d.Exec("DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)"); err != nil {
		t.Fatal(err)
	}
	d.Close()
	_, _, _ = weibao(t, "migrate", "--data", data)
	copies, err := filepath.Glob(filepath.Join(data, "backups", "before-*.db"))
	if err != nil || len(copies) != 1 {
		t.Errorf("copies before the upgrade: %v", copies)
	}
}

func TestServeSurvivesAKillAtAnyMoment(t *testing.T) {
	data := installed(t)
	for _, after := range []time.Duration{0, 30 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond} {
		cmd := command(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // says that it was killed
	}
	_, stop := serving(t, data)
	stop()
	if status, out, complaints := weibao(t, "audit", "verify", "--data", data); status != 0 {
		t.Errorf("%s %s", out, complaints)
	}
}

func TestVersionIsSaid(t *testing.T) {
	if status, out, _ := weibao(t, "version"); status != 0 || !strings.HasPrefix(out, "weibao ") {
		t.Errorf("%d %q", status, out)
	}
}

func TestASupportBundleIsMadeOfWhatIsThere(t *testing.T) {
	data := installed(t)
	dir := t.TempDir()
	file, log := filepath.Join(dir, "bundle.zip"), filepath.Join(dir, "log")
	write(t, log, `{"level":"WARN","msg":"job"}`+"\n")
	status, out, complaints := weibao(t, "support", "bundle", file, "--data", data, "--log", log)
	if status != 0 || !strings.Contains(out, "正在收集：各表的行数和大小") || !strings.Contains(out, "支持包已写到") || strings.Contains(out, "没有") && !strings.Contains(out, "没有业务数据") {
		t.Fatalf("status %d: %s%s", status, out, complaints)
	}
	refused(t, "已存在", "support", "bundle", file, "--data", data)
	refused(t, "没有数据目录", "support", "bundle", filepath.Join(dir, "b.zip"), "--data", filepath.Join(dir, "nix"))
	refused(t, "读不出日志", "support", "bundle", filepath.Join(dir, "b.zip"), "--data", data, "--log", filepath.Join(dir, "nix"))
	refused(t, "没有写成", "support", "bundle", filepath.Join(dir, "nix", "b.zip"), "--data", data)

	write(t, filepath.Join(data, "weibao.db"), "no database at all, but a bundle is wanted now")
	status, out, complaints = weibao(t, "support", "bundle", filepath.Join(dir, "ill.zip"), "--data", data)
	if status != 0 || !strings.Contains(out, "没有取到：各表的行数和大小") || !strings.Contains(out, "没有记入审计记录") {
		t.Errorf("of an ill installation: status %d: %s%s", status, out, complaints)
	}
}
