package quality

import (
	"context"
	"encoding/json"

	"guanxi/base/api"
	"guanxi/guard"
)

// show reads the records that findings are about again, so that what is shown is what stands there now.
func (q *Quality) show(ctx context.Context, rules map[string]*Rule, stored []storedFinding) ([]QualityFinding, error) {
	var ids []int64
	for _, f := range stored {
		if f.SubjectType == "customer" {
			ids = append(ids, *f.SubjectID)
		}
	}
	found := map[foundKey]Found{}
	if len(ids) > 0 {
		last, err := q.lastRun(ctx)
		if err != nil {
			return nil, err
		}
		e, err := q.examiner(ctx, last)
		if err != nil {
			return nil, err
		}
		e.propose = true
		records, err := readRecords(ctx, q.records.Read(), among(ids))
		if err != nil {
			return nil, err
		}
		if err := q.holdings(guard.System(ctx), e, ids); err != nil {
			return nil, err
		}
		for _, r := range records {
			for _, f := range e.examine(r).Found {
				found[foundKey{r.ID, f.Rule.Key, f.Field}] = f
			}
		}
	}
	views := []QualityFinding{}
	for _, s := range stored {
		f := Found{Rule: rules[s.Rule], Field: s.Field}
		if s.SubjectType == "customer" {
			now, still := found[foundKey{*s.SubjectID, s.Rule, s.Field}]
			if !still {
				continue // solved a moment ago
			}
			f = now
		} else {
			var e evidence
			if err := json.Unmarshal([]byte(s.Evidence), &e); err != nil {
				return nil, err
			}
			f.Value, f.Other, f.Expected = e.Value, e.Other, e.Expected
		}
		v := f.view(ctx)
		v.Subject.Type, v.Subject.Name, v.Points, v.FoundAt = s.SubjectType, s.SubjectName, s.Points, instant(s.FoundAt)
		if s.SubjectType == "customer" && s.name != nil {
			v.Subject.Name = *s.name
		}
		if s.SubjectID != nil {
			v.Subject.ID = new(api.ID(*s.SubjectID))
		}
		if s.CustomerID != nil {
			v.CustomerID = new(api.ID(*s.CustomerID))
		}
		views = append(views, v)
	}
	return views, nil
}
