package customer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// Where a value came from, as its history tells. What a customer was made with comes from the customer's own source.
const (
	saidByStaff  = "staff"
	saidByImport = "import"
	saidByMerge  = "merge"
)

// historyRow is one change of one field of a customer. Values are texts; those of custom fields are JSON. "" is none.
type historyRow struct {
	ID         int64   `bun:"id"`
	Field      string  `bun:"field"`
	Before     string  `bun:"before"`
	After      string  `bun:"after"`
	Source     string  `bun:"source"`
	Actor      string  `bun:"actor"`
	ImportID   *int64  `bun:"import_id"`
	ImportName *string `bun:"import_name"`
	HappenedAt int64   `bun:"happened_at"`
}

// told gathers changes of fields to be written with the change itself.
type told struct {
	source   string
	importID *int64
	at       int64
	rows     []toldRow
}

type toldRow struct {
	customerID           int64
	field, before, after string
}

// compare notes every field in which two versions of a record differ; before is nil for a record just made.
func (h *told) compare(before, after *Customer) {
	if before == nil {
		before = &Customer{Kind: after.Kind, Gender: GenderUnknown, LifecycleStage: after.LifecycleStage, Source: after.Source}
	}
	note := func(name, was, is string) {
		if was != is {
			h.rows = append(h.rows, toldRow{after.ID, name, was, is})
		}
	}
	for _, f := range textFields {
		note(f.name, *f.of(before), *f.of(after))
	}
	if !equal(before.Birthday, after.Birthday) {
		note("birthday", before.attribute("birthday"), after.attribute("birthday"))
	}
	if before.Custom == after.Custom {
		return
	}
	was, is := customFields(before.Custom), customFields(after.Custom)
	for name := range union(was, is) {
		note(customPrefix+name, valueText(was[name]), valueText(is[name]))
	}
}

// contact notes a way to reach a customer that was taken away or came: masked, for a history shows who changed what, and
// the contact point itself stands where rights keep it.
func (h *told) contact(customerID int64, kind, before, after string) {
	h.rows = append(h.rows, toldRow{customerID, kind, maskOrNothing(kind, before), maskOrNothing(kind, after)})
}

// contacts takes over the ways to reach a customer from what a change has noted for the audit log, where they are masked.
func (h *told) contacts(customerID int64, changed difference) {
	for _, kind := range contactKinds {
		if c, there := changed[kind]; there {
			before, _ := c[0].(string)
			after, _ := c[1].(string)
			h.rows = append(h.rows, toldRow{customerID, kind, before, after})
		}
	}
}

func valueText(value any) string {
	if value == nil {
		return ""
	}
	return jsonText(value)
}

const historyColumns = "id, customer_id, field, before, after, source, actor, staff_id, import_id, happened_at"

func (h *told) write(ctx context.Context, tx *db.Tx) error {
	if len(h.rows) == 0 {
		return nil
	}
	id, err := tx.NextIDs(ctx, "field_history", len(h.rows))
	if err != nil {
		return err
	}
	actor := guard.ActorOf(ctx)
	rows := db.NewBulk("field_history", historyColumns, "")
	for i, r := range h.rows {
		rows.Add(id+int64(i), r.customerID, r.field, r.before, r.after, h.source, actor.Name, actingStaff(ctx), h.importID, h.at)
		if err := rows.Spill(ctx, tx); err != nil {
			return err
		}
	}
	return rows.Insert(ctx, tx)
}

// tell writes what one change did to one customer into the history of its fields; changed is what it has noted for the
// audit log, nil where it touches no contact point.
func tell(ctx context.Context, tx *db.Tx, source string, before, after *Customer, changed difference) error {
	h := told{source: source, at: clock.Millis(ctx)}
	h.compare(before, after)
	h.contacts(after.ID, changed)
	return h.write(ctx, tx)
}

// untell forgets what an import has said about a customer, once it is taken back.
func untell(ctx context.Context, tx *db.Tx, importID, customerID int64) error {
	_, err := tx.Do(ctx, "delete from field_history where customer_id = ? and import_id = ?", customerID, importID)
	return err
}

// History tells where the value of a field comes from: what it was and became, who or what said so, and when; newest
// first. The field is one of the customer's own or the key of one the workspace has defined. Faults: not found, forbidden.
func (s *Store) History(ctx context.Context, id int64, name string) ([]FieldChange, error) {
	own, defined := field.Of(ctx).Find(strings.TrimPrefix(name, customPrefix))
	switch {
	case strings.HasPrefix(name, customPrefix) || hasHistory(name):
	case defined:
		name = customPrefix + name
	default:
		return nil, fault.NotFound("field", name)
	}
	right := guard.FieldsOf(ctx, noun).Right(rightOf(name))
	if right == guard.None {
		return nil, fault.Forbidden("field_not_readable", name)
	}
	c, err := s.find(ctx, s.records, id)
	if err != nil {
		return nil, err
	}
	var rows []historyRow
	if err := s.records.Ask(ctx, &rows, `
select h.id, h.field, h.before, h.after, h.source, h.actor, h.import_id, i.file_name as import_name, h.happened_at
from field_history h
left join imports i on i.id = h.import_id
where h.customer_id = ? and h.field = ?
order by h.id desc
limit 200`, id, name); err != nil {
		return nil, err
	}
	if first := c.firstValue(name, rows); first != nil {
		if first.ImportID != nil {
			var files []string
			if err := s.records.Ask(ctx, &files, "select file_name from imports where id = ?", *first.ImportID); err != nil {
				return nil, err
			}
			if len(files) > 0 {
				first.ImportName = &files[0]
			}
		}
		rows = append(rows, *first)
	}
	changes := make([]FieldChange, len(rows))
	for i, r := range rows {
		r.open(ctx)
		changes[i] = r.view(name, own, right)
	}
	return changes, nil
}

func hasHistory(name string) bool { return slices.Contains(historyNames(), name) }

// historyNames are the customer's own fields whose changes are told.
func historyNames() []string {
	names := slices.Concat([]string{"birthday"}, contactKinds)
	for _, f := range textFields {
		names = append(names, f.name)
	}
	return names
}

// firstValue gives the value that the customer was made with, which no change has told.
func (c *storedCustomer) firstValue(name string, rows []historyRow) *historyRow {
	value := c.attribute(name)
	if len(rows) > 0 {
		value = rows[len(rows)-1].Before
	}
	if value == "" {
		return nil
	}
	first := historyRow{Field: name, After: value, Source: c.Source, ImportID: c.CreatedImportID, HappenedAt: c.CreatedAt}
	if first.ImportID != nil {
		first.Source = saidByImport
	}
	return &first
}

// value gives one side of the change as the API shows it.
func (r *historyRow) value(text, name string, own *field.Field, right guard.Right) any {
	custom := strings.HasPrefix(name, customPrefix)
	var kept any = text
	switch {
	case text == "":
		return nil
	case custom:
		if err := json.Unmarshal([]byte(text), &kept); err != nil {
			kept = nil
		}
	}
	switch {
	case isContact(name):
		return text
	case right == guard.Masked && name == "address":
		return guard.MaskAddress(text)
	case right == guard.Masked && own != nil && custom:
		return maskedValue(own, kept)
	case right == guard.Masked:
		return "****"
	case own != nil && custom:
		return shownValue(own, kept)
	}
	return kept
}

// open puts sealed values in clear, for whoever may read them; a mask is put on after.
func (r *historyRow) open(ctx context.Context) {
	key, custom := strings.CutPrefix(r.Field, customPrefix)
	if !custom {
		return
	}
	for _, side := range []*string{&r.Before, &r.After} {
		var kept any
		if json.Unmarshal([]byte(*side), &kept) != nil {
			continue
		}
		if _, sealed := sealedText(kept); sealed {
			*side = valueText(openedValue(ctx, key, kept))
		}
	}
}
