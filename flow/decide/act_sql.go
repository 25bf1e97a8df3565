package decide

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// writeStanding stores what an act changed, unless somebody was quicker. Fault: stale.
func writeStanding(ctx context.Context, tx *db.Tx, r *Row, was int64) error {
	now := clock.Millis(ctx)
	changed, err := affected(tx.NewRaw(`
update signals
set state = ?, snoozed_until = ?, delegated_to = ?, closed_weight = ?, dismissed_reason = ?, pinned = ?, alone = ?,
  closed_at = ?, closed_by = ?, updated_at = ?, version = version + 1
where id = ? and version = ?`,
		r.State, r.SnoozedUntil, r.DelegatedTo, r.ClosedWeight, r.DismissedReason, r.Pinned, r.Alone,
		r.ClosedAt, r.ClosedBy, now, r.ID, was).Exec(ctx))
	if err == nil && changed == 0 {
		err = fault.Stale()
	}
	r.Version, r.UpdatedAt = was+1, now
	return err
}

// mayReceive says whether the rows can move to a member of staff: one who works with Today and can open what it is
// about, or who serves in the subject's team. Fault: invalid.
func (s *Signals) mayReceive(ctx context.Context, tx *db.Tx, staff int64, rows []Row) error {
	var found []struct {
		Role   string `bun:"role"`
		TeamID *int64 `bun:"team_id"`
		Active bool   `bun:"active"`
	}
	if err := tx.NewRaw("select role, team_id, active from staff where id = ?", staff).Scan(ctx, &found); err != nil {
		return err
	}
	if len(found) == 0 || !found[0].Active {
		return fault.Invalid("staff_id", "staff_unknown")
	}
	receiver := guard.Actor{StaffID: staff, Role: found[0].Role, TeamID: found[0].TeamID}
	if !guard.Can(ctx, receiver.Role, "today.write") {
		return fault.Invalid("staff_id", "staff_without_today")
	}
	theirs := guard.Looking(guard.With(ctx, receiver))
	scope := guard.ScopeOf(theirs, "customers")
	for _, r := range rows {
		sameTeam := r.TeamID != nil && receiver.TeamID != nil && *r.TeamID == *receiver.TeamID
		if r.Audience != "" || sameTeam || scope.Sees(r.OwnerID, r.TeamID) {
			continue
		}
		where, args := scope.WhereAbout("s", aboutCustomer)
		var seen int
		if err := tx.NewRaw("select count(*) from signals s where s.id = ? and "+where, append([]any{r.ID}, args...)...).Scan(ctx, &seen); err != nil {
			return err
		}
		if seen == 0 {
			return fault.Invalid("staff_id", "staff_may_not_see_subject")
		}
	}
	return nil
}
