package customer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// RegisterReader is a role and what it may do with a field.
type RegisterReader struct {
	Role  string            `json:"role"`
	Label map[string]string `json:"label"`
	Right guard.Right       `json:"right" enum:"none,masked,read,write"`
}

// RegisterSource is where values of a field come from.
type RegisterSource struct {
	Kind   string     `json:"kind" enum:"import,staff,merge,repair"`
	Name   string     `json:"name" doc:"of the source that lists came from"`
	Count  int64      `json:"count" doc:"lists, or changes"`
	LastAt *time.Time `json:"last_at"`
}

// RegisterItem is one field or kind of records in the register of processing (PIPL article 55 and 56, GDPR article 30), and
// the trace of a data item from where it comes to where it is used.
type RegisterItem struct {
	Name        string           `json:"name"`
	Label       field.Label      `json:"label"`
	Kind        string           `json:"kind" enum:"field,records"`
	Type        string           `json:"type" doc:"of a field of one's own"`
	Sensitivity string           `json:"sensitivity" enum:"normal,personal,sensitive"`
	Sealed      bool             `json:"sealed" doc:"kept encrypted"`
	InColumns   string           `json:"in_columns" enum:"value,presence,count,index,nothing" doc:"what analysis knows of it"`
	Purpose     string           `json:"purpose"`
	Basis       string           `json:"basis"`
	Days        *int64           `json:"retention_days"`
	Owner       *Named           `json:"owner"`
	Definition  string           `json:"definition"`
	Rule        string           `json:"rule"`
	Recipients  string           `json:"recipients"`
	Held        int64            `json:"held" doc:"customers who have it, or rows"`
	Findings    int64            `json:"findings" doc:"open findings about it"`
	Sources     []RegisterSource `json:"sources"`
	Segments    []Named          `json:"segments" doc:"that ask for it"`
	Readers     []RegisterReader `json:"readers"`
	Version     int64            `json:"version"`
}

// Register is the register of processing as it is configured now.
type Register struct {
	Company  string         `json:"company"`
	Contact  string         `json:"contact"`
	MadeAt   time.Time      `json:"made_at"`
	Notes    string         `json:"notes" doc:"what people have added"`
	Purposes []PurposeView  `json:"purposes"`
	Items    []RegisterItem `json:"items"`
}

const registerNotesKey = "privacy.register.notes"

// inColumns are the fields of which columns only know whether there is one; the others stand there, but for those
// of nothing.
var inColumns = map[string]string{"phone": "presence", "email": "presence", "wechat": "nothing", "address": "presence", "external_id": "nothing"}

var personalFields = []string{"name", "gender", "birthday", "phone", "email", "wechat", "address", "external_id"}

// heldSQL counts the customers who have a field.
var heldSQL = map[string]string{
	"phone": "select count(distinct customer_id) from contact_points where kind = 'phone'", "email": "select count(distinct customer_id) from contact_points where kind = 'email'",
	"wechat": "select count(distinct customer_id) from contact_points where kind = 'wechat'", "external_id": "select count(distinct customer_id) from identities",
	"tags": "select count(distinct customer_id) from customer_tags", "birthday": "select count(*) from customers where birthday is not null and merged_into is null",
	"gender": "select count(*) from customers where gender <> 'unknown' and merged_into is null",
}

var recordTables = map[string]string{"records.customers": "customers", "records.orders": "orders", "records.activities": "activities", "records.consents": "consents",
	"records.field_history": "field_history", "records.findings": "findings", "records.imports": "imports", "records.requests": "person_requests", "records.events": "event_batches", "records.audit": "audit_entries"}

// ProcessingRegister makes the register from what is configured, with what people have said about each item.
func (s *Store) ProcessingRegister(ctx context.Context) (*Register, error) {
	from := s.records.Read()
	settings, err := privacyOf(ctx, from)
	if err != nil {
		return nil, err
	}
	w := workspace.Of(ctx)
	r := &Register{Company: w.Name, Contact: settings.Contact, MadeAt: clock.Now(ctx).UTC(), Purposes: []PurposeView{}, Items: []RegisterItem{}}
	if _, err := db.Setting(ctx, from, registerNotesKey, &r.Notes); err != nil {
		return nil, err
	}
	for _, p := range s.purposes.All() {
		if !p.Archived {
			r.Purposes = append(r.Purposes, viewPurpose(p))
		}
	}
	for _, f := range plainFields {
		item := RegisterItem{Name: f.name, Label: f.label, Kind: "field", Sensitivity: field.Normal, InColumns: "value"}
		if slices.Contains(personalFields, f.name) {
			item.Sensitivity = field.Personal
		}
		if known := inColumns[f.name]; known != "" {
			item.InColumns = known
		}
		r.Items = append(r.Items, item)
	}
	for _, f := range field.Of(ctx).Live() {
		item := RegisterItem{Name: customPrefix + f.Key, Label: f.Label, Kind: "field", Type: string(f.Type), Sensitivity: f.Sensitivity, Sealed: f.Sealed(),
			InColumns: "value", Purpose: f.Purpose, Days: f.RetentionDays}
		switch {
		case isFile(f):
			item.InColumns = "count"
		case f.Sealed():
			item.InColumns = "index"
		case f.Withheld():
			item.InColumns = "presence"
		}
		r.Items = append(r.Items, item)
	}
	for _, k := range recordKinds {
		r.Items = append(r.Items, RegisterItem{Name: k.name, Label: recordLabels[k.name], Kind: "records", Sensitivity: field.Personal, InColumns: "nothing"})
	}
	return r, s.fillRegister(ctx, from, r)
}

// fillRegister adds what people have said, where values come from and who uses them.
func (s *Store) fillRegister(ctx context.Context, from bun.IDB, r *Register) error {
	items, err := loadItems(ctx, from)
	if err != nil {
		return err
	}
	var staff []staffRow
	if err := from.NewRaw("select id, email, name, team_id from staff").Scan(ctx, &staff); err != nil {
		return err
	}
	var segments []struct {
		ID        int64  `bun:"id"`
		Name      string `bun:"name"`
		Condition string `bun:"condition"`
	}
	if err := from.NewRaw("select id, name, condition from segments where deleted_at is null order by name").Scan(ctx, &segments); err != nil {
		return err
	}
	imports, err := importedFields(ctx, from)
	if err != nil {
		return err
	}
	said, err := saidFields(ctx, from)
	if err != nil {
		return err
	}
	for at := range r.Items {
		item := &r.Items[at]
		item.Sources, item.Segments, item.Readers = []RegisterSource{}, []Named{}, []RegisterReader{}
		for _, i := range items {
			if i.Name != item.Name {
				continue
			}
			item.Basis, item.Definition, item.Rule, item.Recipients, item.Version = i.Basis, i.Definition, i.Rule, i.Recipients, i.Version
			if item.Purpose == "" {
				item.Purpose = i.Purpose
			}
			if item.Days == nil {
				item.Days = i.RetentionDays
			}
			if i.OwnerID != nil {
				if n := slices.IndexFunc(staff, func(s staffRow) bool { return s.ID == *i.OwnerID }); n >= 0 {
					item.Owner = &Named{api.ID(staff[n].ID), staff[n].Name}
				}
			}
		}
		if err := from.NewRaw(heldQuery(item.Name)).Scan(ctx, &item.Held); err != nil {
			return err
		}
		if item.Kind == "records" {
			continue
		}
		if err := from.NewRaw("select count(*) from findings where state = 'open' and field = ?", item.Name).Scan(ctx, &item.Findings); err != nil {
			return err
		}
		item.Sources = append(append(item.Sources, imports[item.Name]...), said[item.Name]...)
		for _, g := range segments {
			if strings.Contains(g.Condition, jsonText(item.Name)) {
				item.Segments = append(item.Segments, Named{api.ID(g.ID), g.Name})
			}
		}
		for _, role := range guard.RolesNow(ctx) {
			if !guard.Can(ctx, role.Name, "customers.read") {
				continue
			}
			right := guard.FieldsOf(guard.With(ctx, guard.Actor{Name: role.Name, Role: role.Name}), noun).Right(rightName(item.Name))
			item.Readers = append(item.Readers, RegisterReader{role.Name, role.Label, right})
		}
	}
	return nil
}

func rightName(name string) string {
	if name == ContactWeChat {
		return ContactPhone
	}
	return name
}

func heldQuery(name string) string {
	if table := recordTables[name]; table != "" {
		return "select count(*) from " + table
	}
	if query := heldSQL[name]; query != "" {
		return query
	}
	if key, own := strings.CutPrefix(name, customPrefix); own { // keys are checked when they are defined
		return "select count(*) from customers where merged_into is null and custom like '%\"" + strings.ReplaceAll(likeText(key), "'", "") + "\":%' escape '!'"
	}
	return "select count(*) from customers where merged_into is null and " + name + " <> ''"
}

// importedFields tells which lists have brought a field, by the source that was named for them.
func importedFields(ctx context.Context, from bun.IDB) (map[string][]RegisterSource, error) {
	var rows []struct {
		Mapping    string `bun:"mapping"`
		FinishedAt *int64 `bun:"finished_at"`
	}
	if err := from.NewRaw("select mapping, finished_at from imports where state = 'done' and not dry_run and kind in ('customers', 'orders', 'order_lines') order by id desc limit 1000").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := map[string][]RegisterSource{}
	for _, r := range rows { // newest first
		var mapping struct {
			Columns   map[string]string `json:"columns"`
			Constants map[string]string `json:"constants"`
		}
		if json.Unmarshal([]byte(r.Mapping), &mapping) != nil {
			continue
		}
		source := mapping.Constants["source"]
		if source == "" {
			source = "import"
		}
		for _, name := range mapping.Columns {
			name = strings.TrimPrefix(name, "customer.")
			at := slices.IndexFunc(found[name], func(s RegisterSource) bool { return s.Name == source })
			if at < 0 {
				found[name] = append(found[name], RegisterSource{Kind: "import", Name: source, LastAt: instantOrNil(r.FinishedAt)})
				at = len(found[name]) - 1
			}
			found[name][at].Count++
		}
	}
	return found, nil
}

// saidFields tells who has changed a field, by the history of fields.
func saidFields(ctx context.Context, from bun.IDB) (map[string][]RegisterSource, error) {
	var rows []struct {
		Field  string `bun:"field"`
		Source string `bun:"source"`
		Count  int64  `bun:"count"`
		Last   int64  `bun:"last"`
	}
	if err := from.NewRaw("select field, source, count(*) as count, max(happened_at) as last from field_history where source <> ? group by field, source order by field, source", saidByImport).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := map[string][]RegisterSource{}
	for _, r := range rows {
		kind := r.Source
		if kind != saidByStaff && kind != saidByMerge {
			kind = "repair"
		}
		found[r.Field] = append(found[r.Field], RegisterSource{Kind: kind, Count: r.Count, LastAt: instantOrNil(&r.Last)})
	}
	return found, nil
}
