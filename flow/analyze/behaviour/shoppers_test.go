package behaviour

import (
	"context"
	"encoding/csv"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/flow/analyze"
	"guanxi/test/testdata"
)

// The sessions of an online shop over a year (UCI, Sakar and Kastro 2018), told event by event: as many pages as each row
// counts, and an order where it says so. Shares by month, of buyers and of single pages are those of the file.
func TestSharesOfAnOnlineShopsSessions(t *testing.T) {
	file, err := os.Open(testdata.Need(t, "online_shoppers/online_shoppers_intention.csv"))
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	months := map[string]time.Month{"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "June": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12}
	var events []told
	byMonth := map[string]int64{}
	var sessions, pages, single, bought int64
	for i, row := range rows[1:] {
		n := int64(0)
		for _, kind := range []string{"Administrative", "Informational", "ProductRelated"} {
			of, err := strconv.ParseInt(row[column[kind]], 10, 64)
			require.NoError(t, err)
			n += of
		}
		if n == 0 {
			continue // six rows are of sessions without a page
		}
		month := months[row[column["Month"]]]
		at := time.Date(2018, month, 1+i%28, 4, 0, 0, 0, time.UTC).UnixMilli()
		for k := range n {
			events = append(events, told{batch: i/50 + 1, position: len(events), visitor: int64(i + 1), customer: int64(i + 1), ts: at + k*30_000, kind: "page", event: "page_viewed", path: "/p" + strconv.FormatInt(k%7, 10)})
		}
		sessions, pages = sessions+1, pages+n
		byMonth[time.Date(2018, month, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)]++
		buys := row[column["Revenue"]] == "TRUE" || row[column["Revenue"]] == "True"
		if buys {
			bought++
			events = append(events, told{batch: i/50 + 1, position: len(events), visitor: int64(i + 1), customer: int64(i + 1), ts: at + n*30_000, kind: "track", event: "bought"})
		} else if n == 1 {
			single++
		}
	}
	require.Greater(t, sessions, int64(12_000))
	c, ctx := columnstest.Open(t), openContext()
	tell(t, c, events)
	d, touched := dbtest.SQLite(t), &analyze.Touched{}
	b := New(d, c, analyze.NewSegments(d, c, analyze.NewHot(c), touched), touched)
	require.NoError(t, c.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return b.Watcher().Changed(ctx, tx, nil) }))
	year, err := analyze.PeriodOf(ctx, "2018-01-01", "2018-12-31", 0)
	require.NoError(t, err)
	board, err := b.Board(ctx, BoardQuery{Rows: analyze.Rows{Period: year}, By: "month"})
	require.NoError(t, err)
	assert.Equal(t, sessions, board.Whole.Sessions)
	assert.Equal(t, pages, board.Whole.PageViews)
	assert.InDelta(t, float64(pages)/float64(sessions), *board.Whole.Depth, 1e-9)
	assert.InDelta(t, float64(single)/float64(sessions), *board.Whole.Bounce, 1e-9)
	for _, at := range board.Series {
		assert.Equal(t, byMonth[at.At], at.Sessions, at.At)
	}
	funnel, err := b.Funnel(ctx, FunnelQuery{PassageQuery: analyze.PassageQuery{Rows: analyze.Rows{Period: year}, Steps: []byte(`[{"event":"page_viewed"},{"event":"bought"}]`), Within: 1}})
	require.NoError(t, err)
	assert.Equal(t, bought, funnel.Steps[1].Count)
	assert.InDelta(t, float64(bought)/float64(sessions), *funnel.Steps[1].Rate, 1e-9)
	t.Logf("%d sessions, %.4f bought", sessions, *funnel.Steps[1].Rate)
}
