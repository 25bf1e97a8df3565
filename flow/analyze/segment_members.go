package analyze

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// columnReader reads columns, inside a change or outside of one.
type columnReader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// idsWhere gives the ids of a query of one column as a bitmap.
func idsWhere(ctx context.Context, from columnReader, p piece) (*roaring64.Bitmap, error) {
	rows, err := from.Query(ctx, p.sql, p.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := roaring64.New()
	buffer := make([]uint64, 0, 4096)
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if buffer = append(buffer, uint64(id)); len(buffer) == cap(buffer) {
			found.AddMany(buffer)
			buffer = buffer[:0]
		}
	}
	found.AddMany(buffer)
	found.RunOptimize()
	return found, rows.Err()
}

// evaluate gives everybody the condition holds for.
func (k *compiler) evaluate(ctx context.Context, from columnReader, c *Condition) (*roaring64.Bitmap, error) {
	return idsWhere(ctx, from, k.holds(c, false).put("select c.id from "+k.table("customers")+" c where ", ""))
}

// states reads the rows of segment_members without their bitmaps.
func states(ctx context.Context, from columnReader) (map[int64]segmentState, error) {
	rows, err := from.Query(ctx, "select segment_id, version, members, evaluated_at, coalesce(known_from, 0) from segment_members")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[int64]segmentState{}
	for rows.Next() {
		var id int64
		var st segmentState
		if err := rows.Scan(&id, &st.version, &st.members, &st.evaluatedAt, &st.knownFrom); err != nil {
			return nil, err
		}
		all[id] = st
	}
	return all, rows.Err()
}

// bitmap gives the members of the state, from memory when the row has not changed since it was last seen.
func (s *Segments) bitmap(ctx context.Context, from columnReader, id int64, st segmentState) (*roaring64.Bitmap, error) {
	s.mu.Lock()
	seen, ok := s.bitmaps[id]
	s.mu.Unlock()
	if ok && seen.version == st.version && seen.evaluatedAt == st.evaluatedAt {
		return seen.bitmap, nil
	}
	var blob []byte
	if err := from.QueryRow(ctx, "select bitmap from segment_members where segment_id = ?", id).Scan(&blob); err != nil {
		return nil, err
	}
	st.bitmap = roaring64.New()
	if err := st.bitmap.UnmarshalBinary(blob); err != nil {
		return nil, fmt.Errorf("members of segment %d: %w", id, err)
	}
	s.remember(id, st)
	return st.bitmap, nil
}

func (s *Segments) remember(id int64, st segmentState) {
	s.mu.Lock()
	s.bitmaps[id] = st
	s.mu.Unlock()
}

// settling is a segment whose members are to be written: moves says that who differs has entered or left.
type settling struct {
	watched
	before   segmentState
	was, now *roaring64.Bitmap
	moves    bool
	cause    string
}

// settle writes the members of segments and who entered and who left, and why where asked can tell. It gives those who did.
func (s *Segments) settle(ctx context.Context, to *columns.Tx, all []settling, asked *leafSet) (*roaring64.Bitmap, error) {
	moved := roaring64.New()
	if len(all) == 0 {
		return moved, nil
	}
	at := clock.Millis(ctx)
	day := civilDay(workspace.Of(ctx), at)
	ids := make([]int64, len(all))
	var states, moves [][]any
	for i, one := range all {
		blob, err := one.now.ToBytes()
		if err != nil {
			return nil, err
		}
		ids[i] = one.id
		after := segmentState{version: one.version, members: int64(one.now.GetCardinality()), evaluatedAt: max(at, one.before.evaluatedAt+1), knownFrom: one.before.knownFrom, bitmap: one.now}
		if !one.moves {
			after.knownFrom = at
		}
		states = append(states, []any{one.id, one.version, blob, after.members, after.evaluatedAt, orNull(after.knownFrom)})
		s.remember(one.id, after)
		if !one.moves {
			continue
		}
		differ := roaring64.Xor(one.was, one.now)
		for it := differ.Iterator(); it.HasNext(); {
			id := it.Next()
			cause, parts := one.cause, any(nil)
			if asked != nil {
				cause, parts = asked.because(one.condition, id, cause)
			}
			moves = append(moves, []any{one.id, int64(id), one.now.Contains(id), at, day, cause, parts})
		}
		moved.Or(differ)
	}
	if err := to.Exec(ctx, "delete from segment_members where segment_id in (select unnest(?::bigint[]))", ids); err != nil {
		return nil, err
	}
	if err := to.Append(ctx, "segment_members", states); err != nil {
		return nil, err
	}
	return moved, to.Append(ctx, "segment_moves", moves)
}

// orNull gives what columns keep of a number that is 0 while it is not known.
func orNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// visible gives the customers the person asking may see, nil for all.
func (s *Segments) visible(ctx context.Context) (*roaring64.Bitmap, error) {
	return visibleIn(ctx, s.columns)
}

func visibleIn(ctx context.Context, from columnReader) (*roaring64.Bitmap, error) {
	scope := guard.ScopeOf(ctx, "customers")
	if scope.All() {
		return nil, nil
	}
	where, args := scope.Where("c")
	return idsWhere(ctx, from, sqlPiece("select c.id from customers c where "+where, args...))
}

// membership gives the members of every live segment as last settled, read anew only when columns have changed.
func (s *Segments) membership(ctx context.Context) (map[int64]*roaring64.Bitmap, error) {
	commits := s.columns.Commits()
	if seen := s.settled.Load(); seen != nil && seen.commits == commits {
		return seen.members, nil
	}
	members, err := s.readMembership(ctx)
	if err == nil {
		s.settled.Store(&settled{commits, members})
	}
	return members, err
}

func (s *Segments) readMembership(ctx context.Context) (map[int64]*roaring64.Bitmap, error) {
	all, err := states(ctx, s.columns)
	if err != nil {
		return nil, err
	}
	bitmaps := make(map[int64]*roaring64.Bitmap, len(all))
	for id, st := range all {
		if st.version == retired {
			continue
		}
		if bitmaps[id], err = s.bitmap(ctx, s.columns, id, st); err != nil {
			return nil, err
		}
	}
	return bitmaps, nil
}

// MembershipsOf implements customer.Memberships: the live segments a customer is in, of those the reader knows of.
func (s *Segments) MembershipsOf(ctx context.Context, customerID int64) ([]customer.Membership, error) {
	live, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.membership(ctx)
	if err != nil {
		return nil, err
	}
	in := []customer.Membership{}
	for _, segment := range live {
		if m := members[segment.ID]; m != nil && m.Contains(uint64(customerID)) {
			in = append(in, customer.Membership{ID: segment.ID, Name: segment.Name})
		}
	}
	return in, nil
}

// SegmentSince is a segment a customer is in, and since when: nil when she was in it as it was made.
type SegmentSince struct {
	ID    api.ID     `json:"id"`
	Name  string     `json:"name"`
	Since *time.Time `json:"since"`
}

type segmentsSince struct {
	Items []SegmentSince `json:"items"`
}

// Since gives the live segments of a customer the person asking may see, and when she entered each. Fault: not found.
func (s *Segments) Since(ctx context.Context, customerID int64) ([]SegmentSince, error) {
	var seen bool
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	if err := s.columns.QueryRow(ctx, "select count(*) > 0 from customers c where c.id = ? and "+where, append([]any{customerID}, args...)...).Scan(&seen); err != nil {
		return nil, err
	}
	if !seen {
		return nil, fault.NotFound("customer", customerID)
	}
	memberships, err := s.MembershipsOf(ctx, customerID)
	if err != nil {
		return nil, err
	}
	rows, err := s.columns.Query(ctx, "select segment_id, max(ts) from segment_moves where customer_id = ? and entered group by segment_id", customerID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	since := map[int64]*time.Time{}
	for rows.Next() {
		var id, ts int64
		if err := rows.Scan(&id, &ts); err != nil {
			return nil, err
		}
		at := time.UnixMilli(ts).UTC()
		since[id] = &at
	}
	in := make([]SegmentSince, len(memberships))
	for i, m := range memberships {
		in[i] = SegmentSince{api.ID(m.ID), m.Name, since[m.ID]}
	}
	return in, rows.Err()
}
