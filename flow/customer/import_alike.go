package customer

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
	"guanxi/flow/customer/match"
)

const (
	mostRowsCompared = 50_000 // rows of one import that are compared
	mostCompared     = 20_000 // customers that those of one batch are compared with
)

// alike is what a batch knows of rows that nobody is known by and that look like somebody all the same.
type alike struct {
	row   collect.AlikeRow
	entry *entry
}

// compareNew finds for the rows whose keys name nobody the likeliest of the customers who are called the same, however it is
// written, among those the importer sees. Only a trial compares without being told to: it is where a person decides.
func (k *customerKind) compareNew(ctx context.Context, tx *db.Tx, b *collect.Batch, r *roster, run *customerRun, rows []customerRow) (map[int]*alike, error) {
	if !b.DryRun && !b.Alike.Decided() {
		return nil, nil
	}
	byName := map[string][]int{}
	for i := range rows {
		if b.Outcomes[i].State != collect.Pending || rows[i].NameKey == "" || rows[i].keys.record != "" {
			continue
		}
		if found, _ := r.find(rows[i].keys); found != nil || run.seenBefore(rows[i].keys, b.Rows[i].Number) {
			continue
		}
		if run.checked >= mostRowsCompared {
			b.Alikes.Unchecked++
			continue
		}
		run.checked++
		b.Alikes.Checked++
		byName[rows[i].NameKey] = append(byName[rows[i].NameKey], i)
	}
	if len(byName) == 0 {
		return nil, nil
	}
	candidates, err := called(ctx, tx, byName)
	if err != nil || len(candidates) == 0 {
		return nil, err
	}
	if run.models == nil {
		if run.models, err = modelsOf(ctx, tx); err != nil {
			return nil, err
		}
	}
	look := map[int]*alike{}
	for name, at := range byName {
		others := candidates[name]
		for _, i := range at {
			if best := likeliest(match.Judge(run.models, sound, rows[i].record(), others)); best != nil {
				look[i] = &alike{row: collect.AlikeRow{Row: b.Rows[i].Number, Record: best.B, Score: best.Score, Fields: speaking(best)}}
			}
		}
	}
	for i, a := range look {
		b.Alikes.Looks(a.row)
		if b.Alike.For(b.Rows[i].Number, a.row.Score) == collect.AlikeUpdate {
			a.entry = r.stored(a.row.Record)
		}
	}
	slices.SortFunc(b.Alikes.Rows, func(x, y collect.AlikeRow) int { return int(x.Row - y.Row) })
	return look, nil
}

// called gives the living customers of these names whom the importer may change, with how to reach them, by name.
func called(ctx context.Context, tx *db.Tx, byName map[string][]int) (map[string][]match.Record, error) {
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	named := map[int64]string{}
	if err := inChunks(names, lookUpChunk, func(chunk []string) error {
		var rows []struct {
			ID      int64  `bun:"id"`
			NameKey string `bun:"name_key"`
		}
		err := tx.NewRaw("select c.id, c.name_key from customers c where c.name_key in (?) and "+living+" and ? order by c.id limit ?",
			bun.List(chunk), scope(ctx, "c"), mostCompared-len(named)).Scan(ctx, &rows)
		for _, row := range rows {
			named[row.ID] = row.NameKey
		}
		return err
	}); err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(named))
	for id := range named {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	found := map[string][]match.Record{}
	return found, inChunks(ids, lookUpChunk, func(chunk []int64) error {
		records, err := readRecords(ctx, tx, "c.id in (?) order by c.id", bun.List(chunk))
		if err != nil {
			return err
		}
		if err := readContacts(ctx, tx, records, "customer_id in (?)", bun.List(chunk)); err != nil {
			return err
		}
		for _, record := range records {
			if name := named[record.ID]; len(found[name]) < mostAlike {
				found[name] = append(found[name], record)
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
	models["person"], models["organization"] = match.Untaught(false, float64(most)), match.Untaught(true, float64(most))
	return models, nil
}

// loadLate reads the records that rows are to update because they look like them.
func (r *roster) loadLate(ctx context.Context, tx *db.Tx, look map[int]*alike, parts rosterParts) error {
	all := r.byID
	r.byID = map[int64]*entry{}
	for _, a := range look {
		if a.entry != nil && a.entry.CreatedAt == 0 && a.entry.Version == 0 { // not read yet
			r.byID[a.entry.ID] = a.entry
		}
	}
	late := r.byID
	err := r.load(ctx, tx, parts)
	r.byID = all
	for id, e := range late {
		r.byID[id] = e
	}
	return err
}
