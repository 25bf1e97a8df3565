package quality

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// The states of a run.
const (
	RunQueued  = "queued"
	RunRunning = "running"
	RunDone    = "done"
	RunFailed  = "failed"
)

// runRow is one search of all records, and its report.
type runRow struct {
	ID         int64    `bun:"id"`
	State      string   `bun:"state"`
	Scheduled  bool     `bun:"scheduled"`
	Progress   float64  `bun:"progress"`
	Customers  int64    `bun:"customers"`
	Score      *float64 `bun:"score"`
	Dimensions string   `bun:"dimensions"`
	Findings   int64    `bun:"findings"`
	Found      int64    `bun:"found"`
	Solved     int64    `bun:"solved"`
	Rules      string   `bun:"rules"`
	Learned    string   `bun:"learned"`
	ErrorCode  string   `bun:"error_code"`
	CreatedAt  int64    `bun:"created_at"`
	StartedAt  *int64   `bun:"started_at"`
	FinishedAt *int64   `bun:"finished_at"`
}

const runColumns = "id, state, scheduled, progress, customers, score, dimensions, findings, found, solved, rules, learned, error_code, created_at, started_at, finished_at"

// QualityRuleCount is what one rule has found in a run: how many findings there are, how many are new and how many are gone since
// the run before.
type QualityRuleCount struct {
	Rule   string `json:"rule"`
	Count  int64  `json:"count"`
	Found  int64  `json:"new"`
	Solved int64  `json:"solved"`
}

type runJob struct {
	ID int64 `json:"id"`
}

// Kind implements job.Args.
func (runJob) Kind() string { return "quality.run" }

// StartRun asks for a search; one that waits or runs already is not asked for again.
func (q *Quality) StartRun(ctx context.Context, scheduled bool) (id int64, err error) {
	err = q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var running []int64
		if err := tx.Ask(ctx, &running, "select id from quality_runs where state in ('queued', 'running') order by id desc limit 1"); err != nil {
			return err
		}
		if len(running) > 0 {
			id = running[0]
			return nil
		}
		if id, err = tx.NextID(ctx, "quality_runs"); err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into quality_runs (id, state, scheduled, staff_id, created_at) values (?, ?, ?, ?, ?)", id, RunQueued, scheduled, staffOf(ctx), clock.Millis(ctx)); err != nil {
			return err
		}
		if err := q.jobs.Insert(ctx, tx, runJob{id}); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "quality.run", "quality_run", strconv.FormatInt(id, 10), map[string]any{"scheduled": scheduled})
	})
	return id, err
}

// SearchNow searches all records and is back when that is done.
func (q *Quality) SearchNow(ctx context.Context) error {
	id, err := q.StartRun(ctx, true)
	if err != nil {
		return err
	}
	return q.run(ctx, id)
}

func staffOf(ctx context.Context) *int64 {
	if id := guard.ActorOf(ctx).StaffID; id != 0 {
		return &id
	}
	return nil
}

// lastRun gives the last run that was done, nil before the first.
func (q *Quality) lastRun(ctx context.Context) (*runRow, error) {
	var rows []runRow
	if err := q.records.Read().NewRaw("select "+runColumns+" from quality_runs where state = 'done' order by id desc limit 1").Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func (q *Quality) runNamed(ctx context.Context, id int64) (*runRow, error) {
	var rows []runRow
	if err := q.records.Read().NewRaw("select "+runColumns+" from quality_runs where id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("quality_run", id)
	}
	return &rows[0], nil
}

// run searches all records and writes its report. A failure is kept with it.
func (q *Quality) run(ctx context.Context, id int64) error {
	r, err := q.runNamed(ctx, id)
	if err != nil || r.State == RunDone {
		return err
	}
	err = q.search(ctx, r)
	if err == nil || ctx.Err() != nil {
		return err
	}
	slog.Error("the search for findings failed", "run", id, "error", err)
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Do(ctx, "update quality_runs set state = ?, error_code = 'internal', finished_at = ? where id = ?", RunFailed, clock.Millis(ctx), id)
		return err
	})
}

func (q *Quality) search(ctx context.Context, r *runRow) error {
	began := clock.Millis(ctx)
	if err := q.note(ctx, r.ID, 0, began); err != nil {
		return err
	}
	before, err := q.lastRun(ctx)
	if err != nil {
		return err
	}
	rules, err := q.rules(ctx)
	if err != nil {
		return err
	}
	l, err := learn(ctx, q.columns, rules)
	if err != nil {
		return err
	}
	q.settling.Lock()
	defer q.settling.Unlock()
	q.searching.Store(true)
	defer q.searching.Store(false)
	e := newExaminer(ctx, rules, l)
	e.now = began
	if err := q.judgeAll(ctx, e, func(share float64) error { return q.note(ctx, r.ID, share*0.95, began) }); err != nil {
		return err
	}
	if err := q.searchOrders(ctx, rules, l, began); err != nil {
		return err
	}
	if err := q.searchSources(ctx, rules, began); err != nil {
		return err
	}
	return q.report(ctx, r, before, l, began)
}

// note keeps how far a run is.
func (q *Quality) note(ctx context.Context, id int64, progress float64, began int64) error {
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Do(ctx, "update quality_runs set state = ?, progress = ?, started_at = ? where id = ?", RunRunning, progress, began, id)
		return err
	})
}

// report counts what was found. What was found after the run before began is new; what that one had counted and is no
// longer there is solved.
func (q *Quality) report(ctx context.Context, r, before *runRow, l *learned, began int64) error {
	since, was := began, map[string]int64{} // the first search has nothing to be new against
	if before != nil {
		since = *before.StartedAt
		var counts []QualityRuleCount
		if err := json.Unmarshal([]byte(before.Rules), &counts); err != nil {
			return err
		}
		for _, c := range counts {
			was[c.Rule] = c.Count
		}
	}
	rows, err := q.columns.Query(ctx, "select rule, count(*), count(*) filter (found_at > ?) from quality_findings group by rule order by rule", since)
	if err != nil {
		return err
	}
	defer rows.Close()
	var counts []QualityRuleCount
	add := func(c QualityRuleCount) {
		c.Solved = max(was[c.Rule]-(c.Count-c.Found), 0)
		delete(was, c.Rule)
		counts = append(counts, c)
		r.Findings, r.Found, r.Solved = r.Findings+c.Count, r.Found+c.Found, r.Solved+c.Solved
	}
	for rows.Next() {
		var c QualityRuleCount
		if err := rows.Scan(&c.Rule, &c.Count, &c.Found); err != nil {
			return err
		}
		add(c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for rule, count := range was {
		if count > 0 {
			add(QualityRuleCount{Rule: rule})
		}
	}
	s, err := q.means(ctx, "true")
	if err != nil {
		return err
	}
	rules, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	dimensions, err := json.Marshal(s.Dimensions)
	if err != nil {
		return err
	}
	learnt, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Do(ctx, `
update quality_runs
set state = ?, progress = 1, customers = ?, score = ?, dimensions = ?, findings = ?, found = ?, solved = ?, rules = ?, learned = ?, finished_at = ?
where id = ?`, RunDone, s.Customers, s.Score, string(dimensions), r.Findings, r.Found, r.Solved, string(rules), string(learnt), clock.Millis(ctx), r.ID)
		return err
	})
}

// means are mean scores of customers; nil where there is nobody, or nothing to judge by.
type means struct {
	Customers  int64
	Score      *float64
	Dimensions map[Dimension]float64
}

// means gives the mean scores of the customers (alias c) that meet a condition.
func (q *Quality) means(ctx context.Context, condition string, args ...any) (m means, err error) {
	m.Dimensions = map[Dimension]float64{}
	var score sql.NullFloat64
	var parts [5]sql.NullFloat64
	if err := q.columns.QueryRow(ctx, `
select count(*), avg(j.score), avg(j.completeness), avg(j.validity), avg(j.consistency), avg(j.uniqueness), avg(j.timeliness)
from customer_quality j
join customers c on c.id = j.customer_id
where `+condition, args...).Scan(&m.Customers, &score, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4]); err != nil {
		return m, err
	}
	if score.Valid {
		m.Score = &score.Float64
	}
	for i, d := range Dimensions {
		if parts[i].Valid {
			m.Dimensions[d] = parts[i].Float64
		}
	}
	return m, nil
}
