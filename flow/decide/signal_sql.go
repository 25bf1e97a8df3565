package decide

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
)

// signalColumns are those of Row, for the alias s.
const signalColumns = `s.id, s.key, s.kind, s.area, s.subject_type, s.subject_id, s.subject_name, s.owner_id, s.team_id, s.audience,
  s.reason_code, s.reason_values, s.at_stake, s.stake_basis, s.currency, s.chance, s.half_life_minutes, s.effort_minutes,
  s.due_at, s.actions, s.state, s.snoozed_until, s.delegated_to, s.closed_weight, s.dismissed_reason, s.pinned, s.alone,
  s.rank_score, s.escalated_at, s.first_seen_at, s.updated_at, s.closed_at, s.closed_by, s.version`

// op is what a refresh does to a row.
type op int

const (
	opens    op = iota // a new signal
	updates            // a live one takes new figures
	returns            // a closed one opens again
	resolves           // one that is no longer true ends
)

type change struct {
	op       op
	was, now Row
}

// writeAtOnce bounds one transaction of a refresh, so that people's acts never wait long behind it.
const writeAtOnce = 200

// known gives, by key, the rows that a refresh of these kinds may have to touch: the live ones, the closed ones of kinds
// without episodes, and whatever already has a wanted key.
func (s *Signals) known(ctx context.Context, kinds []string, wanted map[string]Row) (map[string]Row, error) {
	lasting := []string{""}
	for _, k := range kinds {
		if !kindByName[k].Episode {
			lasting = append(lasting, k)
		}
	}
	var rows []Row
	if err := s.records.Read().NewRaw(`
select `+signalColumns+`
from signals s
where s.kind in (?) and (s.state in ('open', 'snoozed', 'delegated') or s.kind in (?) and s.state <> 'resolved')`,
		bun.List(kinds), bun.List(lasting)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	known := map[string]Row{}
	for _, r := range rows {
		known[r.Key] = r
	}
	var rest []string
	for key := range wanted {
		if _, seen := known[key]; !seen {
			rest = append(rest, key)
		}
	}
	for keys := range slices.Chunk(rest, 500) {
		rows = nil
		if err := s.records.Read().NewRaw(`
select `+signalColumns+`
from signals s
where s.key in (?)`, bun.List(keys)).Scan(ctx, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			known[r.Key] = r
		}
	}
	return known, nil
}

// sameContent says whether a source would change nothing: what people did is no content.
func sameContent(was, now Row) bool {
	return was.SubjectName == now.SubjectName && reflect.DeepEqual(was.OwnerID, now.OwnerID) && reflect.DeepEqual(was.TeamID, now.TeamID) &&
		was.Audience == now.Audience && was.ReasonCode == now.ReasonCode && was.ReasonValues == now.ReasonValues &&
		reflect.DeepEqual(was.AtStake, now.AtStake) && was.StakeBasis == now.StakeBasis && was.Currency == now.Currency &&
		was.Chance == now.Chance && was.HalfLifeMinutes == now.HalfLifeMinutes && was.EffortMinutes == now.EffortMinutes &&
		reflect.DeepEqual(was.DueAt, now.DueAt) && was.Actions == now.Actions && was.RankScore == now.RankScore
}

// apply writes the changes in bounded transactions, in the order of keys so that ids do not depend on chance.
func (s *Signals) apply(ctx context.Context, changes []change) error {
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.now.Key+a.was.Key, b.now.Key+b.was.Key) })
	for some := range slices.Chunk(changes, writeAtOnce) {
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return applySome(ctx, tx, some) }); err != nil {
			return err
		}
	}
	return nil
}

// applySome writes each change under the condition that nobody acted on the row since it was read: then it is left to
// the next refresh.
func applySome(ctx context.Context, tx *db.Tx, changes []change) error {
	now := clock.Millis(ctx)
	var entries []logRow
	for _, c := range changes {
		var changed int64
		var err error
		switch c.op {
		case opens:
			err = insertSignal(ctx, tx, c.now)
		case updates:
			_, err = affected(tx.NewRaw(`
update signals
set `+contentSet+`
where id = ? and version = ? and state in ('open', 'snoozed', 'delegated')`,
				append(content(c.now, now), c.was.ID, c.was.Version)...).Exec(ctx))
		case returns:
			changed, err = affected(tx.NewRaw(`
update signals
set `+contentSet+`,
  state = 'open', snoozed_until = null, delegated_to = null, closed_weight = null, dismissed_reason = '', escalated_at = null,
  first_seen_at = ?, closed_at = null, closed_by = null, version = version + 1
where id = ? and version = ?`, append(content(c.now, now), now, c.was.ID, c.was.Version)...).Exec(ctx))
			if changed == 1 {
				entries = append(entries, c.was.entry("returned", now))
			}
		case resolves:
			changed, err = affected(tx.NewRaw(`
update signals
set state = 'resolved', snoozed_until = null, closed_at = ?, closed_by = null, updated_at = ?, version = version + 1
where id = ? and version = ?`, now, now, c.was.ID, c.was.Version).Exec(ctx))
			if changed == 1 && c.was.State.live() {
				entries = append(entries, c.was.entry("resolved", now))
			}
		}
		if err != nil {
			return err
		}
	}
	return insertLog(ctx, tx, entries)
}

const contentSet = `subject_name = ?, owner_id = ?, team_id = ?, audience = ?, reason_code = ?, reason_values = ?, at_stake = ?,
  stake_basis = ?, currency = ?, chance = ?, half_life_minutes = ?, effort_minutes = ?, due_at = ?, actions = ?, rank_score = ?, updated_at = ?`

func content(r Row, now int64) []any {
	return []any{r.SubjectName, r.OwnerID, r.TeamID, r.Audience, r.ReasonCode, r.ReasonValues, r.AtStake,
		r.StakeBasis, r.Currency, r.Chance, r.HalfLifeMinutes, r.EffortMinutes, r.DueAt, r.Actions, r.RankScore, now}
}

func insertSignal(ctx context.Context, tx *db.Tx, r Row) error {
	id, err := tx.NextID(ctx, "signals")
	if err != nil {
		return err
	}
	// another node may have seen the same thing at the same moment: then its row is as good
	_, err = tx.NewRaw(`
insert into signals (id, key, kind, area, subject_type, subject_id, subject_name, owner_id, team_id, audience, reason_code, reason_values,
  at_stake, stake_basis, currency, chance, half_life_minutes, effort_minutes, due_at, actions, state, rank_score, first_seen_at, updated_at, version)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, 1)
on conflict (key) do nothing`,
		id, r.Key, r.Kind, r.Area, r.SubjectType, r.SubjectID, r.SubjectName, r.OwnerID, r.TeamID, r.Audience, r.ReasonCode, r.ReasonValues,
		r.AtStake, r.StakeBasis, r.Currency, r.Chance, r.HalfLifeMinutes, r.EffortMinutes, r.DueAt, r.Actions, r.RankScore, r.FirstSeenAt, r.UpdatedAt).Exec(ctx)
	return err
}

// wake opens what was snoozed until now.
func (s *Signals) wake(ctx context.Context) error {
	now := clock.Millis(ctx)
	return s.sweep(ctx, `s.state = 'snoozed' and s.snoozed_until <= ?`, now, "returned", `
update signals
set state = case when delegated_to is null then 'open' else 'delegated' end, snoozed_until = null, updated_at = ?, version = version + 1
where id = ? and version = ? and state = 'snoozed'`)
}

// escalate marks what is late for more than one working day; managers see it from then on (C018).
func (s *Signals) escalate(ctx context.Context) error {
	now, hours := clock.Now(ctx), OfficeHours(workspace.Of(ctx).Location)
	// no working day is shorter than its hours, so this leaves out none; the working calendar decides on the few left
	latest := now.Add(-hours.Day()).UnixMilli()
	return s.sweep(ctx, `s.state in ('open', 'delegated') and s.escalated_at is null and s.due_at < ?`, latest, "escalated", `
update signals
set escalated_at = ?
where id = ? and version = ? and state in ('open', 'delegated')`, func(r Row) bool { return r.escalates(now, hours) })
}

// sweep changes the rows that meet a condition, some at once, and logs it.
func (s *Signals) sweep(ctx context.Context, where string, arg any, action, update string, keep ...func(Row) bool) error {
	var rows []Row
	if err := s.records.Read().NewRaw(`
select `+signalColumns+`
from signals s
where `+where+`
order by s.id`, arg).Scan(ctx, &rows); err != nil {
		return err
	}
	for _, k := range keep {
		rows = slices.DeleteFunc(rows, func(r Row) bool { return !k(r) })
	}
	now := clock.Millis(ctx)
	for some := range slices.Chunk(rows, writeAtOnce) {
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			var entries []logRow
			for _, r := range some {
				changed, err := affected(tx.NewRaw(update, now, r.ID, r.Version).Exec(ctx))
				if err != nil {
					return err
				}
				if changed == 1 {
					entries = append(entries, r.entry(action, now))
				}
			}
			return insertLog(ctx, tx, entries)
		}); err != nil {
			return err
		}
	}
	return nil
}

const refreshedKey = "decide.refreshed"

func lastRefresh(ctx context.Context, from bun.IDB) (refreshed, error) {
	var state refreshed
	_, err := db.Setting(ctx, from, refreshedKey, &state)
	return state, err
}

func (s *Signals) remember(ctx context.Context, state refreshed) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`, refreshedKey, string(text), state.At).Exec(ctx)
		return err
	})
}

// takeStock reads what the whole ordering leans on: what one ordinary order is worth, and whether there is anything to
// say something about.
func (s *Signals) takeStock(ctx context.Context, state *refreshed) error {
	return s.columns.QueryRow(ctx, `
select (`+ordinaryOrderSQL+`), coalesce(sum(orders_count), 0) > 0, count(*) > 0, coalesce(max(orders_last_at), 0), exists (select 1 from event_names)
from customers`).Scan(&state.OrdinaryOrder, &state.Orders, &state.Customers, &state.FactsTo, &state.Events)
}
