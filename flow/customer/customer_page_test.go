package customer

import (
	"context"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/money"
	"guanxi/base/workspace"
)

// buyers is an analysis that knows of everybody that she has bought and has a rhythm.
type buyers struct{}

func (buyers) Figures(_ context.Context, ids []int64) (map[int64]Figures, error) {
	figures := map[int64]Figures{}
	for _, id := range ids {
		figures[id] = Figures{Orders: &OrderFigures{Count: 5, Total: money.Of(1, "CNY")}, Rhythm: &RhythmFigures{CycleDays: 30}}
	}
	return figures, nil
}

// The last twelve months are the 365 days to today in the company's own days; a cancelled order counts for nothing, a
// refund takes away money and is no order.
func TestLastTwelveMonths(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d) // 2026-03-12 17:00 in Shanghai
		s.store.Use(nil, buyers{}, nil)
		id := s.add(lin)
		for i, order := range []struct {
			at, kind, status string
			gross, refunded  int64
		}{
			{"2025-03-12 23:59", "order", "completed", 1_00, 0},
			{"2025-03-13 00:00", "order", "completed", 20_00, 5_00},
			{"2026-01-05 12:00", "order", "cancelled", 400_00, 0},
			{"2026-03-01 12:00", "refund", "completed", 0, 3_00},
			{"2026-03-12 16:00", "order", "paid", 50_00, 0},
		} {
			s.exec(`insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, lines, created_at, updated_at)
values (?, 's', ?, ?, ?, ?, ?, ?, ?, 'CNY', 1, 0, 0)`, i+1, i, order.kind, order.status, id, shanghai(t, order.at), order.gross, order.refunded)
		}
		page := s.call(200, "GET", "/customers/"+id, nil)
		for path, want := range map[string]any{
			"last12m.orders": 2., "last12m.total.amount": 62_00.,
			"rhythm.orders.0.day": "2025-03-13", "rhythm.orders.0.amount.amount": 20_00., "rhythm.orders.1.day": "2026-03-12", "rhythm.orders.2": nil,
		} {
			if got := at(page, path); got != want {
				t.Errorf("%s: %v, want %v", path, got, want)
			}
		}
	})
}

// shanghai gives an instant of the company's own clock in milliseconds.
func shanghai(t *testing.T, at string) int64 {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", at, workspace.Default().Location)
	if err != nil {
		t.Fatal(err)
	}
	return when.UnixMilli()
}
