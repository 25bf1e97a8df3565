package customer

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/field"
	"guanxi/guard"
)

// noun is what guard knows customers and everything about them as.
const noun = "customers"

// scope gives the condition that the customer under alias is one the person asking may see.
func scope(ctx context.Context, alias string) schema.QueryWithArgs {
	text, args := guard.ScopeOf(ctx, noun).Where(alias)
	return bun.SafeQuery(text, args...)
}

// mask hides most of a contact point.
func mask(kind, value string) string {
	switch kind {
	case ContactPhone:
		return guard.MaskPhone(value)
	case ContactEmail:
		return guard.MaskEmail(value)
	}
	return "****"
}

// shown gives a contact point's value as the person asking may see it, "" when not at all. A kind without a rule of
// its own is as private as a phone number.
func shown(rights guard.Fields, kind, value string) string {
	field := kind
	if kind != ContactEmail {
		field = ContactPhone
	}
	switch rights.Right(field) {
	case guard.None:
		return ""
	case guard.Masked:
		return mask(kind, value)
	}
	return value
}

// shownAddress gives a street address as the person asking may see it.
func shownAddress(rights guard.Fields, address string) string {
	switch rights.Right("address") {
	case guard.None:
		return ""
	case guard.Masked:
		return guard.MaskAddress(address)
	}
	return address
}

// rightsOf tells the reader's right to every field that a form may show.
func rightsOf(ctx context.Context, rights guard.Fields) map[string]guard.Right {
	all := map[string]guard.Right{}
	for _, f := range textFields {
		all[f.name] = rights.Right(f.name)
	}
	for _, name := range []string{"phone", "email", "wechat", "birthday", "tags", "owner", "custom", "external_id", "consents"} {
		all[name] = rights.Right(name)
	}
	for _, f := range field.Of(ctx).Live() {
		all[customPrefix+f.Key] = rights.Right(customPrefix + f.Key)
	}
	return all
}

// mayRead says whether the person asking may see timeline items of the kind.
func mayRead(ctx context.Context, kind string) bool {
	return kind != OrderSale && kind != OrderRefund || guard.ActorOf(ctx).Can("orders.read")
}
