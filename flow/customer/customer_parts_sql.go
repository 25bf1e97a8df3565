package customer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// setOwner gives c to a member of staff and to their team; "" or "0" gives it to nobody. Fault: invalid.
func setOwner(ctx context.Context, from bun.IDB, c *Customer, ownerID string) error {
	if ownerID == "" || ownerID == "0" {
		c.OwnerID, c.TeamID = nil, nil
		return nil
	}
	id, err := strconv.ParseInt(ownerID, 10, 64)
	if err != nil {
		return fault.Invalid("owner_id", "id_invalid")
	}
	var found []staffRow
	if err := from.NewRaw("select id, email, name, team_id from staff where id = ? and active", id).Scan(ctx, &found); err != nil {
		return err
	}
	if len(found) == 0 {
		return fault.Invalid("owner_id", "staff_unknown")
	}
	c.OwnerID, c.TeamID = &found[0].ID, found[0].TeamID
	return nil
}

func addContact(ctx context.Context, tx *db.Tx, customerID int64, p ContactPoint, now int64) error {
	id, err := tx.NextID(ctx, "contact_points")
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
insert into contact_points (id, customer_id, kind, value, raw, verified, state, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict (kind, value, customer_id) do nothing`, id, customerID, p.Kind, p.Value, p.Raw, p.Verified, p.State, now).Exec(ctx)
	if err != nil {
		return err
	}
	p.CustomerID = customerID
	return honour(ctx, tx, []ContactPoint{p}, now)
}

// replaceContact puts point in the place of the customer's first contact point of that kind, or takes that one away
// when point is nil.
func replaceContact(ctx context.Context, tx *db.Tx, customerID int64, kind string, point *ContactPoint, changed difference) error {
	points, err := contactsOf(ctx, tx, []int64{customerID})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(points, func(p ContactPoint) bool { return p.Kind == kind && p.State == ContactOK })
	before, after := "", ""
	if at >= 0 {
		before = points[at].Value
	}
	if point != nil {
		after = point.Value
	}
	if before == after {
		return nil
	}
	if at >= 0 {
		if _, err := tx.NewRaw("delete from contact_points where id = ? and customer_id = ?", points[at].ID, customerID).Exec(ctx); err != nil {
			return err
		}
	}
	if point != nil {
		if err := addContact(ctx, tx, customerID, *point, clock.Millis(ctx)); err != nil {
			return err
		}
	}
	changed[kind] = [2]any{maskOrNothing(kind, before), maskOrNothing(kind, after)}
	return nil
}

func maskOrNothing(kind, value string) string {
	if value == "" {
		return ""
	}
	return mask(kind, value)
}

// setTags makes the customer's tags those given and gives the ones before.
func setTags(ctx context.Context, tx *db.Tx, customerID int64, tags []string, now int64) (before []string, err error) {
	rows, err := tagsOf(ctx, tx, []int64{customerID})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		before = append(before, r.Tag)
	}
	wanted := []string{""}
	for _, t := range tags {
		wanted = append(wanted, trimmed(t))
	}
	if _, err := tx.NewRaw("delete from customer_tags where customer_id = ? and tag not in (?)", customerID, bun.List(wanted)).Exec(ctx); err != nil {
		return nil, err
	}
	for _, tag := range wanted[1:] {
		if tag == "" {
			continue
		}
		if _, err := tx.NewRaw("insert into customer_tags (customer_id, tag, created_at) values (?, ?, ?) on conflict (customer_id, tag) do nothing",
			customerID, tag, now).Exec(ctx); err != nil {
			return nil, err
		}
	}
	return before, nil
}

// identities gives the keys by which sources know each customer, the oldest first; none to a reader without a right to them.
func (s *Store) identities(ctx context.Context, from bun.IDB, rights guard.Fields, ids ...int64) (map[int64][]identityView, error) {
	views := map[int64][]identityView{}
	if !rights.CanUse("external_id") {
		return views, nil
	}
	rows, err := identitiesOf(ctx, from, ids)
	for _, r := range rows {
		if !strings.HasPrefix(r.ExternalID, digestMark) {
			views[r.CustomerID] = append(views[r.CustomerID], identityView{r.Source, r.ExternalID})
		}
	}
	return views, err
}
