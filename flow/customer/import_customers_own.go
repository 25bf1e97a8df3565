package customer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/flow/collect"
)

// OwnFields implements collect.Extended: the fields the workspace has defined. A cell that cannot be read leaves the
// field as it is, with a finding.
func (k *customerKind) OwnFields() []collect.Field {
	var all []collect.Field
	for _, f := range k.own().Live() {
		if f.Type == field.Formula || isFile(f) {
			continue // nobody brings what is reckoned, and no cell holds a file
		}
		all = append(all, k.ownField(f))
		if f.Type == field.Address {
			all = append(all, k.addressFields(f)...)
		}
	}
	return all
}

// Refuses implements collect.Refusing: files are uploaded to the customer, not brought by a table.
func (k *customerKind) Refuses(name string) string {
	key, own := strings.CutPrefix(name, customPrefix)
	if f, known := k.own().Find(key); own && known && isFile(f) {
		return "field_takes_files"
	}
	return ""
}

func (k *customerKind) ownField(f *field.Field) collect.Field {
	as := collect.Field{Name: customPrefix + f.Key, LabelZH: f.Label.Chinese, LabelEN: f.Label.English, Type: collect.Text, Lenient: true,
		Personal: f.Private(), Secret: f.Sealed(), Aliases: []string{f.Key}}
	switch f.Type {
	case field.Number:
		as.Type = collect.Quantity
	case field.Money:
		as.Type = collect.Money
	case field.Day:
		as.Type = collect.Day
	case field.Boolean:
		as.Type = collect.Bool
	case field.Phone:
		as.Type = collect.Phone
	case field.Email:
		as.Type = collect.Email
	}
	if as.Type == collect.Text || as.Type == collect.Phone || as.Type == collect.Email {
		as.Clean = func(cell string) (string, string) { return cleanOwn(f, cell, k.workspace().Country) }
	}
	return as
}

// addressFields are the parts of an address, for files that have a column for each. Their headers are too common to be guessed.
func (k *customerKind) addressFields(f *field.Field) (all []collect.Field) {
	for _, part := range field.AddressParts {
		label := customerFields[fieldIndex(customerFields, part)]
		all = append(all, collect.Field{Name: customPrefix + f.Key + "." + part, LabelZH: f.Label.Chinese + "·" + label.LabelZH, LabelEN: f.Label.English + " · " + label.LabelEN,
			Type: collect.Text, Lenient: true, Personal: f.Private(), Secret: f.Sealed()})
	}
	return all
}

// cleanOwn reads a cell as the field's type; several choices come back a line each.
func cleanOwn(f *field.Field, cell, region string) (clean, code string) {
	if f.Type == field.Customer {
		if record, code := cleanRecord(cell); code == "" {
			return record, "" // dropUnknown finds who that is
		}
	}
	value, key := readText(f, trimmed(cell), region)
	if key == "" {
		switch v := value.(type) {
		case map[string]any:
			return cell, "" // keptValue parts it
		case string:
			return v, ""
		case []any:
			words := make([]string, len(v))
			for i := range v {
				words[i], _ = v[i].(string)
			}
			return strings.Join(words, "\n"), ""
		}
		return "", ""
	}
	switch f.Type {
	case field.Choice, field.Choices:
		return "", "choice_unknown"
	case field.MonthDay:
		return "", "month_day_unreadable"
	case field.Phone:
		return "", "phone_unreadable"
	case field.Email:
		return "", "email_unreadable"
	case field.Customer:
		return "", "customer_unknown"
	case field.Address:
		return "", addressUnread(key)
	}
	return "", "text_unreadable"
}

// unfit is a value of a row that its customer cannot hold.
type unfit struct{ cause, field string }

// prepareOwn puts the custom cells of a row on its record.
func (k *customerKind) prepareOwn(b *collect.Batch, from *collect.Row, row *customerRow) {
	own, custom, parts := k.own(), map[string]any{}, map[string]map[string]any{}
	for i, name := range b.Custom {
		v := from.Values[k.at.custom+i]
		name, ours := k.ownName(name)
		if !v.Set || !ours {
			continue
		}
		f, known := own.Find(name)
		part := ""
		if !known {
			f, part, known = own.Part(name)
		}
		switch {
		case !known:
			custom[name] = v.Text
		case f.Archived() || f.Type == field.Formula || isFile(f):
			row.unfit = append(row.unfit, unfit{"field_archived", customPrefix + name})
		case !f.For(row.Kind):
			row.unfit = append(row.unfit, unfit{"field_not_for_kind", customPrefix + name})
		case part != "":
			if parts[f.Key] == nil {
				parts[f.Key] = map[string]any{}
			}
			parts[f.Key][part] = v.Text
		default:
			custom[name] = keptValue(f, v)
		}
	}
	for key, of := range parts {
		value, why := readAddressParts(of)
		switch {
		case why != "":
			row.unfit = append(row.unfit, unfit{addressUnread(why), customPrefix + key})
		case value != nil:
			custom[key] = value
		}
	}
	row.Custom = customText(custom)
}

// addressUnread is what the importer calls an address that cannot be taken.
func addressUnread(key string) string {
	switch key {
	case "city_not_in_province", "district_not_in_city":
		return key
	}
	return "address_unreadable"
}

// keptValue gives a cell as the record keeps it. A column of a field defined while the file was running is still text.
func keptValue(f *field.Field, v collect.Value) any {
	switch {
	case f.Type == field.Address:
		value, _ := readAddressLine(v.Text) // it was read before
		return value
	case v.Text != "" && f.Type != field.Choices:
		return v.Text
	case f.Type == field.Choices:
		return strings.Split(v.Text, "\n")
	case f.Type == field.Money:
		return v.Minor(money.Exponent(f.Unit))
	case f.Type == field.Boolean:
		return v.Int != 0
	}
	return v.Float()
}

// lacks gives a field that the stage a row puts its customer into requires, and that neither of them has.
func (k *customerKind) lacks(b *collect.Batch, row *customerRow, found *entry) (key string) {
	if stage := k.at.text[stageField]; stage < 0 || row.set&(1<<stageField) == 0 {
		return ""
	}
	if found != nil && found.LifecycleStage == row.LifecycleStage {
		return "" // she stands there already
	}
	after := row.Customer
	if found != nil {
		after.Kind = found.Kind
		after.Custom = mergedCustom(found.Custom, row.Custom)
	}
	if missing := after.missing(k.own()); len(missing) > 0 {
		return customPrefix + missing[0].Key
	}
	return ""
}

// stageField is the place of lifecycle_stage in textFields.
var stageField = slices.IndexFunc(textFields, func(f textField) bool { return f.name == "lifecycle_stage" })

func mergedCustom(before, more string) string {
	if more == "{}" {
		return before
	}
	fields := customFields(before)
	for name, value := range customFields(more) {
		if sameValue(fields[name], value) {
			continue
		}
		fields[name] = value
	}
	return customText(fields)
}

// dropUnknown takes references to customers out of the rows that name nobody the person importing may see.
func (k *customerKind) dropUnknown(ctx context.Context, tx *db.Tx, names []string, rows []customerRow) error {
	for _, name := range names {
		f, known := k.own().Find(name)
		if !known || f.Type != field.Customer {
			continue
		}
		if err := resolveReferences(ctx, tx, name, rows); err != nil {
			return err
		}
		named := map[int64]bool{}
		for i := range rows {
			if id, err := strconv.ParseInt(referenceIn(&rows[i], name), 10, 64); err == nil {
				named[id] = false
			}
		}
		ids := make([]int64, 0, len(named))
		for id := range named {
			ids = append(ids, id)
		}
		if err := inChunks(ids, lookUpChunk, func(chunk []int64) error {
			var there []int64
			err := tx.NewRaw("select c.id from customers c where c.id in (?) and "+living+" and ?", bun.List(chunk), scope(ctx, "c")).Scan(ctx, &there)
			for _, id := range there {
				named[id] = true
			}
			return err
		}); err != nil {
			return err
		}
		for i := range rows {
			id, err := strconv.ParseInt(referenceIn(&rows[i], name), 10, 64)
			if err == nil && !named[id] {
				fields := customFields(rows[i].Custom)
				delete(fields, name)
				rows[i].Custom = customText(fields)
				rows[i].unfit = append(rows[i].unfit, unfit{"customer_unknown", customPrefix + name})
			}
		}
	}
	return nil
}

func referenceIn(row *customerRow, name string) string {
	if row.Custom == "" || row.Custom == "{}" {
		return ""
	}
	text, _ := customFields(row.Custom)[name].(string)
	return text
}

// resolveReferences puts the ids of customers in the place of their record numbers, 0 for those nobody has here.
func resolveReferences(ctx context.Context, tx *db.Tx, name string, rows []customerRow) error {
	var all []keys
	for i := range rows {
		if record := referenceIn(&rows[i], name); recordForm.MatchString(record) {
			all = append(all, keys{record: record})
		}
	}
	if len(all) == 0 {
		return nil
	}
	r := newRoster(0, 0, len(all))
	if err := r.lookUp(ctx, tx, all, rosterParts{}); err != nil {
		return err
	}
	for i := range rows {
		record := referenceIn(&rows[i], name)
		if !recordForm.MatchString(record) {
			continue
		}
		fields, id := customFields(rows[i].Custom), int64(0)
		if e := r.byIdentity[recordIdentity(record)]; e != nil {
			id = e.ID
		}
		fields[name] = strconv.FormatInt(id, 10)
		rows[i].Custom = customText(fields)
	}
	return nil
}
