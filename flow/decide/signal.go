package decide

import (
	"context"
	"math"
)

// Area is one of the six areas of daily work (C002).
type Area string

// The six areas.
const (
	Watch     Area = "watch"     // 数据监测: figures and sources
	Behaviour Area = "behaviour" // 行为分析
	Marketing Area = "marketing" // 营销优化
	Feedback  Area = "feedback"  // 反馈处理
	Relations Area = "relations" // 关系维护
	Data      Area = "data"      // 数据准确
)

// Areas are the six in the order they are shown.
var Areas = []Area{Watch, Behaviour, Marketing, Feedback, Relations, Data}

// State is where a signal stands.
type State string

// The states. Open, snoozed and delegated signals are still true and still wanted; done and dismissed ones were closed by
// a person, resolved ones ended by themselves.
const (
	Open      State = "open"
	Snoozed   State = "snoozed"
	Delegated State = "delegated"
	Done      State = "done"
	Dismissed State = "dismissed"
	Resolved  State = "resolved"
)

// States are all of them.
var States = []State{Open, Snoozed, Delegated, Done, Dismissed, Resolved}

// live says whether somebody still has the signal before her.
func (s State) live() bool { return s == Open || s == Snoozed || s == Delegated }

// Values are the figures a sentence is made from: money as minor units, shares 0..1, spans in days or hours as the name
// says, instants in milliseconds UTC, days as YYYY-MM-DD.
type Values map[string]any

// Number gives a value as a number, 0 when it is not there.
func (v Values) Number(name string) float64 {
	switch n := v[name].(type) {
	case float64:
		return n
	case int64:
		return float64(n)
	case int:
		return float64(n)
	}
	return 0
}

// Text gives a value as text, empty when it is not there.
func (v Values) Text(name string) string { s, _ := v[name].(string); return s }

// Has says whether there is such a value.
func (v Values) Has(name string) bool { return v[name] != nil }

// Reason is a sentence before it is put into words: a code that sentence.go knows, and its figures.
type Reason struct {
	Code   string `json:"code"`
	Values Values `json:"values"`
}

// Subject is what a signal is about.
type Subject struct {
	Type string // customer, customers, activity, finding, duplicates, metric, source
	ID   string
	Name string
}

// TodayAction is one thing a row offers to do.
type TodayAction struct {
	Code    string         `json:"code" doc:"call, log_contact, thank, open_customers, review_findings, review_duplicates, review_quality, open_customer, open_metric, open_source, open_schedule, open_request, open_alert, open_alerts"`
	Primary bool           `json:"primary"`
	Target  string         `json:"target" doc:"what it works on: a customer's id, a cause, a metric's name, a source's id, a signal's id"`
	Filter  map[string]any `json:"filter,omitempty" doc:"a condition that lists the customers meant"`
}

// Signal says that a subject needs a decision. Key makes the same thing one signal: a source that says it again updates it.
type Signal struct {
	Key     string
	Kind    string
	Subject Subject
	OwnerID *int64 // whose it is; with TeamID decides who sees it, unless its kind is for the company
	TeamID  *int64
	Reason  Reason
	AtStake *int64 // minor units expected to be lost or not won, never negative; nil when it cannot be valued
	Basis   Reason // how AtStake was reckoned
	DueAt   *int64 // a promised instant, milliseconds UTC
	Actions []TodayAction
}

// Source supplies signals. Signals gives all that are true now; one of its kinds that it no longer gives has resolved
// itself. It must be quick at any size: the most that matter (see TopPerKind), chosen by the store and not in Go.
type Source interface {
	Kinds() []string
	Signals(ctx context.Context) ([]Signal, error)
}

// TopPerKind bounds how many signals of one kind a source gives: the ones with most at stake. Nobody works through more.
const TopPerKind = 2000

// Worse is how much worse a signal must have become to come back after a person closed it: half as much again.
const Worse = 1.5

// weightOf says how bad a signal is, for comparing it with itself: what is at stake, or else the measure of its kind (a
// count, hours of silence).
func weightOf(kind Kind, atStake *int64, values Values) float64 {
	if atStake != nil {
		return float64(*atStake)
	}
	return values.Number(kind.Measure)
}

// stake turns a reckoned sum of minor units into what is at stake: whole, never negative, nil when it is no number.
func stake(sum float64) *int64 {
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil
	}
	whole := int64(math.Round(max(sum, 0)))
	return &whole
}
