package customer

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/field"
)

type fieldRow struct {
	Key           string `bun:"key"`
	LabelZH       string `bun:"label_zh"`
	LabelEN       string `bun:"label_en"`
	AppliesTo     string `bun:"applies_to"`
	Type          string `bun:"type"`
	Unit          string `bun:"unit"`
	Purpose       string `bun:"purpose"`
	Sensitivity   string `bun:"sensitivity"`
	RetentionDays *int64 `bun:"retention_days"`
	RequiredAt    string `bun:"required_at"`
	Choices       string `bun:"choices"`
	Formula       string `bun:"formula"`
	Files         string `bun:"files"`
	Inputs        string `bun:"inputs"`
	Result        string `bun:"result"`
	Group         string `bun:"form_group"`
	Position      int64  `bun:"position"`
	ArchivedAt    *int64 `bun:"archived_at"`
	Version       int64  `bun:"version"`
}

// loadFields reads all fields in the order of forms.
func loadFields(ctx context.Context, from bun.IDB) ([]*field.Field, error) {
	var rows []fieldRow
	if err := from.NewRaw(`
select key, label_zh, label_en, applies_to, type, unit, purpose, sensitivity, retention_days, required_at, choices, files, formula, inputs, result, form_group,
  position, archived_at, version
from customer_fields
order by position, created_at, key`).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]*field.Field, len(rows))
	for i, r := range rows {
		f := &field.Field{Key: r.Key, Label: field.Label{Chinese: r.LabelZH, English: r.LabelEN}, AppliesTo: r.AppliesTo, Type: field.Type(r.Type),
			Unit: r.Unit, Purpose: r.Purpose, Sensitivity: r.Sensitivity, RetentionDays: r.RetentionDays, Group: r.Group, Position: r.Position,
			Formula: r.Formula, Result: field.Type(r.Result), ArchivedAt: r.ArchivedAt, Version: r.Version}
		if err := json.Unmarshal([]byte(r.Inputs), &f.Inputs); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(r.RequiredAt), &f.RequiredAt); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(r.Choices), &f.Values); err != nil {
			return nil, err
		}
		if r.Files != "" {
			if err := json.Unmarshal([]byte(r.Files), &f.Files); err != nil {
				return nil, err
			}
		}
		all[i] = f
	}
	return all, nil
}

func insertField(ctx context.Context, tx *db.Tx, f *field.Field, now int64) error {
	_, err := tx.NewRaw(`
insert into customer_fields (key, label_zh, label_en, applies_to, type, unit, purpose, sensitivity, retention_days, required_at, choices,
  files, formula, inputs, result, form_group, position, created_at, updated_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.Key, f.Label.Chinese, f.Label.English, f.AppliesTo, string(f.Type), f.Unit, f.Purpose, f.Sensitivity, f.RetentionDays,
		jsonText(orEmpty(f.RequiredAt)), jsonText(orEmpty(f.Values)), rulesText(f), f.Formula, jsonText(orEmpty(f.Inputs)), string(f.Result), f.Group, f.Position, now, now).Exec(ctx)
	return err
}

func updateField(ctx context.Context, tx *db.Tx, f *field.Field, now int64) error {
	_, err := tx.NewRaw(`
update customer_fields
set label_zh = ?, label_en = ?, applies_to = ?, unit = ?, purpose = ?, sensitivity = ?, retention_days = ?, required_at = ?, choices = ?,
  files = ?, formula = ?, inputs = ?, result = ?, form_group = ?, position = ?, archived_at = ?, updated_at = ?, version = version + 1
where key = ?`,
		f.Label.Chinese, f.Label.English, f.AppliesTo, f.Unit, f.Purpose, f.Sensitivity, f.RetentionDays,
		jsonText(orEmpty(f.RequiredAt)), jsonText(orEmpty(f.Values)), rulesText(f), f.Formula, jsonText(orEmpty(f.Inputs)), string(f.Result), f.Group, f.Position, f.ArchivedAt, now, f.Key).Exec(ctx)
	return err
}

func rulesText(f *field.Field) string {
	if f.Files == nil {
		return ""
	}
	return jsonText(f.Files)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// feedHolders sends everybody who has the field to columns again, because what columns may know of it has changed.
func feedHolders(ctx context.Context, tx *db.Tx, key string) error {
	var ids []int64
	if err := tx.NewRaw("select id from customers where custom like ? escape '!'", "%"+likeText(jsonText(key)+":")+"%").Scan(ctx, &ids); err != nil {
		return err
	}
	tx.Feed("customers", ids...)
	return nil
}

// fieldSubject is what the feed calls changes of the fields.
const fieldSubject = "customer_fields"

// Changed implements feed.Watcher: a change made by another process is known here within the feed's beat.
func (f *Fields) Changed(ctx context.Context, _ *columns.Tx, changed map[string][]int64) error {
	if changed != nil && len(changed[fieldSubject]) == 0 {
		return nil
	}
	return f.Load(ctx)
}

// WithheldFields gives the fields whose values columns must not hold.
func WithheldFields(ctx context.Context, from bun.IDB) (withheld []*field.Field, err error) {
	all, err := loadFields(ctx, from)
	for _, f := range all {
		if f.Withheld() || f.Type == field.Address || isFile(f) {
			withheld = append(withheld, f)
		}
	}
	return withheld, err
}

// Withhold puts in the place of the values of the fields what columns may know: of a sealed one its blind index, of an address
// where it is but the street, of files how many there are, of others that there is one.
func Withhold(ctx context.Context, custom string, withheld []*field.Field) string {
	if len(withheld) == 0 || custom == "" || custom == "{}" {
		return custom
	}
	fields := customFields(custom)
	for _, f := range withheld {
		key := f.Key
		if isFile(f) {
			n := len(filesOf(openedValue(ctx, key, fields[key])))
			if delete(fields, key); n > 0 {
				fields[key] = n
			}
		} else if sealed, is := sealedText(fields[key]); is {
			fields[key] = blindText(sealed)
		} else if address, is := AddressOf(fields[key]); is && !f.Withheld() {
			fields[key] = withoutStreet(address, false)
		} else if fields[key] != nil {
			fields[key] = true
		}
	}
	return customText(fields)
}
