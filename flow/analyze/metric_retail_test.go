package analyze

import (
	"context"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/workspace"
	"guanxi/guard"
	"guanxi/test/testdata"
)

// retail loads the online_retail data set into columns: amounts rounded to the minor unit line by line; an order number
// with a line above zero is an order, any other a refund.
func retail(t *testing.T) (context.Context, *Metrics) {
	t.Helper()
	path := testdata.Need(t, "online_retail/online_retail_all.csv.gz")
	store := columnstest.Open(t)
	ctx := context.Background()
	if err := store.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		for _, text := range []string{`
create temp table raw as
select row_number() over () as n, InvoiceNo as number, StockCode as sku, Description as product,
  cast(Quantity as decimal(18, 0)) as quantity, cast(UnitPrice as decimal(18, 3)) as price,
  cast(InvoiceDate as timestamp) as ordered, cast(cast(nullif(CustomerID, '') as double) as bigint) as customer, Country as country,
  cast(round(cast(Quantity as decimal(18, 0)) * cast(UnitPrice as decimal(18, 3)) * 100) as bigint) as amount
from read_csv('` + path + `', all_varchar = true, header = true)`, `
create temp table numbers as
select number, row_number() over (order by min(n)) as id, case when max(amount) > 0 then 'order' else 'refund' end as kind,
  any_value(customer) as customer, epoch_ms(min(ordered)) as ts, cast(min(ordered) as date) as day,
  sum(greatest(amount, 0)) as gross, sum(greatest(-amount, 0)) as refunded, any_value(country) as country, count(*) as lines
from raw
group by number`, `
insert into orders
select id, number, 'shop', kind, 'completed', customer, ts, day, gross, refunded, 'GBP', country, null, null, lines from numbers`, `
insert into order_lines
select o.id, r.n, r.customer, o.ts, o.day, o.kind, r.sku, r.product, null, null, null, r.quantity,
  cast(r.price * 1000000 as bigint), r.amount, 'shop', r.country, 'completed'
from raw r join numbers o using (number)`, `
insert into customers (id, kind, name, country, owner_id, created_at, completeness, orders_first_day)
select customer, 'person', 'Customer ' || customer, any_value(country order by ts), case when customer % 2 = 0 then 7 end,
  epoch_ms(timestamp '2012-01-01'), 0.5, min(day) filter (where kind = 'order')
from numbers where customer is not null
group by customer`} {
			if err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w, err := workspace.New("", "Europe/London", "GBP", "en-US", "GB")
	if err != nil {
		t.Fatal(err)
	}
	ctx = clock.With(workspace.With(guard.System(ctx), w), clock.NewFake(time.Date(2011, 12, 10, 9, 0, 0, 0, time.UTC)))
	return ctx, NewMetrics(store, nil, func() time.Time { return clock.Now(ctx) }, nil)
}

// The figures were reckoned from the file by a script that shares nothing with this program.
func TestMetrics_of_online_retail(t *testing.T) {
	ctx, m := retail(t)
	read := func(t *testing.T, name, from, to, by, split string) *Figure {
		t.Helper()
		p, err := parsePeriod(from, to)
		if err != nil {
			t.Fatal(err)
		}
		f, err := m.Read(ctx, name, Query{Period: p, By: by, Split: split, Top: 50})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	const first, last = "2010-12-01", "2011-12-09"

	t.Run("over the whole period", func(t *testing.T) {
		for _, row := range []struct {
			name, from, to string
			want           float64
		}{
			{"gross_sales", first, last, 1066668454},
			{"refunds", first, last, 91893661},
			{"net_sales", first, last, 974774793},
			{"orders", first, last, 19960},
			{"average_order_value", first, last, 53440},
			{"buyers", first, last, 4338},
			{"new_customers", first, last, 4338},
			{"active_customers", first, last, 4338},
			{"customers", first, last, 4338},
			{"activity", first, last, 18532. / 4338},
			{"purchase_frequency", first, last, 18532. / 4338},
			{"repurchase_rate", first, last, 2845. / 4338},
			{"repurchase_rate", "2011-01-01", "2011-03-31", 641. / 1776},
			{"purchase_frequency", "2011-01-01", "2011-03-31", 3305. / 1776},
			{"purchase_cycle_days", first, last, 567287. / 12425},
			{"purchase_cycle_days", "2011-06-01", "2011-06-30", 45710. / 1012},
			{"retention_rate", "2011-11-01", "2011-11-30", 622. / 1364},
			{"churn_rate", "2011-06-01", "2011-06-30", 326. / 2848},
			{"churn_rate", first, last, 2450. / 5737},
			{"clv_to_date", first, last, 191334}, // 830,006,581 net of known customers over 4,338
			{"cancel_rate", first, last, 0},
			{"abandon_rate", first, last, 0},
		} {
			t.Run(row.name+" "+row.from, func(t *testing.T) {
				f := read(t, row.name, row.from, row.to, "year", "")
				if f.Value.Value == nil || !near(*f.Value.Value, row.want) {
					t.Errorf("got %v, want %v", f.Value.plain(), row.want)
				}
			})
		}
	})

	t.Run("by month", func(t *testing.T) {
		for name, want := range map[string][]float64{
			"gross_sales": {82374614, 69136456, 52363189, 71763936, 53780862, 77053602, 76173990, 71922119, 75913838, 105859017, 115497930, 150949633, 63879268},
			"refunds":     {7478912, 13136430, 2556924, 3437228, 4460150, 4720251, 7061678, 3792108, 7645787, 3890255, 8427463, 4774008, 20512467},
			"orders":      {1559, 1086, 1100, 1454, 1246, 1681, 1533, 1475, 1361, 1837, 2040, 2769, 819},
			"buyers":      {885, 741, 758, 974, 856, 1056, 991, 949, 935, 1266, 1364, 1664, 615},
			"customers":   {885, 1302, 1682, 2134, 2434, 2718, 2960, 3148, 3317, 3616, 3974, 4297, 4338},
			"retention_rate": {0, 324. / 885, 262. / 741, 290. / 758, 304. / 974, 368. / 856, 410. / 1056, 365. / 991, 388. / 949, 425. / 935,
				489. / 1266, 622. / 1364},
		} {
			f := read(t, name, first, last, "month", "")
			for i, w := range want {
				if got := f.Series[i].Value.Value; w != 0 && (got == nil || !near(*got, w)) {
					t.Errorf("%s of %s: got %v, want %v", name, f.Series[i].At, f.Series[i].Value.plain(), w)
				}
			}
		}
	})

	t.Run("by country and by whether the customer is known", func(t *testing.T) {
		for _, row := range []struct {
			name, split, key string
			want             float64
		}{
			{"gross_sales", "country", "United Kingdom", 902522208},
			{"gross_sales", "country", "EIRE", 28345396},
			{"gross_sales", "country", "Germany", 22886714},
			{"refunds", "country", "United Kingdom", 83741572},
			{"refunds", "country", "Netherlands", 78480},
			{"gross_sales", "identified", "true", 891140790},
			{"gross_sales", "identified", "false", 175527664},
			{"refunds", "identified", "true", 61134209},
			{"refunds", "identified", "false", 30759452},
			{"gross_sales", "sku", "DOT", 20624877},
			{"gross_sales", "sku", "22423", 17448474},
		} {
			f := read(t, row.name, first, last, "quarter", row.split)
			found := false
			for _, p := range f.Splits {
				if p.Key != nil && *p.Key == row.key {
					found = true
					if *p.Value.Value != row.want {
						t.Errorf("%s of %s: got %s, want %.0f", row.name, row.key, p.Value.plain(), row.want)
					}
				}
			}
			if !found {
				t.Errorf("%s has no part %s", row.name, row.key)
			}
		}
		if n := len(read(t, "gross_sales", first, last, "year", "country").Splits); n != 38 {
			t.Errorf("%d countries, want 38", n)
		}
	})
}

func near(a, b float64) bool {
	d := a - b
	return d < 1e-9*(1+b) && d > -1e-9*(1+b)
}
