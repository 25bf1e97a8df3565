package behaviour

import (
	"context"
	"database/sql"
	"net/http"
	"time"

	"guanxi/base/api"
	"guanxi/base/proportion"
	"guanxi/flow/analyze"
)

// Channels says by which channels a customer answers: contacts that reached her, and visits that a message brought.
type Channels struct {
	Answers   int64           `json:"answers"`
	Preferred *string         `json:"preferred" enum:"phone,wechat,visit,email,sms" doc:"null where she has answered fewer than three times, or by no channel mostly"`
	Items     []ChannelAnswer `json:"items" doc:"the commonest first"`
}

// ChannelAnswer is how often she answered by one. Low and High are the limits of the share at 95% confidence (Wilson).
type ChannelAnswer struct {
	Channel string    `json:"channel" enum:"phone,wechat,visit,email,sms"`
	Times   int64     `json:"times"`
	Share   float64   `json:"share"`
	Low     float64   `json:"low"`
	High    float64   `json:"high"`
	LastAt  time.Time `json:"last_at"`
}

// Channels reads how a customer answers. Fault: not found.
func (b *Behaviour) Channels(ctx context.Context, customer int64) (*Channels, error) {
	if err := analyze.FindCustomer(ctx, b.columns, b.records, customer); err != nil {
		return nil, err
	}
	c := &Channels{Items: []ChannelAnswer{}}
	if err := b.each(ctx, analyze.SQL{Text: "select channel, count(*), max(ts) from channel_answers where customer_id = ? group by channel order by count(*) desc, channel", Args: []any{customer}}, func(rows *sql.Rows) error {
		var a ChannelAnswer
		var last int64
		if err := rows.Scan(&a.Channel, &a.Times, &last); err != nil {
			return err
		}
		a.LastAt = time.UnixMilli(last).UTC()
		c.Answers += a.Times
		c.Items = append(c.Items, a)
		return nil
	}); err != nil {
		return nil, err
	}
	for i := range c.Items {
		a := &c.Items[i]
		a.Share = share(a.Times, c.Answers)
		a.Low, a.High = proportion.Wilson(float64(a.Times), float64(c.Answers))
	}
	if c.Answers >= 3 && c.Items[0].Times*2 > c.Answers { // as preferred_channels says for conditions
		c.Preferred = &c.Items[0].Channel
	}
	return c, nil
}

func (b *Behaviour) registerChannels(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/customers/{id}/channels", Permission: "customers.read", Tag: "behaviour", Summary: "By which channels a customer answers"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*api.Answered[Channels], error) {
			return api.Answer(b.Channels(ctx, int64(in.ID)))
		})
}
