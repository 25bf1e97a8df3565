package analyze

import (
	"context"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// ConsentCell counts customers by what they have said for one purpose and channel. Yes, no, ask again and silent add up to
// all customers; reachable are those who may be written to now: by a contact point that can be used, and with a yes, or
// without a no where the purpose does not rest on consent.
type ConsentCell struct {
	Purpose   string `json:"purpose"`
	Channel   string `json:"channel"`
	Yes       int64  `json:"yes"`
	No        int64  `json:"no"`
	AskAgain  int64  `json:"ask_again"`
	Silent    int64  `json:"silent"`
	Reachable int64  `json:"reachable"`
}

// ConsentOverview is what all customers within the reader's scope have said.
type ConsentOverview struct {
	Customers int64            `json:"customers"`
	Channels  map[string]int64 `json:"channels" doc:"how many have a contact point that can be used, by channel"`
	Cells     []ConsentCell    `json:"cells"`
	AsOf      time.Time        `json:"as_of"`
}

// Consents counts who may be reached for what, in one pass over columns.
func (s *Segments) Consents(ctx context.Context) (*ConsentOverview, error) {
	if err := guard.MayRead(ctx, "customers", "consents"); err != nil {
		return nil, err
	}
	out := &ConsentOverview{Channels: map[string]int64{}, Cells: []ConsentCell{}}
	counts, into := []string{"count(*)"}, []any{&out.Customers}
	count := func(condition string, to *int64) {
		counts, into = append(counts, "count(*) filter ("+condition+")"), append(into, to)
	}
	channels := customer.Channels()
	with := make([]int64, len(channels))
	for i, channel := range channels {
		count(inList("reach", channel), &with[i])
	}
	for _, p := range customer.PurposesOf(ctx) {
		for _, channel := range p.Channels {
			out.Cells = append(out.Cells, ConsentCell{Purpose: p.Key, Channel: channel})
		}
	}
	at := 0
	for _, p := range customer.PurposesOf(ctx) {
		for _, channel := range p.Channels {
			cell, key := &out.Cells[at], p.Key+":"+channel
			at++
			count(inList("consents", key), &cell.Yes)
			count(inList("refused", key), &cell.No)
			count(inList("ask_again", key), &cell.AskAgain)
			may := inList("consents", key)
			if p.Basis != customer.BasisConsent {
				may = "not " + inList("refused", key)
			}
			count(inList("reach", channel)+" and "+may, &cell.Reachable)
		}
	}
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	if err := s.columns.QueryRow(ctx, "select "+strings.Join(counts, ", ")+" from customers c where "+where, args...).Scan(into...); err != nil {
		return nil, err
	}
	for i, channel := range channels {
		out.Channels[channel] = with[i]
	}
	for i := range out.Cells {
		c := &out.Cells[i]
		c.Silent = out.Customers - c.Yes - c.No - c.AskAgain
	}
	return out, nil
}

func (s *Segments) registerConsents(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/consents/overview", Permission: "customers.read", Tag: "consents",
		Summary: "How many customers may be reached for each purpose on each channel"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body *ConsentOverview }, error) {
			out, err := s.Consents(ctx)
			return &struct{ Body *ConsentOverview }{out}, err
		})
}
