package analyze

import (
	"encoding/json"
	"fmt"
	"time"
)

// asConditions names the facts of retention in the language of conditions, each with what its `where` has to say.
var asConditions = map[string]string{
	"order_placed":    `"event":"order_placed","where":{"field":"status","op":"ne","value":"cancelled"}`,
	"order_cancelled": `"event":"order_cancelled"`,
	"order_refunded":  `"event":"order_refunded"`,
	"call_logged":     `"event":"call_logged"`,
	"follow_up":       `"event":"follow_up_logged"`,
}

// asCondition names an event in the language of conditions.
func asCondition(name string) string {
	if c, ok := asConditions[name]; ok {
		return c
	}
	text, _ := json.Marshal(name) // a text always can be
	return `"event":` + string(text)
}

// opens gives the conditions that list the customers behind the figures: of each cohort its members, and of each step of
// the calendar those who did the returning event in it, or since. Whoever returned in the k-th step of cohort i is in both of
// cohort i and of step i+k.
func (r *Retention) opens(q RetentionQuery, cut []bucket, now time.Time) {
	for i, b := range cut {
		from, to := dayText(b.at), dayText(next(q.By, b.at).AddDate(0, 0, -1))
		until := to
		if q.Since {
			until = dayText(now)
		}
		if i < len(r.Cohorts) {
			members := fmt.Sprintf(`{%s,"measure":"first","op":"between","value":[%q,%q],"window":{"all_time":true}}`, asCondition(q.First), from, to)
			if q.Segment != 0 {
				group, id := GroupSegment, q.Segment
				if id < 0 {
					group, id = GroupList, -id
				}
				members = fmt.Sprintf(`{"all":[{%q:"%d"},%s]}`, group, id, members)
			}
			r.Cohorts[i].Members = ConditionJSON(json.RawMessage(members))
		}
		r.Steps = append(r.Steps, Step{from, ConditionJSON(json.RawMessage(
			fmt.Sprintf(`{%s,"measure":"count","op":"gte","value":1,"window":{"from":%q,"to":%q}}`, asCondition(q.Return), from, max(from, until))))})
	}
}

// Step is one step of the calendar that the cohorts run through.
type Step struct {
	Start    string        `json:"start" format:"date"`
	Returned ConditionJSON `json:"returned" doc:"a condition: who did the returning event in this step"`
}
