package analyze

import (
	"context"
	"time"

	"guanxi/base/db"
	"guanxi/base/field"
	"guanxi/flow/customer"
)

var _ customer.SegmentHistory = (*Segments)(nil)

// knownMoves bounds the moves m to those of customers in segments the reader may know of, and names these.
func (s *Segments) knownMoves(ctx context.Context, customers []int64) (which piece, names map[int64]string, err error) {
	known, err := s.known(ctx)
	if err != nil {
		return piece{}, nil, err
	}
	ids := make([]int64, len(known))
	names = make(map[int64]string, len(known))
	for i, seg := range known {
		ids[i], names[seg.ID] = seg.ID, seg.Name
	}
	return sqlPiece("m.customer_id in (select unnest(?::bigint[])) and m.segment_id in (select unnest(?::bigint[]))", customers, ids), names, nil
}

// SegmentMovesOf implements customer.SegmentHistory.
func (s *Segments) SegmentMovesOf(ctx context.Context, customerID, before, beforeSegment int64, limit int) ([]customer.SegmentMove, error) {
	which, names, err := s.knownMoves(ctx, []int64{customerID})
	if err != nil {
		return nil, err
	}
	rows, err := s.readMoves(ctx, glue(" and ", which, sqlPiece("(m.ts < ? or m.ts = ? and m.segment_id < ?)", before, before, beforeSegment)), limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	teller, err := s.partsTeller(ctx)
	if err != nil {
		return nil, err
	}
	moves := make([]customer.SegmentMove, len(rows))
	for i, r := range rows {
		moves[i] = customer.SegmentMove{SegmentID: r.segment, Segment: names[r.segment], Entered: r.entered, Cause: r.cause, At: r.ts}
		for _, p := range teller.parts(r.parts) {
			if p.Sentence != nil {
				moves[i].Why = append(moves[i].Why, field.Label(*p.Sentence))
			}
			moves[i].Hidden = moves[i].Hidden || p.Hidden
		}
	}
	return moves, nil
}

// CountSegmentMoves implements customer.SegmentHistory.
func (s *Segments) CountSegmentMoves(ctx context.Context, customerID int64) (n int64, err error) {
	which, _, err := s.knownMoves(ctx, []int64{customerID})
	if err != nil {
		return 0, err
	}
	query := which.put("select count(*) from segment_moves m where ", "")
	err = s.columns.QueryRow(ctx, query.sql, query.args...).Scan(&n)
	return n, err
}

// SegmentMemory is what segments keep about customers beside who is in: when they came and went. It implements customer.Holder.
type SegmentMemory struct{ Segments *Segments }

// mostHeldMoves bounds the moves a person is handed; they are the latest.
const mostHeldMoves = 10_000

type heldMove struct {
	Segment string        `json:"segment"`
	At      time.Time     `json:"at"`
	Entered bool          `json:"entered"`
	Cause   string        `json:"cause"`
	Why     []field.Label `json:"why"`
}

// Held gives when the customers of these ids came into segments and left them, and why.
func (m SegmentMemory) Held(ctx context.Context, ids []int64) (any, error) {
	held := []heldMove{}
	which, names, err := m.Segments.knownMoves(ctx, ids)
	if err != nil {
		return nil, err
	}
	teller, err := m.Segments.partsTeller(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := m.Segments.readMoves(ctx, which, mostHeldMoves)
	for _, r := range rows {
		h := heldMove{Segment: names[r.segment], At: time.UnixMilli(r.ts).UTC(), Entered: r.entered, Cause: r.cause, Why: []field.Label{}}
		for _, p := range teller.parts(r.parts) {
			if p.Sentence != nil {
				h.Why = append(h.Why, field.Label(*p.Sentence))
			}
		}
		held = append(held, h)
	}
	return held, err
}

// Forget leaves it to the feed, which takes the number of an erased customer out of columns with everything else; see unnameMovers.
func (SegmentMemory) Forget(context.Context, *db.Tx, []int64) error { return nil }
