package ui

import (
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"weibao/internal/access"
	"weibao/internal/errs"
)

// problem is what an error page shows.
type problem struct {
	Title, Text string
	Fields      []string
	Number      string // for the operator to find the log line
	Home        string
	Back        string
}

var statuses = map[errs.Kind]struct {
	status int
	title  string
}{
	errs.Invalid:   {http.StatusUnprocessableEntity, "有内容需要改正"},
	errs.NotFound:  {http.StatusNotFound, "没有找到这个页面"},
	errs.Forbidden: {http.StatusForbidden, "当前岗位不能这样操作"},
	errs.Conflict:  {http.StatusConflict, "内容已经变动"},
	errs.Method:    {http.StatusMethodNotAllowed, "这个地址不能直接打开"},
	errs.SignIn:    {http.StatusUnauthorized, "请先登录"},
	errs.TooMany:   {http.StatusTooManyRequests, "操作过于频繁"},
	errs.TooLarge:  {http.StatusRequestEntityTooLarge, "文件过大"},
	errs.Full:      {http.StatusInsufficientStorage, "暂时不能保存"},
	errs.Internal:  {http.StatusInternalServerError, "系统出现故障"},
}

// Status gives the HTTP status of an error.
func Status(err error) int {
	s, ok := statuses[errs.KindOf(err)]
	if !ok {
		return http.StatusInternalServerError
	}
	return s.status
}

// Error answers with the page of an error, or with a notice at the top of the
// present page when htmx asked. What the actor may not open looks like what
// does not exist: a GET that is Forbidden is answered as not found.
func (r *Renderer) Error(w http.ResponseWriter, req *http.Request, by access.Actor, err error) {
	kind := errs.KindOf(err)
	if kind == errs.SignIn && r.opts.LoginPath != "" {
		r.toLogin(w, req)
		return
	}
	if kind == errs.Forbidden && (req.Method == http.MethodGet || req.Method == http.MethodHead) {
		err, kind = errs.Missing(), errs.NotFound
	}
	p := r.problem(req, kind, err)
	page := Page{Title: p.Title, Status: Status(err), Bare: by.IsZero(), Plain: true}
	body := r.buffer()
	defer r.release(body)
	name := "problem"
	if htmx(req) {
		name = "problem-notice"
		w.Header().Set("HX-Retarget", "#notice")
		w.Header().Set("HX-Reswap", "innerHTML show:top")
		w.Header().Set("HX-Push-Url", "false")
	}
	if err := r.own.ExecuteTemplate(body, name, p); err != nil {
		http.Error(w, p.Title, page.Status)
		return
	}
	if htmx(req) {
		write(w, req, page.Status, body.Bytes())
		return
	}
	s := r.shell(w, req, by, page)
	if err := r.send(w, req, page.Status, s, body.Bytes()); err != nil {
		http.Error(w, p.Title, page.Status)
	}
}

func (r *Renderer) problem(req *http.Request, kind errs.Kind, err error) problem {
	p := problem{Title: statuses[kind].title, Home: "/"}
	e, isOurs := errors.AsType[*errs.Error](err)
	if kind == errs.Internal || !isOurs {
		p.Title = statuses[errs.Internal].title
		p.Number = rand.Text()[:8]
		p.Text = "您的操作没有完成，已填写的内容没有保存。请稍后重试；仍不成功时，把下面的故障编号告诉系统管理员。"
		r.opts.Log.Error("request failed", "number", p.Number, "method", req.Method, "route", req.Pattern, "error", err)
		return p
	}
	p.Text = e.Message
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		p.Fields = append(p.Fields, e.Fields[field])
	}
	p.Back = backPath(req)
	return p
}

// backPath gives the page from which a form came, if it was of this server.
func backPath(req *http.Request) string {
	from, err := url.Parse(req.Referer())
	if err != nil || from.Host != req.Host || from.Path == "" || from.Path == req.URL.Path && req.Method == http.MethodGet {
		return ""
	}
	return Local(from.RequestURI())
}

// toLogin asks for a session and remembers the page to come back to.
func (r *Renderer) toLogin(w http.ResponseWriter, req *http.Request) {
	to := r.opts.LoginPath
	if back := returnPath(req); back != "" && back != "/" {
		to += "?next=" + url.QueryEscape(back)
	}
	Redirect(w, req, to)
}

func returnPath(req *http.Request) string {
	if htmx(req) {
		if at, err := url.Parse(req.Header.Get("HX-Current-URL")); err == nil {
			return Local(at.RequestURI())
		}
		return ""
	}
	if req.Method == http.MethodGet {
		return req.URL.RequestURI()
	}
	return backPath(req)
}
