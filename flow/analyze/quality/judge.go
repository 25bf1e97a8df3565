package quality

import (
	"context"
	"database/sql/driver"
	"math"
	"slices"

	"guanxi/base/columns"
	"guanxi/flow/customer"
)

// judgedAtOnce is how many ids are judged in one change of columns: little enough that the feed need not wait long.
const judgedAtOnce = 20_000

// judgeAll judges everybody, in order of id; told is called with the share done.
func (q *Quality) judgeAll(ctx context.Context, e *examiner, told func(share float64) error) error {
	var ends struct {
		First int64 `bun:"first"`
		Last  int64 `bun:"last"`
	}
	if err := q.records.Read().NewRaw("select coalesce(min(id), 1) as first, coalesce(max(id), 0) as last from customers").Scan(ctx, &ends); err != nil {
		return err
	}
	if err := q.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		if err := to.Exec(ctx, "delete from customer_quality where customer_id < ? or customer_id > ?", ends.First, ends.Last); err != nil {
			return err
		}
		return to.Exec(ctx, "delete from quality_findings where subject_type = 'customer' and (customer_id < ? or customer_id > ?)", ends.First, ends.Last)
	}); err != nil {
		return err
	}
	if err := q.holdings(ctx, e, nil); err != nil {
		return err
	}
	for first := ends.First; first <= ends.Last; first += judgedAtOnce {
		last := min(first+judgedAtOnce-1, ends.Last)
		if err := q.judgeHeld(ctx, e, between(first, last), "customer_id between ? and ?", first, last); err != nil {
			return err
		}
		if err := told(float64(last-ends.First+1) / float64(ends.Last-ends.First+1)); err != nil {
			return err
		}
	}
	return nil
}

// holdings asks whom the workspace's own rules hold for, of ids or of everybody. A rule whose condition can no longer be
// read holds for nobody.
func (q *Quality) holdings(ctx context.Context, e *examiner, ids []int64) error {
	for _, r := range e.rules {
		if !r.Own || e.only != "" && e.only != r.Key {
			continue
		}
		found, err := q.segments.Holding(ctx, r.Condition, ids)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			delete(e.held, r.Key)
			continue
		}
		e.held[r.Key] = func(id int64) bool { _, holds := slices.BinarySearch(found, id); return holds }
	}
	return nil
}

func (q *Quality) judge(ctx context.Context, e *examiner, wanted which, condition string, ids []int64, args ...any) error {
	if err := q.holdings(ctx, e, ids); err != nil {
		return err
	}
	return q.judgeHeld(ctx, e, wanted, condition, args...)
}

// judgeHeld reads records and puts what there is to say about them in the place of what was said. What is found again
// keeps the instant it was found at first.
func (q *Quality) judgeHeld(ctx context.Context, e *examiner, wanted which, condition string, args ...any) error {
	var changed []int64
	if err := q.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		changed = nil
		records, err := readRecords(ctx, q.records.Read(), wanted)
		if err != nil {
			return err
		}
		since, err := foundSince(ctx, to, condition, args...)
		if err != nil {
			return err
		}
		scores, err := scoresOf(ctx, to, condition, args...)
		if err != nil {
			return err
		}
		for _, text := range []string{"delete from customer_quality where " + condition, "delete from quality_findings where subject_type = 'customer' and " + condition} {
			if err := to.Exec(ctx, text, args...); err != nil {
				return err
			}
		}
		return to.AppendFrom(ctx, func(_ context.Context, add func(table string, row []driver.Value) error) error {
			for _, r := range records {
				j := e.examine(r)
				if was, judged := scores[r.ID]; !judged || was != j.Score {
					changed = append(changed, r.ID)
				}
				if err := add("customer_quality", j.row(r.ID, e.now)); err != nil {
					return err
				}
				for _, f := range j.Found {
					at, known := since[foundKey{r.ID, f.Rule.Key, f.Field}]
					if !known {
						at = e.now
					}
					if err := add("quality_findings", []driver.Value{"customer", r.ID, "", r.ID, f.Rule.Key, f.Field, f.Points, at, ""}); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}); err != nil {
		return err
	}
	return q.follow(ctx, changed)
}

func scoresOf(ctx context.Context, to *columns.Tx, condition string, args ...any) (map[int64]float64, error) {
	rows, err := to.Query(ctx, "select customer_id, score from customer_quality where score is not null and "+condition, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	scores := map[int64]float64{}
	for rows.Next() {
		var id int64
		var score float64
		if err := rows.Scan(&id, &score); err != nil {
			return nil, err
		}
		scores[id] = score
	}
	return scores, rows.Err()
}

type foundKey struct {
	customer    int64
	rule, field string
}

func foundSince(ctx context.Context, to *columns.Tx, condition string, args ...any) (map[foundKey]int64, error) {
	rows, err := to.Query(ctx, "select customer_id, rule, field, found_at from quality_findings where subject_type = 'customer' and "+condition, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	since := map[foundKey]int64{}
	for rows.Next() {
		var k foundKey
		var at int64
		if err := rows.Scan(&k.customer, &k.rule, &k.field, &at); err != nil {
			return nil, err
		}
		since[k] = at
	}
	return since, rows.Err()
}

func (j Judgement) row(id, now int64) []driver.Value {
	row := []driver.Value{id, j.Score}
	for _, d := range []Dimension{Completeness, Validity, Uniqueness, Timeliness, Consistency} {
		if s, judged := j.Dimensions[d]; judged {
			row = append(row, s)
		} else {
			row = append(row, nil)
		}
	}
	return append(row, now)
}

// of judges one record as it stands in the records now.
func (q *Quality) of(ctx context.Context, e *examiner, id int64) (*Record, Judgement, error) {
	records, err := readRecords(ctx, q.records.Read(), among([]int64{id}))
	if err != nil || len(records) == 0 {
		return nil, Judgement{Score: math.NaN()}, err
	}
	if err := q.holdings(ctx, e, []int64{id}); err != nil {
		return nil, Judgement{}, err
	}
	return records[0], e.examine(records[0]), nil
}

// blamed gives the contact point's kind for what a finding's field names, "" for none.
func blamed(f Found) string {
	if f.Contact != 0 || f.State.Kind != "" {
		return f.State.Kind
	}
	switch f.Field {
	case customer.ContactPhone, customer.ContactEmail, customer.ContactWeChat:
		return f.Field
	}
	return ""
}
