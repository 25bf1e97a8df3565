package track

import (
	"context"
	"net/http"
	"time"

	"guanxi/base/api"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// HookView is how a source is told of orders. The address is for who may set sources; the secret is shown to nobody.
type HookView struct {
	Path       string                  `json:"path,omitempty" doc:"where deliveries go, below the address of this service; absent where there is none, or the reader may not set sources"`
	Template   *HookTemplate           `json:"template,omitempty"`
	Presets    map[string]HookTemplate `json:"presets"`
	Deliveries []HookDelivery          `json:"deliveries" doc:"the latest fifty"`
	Refused    []RefusalCount          `json:"refused" doc:"what of the source was not taken, by reason, the latest first"`
	Version    int64                   `json:"version" doc:"0 where there is none"`
}

// HookDelivery is one delivery that was taken.
type HookDelivery struct {
	ID         string    `json:"id"`
	Topic      string    `json:"topic"`
	Number     string    `json:"number"`
	Outcome    string    `json:"outcome" enum:"stored,older,refunded,waiting,ignored"`
	ReceivedAt time.Time `json:"received_at"`
}

// HookTrial is what a delivery would be read as.
type HookTrial struct {
	Tells     string     `json:"tells" enum:"order,refund,nothing"`
	Topic     string     `json:"topic"`
	Delivery  string     `json:"delivery"`
	OrderKey  string     `json:"order_key"`
	Number    string     `json:"number"`
	Status    string     `json:"status"`
	OrderedAt *time.Time `json:"ordered_at"`
	ToldAt    *time.Time `json:"told_at"`
	Customer  HookBuyer  `json:"customer"`
	Lines     []HookLine `json:"lines"`
	Currency  string     `json:"currency"`
	Total     *float64   `json:"total" doc:"what the goods are told to come to, in the major unit; null where that is not told"`
	Refunded  float64    `json:"refunded" doc:"in the major unit"`
	Back      []HookBack `json:"back" doc:"the goods that refunds name"`
}

// HookBack is a line of a refund as it would be read.
type HookBack struct {
	Line      string  `json:"line" doc:"what the order knows it by"`
	SKU       string  `json:"sku"`
	Name      string  `json:"name"`
	Quantity  float64 `json:"quantity"`
	Amount    float64 `json:"amount"`
	Restocked bool    `json:"restocked" doc:"whether the goods come back; those that do not stay sold"`
}

// HookBuyer is whom an order names.
type HookBuyer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Email string `json:"email"`
}

// HookLine is a line as it would be read.
type HookLine struct {
	SKU      string  `json:"sku"`
	Name     string  `json:"name"`
	Quantity float64 `json:"quantity"`
	Price    float64 `json:"price"`
	Discount float64 `json:"discount"`
}

func (t *Tracking) registerHooks(a *api.API) {
	const tag = "sources"
	api.Register(a, api.Op{Method: "GET", Path: "/sources/{id}/webhook", Permission: "sources.read", Tag: tag, Summary: "How a shop, a till or a delivery platform tells of orders by itself, and what it told last"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*api.Answered[HookView], error) {
			return api.Answer(t.hookView(ctx, int64(in.ID)))
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/sources/{id}/webhook", Permission: "sources.write", Tag: tag, Summary: "Set what stands where in what is delivered, and the secret it is signed with; If-Match is the version, 0 for the first"},
		func(ctx context.Context, in *struct {
			SourceNamed
			Body struct {
				Template HookTemplate `json:"template"`
				Secret   string       `json:"secret,omitempty" maxLength:"500" doc:"absent to keep the one there is"`
			}
		}) (*api.Answered[HookView], error) {
			version, err := api.Version(in.IfMatch)
			if err == nil {
				err = t.SetHook(ctx, int64(in.ID), version, in.Body.Template, in.Body.Secret)
			}
			if err != nil {
				return nil, err
			}
			return api.Answer(t.hookView(ctx, int64(in.ID)))
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/sources/{id}/webhook", Permission: "sources.write", Tag: tag, Status: 204, Summary: "End it: its address takes nothing any more"},
		func(ctx context.Context, in *SourceNamed) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err == nil {
				err = t.DropHook(ctx, int64(in.ID), version)
			}
			return nil, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/sources/{id}/webhook/trial", Permission: "sources.write", Tag: tag, Summary: "Read a delivery as a template would, and keep nothing", MaxBody: 2 * MaxBatch},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Template HookTemplate      `json:"template"`
				Headers  map[string]string `json:"headers,omitempty"`
				Text     string            `json:"text" maxLength:"512000" doc:"the body of a delivery"`
			}
		}) (*api.Answered[HookTrial], error) {
			s, err := t.Source(ctx, t.records.Read(), int64(in.ID))
			if err == nil {
				err = in.Body.Template.check()
			}
			if err != nil {
				return nil, err
			}
			header := http.Header{}
			for name, value := range in.Body.Headers {
				header.Set(name, value)
			}
			d, err := in.Body.Template.read(ctx, s.Name, header, []byte(in.Body.Text))
			if err != nil {
				return nil, err
			}
			return api.Answer(d.trial(), nil)
		})
}

func (t *Tracking) hookView(ctx context.Context, source int64) (*HookView, error) {
	if _, err := t.Source(ctx, t.records.Read(), source); err != nil {
		return nil, err
	}
	h, err := hooks(ctx, t.records.Read(), "source_id", source)
	if err != nil {
		return nil, err
	}
	v := &HookView{Presets: HookPresets, Deliveries: []HookDelivery{}}
	if v.Refused, err = t.refusalsOf(ctx, source); err != nil {
		return nil, err
	}
	if h != nil {
		v.Template, v.Version = &h.template, h.Version
		if guard.ActorOf(ctx).Can("sources.write") {
			v.Path = "/v1/hooks/" + h.Key
		}
	}
	if !guard.ActorOf(ctx).Can("orders.read") { // numbers of orders are theirs
		return v, nil
	}
	var rows []struct {
		ID         string `bun:"delivery"`
		Topic      string `bun:"topic"`
		Number     string `bun:"number"`
		Outcome    string `bun:"outcome"`
		ReceivedAt int64  `bun:"received_at"`
	}
	if err := t.records.Read().NewRaw("select delivery, topic, number, outcome, received_at from webhook_deliveries where source_id = ? order by received_at desc, delivery limit 50", source).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	see := seesCustomers(ctx)
	for _, r := range rows {
		if !see {
			r.Number = ""
		}
		v.Deliveries = append(v.Deliveries, HookDelivery{r.ID, r.Topic, r.Number, r.Outcome, time.UnixMilli(r.ReceivedAt).UTC()})
	}
	return v, nil
}

// trial shows what was heard.
func (d *heard) trial() *HookTrial {
	v := &HookTrial{Tells: "nothing", Topic: d.topic, Delivery: d.delivery, OrderKey: d.key, Lines: []HookLine{}, Back: []HookBack{}}
	refunded := int64(0)
	for _, r := range d.refunds {
		refunded += r.Amount
		for _, l := range r.Lines {
			v.Back = append(v.Back, HookBack{l.Line, l.SKU, l.Name, float64(l.Quantity) / 1e6, float64(l.Amount) / 1e6, l.Restocked})
		}
	}
	v.Refunded = float64(refunded) / 1e6
	if d.key != "" {
		v.Tells = "refund"
	}
	if o := d.order; o != nil {
		v.Tells, v.Number, v.Status = "order", o.Number, o.Status
		v.OrderedAt, v.ToldAt = new(time.UnixMilli(o.OrderedAt).UTC()), new(time.UnixMilli(d.toldAt).UTC())
		v.Customer = HookBuyer{o.CustomerID, o.Name, o.Phone, o.Email}
		v.Lines = linesTried(o.Lines)
		if o.Total != nil {
			v.Total = new(float64(*o.Total) / 1e6)
		}
		v.Currency = o.Currency
	}
	return v
}

func linesTried(lines []customer.ToldLine) []HookLine {
	tried := make([]HookLine, len(lines))
	for i, l := range lines {
		tried[i] = HookLine{l.SKU, l.Name, float64(l.Quantity) / 1e6, float64(l.UnitPrice) / 1e6, float64(l.Discount) / 1e6}
	}
	return tried
}
