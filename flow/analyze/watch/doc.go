// Package watch looks at what people have asked to be told of: a metric or a segment that leaves its bounds, a customer who
// meets a condition. A rule (rule.go) says what is watched and when that is worth telling; looking (look.go) opens an alert
// (alert.go) with the figures of that time, whose it is and by when; people act on it (act.go), here or on Today.
package watch
