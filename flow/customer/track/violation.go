package track

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// Bounds of what is noted of a source: sorts of violations, examples of each, and names told apart.
const (
	mostSorts    = 500
	mostExamples = 10
	// mostNames is how many different names of events a source may send before that is a finding. What has a name of its own
	// each time has an id in its name; the events are kept as they came, and their names are not learned.
	mostNames = 2000
)

// violationKey is one sort of violation of a source.
type violationKey struct {
	source                int64
	code, event, property string
}

type violations struct {
	count, blocked, lastAt int64
	examples               []string
}

// violate counts a violation. It is written down behind the request, several at a time; of sorts beyond mostSorts that wait
// only how many there were is known, under the source.
func (t *Tracking) violate(ctx context.Context, source int64, v violation, blocked bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if v.code == causeEventUnknown || v.code == causeTooManyNames { // one sort for all names, which are its examples
		v.event, v.example = "", v.event
	}
	key := violationKey{source, v.code, v.event, v.property}
	of := t.violated[key]
	if of == nil && len(t.violated) >= mostSorts {
		key.property = ""
		of = t.violated[key]
	}
	if of == nil {
		of = &violations{}
		t.violated[key] = of
	}
	if of.count++; blocked {
		of.blocked++
	}
	of.lastAt = clock.Millis(ctx)
	of.examples = withExample(of.examples, v.example)
}

// withExample puts an example first, each once, the latest few.
func withExample(all []string, example string) []string {
	if example == "" || len(all) > 0 && all[0] == example {
		return all
	}
	all = slices.DeleteFunc(all, func(one string) bool { return one == example })
	return append([]string{example}, all[:min(len(all), mostExamples-1)]...)
}

// named notes the name of an event and says whether its source has sent too many different ones.
func (t *Tracking) named(source int64, event string) (tooMany bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	known := t.names[source]
	if known == nil {
		known = map[string]struct{}{}
		t.names[source] = known
	}
	if _, is := known[event]; is {
		return false
	}
	if len(known) >= mostNames {
		return true
	}
	known[event] = struct{}{}
	return false
}

// writeViolations writes down what was noted since the last time, and keeps one open finding of each sort.
func (t *Tracking) writeViolations(ctx context.Context) error {
	t.mutex.Lock()
	waiting := t.violated
	t.violated = map[violationKey]*violations{}
	t.mutex.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	return t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for key, of := range waiting {
			if err := writeViolation(ctx, tx, key, of); err != nil {
				return err
			}
		}
		return nil
	})
}

type violationRow struct {
	Event     string `bun:"event"`
	Property  string `bun:"property"`
	Code      string `bun:"code"`
	Count     int64  `bun:"count"`
	Blocked   int64  `bun:"blocked"`
	Examples  string `bun:"examples"`
	FirstAt   int64  `bun:"first_at"`
	LastAt    int64  `bun:"last_at"`
	FindingID *int64 `bun:"finding_id"`
}

const violationColumns = "event, property, code, count, blocked, examples, first_at, last_at, finding_id"

// writeViolation adds to what is known of one sort. A source that has mostSorts of them gets no further one, but those
// that say only the code.
func writeViolation(ctx context.Context, tx *db.Tx, key violationKey, of *violations) error {
	var rows []violationRow
	ask := func() error {
		rows = nil
		return tx.NewRaw("select "+violationColumns+" from event_violations where source_id = ? and event = ? and property = ? and code = ?",
			key.source, key.event, key.property, key.code).Scan(ctx, &rows)
	}
	if err := ask(); err != nil {
		return err
	}
	if len(rows) == 0 && (key.event != "" || key.property != "") {
		var known []int64
		if err := tx.Ask(ctx, &known, "select count(*) from event_violations where source_id = ?", key.source); err != nil {
			return err
		}
		if known[0] >= mostSorts {
			key.event, key.property = "", ""
			if err := ask(); err != nil {
				return err
			}
		}
	}
	row := violationRow{FirstAt: of.lastAt, Examples: "[]"}
	if len(rows) > 0 {
		row = rows[0]
	}
	var examples []string
	_ = json.Unmarshal([]byte(row.Examples), &examples)
	for _, one := range slices.Backward(of.examples) {
		examples = withExample(examples, one)
	}
	if examples == nil {
		examples = []string{}
	}
	written, _ := json.Marshal(examples)
	finding, err := findViolation(ctx, tx, key, of, row.FindingID, examples)
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, `
insert into event_violations (source_id, event, property, code, count, blocked, examples, first_at, last_at, finding_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (source_id, event, property, code) do update
set count = event_violations.count + excluded.count, blocked = event_violations.blocked + excluded.blocked, examples = excluded.examples, last_at = excluded.last_at, finding_id = excluded.finding_id`,
		key.source, key.event, key.property, key.code, of.count, of.blocked, string(written), row.FirstAt, of.lastAt, finding)
	return err
}

// findViolation counts up the open finding of a sort; one that was closed or ignored stays so, and what comes after it is a
// new one where it was closed.
func findViolation(ctx context.Context, tx *db.Tx, key violationKey, of *violations, known *int64, examples []string) (int64, error) {
	example := ""
	if len(examples) > 0 {
		example = examples[0]
	}
	if known != nil {
		n, err := tx.Do(ctx, "update findings set times = times + ?, value = ? where id = ? and state in ('open', 'ignored')", of.count, example, *known)
		if err != nil || n > 0 {
			return *known, err
		}
	}
	var names []string
	if err := tx.Ask(ctx, &names, "select name from sources where id = ?", key.source); err != nil || len(names) == 0 {
		return 0, err
	}
	label := names[0]
	if key.event != "" {
		label += " · " + key.event
	}
	id, err := tx.NextID(ctx, "findings")
	if err != nil {
		return 0, err
	}
	_, err = tx.Do(ctx, "insert into findings (id, cause, subject_type, subject_id, subject_label, field, value, state, created_at, times) values (?, ?, 'source', ?, ?, ?, ?, 'open', ?, ?)",
		id, key.code, key.source, short(label, 200), key.property, example, of.lastAt, of.count)
	return id, err
}

// Violation is one way in which events of a source broke what was agreed on.
type Violation struct {
	Event    string    `json:"event" doc:"empty for events that nothing was agreed on about: examples holds their names"`
	Property string    `json:"property"`
	Code     string    `json:"code" enum:"event_unknown,property_unknown,property_type_wrong,property_missing,event_names_too_many"`
	Count    int64     `json:"count"`
	Blocked  int64     `json:"blocked" doc:"how many of them were not taken for it"`
	Examples []string  `json:"examples" doc:"the latest different ones, each a JSON value or the name of an event"`
	FirstAt  time.Time `json:"first_at"`
	LastAt   time.Time `json:"last_at"`
}

// violationsOf gives what was noted of a source, the latest first.
func (t *Tracking) violationsOf(ctx context.Context, source int64) ([]Violation, error) {
	if err := t.writeViolations(ctx); err != nil {
		return nil, err
	}
	var rows []violationRow
	if err := t.records.Read().NewRaw("select "+violationColumns+" from event_violations where source_id = ? order by last_at desc, event, property, code limit 200", source).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]Violation, len(rows))
	for i, r := range rows {
		all[i] = Violation{Event: r.Event, Property: r.Property, Code: r.Code, Count: r.Count, Blocked: r.Blocked, Examples: []string{}, FirstAt: time.UnixMilli(r.FirstAt).UTC(), LastAt: time.UnixMilli(r.LastAt).UTC()}
		_ = json.Unmarshal([]byte(r.Examples), &all[i].Examples)
	}
	return all, nil
}

// Settle writes down what was counted so far; the resolver does so by itself.
func (t *Tracking) Settle(ctx context.Context) error {
	if err := t.writeRefusals(ctx); err != nil {
		return err
	}
	return t.writeViolations(ctx)
}
