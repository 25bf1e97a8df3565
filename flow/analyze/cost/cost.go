// Package cost keeps what was spent to win, keep and serve customers, and tells what came of it: what winning a customer
// cost by channel and campaign, what she is worth beside it, how soon she pays back, and who is profitable.
package cost

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// What money was spent for.
const (
	Acquisition = "acquisition" // winning new customers
	Retention   = "retention"   // keeping those there are
	Service     = "service"     // serving them
)

// Cost is an amount spent over some days, both included.
type Cost struct {
	ID        int64  `bun:"id"`
	Kind      string `bun:"kind"`
	Channel   string `bun:"channel"`
	Campaign  string `bun:"campaign"`
	From      string `bun:"from_day"` // YYYY-MM-DD
	To        string `bun:"to_day"`
	Amount    int64  `bun:"amount"` // minor units
	Currency  string `bun:"currency"`
	Note      string `bun:"note"`
	ImportID  *int64 `bun:"created_import_id"`
	CreatedBy *int64 `bun:"created_by"`
	CreatedAt int64  `bun:"created_at"`
	UpdatedAt int64  `bun:"updated_at"`
	Version   int64  `bun:"version"`
}

// Costs keeps costs and tells what came of them.
type Costs struct {
	records *db.DB
	columns *columns.Store
	due     chan struct{} // holds a token when profits are to be reckoned anew
}

// New gives the costs over records and columns.
func New(records *db.DB, store *columns.Store) *Costs {
	return &Costs{records: records, columns: store, due: make(chan struct{}, 1)}
}

// longest is how many days one cost may be spread over, and most how much it may be in minor units.
const (
	longest = 3 * 366
	most    = int64(1e15)
)

// check brings c into form. Faults: invalid.
func (c *Cost) check(ctx context.Context) error {
	c.Channel, c.Campaign, c.Note = strings.TrimSpace(c.Channel), strings.TrimSpace(c.Campaign), strings.TrimSpace(c.Note)
	if c.Currency == "" {
		c.Currency = workspace.Of(ctx).Currency
	}
	if c.To == "" {
		c.To = c.From
	}
	from, err := time.Parse(time.DateOnly, c.From)
	if err != nil {
		return fault.Invalid("from", "date_unreadable")
	}
	to, err := time.Parse(time.DateOnly, c.To)
	switch {
	case err != nil:
		return fault.Invalid("to", "date_unreadable")
	case to.Before(from):
		return fault.Invalid("to", "period_backwards")
	case to.Sub(from) > longest*24*time.Hour || from.Year() < 2000 || to.Year() > 2100:
		return fault.Invalid("to", "period_too_long")
	case c.Kind != Acquisition && c.Kind != Retention && c.Kind != Service:
		return fault.Invalid("kind", "not_one_of", "acquisition, retention, service")
	case c.Amount < 0 || c.Amount > most:
		return fault.Invalid("amount", "number_out_of_range")
	case c.Campaign != "" && c.Channel == "":
		return fault.Invalid("channel", "campaign_without_channel")
	}
	return nil
}

// Add keeps a new cost. Faults: invalid, conflict (there is one for the same days, kind, channel and campaign).
func (s *Costs) Add(ctx context.Context, c *Cost) error {
	if err := c.check(ctx); err != nil {
		return err
	}
	c.CreatedAt = clock.Millis(ctx)
	c.UpdatedAt, c.Version = c.CreatedAt, 1
	if by := guard.ActorOf(ctx).StaffID; by != 0 {
		c.CreatedBy = &by
	}
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if c.ID, err = tx.NextID(ctx, "costs"); err != nil {
			return err
		}
		if err := c.insert(ctx, tx); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "cost.created", "cost", strconv.FormatInt(c.ID, 10), c.said())
	})
	if db.IsUnique(err) {
		return fault.Conflict("cost_exists")
	}
	return err
}

// Change replaces what a cost says. version 0 is any. Faults: not found, stale, invalid, conflict.
func (s *Costs) Change(ctx context.Context, id, version int64, to Cost) (c *Cost, err error) {
	if err := to.check(ctx); err != nil {
		return nil, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c, err = find(ctx, tx, id); err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			return fault.Stale()
		}
		before := c.said()
		c.Kind, c.Channel, c.Campaign, c.From, c.To, c.Amount, c.Currency, c.Note = to.Kind, to.Channel, to.Campaign, to.From, to.To, to.Amount, to.Currency, to.Note
		c.UpdatedAt, c.Version = clock.Millis(ctx), c.Version+1
		if err := c.update(ctx, tx); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "cost.changed", "cost", strconv.FormatInt(id, 10), map[string]any{"before": before, "after": c.said()})
	})
	if db.IsUnique(err) {
		return nil, fault.Conflict("cost_exists")
	}
	return c, err
}

// Delete takes a cost away. Faults: not found, stale.
func (s *Costs) Delete(ctx context.Context, id, version int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			return fault.Stale()
		}
		if _, err := tx.Do(ctx, "delete from costs where id = ?", id); err != nil {
			return err
		}
		tx.Feed("costs", id)
		return guard.Audit(ctx, tx, "cost.deleted", "cost", strconv.FormatInt(id, 10), c.said())
	})
}

func (c *Cost) said() map[string]any {
	return map[string]any{"kind": c.Kind, "channel": c.Channel, "campaign": c.Campaign, "from": c.From, "to": c.To, "amount": c.Amount, "currency": c.Currency}
}

func (c *Cost) image() string {
	text, _ := json.Marshal(c)
	return string(text)
}
