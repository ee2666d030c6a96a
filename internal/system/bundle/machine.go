package bundle

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"syscall"

	"weibao/internal/config"
)

// settings tells how things are set without where anything is: an address
// names a machine or a person's folder, a database address holds a password.
func settings(_ context.Context, s Source, _ func(int, int)) (any, error) {
	out := map[string]any{
		"data_default": s.Config.Data == "./data",
		"keys_default": s.Config.Keys == "",
		"embedded":     s.Config.Embedded(),
		"environment":  ownEnvironment(),
	}
	if !s.Config.Embedded() {
		out["database"] = databaseSettings(s.Config.Database)
	}
	if s.Serve != nil {
		out["serve"] = serveSettings(*s.Serve)
	}
	return out, nil
}

// ownEnvironment gives the names of what is set, never the values.
func ownEnvironment() []string {
	out := []string{}
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "WEIBAO_") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func databaseSettings(dsn string) map[string]any {
	u, err := url.Parse(dsn)
	if err != nil {
		return map[string]any{"readable": false}
	}
	names := []string{}
	for name := range u.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return map[string]any{"hosts": strings.Count(u.Host, ",") + 1, "password_given": func() bool { _, set := u.User.Password(); return set }(),
		"sslmode": u.Query().Get("sslmode"), "target_session_attrs": u.Query().Get("target_session_attrs"), "options": names}
}

func serveSettings(s config.Serve) map[string]any {
	host, port, _ := net.SplitHostPort(s.Listen)
	addr, err := netip.ParseAddr(host)
	return map[string]any{"port": port, "loopback_only": err == nil && addr.IsLoopback(), "profile": s.Profile, "secure": s.Secure,
		"proxies": len(s.Proxies), "metrics_token": s.Token != ""}
}

// machine gives figures of the machine and of this process.
func machine(_ context.Context, s Source, _ func(int, int)) (any, error) {
	var disk syscall.Statfs_t
	out := map[string]any{
		"cpus": runtime.NumCPU(), "cpus_used": runtime.GOMAXPROCS(0),
		"kernel": text("/proc/sys/kernel/osrelease"), "load": text("/proc/loadavg"), "uptime_seconds": first(text("/proc/uptime")),
		"memory": chosen("/proc/meminfo", "MemTotal", "MemAvailable", "SwapTotal", "SwapFree"),
		"process": map[string]any{"status": chosen("/proc/self/status", "VmRSS", "VmHWM", "Threads"), "limits": chosen("/proc/self/limits", "Max open files"),
			"open_files": entries("/proc/self/fd"), "goroutines": runtime.NumGoroutine(), "heap_bytes": heap()},
		"attachments": folder(s.Config.Files()), "backups": folder(s.Config.Backups()),
	}
	if err := syscall.Statfs(s.Config.Data, &disk); err == nil {
		out["disk"] = map[string]uint64{"free": disk.Bavail * uint64(disk.Bsize), "total": disk.Blocks * uint64(disk.Bsize), "free_inodes": disk.Ffree}
	}
	return out, nil
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func text(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func first(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return word
}

// chosen gives the named lines of a file of the kernel.
func chosen(file string, names ...string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text(file)) {
		for _, name := range names {
			if rest, ok := strings.CutPrefix(line, name); ok {
				out[name] = strings.Join(strings.Fields(strings.TrimPrefix(rest, ":")), " ")
			}
		}
	}
	return out
}

func entries(dir string) int {
	list, err := os.ReadDir(dir)
	if err != nil {
		return -1
	}
	return len(list)
}

// folder counts files and their bytes; their names stay out.
func folder(dir string) map[string]int64 {
	var files, bytes int64
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			files, bytes = files+1, bytes+info.Size()
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return map[string]int64{"files": -1}
	}
	return map[string]int64{"files": files, "bytes": bytes}
}
