package analyze

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"guanxi/base/china"
	"guanxi/base/field"
	"guanxi/flow/customer"
)

// ownField gives a field that the workspace has defined as conditions read it: from the JSON column custom, as its type.
// The key stands in the SQL because it was checked when the field was defined, and is again here.
func ownField(ctx context.Context, d *field.Field) (*Field, bool) {
	if !field.GoodKey(d.Key) {
		return nil, false
	}
	if d.Type == field.Formula {
		return formulaField(ctx, d)
	}
	text := "json_extract_string(c.custom, '/" + d.Key + "')"
	f := &Field{Name: customPrefix + d.Key, Type: TypeText, Label: Label(d.Label), expr: text, own: true}
	if d.Type == field.File { // columns hold how many there are, of sealed ones too
		f.Type, f.expr = TypeNumber, "try_cast("+text+" as double)"
		return f, true
	}
	switch d.Type {
	case field.Number:
		f.Type, f.Unit, f.expr = TypeNumber, d.Unit, "try_cast("+text+" as double)"
	case field.Money:
		f.Type, f.Unit, f.expr = TypeMoney, d.Unit, "try_cast("+text+" as bigint)"
	case field.Day:
		f.Type, f.expr = TypeDay, "try_cast("+text+" as date)"
	case field.MonthDay:
		f.Type = TypeMonthDay
	case field.Boolean:
		f.Type, f.expr = TypeBoolean, "try_cast("+text+" as boolean)"
	case field.Customer:
		f.Type, f.expr = TypeReference, "try_cast("+text+" as bigint)"
	case field.Choice:
		f.Type = TypeChoice
	case field.Address: // its levels are fields of their own
		f.ops = opsOfSet
	case field.Choices:
		f.Type, f.never = TypeSet, true
		f.expr = `coalesce(json_transform(json_extract(c.custom, '/` + d.Key + `'), '["VARCHAR"]'), []::varchar[])`
	}
	for _, v := range d.Values {
		f.Values = append(f.Values, Choice{v.Value, Label(v.Label)})
	}
	if d.Withheld() { // columns only know that there is a value
		f.Type, f.ops, f.never, f.Unit = TypeText, opsOfSet, false, ""
		f.expr = text
	}
	if d.Sealed() { // and which are equal
		f.ops = opsOfSealed
		f.blind = func(given any) (kept, key string, held []string, err error) {
			if kept, key, err = customer.KeptValue(ctx, d, given); err == nil && key == "" && kept != "" {
				held, err = customer.BlindIndexes(ctx, d, kept)
			}
			return kept, key, held, err
		}
	}
	return f, true
}

// ownFields gives the fields in use that the workspace has defined, in the order of forms.
func ownFields(ctx context.Context) (all []*Field) {
	for _, d := range field.Of(ctx).Live() {
		f, ok := ownField(ctx, d)
		if !ok {
			continue
		}
		all = append(all, f)
		if d.Type == field.Address && !d.Sealed() {
			for _, level := range field.AddressLevels {
				all = append(all, addressField(d, level))
			}
		}
	}
	return all
}

// addressField gives a level of an address as conditions read it. Columns hold no more of an address than its levels.
func addressField(d *field.Field, level string) *Field {
	named := customerFields[level].Label
	f := &Field{Name: customPrefix + d.Key + "." + level, Type: TypeText, own: true, expr: "json_extract_string(c.custom, '/" + d.Key + "/" + level + "')",
		Label: Label{d.Label.Chinese + "·" + named.Chinese, d.Label.English + " · " + named.English}}
	if level == "province" {
		for _, p := range china.Provinces() {
			f.Values = append(f.Values, Choice{p.Short, Label{p.Short, p.Short}})
		}
	}
	return f
}

var monthDay = regexp.MustCompile(`^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)

// oneMonthDay reads a day that comes every year, MM-DD.
func oneMonthDay(raw []byte, place string) (Value, error) {
	text, err := oneText(raw, place)
	if err != nil || !monthDay.MatchString(text) {
		return Value{}, wrong(place, "", "must_be_a_month_and_day")
	}
	return Value{Texts: []string{text}}, nil
}

// comesRound holds for a day of every year that comes up today or in the next days.
func (k *compiler) comesRound(x piece, days int) piece {
	var when []any
	for i := range days + 1 {
		d := k.today.AddDate(0, 0, i)
		when = append(when, d.Format("01-02"))
		if d.Month() == time.February && d.Day() == 28 && d.AddDate(0, 0, 1).Day() == 1 {
			when = append(when, "02-29")
		}
	}
	return ordered(x, OpIn, "?", when)
}

// currencyOf gives the currency of a field's amounts: that of a field of the workspace's own, else the reader's.
func (r Reader) currencyOf(f *Field) string {
	if f.own && f.Type == TypeMoney && f.Unit != "" {
		return f.Unit
	}
	return r.Currency
}

// isDefined says that a custom name belongs to a field the workspace has defined, archived or not.
func isDefined(ctx context.Context, name string) bool {
	_, known := field.Of(ctx).Find(strings.TrimPrefix(name, customPrefix))
	return known
}

// opsOfSealed are what one can ask of a field whose values columns do not know: whether there is one, and whether it is a
// certain one, by its keyed hash.
var opsOfSealed = slices.Concat(opsOfSame, opsOfSet)

// opsOfMonthDay are what one can ask of a day without a year.
var opsOfMonthDay = slices.Concat(opsOfSame, []Op{OpAnniversary}, opsOfSet)
