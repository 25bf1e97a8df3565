package quality

import (
	"context"
	"math"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// QualityFix is one repair of many records.
type QualityFix struct {
	ID         api.ID             `json:"id"`
	State      string             `json:"state" enum:"queued,running,done,undoing,undone"`
	Rule       string             `json:"rule"`
	Label      analyze.Label      `json:"label"`
	Field      string             `json:"field"`
	FieldLabel analyze.Label      `json:"field_label"`
	Method     Method             `json:"method"`
	Value      string             `json:"value,omitempty"`
	By         string             `json:"by"`
	Total      int64              `json:"total" doc:"findings it was about"`
	Changed    int64              `json:"changed" doc:"findings it did something about"`
	LeftOut    int64              `json:"left_out" doc:"findings it could do nothing about"`
	Undone     int64              `json:"undone" doc:"values put back"`
	Kept       int64              `json:"kept" doc:"values left alone by undo: they were changed since"`
	KeptOf     []QualityKeptValue `json:"kept_of,omitempty" doc:"whose, the first hundred; only when one repair is asked for"`
	CreatedAt  time.Time          `json:"created_at"`
	FinishedAt *time.Time         `json:"finished_at"`
}

// QualityKeptValue is a value that undo has left alone.
type QualityKeptValue struct {
	Type  string        `json:"type"`
	ID    api.ID        `json:"id"`
	Name  string        `json:"name"`
	Field analyze.Label `json:"field"`
}

// QualityFixPreview says what a repair would do.
type QualityFixPreview struct {
	Total     int64              `json:"total" doc:"findings it is about"`
	Changes   int64              `json:"changes" doc:"findings it can do something about"`
	Cannot    int64              `json:"cannot"`
	Estimated bool               `json:"estimated" doc:"changes and cannot are reckoned from the first records"`
	Sample    []QualityFixSample `json:"sample"`
}

// QualityFixSample is one record before and after.
type QualityFixSample struct {
	CustomerID *api.ID       `json:"customer_id"`
	Name       string        `json:"name"`
	Field      analyze.Label `json:"field"`
	Before     string        `json:"before"`
	After      string        `json:"after"`
}

func (f *fixRow) view(ctx context.Context, rules []*Rule) QualityFix {
	d := f.draft()
	v := QualityFix{ID: api.ID(f.ID), State: f.State, Rule: f.Rule, Label: ruleNamed(rules, f.Rule).Label, Field: d.Field, FieldLabel: labelOf(ctx, plainField(d.Field)), Method: Method(f.Method), Value: d.Value, By: f.actor().Name,
		Total: f.Total, Changed: f.Changed, LeftOut: f.LeftOut, Undone: f.Undone, Kept: f.Kept, CreatedAt: instant(f.CreatedAt)}
	if f.FinishedAt != nil {
		v.FinishedAt = new(instant(*f.FinishedAt))
	}
	return v
}

// looked is how many records a preview looks at; of more it reckons.
const looked = 5000

const sampled = 20

// Preview says what a repair would do, and does nothing. Faults: invalid, forbidden.
func (q *Quality) Preview(ctx context.Context, d QualityFixDraft) (*QualityFixPreview, error) {
	r, err := q.checked(ctx, d)
	if err != nil {
		return nil, err
	}
	v := &QualityFixPreview{Sample: []QualityFixSample{}}
	if v.Total, err = q.aimed(ctx, r); err != nil {
		return nil, err
	}
	ids, err := q.subjects(ctx, r, 0, looked)
	if err != nil {
		return nil, err
	}
	if r.rule.Subject == "order" {
		v.Changes = v.Total
		return v, nil
	}
	p, err := q.planner(ctx, r)
	if err != nil {
		return nil, err
	}
	for start := 0; start < len(ids); start += 1000 {
		some := ids[start:min(start+1000, len(ids))]
		records, err := readRecords(ctx, q.records.Read(), among(some))
		if err != nil {
			return nil, err
		}
		if err := q.prepare(ctx, p, q.records.Read(), some); err != nil {
			return nil, err
		}
		for _, record := range records {
			steps, cannot := p.steps(record)
			v.Changes, v.Cannot = v.Changes+int64(len(steps)), v.Cannot+int64(cannot)
			for _, s := range steps {
				if len(v.Sample) < sampled {
					v.Sample = append(v.Sample, s.sample(ctx, record))
				}
			}
		}
	}
	if len(ids) == looked && v.Changes+v.Cannot < v.Total {
		share := float64(v.Changes) / float64(max(v.Changes+v.Cannot, 1))
		v.Changes = int64(math.Round(share * float64(v.Total)))
		v.Cannot, v.Estimated = v.Total-v.Changes, true
	}
	return v, nil
}

func (s step) sample(ctx context.Context, r *Record) QualityFixSample {
	hide := s.found.hider(guard.FieldsOf(ctx, "customers"))
	before := hide(s.before)
	if s.found.Rule.Key == "outlier" && s.found.Other != "" {
		before = hide(s.found.Other)
	}
	return QualityFixSample{CustomerID: new(api.ID(r.ID)), Name: r.Name, Field: labelOf(ctx, s.found.Target), Before: before, After: hide(s.after)}
}

type fixOutput struct {
	Body struct {
		Preview *QualityFixPreview `json:"preview,omitempty"`
		Fix     *QualityFix        `json:"fix,omitempty"`
	}
}

func (q *Quality) registerFixes(a *api.API) {
	const tag = "quality"
	show := func(ctx context.Context, id int64) (*QualityFix, error) {
		f, err := q.fixNamed(ctx, id)
		if err != nil {
			return nil, err
		}
		rules, err := q.rules(ctx)
		if err != nil {
			return nil, err
		}
		v := f.view(ctx, rules)
		v.KeptOf, err = q.keptOf(ctx, id)
		return &v, err
	}
	api.Register(a, api.Op{Method: "POST", Path: "/quality/fixes", Permission: "findings.write", Tag: tag, Summary: "Say what a repair of many records would do, or have it done"},
		func(ctx context.Context, in *struct {
			Body struct {
				QualityFixDraft
				Apply bool `json:"apply,omitempty" doc:"do it; without, only say what would be done"`
			}
		}) (*fixOutput, error) {
			out := &fixOutput{}
			if !in.Body.Apply {
				p, err := q.Preview(ctx, in.Body.QualityFixDraft)
				out.Body.Preview = p
				return out, err
			}
			id, err := q.Fix(ctx, in.Body.QualityFixDraft)
			if err != nil {
				return nil, err
			}
			out.Body.Fix, err = show(ctx, id)
			return out, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/quality/fixes", Permission: "findings.read", Tag: tag, Summary: "Repairs, newest first"},
		func(ctx context.Context, in *struct {
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
		}) (*struct{ Body *page.List[QualityFix] }, error) {
			list, err := q.fixes(ctx, in.Limit, in.Cursor)
			return &struct{ Body *page.List[QualityFix] }{list}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/quality/fixes/{id}", Permission: "findings.read", Tag: tag, Summary: "How far a repair is"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{ Body *QualityFix }, error) {
			v, err := show(ctx, int64(in.ID))
			return &struct{ Body *QualityFix }{v}, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/quality/fixes/{id}/undo", Permission: "findings.write", Tag: tag, Status: 202, Summary: "Take a repair back; what was changed since is left and named"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{ Body *QualityFix }, error) {
			if err := q.Undo(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			v, err := show(ctx, int64(in.ID))
			return &struct{ Body *QualityFix }{v}, err
		})
}

// fixes gives repairs of the person asking; of everybody to who sees all customers.
func (q *Quality) fixes(ctx context.Context, limit int, cursor string) (*page.List[QualityFix], error) {
	before := int64(math.MaxInt64)
	if err := page.DecodeCursor(cursor, &before); err != nil {
		return nil, err
	}
	where, args := "id < ?", []any{before}
	if !guard.ScopeOf(ctx, "customers").All() {
		where, args = where+" and staff_id = ?", append(args, guard.ActorOf(ctx).StaffID)
	}
	var rows []fixRow
	if err := q.records.Read().NewRaw("select "+fixColumns+" from quality_fixes where "+where+" order by id desc limit ?", append(args, limit+1)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	rules, err := q.rules(ctx)
	if err != nil {
		return nil, err
	}
	list := &page.List[QualityFix]{Items: []QualityFix{}}
	if len(rows) > limit {
		rows = rows[:limit]
		list.NextCursor = page.EncodeCursor(rows[limit-1].ID)
	}
	for _, r := range rows {
		list.Items = append(list.Items, r.view(ctx, rules))
	}
	return list, nil
}

// keptOf names the customers whose values undo has left alone, as far as the reader sees them.
func (q *Quality) keptOf(ctx context.Context, id int64) ([]QualityKeptValue, error) {
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	var rows []struct {
		Type  string `bun:"subject_type"`
		ID    int64  `bun:"subject_id"`
		Name  string `bun:"name"`
		Field string `bun:"field"`
	}
	if err := q.records.Read().NewRaw(`
select k.subject_type, k.subject_id, c.name, k.field
from quality_fix_changes k
join customers c on c.id = k.subject_id
where k.fix_id = ? and k.state = 'kept' and k.subject_type = 'customer' and `+scope+`
order by k.id
limit 100`, append([]any{id}, args...)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	kept := make([]QualityKeptValue, 0, len(rows))
	for _, r := range rows {
		label := labelOf(ctx, r.Field)
		if strings.HasPrefix(r.Field, "contact.") {
			label = said("联系方式", "Contact point")
		}
		kept = append(kept, QualityKeptValue{r.Type, api.ID(r.ID), r.Name, label})
	}
	return kept, nil
}
