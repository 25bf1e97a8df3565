package scenario

import (
	"fmt"
	"testing"
	"time"

	"guanxi/test/served"
)

// T20 (C199): an online school whose completion is under 30%. Planted: 80% of those who did not finish made no study plan
// within 72 hours of enrolling. Asked what those have in common, the product says so first, among twenty steps that mean
// nothing; the answer opens to them and becomes a segment.
func TestT20CourseCompletion(t *testing.T) {
	for engine, url := range engines(t) {
		t.Run(engine, func(t *testing.T) { courseCompletion(openWith(t, served.Options{URL: url})) })
	}
}

const pupils = 300

func courseCompletion(c *company) {
	var made struct {
		Key string `json:"write_key"`
	}
	c.post("/sources", map[string]any{"name": "school", "kind": "server"}, &made)
	now := time.Now().UTC()
	var batch []map[string]any
	missing := 0
	for i := range pupils {
		enrolled := now.AddDate(0, 0, -60-i%20)
		does := func(event string, hours int) {
			batch = append(batch, map[string]any{"type": "track", "event": event, "userId": fmt.Sprint("pupil", i), "messageId": fmt.Sprint(event, i),
				"timestamp": enrolled.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339)})
		}
		batch = append(batch, map[string]any{"type": "identify", "userId": fmt.Sprint("pupil", i), "messageId": fmt.Sprint("who", i), "timestamp": enrolled.Format(time.RFC3339), "traits": map[string]any{"name": fmt.Sprint("学员", i), "email": fmt.Sprintf("pupil%d@example.com", i)}})
		does("course_enrolled", 0)
		finishes := i%10 < 3 && i%30 != 0
		plans := finishes && i%7 != 0 || !finishes && (i%10 == 4 || i%30 == 9 || i%60 == 19)
		if plans {
			does("study_plan_made", 1+i%70)
		} else if i%4 == 0 {
			does("study_plan_made", 100)
		}
		if finishes {
			does("course_finished", 24*40)
		} else if !plans {
			missing++
		}
		for n := range 20 {
			if (i*31+n*17+i*n)%(3+n%5) == 0 {
				does(fmt.Sprintf("step_%02d", n), 1+n)
			}
		}
	}
	c.tell(made.Key, now.Format(time.RFC3339), batch)
	enrolled := map[string]any{"event": "course_enrolled"}
	unfinished := map[string]any{"all": []any{enrolled, map[string]any{"not": map[string]any{"event": "course_finished"}}}}
	finished := 0
	for i := range pupils {
		if i%10 < 3 && i%30 != 0 {
			finished++
		}
	}
	c.eventually("the pupils", func() any { return c.count(unfinished) }, pupils-finished)

	var common struct {
		Sentence map[string]string
		Group    int
		Rest     int
		Factors  []struct {
			Name               string
			Done               bool
			InGroup            struct{ With, Of int } `json:"in_group"`
			Condition, Members map[string]any
		}
	}
	c.post("/why/common", map[string]any{"group": unfinished, "start": enrolled, "within_hours": 72,
		"from": now.AddDate(0, 0, -100).Format(time.DateOnly), "to": now.AddDate(0, 0, -10).Format(time.DateOnly)}, &common)
	c.expect("who is looked at", []int{common.Group, common.Rest}, []int{pupils - finished, finished})
	if len(common.Factors) == 0 {
		c.t.Fatal("nothing in common")
	}
	first := common.Factors[0]
	c.expect("what comes first", fmt.Sprint(first.Name, first.Done), "study_plan_madefalse")
	c.expect("of how many", first.InGroup.With, missing)
	if share := float64(first.InGroup.With) / float64(first.InGroup.Of); share < .78 || share > .82 {
		c.t.Errorf("%v of those who did not finish made no plan in time", share)
	}
	c.expect("who they are", c.count(first.Members), missing)
	c.expect("the segment of it", c.members(c.saved("No study plan in 72 hours", first.Members)), missing)
}
