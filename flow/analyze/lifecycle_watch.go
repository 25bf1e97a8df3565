package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
)

// Why somebody changed stage, or entered or left a segment.
const (
	whyStart  = "start"
	whyRule   = "rule"
	whyFacts  = "facts"
	whyDay    = "day"
	whyScores = "scores"
	whyHand   = "hand"
	whyGone   = "gone"
	whyPast   = "past"
	whyStage  = "stage" // of a segment: the lifecycle moved them
)

// stageRules are the stages with their checked conditions, in the order of life.
type stageRules struct {
	version int64
	stages  []watched // those set by hand have no condition
	keys    []string
}

// readStageRules reads the stages of ctx. A rule that can no longer be read is told of and holds for nobody.
func readStageRules(ctx context.Context, among Lookup) *stageRules {
	l := customer.LifecycleOf(ctx)
	r := &stageRules{}
	h := fnv.New64a()
	for _, stage := range l.Stages {
		w := watched{}
		fmt.Fprintf(h, "|%s:", stage.Key)
		if !stage.ByHand() {
			c, err := ParseCondition(ctx, stage.Condition, among)
			if err != nil {
				slog.Error("the rule of a stage cannot be read", "stage", stage.Key, "error", err)
				continue
			}
			w = watched{version: versionOf(string(stage.Condition), c), condition: c, relations: c.relations(), timed: c.movesWithTime(), relative: c.relative()}
			fmt.Fprint(h, w.version)
		}
		r.stages, r.keys = append(r.stages, w), append(r.keys, stage.Key)
	}
	if len(r.keys) > 0 {
		r.version = int64(h.Sum64()>>1) | 1
	}
	return r
}

func (r *stageRules) any(is func(watched) bool) bool { return slices.ContainsFunc(r.stages, is) }

// stageState is the row of lifecycle_state; version is 0 while there is none.
type stageState struct {
	version, evaluatedAt, movedAt, beganAt int64
	knownFrom                              sql.NullTime
}

func readStageState(ctx context.Context, from columnReader) (st stageState, err error) {
	err = from.QueryRow(ctx, "select version, evaluated_at, moved_at, began_at, known_from from lifecycle_state").Scan(&st.version, &st.evaluatedAt, &st.movedAt, &st.beganAt, &st.knownFrom)
	if errors.Is(err, sql.ErrNoRows) {
		return stageState{}, nil
	}
	return st, err
}

// standing gives who is in each stage, of those of ids or, for nil, of everybody: the stage a person has set by hand, and
// otherwise the furthest whose rule holds. Nobody is in two.
func (r *stageRules) standing(ctx context.Context, to columnWriter, k *compiler, ids []int64) ([]*roaring64.Bitmap, error) {
	holds := make([]*roaring64.Bitmap, len(r.stages))
	if ids == nil {
		for i, w := range r.stages {
			if w.condition == nil {
				continue
			}
			var err error
			if holds[i], err = k.evaluate(ctx, to, w.condition); err != nil {
				return nil, fmt.Errorf("stage %s: %w", r.keys[i], err)
			}
		}
	} else if err := r.ask(ctx, to, k, ids, holds); err != nil {
		return nil, err
	}
	settled := roaring64.New()
	for i, w := range r.stages {
		if w.condition != nil {
			continue
		}
		p := sqlPiece("select c.id from customers c where c.hand_stage = ?", r.keys[i])
		if ids != nil {
			p = glue(" and ", p, sqlPiece("c.id in (select unnest(?::bigint[]))", ids))
		}
		var err error
		if holds[i], err = idsWhere(ctx, to, p); err != nil {
			return nil, err
		}
		settled.Or(holds[i])
	}
	for i := len(r.stages) - 1; i >= 0; i-- {
		if r.stages[i].condition != nil {
			holds[i] = roaring64.AndNot(holds[i], settled)
			settled.Or(holds[i])
		}
	}
	return holds, nil
}

// ask finds out for whom of ids each rule holds, as segments do.
func (r *stageRules) ask(ctx context.Context, to columnWriter, k *compiler, ids []int64, holds []*roaring64.Bitmap) error {
	var conditions []*Condition
	for _, w := range r.stages {
		if w.condition != nil {
			conditions = append(conditions, w.condition)
		}
	}
	asked, err := askLeaves(ctx, to, k, conditions, ids)
	if err != nil {
		return err
	}
	for i, w := range r.stages {
		if w.condition != nil {
			holds[i] = asked.members(w.condition)
		}
	}
	return nil
}

// standingBefore gives who was in each stage.
func standingBefore(ctx context.Context, from columnReader, ids []int64) (map[string]*roaring64.Bitmap, error) {
	query, args := "select customer_id, stage from customer_stages", []any{}
	if ids != nil {
		query, args = query+" where customer_id in (select unnest(?::bigint[]))", []any{ids}
	}
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	before := map[string]*roaring64.Bitmap{}
	for rows.Next() {
		var id int64
		var stage string
		if err := rows.Scan(&id, &stage); err != nil {
			return nil, err
		}
		if before[stage] == nil {
			before[stage] = roaring64.New()
		}
		before[stage].Add(uint64(id))
	}
	return before, rows.Err()
}

// stageMove is some customers going from one stage to another; the empty stage is none.
type stageMove struct {
	from, to, cause string
	who             *roaring64.Bitmap
}

// movesBetween gives who went from where to where. Who is not among everyone any more is gone.
func movesBetween(before map[string]*roaring64.Bitmap, keys []string, now []*roaring64.Bitmap, everyone *roaring64.Bitmap, cause string, byHand func(key string) bool) (moves []stageMove) {
	was, is := roaring64.New(), roaring64.New()
	for _, m := range before {
		was.Or(m)
	}
	add := func(from, to, cause string, who *roaring64.Bitmap) {
		if !who.IsEmpty() {
			moves = append(moves, stageMove{from, to, cause, who})
		}
	}
	from := make([]string, 0, len(before))
	for key := range before {
		from = append(from, key)
	}
	slices.Sort(from)
	why := func(stages ...string) string {
		if cause == whyFacts && slices.ContainsFunc(stages, byHand) {
			return whyHand
		}
		return cause
	}
	for i, key := range keys {
		is.Or(now[i])
		for _, old := range from {
			if old != key {
				add(old, key, why(key, old), roaring64.And(before[old], now[i]))
			}
		}
		add("", key, why(key), roaring64.AndNot(now[i], was))
	}
	for _, old := range from {
		left := roaring64.AndNot(before[old], is)
		add(old, "", whyGone, roaring64.AndNot(left, everyone))
		add(old, "", cause, roaring64.And(left, everyone))
	}
	return moves
}

// settleStages brings the stages of ids, for nil of everybody, to what their rules say now, and gives who moved.
func (s *Segments) settleStages(ctx context.Context, to *columns.Tx, k *compiler, r *stageRules, st stageState, ids []int64, cause string) ([]int64, error) {
	standing, err := r.standing(ctx, to, k, ids)
	if err != nil {
		return nil, err
	}
	before, err := standingBefore(ctx, to, ids)
	if err != nil {
		return nil, err
	}
	there := sqlPiece("select id from customers")
	if ids != nil {
		there = sqlPiece("select id from customers where id in (select unnest(?::bigint[]))", ids)
	}
	everyone, err := idsWhere(ctx, to, there)
	if err != nil {
		return nil, err
	}
	moves := movesBetween(before, r.keys, standing, everyone, cause, func(key string) bool {
		i := slices.Index(r.keys, key)
		return i >= 0 && r.stages[i].condition == nil
	})
	now, at := clock.Millis(ctx), max(clock.Millis(ctx), st.movedAt+1)
	moved, err := writeStages(ctx, to, moves, at, civilDay(workspace.Of(ctx), at))
	if err != nil {
		return nil, err
	}
	if err := showStages(ctx, to, r, ids); err != nil {
		return nil, err
	}
	if ids == nil {
		st.evaluatedAt = now
	}
	if len(moved) > 0 {
		st.movedAt = at
	}
	if ids == nil || len(moved) > 0 {
		err = keepStageState(ctx, to, r, st)
	}
	return moved, err
}

// writeStages notes moves and where those who moved are now.
func writeStages(ctx context.Context, to *columns.Tx, moves []stageMove, at int64, day any) (moved []int64, err error) {
	var log, stages [][]any
	for _, m := range moves {
		for it := m.who.Iterator(); it.HasNext(); {
			id := int64(it.Next())
			moved = append(moved, id)
			log = append(log, []any{id, nullText(m.from), nullText(m.to), m.cause, at, day})
			if m.to != "" {
				stages = append(stages, []any{id, m.to, at, m.cause})
			}
		}
	}
	for some := range slices.Chunk(moved, touchedLimit) {
		if err := to.Exec(ctx, "delete from customer_stages where customer_id in (select unnest(?::bigint[]))", some); err != nil {
			return nil, err
		}
	}
	if err := to.Append(ctx, "customer_stages", stages); err != nil {
		return nil, err
	}
	return moved, to.Append(ctx, "stage_moves", log)
}

// showStages copies the stages, or without any what was set by hand, to where everything that reads customers finds them.
func showStages(ctx context.Context, to *columns.Tx, r *stageRules, ids []int64) error {
	only, args := "", []any{}
	if ids != nil {
		only, args = " and c.id in (select unnest(?::bigint[]))", []any{ids}
	}
	stage, from := "j.stage", "customers c left join customer_stages j on j.customer_id = c.id"
	if len(r.keys) == 0 {
		stage, from = "c.hand_stage", "customers c"
	}
	return to.Exec(ctx, strings.NewReplacer("{stage}", stage, "{from}", from, "{only}", only).Replace(`
update customers set lifecycle_stage = now.stage
from (select c.id as customer_id, {stage} as stage from {from} where c.lifecycle_stage is distinct from {stage}{only}) now
where customers.id = now.customer_id`), args...)
}

func keepStageState(ctx context.Context, to *columns.Tx, r *stageRules, st stageState) error {
	if err := to.Exec(ctx, "delete from lifecycle_state"); err != nil || r.version == 0 {
		return err
	}
	if st.version == 0 {
		st.beganAt = st.evaluatedAt
		st.knownFrom = sql.NullTime{}
	}
	var known any
	if st.knownFrom.Valid {
		known = st.knownFrom.Time
	}
	return to.Append(ctx, "lifecycle_state", [][]any{{r.version, st.evaluatedAt, st.movedAt, st.beganAt, known}})
}

// followStages is what a batch of the feed does to stages. all says that everybody's have been reckoned anew.
func (s *Segments) followStages(ctx context.Context, to *columns.Tx, k *compiler, ids []int64, everybody bool) (all bool, err error) {
	s.mu.Lock()
	r := s.stages
	s.mu.Unlock()
	st, err := readStageState(ctx, to)
	if err != nil || r.version == 0 && st.version == 0 {
		return false, err
	}
	cause := whyFacts
	switch {
	case st.version == 0:
		cause, all = whyStart, true
	case st.version != r.version:
		all = true
		if st, cause, err = s.redefined(ctx, to, r, st); err != nil {
			return false, err
		}
	case everybody:
		all = true
	case len(ids) == 0:
		return false, nil
	}
	if all {
		ids = nil
	}
	moved, err := s.settleStages(ctx, to, k, r, st, ids, cause)
	if all {
		s.renewHot(ctx, to, moved)
	}
	return all && (len(moved) > 0 || st.version != r.version), err
}

// redefined says how other rules begin. Those changed on the day they were made leave no trace, as if the later ones had been
// there from the start; afterwards what happened under the old ones stays.
func (s *Segments) redefined(ctx context.Context, to *columns.Tx, r *stageRules, st stageState) (stageState, string, error) {
	w := workspace.Of(ctx)
	if r.version == 0 || w.Day(st.beganAt) != w.Day(clock.Millis(ctx)) {
		return st, whyRule, nil
	}
	for _, table := range []string{"stage_moves", "customer_stages", "lifecycle_state"} {
		if err := to.Exec(ctx, "delete from "+table); err != nil {
			return st, "", err
		}
	}
	return stageState{}, whyStart, nil
}

// renewHot brings what is packed in memory up to a change of stages that no fact brought.
func (s *Segments) renewHot(ctx context.Context, to *columns.Tx, moved []int64) {
	ctx = context.WithoutCancel(ctx)
	to.After(func() {
		if len(moved) > refreshLimit {
			s.hot.forget()
		} else if err := s.hot.renew(ctx, moved); err != nil {
			slog.Warn("hot columns could not follow a change of stages", "error", err)
			s.hot.forget()
		}
	})
}

// sweepStages reckons stages anew where the day, new scores or others' ranks may have changed them, and says whether it did.
func (s *Segments) sweepStages(ctx context.Context, rescored, reranked bool) (moved bool, err error) {
	s.mu.Lock()
	r := s.stages
	s.mu.Unlock()
	st, err := readStageState(ctx, s.columns)
	if err != nil || r.version == 0 && st.version == 0 {
		return false, err
	}
	w := workspace.Of(ctx)
	newDay := w.Day(st.evaluatedAt) != w.Day(clock.Millis(ctx)) && r.any(func(w watched) bool { return w.timed })
	scored := rescored && r.any(func(w watched) bool { return w.relations["customer_scores"] }) || reranked && r.any(func(w watched) bool { return w.relative })
	var cause string
	switch {
	case st.version == 0:
		cause = whyStart
	case st.version != r.version:
		cause = whyRule
	case newDay:
		cause = whyDay
	case scored:
		cause = whyScores
	default:
		return false, s.recallStages(ctx, r, st)
	}
	err = s.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		now, err := readStageState(ctx, to)
		if err != nil || now != st { // the feed has settled them meanwhile
			return err
		}
		began := st
		if cause == whyRule {
			if began, cause, err = s.redefined(ctx, to, r, st); err != nil {
				return err
			}
		}
		ids, err := s.settleStages(ctx, to, newCompiler(ctx), r, began, nil, cause)
		moved = len(ids) > 0 || st.version != r.version
		s.renewHot(ctx, to, ids)
		return err
	})
	return moved, err
}
