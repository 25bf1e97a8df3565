package decide

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// duplicates makes one signal of all pairs of customers that are likely one and wait for a decision. What is at stake
// cannot be said in money: the line is ordered as one ordinary order.
type duplicates struct{ records *db.DB }

// likelyOne is the probability from which a pair is worth a person's day.
const likelyOne = 0.9

// Kinds implements Source.
func (duplicates) Kinds() []string { return []string{DuplicateCustomers} }

// Signals implements Source.
func (s duplicates) Signals(ctx context.Context) ([]Signal, error) {
	var row struct {
		Count int64 `bun:"count"`
		Since int64 `bun:"since"`
	}
	if err := s.records.Read().NewRaw(`
select count(*) as count, coalesce(min(p.created_at), 0) as since
from duplicate_pairs p
join customers a on a.id = p.a_id and a.deleted_at is null and a.merged_into is null
join customers b on b.id = p.b_id and b.deleted_at is null and b.merged_into is null
where p.score >= ? and (p.state = 'open' or p.state = 'later' and p.later_until <= ?)`, likelyOne, clock.Millis(ctx)).Scan(ctx, &row); err != nil || row.Count == 0 {
		return nil, err
	}
	return []Signal{{
		Key: DuplicateCustomers, Kind: DuplicateCustomers,
		Subject: Subject{Type: "duplicates", ID: "open", Name: duplicatesTitle.ZH},
		Reason:  Reason{DuplicateCustomers, Values{"count": row.Count, "since": row.Since}},
		Actions: []TodayAction{{Code: "review_duplicates", Primary: true, Target: "open"}},
	}}, nil
}

// duplicatesTitle names the line.
var duplicatesTitle = Said{ZH: "重复客户", EN: "Duplicate customers"}
