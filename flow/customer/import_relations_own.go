package customer

import (
	"context"
	"slices"
	"strings"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// OwnFields implements collect.Extended: the fields that the workspace has defined, of either end: "custom.organization.KEY"
// and "custom.person.KEY". A header that says the field alone means the person, unless only organizations have it.
func (k *relationKind) OwnFields() []collect.Field {
	var all []collect.Field
	for _, end := range [...]struct {
		of               *customerKind
		labelZH, labelEN string
		called           []string
	}{{k.organization, "单位", "Organization", []string{"公司", "客户", "单位", "account ", "company "}}, {k.person, "联系人", "Contact", []string{"联系人", "contact "}}} {
		for _, f := range end.of.OwnFields() {
			key := strings.TrimPrefix(f.Name, customPrefix)
			own, known := end.of.own().Find(key)
			if !known {
				own, _, known = end.of.own().Part(key)
			}
			if !known || !own.For(end.of.end) {
				continue
			}
			var aliases []string
			for _, called := range end.called {
				aliases = append(aliases, called+f.LabelZH, called+strings.ToLower(f.LabelEN))
			}
			if key == own.Key && (end.of == k.person || !own.For(KindPerson)) {
				aliases = append(aliases, f.Aliases...)
				aliases = append(aliases, f.LabelZH, f.LabelEN)
			}
			f.Name, f.Aliases = customPrefix+end.of.end+"."+key, aliases
			f.LabelZH, f.LabelEN = end.labelZH+"·"+f.LabelZH, end.labelEN+" · "+f.LabelEN
			all = append(all, f)
		}
	}
	return all
}

// ownName gives the name of a custom column as the customer's record has it, and whether it is this kind's at all. In relations
// one that names no end is the person's.
func (k *customerKind) ownName(name string) (string, bool) {
	if k.end == "" {
		return name, true
	}
	if own, ours := strings.CutPrefix(name, k.end+"."); ours {
		return own, true
	}
	return name, k.end == KindPerson && !strings.HasPrefix(name, KindOrganization+".")
}

// readOwn seals what is kept sealed in the rows of a batch and finds the customers they refer to, on copies: the batch may come
// again.
func (k *relationKind) readOwn(ctx context.Context, tx *db.Tx, w *related) error {
	if len(w.b.Custom) == 0 {
		return nil
	}
	for at, of := range [...]*customerKind{k.organization, k.person} {
		var names []string
		for _, name := range w.b.Custom {
			if own, ours := of.ownName(name); ours {
				names = append(names, own)
			}
		}
		var rows []customerRow
		var whose []**customerRow
		for i := range w.rows {
			to := [...]**customerRow{&w.rows[i].organization, &w.rows[i].person}[at]
			if w.b.Outcomes[i].State == collect.Pending && *to != nil {
				row := **to
				row.unfit = slices.Clone(row.unfit)
				rows, whose = append(rows, row), append(whose, to)
			}
		}
		if err := of.dropUnknown(ctx, tx, names, rows); err != nil {
			return err
		}
		if err := sealRows(ctx, of.own(), names, rows); err != nil {
			return err
		}
		for i := range rows {
			*whose[i] = &rows[i]
		}
	}
	return nil
}
