package customer

import (
	"cmp"
	"context"
	"slices"

	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// Reckoner reckons formulas. Analysis implements it, for it knows the figures of customers.
type Reckoner interface {
	// CheckFormula says what the formula of a field gives and from which fields, or what is wrong with it and where.
	CheckFormula(ctx context.Context, set *field.Set, f *field.Field) (result field.Type, inputs []string, wrong []fault.Field)
	// Reckon gives the values of formulas by customer and key, as the API shows them; what is empty is absent.
	Reckon(ctx context.Context, fields []*field.Field, ids []int64) (map[int64]map[string]any, error)
}

// Reckoning plugs formulas in. It must be called before the store serves anybody.
func (s *Store) Reckoning(r Reckoner) { s.reckoner, s.fields.reckoner = r, r }

// checkFormula puts what a formula gives on its field and says what is wrong: with it, or with one that is built on it.
func (f *Fields) checkFormula(ctx context.Context, all []*field.Field, made *field.Field) []fault.Field {
	if made.Type != field.Formula {
		return nil
	}
	if f.reckoner == nil {
		return []fault.Field{{Field: "formula", Key: "analysis_not_ready"}}
	}
	set := field.NewSet(append(slices.DeleteFunc(slices.Clone(all), func(other *field.Field) bool { return other.Key == made.Key }), made))
	before := made.Result
	var wrong []fault.Field
	if made.Result, made.Inputs, wrong = f.reckoner.CheckFormula(ctx, set, made); len(wrong) > 0 {
		return wrong
	}
	for _, input := range made.Inputs {
		if !guard.FieldsOf(ctx, noun).CanUse(input) {
			return []fault.Field{{Field: "formula", Key: "formula_field_withheld", Args: []any{1, input}}}
		}
	}
	for _, other := range all {
		if other.Type != field.Formula || other.Archived() || other.Key == made.Key || !slices.Contains(other.Inputs, customPrefix+made.Key) {
			continue
		}
		if _, _, wrong := f.reckoner.CheckFormula(ctx, set, other); before != made.Result || len(wrong) > 0 {
			return []fault.Field{{Field: "formula", Key: "formula_used_by", Args: []any{1, other.Key}}}
		}
	}
	return nil
}

// formulas gives the formulas of a kind of customer that the reader may see; every kind for "".
func formulas(ctx context.Context, rights guard.Fields, kind string) (list []*field.Field) {
	for _, f := range field.Of(ctx).Live() {
		if f.Type == field.Formula && (kind == "" || f.For(kind)) && rights.CanUse(customPrefix+f.Key) {
			list = append(list, f)
		}
	}
	return list
}

// addFormulas puts what formulas give into the custom fields of a page.
func (s *Store) addFormulas(ctx context.Context, rights guard.Fields, id int64, kind string, custom map[string]any) error {
	list := formulas(ctx, rights, kind)
	if s.reckoner == nil || len(list) == 0 {
		return nil
	}
	values, err := s.reckoner.Reckon(ctx, list, []int64{id})
	for key, value := range values[id] {
		custom[key] = value
	}
	return err
}

// FormulaTrial is what a formula would give: for a few customers, so that who writes it sees it.
type FormulaTrial struct {
	Result field.Type     `json:"result" enum:"text,number,money,day,boolean"`
	Inputs []string       `json:"inputs"`
	Items  []FormulaValue `json:"items"`
}

// FormulaValue is what a formula gives for one customer.
type FormulaValue struct {
	Customer Named `json:"customer"`
	Value    any   `json:"value"`
}

// triedOn is how many customers a formula is tried on.
const triedOn = 5

// triedAmong is of how many they are taken: those for whom it gives something are told first.
const triedAmong = 100

// TryFormula checks a formula and reckons it for some of the newest customers. Faults: invalid, with the place.
func (s *Store) TryFormula(ctx context.Context, key, text, unit string) (*FormulaTrial, error) {
	made := &field.Field{Key: key, Type: field.Formula, Formula: text, Unit: unit, AppliesTo: "both", Sensitivity: field.Normal}
	if wrong := s.fields.checkFormula(ctx, field.Of(ctx).All(), made); len(wrong) > 0 {
		return nil, fault.Invalids(wrong)
	}
	trial := &FormulaTrial{Result: made.Result, Inputs: orEmpty(made.Inputs), Items: []FormulaValue{}}
	type tried struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	var rows []tried
	if err := s.records.Read().NewRaw("select c.id, c.name from customers c where "+living+" and ? order by c.id desc limit ?", scope(ctx, "c"), triedAmong).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	values, err := s.reckoner.Reckon(ctx, []*field.Field{made}, ids)
	slices.SortStableFunc(rows, func(a, b tried) int {
		return cmp.Compare(len(values[b.ID]), len(values[a.ID]))
	})
	for _, r := range rows[:min(triedOn, len(rows))] {
		trial.Items = append(trial.Items, FormulaValue{*named(&r.ID, &r.Name), values[r.ID][made.Key]})
	}
	return trial, err
}
