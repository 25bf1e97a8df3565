package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// RFM is the grid of recency and frequency of all customers in the reader's scope who have ever ordered.
type RFM struct {
	AsOf       string        `json:"as_of"`
	WindowDays int           `json:"window_days"`
	Cuts       RFMCuts       `json:"cuts"`
	Customers  int64         `json:"customers"`
	Cells      []RFMCell     `json:"cells" doc:"all 25, from r = 1, f = 1"`
	Amounts    []RFMAmount   `json:"amounts" doc:"customers by their score of amount"`
	Segments   []RFMSegment  `json:"segments"`
	Since      string        `json:"movement_since"`
	Movement   []RFMMovement `json:"movement"`
	Classes    RFMClasses    `json:"classes"`
}

// RFMCell is one cell of the grid; revenue is that of the window, net of refunds.
type RFMCell struct {
	R         int         `json:"r"`
	F         int         `json:"f"`
	Segment   string      `json:"segment"`
	Customers int64       `json:"customers"`
	Revenue   money.Money `json:"revenue"`
}

// RFMAmount counts the customers with one score of amount.
type RFMAmount struct {
	M         int         `json:"m"`
	Customers int64       `json:"customers"`
	Revenue   money.Money `json:"revenue"`
}

// RFMSegment sums up the cells of one name.
type RFMSegment struct {
	Name               string      `json:"name"`
	Label              Text        `json:"label"`
	Customers          int64       `json:"customers"`
	Revenue            money.Money `json:"revenue"`
	AverageRecencyDays float64     `json:"average_recency_days"`
}

// RFMMovement counts the customers who were in one part then and are in another now, judged by the present cuts both
// times; from is "none" for those who had not ordered yet.
type RFMMovement struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Customers int64  `json:"customers"`
}

// RFMClasses part the customers into high, medium and low by frequency and by value.
type RFMClasses struct {
	Frequency []RFMClass `json:"frequency"`
	Value     []RFMClass `json:"value"`
}

// RFMClass is one class; From is its lower border, orders or minor units in the window.
type RFMClass struct {
	Class     string      `json:"class" enum:"high,medium,low"`
	From      int64       `json:"from"`
	Customers int64       `json:"customers"`
	Revenue   money.Money `json:"revenue"`
}

const notYet = "none"

// rfmQuery says what grid to draw, with the cuts of settings.
type rfmQuery struct {
	asOf        time.Time
	compareDays int
	settings    ValueSettings
}

// rfm draws the grid within the scope of ctx.
func (s *Scores) rfm(ctx context.Context, q rfmQuery) (*RFM, error) {
	before := q.asOf.AddDate(0, 0, -q.compareDays)
	scope, scopeArgs := guard.ScopeOf(ctx, "customers").Where("c")
	args := []any{q.asOf, before, q.settings.WindowDays, listOrNull(q.settings.RCuts), listOrNull(q.settings.FCuts),
		listOrNull(q.settings.MCuts), q.settings.FrequencyClasses, listOrNull(q.settings.ValueClasses)}
	text := strings.ReplaceAll(rfmSQL, "{scope}", inScope(scope, len(args)))
	rows, err := s.columns.Query(ctx, text, append(args, scopeArgs...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	g := newRFMGrid(workspace.Of(ctx).Currency)
	var cuts [4]string
	for rows.Next() {
		var c rfmCount
		if err := rows.Scan(&c.r, &c.f, &c.m, &c.rBefore, &c.fBefore, &c.often, &c.value, &c.customers, &c.revenue, &c.recency,
			&cuts[0], &cuts[1], &cuts[2], &cuts[3]); err != nil {
			return nil, err
		}
		g.add(c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	value := []int64{0, 0}
	out := g.finish()
	out.AsOf, out.Since, out.WindowDays = q.asOf.Format(time.DateOnly), before.Format(time.DateOnly), q.settings.WindowDays
	if cuts[0] == "" { // nobody has ordered: what was chosen, and empty lists for what was not
		out.Cuts = RFMCuts{R: orEmpty(q.settings.RCuts), F: orEmpty(q.settings.FCuts), M: orEmpty(q.settings.MCuts)}
	} else if err := errors.Join(json.Unmarshal([]byte(cuts[0]), &out.Cuts.R), json.Unmarshal([]byte(cuts[1]), &out.Cuts.F),
		json.Unmarshal([]byte(cuts[2]), &out.Cuts.M), json.Unmarshal([]byte(cuts[3]), &value)); err != nil {
		return nil, err
	}
	for i := range 2 {
		out.Classes.Frequency[i].From, out.Classes.Value[i].From = q.settings.FrequencyClasses[1-i], value[1-i]
	}
	return out, nil
}

// rfmCount is the customers who agree in every score.
type rfmCount struct {
	r, f, m, rBefore, fBefore, often, value int
	customers, revenue, recency             int64
}

// rfmGrid adds counts up.
type rfmGrid struct {
	out     *RFM
	recency map[string]int64
	moves   map[[2]string]int64
}

func newRFMGrid(currency string) *rfmGrid {
	none := money.Of(0, currency)
	out := &RFM{Cells: make([]RFMCell, len(segmentOfCell)), Amounts: make([]RFMAmount, 5), Segments: make([]RFMSegment, len(rfmSegments)),
		Movement: []RFMMovement{}}
	for i, name := range segmentOfCell {
		out.Cells[i] = RFMCell{R: i/5 + 1, F: i%5 + 1, Segment: name, Revenue: none}
	}
	for i := range out.Amounts {
		out.Amounts[i] = RFMAmount{M: i + 1, Revenue: none}
	}
	for i, s := range rfmSegments {
		out.Segments[i] = RFMSegment{Name: s.Name, Label: s.Label, Revenue: none}
	}
	for _, class := range []string{"high", "medium", "low"} {
		out.Classes.Frequency = append(out.Classes.Frequency, RFMClass{Class: class, Revenue: none})
		out.Classes.Value = append(out.Classes.Value, RFMClass{Class: class, Revenue: none})
	}
	return &rfmGrid{out: out, recency: map[string]int64{}, moves: map[[2]string]int64{}}
}

func (g *rfmGrid) add(c rfmCount) {
	out, cell := g.out, (c.r-1)*5+c.f-1
	name, from := segmentOfCell[cell], notYet
	if c.rBefore > 0 {
		from = segmentOfCell[(c.rBefore-1)*5+c.fBefore-1]
	}
	out.Customers += c.customers
	out.Cells[cell].Customers += c.customers
	out.Cells[cell].Revenue.Amount += c.revenue
	out.Amounts[c.m-1].Customers += c.customers
	out.Amounts[c.m-1].Revenue.Amount += c.revenue
	segment := &out.Segments[slices.IndexFunc(out.Segments, func(s RFMSegment) bool { return s.Name == name })]
	segment.Customers += c.customers
	segment.Revenue.Amount += c.revenue
	for _, class := range []*RFMClass{&out.Classes.Frequency[2-c.often], &out.Classes.Value[2-c.value]} {
		class.Customers += c.customers
		class.Revenue.Amount += c.revenue
	}
	g.recency[name] += c.recency
	g.moves[[2]string{from, name}] += c.customers
}

func (g *rfmGrid) finish() *RFM {
	for i, s := range g.out.Segments {
		if s.Customers > 0 {
			g.out.Segments[i].AverageRecencyDays = float64(g.recency[s.Name]) / float64(s.Customers)
		}
	}
	for from := range g.moves {
		g.out.Movement = append(g.out.Movement, RFMMovement{From: from[0], To: from[1], Customers: g.moves[from]})
	}
	slices.SortFunc(g.out.Movement, func(a, b RFMMovement) int {
		if a.Customers != b.Customers {
			return int(b.Customers - a.Customers)
		}
		return strings.Compare(a.From+a.To, b.From+b.To)
	})
	return g.out
}

// listOrNull gives null for a list that nobody chose.
func listOrNull(list []int64) any {
	if list == nil {
		return nil
	}
	return list
}

func orEmpty(list []int64) []int64 {
	if list == nil {
		return []int64{}
	}
	return list
}
