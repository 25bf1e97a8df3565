package analyze

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// shop is a columnar store filled by hand, and the scores over it, at noon of a day in Shanghai.
type shop struct {
	t       testing.TB
	ctx     context.Context
	clock   *clock.Fake
	columns *columns.Store
	scores  *Scores
	orders  [][]any
	buyers  map[int64]bool // who has been noted, and whether she still has to be written
}

func newShop(t testing.TB, records *db.DB, today string) *shop {
	t.Helper()
	w := workspace.Default()
	day, err := w.ParseDay(today)
	require.NoError(t, err)
	s := &shop{t: t, clock: clock.NewFake(day.Add(12 * time.Hour)), columns: columnstest.Open(t), buyers: map[int64]bool{}}
	s.ctx = guard.System(workspace.With(clock.With(context.Background(), s.clock), w))
	s.scores = NewScores(records, s.columns, NewHot(s.columns))
	return s
}

// order notes a completed order worth gross minor units; customer nil is nobody known.
func (s *shop) order(customer any, day string, gross int64) {
	s.row(customer, day, "order", "completed", gross, 0)
}

func (s *shop) row(customer any, day, kind, status string, gross, refunded int64) {
	s.t.Helper()
	at, err := dayOf(day)
	require.NoError(s.t, err)
	if id, known := customer.(int); known {
		if _, there := s.buyers[int64(id)]; !there {
			s.buyers[int64(id)] = true
		}
		customer = int64(id)
	}
	id := int64(len(s.orders) + 1)
	s.orders = append(s.orders, []any{id, fmt.Sprint(id), nil, kind, status, customer,
		at.UnixMilli(), at, gross, refunded, "CNY", nil, nil, nil, int64(1)})
}

// open writes what was noted: orders, and a customer for each buyer, owned by member of staff 100 + id%2.
func (s *shop) open() *shop {
	s.t.Helper()
	var customers [][]any
	row := columnstest.Row(s.t, s.columns, "customers")
	for id, isNew := range s.buyers {
		if !isNew {
			continue
		}
		s.buyers[id] = false
		customers = append(customers, row(map[string]any{"id": id, "name": fmt.Sprint("c", id), "owner_id": 100 + id%2}))
	}
	require.NoError(s.t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Append(ctx, "orders", s.orders); err != nil {
			return err
		}
		return tx.Append(ctx, "customers", customers)
	}))
	s.orders = nil
	return s
}

func (s *shop) refresh() *shop {
	s.t.Helper()
	require.NoError(s.t, s.scores.Refresh(s.ctx))
	return s
}

// one reads one value of one customer's scores as text.
func (s *shop) one(what string, customer int) string {
	s.t.Helper()
	var text *string
	require.NoError(s.t, s.columns.QueryRow(s.ctx,
		"select ("+what+")::varchar from customer_scores where customer_id = ?", customer).Scan(&text))
	if text == nil {
		return "null"
	}
	return *text
}

// cdnowShop sells what CDNOW sold, dollars as yuan.
func cdnowShop(t testing.TB, records *db.DB, today string) *shop {
	s := newShop(t, records, today)
	eachCDNOWRow(t, func(id int, day time.Time, amount float64) {
		s.order(id, day.Format(time.DateOnly), int64(amount*100+.5))
	})
	return s.open()
}

func mustFloat(t testing.TB, text string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return f
}

// forgetValuation makes the next refresh fit the models again.
func forgetValuation(ctx context.Context, tx *db.Tx) error {
	_, err := tx.NewRaw("delete from settings where key = ?", valuationKey).Exec(ctx)
	return err
}
