package quality

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// The states of a fix.
const (
	FixQueued  = "queued"
	FixRunning = "running"
	FixDone    = "done"
	FixUndoing = "undoing"
	FixUndone  = "undone"
)

// QualityFixDraft says what to repair and how.
type QualityFixDraft struct {
	Target
	Method Method `json:"method" enum:"default,derive,source,ask,ask_customer,cap,clear,exclude,confirm,delete"`
	Value  string `json:"value,omitempty" maxLength:"200" doc:"what default puts in"`
}

// fixRow is one repair of many records.
type fixRow struct {
	ID         int64  `bun:"id"`
	State      string `bun:"state"`
	Rule       string `bun:"rule"`
	Method     string `bun:"method"`
	Options    string `bun:"options"`
	Total      int64  `bun:"total"`
	Changed    int64  `bun:"changed"`
	LeftOut    int64  `bun:"left_out"`
	Undone     int64  `bun:"undone"`
	Kept       int64  `bun:"kept"`
	Reached    string `bun:"reached"`
	Actor      string `bun:"actor"`
	CreatedAt  int64  `bun:"created_at"`
	FinishedAt *int64 `bun:"finished_at"`
	UndoneAt   *int64 `bun:"undone_at"`
}

const fixColumns = "id, state, rule, method, options, total, changed, left_out, undone, kept, reached, actor, created_at, finished_at, undone_at"

func (f *fixRow) actor() (a guard.Actor) {
	_ = json.Unmarshal([]byte(f.Actor), &a) // our own writing; nobody may do nothing
	return a
}

func (f *fixRow) draft() (d QualityFixDraft) {
	_ = json.Unmarshal([]byte(f.Options), &d) // our own writing
	return d
}

type fixJob struct {
	ID    int64  `json:"id"`
	State string `json:"state"` // what it is to do, so that undoing is another job than repairing
}

// Kind implements job.Args.
func (fixJob) Kind() string { return "quality.fix" }

// repair is a draft that was checked, with the rule it is about.
type repair struct {
	QualityFixDraft
	rule *Rule
}

// checked says whether a draft can be done by the person asking. Faults: invalid, forbidden.
func (q *Quality) checked(ctx context.Context, d QualityFixDraft) (*repair, error) {
	rules, err := q.told(ctx)
	if err != nil {
		return nil, err
	}
	r := rules[d.Rule]
	switch {
	case r == nil:
		return nil, fault.Invalid("rule", "rule_unknown", d.Rule)
	case !r.fixes(d.Method):
		return nil, fault.Invalid("method", "fix_not_of_rule")
	case d.Method == FixDefault && d.Value == "":
		return nil, fault.Invalid("value", "required")
	case d.Method == FixDefault && d.Field == "":
		return nil, fault.Invalid("field", "required")
	case d.Field != "" && !slices.Contains(fixesOf(ctx, r, plainField(d.Field)), d.Method):
		return nil, fault.Invalid("method", "fix_not_of_rule")
	case d.Method == FixDelete && !guard.ActorOf(ctx).Can("customers.delete"):
		return nil, fault.Forbidden("not_permitted", "customers.delete")
	case !guard.ActorOf(ctx).Can("customers.write"):
		return nil, fault.Forbidden("not_permitted", "customers.write")
	case d.Field != "" && d.Field != "-" && r.Subject == "customer" && !slices.Contains(r.Reads, d.Field) && guard.FieldsOf(ctx, "customers").Right(d.Field) == guard.None:
		return nil, fault.Forbidden("field_not_writable", d.Field)
	}
	return &repair{d, r}, nil
}

func plainField(name string) string {
	if name == "-" {
		return ""
	}
	return name
}

// Fix starts a repair. Faults: invalid, forbidden, conflict (there is nothing to do).
func (q *Quality) Fix(ctx context.Context, d QualityFixDraft) (id int64, err error) {
	r, err := q.checked(ctx, d)
	if err != nil {
		return 0, err
	}
	total, err := q.aimed(ctx, r)
	if err != nil {
		return 0, err
	}
	if total == 0 {
		return 0, fault.Conflict("nothing_to_fix")
	}
	actor, err := json.Marshal(guard.ActorOf(ctx))
	if err != nil {
		return 0, err
	}
	options, err := json.Marshal(d)
	if err != nil {
		return 0, err
	}
	err = q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if id, err = tx.NextID(ctx, "quality_fixes"); err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into quality_fixes (id, state, rule, method, options, total, actor, staff_id, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			id, FixQueued, d.Rule, string(d.Method), string(options), total, string(actor), staffOf(ctx), clock.Millis(ctx)); err != nil {
			return err
		}
		if err := q.jobs.Insert(ctx, tx, fixJob{id, FixRunning}); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "quality.fixed", "quality_fix", strconv.FormatInt(id, 10), map[string]any{"rule": d.Rule, "field": d.Field, "method": d.Method, "value": d.Value, "findings": total})
	})
	return id, err
}

// Undo takes a repair back. Faults: not found, conflict (not done yet, or undone already).
func (q *Quality) Undo(ctx context.Context, id int64) error {
	f, err := q.fixNamed(ctx, id)
	if err != nil {
		return err
	}
	if f.State != FixDone {
		return fault.Conflict("fix_not_done")
	}
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Do(ctx, "update quality_fixes set state = ? where id = ? and state = ?", FixUndoing, id, FixDone)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Conflict("fix_not_done")
		}
		if err := q.jobs.Insert(ctx, tx, fixJob{id, FixUndoing}); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "quality.unfixed", "quality_fix", strconv.FormatInt(id, 10), map[string]any{"changed": f.Changed})
	})
}

// fixNamed gives a repair of the person asking; who sees everything sees those of others too. Fault: not found.
func (q *Quality) fixNamed(ctx context.Context, id int64) (*fixRow, error) {
	var rows []fixRow
	if err := q.records.Read().NewRaw("select "+fixColumns+" from quality_fixes where id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 || rows[0].actor().Key() != guard.ActorOf(ctx).Key() && !guard.ScopeOf(ctx, "customers").All() {
		return nil, fault.NotFound("quality_fix", id)
	}
	return &rows[0], nil
}

// aimed counts the findings that a repair is about.
func (q *Quality) aimed(ctx context.Context, r *repair) (n int64, err error) {
	q.await(ctx)
	where, args, _, err := q.seen(ctx)
	if err != nil {
		return 0, err
	}
	where, args = r.where(where, args)
	err = q.columns.QueryRow(ctx, "select count(*)"+fromFindings+where, args...).Scan(&n)
	return n, err
}

// subjects gives the next subjects that a repair is about, in order of id.
func (q *Quality) subjects(ctx context.Context, r *repair, after int64, limit int) (ids []int64, err error) {
	where, args, _, err := q.seen(ctx)
	if err != nil {
		return nil, err
	}
	where, args = r.where(where, args)
	rows, err := q.columns.Query(ctx, "select distinct f.subject_id"+fromFindings+where+" and f.subject_id > ? order by f.subject_id limit ?", append(args, after, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
