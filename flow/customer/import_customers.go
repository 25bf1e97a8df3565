package customer

import (
	"context"
	"hash/maphash"
	"strings"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/db"
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// customerKind imports customers. A row names its customer by source and external id, else by phone, else by mail;
// empty cells leave what is there. The first row of a file that names a customer writes it, later ones only add keys.
type customerKind struct {
	workspace workspace.Source
	own       field.Source
	at        customerFieldIndex
	end       string // of relations: the kind of customer that this one imports, from fields named so
}

// customerRun is what the kind remembers from batch to batch.
type customerRun struct {
	staff     staffDirectory
	written   *roaring64.Bitmap // customers that earlier batches of this file have written, or found unchanged
	latest    *roaring64.Bitmap // the same of the batch that began at row latestRow
	resumed   bool              // the run began in the middle of the file: earlier writes are found in import_changes
	latestRow int64
	seen      map[uint64]int64 // dry run only: hashes of the keys that rows would have brought, with the row
	seed      maphash.Seed
}

func (*customerKind) Name() string            { return "customers" }
func (*customerKind) Fields() []collect.Field { return customerFields }
func (*customerKind) GroupBy() []string       { return nil }

// Apply implements collect.Kind.
func (k *customerKind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	rows := b.Prepared.([]customerRow)
	run, err := k.runOf(ctx, tx, b)
	if err != nil {
		return err
	}
	run.begin(b)
	if err := k.dropUnknown(ctx, tx, b.Custom, rows); err != nil {
		return err
	}
	if err := sealRows(ctx, k.own(), b.Custom, rows); err != nil {
		return err
	}
	all := make([]keys, 0, len(rows))
	for i := range rows {
		if b.Outcomes[i].State == collect.Pending {
			all = append(all, rows[i].keys)
			for _, i := range rows[i].identities {
				all = append(all, keys{source: i.source, externalID: i.externalID})
			}
		}
	}
	r := newRoster(b.ImportID, b.Now, len(all))
	parts := rosterParts{contacts: true, tags: b.Mapped[k.at.tags], consents: k.at.anyConsent(b.Mapped)}
	if err := r.lookUp(ctx, tx, all, parts); err != nil {
		return err
	}
	if err := run.markWritten(ctx, tx, b, r); err != nil {
		return err
	}
	look, fresh := k.arrivals(b, r, run, rows)
	if err := r.compare(ctx, tx, b, fresh); err != nil {
		return err
	}
	if _, err := r.loadLate(ctx, tx, fresh, parts); err != nil {
		return err
	}
	entries := make([]*entry, len(rows))
	for i := range rows {
		if b.Outcomes[i].State == collect.Pending {
			entries[i] = k.apply(b, r, run, i, &rows[i], look[i])
		}
	}
	created, changed, err := r.flush(ctx, tx, b)
	if err != nil {
		return err
	}
	if err := r.argue(ctx, tx, b); err != nil {
		return err
	}
	for i, e := range entries {
		if e != nil {
			run.remember(b, e, rows[i].keys, b.Rows[i].Number)
			k.report(b, &rows[i], i, e)
		}
	}
	return auditBatch(ctx, tx, b, batchSummary{Kind: k.Name(), Created: created, Changed: changed})
}

// apply decides the outcome of one row and changes its customer in the roster. It gives nil for a row that was not taken.
func (k *customerKind) apply(b *collect.Batch, r *roster, run *customerRun, i int, row *customerRow, fresh *arrival) (is *entry) {
	if row.keys.none() {
		b.Reject(i, "nothing_to_know_by", "name", "")
		return nil
	}
	found, clashes := r.find(row.keys)
	number := b.Rows[i].Number
	if found == nil {
		instead, skip := fresh.decided(b)
		if skip {
			b.Alikes.Skipped++
			b.Outcomes[i].State = collect.Duplicate
			return nil
		}
		if found = instead; found != nil {
			b.Alikes.Updated++
		}
	}
	if fresh != nil {
		defer func() { fresh.made = is }()
	}
	switch {
	case found == nil && run.seenBefore(row.keys, number):
		b.Outcomes[i].State = collect.Duplicate
		return nil
	case found == nil && b.Mode == collect.ModeUpdate:
		b.Reject(i, "not_found", "external_id", "")
		return nil
	case k.lacks(b, row, found) != "":
		b.Reject(i, "required_at_stage", k.lacks(b, row, found), "")
		return nil
	case found == nil:
		found = r.create(row.Customer)
		found.claimed = number
		k.setOwner(run, found, row)
		found.add(r, row)
		b.Outcomes[i].State = collect.Created
		return found
	case !found.inScope:
		b.Reject(i, "customer_of_others", "external_id", "")
		return nil
	}
	unsettled := r.settle(found, row.keys, clashes, b.Mode != collect.ModeCreate)
	switch {
	case found.claimed != 0 || run.written.Contains(uint64(found.ID)) && !found.isNew:
		b.Outcomes[i].State = collect.Duplicate
		if !fresh.within() {
			r.attach(found, row.keys, row.contacts)
		} else if found.fill(r, row) {
			b.Outcomes[i].State = collect.Updated
		}
	case b.Mode == collect.ModeCreate:
		found.claimed = number
		b.Outcomes[i].State = collect.Duplicate
	default:
		found.claimed = number
		changed := k.merge(run, found, row)
		changed = found.add(r, row) || changed
		b.Outcomes[i].State = outcome(found, changed)
	}
	if unsettled {
		b.AddFinding(collect.Finding{Cause: "identity_conflict", SubjectType: "customer", SubjectID: found.ID,
			SubjectLabel: row.keys.externalID, RowNumber: number})
	}
	return found
}

// add gives e the keys, contact points, tags and consents of row and says whether any was new.
func (e *entry) add(r *roster, row *customerRow) bool {
	added := r.attach(e, row.keys, row.contacts)
	for _, i := range row.identities {
		added = r.attach(e, keys{source: i.source, externalID: i.externalID}, nil) || added
	}
	added = e.tag(row.tags) || added
	for _, c := range row.consents {
		added = e.agree(c) || added
	}
	return added
}

// merge writes what row brings over what e holds and says whether anything differed.
func (k *customerKind) merge(run *customerRun, e *entry, row *customerRow) bool {
	before := e.Customer
	for i, f := range textFields {
		if row.set&(1<<i) != 0 {
			*f.of(&e.Customer) = *f.of(&row.Customer)
		}
	}
	if row.Birthday != nil {
		e.Birthday = row.Birthday
	}
	e.Custom = mergedCustom(e.Custom, row.Custom)
	k.setOwner(run, e, row)
	e.settle()
	return !sameRecord(&before, &e.Customer)
}

func (k *customerKind) setOwner(run *customerRun, e *entry, row *customerRow) {
	if row.owner == "" {
		return
	}
	if s, known := run.staff.find(row.owner); known && (e.OwnerID == nil || *e.OwnerID != s.ID) {
		e.OwnerID, e.TeamID = &s.ID, s.TeamID
	}
}

// report adds the findings of a row that was taken; an unchanged row has nothing new to tell.
func (k *customerKind) report(b *collect.Batch, row *customerRow, i int, e *entry) {
	finding := collect.Finding{SubjectType: "customer", SubjectID: e.ID, SubjectLabel: row.keys.externalID, RowNumber: b.Rows[i].Number}
	for _, u := range row.unfit {
		told := finding
		told.Cause, told.Field = u.cause, u.field
		b.AddFinding(told)
	}
	switch b.Outcomes[i].State {
	case collect.Duplicate:
		if b.Mode != collect.ModeCreate || e.claimed != finding.RowNumber {
			finding.Cause = "duplicate_in_file"
			b.AddFinding(finding)
		}
		return
	case collect.Created, collect.Updated:
	default:
		return
	}
	for _, p := range row.contacts {
		if p.State == ContactInvalid {
			finding.Cause, finding.Field, finding.Value = p.Kind+"_unreadable", p.Kind, p.Raw
			b.AddFinding(finding)
		} else if p.Kind != ContactWeChat && reformatted(p) {
			b.Correct(p.Kind+"_normalized", mask(p.Kind, p.Raw), mask(p.Kind, p.Value))
		}
	}
	if row.owner != "" && e.OwnerID == nil {
		finding.Cause, finding.Field, finding.Value = "owner_unknown", "owner", row.owner
		b.AddFinding(finding)
	}
}

// reformatted says that more was done to a contact point than putting the country code in front.
func reformatted(p ContactPoint) bool {
	return p.Raw != p.Value && !strings.HasSuffix(p.Value, p.Raw)
}
