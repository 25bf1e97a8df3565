package decide

import (
	"context"
	"sync"

	"guanxi/base/db"
)

// findings makes one signal of each cause of doubtful records. Where they are orders, what rests on them is the money in
// them, and a five-hundredth of it (a prior) is taken to be misjudged for it; other records are not valued.
type findings struct {
	records *db.DB
	mutex   sync.Mutex
	known   map[string]restingOn // by cause: adding up hundreds of thousands of orders again tells nothing new
}

type restingOn struct {
	count, last int64
	amount      int64 // minor units
}

const misjudged = 0.002

// Kinds implements Source.
func (*findings) Kinds() []string { return []string{DataFindings} }

// Signals implements Source.
func (s *findings) Signals(ctx context.Context) ([]Signal, error) {
	var rows []struct {
		Cause string `bun:"cause"`
		Count int64  `bun:"count"`
		Since int64  `bun:"since"`
		Last  int64  `bun:"last"`
	}
	if err := s.records.Read().NewRaw(`
select cause, count(*) as count, min(created_at) as since, max(id) as last
from findings
where state = 'open'
group by cause
order by cause`).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	known := map[string]restingOn{}
	var signals []Signal
	for _, r := range rows {
		rests := s.known[r.Cause]
		if rests.count != r.Count || rests.last != r.Last {
			rests = restingOn{count: r.Count, last: r.Last}
			if err := s.records.Read().NewRaw(`
select coalesce(sum(o.gross + o.refunded), 0)
from orders o
where o.deleted_at is null and o.id in (
  select f.subject_id
  from findings f
  where f.state = 'open' and f.cause = ? and f.subject_type = 'order'
)`, r.Cause).Scan(ctx, &rests.amount); err != nil {
				return nil, err
			}
		}
		known[r.Cause] = rests
		g := Signal{
			Key: DataFindings + ":" + r.Cause, Kind: DataFindings,
			Subject: Subject{Type: "findings", ID: r.Cause, Name: causeTitle(r.Cause).ZH},
			Reason:  Reason{DataFindings, Values{"cause": r.Cause, "count": r.Count, "since": r.Since}},
			Actions: []TodayAction{{Code: "review_findings", Primary: true, Target: r.Cause}},
		}
		if rests.amount > 0 {
			g.Reason.Values["amount"] = rests.amount
			g.AtStake = stake(float64(rests.amount) * misjudged)
			g.Basis = Reason{"rests_on", Values{"amount": rests.amount, "share": misjudged}}
		}
		signals = append(signals, g)
	}
	s.known = known
	return signals, nil
}
