package analyze

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// LifecycleView is the stages as the person asking sees them: counts are of the customers in her scope.
type LifecycleView struct {
	Version   int64      `json:"version"`
	Stages    []StageRow `json:"stages"`
	Outside   int64      `json:"outside" doc:"customers in no stage"`
	Total     int64      `json:"total"`
	KnownFrom *string    `json:"known_from" format:"date" doc:"the day from which changes of stage are known; before the day the stages were defined they were reckoned afterwards"`
	BeganAt   *time.Time `json:"began_at" doc:"when the stages were first reckoned"`
	Ready     []ReadySet `json:"ready" doc:"sets of stages to begin with"`
}

// StageRow is one stage, who is in it and what we do for them.
type StageRow struct {
	Key       string        `json:"key"`
	Name      Label         `json:"name"`
	Strategy  string        `json:"strategy"`
	Condition ConditionJSON `json:"condition,omitempty"`
	Sentence  *Label        `json:"sentence" doc:"null where a person decides who is in it"`
	Count     int64         `json:"count"`
	Opens     ConditionJSON `json:"opens" doc:"the condition that holds for whom the count counts"`
}

// knowStages refuses who may not know who is in which stage. Fault: forbidden.
func knowStages(ctx context.Context) error {
	if !mayUseStages(ctx) {
		return fault.Forbidden("field_not_readable", stageField)
	}
	return nil
}

// Lifecycle gives the stages with who is in them. Fault: forbidden.
func (s *Segments) Lifecycle(ctx context.Context) (*LifecycleView, error) {
	s.await(ctx)
	if err := knowStages(ctx); err != nil {
		return nil, err
	}
	l := customer.LifecycleOf(ctx)
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	counts, total, err := s.stageCounts(ctx)
	if err != nil {
		return nil, err
	}
	st, err := readStageState(ctx, s.columns)
	if err != nil {
		return nil, err
	}
	v := &LifecycleView{Version: l.Version, Stages: []StageRow{}, Total: total, Outside: total, Ready: readySets()}
	if st.version != 0 {
		began := time.UnixMilli(st.beganAt).UTC()
		v.BeganAt = &began
		if st.knownFrom.Valid {
			day := date(st.knownFrom.Time)
			v.KnownFrom = &day
		}
	}
	for _, stage := range l.Stages {
		row := StageRow{Key: stage.Key, Name: Label(stage.Name), Strategy: stage.Strategy, Condition: ConditionJSON(stage.Condition), Count: counts[stage.Key], Opens: inStage(stage.Key)}
		if !stage.ByHand() {
			c, err := ParseCondition(guard.System(ctx), stage.Condition, s.lookup())
			if err != nil {
				return nil, err
			}
			said := reader.Sentence(c)
			row.Sentence = &said
		}
		v.Outside -= row.Count
		v.Stages = append(v.Stages, row)
	}
	return v, nil
}

// inStage gives the condition of being in a stage.
func inStage(key string) ConditionJSON {
	return conditionText(map[string]any{"field": stageField, "op": OpEq, "value": key})
}

func conditionText(node any) ConditionJSON {
	text, _ := json.Marshal(node) // names and days always can be
	return ConditionJSON(text)
}

// stageCounts counts the customers of the reader's scope by stage, and all of them.
func (s *Segments) stageCounts(ctx context.Context) (counts map[string]int64, total int64, err error) {
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	rows, err := s.columns.Query(ctx, "select coalesce(c.lifecycle_stage, ''), count(*) from customers c where "+where+" group by 1", args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	counts = map[string]int64{}
	for rows.Next() {
		var key string
		var n int64
		if err := rows.Scan(&key, &n); err != nil {
			return nil, 0, err
		}
		counts[key] = n
		total += n
	}
	return counts, total, rows.Err()
}

// StagesPreview is how many customers of the reader's scope each of some stages would hold.
type StagesPreview struct {
	Stages  []StagePreview `json:"stages"`
	Outside int64          `json:"outside"`
	Total   int64          `json:"total"`
}

// StagePreview is who would be in a stage. Matching counts also those who stand in a later one.
type StagePreview struct {
	Key      string `json:"key"`
	Count    int64  `json:"count"`
	Matching int64  `json:"matching"`
	Sentence *Label `json:"sentence"`
}

// PreviewLifecycle counts whom stages that are not saved would hold. Faults: invalid with the place.
func (s *Segments) PreviewLifecycle(ctx context.Context, drafts []StageDraft) (*StagesPreview, error) {
	stages, conditions, _, err := s.readStages(ctx, drafts)
	if err != nil {
		return nil, err
	}
	s.await(ctx)
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	visible, err := s.visible(ctx)
	if err != nil {
		return nil, err
	}
	if visible == nil {
		if visible, err = idsWhere(ctx, s.columns, sqlPiece("select id from customers")); err != nil {
			return nil, err
		}
	}
	r := &stageRules{}
	p := &StagesPreview{Stages: []StagePreview{}, Total: int64(visible.GetCardinality())}
	k := newCompiler(ctx)
	for i, stage := range stages {
		r.keys, r.stages = append(r.keys, stage.Key), append(r.stages, watched{condition: conditions[i]})
		row := StagePreview{Key: stage.Key}
		if c := conditions[i]; c != nil {
			said := reader.Sentence(c)
			row.Sentence = &said
			matching, err := k.evaluate(ctx, s.columns, c)
			if err != nil {
				return nil, err
			}
			row.Matching = int64(matching.AndCardinality(visible))
		}
		p.Stages = append(p.Stages, row)
	}
	own, err := s.columns.Aside(ctx)
	if err != nil {
		return nil, err
	}
	defer own.Close()
	standing, err := r.standing(ctx, own, k, nil)
	if err != nil {
		return nil, err
	}
	p.Outside = p.Total
	for i := range p.Stages {
		p.Stages[i].Count = int64(standing[i].AndCardinality(visible))
		if conditions[i] == nil {
			p.Stages[i].Matching = p.Stages[i].Count
		}
		p.Outside -= p.Stages[i].Count
	}
	return p, nil
}

// stagesOf gives the stage of each of some customers who are in one, nil where the reader may not know. It asks no scope: the
// ids are those the caller may see.
func stagesOf(ctx context.Context, from columnReader, ids []int64) (map[int64]*customer.StageView, error) {
	l := customer.LifecycleOf(ctx)
	if len(l.Stages) == 0 || len(ids) == 0 || !mayUseStages(ctx) {
		return nil, nil
	}
	rows, err := from.Query(ctx, "select customer_id, stage, since, cause from customer_stages where customer_id in (select unnest(?::bigint[]))", ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[int64]*customer.StageView{}
	for rows.Next() {
		var id, since int64
		var key, cause string
		if err := rows.Scan(&id, &key, &since, &cause); err != nil {
			return nil, err
		}
		stage, known := l.Find(key)
		if !known {
			continue
		}
		v := &customer.StageView{Key: key, Name: stage.Name, ByHand: stage.ByHand(), Strategy: stage.Strategy}
		if cause != whyStart && cause != whyRule {
			at := time.UnixMilli(since).UTC()
			v.Since = &at
		}
		found[id] = v
	}
	return found, rows.Err()
}

var _ customer.StageHistory = (*Segments)(nil)

// StageMovesOf implements customer.StageHistory.
func (s *Segments) StageMovesOf(ctx context.Context, customerID, before int64, limit int) ([]customer.StageMove, error) {
	l := customer.LifecycleOf(ctx)
	if l.Version == 0 || !mayUseStages(ctx) {
		return nil, nil
	}
	rows, err := s.columns.Query(ctx, `
select coalesce(from_stage, ''), coalesce(to_stage, ''), cause, ts
from stage_moves
where customer_id = ? and ts < ? and cause <> 'start'
order by ts desc
limit ?`, customerID, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var moves []customer.StageMove
	for rows.Next() {
		var from, to string
		var m customer.StageMove
		if err := rows.Scan(&from, &to, &m.Cause, &m.At); err != nil {
			return nil, err
		}
		if stage, known := l.Find(from); known {
			m.From = &stage.Name
		}
		if stage, known := l.Find(to); known {
			m.To = &stage.Name
		}
		moves = append(moves, m)
	}
	return moves, rows.Err()
}

// CountStageMoves implements customer.StageHistory.
func (s *Segments) CountStageMoves(ctx context.Context, customerID int64) (n int64, err error) {
	if customer.LifecycleOf(ctx).Version == 0 || !mayUseStages(ctx) {
		return 0, nil
	}
	err = s.columns.QueryRow(ctx, "select count(*) from stage_moves where customer_id = ? and cause <> 'start'", customerID).Scan(&n)
	return n, err
}

// periodOf reads the first and last day of what is asked: the last 90 days where nothing is said. Fault: invalid.
func periodOf(ctx context.Context, from, to string) (first, last time.Time, err error) {
	today := civilDay(workspace.Of(ctx), clock.Millis(ctx))
	first, last = today.AddDate(0, 0, -89), today
	if to != "" {
		if last, err = time.Parse(time.DateOnly, to); err != nil {
			return first, last, fault.Invalid("to", "day_invalid")
		}
		first = last.AddDate(0, 0, -89)
	}
	if from != "" {
		if first, err = time.Parse(time.DateOnly, from); err != nil {
			return first, last, fault.Invalid("from", "day_invalid")
		}
	}
	if first.After(last) {
		return first, last, fault.Invalid("from", "period_backwards")
	}
	return first, last, nil
}
