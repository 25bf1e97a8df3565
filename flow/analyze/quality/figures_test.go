package quality

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestEachFigureTellsHowMuchOfItsDataIsUsable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.raw(1, fields{}, fields{}, fields{"name": "测试"}, fields{"owner": anna.StaffID})
		at := c.clock.Now().UnixMilli()
		for i, o := range []struct {
			customer any
			gross    int
			currency string
		}{{1, 5900, "CNY"}, {1, 6100, "CNY"}, {2, 5900, "CNY"}, {nil, 6000, "CNY"}, {2, 6000, "USD"}, {4, 5900, "CNY"}} {
			c.exec("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (?, 'shop', ?, 'order', 'completed', ?, ?, ?, 0, ?, 0, 0)",
				i+1, i+1, o.customer, at, o.gross, o.currency)
		}
		c.exec("insert into duplicate_pairs (a_id, b_id, score, bits, evidence, state, created_at) values (2, 3, 0.95, 10, '[]', 'open', 0)")
		c.feedOf("orders", 1, 2, 3, 4, 5, 6)
		c.search()
		answer := c.call(200, "GET", "/quality/figures?from=2026-03-01&to=2026-03-31", nil)
		for path, want := range map[string]int64{
			`bases.#(basis=="orders").total`: 6, `bases.#(basis=="orders").usable`: 5,
			`bases.#(basis=="buyers").usable`:                                  3, // without the one of nobody, the two of a customer kept twice
			`bases.#(basis=="buyers").causes.#(cause=="no_customer").count`:    1,
			`bases.#(basis=="buyers").causes.#(cause=="duplicate").count`:      2,
			`bases.#(basis=="orders").causes.#(cause=="other_currency").count`: 1,
			`bases.#(basis=="customers").total`:                                4, `bases.#(basis=="customers").usable`: 2,
		} {
			assert.Equal(t, want, answer.Get(path).Int(), path)
		}
		assert.Equal(t, "buyers", answer.Get("figures.rfm").String())
		mine := c.as(anna).call(200, "GET", "/quality/figures", nil)
		assert.EqualValues(t, 1, mine.Get(`bases.#(basis=="orders").total`).Int(), "others' orders are not counted")
		assert.EqualValues(t, 1, mine.Get(`bases.#(basis=="customers").total`).Int())
		c.call(422, "GET", "/quality/figures?from=yesterday", nil)
		c.call(403, "GET", "/quality", nil)
	})
}
