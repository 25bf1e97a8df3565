package analyze

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/db/dbtest"
)

func TestScoresFollowTheFeed(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t), "2026-01-01")
	s.order(1, "2025-12-01", 100)
	s.order(2, "2025-12-01", 100)
	s.open().refresh()
	touched := &Touched{}
	toDate := func() int64 {
		t.Helper()
		figures, err := s.scores.Figures(s.ctx, []int64{1})
		require.NoError(t, err)
		return figures[1].Value.ToDate.Amount
	}
	follow := func(subject string) {
		t.Helper()
		touched.add(1)
		require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
			return watchers{s.scores.Watcher(touched), s.scores.hot.Watcher(touched)}.Changed(ctx, tx, map[string][]int64{subject: {9}})
		}))
	}
	s.order(1, "2025-12-30", 300)
	s.open().total()
	follow("activities")
	require.Equal(t, "100", s.one("value_to_date", 1), "a follow-up changes no score")
	heat(t, s.scores.hot)
	require.EqualValues(t, 100, toDate())

	s.scores.current.Store(nil) // as after a start
	follow("orders")
	require.Equal(t, "400", s.one("value_to_date", 1))
	require.EqualValues(t, 400, toDate(), "hot columns follow")
	ids, _ := touched.peek()
	require.Equal(t, []int64{1}, ids, "segments come next and need them")

	_, err := s.columns.DB().ExecContext(s.ctx, "delete from customers where id = 1")
	require.NoError(t, err)
	follow("customers")
	var n int
	require.NoError(t, s.columns.QueryRow(s.ctx, "select count(*) from customer_scores").Scan(&n))
	require.Equal(t, 1, n, "a deleted customer has no scores")
	grid, err := s.scores.getRFM(s.ctx, &rfmInput{CompareDays: 30})
	require.NoError(t, err)
	require.EqualValues(t, 1, grid.Body.Customers)

	s.scores.strayed.Store(refreshLimit)
	follow("orders")
	require.Len(t, s.scores.due, 1, "one by one so many have changed that models and cuts are of another company")
	<-s.scores.due

	touched.all()
	follow("orders")
	require.Nil(t, s.scores.hot.rows, "of columns made anew nothing is hot")
	select {
	case <-s.scores.due:
	default:
		t.Error("after a rebuild everybody has to be scored")
	}
}
