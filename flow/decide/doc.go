// Package decide says what to do today, first: it gathers signals from every stage before it, weighs what waiting
// costs, and gives each reader one ordered list.
//
// A signal (signal.go) says that a subject needs a decision, why, and what is at stake. Sources (source_*.go, or any
// package that implements Source) supply them; Refresh keeps one row per key. Today (today.go) orders the rows of one
// reader (score.go, order.go, group.go), people act on them (act.go), the log remembers (log.go), and what came of it
// corrects the assumptions (prior.go).
package decide
