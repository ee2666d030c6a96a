// Package fault kills, fills and breaks what the product stands on, and looks
// afterwards whether a promise was broken: nothing acknowledged is lost,
// doubled or half written.
//
// It owns no table and holds tests alone. The test program starts itself as a
// child that serves over HTTP, and kills that child, or the database under
// it, at random moments; `make test` does so a few times, `make fault` three
// hundred times each (WEIBAO_FAULTS). Each check has a control that breaks
// the promise on purpose and must be caught. It never reads a clock to judge.
package fault
