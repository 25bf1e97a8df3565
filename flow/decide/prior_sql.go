package decide

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// measureRow is a row of signal_measures.
type measureRow struct {
	Kind          string   `bun:"kind"`
	Chance        *float64 `bun:"chance"`
	ChanceN       int64    `bun:"chance_n"`
	EffortMinutes *float64 `bun:"effort_minutes"`
	EffortN       int64    `bun:"effort_n"`
	MeasuredAt    int64    `bun:"measured_at"`
}

// priorRow is a row of signal_priors: what a person set instead of the catalogue's.
type priorRow struct {
	Kind            string  `bun:"kind"`
	Chance          float64 `bun:"chance"`
	HalfLifeMinutes float64 `bun:"half_life_minutes"`
	EffortMinutes   float64 `bun:"effort_minutes"`
	UpdatedAt       int64   `bun:"updated_at"`
}

func editedPriors(ctx context.Context, from bun.IDB) (map[string]Prior, error) {
	var rows []priorRow
	if err := from.NewRaw(`
select kind, chance, half_life_minutes, effort_minutes, updated_at
from signal_priors`).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	edited := map[string]Prior{}
	for _, r := range rows {
		edited[r.Kind] = Prior{r.Chance, r.HalfLifeMinutes, r.EffortMinutes}
	}
	return edited, nil
}

// estimates gives what each kind is scored with now: measured where it is, else a person's prior, else the catalogue's.
func estimates(ctx context.Context, from bun.IDB) (map[string]Estimate, error) {
	edited, err := editedPriors(ctx, from)
	if err != nil {
		return nil, err
	}
	var measures []measureRow
	if err := from.NewRaw(`
select kind, chance, chance_n, effort_minutes, effort_n, measured_at
from signal_measures`).Scan(ctx, &measures); err != nil {
		return nil, err
	}
	all := map[string]Estimate{}
	for _, k := range Catalogue {
		e := Estimate{Prior: k.Prior}
		if p, ok := edited[k.Name]; ok {
			e.Prior, e.Edited = p, true
		}
		all[k.Name] = e
	}
	for _, m := range measures {
		e, known := all[m.Kind]
		if !known {
			continue
		}
		e.ChanceN, e.EffortN = m.ChanceN, m.EffortN
		if m.Chance != nil {
			e.Chance, e.ChanceMeasured = *m.Chance, true
		}
		if m.EffortMinutes != nil {
			e.EffortMinutes, e.EffortMeasured = *m.EffortMinutes, true
		}
		all[m.Kind] = e
	}
	return all, nil
}

const measuredOver = 365 * 24 * time.Hour

// Measure learns from outcomes: the chance and the effort of every kind that has enough of them.
func (s *Signals) Measure(ctx context.Context) error {
	edited, err := editedPriors(ctx, s.records.Read())
	if err != nil {
		return err
	}
	now := clock.Now(ctx)
	var rows []measureRow
	for _, k := range Catalogue {
		assumed := k.Prior
		if p, ok := edited[k.Name]; ok {
			assumed = p
		}
		row := measureRow{Kind: k.Name, MeasuredAt: now.UnixMilli()}
		if k.OutcomeDays > 0 {
			o, err := s.outcomes(ctx, k, now)
			if err != nil {
				return err
			}
			if chance, measured := chanceOf(o, assumed.Chance); measured {
				row.Chance = &chance
			}
			row.ChanceN = o.Done + o.Left
		}
		minutes, err := s.minutesSpent(ctx, k.Name, now)
		if err != nil {
			return err
		}
		if row.EffortN = int64(len(minutes)); row.EffortN >= enoughEfforts {
			m := max(median(minutes), shortestEffort)
			row.EffortMinutes = &m
		}
		rows = append(rows, row)
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, r := range rows {
			if _, err := tx.NewRaw(`
insert into signal_measures (kind, chance, chance_n, effort_minutes, effort_n, measured_at)
values (?, ?, ?, ?, ?, ?)
on conflict (kind) do update set
  chance = excluded.chance, chance_n = excluded.chance_n,
  effort_minutes = excluded.effort_minutes, effort_n = excluded.effort_n, measured_at = excluded.measured_at`,
				r.Kind, r.Chance, r.ChanceN, r.EffortMinutes, r.EffortN, r.MeasuredAt).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// outcomes compares signals acted on with signals left alone for the whole window, over the last year. The clock of the
// former starts with the act, of the latter when the signal was first seen.
func (s *Signals) outcomes(ctx context.Context, k Kind, now time.Time) (outcomes, error) {
	window := (time.Duration(k.OutcomeDays) * 24 * time.Hour).Milliseconds()
	from, to := now.Add(-measuredOver).UnixMilli(), now.UnixMilli()-window
	var o outcomes
	err := s.records.Read().NewRaw(`
select count(*) as done, coalesce(sum(case when exists (
    select 1 from orders o
    where o.customer_id = cast(acted.subject_id as bigint) and o.kind = 'order' and o.deleted_at is null
      and o.ordered_at > acted.happened_at and o.ordered_at <= acted.happened_at + ?
  ) then 1 else 0 end), 0) as done_ordered
from (
  select s.id, s.subject_id, min(l.happened_at) as happened_at
  from signal_log l
  join signals s on s.id = l.signal_id
  where l.kind = ? and l.action = 'done' and l.undone_at is null and s.subject_type = 'customer'
  group by s.id, s.subject_id
) acted
where acted.happened_at between ? and ?`, window, k.Name, from, to).Scan(ctx, &o.Done, &o.DoneOrdered)
	if err != nil {
		return o, err
	}
	err = s.records.Read().NewRaw(`
select count(*) as untouched, coalesce(sum(case when exists (
    select 1 from orders o
    where o.customer_id = cast(s.subject_id as bigint) and o.kind = 'order' and o.deleted_at is null
      and o.ordered_at > s.first_seen_at and o.ordered_at <= s.first_seen_at + ?
  ) then 1 else 0 end), 0) as untouched_ordered
from signals s
where s.kind = ? and s.subject_type = 'customer' and s.first_seen_at between ? and ?
  and not exists (
    select 1 from signal_log l
    where l.signal_id = s.id and l.action = 'done' and l.undone_at is null
  )`, window, k.Name, from, to).Scan(ctx, &o.Left, &o.LeftOrdered)
	return o, err
}

// minutesSpent gives what people said single acts took them, the latest thousand of the last year. A group's minutes
// say nothing about one.
func (s *Signals) minutesSpent(ctx context.Context, kind string, now time.Time) (minutes []float64, err error) {
	err = s.records.Read().NewRaw(`
select l.minutes
from signal_log l
where l.kind = ? and l.action = 'done' and l.undone_at is null and l.minutes is not null and l.happened_at >= ?
  and l.act_id = l.id
  and not exists (select 1 from signal_log other where other.id = l.id + 1 and other.act_id = l.act_id)
order by l.id desc
limit 1000`, kind, now.Add(-measuredOver).UnixMilli()).Scan(ctx, &minutes)
	return minutes, err
}
