package customer

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Fields knows the fields that the workspace has defined itself, as they are now.
type Fields struct {
	records  *db.DB
	reckoner Reckoner
	set      atomic.Pointer[field.Set]
}

// NewFields gives the fields of records; Load must be called before they are asked for.
func NewFields(records *db.DB) *Fields { return &Fields{records: records} }

// Set gives the present fields. It is a field.Source.
func (f *Fields) Set() *field.Set { return f.set.Load() }

// Load reads the fields.
func (f *Fields) Load(ctx context.Context) error {
	all, err := loadFields(ctx, f.records.Read())
	if err == nil {
		f.set.Store(field.NewSet(all))
	}
	return err
}

// FieldDraft is what people say about a field of their own. Key and type are said once and stay.
type FieldDraft struct {
	Label         field.Label      `json:"label"`
	AppliesTo     string           `json:"applies_to" enum:"person,organization,both"`
	Unit          string           `json:"unit,omitempty" maxLength:"20" doc:"for money the currency, by default that of the workspace; it stays"`
	Purpose       string           `json:"purpose,omitempty" maxLength:"500" doc:"why it is kept"`
	Sensitivity   string           `json:"sensitivity,omitempty" enum:"normal,personal,sensitive" doc:"personal: not for who works without contact points; sensitive: masked for who does not hold fields.sensitive"`
	RetentionDays *int64           `json:"retention_days,omitempty" minimum:"1" maximum:"36500" doc:"how long it is needed; absent: as long as the customer"`
	RequiredAt    []string         `json:"required_at,omitempty" enum:"prospect,customer,former" doc:"stages of life a customer may not be in without it"`
	Values        []field.Value    `json:"values,omitempty" maxItems:"500" doc:"what a choice may be, and what comes in for it"`
	Files         *field.FileRules `json:"files,omitempty" doc:"which files a file field takes"`
	Formula       string           `json:"formula,omitempty" maxLength:"2000" doc:"of a formula: what it reckons, such as orders.total / orders.count"`
	Group         string           `json:"group,omitempty" maxLength:"80" doc:"the heading it stands under in forms"`
	Position      int64            `json:"position,omitempty" minimum:"0" maximum:"100000"`
}

// mostFields bounds the fields in use, so that a form stays a form and a condition can offer them all.
const mostFields = 200

// Define adds a field. It can be used at once, everywhere. Faults: invalid, conflict for a key that is or was taken.
func (f *Fields) Define(ctx context.Context, key string, kind field.Type, d FieldDraft) error {
	now := clock.Millis(ctx)
	made := field.Field{Key: key, Type: kind, Version: 1}
	if wrong := d.check(ctx, &made); len(wrong) > 0 {
		return fault.Invalids(wrong)
	}
	return f.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := loadFields(ctx, tx)
		if err != nil {
			return err
		}
		set := field.NewSet(all)
		if _, taken := set.Find(key); taken {
			return fault.Conflict("field_key_taken", key)
		}
		if wrong := f.checkFormula(ctx, all, &made); len(wrong) > 0 {
			return fault.Invalids(wrong)
		}
		if len(set.Live()) >= mostFields {
			return fault.Conflict("too_many_fields", mostFields)
		}
		if err := insertField(ctx, tx, &made, now); err != nil {
			return err
		}
		if made.Withheld() || made.Type == field.Address || isFile(&made) { // imports may have brought values before
			if err := feedHolders(ctx, tx, key); err != nil {
				return err
			}
		}
		return guard.Audit(ctx, tx, "field.defined", "field", key, map[string]any{"name": made.Label, "kind": kind})
	})
}

// Redefine changes what is said about a field. Faults: not found, stale, invalid.
func (f *Fields) Redefine(ctx context.Context, key, ifMatch string, d FieldDraft) error {
	return f.change(ctx, key, ifMatch, "field.changed", func(own *field.Field, all []*field.Field) error {
		unit := own.Unit
		if wrong := d.check(ctx, own); len(wrong) > 0 {
			return fault.Invalids(wrong)
		}
		if own.Type == field.Money && own.Unit != unit {
			return fault.Invalid("unit", "currency_stays", unit)
		}
		if wrong := f.checkFormula(ctx, all, own); len(wrong) > 0 {
			return fault.Invalids(wrong)
		}
		return nil
	})
}

// Archive takes a field out of use. Its values are kept and its key stays taken. Faults: not found, stale.
func (f *Fields) Archive(ctx context.Context, key, ifMatch string) error {
	now := clock.Millis(ctx)
	return f.change(ctx, key, ifMatch, "field.archived", func(own *field.Field, _ []*field.Field) error {
		if !own.Archived() {
			own.ArchivedAt = &now
		}
		return nil
	})
}

// Restore brings an archived field back with its values. Faults: not found, stale.
func (f *Fields) Restore(ctx context.Context, key, ifMatch string) error {
	return f.change(ctx, key, ifMatch, "field.restored", func(own *field.Field, _ []*field.Field) error {
		own.ArchivedAt = nil
		return nil
	})
}

func (f *Fields) change(ctx context.Context, key, ifMatch, action string, fn func(own *field.Field, all []*field.Field) error) error {
	return f.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := loadFields(ctx, tx)
		if err != nil {
			return err
		}
		own, known := field.NewSet(all).Find(key)
		if !known {
			return fault.NotFound("field", key)
		}
		if err := matches(ifMatch, own.Version); err != nil {
			return err
		}
		withheld := own.Withheld()
		if err := fn(own, all); err != nil {
			return err
		}
		if err := updateField(ctx, tx, own, clock.Millis(ctx)); err != nil {
			return err
		}
		if own.Withheld() != withheld {
			if err := feedHolders(ctx, tx, key); err != nil {
				return err
			}
		}
		return guard.Audit(ctx, tx, action, "field", key, map[string]any{"name": own.Label})
	})
}

// write commits a change of the fields and puts it in force.
func (f *Fields) write(ctx context.Context, fn func(ctx context.Context, tx *db.Tx) error) error {
	err := f.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Feed(fieldSubject, 1)
		return fn(ctx, tx)
	})
	if err != nil {
		return err
	}
	return f.Load(ctx)
}

// check puts the draft on f and says what is wrong with it.
func (d *FieldDraft) check(ctx context.Context, f *field.Field) (wrong []fault.Field) {
	note := func(at, key string, args ...any) { wrong = append(wrong, fault.Field{Field: at, Key: key, Args: args}) }
	if !field.GoodKey(f.Key) {
		note("key", "field_key_invalid")
	}
	d.Label.Chinese, d.Label.English = trimmed(d.Label.Chinese), trimmed(d.Label.English)
	if d.Label.Chinese == "" {
		note("label.zh-CN", "required")
	}
	if d.Label.English == "" {
		note("label.en-US", "required")
	}
	f.Label, f.AppliesTo, f.Purpose, f.Sensitivity = d.Label, d.AppliesTo, trimmed(d.Purpose), d.Sensitivity
	if f.Sensitivity == "" {
		f.Sensitivity = field.Normal
	}
	f.RetentionDays, f.RequiredAt, f.Group, f.Position, f.Unit = d.RetentionDays, distinct(d.RequiredAt), trimmed(d.Group), d.Position, trimmed(d.Unit)
	if f.Type == field.Money {
		if f.Unit == "" {
			f.Unit = workspace.Of(ctx).Currency
		}
		if !money.Known(f.Unit) {
			note("unit", "currency_unknown", f.Unit)
		}
	}
	f.Formula = ""
	if f.Type == field.Formula {
		f.Formula = trimmed(d.Formula)
		if len(f.RequiredAt) > 0 {
			note("required_at", "field_is_reckoned")
		}
		if f.Sensitivity != field.Normal {
			note("sensitivity", "field_is_reckoned") // it is as sensitive as what it is reckoned from
		}
	} else if d.Formula != "" {
		note("formula", "only_for_formulas")
	}
	wrong = append(wrong, d.checkFiles(f)...)
	f.Values = d.Values
	if f.Type != field.Choice && f.Type != field.Choices {
		if len(d.Values) > 0 {
			note("values", "only_for_choices")
		}
		return wrong
	}
	if len(d.Values) == 0 {
		note("values", "required")
	}
	return append(wrong, checkValues(d.Values)...)
}

// checkValues refuses values without a label, and words that would stand for two values.
func checkValues(values []field.Value) (wrong []fault.Field) {
	means := map[string]int{}
	for i := range values {
		v := &values[i]
		v.Value, v.Label.Chinese, v.Label.English = trimmed(v.Value), trimmed(v.Label.Chinese), trimmed(v.Label.English)
		at := "values[" + itemNumber(int64(i)) + "]"
		if v.Value == "" || v.Label.Chinese == "" || v.Label.English == "" {
			wrong = append(wrong, fault.Field{Field: at, Key: "required"})
			continue
		}
		for _, word := range append([]string{v.Value, v.Label.Chinese, v.Label.English}, v.Aliases...) {
			if utf8.RuneCountInString(word) > 80 {
				wrong = append(wrong, fault.Field{Field: at, Key: "too_long"})
				break
			}
			if other, taken := means[folded(word)]; taken && other != i {
				wrong = append(wrong, fault.Field{Field: at, Key: "value_means_two", Args: []any{word}})
				break
			}
			means[folded(word)] = i
		}
	}
	return wrong
}

// folded is a word as it is compared: without case, width and blanks around it.
func folded(word string) string { return strings.ToLower(strings.TrimSpace(narrow(word))) }

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(text)
}
