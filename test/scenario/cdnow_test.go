package scenario

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"guanxi/test/testdata"
)

// The published sample of CDNOW, imported as orders, gives the parameters of Fader, Hardie and Lee (2005), "Counting
// your customers the easy way", table 2, and of Fader and Hardie, "The Gamma-Gamma model of monetary value", to within
// one per cent, and the log likelihood to within 0.05.
func TestPublishedLifetimeValue(t *testing.T) {
	file := testdata.Need(t, "cdnow/CDNOW_sample.txt")
	c := open(t)
	i, err := c.Import(t.Context(), file, map[string]string{"kind": "orders", "mapping": `{
		"columns": {"1": "customer.external_id", "2": "", "3": "ordered_at", "4": "", "5": "amount"},
		"constants": {"currency": "CNY", "shop": "cdnow", "source": "cdnow"}}`})
	if err != nil {
		t.Fatal(err)
	}
	c.expect("orders made", i.Created, 6919)
	c.expect("customers", c.total("/customers"), 2357)

	var model struct {
		State string
		BGNBD struct {
			R, Alpha, A, B float64
			LogLikelihood  float64 `json:"log_likelihood"`
			Customers      int
		} `json:"bg_nbd"`
		GammaGamma struct{ P, Q, V float64 } `json:"gamma_gamma"`
	}
	c.eventually("customers the model is fitted to", func() any {
		c.get("/value/model?train_until=1997-09-30&unit=week", &model)
		return model.BGNBD.Customers
	}, 2357)
	c.expect("state of the models", model.State, "ok")
	for _, row := range []struct {
		name      string
		got, want float64
		apart     float64
	}{
		{"r", model.BGNBD.R, 0.243, 0.01 * 0.243},
		{"alpha", model.BGNBD.Alpha, 4.414, 0.01 * 4.414},
		{"a", model.BGNBD.A, 0.793, 0.01 * 0.793},
		{"b", model.BGNBD.B, 2.426, 0.01 * 2.426},
		{"log likelihood", model.BGNBD.LogLikelihood, -9582.4, 0.05},
		{"p", model.GammaGamma.P, 6.25, 0.01 * 6.25},
		{"q", model.GammaGamma.Q, 3.74, 0.01 * 3.74},
		{"v", model.GammaGamma.V, 15.44, 0.01 * 15.44},
	} {
		if math.Abs(row.got-row.want) > row.apart {
			t.Errorf("%s is %v, want %v within %v", row.name, row.got, row.want, row.apart)
		}
	}

	c.eventually("customers with a fitted outlook", func() any {
		return c.count(map[string]any{"field": "value.alive_probability", "op": "between", "value": []float64{0, 1}})
	}, 2357)
	t.Run("outlooks are in range, and later buyers among equals are likelier alive", func(t *testing.T) { cdnowOutlooks(t, c) })
}

// outlook is what GET /customers/{id}/value says that this test reads.
type outlook struct {
	Model     string
	Expected  float64                `json:"expected_orders"`
	Alive     float64                `json:"alive_probability"`
	OrderDays int                    `json:"order_days"`
	FirstDay  string                 `json:"first_day"`
	Value     quantity               `json:"expected_value"`
	Orders    []struct{ Day string } // the last 24 days of order, oldest first
}

func (o outlook) lastDay() string { return o.Orders[len(o.Orders)-1].Day }

// cdnowOutlooks asks for some three hundred customers one by one. Given as many orders since the same first day, both
// the probability alive and the expected orders grow with the day of the last order (Fader, Hardie and Lee 2005, eq. 10).
func cdnowOutlooks(t *testing.T, c *company) {
	var list struct{ Items []struct{ ID string } }
	c.get("/customers?limit=300&sort=created_at", &list)
	equals := map[string][]outlook{}
	for _, item := range list.Items {
		var o outlook
		c.get("/customers/"+item.ID+"/value", &o)
		if o.Model != "bg_nbd" || o.Alive < 0 || o.Alive > 1 || o.Expected < 0 || o.Expected > 365 || o.Value < 0 || len(o.Orders) != min(o.OrderDays, 24) {
			t.Errorf("customer %s: %+v", item.ID, o)
		}
		if o.OrderDays == 1 && o.Alive != 1 {
			t.Errorf("customer %s has bought once and is alive with %v: without a repeat order the model says 1", item.ID, o.Alive)
		}
		key := fmt.Sprint(o.FirstDay, " ", o.OrderDays)
		equals[key] = append(equals[key], o)
	}
	compared := 0
	for key, group := range equals {
		slices.SortFunc(group, func(a, b outlook) int { return strings.Compare(a.lastDay(), b.lastDay()) })
		for i := 1; i < len(group); i++ {
			before, after := group[i-1], group[i]
			if before.lastDay() == after.lastDay() {
				continue
			}
			compared++
			if after.Alive <= before.Alive || after.Expected <= before.Expected {
				t.Errorf("%s orders: last on %s alive %v, expects %v; last on %s alive %v, expects %v", key,
					before.lastDay(), before.Alive, before.Expected, after.lastDay(), after.Alive, after.Expected)
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d pairs could be compared", compared)
	}
}
