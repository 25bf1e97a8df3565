package behaviour

import (
	"time"

	"guanxi/flow/analyze"
)

// Visits are figures about some sessions. Durations are in seconds, rates shares 0..1; both are null without sessions.
type Visits struct {
	Sessions  int64    `json:"sessions"`
	Visitors  int64    `json:"visitors" doc:"browsers, devices and keys, known or not"`
	Customers int64    `json:"customers" doc:"known customers"`
	PageViews int64    `json:"page_views"`
	Duration  *float64 `json:"duration" doc:"the mean, in seconds"`
	Depth     *float64 `json:"depth" doc:"page views ÷ sessions"`
	Bounce    *float64 `json:"bounce_rate" doc:"sessions of one page on which nothing was done ÷ sessions"`
}

// Spread says how long sessions last, in seconds.
type Spread struct {
	P25 float64 `json:"p25"`
	P50 float64 `json:"p50"`
	P75 float64 `json:"p75"`
	P90 float64 `json:"p90"`
	P95 float64 `json:"p95"`
}

// VisitsAt are the sessions that began in one step of the period.
type VisitsAt struct {
	At string `json:"at" format:"date"`
	Visits
}

// VisitsOf are the sessions of one part: a landing page, a source, a value of the split. Opens is a condition that lists the
// known customers behind them; it is missing where conditions cannot ask for the part.
type VisitsOf struct {
	Key   *string                `json:"key" doc:"null for sessions that the part says nothing about: those that came by themselves, or of whom nobody knows"`
	Label string                 `json:"label"`
	Share float64                `json:"share" doc:"of all sessions"`
	Opens *analyze.ConditionJSON `json:"opens,omitempty"`
	Visits
}

// Exit is how many sessions ended on a page.
type Exit struct {
	Page  string                 `json:"page"`
	Label string                 `json:"label" doc:"name of the product whose SKU the path ends with, else the page"`
	Exits int64                  `json:"exits"`
	Share float64                `json:"share" doc:"of all sessions"`
	Opens *analyze.ConditionJSON `json:"opens"`
}

// Band counts the sessions from Least to Most, both included; Most is null for the last, which has no end.
type Band struct {
	Least    int64                  `json:"least"`
	Most     *int64                 `json:"most"`
	Sessions int64                  `json:"sessions"`
	Share    float64                `json:"share"`
	Opens    *analyze.ConditionJSON `json:"opens"`
}

// Board is what happened on site and in app over a period.
type Board struct {
	From     string                `json:"from" format:"date"`
	To       string                `json:"to" format:"date"`
	By       string                `json:"by" enum:"day,week,month,quarter,year"`
	Whole    Visits                `json:"whole"`
	Before   Visits                `json:"before" doc:"of the period before, of equal length"`
	Spread   *Spread               `json:"spread" doc:"percentiles of the duration; null without sessions"`
	Series   []VisitsAt            `json:"series"`
	Depths   []Band                `json:"depths" doc:"sessions by pages seen"`
	Lengths  []Band                `json:"lengths" doc:"sessions by seconds"`
	Landing  []VisitsOf            `json:"landing" doc:"by the page they began on, the commonest first"`
	Sources  []VisitsOf            `json:"sources" doc:"by where they came from"`
	Exits    []Exit                `json:"exits" doc:"by the page they ended on"`
	Split    string                `json:"split,omitempty"`
	Parts    []VisitsOf            `json:"parts,omitempty"`
	Opens    analyze.ConditionJSON `json:"opens" doc:"lists the known customers behind all sessions"`
	Settings Settings              `json:"settings"`
	AsOf     time.Time             `json:"as_of"`
}

// splits are how a board can be parted by what sessions themselves say; customers' own are analyze.CustomerSplit.
var splits = map[string]string{"came_from": "f.came_from", "campaign": "f.utm_campaign", "device": "f.device", "entry_page": "f.entry_page", "exit_page": "f.exit_page", "host": "f.host"}

// asked says which property of the event session a condition asks for a split with.
var asked = map[string]string{"came_from": "came_from", "campaign": "campaign", "device": "device", "entry_page": "entry_page", "exit_page": "exit_page",
	"country": "country", "province": "province", "city": "city", "gender": "gender", "source": "source", "owner": "owner", "team": "team", "rfm_segment": "rfm.segment"}

// opens writes the condition that lists who had sessions in the period for which where holds.
func (b *Behaviour) opens(q analyze.Rows, where any, of ...any) (*analyze.ConditionJSON, error) {
	session := map[string]any{"event": "session", "measure": "count", "op": "gte", "value": 1,
		"window": map[string]string{"from": q.From.Format(time.DateOnly), "to": q.To.Format(time.DateOnly)}}
	if where != nil {
		session["where"] = where
	}
	var c any = session
	if len(of) > 0 {
		c = map[string]any{"all": append([]any{session}, of...)}
	}
	text, err := b.segments.InGroup(q.Group, c)
	said := analyze.ConditionJSON(text)
	return &said, err
}

func equals(field string, key *string) any {
	if key == nil {
		return map[string]any{"field": field, "op": "is_not_set"}
	}
	return map[string]any{"field": field, "op": "eq", "value": *key}
}

// opensPart does the same for one part of a split.
func (b *Behaviour) opensPart(q analyze.Rows, split string, key *string) (*analyze.ConditionJSON, error) {
	field, can := asked[split]
	switch {
	case !can:
		return nil, nil
	case splits[split] != "":
		return b.opens(q, equals(field, key))
	}
	return b.opens(q, nil, equals(field, key))
}
