package quality

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestASearchTellsWhatIsNewAndWhatIsSolved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		rows := clean(10)
		rows[0]["name"], rows[1]["name"] = "测试", "test"
		c.raw(1, rows...)
		first := c.search()
		assert.EqualValues(t, 2, first.Get("findings").Int())
		assert.EqualValues(t, 0, first.Get("new").Int(), "the first search has nothing to be new against")
		c.clock.Advance(24 * time.Hour)
		c.call(200, "PATCH", "/customers/1", fields{"name": "林婉清"})
		c.call(200, "PATCH", "/customers/3", fields{"gender": ""})
		c.call(200, "PATCH", "/customers/4", fields{"city": "南京", "province": "浙江"})
		assert.ElementsMatch(t, []string{"2 name_placeholder name", "3 missing gender", "4 city_province province"}, c.found(""), "found as soon as it is written")
		second := c.search()
		assert.EqualValues(t, 3, second.Get("findings").Int())
		assert.EqualValues(t, 2, second.Get("new").Int())
		assert.EqualValues(t, 1, second.Get("solved").Int())
		assert.EqualValues(t, 1, second.Get(`rules.#(rule=="name_placeholder").solved`).Int())
		score := c.call(200, "GET", "/quality", nil)
		require.Len(t, score.Get("trend").Array(), 3, "two searches and now")
		var lacking float64
		for _, g := range score.Get("groups").Array() {
			lacking += g.Get("points").Float()
		}
		assert.InDelta(t, 1-score.Get("score").Float(), lacking, 1e-9, "the findings add up to what the score lacks")
	})
}

func TestScoreOfOneRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		// asked for completeness: eight details of a person, two of them missing; everything else is in order
		c.raw(1, fields{"gender": "unknown", "birthday": "", "email": "lin@163.com"})
		c.search()
		answer := c.call(200, "GET", "/customers/1/quality", nil)
		assert.InDelta(t, 0.75, answer.Get("dimensions.completeness").Float(), 1e-9)
		assert.InDelta(t, 1, answer.Get("dimensions.validity").Float(), 1e-9)
		assert.InDelta(t, 0.3*0.75+0.7, answer.Get("score").Float(), 1e-9)
		assert.InDelta(t, 0.3/8, answer.Get("findings.0.points").Float(), 1e-9)
		listed := c.call(200, "GET", `/customers?total=true&filter={"field":"quality.score","op":"lt","value":0.95}`, nil)
		assert.EqualValues(t, 1, listed.Get("total").Int(), "the score can be asked for in conditions")
	})
}

func TestRulesCanBeChangedAndAdded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		rows := clean(6)
		rows[0]["name"], rows[1]["updated_at"], rows[2]["city"], rows[2]["province"] = "测试", c.clock.Now().UnixMilli()-40*day, "成都", "四川"
		c.raw(1, rows...)
		c.search()
		assert.ElementsMatch(t, []string{"1 name_placeholder name"}, c.found(""))
		c.call(200, "PATCH", "/quality/rules/name_placeholder", fields{"active": false})
		c.call(200, "PATCH", "/quality/rules/stale", fields{"threshold": 30})
		c.call(200, "PATCH", "/quality/rules/missing", fields{"fields": []string{"company"}})
		c.call(422, "PATCH", "/quality/rules/stale", fields{"threshold": 1})
		c.call(422, "PATCH", "/quality/rules/missing", fields{"fields": []string{"password"}})
		c.call(422, "PATCH", "/quality/rules/stale", fields{"condition": fields{"field": "city", "op": "is_set"}})
		c.call(404, "PATCH", "/quality/rules/none", fields{"active": false})
		c.call(422, "POST", "/quality/rules", fields{"label": fields{"zh-CN": "坏", "en-US": ""}, "condition": fields{"field": "x'; drop table customers--", "op": "eq", "value": 1}})
		own := c.call(201, "POST", "/quality/rules", fields{"label": fields{"zh-CN": "成都客户需复核", "en-US": ""}, "dimension": "consistency", "field": "city",
			"condition": fields{"field": "city", "op": "eq", "value": "成都"}}).Get("key").String()
		c.search()
		found := c.found("")
		assert.Contains(t, found, "2 stale")
		assert.Contains(t, found, "3 "+own+" city")
		assert.Contains(t, found, "5 missing company")
		assert.NotContains(t, found, "1 name_placeholder name")
		c.call(200, "PATCH", "/customers/3", fields{"city": "绵阳"})
		assert.NotContains(t, c.found(""), "3 "+own+" city", "a rule of one's own follows each change, too")
		c.call(204, "DELETE", "/quality/rules/"+own, nil)
		c.call(204, "DELETE", "/quality/rules/missing", nil)
		c.search()
		assert.ElementsMatch(t, []string{"2 stale"}, c.found(""))
	})
}

// Orders a day by weekday with the noise that counts have; the truth is known.
func TestVolumeOfASource(t *testing.T) {
	for _, row := range []struct {
		name      string
		yesterday func(usual int) int
		found     bool
	}{
		{"as always", func(usual int) int { return usual }, false},
		{"a quarter less is noise", func(usual int) int { return usual * 3 / 4 }, false},
		{"hardly anything", func(usual int) int { return usual / 10 }, true},
		{"nothing at all", func(int) int { return 0 }, true},
		{"five times as much", func(usual int) int { return usual * 5 }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				c := newClinic(t, d)
				random, id := rand.New(rand.NewPCG(1, 2)), int64(0)
				var ids []int64
				for back := 70; back >= 1; back-- {
					at := c.clock.Now().AddDate(0, 0, -back)
					n := 20
					if at.Weekday() == time.Sunday {
						n = 60 // yesterday was one: against all days it would stand out, against Sundays it does not
					}
					n += random.IntN(7) - 3
					if back == 1 {
						n = row.yesterday(60)
					}
					for range n {
						id++
						ids = append(ids, id)
						c.exec("insert into orders (id, shop, number, kind, status, ordered_at, gross, refunded, currency, created_at, updated_at) values (?, '门店', ?, 'order', 'completed', ?, ?, 0, 'CNY', 0, 0)", id, fmt.Sprint(id), at.UnixMilli(), 5000+random.IntN(2000))
					}
				}
				c.feedOf("orders", ids...)
				c.search()
				if row.found {
					assert.Equal(t, []string{"source_volume orders"}, c.found(""))
				} else {
					assert.Empty(t, c.found(""))
				}
			})
		})
	}
}

func TestAFieldOfASourceSuddenlyEmpty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.raw(1, clean(60)...)
		c.exec("update customers set created_at = ?", c.clock.Now().UnixMilli()-20*day)
		late := clean(40)
		for i := range late {
			if i%2 == 0 {
				late[i]["gender"] = "unknown"
			}
		}
		c.raw(101, late...)
		c.feedOf("customers", func() (ids []int64) {
			for i := range int64(60) {
				ids = append(ids, i+1)
			}
			return ids
		}()...)
		c.search()
		assert.Equal(t, []string{"source_nulls gender"}, c.found("&rule=source_nulls"))
	})
}

func TestSearchesAreScheduled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		runs := func() (n int) {
			require.NoError(t, c.quality.runWhenDue(c.ctx))
			require.NoError(t, c.db.Read().NewRaw("select count(*) from quality_runs").Scan(c.ctx, &n))
			c.exec("update quality_runs set state = 'done', score = 1, started_at = created_at, finished_at = created_at")
			return n
		}
		assert.Zero(t, runs(), "there is nobody to search")
		c.raw(1, fields{})
		assert.Equal(t, 1, runs(), "the first search does not wait")
		c.clock.Advance(16 * time.Hour) // four in the morning
		assert.Equal(t, 1, runs())
		c.clock.Advance(2 * time.Hour)
		assert.Equal(t, 2, runs())
		assert.Equal(t, 2, runs())
		c.call(200, "PUT", "/quality/schedule", fields{"active": true, "every": "week", "hour": 5, "weekday": 5})
		c.clock.Advance(48 * time.Hour) // Thursday
		assert.Equal(t, 2, runs())
		c.clock.Advance(24 * time.Hour)
		assert.Equal(t, 3, runs())
		c.call(200, "PUT", "/quality/schedule", fields{"active": false, "every": "day", "hour": 5, "weekday": 1})
		c.clock.Advance(240 * time.Hour)
		assert.Equal(t, 3, runs())
		c.call(422, "PUT", "/quality/schedule", fields{"active": true, "every": "hour", "hour": 5, "weekday": 1})
	})
}

func TestAFailedContactIsToldUntilAnotherComes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.raw(1, fields{"gender": "female", "birthday": "1988-05-01"})
		c.search()
		point := c.call(200, "GET", "/customers/1", nil).Get(`contact_points.#(kind=="phone").id`).String()
		c.call(422, "POST", "/customers/1/contact-points/"+point+"/state", fields{"state": "invalid"})
		after := c.call(200, "POST", "/customers/1/contact-points/"+point+"/state", fields{"state": "wrong_number"})
		assert.Equal(t, "wrong_number", after.Get(`contact_points.#(kind=="phone").state`).String())
		assert.Empty(t, after.Get("phone").String(), "out of reach")
		assert.Contains(t, c.found(""), "1 contact_bad phone")
		assert.Equal(t, int64(0), c.call(200, "GET", `/customers?total=true&filter={"field":"has_phone","op":"eq","value":true}`, nil).Get("total").Int())
		c.call(201, "POST", "/customers/1/contact-points", fields{"kind": "phone", "value": "13912345521"})
		assert.NotContains(t, c.found(""), "1 contact_bad phone")
	})
}

// A live segment that asks for the score takes a customer in, or lets one go, as soon as her record has been judged anew, not
// with the next sweep.
func TestSegmentsFollowTheScore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.raw(1, fields{"gender": "unknown", "birthday": "", "email": "lin@163.com"}, fields{"gender": "female", "birthday": "1990-01-01", "email": "wang@163.com"})
		c.search()
		require.NoError(t, d.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error {
			tx.Feed("segments", 7)
			_, err := tx.NewRaw(`insert into segments (id, name, condition, created_at, updated_at) values (7, 'Poor', '{"field":"quality.score","op":"lt","value":0.95}', 0, 0)`).Exec(ctx)
			return err
		}))
		members := func() (n int) {
			t.Helper()
			c.drain()
			require.NoError(t, c.quality.Settle(c.ctx))
			c.drain()
			require.NoError(t, c.columns.QueryRow(c.ctx, "select members from segment_members where segment_id = 7").Scan(&n))
			return n
		}
		assert.Equal(t, 1, members())
		c.call(200, "PATCH", "/customers/2", fields{"gender": "", "birthday": ""})
		assert.Equal(t, 2, members(), "she is in it as soon as her record is worse")
		c.call(200, "PATCH", "/customers/2", fields{"gender": "female", "birthday": "1990-01-01"})
		assert.Equal(t, 1, members(), "and out as soon as it is better")
		c.call(200, "PATCH", "/customers/2", fields{"company": "Muhe"})
		assert.Equal(t, 1, members())
	})
}
