package analyze

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// watched is a live segment with its checked condition.
type watched struct {
	id        int64
	version   int64
	condition *Condition
	relations map[string]bool
	timed     bool
	relative  bool // others change who is in
	staged    bool // a change of stage does
	heard     bool // what sources send does, by a field
}

// watch reads the live segments as they are now. One whose condition can no longer be read is told of and left alone.
func (s *Segments) watch(ctx context.Context) ([]watched, error) {
	live, among, err := groups(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	all := make([]watched, 0, len(live))
	for _, seg := range live {
		c, err := parseConditionOf(ctx, []byte(seg.Condition), among, seg.ID)
		if err != nil {
			slog.Error("the condition of a segment cannot be read", "segment", seg.ID, "error", err)
			continue
		}
		all = append(all, watched{seg.ID, versionOf(seg.Condition, c), c, c.relations(), c.movesWithTime(), c.relative(), c.asksStages(), c.hears()})
	}
	stages := readStageRules(ctx, among)
	s.mu.Lock()
	s.live, s.stages = all, stages
	s.mu.Unlock()
	return all, nil
}

// factSubjects are what changes without changing what any condition means.
var factSubjects = map[string]bool{"customers": true, "orders": true, "activities": true, "event_batches": true, "visitors": true}

// watching gives the live segments, as they were last read where a batch brought facts only.
func (s *Segments) watching(ctx context.Context, changed map[string][]int64) ([]watched, error) {
	s.mu.Lock()
	live := s.live
	s.mu.Unlock()
	for subject := range changed {
		if !factSubjects[subject] {
			live = nil
		}
	}
	if live == nil || len(changed) == 0 {
		return s.watch(ctx)
	}
	return live, nil
}

// asksFor says whether what a batch brought can change who is in: events alone leave the segments that do not ask for any.
func (w watched) asksFor(changed map[string][]int64) bool {
	return len(changed) != 1 || len(changed["event_batches"]) == 0 || w.relations[sentRelation] || w.relations["sessions"] || w.staged || w.heard
}

// Changed implements feed.Watcher: in the transaction of each batch it evaluates new and edited segments in full and,
// for all others, the customers the batch has touched. A segment that a new day may have changed waits for the sweep, and so do
// those whose rank the batch has moved without touching them.
func (s *Segments) Changed(ctx context.Context, to *columns.Tx, changed map[string][]int64) error {
	ctx = guard.System(ctx)
	ids, everybody := s.touched.take()
	if len(ids) > 0 || everybody {
		s.mu.Lock()
		s.changes++
		s.mu.Unlock()
	}
	live, err := s.watching(ctx, changed)
	if err != nil {
		return err
	}
	before, err := states(ctx, to)
	if err != nil {
		return err
	}
	if err := s.forget(ctx, to, live, before); err != nil {
		return err
	}
	k := newCompiler(ctx)
	restaged, err := s.followStages(ctx, to, k, ids, everybody)
	if err != nil {
		return err
	}
	var some []watched
	var anew []settling
	for _, w := range live {
		st, known := before[w.id]
		cause := whyFacts
		switch {
		case known && st.version != w.version:
			cause = whyRule
		case restaged && w.staged:
			cause = whyStage
		}
		switch {
		case !known || st.version != w.version || everybody || restaged && w.staged:
			one, err := s.reckon(ctx, to, k, w, st, known, cause)
			if err != nil {
				return err
			}
			anew = append(anew, one...)
		case len(ids) > 0 && w.asksFor(changed) && !(w.timed && s.due(ctx, st)):
			some = append(some, w)
		}
	}
	moved, err := s.settleAnew(ctx, to, k, anew)
	if err != nil {
		return err
	}
	m, err := s.follow(ctx, to, k, some, before, ids)
	if err != nil {
		return err
	}
	moved.Or(m)
	if err := s.followMoves(ctx, to, k, live, moved); err != nil {
		return err
	}
	return s.unnameMovers(ctx, to, changed)
}

// due says that the day has changed since the segment was last reckoned.
func (s *Segments) due(ctx context.Context, st segmentState) bool {
	w := workspace.Of(ctx)
	return w.Day(st.evaluatedAt) != w.Day(clock.Millis(ctx))
}

// settleAnew settles segments that were evaluated in full.
func (s *Segments) settleAnew(ctx context.Context, to *columns.Tx, k *compiler, anew []settling) (*roaring64.Bitmap, error) {
	asked, err := askCauses(ctx, to, k, anew)
	if err != nil {
		return nil, err
	}
	return s.settle(ctx, to, anew, asked)
}

// reckon evaluates a segment in full; what it gives, nothing where nothing has changed, is to be settled. The first time nobody
// enters: they have been in as long as the segment exists.
func (s *Segments) reckon(ctx context.Context, to *columns.Tx, k *compiler, w watched, st segmentState, known bool, cause string) ([]settling, error) {
	now, err := k.evaluate(ctx, to, w.condition)
	if err != nil {
		return nil, fmt.Errorf("segment %d: %w", w.id, err)
	}
	return s.anew(ctx, to, w, st, known, cause, now)
}

// anew gives what has to be written where a segment, evaluated in full, has these members; nothing where nothing has changed.
func (s *Segments) anew(ctx context.Context, to *columns.Tx, w watched, st segmentState, known bool, cause string, now *roaring64.Bitmap) (_ []settling, err error) {
	was := roaring64.New()
	if known {
		if was, err = s.bitmap(ctx, to, w.id, st); err != nil {
			return nil, err
		}
	}
	if known && w.relative && !s.due(ctx, st) && st.version == w.version && now.Equals(was) {
		return nil, nil
	}
	return []settling{{w, st, was, now, known, cause}}, nil
}

// follow evaluates segments for the given customers only and gives those who moved.
func (s *Segments) follow(ctx context.Context, to *columns.Tx, k *compiler, segments []watched, before map[int64]segmentState, ids []int64) (*roaring64.Bitmap, error) {
	moved := roaring64.New()
	if len(segments) == 0 || len(ids) == 0 {
		return moved, nil
	}
	conditions := make([]*Condition, len(segments))
	for i, w := range segments {
		conditions[i] = w.condition
	}
	asked, err := askLeaves(ctx, to, k, conditions, ids)
	if err != nil {
		return nil, err
	}
	some := roaring64.New()
	for _, id := range ids {
		some.Add(uint64(id))
	}
	var changed []settling
	for _, w := range segments {
		st := before[w.id]
		was, err := s.bitmap(ctx, to, w.id, st)
		if err != nil {
			return nil, err
		}
		in := asked.members(w.condition)
		if in.Equals(roaring64.And(was, some)) {
			continue
		}
		now := roaring64.AndNot(was, some)
		now.Or(in)
		changed = append(changed, settling{w, st, was, now, true, whyFacts})
	}
	return s.settle(ctx, to, changed, asked)
}

// followMoves evaluates the segments that ask for entering or leaving a segment for those who just did, once: what
// their own moves cause shows with the next fact or day.
func (s *Segments) followMoves(ctx context.Context, to *columns.Tx, k *compiler, live []watched, moved *roaring64.Bitmap) error {
	if moved.IsEmpty() {
		return nil
	}
	var asking []watched
	for _, w := range live {
		if w.relations["segment_moves"] {
			asking = append(asking, w)
		}
	}
	if len(asking) == 0 {
		return nil
	}
	before, err := states(ctx, to)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, moved.GetCardinality())
	for it := moved.Iterator(); it.HasNext(); {
		ids = append(ids, int64(it.Next()))
	}
	_, err = s.follow(ctx, to, k, asking, before, ids)
	return err
}

// columnWriter is what narrow needs: a change of columns, or a connection of its own.
type columnWriter interface {
	columnReader
	Exec(ctx context.Context, query string, args ...any) error
}
