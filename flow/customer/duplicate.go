package customer

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/flow/customer/match"
	"guanxi/guard"
)

// The states of a pair of customers that may be one. Different holds for good; later comes back after its time.
const (
	PairOpen      = "open"
	PairLater     = "later"
	PairDifferent = "different"
	PairMerged    = "merged"
)

const laterDays = 30

// pairRow is a pair as a scan or a check has found it; A < B.
type pairRow struct {
	A        int64   `bun:"a_id"`
	B        int64   `bun:"b_id"`
	Score    float64 `bun:"score"`
	Bits     float64 `bun:"bits"`
	Evidence string  `bun:"evidence"`
	State    string  `bun:"state"`

	Contradiction string `bun:"contradiction"`
	ImportID      *int64 `bun:"import_id"`
}

// pairSide is one of a pair, as far as a list has to name it.
type pairSide struct {
	ID         api.ID         `json:"id"`
	Name       string         `json:"name"`
	City       *string        `json:"city"`
	Phone      *string        `json:"phone" doc:"masked"`
	Orders     *orderTotals   `json:"orders"`
	Identities []identityView `json:"identities"`
}

// Duplicate is two customers that may be one, and why.
type Duplicate struct {
	A       pairSide `json:"a"`
	B       pairSide `json:"b"`
	Score   float64  `json:"score" doc:"probability 0..1 that they are one"`
	Bits    float64  `json:"bits" doc:"the evidence behind it, without the prior"`
	Reasons []Reason `json:"reasons"`
	State   string   `json:"state" enum:"open,later,different,merged"`

	Contradiction *ContradictionView `json:"contradiction" doc:"keys that came together name both; null where likeness alone speaks"`
}

// pairsInSight is what a list of pairs reads from: both alive and the reader's to see. Its two values are the scopes.
const pairsInSight = `
from duplicate_pairs p
join customers a on a.id = p.a_id and a.deleted_at is null and a.merged_into is null
join customers b on b.id = p.b_id and b.deleted_at is null and b.merged_into is null
where ? and ?`

// inQueue is the condition of a pair that waits for a decision, once those have come back whose time it is.
const inQueue = "p.state = 'open'"

// comeBack opens the pairs that were put off until now.
func (s *Store) comeBack(ctx context.Context) error {
	now := clock.Millis(ctx)
	var due []int64
	err := s.records.Read().NewRaw("select a_id from duplicate_pairs where state = ? and later_until <= ? limit 1", PairLater, now).Scan(ctx, &due)
	if err != nil || len(due) == 0 {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("update duplicate_pairs set state = ?, later_until = null where state = ? and later_until <= ?", PairOpen, PairLater, now).Exec(ctx)
		return err
	})
}

type pairCursor struct {
	Score float64 `json:"s"`
	A     int64   `json:"a"`
	B     int64   `json:"b"`
	Rest  bool    `json:"r,omitempty"` // through with those whose keys contradict each other
}

// Duplicates gives one page of pairs at or above a score: those first that keys contradict each other about, then the best;
// only those whose both sides the reader may see.
func (s *Store) Duplicates(ctx context.Context, state string, least float64, cursor string, limit int, total bool) (*page.List[Duplicate], error) {
	after := pairCursor{Score: 2}
	if err := page.DecodeCursor(cursor, &after); err != nil {
		return nil, err
	}
	if err := s.comeBack(ctx); err != nil {
		return nil, err
	}
	list := &page.List[Duplicate]{}
	if total {
		var n int64
		if err := s.records.Read().NewRaw("select count(*)"+pairsInSight+" and p.state = ? and p.score >= ?", scope(ctx, "a"), scope(ctx, "b"), state, least).Scan(ctx, &n); err != nil {
			return nil, err
		}
		list.Total = &n
	}
	var rows []pairRow
	if !after.Rest {
		var err error
		if rows, err = s.pairsAfter(ctx, "<>", state, least, after, limit+1); err != nil {
			return nil, err
		}
		after = pairCursor{Score: 2, Rest: true}
	}
	if left := limit + 1 - len(rows); left > 0 {
		rest, err := s.pairsAfter(ctx, "=", state, least, after, left)
		if err != nil {
			return nil, err
		}
		rows = append(rows, rest...)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		list.NextCursor = page.EncodeCursor(pairCursor{last.Score, last.A, last.B, last.Contradiction == ""})
	}
	var err error
	list.Items, err = s.showPairs(ctx, rows)
	return list, err
}

// pairsAfter gives the next pairs with ("<>") or without ("=") a contradiction.
func (s *Store) pairsAfter(ctx context.Context, with, state string, least float64, after pairCursor, limit int) (rows []pairRow, err error) {
	err = s.records.Read().NewRaw("select p.a_id, p.b_id, p.score, p.bits, p.evidence, p.state, p.contradiction, p.import_id"+pairsInSight+`
  and p.state = ? and p.score >= ? and p.contradiction ? ''
  and (p.score < ? or p.score = ? and (p.a_id < ? or p.a_id = ? and p.b_id < ?))
order by p.score desc, p.a_id desc, p.b_id desc
limit ?`, scope(ctx, "a"), scope(ctx, "b"), state, least, bun.Safe(with), after.Score, after.Score, after.A, after.A, after.B, limit).Scan(ctx, &rows)
	return rows, err
}

// showPairs puts pairs into what the reader may see.
func (s *Store) showPairs(ctx context.Context, rows []pairRow) ([]Duplicate, error) {
	ids := make([]int64, 0, 2*len(rows))
	for _, r := range rows {
		ids = append(ids, r.A, r.B)
	}
	items, err := s.items(ctx, ids)
	if err != nil {
		return nil, err
	}
	called, err := s.identities(ctx, s.records.Read(), guard.FieldsOf(ctx, noun), ids...)
	if err != nil {
		return nil, err
	}
	sides := map[int64]pairSide{}
	for _, i := range items {
		side := pairSide{ID: i.ID, Name: i.Name, City: i.City, Phone: i.Phone, Orders: i.Orders, Identities: []identityView{}}
		side.Identities = append(side.Identities, called[int64(i.ID)]...)
		sides[int64(i.ID)] = side
	}
	pairs := make([]Duplicate, 0, len(rows))
	for _, r := range rows {
		a, seesA := sides[r.A]
		b, seesB := sides[r.B]
		if !seesA || !seesB {
			continue
		}
		pairs = append(pairs, Duplicate{A: a, B: b, Score: r.Score, Bits: r.Bits, State: r.State, Reasons: reasonsOf(ctx, r.Evidence), Contradiction: r.contradiction(ctx)})
	}
	return pairs, nil
}

// reasonsOf reads stored evidence; what it says of a field the reader may not see is left out.
func reasonsOf(ctx context.Context, evidence string) []Reason {
	var all []match.Evidence
	_ = json.Unmarshal([]byte(evidence), &all) // our own writing
	return reasons(ctx, all)
}

func reasons(ctx context.Context, all []match.Evidence) []Reason {
	rights := guard.FieldsOf(ctx, noun)
	some := make([]Reason, 0, len(all))
	for _, e := range all {
		field := e.Field
		if field == "postcode" || field == "city" {
			field = "city"
		}
		if strings.HasPrefix(field, customPrefix) {
			field = "custom"
		}
		if rights.Right(field) != guard.None {
			some = append(some, reasonOf(e))
		}
	}
	return some
}

// Decide notes what a person says of a pair: different (for good), later (for thirty days), or open (again). Faults:
// not found, also when one of them is not the reader's to see.
func (s *Store) Decide(ctx context.Context, a, b int64, state string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range [...]int64{a, b} {
			if _, err := s.find(ctx, tx, id); err != nil {
				return err
			}
		}
		if a == b {
			return fault.Invalid("b", "same_customer")
		}
		if err := notePair(ctx, tx, a, b, state); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "duplicates.decided", "customer", itemNumber(a), map[string]any{"other": b, "state": state})
	})
}

// notePair stores what was said of a pair, also one that no scan has found.
func notePair(ctx context.Context, tx *db.Tx, a, b int64, state string) error {
	now := clock.Millis(ctx)
	var later *int64
	if state == PairLater {
		until := clock.Now(ctx).AddDate(0, 0, laterDays).UnixMilli()
		later = &until
	}
	_, err := tx.NewRaw(`
insert into duplicate_pairs (a_id, b_id, score, bits, evidence, state, created_at, later_until, decided_at, decided_by)
values (?, ?, 0, 0, '[]', ?, ?, ?, ?, ?)
on conflict (a_id, b_id) do update
set state = excluded.state, later_until = excluded.later_until, decided_at = excluded.decided_at, decided_by = excluded.decided_by`,
		min(a, b), max(a, b), state, now, later, now, actingStaff(ctx)).Exec(ctx)
	return err
}

// decidePair notes what became of a pair that a scan has found; another pair is left alone.
func decidePair(ctx context.Context, tx *db.Tx, a, b int64, state string) error {
	_, err := tx.NewRaw("update duplicate_pairs set state = ?, decided_at = ?, decided_by = ?, later_until = null where a_id = ? and b_id = ?",
		state, clock.Millis(ctx), actingStaff(ctx), min(a, b), max(a, b)).Exec(ctx)
	return err
}

// reopenPair puts a pair whose merge was undone back into the queue.
func reopenPair(ctx context.Context, tx *db.Tx, a, b int64) error {
	_, err := tx.NewRaw("update duplicate_pairs set state = ?, decided_at = null, decided_by = null where a_id = ? and b_id = ? and state = ?",
		PairOpen, min(a, b), max(a, b), PairMerged).Exec(ctx)
	return err
}
