package watch

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const ruleColumns = `r.id, r.name, r.watches, r.fires, r.severity, r.owner_kind, r.owner_id, r.due_minutes, r.escalate_minutes, r.escalate_to,
  r.proposal, r.active, r.muted_until, r.staff_id, r.said, r.looked_at, r.created_at, r.version`

type ruleRow struct {
	ID              int64  `bun:"id"`
	Name            string `bun:"name"`
	Watches         string `bun:"watches"`
	Fires           string `bun:"fires"`
	Severity        string `bun:"severity"`
	OwnerKind       string `bun:"owner_kind"`
	OwnerID         *int64 `bun:"owner_id"`
	DueMinutes      int64  `bun:"due_minutes"`
	EscalateMinutes int64  `bun:"escalate_minutes"`
	EscalateTo      *int64 `bun:"escalate_to"`
	Proposal        string `bun:"proposal"`
	Active          bool   `bun:"active"`
	MutedUntil      *int64 `bun:"muted_until"`
	StaffID         *int64 `bun:"staff_id"`
	Said            string `bun:"said"`
	LookedAt        *int64 `bun:"looked_at"`
	CreatedAt       int64  `bun:"created_at"`
	Version         int64  `bun:"version"`
}

func (r *ruleRow) rule() (Rule, error) {
	rule := Rule{ID: r.ID, MutedUntil: r.MutedUntil, StaffID: r.StaffID, LookedAt: r.LookedAt, CreatedAt: r.CreatedAt, Version: r.Version,
		AlertRuleDraft: AlertRuleDraft{Name: r.Name, Severity: r.Severity, OwnerKind: r.OwnerKind, DueMinutes: r.DueMinutes,
			EscalateMinutes: r.EscalateMinutes, Proposal: r.Proposal, Active: r.Active}}
	if r.OwnerID != nil {
		rule.OwnerID = api.ID(*r.OwnerID)
	}
	if r.EscalateTo != nil {
		rule.EscalateTo = api.ID(*r.EscalateTo)
	}
	for text, into := range map[string]any{r.Watches: &rule.Watches, r.Fires: &rule.Fires, r.Said: &rule.Said} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return rule, err
		}
	}
	return rule, nil
}

func rulesWhere(ctx context.Context, from bun.IDB, where string, args ...any) ([]Rule, error) {
	var rows []ruleRow
	if err := from.NewRaw("select "+ruleColumns+" from alert_rules r where "+where+" order by r.id", args...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	rules := make([]Rule, len(rows))
	for i := range rows {
		var err error
		if rules[i], err = rows[i].rule(); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

// rules gives every rule that is not deleted, whoever asks.
func (w *Watch) rules(ctx context.Context) ([]Rule, error) {
	return rulesWhere(ctx, w.records.Read(), "r.deleted_at is null")
}

// ruleByID gives one rule that is not deleted. Fault: not found.
func ruleByID(ctx context.Context, from bun.IDB, id int64) (*Rule, error) {
	rules, err := rulesWhere(ctx, from, "r.deleted_at is null and r.id = ?", id)
	if err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		return nil, fault.NotFound("alert_rule", id)
	}
	return &rules[0], nil
}

func orNull(id api.ID) *int64 {
	if id == 0 {
		return nil
	}
	n := int64(id)
	return &n
}

// CreateRule saves a new rule. Faults: invalid, forbidden, not found.
func (w *Watch) CreateRule(ctx context.Context, d AlertRuleDraft) (id int64, err error) {
	if err := w.check(ctx, &d); err != nil {
		return 0, err
	}
	return id, w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if id, err = tx.NextID(ctx, "alert_rules"); err != nil {
			return err
		}
		watches, fires, err := d.texts()
		if err != nil {
			return err
		}
		var by *int64
		if a := guard.ActorOf(ctx); a.StaffID != 0 {
			by = &a.StaffID
		}
		now := clock.Millis(ctx)
		if _, err := tx.Do(ctx, `
insert into alert_rules (id, name, watches, fires, severity, owner_kind, owner_id, due_minutes, escalate_minutes, escalate_to, proposal, active,
  staff_id, created_at, updated_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, d.Name, watches, fires, d.Severity, d.OwnerKind, orNull(d.OwnerID), d.DueMinutes,
			d.EscalateMinutes, orNull(d.EscalateTo), d.Proposal, d.Active, by, now, now); err != nil {
			return err
		}
		if err := w.soon(ctx, tx); err != nil {
			return err
		}
		return w.audit(ctx, tx, "alert_rule.created", "alert_rule", id, d)
	})
}

// ChangeRule saves an edit over the given version (0 for whichever is there). Faults: invalid, forbidden, not found, stale.
func (w *Watch) ChangeRule(ctx context.Context, id, version int64, d AlertRuleDraft) error {
	if err := w.check(ctx, &d); err != nil {
		return err
	}
	watches, fires, err := d.texts()
	if err != nil {
		return err
	}
	return w.overRule(ctx, id, version, "alert_rule.changed", d, `
name = ?, watches = ?, fires = ?, severity = ?, owner_kind = ?, owner_id = ?, due_minutes = ?, escalate_minutes = ?, escalate_to = ?, proposal = ?, active = ?`,
		d.Name, watches, fires, d.Severity, d.OwnerKind, orNull(d.OwnerID), d.DueMinutes, d.EscalateMinutes, orNull(d.EscalateTo), d.Proposal, d.Active)
}

// Mute keeps a rule quiet until an instant, nil to let it speak again. Faults: not found, stale, forbidden.
func (w *Watch) Mute(ctx context.Context, id, version int64, until *int64) error {
	return w.overRule(ctx, id, version, "alert_rule.muted", map[string]any{"until": until}, "muted_until = ?", until)
}

// DeleteRule takes a rule away with its alerts; RestoreRule brings both back. Faults: not found, stale, forbidden.
func (w *Watch) DeleteRule(ctx context.Context, id, version int64) error {
	return w.overRule(ctx, id, version, "alert_rule.deleted", nil, "deleted_at = ?", clock.Millis(ctx))
}

// RestoreRule undoes DeleteRule. Fault: not found.
func (w *Watch) RestoreRule(ctx context.Context, id int64) error {
	if !guard.ScopeOf(ctx, "customers").All() {
		return fault.Forbidden("alert_rule_for_all")
	}
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Do(ctx, "update alert_rules set deleted_at = null, updated_at = ?, version = version + 1 where id = ? and deleted_at is not null", clock.Millis(ctx), id)
		if err == nil && n == 0 {
			err = fault.NotFound("alert_rule", id)
		}
		if err != nil {
			return err
		}
		return w.audit(ctx, tx, "alert_rule.restored", "alert_rule", id, nil)
	})
}

// overRule changes a rule the reader may know of.
func (w *Watch) overRule(ctx context.Context, id, version int64, act string, said any, set string, args ...any) error {
	if !guard.ScopeOf(ctx, "customers").All() {
		return fault.Forbidden("alert_rule_for_all")
	}
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := ruleByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !w.mayKnow(ctx, before) {
			return fault.NotFound("alert_rule", id)
		}
		if version != 0 && version != before.Version {
			return fault.Stale()
		}
		n, err := tx.Do(ctx, "update alert_rules set "+set+", updated_at = ?, version = version + 1 where id = ? and version = ?",
			append(args, clock.Millis(ctx), id, before.Version)...)
		if err == nil && n == 0 {
			err = fault.Stale()
		}
		if err != nil {
			return err
		}
		if err := w.soon(ctx, tx); err != nil {
			return err
		}
		return w.audit(ctx, tx, act, "alert_rule", id, said)
	})
}

func (d *AlertRuleDraft) texts() (watches, fires string, err error) {
	a, err := json.Marshal(d.Watches)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(d.Fires)
	return string(a), string(b), err
}

// say keeps what a look found beside the rule; it is no change of the rule.
func (w *Watch) say(ctx context.Context, tx *db.Tx, rule *Rule, said Said) error {
	text, err := json.Marshal(said)
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, "update alert_rules set said = ?, looked_at = ? where id = ?", string(text), clock.Millis(ctx), rule.ID)
	return err
}
