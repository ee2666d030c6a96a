package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"weibao/internal/errs"
)

// Listen opens an address, or says in one line why it cannot.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, errs.Wrap(errs.Conflict, err, "监听地址 "+address+" 已被其他程序占用，请停止该程序或用 --listen 换一个端口。")
	case errors.Is(err, syscall.EACCES):
		return nil, errs.Wrap(errs.Forbidden, err, "没有权限监听 "+address+":1024 以下的端口需要管理员权限，请换一个端口。")
	}
	return nil, errs.Wrap(errs.Invalid, err, "无法监听 "+address+",请检查这是不是本机的地址。")
}

// drainTime is how long requests and jobs that have begun may take to end.
const drainTime = 20 * time.Second

// Serve answers on a listener until ctx ends, then lets what has begun end.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := s.HTTP()
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(newBounded(l, maxConns)) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.stop()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := h.Shutdown(drain); err != nil {
		return errors.Join(err, h.Close())
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
