package customer

import (
	"context"
	"slices"
	"strconv"

	"guanxi/base/field"
	"guanxi/base/sheet"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// exportField is one column an export may have.
type exportField struct {
	name   string
	label  field.Label
	group  string // the heading it is offered under: key, profile, contact, own, figures, order, product, activity
	usual  bool   // chosen unless somebody says otherwise
	masked bool   // the reader sees it only in part
}

func (f exportField) in(language string) string {
	if language == "zh-CN" {
		return f.label.Chinese
	}
	return f.label.English
}

// exportColumn is a field with the way to its cell.
type exportColumn[R any] struct {
	exportField
	cell func(x *exporter, row *R) sheet.Cell
}

func fieldsIn[R any](columns []exportColumn[R]) []exportField {
	fields := make([]exportField, len(columns))
	for i, c := range columns {
		fields[i] = c.exportField
	}
	return fields
}

// chosen gives the columns of these names, in their order. A name that is no longer offered is left out: rights may have
// been taken away since.
func chosen[R any](columns []exportColumn[R], names []string) (list []exportColumn[R]) {
	for _, name := range names {
		if at := slices.IndexFunc(columns, func(c exportColumn[R]) bool { return c.name == name }); at >= 0 {
			list = append(list, columns[at])
		}
	}
	return list
}

func usualOf(fields []exportField) (names []string) {
	for _, f := range fields {
		if f.usual {
			names = append(names, f.name)
		}
	}
	return names
}

// exportFields gives the columns that the reader of ctx may take out of a kind.
func (s *Store) exportFields(ctx context.Context, kind string) []exportField {
	switch kind {
	case "customers":
		return fieldsIn(s.customerColumns(ctx))
	case "orders":
		return fieldsIn(s.orderColumns(ctx))
	case "order_lines":
		return fieldsIn(s.lineColumns(ctx))
	case "products":
		return fieldsIn(productExport)
	case "activities":
		return fieldsIn(s.activityColumns(ctx))
	}
	return nil
}

// labelled takes the labels of a kind's fields for columns that have none of their own.
func labelled[R any](columns []exportColumn[R], fields []collect.Field) []exportColumn[R] {
	for i := range columns {
		if at := fieldIndex(fields, columns[i].name); at >= 0 && columns[i].label.Chinese == "" {
			columns[i].label = field.Label{Chinese: fields[at].LabelZH, English: fields[at].LabelEN}
		}
	}
	return columns
}

// permitted leaves out what the reader has no right to, and marks what she sees only in part. rightOf names the field of a
// customer whose right decides; "" is open to all who may read the kind.
func permitted[R any](ctx context.Context, columns []exportColumn[R], rightOf func(name string) string) (list []exportColumn[R]) {
	rights := guard.FieldsOf(ctx, noun)
	for _, c := range columns {
		if name := rightOf(c.name); name != "" {
			switch rights.Right(name) {
			case guard.None:
				continue
			case guard.Masked:
				c.masked = true
			default:
				if !rights.CanUse(name) {
					continue // to be read, not to be taken out
				}
			}
		}
		list = append(list, c)
	}
	return list
}

// headers gives the headers of an export: labels in its language, so that people read them and the importer knows them
// again. Where the importer would take a label for another field, the field's own name stands instead.
func headers(kind collect.Kind, fields []exportField, language string) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		if names[i] = f.in(language); f.masked {
			names[i] += map[bool]string{true: "（脱敏）", false: " (masked)"}[language == "zh-CN"]
		}
	}
	if kind == nil {
		return distinctHeaders(names, fields)
	}
	known := map[string]bool{}
	for _, f := range kind.Fields() {
		known[f.Name] = true
	}
	if own, extended := kind.(collect.Extended); extended {
		for _, f := range own.OwnFields() {
			known[f.Name] = true
		}
	}
	names = distinctHeaders(names, fields)
	for range 3 { // a header that gives way may set another one free, or take it
		guessed, _ := collect.Guess(kind, names, nil)
		changed := false
		for i, f := range fields {
			wanted := f.name
			if f.masked || !known[f.name] {
				wanted = ""
			}
			if guessed[names[i]] != wanted && names[i] != f.name && !f.masked {
				names[i], changed = f.name, true
			}
		}
		if !changed {
			break
		}
	}
	return names
}

// distinctHeaders gives the second of two equal labels its field's own name.
func distinctHeaders(names []string, fields []exportField) []string {
	seen := map[string]bool{}
	for i, name := range names {
		if seen[name] {
			names[i] = fields[i].name
		}
		seen[names[i]] = true
	}
	return names
}

func decimal(minor int64, exponent int) string {
	if exponent == 0 {
		return strconv.FormatInt(minor, 10)
	}
	sign, digits := "", strconv.FormatUint(magnitude(minor), 10)
	if minor < 0 {
		sign = "-"
	}
	for len(digits) <= exponent {
		digits = "0" + digits
	}
	return sign + digits[:len(digits)-exponent] + "." + digits[len(digits)-exponent:]
}

func float(n float64) sheet.Cell { return sheet.Plain(strconv.FormatFloat(n, 'f', -1, 64)) }

func whole(n int64) sheet.Cell { return sheet.Plain(strconv.FormatInt(n, 10)) }
