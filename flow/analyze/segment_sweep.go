package analyze

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"guanxi/base/columns"
	"guanxi/base/job"
	"guanxi/guard"
)

// sweepArgs is the job that brings segments over a change of day or of scores.
type sweepArgs struct{}

// Kind implements job.Args.
func (sweepArgs) Kind() string { return "segments.sweep" }

// RegisterJobs adds the sweep, each minute.
func (s *Segments) RegisterJobs(r *job.Registry) {
	job.Register(r, job.Kind[sweepArgs]{Every: time.Minute, Timeout: 10 * time.Minute, MaxAttempts: 1,
		Run: func(ctx context.Context, _ sweepArgs) error { return s.Sweep(ctx) }})
}

// Sweep evaluates in full the segments that the day, new scores or others' ranks may have changed, and those whose membership is
// missing: those that ask the same tables together, each table being read once for many, and not all in one change so that the
// feed can go on in between.
func (s *Segments) Sweep(ctx context.Context) error {
	ctx = guard.System(ctx)
	live, err := s.watch(ctx)
	if err != nil {
		return err
	}
	rules, err := s.turn(ctx)
	if err != nil {
		return err
	}
	before, err := states(ctx, s.columns)
	if err != nil {
		return err
	}
	rescored, fingerprint, err := s.rescored(ctx, live)
	if err != nil {
		return err
	}
	s.mu.Lock()
	changes := s.changes
	reranked, reread := changes != s.ranked || rescored, rules != s.rules
	s.mu.Unlock()
	restaged, err := s.sweepStages(ctx, rescored, reranked)
	if err != nil {
		return err
	}
	var due []watched
	for _, w := range live {
		st, known := before[w.id]
		if !known || st.version != w.version || w.timed && s.due(ctx, st) || rescored && w.relations["customer_scores"] || reranked && w.relative || restaged && w.staged || reread && w.heard {
			due = append(due, w)
		}
	}
	slices.SortStableFunc(due, func(a, b watched) int { return strings.Compare(a.asks(), b.asks()) })
	for some := range slices.Chunk(due, sweptAtOnce) {
		if err := s.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error { return s.sweep(ctx, to, live, some, before) }); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.scores, s.ranked, s.rules = fingerprint, changes, rules
	s.mu.Unlock()
	return nil
}

// sweptAtOnce is how many segments are evaluated in one change of columns: each reads the tables anew, and the feed waits for it.
const sweptAtOnce = 120

// asks names the tables that a segment is evaluated from.
func (w watched) asks() string {
	return strings.Join(slices.Sorted(maps.Keys(w.relations)), " ")
}

// sweep evaluates some segments in full. One that the feed has settled meanwhile, perhaps with a newer condition, is left as it is.
func (s *Segments) sweep(ctx context.Context, to *columns.Tx, live, some []watched, before map[int64]segmentState) error {
	now, err := states(ctx, to)
	if err != nil {
		return err
	}
	k := newCompiler(ctx)
	some = slices.DeleteFunc(slices.Clone(some), func(w watched) bool { return now[w.id] != before[w.id] })
	conditions := make([]*Condition, len(some))
	for i, w := range some {
		conditions[i] = w.condition
	}
	asked, err := askLeaves(ctx, to, k, conditions, nil)
	if err != nil {
		return err
	}
	var anew []settling
	for _, w := range some {
		st, known := before[w.id]
		cause := whyScores
		switch {
		case st.version != w.version:
			cause = whyRule
		case w.timed && s.due(ctx, st):
			cause = whyDay
		case w.staged && !w.relative && !w.relations["customer_scores"]:
			cause = whyStage
		}
		one, err := s.anew(ctx, to, w, st, known, cause, asked.members(w.condition).Clone())
		if err != nil {
			return err
		}
		anew = append(anew, one...)
	}
	moved, err := s.settleAnew(ctx, to, k, anew)
	if err != nil {
		return err
	}
	return s.followMoves(ctx, to, k, live, moved)
}

// rescored says whether customer_scores differ from what the last sweep saw.
func (s *Segments) rescored(ctx context.Context, live []watched) (changed bool, fingerprint string, err error) {
	asked := false
	for _, w := range live {
		asked = asked || w.relations["customer_scores"]
	}
	s.mu.Lock()
	asked = asked || s.stages.any(func(w watched) bool { return w.relations["customer_scores"] })
	s.mu.Unlock()
	if !asked {
		return false, "", nil
	}
	err = s.columns.QueryRow(ctx, `
select count(*) || ' ' || coalesce(bit_xor(hash(customer_id, as_of, r, f, m, rfm_frequency, rfm_monetary, rfm_segment, cycle_days, next_due_day,
  overdue_days, alive_probability, predicted_value, value_to_date, churn_risk)), 0)
from customer_scores`).Scan(&fingerprint)
	s.mu.Lock()
	defer s.mu.Unlock()
	return fingerprint != s.scores, fingerprint, err
}
