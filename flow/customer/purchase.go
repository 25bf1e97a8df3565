package customer

import (
	"context"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// draft is one order as the rows of a file tell it, with what is stored of it.
type draft struct {
	Order                 // as the file tells it, later as it will be stored
	rows     []int        // of the batch
	lines    []Line       // by rows; empty for files of orders without lines
	buyer    buyer        // whom the rows name
	who      *entry       // the same, found or made
	arrival  *arrival     // where the rows would make her
	was      *storedOrder // nil when the order is new
	taken    bool         // not refused
	conflict int          // 1 + index of the first row that names another customer, 0 = none
	told     int64        // the time the file tells of a stored order
	complete bool         // the file tells of every stored line
	lineChange
	findings []collect.Finding
}

// lineChange is what becomes of the lines of an order.
type lineChange struct {
	header  bool // something about the order itself differs
	added   []Line
	altered []Line
	all     []Line
}

func (c lineChange) any() bool { return c.header || len(c.added)+len(c.altered) > 0 }

type storedOrder struct {
	Order
	InScope bool `bun:"in_scope"`
	lines   []Line
}

// buyer is what a row of an order tells of its customer.
type buyer struct {
	keys
	contacts                      []ContactPoint
	name, country, province, city string
}

// purchases brings the orders of one batch into the records; it serves both import kinds that know orders.
type purchases struct {
	b      *collect.Batch
	kind   string
	drafts []*draft
	roster *roster
}

// unnamedSource is the source of identities that came without one: the company's own customer numbers.
const unnamedSource = "import"

// run decides and writes everything. compare says what becomes of a draft's lines and sets the outcomes of its rows.
func (p *purchases) run(ctx context.Context, tx *db.Tx, compare func(*draft)) error {
	summary, err := p.write(ctx, tx, compare)
	if err != nil {
		return err
	}
	return auditBatch(ctx, tx, p.b, summary)
}

func (p *purchases) write(ctx context.Context, tx *db.Tx, compare func(*draft)) (summary batchSummary, err error) {
	for _, load := range []func(context.Context, *db.Tx) error{p.loadOrders, p.loadBuyers, p.compareBuyers} {
		if err := load(ctx, tx); err != nil {
			return summary, err
		}
	}
	for _, d := range p.drafts {
		if d.taken = p.allowed(d) && !p.skipped(d); d.taken {
			p.name(d)
			compare(d)
			p.describe(d)
		}
	}
	created, changed, err := p.roster.flush(ctx, tx, p.b)
	if err != nil {
		return summary, err
	}
	summary = batchSummary{Kind: p.kind, Customers: created + changed}
	if summary.Created, summary.Changed, err = p.writeOrders(ctx, tx); err != nil {
		return summary, err
	}
	if err := p.attribute(ctx, tx); err != nil {
		return summary, err
	}
	return summary, p.roster.argue(ctx, tx, p.b)
}

// attribute notes of the new orders whom they named, where that one was merged into their buyer.
func (p *purchases) attribute(ctx context.Context, tx *db.Tx) error {
	buyers, named := map[int64]int64{}, map[int64]keys{}
	for _, d := range p.drafts {
		if d.taken && d.was == nil && d.who != nil && !d.who.isNew {
			buyers[d.ID], named[d.ID] = d.who.ID, d.buyer.keys
		}
	}
	return attributeOrders(ctx, tx, buyers, named)
}

// allowed refuses the rows of an order that the import may not write.
func (p *purchases) allowed(d *draft) bool {
	switch {
	case d.was == nil && p.b.Mode == collect.ModeUpdate:
		p.refuse(d, "not_found", "order_number")
		return false
	case d.was != nil && !d.was.InScope:
		p.refuse(d, "customer_of_others", "order_number")
		return false
	case d.was != nil && p.b.Mode == collect.ModeCreate:
		p.end(d, collect.Duplicate)
		return false
	}
	if who, _ := p.find(d.buyer.keys); who != nil && !who.inScope {
		p.refuse(d, "customer_of_others", "customer.external_id")
		return false
	}
	return true
}

func (p *purchases) refuse(d *draft, code, field string) {
	for _, i := range d.rows {
		p.b.Reject(i, code, field, "")
	}
}

func (p *purchases) end(d *draft, state collect.OutcomeState) {
	for _, i := range d.rows {
		p.b.Outcomes[i].State = state
	}
}

// find gives the customer k names: by the shop's identity, else by the company's own number, else by phone or mail.
func (p *purchases) find(k keys) (*entry, []clash) {
	found, clashes := p.roster.find(k)
	if k.record != "" {
		return found, clashes
	}
	if k.source != unnamedSource && p.roster.identity(k.source, k.externalID) == nil {
		if own := p.roster.identity(unnamedSource, k.externalID); own != nil {
			return own, p.roster.clashes(k, own, KeyExternalID)
		}
	}
	return found, clashes
}

// name finds or makes the customer of an order and brings her record up to what the order tells.
func (p *purchases) name(d *draft) {
	if d.buyer.none() {
		return
	}
	found, clashes := p.find(d.buyer.keys)
	if found == nil && d.buyer.record != "" && recordIdentity(d.buyer.record).source == p.roster.own {
		return // one of ours who is gone: the order stays one of nobody
	}
	if found == nil {
		if found, _ = d.arrival.decided(p.b); found != nil {
			p.b.Alikes.Updated++
		}
	}
	if found == nil {
		c := newCustomer(p.b.Now)
		c.Name, c.Country, c.Province, c.City = d.buyer.name, d.buyer.country, d.buyer.province, d.buyer.city
		c.Source, c.CreatedAt = d.buyer.source, d.OrderedAt
		c.settle()
		found = p.roster.create(c)
	}
	d.who = found
	if d.arrival != nil {
		d.arrival.made = found
	}
	unsettled := found.inScope && p.roster.settle(found, d.buyer.keys, clashes, true)
	p.roster.attach(found, d.buyer.keys, d.buyer.contacts)
	if d.buyer.record == "" || found.isNew {
		p.follow(found, d) // an export tells what is, and nothing new about her
	}
	if unsettled {
		p.finding(d, "identity_conflict", d.rows[0], "", "")
	}
}

// follow keeps the customer's region that of her latest order, and her beginning, where this import made her, that of
// her first.
func (p *purchases) follow(e *entry, d *draft) {
	if d.OrderedAt >= e.lastOrder {
		for _, part := range [...]struct {
			to   *string
			from string
		}{{&e.Country, d.buyer.country}, {&e.Province, d.buyer.province}, {&e.City, d.buyer.city}} {
			if part.from != "" {
				*part.to = part.from
			}
		}
		e.Province, e.City = normalRegion(e.Province, e.City)
		e.lastOrder = d.OrderedAt
	}
	if e.Name == "" && d.buyer.name != "" {
		e.Name = d.buyer.name
		e.settle()
	}
	ours := e.CreatedImportID != nil && *e.CreatedImportID == p.b.ImportID
	if ours && d.OrderedAt < e.CreatedAt {
		e.CreatedAt = d.OrderedAt
	}
}

// finding notes an oddity of the order on the row at index i.
func (p *purchases) finding(d *draft, cause string, i int, field, value string) {
	d.findings = append(d.findings, collect.Finding{Cause: cause, SubjectType: "order", SubjectLabel: d.Number,
		RowNumber: p.b.Rows[i].Number, Field: field, Value: value})
}

// earliest is the first day an order can believably have.
const earliest = 631_152_000_000 // 1990-01-01T00:00:00Z

// describe notes what is odd about an order that is new or changed. A day's grace covers clocks and time zones.
func (p *purchases) describe(d *draft) {
	if !d.any() {
		return
	}
	first := d.rows[0]
	if d.who == nil && d.CustomerID == nil {
		p.finding(d, "missing_customer", first, "customer.external_id", "")
	}
	if d.conflict > 0 {
		p.finding(d, "customer_conflict", d.conflict-1, "customer.external_id", "")
	} else if d.was != nil && d.was.CustomerID != nil && d.who != nil && d.who.ID != *d.was.CustomerID {
		p.finding(d, "customer_conflict", first, "customer.external_id", "")
	}
	if d.OrderedAt < earliest || d.OrderedAt > p.b.Now+24*3600*1000 {
		p.finding(d, "impossible_date", first, "ordered_at", instantText(d.OrderedAt))
	}
}
