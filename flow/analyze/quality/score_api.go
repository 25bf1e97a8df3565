package quality

import (
	"context"
	"math"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/money"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// QualityScore is how far the records that the reader sees can be trusted. Shares are 0..1.
type QualityScore struct {
	AsOf       *time.Time           `json:"as_of" doc:"when all records were searched last; changes since are in the figures"`
	Customers  int64                `json:"customers"`
	Score      *float64             `json:"score" doc:"null before the first search"`
	Dimensions []QualityOfDimension `json:"dimensions"`
	Trend      []QualityPoint       `json:"trend" doc:"of past searches, oldest first; empty for who does not see all customers"`
	Groups     []QualityGroup       `json:"groups" doc:"findings by rule and field, what costs most first"`
	Fields     []QualityOfField     `json:"fields"`
	Sources    []QualityOfPart      `json:"sources"`
	Owners     []QualityOfPart      `json:"owners"`
	Run        *QualityRun          `json:"run" doc:"the last search, running or done"`
}

// QualityOfDimension is one dimension of a score.
type QualityOfDimension struct {
	Dimension Dimension `json:"dimension" enum:"completeness,validity,consistency,uniqueness,timeliness"`
	Score     *float64  `json:"score"`
	Weight    float64   `json:"weight" doc:"what it is worth of the score, 0..1"`
	Findings  int64     `json:"findings"`
}

// QualityPoint is the score of one past search.
type QualityPoint struct {
	At       time.Time `json:"at"`
	Score    float64   `json:"score"`
	Findings int64     `json:"findings"`
}

// QualityGroup is what one rule finds about one field.
type QualityGroup struct {
	Rule       string        `json:"rule"`
	Label      analyze.Label `json:"label"`
	Dimension  Dimension     `json:"dimension" enum:"completeness,validity,consistency,uniqueness,timeliness"`
	Field      string        `json:"field"`
	FieldLabel analyze.Label `json:"field_label"`
	Subject    string        `json:"subject" enum:"customer,order,source"`
	Count      int64         `json:"count"`
	Fresh      int64         `json:"new" doc:"of those, found after the last search"`
	Points     float64       `json:"points" doc:"by how much the score would rise if all were solved, 0..1"`
	Resting    money.Money   `json:"resting" doc:"what the customers concerned have spent, net of refunds"`
	Fixes      []Method      `json:"fixes"`
}

// QualityOfField is how good one field is.
type QualityOfField struct {
	Field    string        `json:"field"`
	Label    analyze.Label `json:"label"`
	Score    float64       `json:"score" doc:"share of customers whose field no finding names"`
	Findings int64         `json:"findings"`
}

// QualityOfPart is the score of the customers of one source or owner.
type QualityOfPart struct {
	ID         string                 `json:"id" doc:"the source's name or the owner's id; empty for none"`
	Name       string                 `json:"name"`
	Customers  int64                  `json:"customers"`
	Score      float64                `json:"score"`
	Dimensions map[Dimension]*float64 `json:"dimensions"`
	Findings   int64                  `json:"findings"`
}

func (q *Quality) registerScore(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/quality", Permission: "findings.read", Tag: "quality",
		Summary: "How far the records can be trusted: by dimension, finding, field, source and owner"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body *QualityScore }, error) {
			s, err := q.Score(ctx)
			return &struct{ Body *QualityScore }{s}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/quality", Permission: "customers.read", Tag: "quality",
		Summary: "The score of one customer's record, and what lowers it"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{ Body *QualityOfRecord }, error) {
			s, err := q.OfCustomer(ctx, int64(in.ID))
			return &struct{ Body *QualityOfRecord }{s}, err
		})
}

// Score reckons the score of everything the reader sees.
func (q *Quality) Score(ctx context.Context) (*QualityScore, error) {
	q.await(ctx)
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	m, err := q.means(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	s := &QualityScore{Customers: m.Customers, Score: m.Score, Trend: []QualityPoint{}, Groups: []QualityGroup{}, Fields: []QualityOfField{}, Sources: []QualityOfPart{}, Owners: []QualityOfPart{}}
	last, err := q.lastRun(ctx)
	if err != nil {
		return nil, err
	}
	since := int64(math.MaxInt64)
	if last != nil {
		s.AsOf, since = new(instant(*last.FinishedAt)), *last.StartedAt
	}
	if s.Groups, err = q.groups(ctx, since); err != nil {
		return nil, err
	}
	byDimension := map[Dimension]int64{}
	for _, g := range s.Groups {
		byDimension[g.Dimension] += g.Count
	}
	for _, d := range Dimensions {
		score := QualityOfDimension{Dimension: d, Weight: worth[d], Findings: byDimension[d]}
		if v, judged := m.Dimensions[d]; judged {
			score.Score = &v
		}
		s.Dimensions = append(s.Dimensions, score)
	}
	if s.Fields, err = q.byField(ctx, m.Customers); err != nil {
		return nil, err
	}
	if s.Sources, err = q.bySource(ctx); err != nil {
		return nil, err
	}
	if s.Owners, err = q.byOwner(ctx); err != nil {
		return nil, err
	}
	if err := q.addTrend(ctx, s); err != nil {
		return nil, err
	}
	return s, q.addRun(ctx, s)
}

func (q *Quality) addTrend(ctx context.Context, s *QualityScore) error {
	if !guard.ScopeOf(ctx, "customers").All() {
		return nil
	}
	var rows []runRow
	if err := q.records.Read().NewRaw("select "+runColumns+" from quality_runs where state = 'done' and score is not null order by id desc limit 90").Scan(ctx, &rows); err != nil {
		return err
	}
	for i := len(rows) - 1; i >= 0; i-- {
		s.Trend = append(s.Trend, QualityPoint{instant(*rows[i].FinishedAt), *rows[i].Score, rows[i].Findings})
	}
	if s.Score != nil {
		var open int64
		for _, g := range s.Groups {
			open += g.Count
		}
		s.Trend = append(s.Trend, QualityPoint{instant(clock.Millis(ctx)), *s.Score, open})
	}
	return nil
}

func (q *Quality) addRun(ctx context.Context, s *QualityScore) error {
	var rows []runRow
	if err := q.records.Read().NewRaw("select "+runColumns+" from quality_runs order by id desc limit 1").Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return err
	}
	s.Run = new(rows[0].view(ctx))
	return nil
}
