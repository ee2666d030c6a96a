package file

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/errs"
)

// formText is the most bytes of one text field of a form with files.
const formText = 64 << 10

// ReadForm takes a form part by part, so that no file lies in clear on disk:
// the texts, and the files of one field for a subject, at most so many. A form
// without files is read as any other. The files must be attached, or go with
// the next Sweep.
func (s *Store) ReadForm(r *http.Request, sub Subject, field string, most int) (url.Values, []*Incoming, error) {
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		if err := r.ParseForm(); err != nil {
			return url.Values{}, nil, unread(err)
		}
		return r.PostForm, nil, nil
	}
	if err != nil {
		return url.Values{}, nil, unread(err)
	}
	typed, files := url.Values{}, []*Incoming{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return typed, files, nil
		}
		if err != nil {
			return typed, nil, errs.Wrap(errs.TooLarge, err, "上传没有完成，可能文件过大或网络中断。请检查后重试，单个文件不超过50MB。")
		}
		switch {
		case part.FileName() == "":
			b, err := io.ReadAll(io.LimitReader(part, formText))
			if err != nil {
				return typed, nil, unread(err)
			}
			if part.FormName() != field {
				typed.Add(part.FormName(), strings.ReplaceAll(string(b), "\r\n", "\n"))
			}
		case len(files) == most:
			return typed, nil, errs.Fields{field: "一次上传的文件过多，请分批上传。"}.Err()
		default:
			in, err := s.Receive(r.Context(), sub, part.FileName(), part)
			if err != nil {
				return typed, nil, under(field, err)
			}
			files = append(files, in)
		}
	}
}

func unread(err error) error {
	return errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
}

// under puts the message of a refused file under the field of the form.
func under(field string, err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Fields["file"] != "" {
		return errs.Fields{field: e.Fields["file"]}.Err()
	}
	return err
}
