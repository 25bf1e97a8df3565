package quality

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/flow/analyze"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// QualitySubject is what a finding is about.
type QualitySubject struct {
	Type string  `json:"type" enum:"customer,order,source"`
	ID   *api.ID `json:"id"`
	Name string  `json:"name"`
}

// QualityFinding is one finding, as the reader may see it.
type QualityFinding struct {
	Rule       string         `json:"rule"`
	Dimension  Dimension      `json:"dimension" enum:"completeness,validity,consistency,uniqueness,timeliness"`
	Subject    QualitySubject `json:"subject"`
	CustomerID *api.ID        `json:"customer_id"`
	Field      string         `json:"field"`
	FieldLabel analyze.Label  `json:"field_label"`
	Label      analyze.Label  `json:"label"`
	Sentence   analyze.Label  `json:"sentence"`
	Value      string         `json:"value" doc:"what stands there, masked where the reader may not see it"`
	Proposed   string         `json:"proposed" doc:"what other details of the record say should stand there; empty for nothing"`
	Points     float64        `json:"points" doc:"by how much it lowers the record's score, 0..1"`
	FoundAt    time.Time      `json:"found_at"`
	Fixes      []Method       `json:"fixes"`
}

// QualityOfRecord is how good one customer's record is.
type QualityOfRecord struct {
	Score      float64                `json:"score" doc:"0..1"`
	Dimensions map[Dimension]*float64 `json:"dimensions" doc:"absent where nothing in the record can be judged by it"`
	Found      []QualityFinding       `json:"findings" doc:"what lowers it, most first"`
	AsOf       *time.Time             `json:"as_of" doc:"when what all records have in common was measured; the record itself is judged now"`
}

func (q *Quality) registerFindings(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/quality/findings", Permission: "findings.read", Tag: "quality", Summary: "What is wrong with records, what lowers the score most first"},
		func(ctx context.Context, in *struct {
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor   string `query:"cursor"`
			Total    bool   `query:"total"`
			Rule     string `query:"rule" maxLength:"60"`
			Field    string `query:"field" maxLength:"80" doc:"a field's name; - for the whole record"`
			Source   string `query:"source" maxLength:"200"`
			Customer api.ID `query:"customer"`
		}) (*struct{ Body *page.List[QualityFinding] }, error) {
			t := Target{Rule: in.Rule, Field: in.Field, Source: in.Source}
			if in.Customer != 0 {
				t.Customers = []api.ID{in.Customer}
			}
			list, err := q.Findings(ctx, t, in.Limit, in.Cursor, in.Total)
			return &struct{ Body *page.List[QualityFinding] }{list}, err
		})
}

// Target chooses findings; what is empty chooses all.
type Target struct {
	Rule      string   `json:"rule" maxLength:"60"`
	Field     string   `json:"field,omitempty" maxLength:"80" doc:"a field's name; - for the whole record"`
	Customers []api.ID `json:"customers,omitempty" maxItems:"5000" doc:"only findings of these"`
	Orders    []api.ID `json:"orders,omitempty" maxItems:"5000"`
	Source    string   `json:"source,omitempty" maxLength:"200"`
}

func (t Target) where(text string, args []any) (string, []any) {
	if t.Rule != "" {
		text, args = text+" and f.rule = ?", append(args, t.Rule)
	}
	switch t.Field {
	case "":
	case "-":
		text += " and f.field = ''"
	default:
		text, args = text+" and f.field = ?", append(args, t.Field)
	}
	if t.Source != "" {
		text, args = text+" and c.source = ?", append(args, t.Source)
	}
	for column, ids := range map[string][]api.ID{"f.customer_id": t.Customers, "f.subject_type = 'order' and f.subject_id": t.Orders} {
		if len(ids) == 0 {
			continue
		}
		plain := make([]int64, len(ids))
		for i, id := range ids {
			plain[i] = int64(id)
		}
		text, args = text+" and "+column+" in (select unnest(?::bigint[]))", append(args, plain)
	}
	return text, args
}

// storedFinding is a finding as columns keep it.
type storedFinding struct {
	SubjectType, SubjectName string
	SubjectID, CustomerID    *int64
	Rule, Field              string
	Points                   float64
	FoundAt                  int64
	Evidence                 string
	name                     *string
}

type findingCursor struct {
	Points  float64 `json:"p"`
	Subject int64   `json:"s"`
	Key     string  `json:"k"`
}

// Findings gives one page of the findings that the reader may be told of.
func (q *Quality) Findings(ctx context.Context, t Target, limit int, cursor string, total bool) (*page.List[QualityFinding], error) {
	q.await(ctx)
	where, args, rules, err := q.seen(ctx)
	if err != nil {
		return nil, err
	}
	where, args = t.where(where, args)
	list := &page.List[QualityFinding]{Items: []QualityFinding{}}
	if total {
		list.Total = new(int64)
		if err := q.columns.QueryRow(ctx, "select count(*)"+fromFindings+where, args...).Scan(list.Total); err != nil {
			return nil, err
		}
	}
	const key = "f.rule || ' ' || f.field || ' ' || f.subject_name"
	if cursor != "" {
		var at findingCursor
		if err := page.DecodeCursor(cursor, &at); err != nil {
			return nil, err
		}
		where += " and (f.points < ? or f.points = ? and (coalesce(f.subject_id, 0) > ? or coalesce(f.subject_id, 0) = ? and " + key + " > ?))"
		args = append(args, at.Points, at.Points, at.Subject, at.Subject, at.Key)
	}
	rows, err := q.columns.Query(ctx, "select f.subject_type, f.subject_name, f.subject_id, f.customer_id, f.rule, f.field, f.points, f.found_at, f.evidence, c.name"+fromFindings+where+
		" order by f.points desc, coalesce(f.subject_id, 0), "+key+" limit ?", append(args, limit+1)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var stored []storedFinding
	for rows.Next() {
		var f storedFinding
		if err := rows.Scan(&f.SubjectType, &f.SubjectName, &f.SubjectID, &f.CustomerID, &f.Rule, &f.Field, &f.Points, &f.FoundAt, &f.Evidence, &f.name); err != nil {
			return nil, err
		}
		stored = append(stored, f)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(stored) > limit {
		stored = stored[:limit]
		last := stored[limit-1]
		at := findingCursor{Points: last.Points, Key: last.Rule + " " + last.Field + " " + last.SubjectName}
		if last.SubjectID != nil {
			at.Subject = *last.SubjectID
		}
		list.NextCursor = page.EncodeCursor(at)
	}
	list.Items, err = q.show(ctx, rules, stored)
	return list, err
}

// OfCustomer judges one record as it stands. Fault: not found.
func (q *Quality) OfCustomer(ctx context.Context, id int64) (*QualityOfRecord, error) {
	last, err := q.lastRun(ctx)
	if err != nil {
		return nil, err
	}
	e, err := q.examiner(ctx, last)
	if err != nil {
		return nil, err
	}
	e.propose = true
	r, j, err := q.of(guard.System(ctx), e, id)
	if err != nil {
		return nil, err
	}
	if r == nil || !guard.ScopeOf(ctx, "customers").Sees(r.OwnerID, r.TeamID) {
		return nil, fault.NotFound("customer", id)
	}
	s := &QualityOfRecord{Score: j.Score, Dimensions: map[Dimension]*float64{}, Found: []QualityFinding{}}
	for d, v := range j.Dimensions {
		s.Dimensions[d] = &v
	}
	if last != nil {
		s.AsOf = new(instant(*last.FinishedAt))
	}
	rules, err := q.told(ctx)
	if err != nil {
		return nil, err
	}
	hidden := map[string]bool{}
	for _, name := range hiddenFields(ctx) {
		hidden[name] = true
	}
	for _, f := range j.Found {
		if rules[f.Rule.Key] == nil || hidden[f.Field] {
			s.without(f)
			continue
		}
		v := f.view(ctx)
		v.Subject.Type, v.Subject.ID, v.Subject.Name, v.CustomerID, v.Points, v.FoundAt = "customer", new(api.ID(id)), r.Name, new(api.ID(id)), f.Points, instant(e.now)
		s.Found = append(s.Found, v)
	}
	sortByPoints(s.Found)
	return s, nil
}

// without gives the score that the record would have if the finding were none: what a reader may not see neither lowers a
// score nor is betrayed by it.
func (s *QualityOfRecord) without(f Found) {
	all := 0.0
	for d := range s.Dimensions {
		all += worth[d]
	}
	s.Score = min(1, s.Score+f.Points)
	if of := s.Dimensions[f.Rule.Dimension]; of != nil {
		*of = min(1, *of+f.Points*all/worth[f.Rule.Dimension])
	}
}

// view shows a finding as the reader may see it.
func (f Found) view(ctx context.Context) QualityFinding {
	rights := guard.FieldsOf(ctx, "customers")
	v := QualityFinding{Rule: f.Rule.Key, Dimension: f.Rule.Dimension, Label: f.Rule.Label, Field: f.Field, FieldLabel: labelOf(ctx, f.Field), Fixes: fixesOf(ctx, f.Rule, f.Field)}
	hide := f.hider(rights)
	v.Value, v.Proposed = hide(f.Value), hide(f.Proposed)
	other := f.Other
	if f.Rule.Key == "outlier" && f.Other != "" {
		v.Value = hide(f.Other)
	}
	v.Sentence = f.Rule.sentence(v.Value, other, hide(f.Expected))
	return v
}

// hider gives how the values of a finding are shown to a reader.
func (f Found) hider(rights guard.Fields) func(string) string {
	kind := blamed(f)
	name := f.Field
	if kind == customer.ContactWeChat {
		name = customer.ContactPhone
	} else if kind != "" {
		name = kind
	}
	right := rights.Right(name)
	return func(value string) string {
		switch {
		case value == "" || right == guard.Read || right == guard.Write:
			return value
		case kind == customer.ContactEmail:
			return guard.MaskEmail(value)
		case kind != "":
			return guard.MaskPhone(value)
		}
		return "****"
	}
}
