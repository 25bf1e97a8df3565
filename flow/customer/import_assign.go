package customer

import (
	"context"
	"strconv"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/collect"
)

// assign gives the customers that the batch makes, and whose row named no owner, to whom the import says. The members of a
// team take turns, going on where the batch before stopped. Fault: invalid.
func (r *roster) assign(ctx context.Context, tx *db.Tx, a collect.Assign) error {
	if a.To != "staff" && a.To != "team" || len(r.created) == 0 {
		return nil
	}
	id, err := strconv.ParseInt(a.ID, 10, 64)
	if err != nil {
		return fault.Invalid("mapping.options.assign.id", "id_invalid")
	}
	text := "select id, email, name, team_id from staff where id = ? and active"
	if a.To == "team" {
		text = "select id, email, name, team_id from staff where team_id = ? and active order by id"
	}
	var takers []staffRow
	if err := tx.NewRaw(text, id).Scan(ctx, &takers); err != nil {
		return err
	}
	if len(takers) == 0 {
		return fault.Invalid("mapping.options.assign.id", map[string]string{"staff": "staff_unknown", "team": "team_without_staff"}[a.To])
	}
	var given int
	if err := tx.NewRaw("select count(*) from customers where created_import_id = ?", r.importID).Scan(ctx, &given); err != nil {
		return err
	}
	for _, e := range r.created {
		if e.OwnerID == nil {
			taker := takers[given%len(takers)]
			e.OwnerID, e.TeamID = &taker.ID, taker.TeamID
			given++
		}
	}
	return nil
}
