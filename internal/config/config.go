// Package config holds the settings of a process and looks after its data folder.
//
// It owns the folder's layout: database, keys, attachments, copies of audit
// seals, backups. Every setting has a default, a flag and an environment
// variable, and is checked before anything starts; what is wrong is said in
// one line. Lock keeps a second process off a folder with an embedded
// database. It never prints a setting: a database address holds a password.
package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"weibao/internal/errs"
)

// Config is what a process is told at its start. The tags make flags of it.
type Config struct {
	Data     string `help:"数据目录" default:"./data" env:"WEIBAO_DATA" placeholder:"DIR"`
	Database string `help:"数据库地址 postgres://…;不写则用数据目录中的内嵌数据库" env:"WEIBAO_DATABASE" placeholder:"DSN"`
	Keys     string `help:"密钥文件，应与数据库备份分开保存；默认为数据目录下的 keys/weibao.keys" env:"WEIBAO_KEYS" placeholder:"FILE"`
}

// Serve is what only a serving process is told.
type Serve struct {
	Listen  string   `help:"监听地址" default:"127.0.0.1:8080" env:"WEIBAO_LISTEN" placeholder:"ADDR"`
	Profile string   `help:"登录安全策略：dengbao（等级保护三级）" default:"dengbao" env:"WEIBAO_PROFILE"`
	Secure  bool     `help:"经由 HTTPS 反向代理对外服务：会话标识只在加密连接上发送" env:"WEIBAO_SECURE"`
	Proxies []string `help:"可信反向代理的地址或网段，只采信它们转告的客户端地址" env:"WEIBAO_PROXIES" placeholder:"IP"`
	Token   string   `help:"从本机以外读取 /metrics 所需的令牌" env:"WEIBAO_METRICS_TOKEN" placeholder:"TOKEN"`
}

// Check finds settings that cannot work.
func (c *Config) Check() error {
	if strings.TrimSpace(c.Data) == "" {
		return errs.New(errs.Invalid, "数据目录不能为空，请用 --data 指定。")
	}
	if c.Database == "" {
		return nil
	}
	u, err := url.Parse(c.Database)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" && u.Query().Get("host") == "" {
		return errs.New(errs.Invalid, "数据库地址写法不对，应形如 postgres://用户:口令@主机:5432/库名；使用内嵌数据库时请不要写 --database。")
	}
	return nil
}

// Check finds settings that cannot work.
func (s *Serve) Check() error {
	host, port, err := net.SplitHostPort(s.Listen)
	number, bad := strconv.Atoi(port)
	if err != nil || bad != nil || number < 0 || number > 65535 || strings.ContainsAny(host, " /") {
		return errs.Newf(errs.Invalid, "监听地址 %q 写法不对，应形如 127.0.0.1:8080。", s.Listen)
	}
	_, err = s.Trusted()
	return err
}

// Trusted gives the networks of trusted proxies.
func (s *Serve) Trusted() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range s.Proxies {
		if addr, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, errs.Newf(errs.Invalid, "可信代理 %q 既不是 IP 地址也不是网段。", text)
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}

// Embedded tells whether the database is the file in the data folder.
func (c *Config) Embedded() bool { return c.Database == "" }

// DSN is the address of the database: PostgreSQL's, or the file.
func (c *Config) DSN() string {
	if c.Embedded() {
		return c.DatabaseFile()
	}
	return c.Database
}

// DatabaseFile is the embedded database.
func (c *Config) DatabaseFile() string { return filepath.Join(c.Data, "weibao.db") }

// KeyFile is the file of master keys.
func (c *Config) KeyFile() string {
	if c.Keys != "" {
		return c.Keys
	}
	return filepath.Join(c.Data, "keys", "weibao.keys")
}

// Files is the folder of encrypted attachments.
func (c *Config) Files() string { return filepath.Join(c.Data, "files") }

// Seals is the file to which seals of the audit journal are copied.
func (c *Config) Seals() string { return filepath.Join(c.Data, "audit", "seals.txt") }

// Backups is the folder of copies made before the schema changes.
func (c *Config) Backups() string { return filepath.Join(c.Data, "backups") }

// Prepare makes the data folder and tells whether it can be written to.
func (c *Config) Prepare() error {
	for _, dir := range []string{c.Data, filepath.Dir(c.KeyFile()), c.Files(), filepath.Dir(c.Seals()), c.Backups()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return errs.Wrap(errs.Full, err, "无法建立目录 "+dir+",请检查路径和写权限。")
		}
	}
	probe, err := os.CreateTemp(c.Data, ".probe-")
	if err != nil {
		return errs.Wrap(errs.Full, err, "数据目录 "+c.Data+" 不可写，请检查目录权限和磁盘空间。")
	}
	defer os.Remove(probe.Name())
	return probe.Close()
}

// Lock keeps other processes off a data folder with an embedded database
// until release is called or the process ends. On PostgreSQL any number of
// processes may serve, and nothing is locked.
func (c *Config) Lock() (release func(), err error) {
	if !c.Embedded() {
		return func() {}, nil
	}
	f, err := os.OpenFile(filepath.Join(c.Data, "weibao.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errs.Wrap(errs.Full, err, "数据目录 "+c.Data+" 不可写，请检查目录权限和磁盘空间。")
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, errs.New(errs.Conflict, "数据目录 "+c.Data+" 正被另一个 weibao 进程使用。内嵌数据库只能由一个进程打开：请先停止它，或改用 PostgreSQL。")
	}
	if err != nil {
		f.Close()
		return nil, errs.Wrap(errs.Full, err, "无法锁定数据目录 "+c.Data+"。请把数据放在本机磁盘上，不要放在网络共享目录。")
	}
	return func() { f.Close() }, nil
}
