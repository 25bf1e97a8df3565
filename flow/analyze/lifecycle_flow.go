package analyze

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"guanxi/base/clock"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// LifecycleFlow is what happened to stages in a period. Who is gone since, merged or erased, is counted for those alone who see
// every customer.
type LifecycleFlow struct {
	From          string      `json:"from" format:"date"`
	To            string      `json:"to" format:"date"`
	Stages        []StageFlow `json:"stages"`
	Moves         []StageStep `json:"moves" doc:"the most frequent first"`
	ChangedByRule int64       `json:"changed_by_rule" doc:"customers whose stage another rule changed: not among the moves"`
}

// StageFlow is one stage over the period: who was in it as it began and as it ended, and how long those stayed who moved on in it.
type StageFlow struct {
	Key     string   `json:"key"`
	Name    Label    `json:"name"`
	Start   int64    `json:"start" doc:"at the end of the day before the period"`
	Entered int64    `json:"entered"`
	Left    int64    `json:"left"`
	End     int64    `json:"end"`
	Stays   int64    `json:"stays" doc:"how many ended by going on to another stage, of those whose beginning is known"`
	Median  *float64 `json:"median_days" doc:"of those stays"`
	Mean    *float64 `json:"mean_days"`
	Staying int64    `json:"staying" doc:"who is in it at the end of the period since a day that is known"`
	SoFar   *float64 `json:"median_days_so_far" doc:"how long those are in it"`
}

// StageStep is a step from one stage to another; an empty stage is none: a customer who is new, or gone.
type StageStep struct {
	From      string        `json:"from"`
	To        string        `json:"to"`
	Moves     int64         `json:"moves"`
	Customers int64         `json:"customers"`
	Opens     ConditionJSON `json:"opens" doc:"the condition that holds for those customers who are still there"`
}

// scopedMoves is the moves the reader may know of, as a relation to read from.
func scopedMoves(ctx context.Context) piece {
	scope := guard.ScopeOf(ctx, "customers")
	if scope.All() {
		return sqlPiece("stage_moves")
	}
	where, args := scope.Where("c")
	return sqlPiece("(select m.* from stage_moves m where m.customer_id in (select c.id from customers c where "+where+"))", args...)
}

// Flow tells how customers went from stage to stage in the days from first to last. Fault: forbidden.
func (s *Segments) Flow(ctx context.Context, first, last time.Time) (*LifecycleFlow, error) {
	if err := knowStages(ctx); err != nil {
		return nil, err
	}
	s.await(ctx)
	f := &LifecycleFlow{From: date(first), To: date(last), Stages: []StageFlow{}, Moves: []StageStep{}}
	at := map[string]*StageFlow{}
	l := customer.LifecycleOf(ctx)
	for _, stage := range l.Stages {
		f.Stages = append(f.Stages, StageFlow{Key: stage.Key, Name: Label(stage.Name)})
	}
	for i := range f.Stages {
		at[f.Stages[i].Key] = &f.Stages[i]
	}
	if err := s.steps(ctx, f, at, first, last); err != nil {
		return nil, err
	}
	for _, end := range []struct {
		day time.Time
		of  func(*StageFlow) *int64
	}{{first.AddDate(0, 0, -1), func(s *StageFlow) *int64 { return &s.Start }}, {last, func(s *StageFlow) *int64 { return &s.End }}} {
		if err := s.standingAt(ctx, at, end.day, end.of); err != nil {
			return nil, err
		}
	}
	return f, s.stays(ctx, at, first, last)
}

// steps counts who went from where to where.
func (s *Segments) steps(ctx context.Context, f *LifecycleFlow, at map[string]*StageFlow, first, last time.Time) error {
	query := scopedMoves(ctx).put(`
select coalesce(m.from_stage, ''), coalesce(m.to_stage, ''), m.cause = 'rule' as by_rule, count(*), count(distinct m.customer_id)
from `, ` m
where m.day between ?::date and ?::date and m.cause <> 'start'
group by all
order by 4 desc, 1, 2`)
	rows, err := s.columns.Query(ctx, query.sql, append(query.args, date(first), date(last))...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var step StageStep
		var byRule bool
		if err := rows.Scan(&step.From, &step.To, &byRule, &step.Moves, &step.Customers); err != nil {
			return err
		}
		if byRule {
			f.ChangedByRule += step.Customers
			continue
		}
		if from := at[step.From]; from != nil {
			from.Left += step.Moves
		}
		if to := at[step.To]; to != nil {
			to.Entered += step.Moves
		}
		step.Opens = movedBetween(step.From, step.To, first, last)
		f.Moves = append(f.Moves, step)
	}
	return rows.Err()
}

// movedBetween gives the condition of having gone from one stage to another in some days.
func movedBetween(from, to string, first, last time.Time) ConditionJSON {
	is := func(field, key string) map[string]any {
		if key == "" {
			return map[string]any{"field": field, "op": OpIsNotSet}
		}
		return map[string]any{"field": field, "op": OpEq, "value": key}
	}
	return conditionText(map[string]any{"event": stageChanged, "where": map[string]any{"all": []any{is("from", from), is("to", to)}},
		"measure": MeasureCount, "op": OpGte, "value": 1, "window": map[string]any{"from": date(first), "to": date(last)}})
}

// standingAt counts who was in each stage at the end of a day.
func (s *Segments) standingAt(ctx context.Context, at map[string]*StageFlow, day time.Time, of func(*StageFlow) *int64) error {
	query := scopedMoves(ctx).put(`
select stage, count(*)
from (select arg_max(coalesce(m.to_stage, ''), m.ts) as stage from `, ` m where m.day <= ?::date group by m.customer_id)
group by stage`)
	rows, err := s.columns.Query(ctx, query.sql, append(query.args, date(day))...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var n int64
		if err := rows.Scan(&key, &n); err != nil {
			return err
		}
		if stage := at[key]; stage != nil {
			*of(stage) = n
		}
	}
	return rows.Err()
}

// stays measures how long customers are in a stage, of whom the day they came into it is known.
func (s *Segments) stays(ctx context.Context, at map[string]*StageFlow, first, last time.Time) error {
	const of = `
with lived as (
  select m.to_stage as stage, m.cause, m.ts, lead(m.ts) over w as until, lead(m.day) over w as until_day, lead(m.cause) over w as ended
  from {moves} m
  where m.day <= ?::date
  window w as (partition by m.customer_id order by m.ts)
)
select stage,
  count(*) filter ({gone_on}),
  median((until - ts) / 86400000.0) filter ({gone_on}),
  avg((until - ts) / 86400000.0) filter ({gone_on}),
  count(*) filter (until is null),
  median((? - ts) / 86400000.0) filter (until is null)
from lived
where stage is not null and cause not in ('start', 'rule')
group by stage`
	moves := scopedMoves(ctx)
	text := strings.NewReplacer("{moves}", moves.sql, "{gone_on}", "where until_day >= "+literal(first)+" and ended not in ('rule', 'gone')").Replace(of)
	end := min(dayStart(newCompiler(ctx).workspace, last.AddDate(0, 0, 1)), clock.Millis(ctx))
	rows, err := s.columns.Query(ctx, text, append(moves.args, date(last), end)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var row StageFlow
		var median, mean, soFar sql.NullFloat64
		if err := rows.Scan(&key, &row.Stays, &median, &mean, &row.Staying, &soFar); err != nil {
			return err
		}
		if stage := at[key]; stage != nil {
			stage.Stays, stage.Median, stage.Mean = row.Stays, orNoNumber(median), orNoNumber(mean)
			stage.Staying, stage.SoFar = row.Staying, orNoNumber(soFar)
		}
	}
	return rows.Err()
}

func orNoNumber(n sql.NullFloat64) *float64 {
	if !n.Valid {
		return nil
	}
	return &n.Float64
}
