package customer

import (
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// Kinds gives the import kinds of this stage: customers, orders, order_lines, products, relations, consents. The workspace tells the region
// of phone numbers without country code; nil means the default. own
// tells the fields that the workspace has defined; nil means none.
func Kinds(w workspace.Source, own field.Source) []collect.Kind {
	if w == nil {
		w = workspace.Default
	}
	if own == nil {
		none := field.NewSet(nil)
		own = func() *field.Set { return none }
	}
	return []collect.Kind{
		&customerKind{workspace: w, own: own, at: indexCustomerFields()},
		&orderKind{workspace: w, at: indexPurchaseFields(orderFields)},
		&lineKind{workspace: w, at: indexPurchaseFields(lineFields)},
		&productKind{at: indexProductFields()},
		newRelationKind(w, own),
		&consentKind{workspace: w, at: indexConsentFields()},
	}
}
