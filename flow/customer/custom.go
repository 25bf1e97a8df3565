package customer

import (
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/guard"
)

const (
	mostCustom    = 300
	longestCustom = 1000
)

// setCustom merges values into the custom fields and says what is wrong with them; null takes one away. A field that the
// workspace has defined takes what its type allows; a name nobody has defined holds a plain value as it is.
func setCustom(ctx context.Context, c *Customer, changes map[string]any) (wrong []fault.Field) {
	fields, own := customFields(c.Custom), field.Of(ctx)
	for name, given := range changes {
		value, key := plainValue(name, given)
		if f, known := own.Find(name); known {
			if f.Type == field.Address {
				given = keepStreet(given, openedValue(ctx, name, fields[name]))
			}
			value, key = ownValue(ctx, f, c.Kind, given)
		}
		if f, known := own.Find(name); known && key == "" {
			sealed, err := sealedValue(ctx, f, value, fields[name])
			if err != nil {
				key = "cannot_be_sealed"
			}
			value = sealed
		} else if _, forged := sealedText(value); forged {
			key = "value_invalid"
		}
		switch {
		case key != "":
			wrong = append(wrong, fault.Field{Field: customPrefix + name, Key: key})
		case value == nil:
			delete(fields, name)
		default:
			fields[name] = value
		}
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return compareText(a.Field, b.Field) })
	if len(fields) > mostCustom {
		wrong = append(wrong, fault.Field{Field: "custom", Key: "too_many"})
	}
	if len(wrong) == 0 {
		c.Custom = customText(fields)
	}
	return wrong
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ownValue reads a value of a defined field for a customer of the kind. Clearing is always allowed.
func ownValue(ctx context.Context, f *field.Field, kind string, given any) (value any, key string) {
	switch {
	case f.Type == field.Formula:
		return nil, "field_is_reckoned"
	case given == nil:
		return nil, ""
	case f.Archived():
		return nil, "field_archived"
	case !f.For(kind):
		return nil, "field_not_for_kind"
	}
	return readValue(f, given, workspace.Of(ctx).Country)
}

func plainValue(name string, given any) (value any, key string) {
	if n := utf8.RuneCountInString(name); n == 0 || n > 64 {
		return nil, "length_out_of_range"
	}
	switch v := given.(type) {
	case nil, bool, float64, int64:
	case string:
		if utf8.RuneCountInString(v) > longestCustom {
			return nil, "too_long"
		}
	default:
		return nil, "type_invalid"
	}
	return given, ""
}

// missing gives the fields that the customer's stage of life requires and that are empty.
func (c *Customer) missing(own *field.Set) (fields []*field.Field) {
	var held map[string]any
	for _, f := range own.Live() {
		if !f.For(c.Kind) || !slices.Contains(f.RequiredAt, c.LifecycleStage) {
			continue
		}
		if held == nil {
			held = customFields(c.Custom)
		}
		if held[f.Key] == nil {
			fields = append(fields, f)
		}
	}
	return fields
}

// checkStage refuses a change that brings a customer into a stage without what it requires, or takes that away in it.
// What was missing before stays allowed: a field that has become required must not stand in the way of other changes.
func checkStage(ctx context.Context, before, after *Customer) (wrong []fault.Field) {
	own := field.Of(ctx)
	var allowed []*field.Field
	if before != nil && before.LifecycleStage == after.LifecycleStage {
		allowed = before.missing(own)
	}
	for _, f := range after.missing(own) {
		if !slices.Contains(allowed, f) {
			wrong = append(wrong, fault.Field{Field: customPrefix + f.Key, Key: "required_at_stage", Args: []any{after.LifecycleStage}})
		}
	}
	return wrong
}

// checkReferences refuses values that name customers who are not there, or not the reader's to see.
func (s *Store) checkReferences(ctx context.Context, from db.Asker, changes *map[string]any) error {
	if changes == nil {
		return nil
	}
	for name, given := range *changes {
		text, isText := given.(string)
		if f, known := field.Of(ctx).Find(name); !known || f.Type != field.Customer || !isText || trimmed(text) == "" {
			continue
		}
		id, err := strconv.ParseInt(trimmed(text), 10, 64)
		if err == nil {
			_, err = s.find(ctx, from, id)
		}
		if fault.Is(err, fault.KindNotFound) {
			return fault.Invalid(customPrefix+name, "customer_unknown", text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// shownCustom gives the custom fields as the reader may see them; what is archived is not shown.
func shownCustom(ctx context.Context, rights guard.Fields, custom string) map[string]any {
	own, fields := field.Of(ctx), customFields(custom)
	for name, kept := range fields {
		f, known := own.Find(name)
		right := rights.Right(customPrefix + name)
		switch {
		case right == guard.None, known && (f.Archived() || f.Type == field.Formula), isFile(f) && len(filesOf(openedValue(ctx, name, kept))) == 0:
			delete(fields, name)
		case !known:
			if right == guard.Masked {
				fields[name] = "****"
			}
		case right == guard.Masked:
			fields[name] = maskedValue(f, openedValue(ctx, name, kept))
		default:
			fields[name] = shownValue(f, openedValue(ctx, name, kept))
		}
	}
	return fields
}

// noteCustom notes each custom field that differs, as the audit log keeps it: what is personal, sensitive or a contact
// point without its value.
func (d difference) noteCustom(ctx context.Context, before, after string) {
	if before == after {
		return
	}
	was, is, own := customFields(before), customFields(after), field.Of(ctx)
	for name := range union(was, is) {
		if sameValue(was[name], is[name]) {
			continue
		}
		if f, known := own.Find(name); known && f.Private() {
			d[customPrefix+name] = [2]any{hidden(was[name]), hidden(is[name])}
			continue
		}
		d[customPrefix+name] = [2]any{was[name], is[name]}
	}
}

func hidden(value any) any {
	if value == nil {
		return nil
	}
	return "****"
}

func union(a, b map[string]any) map[string]bool {
	names := make(map[string]bool, len(a)+len(b))
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	return names
}
