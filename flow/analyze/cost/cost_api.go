package cost

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/page"
	"guanxi/guard"
)

// View is a cost as it is shown.
type View struct {
	ID       api.ID      `json:"id"`
	Kind     string      `json:"kind" enum:"acquisition,retention,service"`
	Channel  string      `json:"channel" doc:"as sessions tell where customers come from, or their records' source; empty for all"`
	Campaign string      `json:"campaign" doc:"utm_campaign of sessions; empty for all of the channel"`
	From     string      `json:"from" format:"date"`
	To       string      `json:"to" format:"date"`
	Amount   money.Money `json:"amount"`
	Note     string      `json:"note"`
	Import   *api.ID     `json:"import_id"`
	Version  int64       `json:"version"`
}

func (c *Cost) view() View {
	return View{ID: api.ID(c.ID), Kind: c.Kind, Channel: c.Channel, Campaign: c.Campaign, From: c.From, To: c.To, Amount: money.Of(c.Amount, c.Currency), Note: c.Note,
		Import: (*api.ID)(c.ImportID), Version: c.Version}
}

// Draft is what people say of a cost.
type Draft struct {
	Kind     string      `json:"kind" enum:"acquisition,retention,service"`
	Channel  string      `json:"channel,omitempty" maxLength:"100"`
	Campaign string      `json:"campaign,omitempty" maxLength:"200"`
	From     string      `json:"from" format:"date"`
	To       string      `json:"to,omitempty" doc:"the same day where nothing is said" maxLength:"10"`
	Amount   money.Money `json:"amount"`
	Note     string      `json:"note,omitempty" maxLength:"500"`
}

func (d Draft) cost() Cost {
	return Cost{Kind: d.Kind, Channel: d.Channel, Campaign: d.Campaign, From: d.From, To: d.To, Amount: d.Amount.Amount, Currency: d.Amount.Currency, Note: d.Note}
}

type costQuery struct {
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor  string `query:"cursor"`
	From    string `query:"from" doc:"only what was spent on this day or later"`
	To      string `query:"to" doc:"only what was spent on this day or before"`
	Kind    string `query:"kind" enum:"acquisition,retention,service"`
	Channel string `query:"channel" maxLength:"100"`
}

type costCursor struct {
	From string `json:"f"`
	ID   int64  `json:"i"`
}

type costOne struct {
	ETag string `header:"ETag"`
	Body View
}

type costNamed struct {
	ID      api.ID `path:"id"`
	IfMatch string `header:"If-Match"`
}

// MayKnow refuses who does not see all customers, or nothing of what they bought or by which way they came: what was spent and what
// came of it is the company's, and is told by channel.
func MayKnow(ctx context.Context) error {
	if !guard.ScopeOf(ctx, "customers").All() {
		return fault.Forbidden("scope_all_needed")
	}
	if err := guard.MayRead(ctx, "customers", "source"); err != nil {
		return err
	}
	return guard.MayRead(ctx, "customers", guard.Purchases)
}

// Register adds the operations.
func (s *Costs) Register(a *api.API) {
	const tag = "costs"
	api.Register(a, api.Op{Method: "GET", Path: "/costs", Permission: "metrics.read", Tag: tag, Summary: "What was spent to win, keep and serve customers, the latest first. Needs sight of all customers"},
		func(ctx context.Context, in *costQuery) (*struct{ Body page.List[View] }, error) {
			if err := MayKnow(ctx); err != nil {
				return nil, err
			}
			var after costCursor
			if in.Cursor != "" {
				if err := page.DecodeCursor(in.Cursor, &after); err != nil {
					return nil, err
				}
			}
			rows, err := list(ctx, s.records.Read(), *in, in.Limit+1, after)
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[View] }{}
			out.Body.Items = []View{}
			for _, c := range rows[:min(len(rows), in.Limit)] {
				out.Body.Items = append(out.Body.Items, c.view())
			}
			if len(rows) > in.Limit {
				last := rows[in.Limit-1]
				out.Body.NextCursor = page.EncodeCursor(costCursor{last.From, last.ID})
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "POST", Path: "/costs", Permission: "metrics.write", Tag: tag, Status: 201, Summary: "Tell what was spent; it is spread evenly over its days"},
		func(ctx context.Context, in *struct{ Body Draft }) (*costOne, error) {
			if err := MayKnow(ctx); err != nil {
				return nil, err
			}
			c := in.Body.cost()
			if err := s.Add(ctx, &c); err != nil {
				return nil, err
			}
			return &costOne{api.ETag(c.Version), c.view()}, nil
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/costs/{id}", Permission: "metrics.write", Tag: tag, Summary: "Correct what was spent"},
		func(ctx context.Context, in *struct {
			costNamed
			Body Draft
		}) (*costOne, error) {
			if err := MayKnow(ctx); err != nil {
				return nil, err
			}
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			c, err := s.Change(ctx, int64(in.ID), version, in.Body.cost())
			if err != nil {
				return nil, err
			}
			return &costOne{api.ETag(c.Version), c.view()}, nil
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/costs/{id}", Permission: "metrics.write", Tag: tag, Status: 204, Summary: "Take back what was said to be spent"},
		func(ctx context.Context, in *costNamed) (*struct{}, error) {
			if err := MayKnow(ctx); err != nil {
				return nil, err
			}
			version, err := api.Version(in.IfMatch)
			if err == nil {
				err = s.Delete(ctx, int64(in.ID), version)
			}
			return nil, err
		})
	s.registerReturn(a)
}
