package demo

import (
	"context"
	"time"

	"guanxi/flow/customer"
)

type staffRow struct {
	id   int64
	team any // nil for those of no team
}

// Staff implements Sink.
func (r *Records) Staff(ctx context.Context, s Staff) error {
	row := staffRow{id: r.id("staff", s.Number)}
	if s.Team != "" {
		row.team = r.teamOf(s)
	}
	r.staffOf[s.Number] = row
	at := s.CreatedAt.UnixMilli()
	r.staff.Add(row.id, s.Email, s.Name, s.Role, row.team, s.CapacityMinutes, at, at)
	return r.wrote(ctx, 1, "", 0)
}

// teamOf gives the id of the team of s, which is made when its first member comes.
func (r *Records) teamOf(s Staff) int64 {
	for i, t := range teams {
		if t.name != s.Team {
			continue
		}
		known := r.ids["teams"].used > int64(i)
		id := r.id("teams", i+1)
		if !known {
			r.teams.Add(id, s.Team, s.CreatedAt.UnixMilli())
		}
		return id
	}
	return 0
}

// Product implements Sink.
func (r *Records) Product(ctx context.Context, p Product) error {
	at := p.CreatedAt.UnixMilli()
	r.products.Add(r.id("products", p.Number), p.SKU, p.Name, p.Category, p.Brand, p.Tier, p.Price, unitCost(p), r.currency, at, at)
	return r.wrote(ctx, 1, "products", r.id("products", p.Number))
}

// Customer implements Sink.
func (r *Records) Customer(ctx context.Context, c Customer) error {
	id, at := r.id("customers", c.Number), c.CreatedAt.UnixMilli()
	key, initials := customer.NameKeys(c.Kind, c.Name)
	var owner, team, birthday any
	if c.Owner > 0 {
		owner, team = r.staffOf[c.Owner].id, r.staffOf[c.Owner].team
	}
	if c.Birthday != "" {
		birthday = c.Birthday
	}
	r.customers.Add(id, c.Kind, c.Name, c.GivenName, c.FamilyName, key, initials, c.Gender, birthday, "中国",
		c.Province, c.City, c.District, c.Address, c.Company, c.Industry, c.Stage, c.Source, owner, team, at, at)
	r.identities.Add(c.Source, c.ExternalID, id, at)
	rows := 2
	if c.Phone != "" {
		r.points.Add(r.next("contact_points"), id, "phone", c.Phone, c.Phone[3:], "ok", at)
		rows++
	}
	if c.Email != "" {
		state := "ok"
		if c.EmailBroken {
			state = "invalid"
		}
		r.points.Add(r.next("contact_points"), id, "email", c.Email, c.Email, state, at)
		rows++
	}
	for _, consent := range c.Consents {
		r.consents.Add(r.next("consents"), id, "marketing", consent.Channel, consent.Granted, "2024-01", c.Source, consent.At.UnixMilli())
		rows++
	}
	for _, tag := range c.Tags {
		r.tags.Add(id, tag, at)
		rows++
	}
	return r.wrote(ctx, rows, "customers", id)
}

// Order implements Sink.
func (r *Records) Order(ctx context.Context, o Order) error {
	id, at := r.id("orders", o.Number), o.OrderedAt.UnixMilli()
	r.orders.Add(id, o.Shop, o.Code, o.Kind, o.Status, r.optional("customers", o.Customer), at, o.Gross, o.Refunded, r.currency,
		"中国", o.Province, o.City, len(o.Lines), at, at)
	for i, line := range o.Lines {
		p := line.Product
		r.lines.Add(id, i+1, p.SKU, p.Name, p.Category, p.Brand, p.Tier, float64(line.Quantity), line.Price*10_000, line.Discount, line.Amount)
	}
	r.last[o.Shop] = at
	return r.wrote(ctx, 1+len(o.Lines), "orders", id)
}

// Activity implements Sink.
func (r *Records) Activity(ctx context.Context, a Activity) error {
	id, at := r.id("activities", a.Number), a.At.UnixMilli()
	r.activities.Add(id, r.id("customers", a.Customer), a.Kind, a.Content, a.Result, a.NextAction, instant(a.NextAt), instant(a.NextDoneAt),
		r.id("staff", a.Staff), at, at)
	return r.wrote(ctx, 1, "activities", id)
}

// Segment implements Sink.
func (r *Records) Segment(ctx context.Context, s Segment) error {
	id, at := r.id("segments", s.Number), s.CreatedAt.UnixMilli()
	r.segments.Add(id, s.Name, s.Description, s.Condition, r.id("staff", s.Owner), at, at)
	return r.wrote(ctx, 1, "segments", id)
}

// Target implements Sink.
func (r *Records) Target(ctx context.Context, t Target) error {
	r.targets.Add(t.Metric, t.Target, t.Direction, t.Period, r.now)
	return r.wrote(ctx, 1, "", 0)
}

// Finding implements Sink.
func (r *Records) Finding(ctx context.Context, f Finding) error {
	noun := map[string]string{"customer": "customers", "order": "orders"}[f.SubjectType]
	r.findings.Add(r.id("findings", f.Number), f.Cause, f.SubjectType, r.optional(noun, f.Subject), f.Label, f.Field, f.Value, f.At.UnixMilli())
	return r.wrote(ctx, 1, "", 0)
}

// instant gives milliseconds UTC, nil for the zero time.
func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}
