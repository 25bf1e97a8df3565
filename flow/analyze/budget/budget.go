// Package budget tells which customers take to which goods at what cost, and what it would bring to move money to them.
package budget

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/proportion"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/cost"
)

// Budget looks for where money should go.
type Budget struct {
	columns  *columns.Store
	segments *analyze.Segments
	metrics  *analyze.Metrics
}

// New gives a Budget over columns; segments read its conditions, metrics its dimensions.
func New(store *columns.Store, segments *analyze.Segments, metrics *analyze.Metrics) *Budget {
	return &Budget{columns: store, segments: segments, metrics: metrics}
}

// Query asks which customers take to which goods. By is a dimension of customers, or "segments" for those of Segments. Of is
// category, product or brand. Seen is the event by which one is shown goods; without it all that look like one.
type Query struct {
	analyze.Period
	By       string
	Segments []int64
	Of       string
	Seen     string
}

// BySegments is the dimension of Query.Segments.
const BySegments = "segments"

const (
	mostGroups = 12
	mostGoods  = 12
	leastAsked = 30 // below that a share says next to nothing
)

// What can be said of a cell.
const (
	Few    = "few"    // too few were asked to say anything
	Better = "better" // surely better than what is usual
	Worse  = "worse"
	Alike  = "alike" // no more apart than chance would have it
)

// Key is a group of customers or a kind of goods. Key is null for what nothing is known of.
type Key struct {
	Key   *string      `json:"key"`
	Label analyze.Text `json:"label"`
	Other bool         `json:"other,omitempty" doc:"all that are not told apart"`
}

// Cell is what became of those of a group who were shown some goods. Group or Goods are absent for all of them together.
type Cell struct {
	Group        *Key                  `json:"group,omitempty"`
	Goods        *Key                  `json:"goods,omitempty"`
	Asked        int64                 `json:"asked" doc:"customers who were shown it in the period; without events that tell, all of the group"`
	Bought       int64                 `json:"bought" doc:"of those, who bought it in the period, on that day or later"`
	Conversion   *float64              `json:"conversion" doc:"bought ÷ asked"`
	Low          float64               `json:"low" doc:"limits of it at 95%"`
	High         float64               `json:"high"`
	Won          int64                 `json:"won" doc:"of those who bought, whose first order of all it was in"`
	Cost         money.Money           `json:"cost" doc:"of acquisition: what was spent on the month and channel by which they came, shared evenly among all who were shown something"`
	CAC          *money.Money          `json:"cac" doc:"cost ÷ won"`
	CACBefore    *money.Money          `json:"cac_before" doc:"in the period before"`
	Net          money.Money           `json:"net" doc:"net sales to those who bought"`
	OrderValue   *money.Money          `json:"order_value" doc:"net sales ÷ orders"`
	Margin       *float64              `json:"margin" doc:"share of sales left after what goods cost, where that is known"`
	Contribution money.Money           `json:"contribution" doc:"net sales × margin; where it is not known that of all, else net sales"`
	Return       *float64              `json:"return" doc:"contribution ÷ cost; null where nothing was spent"`
	ReturnLow    *float64              `json:"return_low" doc:"were the conversion at its lower limit"`
	ReturnHigh   *float64              `json:"return_high"`
	Verdict      string                `json:"verdict,omitempty" enum:"few,better,worse,alike" doc:"few: under 30 asked. better, worse: its limits lie above or below the usual conversion"`
	Members      analyze.ConditionJSON `json:"members,omitempty" doc:"who is of the group"`
	Buyers       analyze.ConditionJSON `json:"buyers,omitempty" doc:"who of them bought it in the period"`

	pairs, pairsBought int64
	known, knownCost   float64
	orders             int64
	net, cost          float64
}

// Board is which customers take to which goods. Cells are told the most worthwhile first, those of which little is known last.
type Board struct {
	From      string                   `json:"from" format:"date"`
	To        string                   `json:"to" format:"date"`
	By        analyze.CrossDimension   `json:"by"`
	Of        string                   `json:"of" enum:"category,product,brand"`
	Basis     string                   `json:"basis" enum:"seen,members" doc:"seen: who was shown goods is known from events; members: it is not, and all of a group count as asked"`
	Seen      []string                 `json:"seen" doc:"the events by which it is known"`
	Usual     *float64                 `json:"usual" doc:"conversion of all cells together"`
	Whole     Cell                     `json:"whole"`
	Groups    []Cell                   `json:"groups"`
	Goods     []Cell                   `json:"goods"`
	Cells     []Cell                   `json:"cells"`
	Spent     money.Money              `json:"spent" doc:"on acquisition in the period"`
	Placed    money.Money              `json:"placed" doc:"the part of it that went to somebody who was asked"`
	Unknown   int64                    `json:"unknown" doc:"visitors who were shown goods and whom nobody knows: they are of no group"`
	Overlap   bool                     `json:"overlap" doc:"a customer may be in several of the groups, and counts in each"`
	Suggested *Plan                    `json:"suggested" doc:"a shift that the figures speak for; null where they speak for none"`
	Bys       []analyze.CrossDimension `json:"bys" doc:"by what customers can be parted"`
}

// Board tells which customers take to which goods. Faults: forbidden, invalid, not found.
func (b *Budget) Board(ctx context.Context, q Query) (*Board, error) {
	if err := cost.MayKnow(ctx); err != nil {
		return nil, err
	}
	r, err := b.reader(ctx, q)
	if err != nil {
		return nil, err
	}
	out, err := r.board(ctx)
	if err != nil {
		return nil, err
	}
	earlier := *r
	earlier.q.Period = q.Before()
	if err := earlier.before(ctx, out); err != nil {
		return nil, err
	}
	out.Bys = b.metrics.AllPartsOfCustomers(ctx, b.segments)
	out.Suggested = suggest(ctx, out)
	return out, nil
}

// settle reckons what follows from the counts of a cell. margin is that of everything, nil where it is not known.
func (c *Cell) settle(currency string, margin *float64) {
	if c.known > 0 {
		m := 1 - c.knownCost/c.known
		c.Margin, margin = &m, &m
	}
	keeps := 1.0
	if margin != nil {
		keeps = *margin
	}
	of := func(v float64) money.Money { return money.Of(int64(math.Round(v)), currency) }
	c.Net, c.Cost, c.Contribution = of(c.net), of(c.cost), of(c.net*keeps)
	if c.orders > 0 {
		v := of(c.net / float64(c.orders))
		c.OrderValue = &v
	}
	if c.Won > 0 && c.cost > 0 {
		v := of(c.cost / float64(c.Won))
		c.CAC = &v
	}
	c.Low, c.High = proportion.Wilson(float64(c.Bought), float64(c.Asked))
	if c.Asked == 0 {
		return
	}
	share := float64(c.Bought) / float64(c.Asked)
	c.Conversion = &share
	if c.cost <= 0 {
		return
	}
	back := c.net * keeps / c.cost
	c.Return = &back
	if share > 0 {
		low, high := back*c.Low/share, back*c.High/share
		c.ReturnLow, c.ReturnHigh = &low, &high
	}
}

// judge sets a cell beside what is usual.
func (c *Cell) judge(usual float64) {
	switch {
	case c.Asked < leastAsked:
		c.Verdict = Few
	case c.Low > usual:
		c.Verdict = Better
	case c.High < usual:
		c.Verdict = Worse
	default:
		c.Verdict = Alike
	}
}

// worth is by what cells are ranked: what a unit spent brings, or without costs what one who was asked brings.
func (c *Cell) worth(costs bool) float64 {
	switch {
	case !costs && c.Asked > 0:
		return float64(c.Contribution.Amount) / float64(c.Asked)
	case c.Return != nil:
		return *c.Return
	}
	return math.Inf(-1)
}

// buyers says in a condition who of the group bought the goods.
func (q Query) buyers(members analyze.ConditionJSON, goods *Key) analyze.ConditionJSON {
	if goods == nil || goods.Key == nil || goods.Other || members == nil {
		return nil
	}
	return condition(map[string]any{"all": []any{members, map[string]any{"event": "item_purchased", "where": map[string]any{"field": q.Of, "op": "eq", "value": *goods.Key}, "measure": "count", "op": "gte", "value": 1,
		"window": map[string]any{"from": q.From.Format(time.DateOnly), "to": q.To.Format(time.DateOnly)}}}})
}

func condition(c any) analyze.ConditionJSON {
	text, err := json.Marshal(c)
	if err != nil {
		return nil
	}
	return text
}

// BoardInput is the question as it is put in an address.
type BoardInput struct {
	From     string  `query:"from"`
	To       string  `query:"to"`
	By       string  `query:"by" maxLength:"120" default:"gender" doc:"a dimension of customers, or segments"`
	Segments []int64 `query:"segment,explode" maxItems:"12" doc:"for by=segments"`
	Of       string  `query:"of" enum:"category,product,brand" default:"category"`
	Seen     string  `query:"seen" maxLength:"200" doc:"the event by which one is shown goods; without it all that look like one"`
}

func (in *BoardInput) query(ctx context.Context) (q Query, err error) {
	q = Query{By: in.By, Segments: in.Segments, Of: in.Of, Seen: in.Seen}
	if q.By == BySegments && len(q.Segments) == 0 {
		return q, fault.Invalid("segment", "required")
	}
	q.Period, err = analyze.PeriodOf(ctx, in.From, in.To, 90)
	return q, err
}

// Register adds the operations.
func (b *Budget) Register(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/budget", Permission: "metrics.read", Tag: "costs", Timeout: time.Minute,
		Summary: "Which customers take to which goods at what cost, where a unit spent brings most, and a shift of money that speaks for itself. Needs sight of all customers"},
		func(ctx context.Context, in *BoardInput) (*api.Answered[Board], error) {
			q, err := in.query(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(b.Board(ctx, q))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/budget/plan", Permission: "metrics.read", Tag: "costs", Timeout: time.Minute,
		Summary: "What it would bring to spend some money on other customers and goods, as they have answered so far. Needs sight of all customers"},
		func(ctx context.Context, in *struct {
			BoardInput
			Body Shift
		}) (*api.Answered[Plan], error) {
			q, err := in.query(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(b.Plan(ctx, q, in.Body))
		})
}

func currency(ctx context.Context) string { return workspace.Of(ctx).Currency }

func idText(id int64) string { return strconv.FormatInt(id, 10) }

func sorted(cells []Cell, costs bool) {
	slices.SortStableFunc(cells, func(x, y Cell) int {
		if few := (x.Verdict == Few) != (y.Verdict == Few); few {
			if x.Verdict == Few {
				return 1
			}
			return -1
		}
		switch a, b := x.worth(costs), y.worth(costs); {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return int(y.Asked - x.Asked)
	})
}
