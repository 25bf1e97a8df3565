package customer

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
	"guanxi/flow/customer/match"
)

const (
	mostRowsCompared = 50_000 // customers that the rows of one import would make and that are compared
	mostCompared     = 20_000 // customers that those of one batch are compared with
)

// arrival is a customer whom a row would make, for its keys name nobody.
type arrival struct {
	number int64  // of the row
	part   string // of relations: which end of the row
	name   string // the key of it
	keys   []string
	record *match.Record
	first  *arrival // of those that earlier rows name by the same keys
	like   *alike
	made   *entry // what became of it
}

// alike is whom a arrival looks like: somebody stored, or the arrival of an earlier row of the same batch. Of an earlier
// batch of a trial, which was taken back, neither is left.
type alike struct {
	row     collect.AlikeRow
	entry   *entry
	earlier *arrival
}

// alikeRun is what a run remembers to find who looks like whom. A trial also knows the arrivals of the batches before, for
// they are stored nowhere.
type alikeRun struct {
	models       map[string]*match.Learned
	kept, latest arrivals // of the batches before, and of the one that began at firstRow
	firstRow     int64
}

// arrivals finds those of a file by what they are known by, and by name.
type arrivals struct {
	byKey  map[string]*arrival
	byName map[string][]*arrival
}

func (n *arrivals) clear() { *n = arrivals{map[string]*arrival{}, map[string][]*arrival{}} }

func (n *arrivals) add(more *arrival) {
	for _, key := range more.keys {
		if n.byKey[key] == nil {
			n.byKey[key] = more
		}
	}
	if len(n.byName[more.name]) < mostAlike {
		n.byName[more.name] = append(n.byName[more.name], more)
	}
}

// alikesOf gives what the run remembers, ready for a batch, which may be the same one again.
func alikesOf(b *collect.Batch) *alikeRun {
	run, going := b.Run.Alike.(*alikeRun)
	if !going {
		run = &alikeRun{}
		run.kept.clear()
		b.Run.Alike = run
	}
	if first := b.Rows[0].Number; run.firstRow != first && b.DryRun {
		for _, same := range run.latest.byName {
			for _, n := range same {
				n.made = nil
				if n.like != nil {
					n.like.entry, n.like.earlier = nil, nil
				}
				run.kept.add(n)
			}
		}
	}
	run.firstRow = b.Rows[0].Number
	run.latest.clear()
	return run
}

// arrival tells of a customer whom a row would make, nil where rows are not compared or hers cannot be: only a trial compares
// without being told to, for it is where a person decides.
func (r *roster) arrival(b *collect.Batch, number int64, part, name string, k keys, record func() *match.Record) *arrival {
	if name == "" || k.record != "" || !b.DryRun && !b.Alike.Decided() {
		return nil
	}
	n := &arrival{number: number, part: part, name: name}
	for _, rule := range r.rules {
		for _, known := range [...]struct{ kind, value, key string }{
			{KeyExternalID, k.externalID, k.source + identitySeparator + k.externalID}, {KeyPhone, k.phone, k.phone}, {KeyEmail, k.email, k.email}} {
			if rule.Kind == known.kind && known.value != "" && !r.shared[known.value] {
				n.keys = append(n.keys, part+identitySeparator+known.kind+known.key)
			}
		}
	}
	n.record = record()
	return n
}

// compare finds for each arrival the likeliest of the customers who are called the same, however it is written: among those
// who are there and the importer sees, else among the earlier rows of the file.
func (r *roster) compare(ctx context.Context, tx *db.Tx, b *collect.Batch, all []*arrival) error {
	if len(all) == 0 {
		return nil
	}
	run := alikesOf(b)
	var fresh []*arrival
	named := map[string]bool{}
	for _, n := range all {
		if run.follows(n) {
			continue
		}
		if b.Compared+b.Alikes.Checked >= mostRowsCompared {
			b.Alikes.Unchecked++
			continue
		}
		b.Alikes.Checked++
		run.latest.add(n)
		fresh, named[n.name] = append(fresh, n), true
	}
	if len(fresh) == 0 {
		return nil
	}
	stored, err := called(ctx, tx, b.ImportID, named)
	if err != nil {
		return err
	}
	if run.models == nil {
		if run.models, err = modelsOf(ctx, tx); err != nil {
			return err
		}
	}
	for _, n := range fresh {
		if n.like = run.look(n, stored[n.name], b.Mode); n.like == nil {
			continue
		}
		b.Alikes.Looks(n.like.row)
		if id := n.like.row.Record; id != 0 && b.Alike.For(n.like.row) == collect.AlikeUpdate {
			n.like.entry = r.stored(id)
		}
	}
	return nil
}

// follows says that an earlier row names the same customer already: what was decided for that one holds for both.
func (run *alikeRun) follows(n *arrival) bool {
	for _, known := range [...]arrivals{run.latest, run.kept} {
		for _, key := range n.keys {
			if first := known.byKey[key]; first != nil {
				n.first = first
				return true
			}
		}
	}
	return false
}

// look gives whom a arrival looks like, nil for nobody.
func (run *alikeRun) look(n *arrival, stored []namesake, mode collect.Mode) *alike {
	row := collect.AlikeRow{Row: n.number, Part: n.part}
	for _, ours := range [...]bool{false, true} { // who was there before this import comes first
		var others []match.Record
		for _, s := range stored {
			if s.ours == ours && s.Organization == n.record.Organization {
				others = append(others, s.Record)
			}
		}
		if best := run.likeliest(n.record, others); best != nil {
			row.Within, row.Record, row.Score, row.Fields = ours, best.B, best.Score, speaking(best)
			return &alike{row: row}
		}
	}
	if mode == collect.ModeUpdate {
		return nil // earlier rows make nobody
	}
	var others []match.Record
	var whose []*arrival
	for _, earlier := range slices.Concat(run.kept.byName[n.name], run.latest.byName[n.name]) {
		if earlier == n {
			break // the rest come later
		}
		if earlier.record.Organization == n.record.Organization {
			other := *earlier.record
			other.ID = int64(len(others))
			others, whose = append(others, other), append(whose, earlier)
		}
	}
	best := run.likeliest(n.record, others)
	if best == nil {
		return nil
	}
	row.Within, row.Earlier, row.Score, row.Fields = true, whose[best.B].number, best.Score, speaking(best)
	return &alike{row: row, earlier: whose[best.B]}
}

func (run *alikeRun) likeliest(record *match.Record, others []match.Record) *match.Pair {
	if len(others) == 0 {
		return nil
	}
	return likeliest(match.Judge(run.models, sound, record, others))
}

// decided gives what becomes of a arrival: whom its row is about instead, or that the row is skipped.
func (n *arrival) decided(b *collect.Batch) (found *entry, skip bool) {
	if n != nil && n.first != nil {
		n = n.first
	}
	if n == nil || n.like == nil {
		return nil, false
	}
	switch b.Alike.For(n.like.row) {
	case collect.AlikeSkip:
		return nil, true
	case collect.AlikeUpdate:
		if n.like.earlier != nil {
			return n.like.earlier.made.root(), false
		}
		return n.like.entry.root(), false
	}
	return nil, false
}

// within says that the arrival is an earlier row of the same file, and so only fills what that left empty.
func (n *arrival) within() bool { return n != nil && n.like != nil && n.like.row.Within }

// namesake is a stored customer of a name that rows bring. ours says that the import has made her.
type namesake struct {
	match.Record
	ours bool
}

// called gives the living customers of these names whom the importer may change, with how to reach them, by name.
func called(ctx context.Context, tx *db.Tx, importID int64, all map[string]bool) (map[string][]namesake, error) {
	names := slices.Sorted(maps.Keys(all))
	type who struct {
		ID      int64  `bun:"id"`
		NameKey string `bun:"name_key"`
		Ours    bool   `bun:"ours"`
	}
	named := map[int64]who{}
	if err := inChunks(names, lookUpChunk, func(chunk []string) error {
		var rows []who
		err := tx.NewRaw("select c.id, c.name_key, coalesce(c.created_import_id, 0) = ? as ours from customers c where c.name_key in (?) and "+living+" and ? order by c.id limit ?",
			importID, bun.List(chunk), scope(ctx, "c"), mostCompared-len(named)).Scan(ctx, &rows)
		for _, row := range rows {
			named[row.ID] = row
		}
		return err
	}); err != nil {
		return nil, err
	}
	found := map[string][]namesake{}
	return found, inChunks(slices.Sorted(maps.Keys(named)), lookUpChunk, func(chunk []int64) error {
		records, err := readRecords(ctx, tx, "c.id in (?) order by c.id", bun.List(chunk))
		if err != nil {
			return err
		}
		if err := readContacts(ctx, tx, records, "customer_id in (?)", bun.List(chunk)); err != nil {
			return err
		}
		for _, record := range records {
			if of := named[record.ID]; len(found[of.NameKey]) < mostAlike {
				found[of.NameKey] = append(found[of.NameKey], namesake{record, of.Ours})
			}
		}
		return nil
	})
}

// record gives a row as what is compared.
func (row *customerRow) record() *match.Record {
	r := &match.Record{Organization: row.Kind == KindOrganization, Name: row.Name, Given: row.GivenName, Family: row.FamilyName, Gender: row.Gender,
		City: row.City, Postcode: row.Postcode, Address: row.Address, Company: row.Company}
	if row.Birthday != nil {
		r.Birthday = *row.Birthday
	}
	for _, p := range row.contacts {
		switch {
		case p.State != ContactOK:
		case p.Kind == ContactPhone:
			r.Phones = append(r.Phones, p.Value)
		case p.Kind == ContactEmail:
			r.Emails = append(r.Emails, p.Value)
		}
	}
	return r
}

// likeliest gives the best of the pairs that are worth telling, nil where none is.
func likeliest(pairs []match.Pair) (best *match.Pair) {
	for i := range pairs {
		if p := &pairs[i]; p.Score >= leastTold && (best == nil || p.Score > best.Score) {
			best = p
		}
	}
	return best
}

// speaking names the fields that speak for a pair, the strongest first.
func speaking(p *match.Pair) []string {
	evidence := slices.Clone(p.Evidence)
	slices.SortFunc(evidence, func(a, b match.Evidence) int { return int(100 * (b.Bits - a.Bits)) })
	fields := []string{}
	for _, e := range evidence {
		if e.Bits > 1 && !slices.Contains(fields, e.Field) {
			fields = append(fields, e.Field)
		}
	}
	return fields
}

// fewest is among how many customers one is taken to be at least: in an empty workspace, too, few share a name.
const fewest = 1000

// modelsOf reads what the latest scan has learned; before the first one it gives beliefs about as many records as there are.
func modelsOf(ctx context.Context, from bun.IDB) (map[string]*match.Learned, error) {
	var learned []string
	if err := from.NewRaw("select learned from duplicate_scans where state = ? order by id desc limit 1", ScanDone).Scan(ctx, &learned); err != nil {
		return nil, err
	}
	models := map[string]*match.Learned{}
	if len(learned) > 0 {
		err := json.Unmarshal([]byte(learned[0]), &models)
		return models, err
	}
	var most int64
	if err := from.NewRaw("select coalesce(max(id), 0) from customers").Scan(ctx, &most); err != nil {
		return nil, err
	}
	among := max(float64(most), fewest)
	models["person"], models["organization"] = match.Untaught(false, among), match.Untaught(true, among)
	return models, nil
}

// loadLate reads the records that rows are to update because they look like them, and gives their ids.
func (r *roster) loadLate(ctx context.Context, tx *db.Tx, all []*arrival, parts rosterParts) (ids []int64, err error) {
	known := r.byID
	r.byID = map[int64]*entry{}
	for _, n := range all {
		if n.like == nil || n.like.entry == nil {
			continue
		}
		if e := n.like.entry; e.CreatedAt == 0 && e.Version == 0 && r.byID[e.ID] == nil { // not read yet
			r.byID[e.ID] = e
			ids = append(ids, e.ID)
		}
	}
	late := r.byID
	err = r.load(ctx, tx, parts)
	r.byID = known
	maps.Copy(r.byID, late)
	return ids, err
}

// fill gives e what it lacks and row has, and says whether that was anything.
func (e *entry) fill(r *roster, row *customerRow) bool {
	before := e.Customer
	for i, f := range textFields {
		if to := f.of(&e.Customer); row.set&(1<<i) != 0 && *to == "" {
			*to = *f.of(&row.Customer)
		}
	}
	if e.Birthday == nil {
		e.Birthday = row.Birthday
	}
	e.Custom = mergedCustom(row.Custom, e.Custom)
	e.settle()
	return e.add(r, row) || !sameRecord(&before, &e.Customer)
}
