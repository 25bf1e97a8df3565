package analyze

import (
	"context"
	"strings"
	"time"

	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/money"
)

// CheckFormula implements customer.Reckoner: it says what a formula gives and what it is reckoned from, or what is wrong with it.
func (s *Segments) CheckFormula(ctx context.Context, set *field.Set, f *field.Field) (result field.Type, inputs []string, wrong []fault.Field) {
	of, wrong := translate(ctx, set, f)
	if len(wrong) > 0 {
		return "", nil, wrong
	}
	result = resultOf(of.kind, f.Unit)
	if result == field.Money && of.currency != "" && of.currency != f.Unit {
		return "", nil, []fault.Field{{Field: "unit", Key: "formula_currencies_differ", Args: []any{1, of.currency, f.Unit}}}
	}
	return result, of.inputs, nil
}

// Reckon implements customer.Reckoner: the values of formulas for customers, by id and key, as the API shows them. What is empty
// is absent. Rights are the caller's.
func (s *Segments) Reckon(ctx context.Context, fields []*field.Field, ids []int64) (map[int64]map[string]any, error) {
	s.await(ctx)
	expressions, read := []string{"c.id"}, []*field.Field{}
	for _, f := range fields {
		of, wrong := translate(ctx, field.Of(ctx), f)
		if len(wrong) == 0 {
			expressions, read = append(expressions, of.value(f)), append(read, f)
		}
	}
	values := map[int64]map[string]any{}
	if len(read) == 0 || len(ids) == 0 {
		return values, nil
	}
	rows, err := s.columns.Query(ctx, "select "+strings.Join(expressions, ", ")+" from customers c where c.id in (select unnest(?::bigint[]))", ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		held := make([]any, len(read))
		into := []any{&id}
		for i := range held {
			into = append(into, &held[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		values[id] = map[string]any{}
		for i, f := range read {
			switch v := held[i].(type) {
			case nil:
			case time.Time:
				values[id][f.Key] = v.Format(time.DateOnly)
			case int64:
				values[id][f.Key] = money.Of(v, f.Unit)
			default:
				values[id][f.Key] = v
			}
		}
	}
	return values, rows.Err()
}

// value is the formula as a value of its field: an amount in the smallest units of its currency.
func (t *translated) value(f *field.Field) string {
	if resultOf(t.kind, f.Unit) == field.Money {
		return "try_cast(round(" + t.sql + " * " + digits(pow10(money.Exponent(f.Unit))) + ") as bigint)"
	}
	return t.sql
}

// formulaField gives a formula as conditions, sorts and splits read it.
func formulaField(ctx context.Context, d *field.Field) (*Field, bool) {
	of, wrong := translate(ctx, field.Of(ctx), d)
	if len(wrong) > 0 {
		return nil, false // what it is built on was taken out of use
	}
	f := &Field{Name: customPrefix + d.Key, Type: TypeText, Label: Label(d.Label), own: true, cold: true, timed: of.timed, scored: of.scored, expr: of.value(d)}
	switch resultOf(of.kind, d.Unit) {
	case field.Number:
		f.Type, f.Unit = TypeNumber, d.Unit
	case field.Money:
		f.Type, f.Unit = TypeMoney, d.Unit
	case field.Boolean:
		f.Type = TypeBoolean
	case field.Day:
		f.Type = TypeDay
	}
	return f, true
}
