package customer

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// The questions a customer's page asks of the records. They are many and short, so each is asked by the customer's key
// and with a text that never changes.
var (
	recordSQL   = selectStored + "where c.id = ? and " + living
	contactsSQL = "select " + contactColumns + " from contact_points where customer_id = ? order by id"
	consentsSQL = "select " + consentColumns + " from consents where customer_id = ? order by happened_at, id"
)

const (
	tagsSQL       = "select tag from customer_tags where customer_id = ? order by created_at, tag"
	listsSQL      = "select l.id, l.name from list_members m join lists l on l.id = m.list_id where m.customer_id = ? and l.deleted_at is null order by l.name"
	identitiesSQL = "select source, external_id from identities where customer_id = ? order by created_at, source, external_id"
	yearSQL       = `
select kind, ordered_at, gross, refunded, currency
from orders
where customer_id = ?
  and ordered_at >= ?
  and (kind = 'refund' or status <> 'cancelled')
  and deleted_at is null
order by ordered_at, id`
)

// find reads one record. Fault: not found, also for a customer outside the reader's scope.
func (s *Store) find(ctx context.Context, from db.Asker, id int64) (*storedCustomer, error) {
	var rows []storedCustomer
	if err := from.Ask(ctx, &rows, recordSQL, id); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("customer", id)
	}
	if guard.ScopeOf(ctx, noun).Sees(rows[0].OwnerID, rows[0].TeamID) {
		return &rows[0], nil
	}
	shared, err := s.shares(ctx, id)
	if err != nil || shared {
		return &rows[0], err
	}
	if readable, err := s.shares(guard.Looking(ctx), id); err != nil || readable {
		return nil, orElse(err, fault.Forbidden("shared_for_reading"))
	}
	return nil, fault.NotFound("customer", id)
}

// shares says whether a customer who is not the reader's own is shared with them by what she is.
func (s *Store) shares(ctx context.Context, id int64) (shared bool, err error) {
	if !guard.ScopeOf(ctx, noun).Shared() {
		return false, nil
	}
	err = s.records.Read().NewRaw("select count(*) > 0 from customers c where c.id = ? and ?", id, scope(ctx, "c")).Scan(ctx, &shared)
	return shared, err
}

// mayChange says whether a customer whom the reader sees is also theirs to change, not only shared for reading.
func (s *Store) mayChange(ctx context.Context, c *Customer) (bool, error) {
	ctx = guard.Changing(ctx)
	if guard.ScopeOf(ctx, noun).Sees(c.OwnerID, c.TeamID) {
		return true, nil
	}
	return s.shares(ctx, c.ID)
}

func orElse(err error, other *fault.Error) error {
	if err != nil {
		return err
	}
	return other
}

// Page gives one customer, whole. Fault: not found.
func (s *Store) Page(ctx context.Context, id int64) (*customerPage, error) {
	c, err := s.find(ctx, s.records, id)
	if err != nil {
		return nil, err
	}
	rights := guard.FieldsOf(ctx, noun)
	p := &customerPage{CustomerItem: c.item(ctx), Industry: orNull(c.Industry), GivenName: orNull(c.GivenName), FamilyName: orNull(c.FamilyName),
		Custom: shownCustom(ctx, rights, c.Custom), UpdatedAt: instant(c.UpdatedAt), Rights: rightsOf(ctx, rights),
		ContactPoints: []contactView{}, Identities: []identityView{}, Segments: []segmentView{}, Lists: []segmentView{}}
	p.Address = addressView{orNull(c.Country), orNull(c.Province), orNull(c.City), orNull(c.District), orNull(shownAddress(rights, c.Address)), orNull(c.Postcode)}
	if err := s.addFormulas(ctx, rights, id, c.Kind, p.Custom); err != nil {
		return nil, err
	}
	var points []ContactPoint
	if err := s.records.Ask(ctx, &points, contactsSQL, id); err != nil {
		return nil, err
	}
	p.Completeness = completeness(&c.Customer, points)
	p.setContacts(rights, points)
	stops, err := s.stopsOf(ctx, points)
	if err != nil {
		return nil, err
	}
	for _, point := range points {
		if value := shown(rights, point.Kind, point.Value); value != "" {
			p.ContactPoints = append(p.ContactPoints, contactView{api.ID(point.ID), point.Kind, value, point.Verified, point.State, stops[point.ID]})
		}
	}
	if err := s.records.Ask(ctx, &p.Tags, tagsSQL, id); err != nil {
		return nil, err
	}
	if rights.CanUse("external_id") {
		var called []identityRow
		if err := s.records.Ask(ctx, &called, identitiesSQL, id); err != nil {
			return nil, err
		}
		for _, i := range called {
			if !strings.HasPrefix(i.ExternalID, digestMark) {
				p.Identities = append(p.Identities, identityView{i.Source, i.ExternalID})
			}
		}
		p.callBy(p.Identities)
	}
	if p.Consents, err = s.latestConsents(ctx, id); err != nil {
		return nil, err
	}
	if p.MayChange, err = s.mayChange(ctx, &c.Customer); err != nil {
		return nil, err
	}
	p.veil(rights)
	return p, s.derive(ctx, p, id)
}

// derive adds what analysis knows, and the last twelve months from the orders themselves.
func (s *Store) derive(ctx context.Context, p *customerPage, id int64) error {
	if s.figures != nil && guard.FieldsOf(ctx, noun).Right(guard.Purchases) != guard.None {
		figures, err := s.figures.Figures(ctx, []int64{id})
		if err != nil {
			return err
		}
		p.setFigures(figures[id])
	}
	if p.Orders != nil {
		if err := s.addYear(ctx, p, id); err != nil {
			return err
		}
	}
	if s.memberships != nil && guard.ActorOf(ctx).Can("segments.read") {
		memberships, err := s.memberships.MembershipsOf(ctx, id)
		if err != nil {
			return err
		}
		for _, m := range memberships {
			p.Segments = append(p.Segments, segmentView{ID: api.ID(m.ID), Name: m.Name})
		}
	}
	if !guard.ActorOf(ctx).Can("segments.read") {
		return nil
	}
	var lists []Membership
	if err := s.records.Ask(ctx, &lists, listsSQL, id); err != nil {
		return err
	}
	for _, l := range lists {
		p.Lists = append(p.Lists, segmentView{ID: api.ID(l.ID), Name: l.Name})
	}
	return nil
}

// addYear adds up the last twelve months and, for a reader of orders, draws them into the rhythm.
func (s *Store) addYear(ctx context.Context, p *customerPage, id int64) error {
	w := workspace.Of(ctx)
	year, err := s.yearOf(ctx, id)
	if err != nil {
		return err
	}
	readsOrders := guard.ActorOf(ctx).Can("orders.read")
	total := PeriodFigures{Total: money.Of(0, w.Currency)}
	for _, order := range year {
		total.Total.Amount += order.Gross - order.Refunded
		if order.Kind != OrderSale {
			continue
		}
		total.Orders++
		if p.Rhythm != nil && readsOrders {
			p.Rhythm.Orders = append(p.Rhythm.Orders, rhythmOrder{w.Day(order.OrderedAt), money.Of(order.Gross, order.Currency)})
		}
	}
	p.Last12M = &total
	return nil
}

type yearOrder struct {
	Kind      string `bun:"kind"`
	OrderedAt int64  `bun:"ordered_at"`
	Gross     int64  `bun:"gross"`
	Refunded  int64  `bun:"refunded"`
	Currency  string `bun:"currency"`
}

// yearOf gives the orders and refunds of the 365 days to today that count, oldest first.
func (s *Store) yearOf(ctx context.Context, id int64) (orders []yearOrder, err error) {
	today := clock.Now(ctx).In(workspace.Of(ctx).Location)
	first := time.Date(today.Year(), today.Month(), today.Day()-364, 0, 0, 0, 0, today.Location())
	err = s.records.Ask(ctx, &orders, yearSQL, id, first.UnixMilli())
	return orders, err
}

// Names gives what customers are called whom the reader may see.
func (s *Store) Names(ctx context.Context, ids []int64) (map[int64]string, error) {
	names := map[int64]string{}
	if right := guard.FieldsOf(ctx, noun).Right("name"); right == guard.None || right == guard.Masked {
		return names, nil
	}
	var rows []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	err := s.records.Read().NewRaw("select c.id, c.name from customers c where c.id in (?) and "+living+" and ?", bun.List(append([]int64{0}, ids...)), scope(ctx, "c")).Scan(ctx, &rows)
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}
