package likeness

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/test/testdata"
)

// Of 40 buyers of tea 30 buy cups too, of 160 others 10; who buys tea buys it every 30 days. What must come out follows by hand.
func TestGoodsTellWhatGoesTogether(t *testing.T) {
	c := newCompany(t)
	for id := int64(1); id <= 200; id++ {
		c.exists(id, nil)
		if id <= 40 {
			for before := 5 + int(id)%30; before < 300; before += 30 {
				c.buys(id, before, line{"tea", "drink", 2000, 1})
			}
		} else {
			c.buys(id, 100, line{"pen", "office", 500, 1})
		}
		if id <= 30 || id > 40 && id <= 50 {
			c.buys(id, 50, line{"cup", "home", 3000, 1})
		}
	}
	c.move()
	d := dbtest.SQLite(t)
	l, ctx := c.likeness(d), at(noon)
	require.NoError(t, l.LearnGoods(ctx))
	require.NoError(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Do(ctx, "insert into products (id, sku, name, created_at, updated_at) values (1, 'tea', 'Tea', 0, 0)")
		return err
	}))
	with, err := l.Affinities(ctx, 1)
	require.NoError(t, err)
	require.Len(t, with, 1)
	require.Equal(t, "cup", with[0].Item.Item)
	require.EqualValues(t, 30, with[0].Together)
	require.InDelta(t, 30./200, with[0].Support, 1e-12)
	require.InDelta(t, 30./40, with[0].Confidence, 1e-12)
	require.InDelta(t, 30./40/(40./200), with[0].Lift, 1e-12)
	require.InDelta(t, 30/(math.Sqrt(40*40)+shrinkage), with[0].Similarity, 1e-12)

	told, err := l.Recommend(ctx, 35, 5) // buys tea, has no cup
	require.NoError(t, err)
	require.Equal(t, "again", told[0].Kind)
	require.Equal(t, "tea", told[0].Item.Item)
	require.Equal(t, day(10-30).Format(time.DateOnly), told[0].DueDay)
	require.Equal(t, "with", told[1].Kind)
	require.Equal(t, "cup", told[1].Item.Item)
	require.Equal(t, "tea", told[1].Because.Item)
	_, err = l.Recommend(ctx, 999, 5)
	require.ErrorContains(t, err, "not_found")

	b, err := l.GoodsBoard(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, "ok", b.State)
	for _, o := range b.Openings {
		if o.Item.Item != "cup" {
			continue
		}
		require.EqualValues(t, 40, o.Have)
		ids, err := l.segments.Holding(ctx, string(o.Condition), nil)
		require.NoError(t, err)
		require.Len(t, ids, int(o.Lack), "the figure opens to as many customers")
	}
	require.Greater(t, b.Came, b.Any*.99)
}

// On the orders of a gift shop (UCI online retail) ten things told to each customer must hold one she buys later for the first
// time more often than the ten that most customers have bought.
func TestRecommendationsBeatPopularityOnRetail(t *testing.T) {
	c := newCompany(t)
	last := c.retail(testdata.Path("online_retail/online_retail_all.csv.gz"))
	l := c.likeness(dbtest.SQLite(t))
	require.NoError(t, l.LearnGoods(at(last.Add(4*time.Hour))))
	g, err := l.Goods(at(noon))
	require.NoError(t, err)
	t.Logf("%+v", g)
	require.Greater(t, g.Customers, int64(800))
	require.Greater(t, g.Hits, g.Popular*1.15, "%+v", g)
	require.Greater(t, g.Came, g.Any*1.5, "%+v", g)
}

// retail reads the file as it is into order lines.
func (c *company) retail(path string) (last time.Time) {
	require.NoError(c, c.columns.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Exec(ctx, `
insert into order_lines by name
select row_number() over ()::bigint as order_id, CustomerID::double::bigint as customer_id, epoch_ms(InvoiceDate::timestamp) as ts, InvoiceDate::timestamp::date as day,
  'order' as kind, StockCode as sku, Description as product, Quantity::double as quantity, round(Quantity::double * UnitPrice::double * 100)::bigint as amount, 'completed' as status
from read_csv(?, all_varchar = true) where CustomerID is not null and Quantity::double > 0`, path); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "select max(day) from order_lines").Scan(&last)
	}))
	return last
}
