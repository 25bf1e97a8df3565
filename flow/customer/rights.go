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
	for _, name := range []string{"phone", "email", "wechat", "birthday", "tags", "owner", "custom", "external_id", "consents", guard.Purchases} {
		all[name] = rights.Right(name)
	}
	for _, f := range field.Of(ctx).Live() {
		all[customPrefix+f.Key] = rights.Right(customPrefix + f.Key)
	}
	return all
}

// veil takes away what the reader may not see of a customer's own fields. Contact points, street addresses and fields of
// the workspace's own are shown by their rights where they are read.
func (i *CustomerItem) veil(rights guard.Fields) {
	hides := func(field string) bool { return rights.Right(field) == guard.None }
	for field, value := range map[string]**string{"gender": &i.Gender, "birthday": &i.Birthday, "country": &i.Country, "province": &i.Province,
		"city": &i.City, "company": &i.Company, "lifecycle_stage": &i.LifecycleStage, "source": &i.Source} {
		if hides(field) {
			*value = nil
		}
	}
	if hides("birthday") {
		i.Age = nil
	}
	if hides("owner") {
		i.Owner, i.Team = nil, nil
	}
	if hides("lifecycle_stage") {
		i.Stage = nil
	}
	if hides("tags") {
		i.Tags = []string{}
	}
	if hides(guard.Purchases) {
		i.Orders, i.RFM, i.Value, i.Rhythm = nil, nil, nil, nil
	}
}

func (p *customerPage) veil(rights guard.Fields) {
	p.CustomerItem.veil(rights)
	hides := func(field string) bool { return rights.Right(field) == guard.None }
	for field, value := range map[string]**string{"country": &p.Address.Country, "province": &p.Address.Province, "city": &p.Address.City,
		"district": &p.Address.District, "postcode": &p.Address.Postcode, "industry": &p.Industry} {
		if hides(field) {
			*value = nil
		}
	}
	if hides("consents") {
		p.Consents = []ConsentView{}
	}
	for field, right := range p.Rights {
		if right == guard.Write && !p.MayChange {
			p.Rights[field] = guard.Read
		}
	}
}

// seesConsents says whether the person asking may know what customers have agreed to.
func seesConsents(ctx context.Context) bool {
	return guard.FieldsOf(ctx, noun).Right("consents") != guard.None
}

// mayRead says whether the person asking may see timeline items of the kind.
func mayRead(ctx context.Context, kind string) bool {
	switch kind {
	case OrderSale, OrderRefund:
		return guard.ActorOf(ctx).Can("orders.read")
	case "tag":
		return guard.FieldsOf(ctx, noun).Right("tags") != guard.None
	case "consent":
		return seesConsents(ctx)
	case "segment":
		return guard.ActorOf(ctx).Can("segments.read")
	case "stage":
		return guard.FieldsOf(ctx, noun).Right("lifecycle_stage") != guard.None
	}
	return true
}
