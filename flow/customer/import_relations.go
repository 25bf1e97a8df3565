package customer

import (
	"context"
	"slices"

	"guanxi/base/db"
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// relationKind imports what stands in one row of other programs' exports: an organization, a person who speaks for it with
// her role there, and perhaps an order of the organization. Any of the three may be missing. An organization without a
// number is known by its name, a person without number, phone and mail by her name there; the first row of a file that names
// somebody writes them, later ones only add keys. The rows of one order come together, and the same amount at the same time
// is one part of it, however many persons are named beside it.
type relationKind struct {
	organization, person *customerKind
	at                   relationFieldIndex
}

func newRelationKind(w workspace.Source, own field.Source) *relationKind {
	end := func(kind, prefix string) *customerKind {
		k := &customerKind{workspace: w, own: own, at: indexCustomerFieldsIn(relationFields, prefix), end: kind}
		k.at.custom = fieldIndex(relationFields, "custom.*")
		return k
	}
	return &relationKind{end(KindOrganization, organizationPrefix), end(KindPerson, personPrefix), indexRelationFields()}
}

func (*relationKind) Name() string            { return "relations" }
func (*relationKind) Fields() []collect.Field { return relationFields }
func (*relationKind) GroupBy() []string       { return []string{"shop", "order_number"} }

// relationRow is a row made ready outside the transaction. A part that the row does not tell of is nil.
type relationRow struct {
	organization, person *customerRow
	contact              Contact
	order                *orderRow
	lacking              string // field that the order needs and the row does not have
}

// relationRun is what the kind remembers from batch to batch: who was written, and which pairs.
type relationRun struct {
	*customerRun
	pairs  map[[2]int64]bool
	latest map[[2]int64]bool // of the batch that began at customerRun.latestRow
}

// related is what a batch works on: the rows, whom each names, and what becomes of each part.
type related struct {
	b        *collect.Batch
	rows     []relationRow
	run      *relationRun
	roster   *roster
	orders   *purchases
	ends     [][2]*entry       // by row: organization, person
	arrivals [][2]*arrival     // of whom the row would make
	told     [][2]*customerRow // what the row says of them
	currency int               // the field of it
	drafts   []*draft          // by row
	outcomes [][3]collect.OutcomeState
}

// Apply implements collect.Kind.
func (k *relationKind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	w := &related{b: b, rows: slices.Clone(b.Prepared.([]relationRow)), ends: make([][2]*entry, len(b.Rows)), arrivals: make([][2]*arrival, len(b.Rows)), told: make([][2]*customerRow, len(b.Rows)), currency: k.at.currency, drafts: make([]*draft, len(b.Rows)), outcomes: make([][3]collect.OutcomeState, len(b.Rows))}
	if err := k.remember(ctx, tx, w); err != nil {
		return err
	}
	if err := k.readOwn(ctx, tx, w); err != nil {
		return err
	}
	if err := w.loadOrders(ctx, tx); err != nil {
		return err
	}
	if err := k.lookUp(ctx, tx, w); err != nil {
		return err
	}
	if err := w.run.markWritten(ctx, tx, b, w.roster); err != nil {
		return err
	}
	if err := k.compare(ctx, tx, w); err != nil {
		return err
	}
	for i := range w.rows {
		if b.Outcomes[i].State == collect.Pending {
			k.apply(w, i)
		}
	}
	summary := batchSummary{Kind: k.Name()}
	var err error
	if summary.Created, summary.Changed, err = w.roster.flush(ctx, tx, b); err != nil {
		return err
	}
	for i, ends := range w.ends {
		for at := range ends {
			if ends[at] != nil {
				w.run.remember(b, ends[at], w.told[i][at].keys, b.Rows[i].Number)
				w.describe(i, at, w.told[i][at])
			}
		}
	}
	if err := w.writeContacts(ctx, tx); err != nil {
		return err
	}
	if err := w.writeOrders(ctx, tx); err != nil {
		return err
	}
	if err := w.roster.argue(ctx, tx, b); err != nil {
		return err
	}
	w.end()
	return auditBatch(ctx, tx, b, summary)
}

// remember gives the batch what the run knows, made at its first batch.
func (k *relationKind) remember(ctx context.Context, tx *db.Tx, w *related) error {
	run, going := w.b.Run.State.(*relationRun)
	if !going {
		customers, err := k.person.runOf(ctx, tx, w.b)
		if err != nil {
			return err
		}
		run = &relationRun{customers, map[[2]int64]bool{}, map[[2]int64]bool{}}
		w.b.Run.State = run
	}
	if run.latestRow != w.b.Rows[0].Number {
		for pair := range run.latest {
			run.pairs[pair] = true
		}
	}
	clear(run.latest)
	run.begin(w.b)
	w.run = run
	return nil
}

// apply decides about one row and changes its customers in the roster, or refuses the row as a whole.
func (k *relationKind) apply(w *related, i int) {
	row, b := &w.rows[i], w.b
	if row.organization == nil && row.person == nil {
		b.Reject(i, "nothing_to_know_by", "organization.name", "")
		return
	}
	if w.orderRefused(i) {
		return
	}
	kinds := k.ends(row)
	var found [2]*entry
	var clashes [2][]clash
	for at := range kinds {
		end := &kinds[at]
		if end.row == nil {
			continue
		}
		told := *end.row // the batch may come again
		found[at], clashes[at] = w.find(&told, end.kind)
		end.row, w.told[i][at] = &told, &told
		if found[at] == nil && w.decided(i, at, &found[at]) {
			b.Alikes.Skipped++
			b.Outcomes[i].State = collect.Duplicate
			return
		}
		switch {
		case found[at] != nil && !found[at].inScope:
			b.Reject(i, "customer_of_others", end.kind+".name", "")
			return
		case found[at] == nil && b.Mode == collect.ModeUpdate:
			b.Reject(i, "not_found", end.kind+".name", "")
			return
		}
	}
	for at, end := range kinds {
		if end.row == nil {
			continue
		}
		if found[at] == nil { // the other end of this row may have just come by one of the keys
			end.row.keys = w.roster.ofKind(end.row.keys, end.kind, end.row.fallback)
		}
		if found[at] == nil && w.run.seenBefore(end.row.keys, b.Rows[i].Number) {
			w.outcomes[i][at] = collect.Unchanged
			continue
		}
		w.ends[i][at], w.outcomes[i][at] = end.of.join(w, i, at, end.row, found[at], clashes[at])
		if n := w.arrivals[i][at]; n != nil {
			n.made = w.ends[i][at]
		}
	}
}

// relationEnd is one of the two customers of a row; row is nil where it does not tell of her.
type relationEnd struct {
	of   *customerKind
	row  *customerRow
	kind string
}

func (k *relationKind) ends(row *relationRow) [2]relationEnd {
	return [...]relationEnd{{k.organization, row.organization, KindOrganization}, {k.person, row.person, KindPerson}}
}

// find gives the customer that one end of a row names, and takes from row the keys that are those of another kind.
func (w *related) find(row *customerRow, kind string) (found *entry, clashes []clash) {
	row.keys = w.roster.ofKind(row.keys, kind, row.fallback)
	if found, clashes = w.roster.find(row.keys); found == nil && kind == KindOrganization {
		found = w.roster.calledSo[row.Name]
	}
	return found, clashes
}

// join brings one customer of a row into the roster.
func (k *customerKind) join(w *related, i, at int, row *customerRow, found *entry, clashes []clash) (*entry, collect.OutcomeState) {
	r, number := w.roster, w.b.Rows[i].Number
	if found == nil {
		e := r.create(row.Customer)
		e.claimed = number
		k.setOwner(w.run.customerRun, e, row)
		e.add(r, row)
		if e.Kind == KindOrganization && row.keys.externalID == row.fallback {
			r.calledSo[e.Name] = e
		}
		return e, collect.Created
	}
	if r.settle(found, row.keys, clashes, w.b.Mode != collect.ModeCreate) {
		w.b.AddFinding(collect.Finding{Cause: "identity_conflict", SubjectType: "customer", SubjectID: found.ID, SubjectLabel: row.Name, RowNumber: number})
	}
	found = found.root()
	written := found.claimed != 0 || w.run.written.Contains(uint64(found.ID)) && !found.isNew
	switch {
	case w.b.Mode == collect.ModeCreate && !written:
		return found, collect.Unchanged
	case written && w.arrivals[i][at].within():
		return found, outcomeOf(found.fill(r, row) && !found.isNew)
	case written:
		changed := r.attach(found, row.keys, row.contacts)
		return found, outcomeOf(changed && !found.isNew)
	}
	found.claimed = number
	changed := k.merge(w.run.customerRun, found, row)
	return found, outcomeOf(found.add(r, row) || changed)
}

func outcomeOf(changed bool) collect.OutcomeState {
	if changed {
		return collect.Updated
	}
	return collect.Unchanged
}

// end gives every row its outcome: made if anything was made of it, changed if anything changed.
func (w *related) end() {
	counted := map[*draft]bool{}
	for i := range w.rows {
		if w.b.Outcomes[i].State != collect.Pending {
			continue
		}
		w.b.Outcomes[i].State = collect.Unchanged
		for at, noun := range [...]string{"organizations", "persons", "contacts"} {
			switch w.outcomes[i][at] {
			case collect.Created:
				w.b.Outcomes[i].State = collect.Created
				w.b.Made(noun, 1, 0)
			case collect.Updated:
				if w.b.Outcomes[i].State == collect.Unchanged {
					w.b.Outcomes[i].State = collect.Updated
				}
				w.b.Made(noun, 0, 1)
			}
		}
		if d := w.drafts[i]; d != nil && d.taken && !counted[d] {
			counted[d] = true
			switch {
			case d.was == nil:
				w.b.Outcomes[i].State = collect.Created
				w.b.Made("orders", 1, 0)
			case d.any():
				if w.b.Outcomes[i].State == collect.Unchanged {
					w.b.Outcomes[i].State = collect.Updated
				}
				w.b.Made("orders", 0, 1)
			}
		}
	}
}

// describe tells what is odd about a customer that the row made or changed.
func (w *related) describe(i, at int, row *customerRow) {
	if state := w.outcomes[i][at]; state != collect.Created && state != collect.Updated {
		return
	}
	e := w.ends[i][at]
	finding := collect.Finding{SubjectType: "customer", SubjectID: e.ID, SubjectLabel: row.keys.externalID, RowNumber: w.b.Rows[i].Number}
	if row.keys.externalID == row.fallback {
		finding.SubjectLabel = ""
	}
	for _, u := range row.unfit {
		told := finding
		told.Cause, told.Field = u.cause, u.field
		w.b.AddFinding(told)
	}
	for _, p := range row.contacts {
		if p.State == ContactInvalid {
			finding.Cause, finding.Field, finding.Value = p.Kind+"_unreadable", e.Kind+"."+p.Kind, p.Raw
			w.b.AddFinding(finding)
		} else if p.Kind != ContactWeChat && reformatted(p) {
			w.b.Correct(p.Kind+"_normalized", mask(p.Kind, p.Raw), mask(p.Kind, p.Value))
		}
	}
	if row.owner != "" && e.OwnerID == nil && (at == 0 || w.rows[i].organization == nil) {
		finding.Cause, finding.Field, finding.Value = "owner_unknown", "owner", row.owner
		w.b.AddFinding(finding)
	}
}

// Undo implements collect.Kind.
func (*relationKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (collect.Undone, error) {
	return undo(ctx, tx, importID, limit, takeQuestionsBack, partJoined, restoreOrders, removeOrders, restoreContacts, removeContacts, restoreCustomers, removeCustomers)
}
