package quality

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// What one may not see is not told by a finding, a count, a score of a part, a preview or a repair.
func TestFindingsFollowScopeAndFieldRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.raw(1,
			fields{"birthday": "1988-05-01", "phone": "canary1", "phone_state": "invalid", "source": "canary2", "owner": anna.StaffID, "team": int64(2)},
			fields{"birthday": "1988-05-01", "phone": "canary3", "phone_state": "invalid", "province": "canary省", "team": team})
		c.search()
		rows := []struct {
			who    string
			found  []string
			groups int
		}{
			{"admin", []string{"1 phone_invalid phone", "2 phone_invalid phone", "2 region_unknown province"}, 2},
			{"manager", []string{"2 phone_invalid phone", "2 region_unknown province"}, 2},
			{"analyst", []string{"2 region_unknown province"}, 1}, // works without contact points
		}
		for _, row := range rows {
			c.as(map[string]func() *clinic{"admin": func() *clinic { return c.as(admin) }, "manager": func() *clinic { return c.as(manager) }, "analyst": func() *clinic { return c.as(analyst) }}[row.who]().actor)
			assert.ElementsMatch(t, row.found, c.found(""), row.who)
			score := c.call(200, "GET", "/quality", nil)
			assert.Len(t, score.Get("groups").Array(), row.groups, row.who)
			all := score.Raw + c.call(200, "GET", "/quality/findings?total=true", nil).Raw + c.call(200, "GET", "/quality/runs", nil).Raw + c.call(200, "GET", "/quality/fixes", nil).Raw
			for _, canary := range []string{"canary1", "canary3"} {
				assert.NotContains(t, all, canary, row.who)
			}
			if row.who == "manager" {
				assert.NotContains(t, all, "canary2", "the source of others' customers")
				assert.Empty(t, score.Get("trend").Array(), "the course of the whole company")
				assert.EqualValues(t, 1, score.Get("customers").Int())
			}
			if row.who == "analyst" {
				assert.NotContains(t, all, "phone_invalid")
			}
		}
		c.as(manager)
		preview := c.call(200, "POST", "/quality/fixes", fields{"rule": "phone_invalid", "method": "ask"}).Get("preview")
		assert.EqualValues(t, 1, preview.Get("total").Int(), "only her team's")
		assert.NotContains(t, preview.Raw, "canary")
		c.call(404, "GET", "/customers/1/quality", nil)
		c.call(200, "GET", "/customers/2/quality", nil)
		c.as(analyst).call(403, "POST", "/quality/fixes", fields{"rule": "region_unknown", "method": "clear"})
		for _, id := range []int64{1, 2} { // what a reader sees of a record adds up to what its score lacks
			record := c.call(200, "GET", fmt.Sprintf("/customers/%d/quality", id), nil)
			lacks := 1.0
			for _, f := range record.Get("findings").Array() {
				lacks -= f.Get("points").Float()
			}
			assert.InDelta(t, lacks, record.Get("score").Float(), 1e-9, record.Raw)
			assert.NotContains(t, record.Raw, "phone_invalid")
		}
		c.as(anna).call(403, "GET", "/quality/findings", nil)
		mine := c.call(200, "GET", "/customers/1/quality", nil)
		assert.True(t, strings.Contains(mine.Raw, "phone_invalid"), mine.Raw)
		assert.NotContains(t, mine.Raw, "canary1", "contact points are masked")
		c.call(404, "GET", "/customers/2/quality", nil)

		// a repair asked for by a manager reaches her team's customers only
		c.as(manager)
		id := c.call(200, "POST", "/quality/fixes", fields{"rule": "phone_invalid", "method": "clear", "apply": true}).Get("fix.id").Int()
		if err := c.quality.runFix(c.ctx, id); err != nil {
			t.Fatal(err)
		}
		assert.EqualValues(t, 1, c.call(200, "GET", fmt.Sprintf("/quality/fixes/%d", id), nil).Get("changed").Int())
		assert.Equal(t, "invalid", c.as(admin).call(200, "GET", "/customers/1", nil).Get("contact_points.0.state").String())
	})
}
