package scenario

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
	"guanxi/test/served"
	"guanxi/test/testdata"
)

// A gift shop's real order history is imported on the command line, on both engines, and gives the same figures, those
// of retail_figures_test.go: whether the columns are mapped by hand or guessed from the headers, and whether a server
// is running over the data or not. A second import changes nothing; undo leaves nothing.
func TestRetailHistory(t *testing.T) {
	file := testdata.Need(t, "online_retail/online_retail_all.csv.gz")
	mapping := filepath.Join(t.TempDir(), "mapping.json")
	if err := os.WriteFile(mapping, []byte(retailMapping), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, url string
		mapping   []string
		shop      string // of orders, as mapped
	}{
		{"sqlite, columns mapped by hand", "", []string{"--mapping", mapping}, "online"},
		{"postgres, columns guessed", dbtest.PostgresURL(t), nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := openWith(t, served.Options{URL: row.url})
			if a := c.ask(c.admin(), "PATCH", "/workspace", map[string]any{"currency": "GBP", "time_zone": "Europe/London", "country": "GB"}); a.status != 200 {
				t.Fatal(a.text)
			}
			arguments := append([]string{"import", "--kind", "order_lines", file}, row.mapping...)

			c.expect("what the command says", c.guanxi(arguments...),
				"import 1: 541909 rows, 541909 created, 0 updated, 0 unchanged, 0 duplicates, 0 rejected, 23573 findings")
			c.eventually("orders, counted by analysis", func() any { return c.figure("orders", "") }, retailOrders)
			retailRecords(c, row.shop)
			retailFigures(c)
			retailFindings(c)

			c.expect("what the command says the second time", c.guanxi(arguments...),
				"import 2: 541909 rows, 0 created, 0 updated, 541909 unchanged, 0 duplicates, 0 rejected, 0 findings")
			retailRecords(c, row.shop)
			c.expect("orders that got a second version", strings.Contains(c.ask(c.admin(), "GET", "/orders?limit=500", nil).text, `"version":2`), false)

			c.post("/imports/1/undo", nil, nil)
			c.await("1", "undone")
			for _, list := range []string{"/orders", "/customers", "/products"} {
				c.eventually(list+" after the undo", func() any { return c.total(list) }, 0)
			}
			c.eventually("orders after the undo, counted by analysis", func() any { return c.figure("orders", "") }, 0)
			c.expect("sales after the undo", c.figure("gross_sales", ""), 0)
		})
	}
}

const retailMapping = `{
  "columns": {"InvoiceNo": "order_number", "InvoiceDate": "ordered_at", "StockCode": "sku", "Description": "product_name",
    "Quantity": "quantity", "UnitPrice": "unit_price", "CustomerID": "customer.external_id", "Country": "customer.country"},
  "constants": {"currency": "GBP", "shop": "online", "source": "online_retail"}
}`

func retailRecords(c *company, shop string) {
	c.t.Helper()
	for _, row := range []struct {
		path string
		want int
	}{
		{"/orders", retailNumbers},
		{"/orders?kind=order", retailOrders},
		{"/orders?kind=refund", retailNumbers - retailOrders},
		{"/orders?nobody=true", retailNobody},
		{"/orders?shop=" + url.QueryEscape(shop), retailNumbers},
		{"/customers", retailCustomers},
	} {
		c.expect(row.path, c.total(row.path), row.want)
	}
	var list struct {
		Items []struct {
			Kind   string
			Number string
			Gross  struct {
				Amount   int64
				Currency string
			}
		}
	}
	c.get("/orders?number=C536379", &list)
	if len(list.Items) != 1 || list.Items[0].Kind != "refund" || list.Items[0].Gross.Amount != 0 || list.Items[0].Gross.Currency != "GBP" {
		c.t.Errorf("C536379 is %+v, want a refund in pounds that sold nothing", list.Items)
	}
}

// metric is a figure as the program gives it: a count, or an amount of money.
type metric struct {
	Value  quantity
	Series []struct {
		At    string
		Value quantity
	}
	Splits []struct {
		Key   string
		Value quantity
	}
}

func (c *company) metric(name, query string) (m metric) {
	c.t.Helper()
	c.get("/metrics/"+name+"?from=2010-12-01&to=2011-12-09&top=50&"+query, &m)
	return m
}

func (c *company) figure(name, query string) quantity { return c.metric(name, query).Value }

// retailFigures holds gross, refunds and net beside the reckoning, whole and by part, and checks that they add up.
func retailFigures(c *company) {
	c.t.Helper()
	gross, refunds, net := c.figure("gross_sales", ""), c.figure("refunds", ""), c.figure("net_sales", "")
	c.expect("gross, refunds, net", []quantity{gross, refunds, net}, []quantity{retailGross, retailRefunds, retailGross - retailRefunds})
	c.expect("buyers", c.figure("buyers", ""), retailBuyers)

	type part struct{ gross, refunds, net quantity }
	for name, want := range map[string][]retailPart{"by=month": retailMonths, "split=country": retailCountries, "split=identified": retailIdentified} {
		parts := map[string]*part{}
		at := func(key string) *part {
			if parts[key] == nil {
				parts[key] = &part{}
			}
			return parts[key]
		}
		for _, figure := range []struct {
			name string
			of   func(*part) *quantity
		}{
			{"gross_sales", func(p *part) *quantity { return &p.gross }},
			{"refunds", func(p *part) *quantity { return &p.refunds }},
			{"net_sales", func(p *part) *quantity { return &p.net }},
		} {
			m := c.metric(figure.name, name)
			if name == "by=month" {
				for _, s := range m.Series {
					*figure.of(at(s.At[:7])) += s.Value
				}
			} else {
				for _, s := range m.Splits {
					*figure.of(at(s.Key)) += s.Value
				}
			}
		}
		sum := part{}
		for _, w := range want {
			got := at(w.key)
			if *got != (part{w.gross, w.refunds, w.gross - w.refunds}) {
				c.t.Errorf("%s %s: %+v, want %+v", name, w.key, *got, w)
			}
		}
		for _, p := range parts {
			sum.gross, sum.refunds, sum.net = sum.gross+p.gross, sum.refunds+p.refunds, sum.net+p.net
		}
		c.expect(name+", number of parts", len(parts), len(want))
		c.expect(name+", added up", sum, part{gross, refunds, net})
	}
}

func retailFindings(c *company) {
	c.t.Helper()
	var groups struct {
		Items []struct {
			Cause string
			Count int
		}
	}
	c.get("/findings/groups?import=1", &groups)
	got := map[string]int{}
	for _, g := range groups.Items {
		got[g.Cause] = g.Count
	}
	c.expect("findings by cause", got, retailCauses)
	for cause, count := range retailCauses {
		c.expect("findings one can open of "+cause, c.total("/findings?cause="+cause), count)
	}
}
