package customer

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/proportion"
)

// Precision is how many of the pairs at or above a score are really one, judged by those a person has labelled. Low and
// High bound the share with 95% confidence (Wilson 1927); they are 0 and 1 without any label.
type Precision struct {
	Score    float64 `json:"score"`
	Pairs    int64   `json:"pairs" doc:"that wait at or above the score"`
	Labelled int64   `json:"labelled"`
	Same     int64   `json:"same"`
	Share    float64 `json:"share" doc:"of those labelled that are one"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// steps are the scores at which the precision is told.
var steps = []float64{0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999}

// Precisions tells the precision at several scores, or only at one, as far as the reader sees pairs.
func (s *Store) Precisions(ctx context.Context, only float64) ([]Precision, error) {
	if err := s.comeBack(ctx); err != nil {
		return nil, err
	}
	scores := steps
	if only > 0 {
		scores = []float64{only}
	}
	list := make([]Precision, len(scores))
	for i, score := range scores {
		list[i].Score = score
	}
	type scored struct {
		Score float64 `bun:"score"`
		Count int64   `bun:"count"`
		Same  int64   `bun:"same"`
	}
	var labels []scored
	read := s.records.Read()
	text, args := "select ", []any{}
	for i, score := range scores {
		if i > 0 {
			text += ", "
		}
		text += "coalesce(sum(case when p.score >= ? then 1 else 0 end), 0)"
		args = append(args, score)
	}
	counts := make([]any, len(list)) // all from one walk over the pairs
	for i := range list {
		counts[i] = &list[i].Pairs
	}
	args = append(args, scope(ctx, "a"), scope(ctx, "b"), scores[0])
	if err := read.NewRaw(text+pairsInSight+" and "+inQueue+" and p.score >= ?", args...).Scan(ctx, counts...); err != nil {
		return nil, err
	}
	if err := read.NewRaw(`
select l.score, count(*) as count, sum(case when l.same then 1 else 0 end) as same
from duplicate_labels l
join customers a on a.id = l.a_id
join customers b on b.id = l.b_id
where ? and ? and l.same is not null and l.score >= ?
group by l.score`, scope(ctx, "a"), scope(ctx, "b"), scores[0]).Scan(ctx, &labels); err != nil {
		return nil, err
	}
	for i := range list {
		p := &list[i]
		for _, row := range labels {
			if row.Score >= p.Score {
				p.Labelled += row.Count
				p.Same += row.Same
			}
		}
		if p.Labelled > 0 {
			p.Share = float64(p.Same) / float64(p.Labelled)
		}
		p.Low, p.High = proportion.Wilson(float64(p.Same), float64(p.Labelled))
	}
	return list, nil
}

func (s *Store) precision(ctx context.Context, score float64) (Precision, error) {
	list, err := s.Precisions(ctx, score)
	if err != nil {
		return Precision{}, err
	}
	return list[0], nil
}

// Sample draws pairs at random from those that wait at or above a score, for a person to label. Those drawn before and
// not labelled come first, so that nobody gets round a hard one by asking again.
func (s *Store) Sample(ctx context.Context, least float64, size int) ([]Duplicate, error) {
	if err := s.comeBack(ctx); err != nil {
		return nil, err
	}
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var waiting int
		if err := tx.NewRaw("select count(*)"+pairsInSight+" and p.score >= ? and "+inQueue+" and exists (select 1 from duplicate_labels l where l.a_id = p.a_id and l.b_id = p.b_id and l.labelled_at is null)",
			scope(ctx, "a"), scope(ctx, "b"), least).Scan(ctx, &waiting); err != nil || waiting >= size {
			return err
		}
		_, err := tx.NewRaw(`
insert into duplicate_labels (a_id, b_id, score, created_at)
select p.a_id, p.b_id, p.score, ?`+pairsInSight+" and p.score >= ? and "+inQueue+`
  and not exists (select 1 from duplicate_labels l where l.a_id = p.a_id and l.b_id = p.b_id)
order by random()
limit ?`, clock.Millis(ctx), scope(ctx, "a"), scope(ctx, "b"), least, size-waiting).Exec(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var rows []pairRow
	if err := s.records.Read().NewRaw("select p.a_id, p.b_id, p.score, p.bits, p.evidence, p.state"+pairsInSight+" and p.score >= ? and "+inQueue+`
  and exists (select 1 from duplicate_labels l where l.a_id = p.a_id and l.b_id = p.b_id and l.labelled_at is null)
order by p.a_id, p.b_id
limit ?`, scope(ctx, "a"), scope(ctx, "b"), least, size).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	return s.showPairs(ctx, rows)
}

// Label notes whether a pair of the sample is one; nil for cannot tell. Fault: not found.
func (s *Store) Label(ctx context.Context, a, b int64, same *bool) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range [...]int64{a, b} {
			if _, err := s.find(ctx, tx, id); err != nil {
				return err
			}
		}
		result, err := tx.NewRaw("update duplicate_labels set same = ?, staff_id = ?, labelled_at = ? where a_id = ? and b_id = ?",
			same, actingStaff(ctx), clock.Millis(ctx), min(a, b), max(a, b)).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return fault.NotFound("duplicate", a)
		}
		return nil
	})
}
