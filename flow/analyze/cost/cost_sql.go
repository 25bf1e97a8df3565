package cost

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
)

const costColumns = "id, kind, channel, campaign, from_day, to_day, amount, currency, note, created_import_id, created_by, created_at, updated_at, version"

func find(ctx context.Context, from bun.IDB, id int64) (*Cost, error) {
	var rows []*Cost
	if err := from.NewRaw("select "+costColumns+" from costs where id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("cost", id)
	}
	return rows[0], nil
}

func (c *Cost) insert(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Do(ctx, "insert into costs ("+costColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.ID, c.Kind, c.Channel, c.Campaign, c.From, c.To, c.Amount, c.Currency, c.Note, c.ImportID, c.CreatedBy, c.CreatedAt, c.UpdatedAt, c.Version)
	tx.Feed("costs", c.ID)
	return err
}

func (c *Cost) update(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Do(ctx, "update costs set kind = ?, channel = ?, campaign = ?, from_day = ?, to_day = ?, amount = ?, currency = ?, note = ?, updated_at = ?, version = ? where id = ?",
		c.Kind, c.Channel, c.Campaign, c.From, c.To, c.Amount, c.Currency, c.Note, c.UpdatedAt, c.Version, c.ID)
	tx.Feed("costs", c.ID)
	return err
}

// list gives costs that overlap a period, the latest first.
func list(ctx context.Context, from bun.IDB, q costQuery, limit int, after costCursor) (rows []*Cost, err error) {
	where, args := "true", []any{}
	and := func(text string, values ...any) { where, args = where+" and "+text, append(args, values...) }
	if q.From != "" {
		and("to_day >= ?", q.From)
	}
	if q.To != "" {
		and("from_day <= ?", q.To)
	}
	if q.Kind != "" {
		and("kind = ?", q.Kind)
	}
	if q.Channel != "" {
		and("lower(channel) = lower(?)", q.Channel)
	}
	if after.ID != 0 {
		and("(from_day < ? or from_day = ? and id < ?)", after.From, after.From, after.ID)
	}
	err = from.NewRaw("select "+costColumns+" from costs where "+where+" order by from_day desc, id desc limit ?", append(args, limit)...).Scan(ctx, &rows)
	return rows, err
}
