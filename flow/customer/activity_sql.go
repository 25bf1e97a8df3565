package customer

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
)

// storedActivity is a follow-up with the names it points at.
type storedActivity struct {
	Activity
	CustomerName string  `bun:"customer_name"`
	StaffName    *string `bun:"staff_name"`
}

const activitySelect = `, c.name as customer_name, s.name as staff_name
from activities a
join customers c on c.id = a.customer_id
left join staff s on s.id = a.staff_id
where ` + living

// findActivity reads a follow-up. Fault: not found, also when its customer is outside the reader's scope.
func (s *Store) findActivity(ctx context.Context, from bun.IDB, id int64) (*storedActivity, error) {
	var rows []storedActivity
	if err := from.NewRaw("select "+qualified("a", activityColumns)+activitySelect+" and a.id = ? and ?", id, scope(ctx, "c")).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("activity", id)
	}
	return &rows[0], nil
}

func insertActivity(ctx context.Context, tx *db.Tx, a *Activity) error {
	_, err := tx.NewRaw("insert into activities ("+activityColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		a.ID, a.CustomerID, a.Kind, a.Content, a.Result, a.NextAction, a.NextAt, a.NextDoneAt, a.StaffID, a.HappenedAt, a.CreatedAt, a.Version).Exec(ctx)
	return err
}

func updateActivity(ctx context.Context, tx *db.Tx, a *Activity) error {
	_, err := tx.NewRaw("update activities set content = ?, result = ?, next_action = ?, next_at = ?, next_done_at = ?, version = ? where id = ?",
		a.Content, a.Result, a.NextAction, a.NextAt, a.NextDoneAt, a.Version, a.ID).Exec(ctx)
	return err
}

// closeDue marks the customer's open next actions that were due by the end of the day at as done then.
func closeDue(ctx context.Context, tx *db.Tx, customerID, at int64) error {
	var closed []int64
	err := tx.NewRaw(`
update activities
set next_done_at = ?, version = version + 1
where customer_id = ?
  and next_at <= ?
  and next_done_at is null
returning id`, at, customerID, at+12*3600*1000).Scan(ctx, &closed)
	tx.Feed("activities", closed...)
	return err
}
