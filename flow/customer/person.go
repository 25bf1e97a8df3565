package customer

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// person is everything the records of this stage hold about one customer: her own record and those of every customer that
// was merged into her.
type person struct {
	ids        []int64 // hers first
	customers  []Customer
	contacts   []ContactPoint
	identities []identityRow
	tags       []tagRow
	lists      []string
	visitors   []Visitor
	corrected  []correctionRow
	consents   []Consent
	orders     []Order
	lines      []Line
	activities []Activity
	speaks     []spokenFor
	merges     []mergeRow
	history    []historyRow
	findings   []personFinding
}

// personFinding is an oddity that was found in what came in about her.
type personFinding struct {
	Cause     string `bun:"cause"`
	Field     string `bun:"field"`
	Value     string `bun:"value"`
	State     string `bun:"state"`
	CreatedAt int64  `bun:"created_at"`
}

// spokenFor is an organization that she speaks for.
type spokenFor struct {
	Organization string `bun:"organization"`
	Contact
}

// Holder is a later stage that keeps something about customers.
type Holder interface {
	// Held gives what is kept about the customers of these ids, ready to be written as JSON.
	Held(ctx context.Context, ids []int64) (any, error)
	// Forget takes it away, or away from it whatever tells who they were, inside the change.
	Forget(ctx context.Context, tx *db.Tx, ids []int64) error
}

// HeldBy names a stage that keeps something about customers. It must be called before the store serves anybody.
func (s *Store) HeldBy(name string, h Holder) {
	if s.holders == nil {
		s.holders = map[string]Holder{}
	}
	s.holders[name] = h
}

// person gives everything about a customer within the reader's scope; a deleted one too, for what is held about her is
// held all the same. Fault: not found, also for one merged into another.
func (s *Store) person(ctx context.Context, from bun.IDB, id int64) (*person, error) {
	var scoped []int64
	if err := from.NewRaw("select c.id from customers c where c.id = ? and c.merged_into is null and ?", id, scope(ctx, "c")).Scan(ctx, &scoped); err != nil {
		return nil, err
	}
	if len(scoped) == 0 {
		return nil, fault.NotFound("customer", id)
	}
	return personOf(ctx, from, id)
}

// personOf gives everything about the customer and all merged into her.
func personOf(ctx context.Context, from bun.IDB, id int64) (p *person, err error) {
	p = &person{}
	if p.ids, err = treeBelow(ctx, from, id); err != nil {
		return nil, err
	}
	ids := bun.List(p.ids)
	if p.contacts, err = contactsOf(ctx, from, p.ids); err != nil {
		return nil, err
	}
	if p.identities, err = identitiesOf(ctx, from, p.ids); err != nil {
		return nil, err
	}
	if p.tags, err = tagsOf(ctx, from, p.ids); err != nil {
		return nil, err
	}
	if p.consents, err = consentsOf(ctx, from, p.ids); err != nil {
		return nil, err
	}
	if p.visitors, err = visitorsOf(ctx, from, p.ids, 10_000); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		into any
		text string
	}{
		{&p.customers, "select " + customerColumns + " from customers where id in (?) order by id"},
		{&p.orders, "select " + orderColumns + " from orders where customer_id in (?) order by ordered_at, id"},
		{&p.lines, "select " + lineColumns + " from order_lines where order_id in (select id from orders where customer_id in (?)) order by order_id, position"},
		{&p.activities, "select " + activityColumns + " from activities where customer_id in (?) order by happened_at, id"},
		{&p.speaks, "select o.name as organization, k.role, k.title, k.department, k.main, k.since, k.until, k.created_at from contacts k join customers o on o.id = k.organization_id where k.person_id in (?) order by k.id"},
		{&p.merges, "select " + mergeColumns + " from merges where kept_id in (?) and undone_at is null order by created_at, id"},
		{&p.history, "select id, field, before, after, source, actor, import_id, happened_at from field_history where customer_id in (?) and source <> 'merge' order by happened_at, id"},
		{&p.corrected, "select " + correctionColumns + " from corrections where customer_id in (?) order by id"},
		{&p.lists, "select distinct l.name from list_members m join lists l on l.id = m.list_id where m.customer_id in (?) order by l.name"},
		{&p.findings, "select cause, field, value, state, created_at from findings where subject_type = 'customer' and subject_id in (?) order by id"},
	} {
		if err := from.NewRaw(part.text, ids).Scan(ctx, part.into); err != nil {
			return nil, err
		}
	}
	// hers first
	slices.SortStableFunc(p.customers, func(a, b Customer) int { return slices.Index(p.ids, a.ID) - slices.Index(p.ids, b.ID) })
	return p, nil
}

// auditTold are the words of a summary in the audit log that can only be about the customer herself. Others name whom she
// was taken for, or staff.
var auditTold = []string{"fields", "field", "changed", "reason", "kind", "content"}

// auditAbout gives what the audit log tells about her, without who did it.
func (s *Store) auditAbout(ctx context.Context, ids []int64) ([]personAct, error) {
	entries, err := guard.AuditAbout(ctx, s.records.Read(), "customer", ids)
	acts := make([]personAct, 0, len(entries))
	for _, e := range entries {
		told := customFields(e.Summary)
		for key := range told {
			if !slices.Contains(auditTold, key) {
				delete(told, key)
			}
		}
		if changed, is := told["changed"].(map[string]any); is {
			delete(changed, "owner")
			delete(changed, "team")
		}
		acts = append(acts, personAct{At: instant(e.HappenedAt), Action: e.Action, ByRole: e.ActorRole, Summary: told})
	}
	return acts, err
}

// PersonalData gives everything that is held about one customer and about nobody else, for a reason that goes into the
// audit log. Faults: not found, invalid, too many.
func (s *Store) PersonalData(ctx context.Context, id int64, reason string) (*personalData, error) {
	if reason = trimmed(reason); reason == "" {
		return nil, fault.Invalid("reason", "required")
	}
	p, err := s.person(ctx, s.records.Read(), id)
	if err != nil {
		return nil, err
	}
	if err := s.reveals.take(ctx, guard.ActorOf(ctx).Key()); err != nil {
		return nil, err
	}
	for i := range p.customers {
		p.customers[i].Custom = customText(openedFields(ctx, p.customers[i].Custom))
	}
	for i := range p.history {
		p.history[i].open(ctx)
	}
	files, err := s.filesAbout(ctx, p)
	if err != nil {
		return nil, err
	}
	withoutGivers(ctx, p)
	view := p.view(clock.Now(ctx))
	view.Files = files
	if view.Audit, err = s.auditAbout(ctx, p.ids); err != nil {
		return nil, err
	}
	if s.figures != nil {
		figures, err := s.figures.Figures(ctx, []int64{id})
		if err != nil {
			return nil, err
		}
		if f, known := figures[id]; known {
			view.Derived = &f
		}
	}
	if s.memberships != nil {
		memberships, err := s.memberships.MembershipsOf(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, m := range memberships {
			view.Segments = append(view.Segments, m.Name)
		}
	}
	for name, h := range s.holders {
		if view.Further[name], err = h.Held(ctx, p.ids); err != nil {
			return nil, err
		}
	}
	return view, s.noteDisclosure(ctx, p, reason)
}
