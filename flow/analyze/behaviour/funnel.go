package behaviour

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/flow/analyze"
)

// FunnelQuery asks how many go through steps in order.
type FunnelQuery struct {
	analyze.PassageQuery
	Split string
	Top   int
}

// FunnelStep is who reached a step. Reached and Dropped are conditions that list them.
type FunnelStep struct {
	Event    string                 `json:"event"`
	Label    analyze.Label          `json:"label"`
	Count    int64                  `json:"count"`
	Rate     *float64               `json:"rate" doc:"of those who did the first step, 0..1"`
	StepRate *float64               `json:"step_rate" doc:"of those who did the step before"`
	Median   *float64               `json:"median_seconds" doc:"from the step before to this one, for each the first time she came here"`
	Quarters *[2]float64            `json:"quarter_seconds" doc:"a quarter took less than the first, a quarter more than the second"`
	Lost     int64                  `json:"lost" doc:"did the step before and not this one"`
	Reached  analyze.ConditionJSON  `json:"reached"`
	Dropped  *analyze.ConditionJSON `json:"dropped" doc:"null for the first step"`
}

// FunnelPart is the funnel of one part of the split.
type FunnelPart struct {
	Key   *string   `json:"key"`
	Label string    `json:"label"`
	Count []int64   `json:"counts" doc:"by step"`
	Rate  []float64 `json:"rates" doc:"by step, of those of the part who did the first"`
}

// Funnel is how many went through the steps, the first of them done in the period.
type Funnel struct {
	From   string       `json:"from" format:"date"`
	To     string       `json:"to" format:"date"`
	Window int          `json:"window_days"`
	Who    string       `json:"who" enum:"customers,everyone"`
	Steps  []FunnelStep `json:"steps"`
	Split  string       `json:"split,omitempty"`
	Parts  []FunnelPart `json:"parts,omitempty"`
	AsOf   time.Time    `json:"as_of"`
}

// Funnel counts who did the steps in order. Who did one twice counts once; of several ways through, the shortest counts.
// Faults: invalid with the place, forbidden, not found.
func (b *Behaviour) Funnel(ctx context.Context, q FunnelQuery) (*Funnel, error) {
	passage, err := b.segments.Passage(ctx, q.PassageQuery)
	if err != nil {
		return nil, err
	}
	n := len(passage.Steps)
	f := &Funnel{From: q.From.Format(time.DateOnly), To: q.To.Format(time.DateOnly), Window: q.Within, Who: "customers", AsOf: b.freshness()}
	if q.Everyone {
		f.Who = "everyone"
	}
	counts, gaps := make([]int64, n), make([][3]sql.NullFloat64, n)
	var into []any
	for k := range n {
		into = append(into, &counts[k])
		for i := range 3 {
			into = append(into, &gaps[k][i])
		}
	}
	f.Split = q.Split
	of, err := b.columns.Aside(ctx)
	if err != nil {
		return nil, err
	}
	defer of.Close()
	if err := passed(ctx, of, passage); err != nil {
		return nil, fmt.Errorf("funnel: %w", err)
	}
	if err := of.QueryRow(ctx, "select "+reached(n, true)+" from passed").Scan(into...); err != nil {
		return nil, fmt.Errorf("funnel: %w", err)
	}
	if q.Split != "" {
		if f.Parts, err = b.funnelParts(ctx, of, q, n); err != nil {
			return nil, err
		}
	}
	for k, step := range passage.Steps {
		s := FunnelStep{Event: step.Event.Name, Label: passage.Labels[k], Count: counts[k], Rate: rate(counts[k], counts[0]), Reached: analyze.ConditionJSON(passage.Conditions[k])}
		if k > 0 {
			s.StepRate, s.Lost = rate(counts[k], counts[k-1]), counts[k-1]-counts[k]
			dropped, err := json.Marshal(map[string]any{"all": []any{passage.Conditions[k-1], map[string]any{"not": passage.Conditions[k]}}})
			if err != nil {
				return nil, err
			}
			said := analyze.ConditionJSON(dropped)
			s.Dropped = &said
			if gaps[k][1].Valid {
				s.Median, s.Quarters = &gaps[k][1].Float64, &[2]float64{gaps[k][0].Float64, gaps[k][2].Float64}
			}
		}
		f.Steps = append(f.Steps, s)
	}
	return f, nil
}

func rate(n, of int64) *float64 {
	if of == 0 {
		return nil
	}
	r := float64(n) / float64(of)
	return &r
}

// passed puts into the table passed who went through any step: r1 and on say whether she reached it, g2 and on how many seconds it
// took her from the step before, the first time.
func passed(ctx context.Context, of *columns.Aside, p *analyze.Passage) error {
	var each strings.Builder
	for k := range p.Steps {
		fmt.Fprintf(&each, ", bool_or(s%d is not null) as r%[1]d", k+1)
		if k > 0 {
			fmt.Fprintf(&each, ", arg_min(ts - t%d, ts) filter (where s%[1]d is not null) / 1000.0 as g%[1]d", k+1)
		}
	}
	for i, turn := range p.Turns {
		text := "select who" + each.String() + " from (" + turn.Text + ") group by who"
		if i == 0 {
			if err := of.Make(ctx, "passed", text, turn.Args...); err != nil {
				return err
			}
		} else if err := of.Exec(ctx, "insert into passed "+text, turn.Args...); err != nil {
			return err
		}
	}
	return nil
}

// reached writes what counts those who reached each of n steps, and how long it took.
func reached(n int, gaps bool) string {
	var sums []string
	for k := 1; k <= n; k++ {
		sums = append(sums, fmt.Sprintf("count(*) filter (where r%d)", k))
		gap := "null"
		if k > 1 {
			gap = fmt.Sprintf("g%d", k)
		}
		for _, q := range []string{"0.25", "0.5", "0.75"} {
			if gaps {
				sums = append(sums, fmt.Sprintf("quantile_cont(cast(%s as double), %s)", gap, q))
			}
		}
	}
	return strings.Join(sums, ", ")
}

// funnelParts counts those who passed n steps by part of the split.
func (b *Behaviour) funnelParts(ctx context.Context, of *columns.Aside, q FunnelQuery, n int) ([]FunnelPart, error) {
	expr, err := analyze.CustomerSplit(ctx, q.Split)
	if err != nil {
		return nil, err
	}
	parts := []FunnelPart{}
	text := fmt.Sprintf(`
select %s as part, %s
from passed
left join customers c on c.id = who
left join customer_scores s on s.customer_id = who
group by part
order by count(*) filter (where r1) desc, part
limit %d`, expr, reached(n, false), cmp.Or(q.Top, 10))
	if err := each(ctx, of, analyze.SQL{Text: text}, func(rows *sql.Rows) error {
		part := FunnelPart{Count: make([]int64, n), Rate: make([]float64, n)}
		into := []any{&part.Key}
		for k := range part.Count {
			into = append(into, &part.Count[k])
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for k := range part.Count {
			part.Rate[k] = share(part.Count[k], part.Count[0])
		}
		if part.Key != nil {
			part.Label = *part.Key
		}
		parts = append(parts, part)
		return nil
	}); err != nil {
		return nil, err
	}
	named := make([]VisitsOf, len(parts))
	for i := range parts {
		named[i].Key, named[i].Label = parts[i].Key, parts[i].Label
	}
	if err := b.name(ctx, q.Split, named); err != nil {
		return nil, err
	}
	for i := range parts {
		parts[i].Label = named[i].Label
	}
	return parts, nil
}

// StepInput is an event with what must hold for it.
type StepInput struct {
	Event string                 `json:"event" maxLength:"200"`
	Where *analyze.ConditionJSON `json:"where,omitempty"`
}

type funnelInput struct {
	Body struct {
		Steps   []StepInput `json:"steps" minItems:"1" maxItems:"12"`
		Without []StepInput `json:"without,omitempty" maxItems:"12" doc:"what must not come between the first step and the last"`
		Window  int         `json:"window_days,omitempty" minimum:"1" maximum:"3660" default:"30" doc:"from the first step to the last"`
		From    string      `json:"from,omitempty" format:"date" doc:"of the first step; by default 30 days up to the last"`
		To      string      `json:"to,omitempty" format:"date"`
		Segment api.ID      `json:"segment,omitempty"`
		List    api.ID      `json:"list,omitempty"`
		Who     string      `json:"who,omitempty" enum:"customers,everyone" default:"customers" doc:"everyone counts visitors whom nobody knows, too"`
		Split   string      `json:"split,omitempty" maxLength:"40" doc:"country, province, city, gender, source, owner, team, rfm_segment"`
		Top     int         `json:"top,omitempty" minimum:"1" maximum:"100" default:"10"`
	}
}

func (b *Behaviour) registerFunnel(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/behaviour/funnel", Permission: "metrics.read", Tag: "behaviour",
		Summary: "How many go through steps in order, how long it takes them, and who drops out"},
		func(ctx context.Context, in *funnelInput) (*api.Answered[Funnel], error) {
			body := in.Body
			rows, err := RowsInput{body.From, body.To, body.Segment, body.List}.rows(ctx)
			if err != nil {
				return nil, err
			}
			steps, err := json.Marshal(body.Steps)
			if err != nil {
				return nil, err
			}
			without, err := json.Marshal(body.Without)
			if err != nil {
				return nil, err
			}
			return api.Answer(b.Funnel(ctx, FunnelQuery{PassageQuery: analyze.PassageQuery{Rows: rows, Steps: steps, Without: without,
				Within: cmp.Or(body.Window, defaultDays), Everyone: body.Who == "everyone"}, Split: body.Split, Top: body.Top}))
		})
}
