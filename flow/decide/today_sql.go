package decide

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// defaultCapacity is a day's minutes of somebody who is not staff, as of a token: six and a half hours.
const defaultCapacity = 390

func (s *Signals) staffFacts(ctx context.Context) (staffFacts, error) {
	var rows []staffFacts
	err := s.records.Read().NewRaw("select capacity_minutes, language from staff where id = ?", guard.ActorOf(ctx).StaffID).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return staffFacts{Capacity: defaultCapacity}, err
	}
	return rows[0], nil
}

// today gives the first instant of the reader's day and of the next.
func today(ctx context.Context) (from, to int64) {
	w := workspace.Of(ctx)
	now := clock.Now(ctx).In(w.Location)
	return w.DayStart(now), w.DayStart(now.AddDate(0, 0, 1))
}

// spentToday gives the minutes a person spent on what she has done today: as she said, else as estimated; a batch
// once.
func (s *Signals) spentToday(ctx context.Context, staff int64) (minutes float64, err error) {
	from, to := today(ctx)
	entries, err := s.logWhere(ctx, condition{"l.action = 'done' and l.undone_at is null and coalesce(l.staff_id, 0) = ? and l.happened_at >= ? and l.happened_at < ?", []any{staff, from, to}})
	if err != nil {
		return 0, err
	}
	return minutesOf(entries), nil
}

// tally counts signals of the reader in one state.
func (s *Signals) tally(ctx context.Context, c condition) (n int, err error) {
	err = s.records.Read().NewRaw("select count(*) from signals s where "+c.sql, c.args...).Scan(ctx, &n)
	return n, err
}

// loggedLine is a line of the log with the signal it is about.
type loggedLine struct {
	Row
	LogID    int64    `bun:"log_id"`
	Action   string   `bun:"action"`
	StaffID  *int64   `bun:"staff_id"`
	By       *string  `bun:"by_name"`
	Minutes  *float64 `bun:"minutes"`
	Then     *int64   `bun:"then_at_stake"`
	Saved    *int64   `bun:"protected"`
	Note     string   `bun:"note"`
	Detail   string   `bun:"detail"`
	ActID    int64    `bun:"act_id"`
	Happened int64    `bun:"happened_at"`
}

// logWhere reads lines of the log (alias l) with their signals (alias s), newest first.
func (s *Signals) logWhere(ctx context.Context, c condition) ([]loggedLine, error) {
	var rows []loggedLine
	err := s.records.Read().NewRaw(`
select `+signalColumns+`, l.id as log_id, l.action, l.staff_id, st.name as by_name, l.minutes, l.at_stake as then_at_stake,
  l.protected, l.note, l.detail, l.act_id, l.happened_at
from signal_log l
join signals s on s.id = l.signal_id
left join staff st on st.id = l.staff_id
where `+c.sql+`
order by l.id desc`, c.args...).Scan(ctx, &rows)
	return rows, err
}

// minutesOf adds up what done lines took.
func minutesOf(entries []loggedLine) float64 {
	total, batches := 0.0, map[int64]bool{}
	members := map[int64]int{}
	for _, e := range entries {
		members[e.ActID]++
	}
	for _, e := range entries {
		switch batch := kindByName[e.Kind].Batch; {
		case e.Minutes != nil:
			total += *e.Minutes
		case members[e.ActID] > 1 && batch != nil:
			if !batches[e.ActID] {
				total += batch.Minutes
			}
			batches[e.ActID] = true
		default:
			total += e.EffortMinutes
		}
	}
	return cents(total)
}

// away is what is with a colleague: delegated, and not to the person asking; for those who see only a
// part of the company, what they delegated themselves or own.
func (s *Signals) away(ctx context.Context) condition {
	a := guard.ActorOf(ctx)
	away := condition{"s.state = 'delegated' and s.delegated_to <> ?", []any{a.StaffID}}
	if a.System || leads(ctx) || a.Base() == "manager" {
		return away
	}
	return away.and(`(s.owner_id = ? or exists (
  select 1 from signal_log l
  where l.signal_id = s.id and l.action = 'delegated' and l.undone_at is null and coalesce(l.staff_id, 0) = ?))`, a.StaffID, a.StaffID)
}

// doneToday counts what the reader did today.
func (s *Signals) doneToday(ctx context.Context) (n int, err error) {
	from, to := today(ctx)
	err = s.records.Read().NewRaw(`
select count(distinct l.signal_id)
from signal_log l
where l.action = 'done' and l.undone_at is null and coalesce(l.staff_id, 0) = ? and l.happened_at >= ? and l.happened_at < ?`,
		guard.ActorOf(ctx).StaffID, from, to).Scan(ctx, &n)
	return n, err
}

// anySourceLate says whether a source is late, whoever may see that row: figures rest on it for everybody.
func (s *Signals) anySourceLate(ctx context.Context) (bool, error) {
	n, err := s.tally(ctx, condition{"s.kind = ? and s.state in ('open', 'snoozed', 'delegated')", []any{SourceLate}})
	return n > 0, err
}
