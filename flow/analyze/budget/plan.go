package budget

import (
	"context"
	"math"

	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/proportion"
)

// Place is a cell that money goes to or comes from.
type Place struct {
	Group *string `json:"group" doc:"null for those of whom it is not known"`
	Goods string  `json:"goods"`
}

// Shift is money to be spent elsewhere: taken from some cells and given to others, in proportion to what was spent on each.
type Shift struct {
	From   []Place `json:"from" minItems:"1" maxItems:"144"`
	To     []Place `json:"to" minItems:"1" maxItems:"144"`
	Amount int64   `json:"amount" minimum:"1" doc:"minor units of the workspace's currency"`
}

// Outlook is a number with its limits, were conversions at theirs.
type Outlook struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Plan is what a shift would bring if customers go on answering as they have.
type Plan struct {
	Shift
	Spent        money.Money  `json:"spent" doc:"so far on what is taken from"`
	Tried        money.Money  `json:"tried" doc:"so far on what is given to"`
	Beyond       bool         `json:"beyond" doc:"more is given than has been spent there so far: that it goes on bringing as much is not known"`
	Won          Outlook      `json:"won" doc:"customers won, gained less lost"`
	Contribution Outlook      `json:"contribution" doc:"gained less lost, minor units"`
	Holds        *float64     `json:"holds" doc:"the shift pays as long as money brings this share of what it brought there so far, 1 for all of it; null where nothing is lost"`
	CAC          *money.Money `json:"cac" doc:"of all that is placed, now"`
	CACThen      *money.Money `json:"cac_then"`
	CACLow       *money.Money `json:"cac_low" doc:"limits of it then"`
	CACHigh      *money.Money `json:"cac_high"`
}

// Plan tells what a shift would bring. Faults: invalid, forbidden, not found.
func (b *Budget) Plan(ctx context.Context, q Query, s Shift) (*Plan, error) {
	board, err := b.Board(ctx, q)
	if err != nil {
		return nil, err
	}
	return board.plan(ctx, s)
}

func (b *Board) find(p Place) *Cell {
	for i := range b.Cells {
		c := &b.Cells[i]
		if c.Group.Other || c.Goods.Other || c.Goods.Key == nil || *c.Goods.Key != p.Goods {
			continue
		}
		if p.Group == nil && c.Group.Key == nil || p.Group != nil && c.Group.Key != nil && *p.Group == *c.Group.Key {
			return c
		}
	}
	return nil
}

// pool is what some cells got and brought.
type pool struct {
	cost, won, contribution float64
	asked, bought           int64
}

func (b *Board) pool(places []Place, field string) (p pool, err error) {
	seen := map[*Cell]bool{}
	for _, place := range places {
		c := b.find(place)
		if c == nil {
			return p, fault.Invalid(field, "place_unknown", place.Goods)
		}
		if seen[c] {
			return p, fault.Invalid(field, "place_twice", place.Goods)
		}
		seen[c] = true
		p.cost, p.won, p.contribution = p.cost+c.cost, p.won+float64(c.Won), p.contribution+float64(c.Contribution.Amount)
		p.asked, p.bought = p.asked+c.Asked, p.bought+c.Bought
	}
	return p, nil
}

// outlook gives a figure with the limits that the conversion of the cells together sets. What nobody has bought may do better;
// nothing tells what it would bring.
func (p pool) outlook(v float64) Outlook {
	if p.bought == 0 {
		return Outlook{Value: v, Low: v, High: v}
	}
	low, high := proportion.Wilson(float64(p.bought), float64(p.asked))
	share := float64(p.bought) / float64(p.asked)
	return Outlook{Value: v, Low: v * low / share, High: v * high / share}
}

func (b *Board) plan(ctx context.Context, s Shift) (*Plan, error) {
	from, err := b.pool(s.From, "from")
	if err != nil {
		return nil, err
	}
	to, err := b.pool(s.To, "to")
	if err != nil {
		return nil, err
	}
	for _, p := range s.To {
		for _, other := range s.From {
			if b.find(p) == b.find(other) {
				return nil, fault.Invalid("to", "place_twice", p.Goods)
			}
		}
	}
	amount := float64(s.Amount)
	switch {
	case to.cost <= 0:
		return nil, fault.Invalid("to", "budget_untried")
	case amount > math.Round(from.cost):
		return nil, fault.Invalid("amount", "budget_over", money.Of(int64(math.Round(from.cost)), currency(ctx)).Amount)
	}
	less, more := amount/from.cost, amount/to.cost
	p := &Plan{Shift: s, Spent: money.Of(int64(math.Round(from.cost)), currency(ctx)), Tried: money.Of(int64(math.Round(to.cost)), currency(ctx)), Beyond: amount > to.cost}
	p.Won = shifted(from.outlook(from.won), to.outlook(to.won), less, more)
	p.Contribution = shifted(from.outlook(from.contribution), to.outlook(to.contribution), less, more)
	if lost, gained := less*from.contribution, more*to.contribution; lost > 0 && gained > 0 {
		holds := lost / gained
		p.Holds = &holds
	}
	p.CAC = b.Whole.CAC
	cac := func(won float64) *money.Money {
		if won = float64(b.Whole.Won) + won; won <= 0 {
			return nil
		}
		m := money.Of(int64(math.Round(b.Whole.cost/won)), currency(ctx))
		return &m
	}
	p.CACThen, p.CACLow, p.CACHigh = cac(p.Won.Value), cac(p.Won.High), cac(p.Won.Low)
	return p, nil
}

// shifted is what is gained less what is lost; at its worst the one at its lower and the other at its upper limit.
func shifted(from, to Outlook, less, more float64) Outlook {
	return Outlook{Value: more*to.Value - less*from.Value, Low: more*to.Low - less*from.High, High: more*to.High - less*from.Low}
}

// suggest gives the shift that the figures speak for: to the cell that surely converts better than usual and brings the most, half
// of what went to cells that surely bring less, but no more than has been tried there.
func suggest(ctx context.Context, b *Board) *Plan {
	var best *Cell
	for i := range b.Cells {
		if c := &b.Cells[i]; c.Verdict == Better && c.Return != nil && c.Group.Key != nil && !c.Group.Other && !c.Goods.Other {
			best = c
			break
		}
	}
	if best == nil {
		return nil
	}
	s := Shift{To: []Place{{best.Group.Key, *best.Goods.Key}}}
	spent := 0.0
	for i := range b.Cells {
		c := &b.Cells[i]
		if c.Return == nil || c.Group.Key == nil || c.Group.Other || c.Goods.Other || c.Verdict == Few || c.Verdict == Better ||
			c.ReturnHigh == nil && c.Verdict != Worse || c.ReturnHigh != nil && *c.ReturnHigh >= *best.Return {
			continue
		}
		s.From, spent = append(s.From, Place{c.Group.Key, *c.Goods.Key}), spent+c.cost
	}
	s.Amount = int64(min(spent/2, best.cost))
	if len(s.From) == 0 || s.Amount < 1 {
		return nil
	}
	p, err := b.plan(ctx, s)
	if err != nil || p.Contribution.Low <= 0 {
		return nil
	}
	return p
}
