package likeness

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) // in Shanghai

func day(before int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, -before) }

func at(when time.Time) context.Context {
	ctx := clock.With(context.Background(), clock.NewFake(when))
	return guard.System(workspace.With(ctx, workspace.Default()))
}

// company is customers and what they bought, in columns. Days count backwards from today.
type company struct {
	testing.TB
	columns *columns.Store
	rows    map[string][][]any
	makes   map[string]func(map[string]any) []any
	orders  int64
	totals  map[int64]map[string]any
}

func newCompany(t testing.TB) *company {
	c := &company{TB: t, columns: columnstest.Open(t), rows: map[string][][]any{}, makes: map[string]func(map[string]any) []any{}, totals: map[int64]map[string]any{}}
	for _, table := range []string{"customers", "orders", "order_lines", "activities", "customer_scores"} {
		c.makes[table] = columnstest.Row(t, c.columns, table)
	}
	return c
}

func (c *company) add(table string, row map[string]any) {
	c.rows[table] = append(c.rows[table], c.makes[table](row))
}

func (c *company) exists(id int64, more map[string]any) {
	row := map[string]any{"id": id, "kind": "person", "name": fmt.Sprint("N", id), "created_at": day(900).UnixMilli(), "orders_count": int64(0), "orders_gross": int64(0), "orders_refunded": int64(0), "tags": []string{}}
	for k, v := range more {
		row[k] = v
	}
	c.totals[id] = row
}

// line is one line of an order: price in minor units for each of a number of pieces.
type line struct {
	product, category string
	price             int64
	pieces            float64
}

func (c *company) buys(id int64, before int, lines ...line) {
	c.orders++
	when, gross := day(before).Add(3*time.Hour), int64(0)
	for i, l := range lines {
		pieces := max(l.pieces, 1)
		amount := int64(float64(l.price) * pieces)
		gross += amount
		c.add("order_lines", map[string]any{"order_id": c.orders, "position": int64(i), "customer_id": id, "ts": when.UnixMilli(), "day": day(before), "kind": "order", "sku": l.product,
			"product": l.product, "category": l.category, "quantity": pieces, "unit_price_micros": l.price * 10_000, "amount": amount, "status": "completed"})
	}
	c.add("orders", map[string]any{"id": c.orders, "kind": "order", "status": "completed", "customer_id": id, "ts": when.UnixMilli(), "day": day(before), "gross": gross, "refunded": int64(0), "shop": "web"})
	of := c.totals[id]
	of["orders_count"], of["orders_gross"] = of["orders_count"].(int64)+1, of["orders_gross"].(int64)+gross
	if last, bought := of["orders_last_day"].(time.Time); !bought || last.Before(day(before)) {
		of["orders_last_day"] = day(before)
	}
}

func (c *company) move() {
	for id := int64(1); id <= int64(len(c.totals)); id++ {
		c.add("customers", c.totals[id])
	}
	require.NoError(c, c.columns.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range c.rows {
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return nil
	}))
	c.rows = map[string][][]any{}
}

func (c *company) likeness(d *db.DB) *Likeness {
	hot := analyze.NewHot(c.columns)
	touched := &analyze.Touched{}
	return New(d, c.columns, analyze.NewSegments(d, c.columns, hot, touched), touched, nil)
}
