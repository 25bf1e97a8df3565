package customer

import (
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// Kinds gives the import kinds of this stage: customers, orders, order_lines, products. The workspace tells the region
// of phone numbers without country code; nil means the default.
func Kinds(w workspace.Source) []collect.Kind {
	if w == nil {
		w = workspace.Default
	}
	return []collect.Kind{
		&customerKind{workspace: w, at: indexCustomerFields()},
		&orderKind{workspace: w, at: indexPurchaseFields(orderFields)},
		&lineKind{workspace: w, at: indexPurchaseFields(lineFields)},
		&productKind{at: indexProductFields()},
	}
}
