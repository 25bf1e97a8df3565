package quality

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestFixes(t *testing.T) {
	for _, row := range []struct {
		name           string
		customer       fields
		body           fields
		changes        int64
		path, was, now string // of GET /customers/1
		gone           string // a finding that is no more
	}{
		{"a province by its city", fields{"province": "江苏", "city": "杭州"}, fields{"rule": "city_province", "method": "derive"}, 1, "province", "江苏", "浙江", "1 city_province province"},
		{"a city by its district", fields{"province": "浙江", "city": "宁波", "district": "西湖区"}, fields{"rule": "district_city", "method": "derive"}, 1, "city", "宁波", "杭州", "1 district_city city"},
		{"a city misspelt by the address", fields{"province": "浙江", "city": "杭周", "address": "浙江省杭州市西湖区文三路"}, fields{"rule": "city_unknown", "method": "derive"}, 1, "city", "杭周", "杭州", "1 city_unknown city"},
		{"a gender by the title", fields{"name": "王先生", "gender": "unknown"}, fields{"rule": "missing", "field": "gender", "method": "derive"}, 1, "gender", "unknown", "male", "1 missing gender"},
		{"a birthday by the identity number", fields{"birthday": "1949-12-30", "custom": fields{"id_card": "11010519491231002X"}}, fields{"rule": "id_birthday", "method": "derive"}, 1, "birthday", "1949-12-30", "1949-12-31", "1 id_birthday birthday"},
		{"a city by a landline", fields{"city": "", "phone": "+8657188886666"}, fields{"rule": "missing", "field": "city", "method": "derive"}, 1, "city", "", "杭州", "1 missing city"},
		{"a mail domain misspelt", fields{"email": "lin@gmial.com"}, fields{"rule": "email_typo", "method": "derive"}, 1, "email", "l****@gmial.com", "l****@gmail.com", "1 email_typo email"},
		{"a mail address mistyped", fields{"email": "lin＠163。com", "email_state": "invalid"}, fields{"rule": "email_invalid", "method": "derive"}, 1, "contact_points.1.state", "invalid", "ok", "1 email_invalid email"},
		{"an organization as a person", fields{"name": "杭州木禾食品有限公司"}, fields{"rule": "person_company", "method": "derive"}, 1, "kind", "person", "organization", "1 person_company kind"},
		{"a postcode in wide digits", fields{"postcode": "３１００００"}, fields{"rule": "postcode_invalid", "method": "derive"}, 1, "address.postcode", "３１００００", "310000", "1 postcode_invalid postcode"},
		{"an industry by default", fields{"kind": "organization", "name": "木禾"}, fields{"rule": "missing", "field": "industry", "method": "default", "value": "食品"}, 1, "industry", "", "食品", "1 missing industry"},
		{"a birthday taken away", fields{"birthday": "2031-01-02"}, fields{"rule": "birthday_invalid", "method": "clear"}, 1, "birthday", "2031-01-02", "", "1 birthday_invalid birthday"},
		{"a height capped", fields{"custom": fields{"height": 1700}}, fields{"rule": "outlier", "field": "custom.height", "method": "cap"}, 1, "custom.height", "1700", "244", "1 outlier custom.height"},
		{"a name said to be right", fields{"name": "测试"}, fields{"rule": "name_placeholder", "method": "confirm"}, 1, "name", "测试", "测试", "1 name_placeholder name"},
		{"nothing to derive from", fields{"name": "林婉", "gender": "unknown"}, fields{"rule": "missing", "field": "gender", "method": "derive"}, 0, "gender", "unknown", "unknown", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				c := newClinic(t, d)
				c.define()
				c.raw(1, row.customer)
				c.raw(101, numbered(60)...)
				c.search()
				before := c.call(200, "GET", "/customers/1", nil)
				require.Equal(t, row.was, null(before.Get(row.path).String(), row.was))
				wrong := c.found("&customer=1")
				preview, ended := c.fix(row.body)
				assert.Equal(t, row.changes, preview.Get("changes").Int(), preview.Raw)
				assert.Equal(t, row.changes, ended.Get("changed").Int(), ended.Raw)
				after := c.call(200, "GET", "/customers/1", nil)
				assert.Equal(t, row.now, null(after.Get(row.path).String(), row.now))
				if row.gone != "" {
					assert.Contains(t, wrong, row.gone)
					assert.NotContains(t, c.found("&customer=1"), row.gone)
				}
				back := c.undo(ended.Get("id").String())
				assert.Zero(t, back.Get("kept").Int(), back.Raw)
				same := c.call(200, "GET", "/customers/1", nil)
				assert.Equal(t, row.was, null(same.Get(row.path).String(), row.was))
				assert.ElementsMatch(t, wrong, c.found("&customer=1"), "what was wrong is wrong again")
			})
		})
	}
}

// null reads an absent value as "".
func null(got, want string) string {
	if got == "null" || got == "" && want == "unknown" {
		return want
	}
	return got
}

func TestFixFromAnotherSource(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		id := c.add(fields{"name": "林婉", "province": "浙江", "city": "杭州"})
		c.call(200, "PATCH", fmt.Sprintf("/customers/%d", id), fields{"province": "江浙"})
		c.search()
		_, ended := c.fix(fields{"rule": "region_unknown", "method": "source"})
		assert.EqualValues(t, 1, ended.Get("changed").Int())
		assert.Equal(t, "浙江", c.call(200, "GET", fmt.Sprintf("/customers/%d", id), nil).Get("province").String())
		history := c.call(200, "GET", fmt.Sprintf("/customers/%d/fields/province/history", id), nil)
		assert.Equal(t, "quality", history.Get("items.0.source").String(), history.Raw)
	})
}

func TestDeletingManyComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.raw(1, fields{"name": "测试"}, fields{"name": "test1"}, fields{"name": "林婉"})
		c.search()
		preview, ended := c.fix(fields{"rule": "name_placeholder", "method": "delete"})
		assert.EqualValues(t, 2, preview.Get("changes").Int())
		c.call(404, "GET", "/customers/1", nil)
		c.call(404, "GET", "/customers/2", nil)
		c.call(200, "GET", "/customers/3", nil)
		assert.Empty(t, c.found("&rule=name_placeholder"))
		back := c.undo(ended.Get("id").String())
		assert.EqualValues(t, 2, back.Get("undone").Int())
		assert.Equal(t, "测试", c.call(200, "GET", "/customers/1", nil).Get("name").String())
		c.call(409, "POST", "/quality/fixes/"+ended.Get("id").String()+"/undo", nil)
	})
}

func TestExcludedValuesLeaveAnalysisAndNotTheRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.define()
		c.raw(1, fields{"custom": fields{"height": 1700}})
		c.raw(101, numbered(60)...)
		c.search()
		tall := func() int64 {
			return c.call(200, "GET", `/customers?total=true&filter={"field":"custom.height","op":"gt","value":1000}`, nil).Get("total").Int()
		}
		assert.EqualValues(t, 1, tall())
		_, ended := c.fix(fields{"rule": "outlier", "field": "custom.height", "method": "exclude"})
		assert.Zero(t, tall())
		assert.EqualValues(t, 1700, c.call(200, "GET", "/customers/1", nil).Get("custom.height").Int())
		c.undo(ended.Get("id").String())
		assert.EqualValues(t, 1, tall())
	})
}

// Whatever is repaired, edited and taken back in whatever order: undo puts back exactly what the repair made and nobody has
// touched since, and names the rest.
func TestUndoAfterEdits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		next := int64(1)
		rapid.Check(t, func(rt *rapid.T) {
			first := next
			n := rapid.Int64Range(1, 6).Draw(rt, "customers")
			next += n
			var rows []fields
			model := map[int64]string{}
			for i := range n {
				wrong := rapid.Bool().Draw(rt, "wrong")
				province := map[bool]string{true: "江苏", false: "浙江"}[wrong]
				rows = append(rows, fields{"province": province, "city": "杭州"})
				model[first+i] = province
			}
			c.raw(first, rows...)
			c.search()
			var ids []string
			for id := range model {
				ids = append(ids, fmt.Sprint(id))
			}
			body := fields{"rule": "city_province", "method": "derive", "customers": ids, "apply": true}
			c.drain()
			aimed := len(c.found("&rule=city_province"))
			if aimed == 0 {
				c.call(409, "POST", "/quality/fixes", body)
				return
			}
			fix := c.call(200, "POST", "/quality/fixes", body).Get("fix.id").Int()
			require.NoError(rt, c.quality.runFix(c.ctx, fix))
			made := map[int64]bool{}
			for id, province := range model {
				if province == "江苏" {
					model[id], made[id] = "浙江", true
				}
			}
			kept := map[int64]bool{}
			for id := range model {
				if rapid.Bool().Draw(rt, "edited") {
					to := rapid.SampledFrom([]string{"浙江", "安徽", "上海"}).Draw(rt, "to")
					c.call(200, "PATCH", fmt.Sprintf("/customers/%d", id), fields{"province": to})
					if kept[id] = made[id] && to != model[id]; !kept[id] {
						delete(kept, id)
					}
					model[id] = to
				}
			}
			back := c.undo(fmt.Sprint(fix))
			for id := range made {
				if !kept[id] {
					model[id] = "江苏"
				}
			}
			for id, province := range model {
				assert.Equal(rt, province, c.call(200, "GET", fmt.Sprintf("/customers/%d", id), nil).Get("province").String())
			}
			assert.EqualValues(rt, len(kept), back.Get("kept").Int())
			assert.EqualValues(rt, len(made)-len(kept), back.Get("undone").Int())
			for id, province := range model { // the next round starts without what this one left wrong
				if province != "浙江" {
					c.call(200, "PATCH", fmt.Sprintf("/customers/%d", id), fields{"province": "浙江"})
				}
			}
		})
	})
}
