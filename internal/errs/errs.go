// Package errs holds the few kinds of error which the product knows.
//
// An error carries what a person reads, in Chinese, saying what to do next;
// what an operator reads stays in the wrapped cause. One table in package ui
// turns kinds into status and page. Messages and causes never carry personal
// data: they name refs, fields and rules alone.
package errs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what went wrong, as far as the caller must tell cases apart.
type Kind string

// The kinds. Whatever lies outside the actor's scope is NotFound, never Forbidden.
const (
	Invalid   Kind = "invalid"   // input breaks a rule; Fields names which
	NotFound  Kind = "not_found" // does not exist for this actor
	Forbidden Kind = "forbidden" // the actor's posts do not permit the action
	Conflict  Kind = "conflict"  // somebody else changed it first, or its state does not allow the action
	Method    Kind = "method"    // the address takes only what a form sends
	SignIn    Kind = "sign_in"   // no session, or one that ended
	TooMany   Kind = "too_many"  // limit of tries or of load
	TooLarge  Kind = "too_large" // body or file over the limit
	Full      Kind = "full"      // storage full or read-only
	Internal  Kind = "internal"  // a fault of ours
)

// Error is an error with a kind and a message for the person.
type Error struct {
	Kind    Kind
	Message string            // Chinese; what is wrong and what to do
	Fields  map[string]string // form field → message, for Invalid
	Cause   error             // for the operator
}

// Error gives the operator's text.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	b.WriteString(": ")
	b.WriteString(e.Message)
	for _, name := range sortedKeys(e.Fields) {
		fmt.Fprintf(&b, "; %s: %s", name, e.Fields[name])
	}
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(e.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with the person's message.
func New(kind Kind, message string) *Error { return &Error{Kind: kind, Message: message} }

// Newf is New with formatting.
func Newf(kind Kind, format string, args ...any) *Error {
	return New(kind, fmt.Sprintf(format, args...))
}

// Wrap gives a cause a kind and a message for the person.
func Wrap(kind Kind, cause error, message string) *Error {
	return &Error{Kind: kind, Message: message, Cause: cause}
}

// Missing is the one answer for whatever does not exist or lies outside the actor's scope.
func Missing() *Error {
	return New(NotFound, "没有找到这条记录。它可能已被移走，或不在您的职责范围内，请从列表重新进入。")
}

// KindOf tells the kind of an error; errors without one are Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is of a kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Fields collects messages per form field; its Err is nil while there is none.
type Fields map[string]string

// Check notes the message under the field unless ok; the first message of a field stays.
func (f Fields) Check(ok bool, field, message string) {
	if _, said := f[field]; !ok && !said {
		f[field] = message
	}
}

// Err gives an Invalid error with the collected messages, or nil.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "有内容需要改正，请看标红的项。", Fields: f}
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
