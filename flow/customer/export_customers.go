package customer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/base/sheet"
	"guanxi/guard"
)

// exportedCustomer is a customer with everything a column may show of her.
type exportedCustomer struct {
	storedCustomer
	OwnerEmail *string `bun:"owner_email"`
	points     []ContactPoint
	tags       []string
	identities []identityRow // without digests
	consents   map[string]bool
	custom     map[string]any
	figures    Figures
}

// customerColumn is a column of customers.
type customerColumn = exportColumn[exportedCustomer]

func customerText(name string, usual bool, of func(x *exporter, c *exportedCustomer) string) customerColumn {
	return customerColumn{exportField{name: name, group: "profile", usual: usual}, func(x *exporter, c *exportedCustomer) sheet.Cell { return sheet.Of(of(x, c)) }}
}

// customerColumns gives the columns of customers that the reader of ctx may take out.
func (s *Store) customerColumns(ctx context.Context) []customerColumn {
	columns := []customerColumn{
		{exportField{name: "record", group: "key", usual: true}, func(x *exporter, c *exportedCustomer) sheet.Cell { return x.record(&c.ID) }},
		{exportField{name: "external_id", group: "key", usual: true}, func(_ *exporter, c *exportedCustomer) sheet.Cell {
			if len(c.identities) == 0 {
				return sheet.Cell{}
			}
			return sheet.Of(c.identities[0].ExternalID)
		}},
		{exportField{name: "identity_source", group: "key", usual: true}, func(_ *exporter, c *exportedCustomer) sheet.Cell {
			if len(c.identities) == 0 {
				return sheet.Cell{}
			}
			return sheet.Of(c.identities[0].Source)
		}},
		{exportField{name: "identities", group: "key", usual: true}, func(_ *exporter, c *exportedCustomer) sheet.Cell {
			return sheet.Of(writeIdentities(c.identities[min(1, len(c.identities)):]))
		}},
	}
	for _, f := range textFields {
		columns = append(columns, customerText(f.name, true, func(x *exporter, c *exportedCustomer) string {
			value := *f.of(&c.Customer)
			switch f.name {
			case "kind":
				return x.word("", value)
			case "gender":
				if value == GenderUnknown {
					return ""
				}
				return x.word("", value)
			case "lifecycle_stage":
				return x.word("stage.", value)
			case "address":
				return shownAddress(x.rights, value)
			}
			return value
		}))
		if f.name == "family_name" {
			columns = append(columns, reachColumns...)
		}
		if f.name == "gender" {
			columns = append(columns, customerColumn{exportField{name: "birthday", group: "profile", usual: true},
				func(_ *exporter, c *exportedCustomer) sheet.Cell {
					if c.Birthday == nil {
						return sheet.Cell{}
					}
					return sheet.On(*c.Birthday)
				}})
		}
	}
	columns = append(columns, tagColumn, ownerColumn,
		customerColumn{exportField{name: "created_at", group: "profile", usual: true}, func(x *exporter, c *exportedCustomer) sheet.Cell { return x.at(c.CreatedAt) }})
	for _, channel := range []string{"email", "sms", "phone", "wechat"} {
		columns = append(columns, consentColumn(channel))
	}
	columns = append(labelled(columns, customerFields), s.ownColumns(ctx)...)
	return permitted(ctx, append(columns, figureColumns...), rightOfCustomerField)
}

// rightOfCustomerField names the field whose right decides over a column.
func rightOfCustomerField(name string) string {
	switch name {
	case "record", "updated_at", "age":
		return ""
	case "identity_source", "identities":
		return "external_id"
	case "stage":
		return "lifecycle_stage"
	case "more_phones", "wechat":
		return "phone"
	case "more_emails":
		return "email"
	}
	if strings.HasPrefix(name, "consent.") {
		return "consents"
	}
	return name
}

// reachColumns show the first way to reach her by each kind, and all others.
var reachColumns = []customerColumn{
	firstContact(ContactPhone), firstContact(ContactEmail), firstContact(ContactWeChat),
	moreContacts("more_phones", ContactPhone), moreContacts("more_emails", ContactEmail),
}

// contactsIn gives her contact points of a kind as the reader sees them, usable ones first.
func (c *exportedCustomer) contactsIn(x *exporter, kind string) (values []string) {
	var bad []string
	for _, p := range c.points {
		switch {
		case p.Kind != kind:
		case p.State == ContactInvalid:
			bad = append(bad, shown(x.rights, kind, p.Raw))
		default:
			values = append(values, shown(x.rights, kind, p.Value))
		}
	}
	return append(values, bad...)
}

func firstContact(kind string) customerColumn {
	c := customerText(kind, true, func(x *exporter, c *exportedCustomer) string {
		if values := c.contactsIn(x, kind); len(values) > 0 {
			return values[0]
		}
		return ""
	})
	c.group = "contact"
	return c
}

func moreContacts(name, kind string) customerColumn {
	c := customerText(name, true, func(x *exporter, c *exportedCustomer) string {
		values := c.contactsIn(x, kind)
		return strings.Join(values[min(1, len(values)):], "; ")
	})
	c.group = "contact"
	return c
}

var tagColumn = customerText("tags", true, func(_ *exporter, c *exportedCustomer) string { return joinWords(c.tags) })

// joinWords writes several words in a cell; as a JSON list where one of them holds a sign that would part it.
func joinWords(words []string) string {
	for _, word := range words {
		if strings.ContainsAny(word, ",;|，；、\n") || strings.HasPrefix(word, `["`) {
			return jsonText(words)
		}
	}
	return strings.Join(words, "; ")
}

// ownerColumn names the owner as the importer finds them: by mail address where two are called the same.
var ownerColumn = customerText("owner", true, func(x *exporter, c *exportedCustomer) string {
	switch {
	case c.OwnerName == nil:
		return ""
	case c.OwnerEmail != nil && x.sameName[strings.ToLower(*c.OwnerName)] > 1:
		return *c.OwnerEmail
	}
	return *c.OwnerName
})

func consentColumn(channel string) customerColumn {
	return customerColumn{exportField{name: "consent." + channel, group: "profile", usual: true}, func(x *exporter, c *exportedCustomer) sheet.Cell {
		granted, asked := c.consents[channel]
		if !asked {
			return sheet.Cell{}
		}
		return sheet.Of(x.yesNo(granted))
	}}
}

// ownColumns are the fields the workspace has defined.
func (s *Store) ownColumns(ctx context.Context) (columns []customerColumn) {
	for _, f := range field.Of(ctx).Live() {
		columns = append(columns, customerColumn{exportField{name: customPrefix + f.Key, label: f.Label, group: "own", usual: true},
			func(x *exporter, c *exportedCustomer) sheet.Cell { return x.ownCell(f, c.custom[f.Key]) }})
	}
	return columns
}

// ownCell writes a kept value of a defined field, or what stands for it.
func (x *exporter) ownCell(f *field.Field, kept any) sheet.Cell {
	if kept == nil {
		return sheet.Cell{}
	}
	if isFile(f) {
		return x.fileCell(f, filesOf(kept))
	}
	if x.rights.Right(customPrefix+f.Key) == guard.Masked {
		switch masked := maskedValue(f, kept).(type) {
		case string:
			return sheet.Of(masked)
		case map[string]any:
			return sheet.Of(AddressLine(masked))
		}
		return sheet.Cell{}
	}
	if f.Type == field.Address {
		kept, _ = AddressOf(kept)
	}
	if day, is := kept.(string); is && f.Result == field.Day {
		return sheet.On(day)
	}
	if m, is := kept.(money.Money); is {
		return amountCell(m)
	}
	switch v := kept.(type) {
	case float64:
		if f.Type == field.Money {
			return sheet.Plain(decimal(int64(v), money.Exponent(f.Unit)))
		}
		return float(v)
	case bool:
		return sheet.Of(x.yesNo(v))
	case map[string]any:
		return sheet.Of(AddressText(v))
	case []any:
		words := make([]string, 0, len(v))
		for _, each := range v {
			if word, ok := each.(string); ok {
				words = append(words, x.choice(f, word))
			}
		}
		return sheet.Of(strings.Join(words, "; "))
	case string:
		switch f.Type {
		case field.Day:
			return sheet.On(v)
		case field.Choice:
			return sheet.Of(x.choice(f, v))
		case field.Customer:
			if id, err := strconv.ParseInt(v, 10, 64); err == nil {
				return x.record(&id)
			}
		}
		return sheet.Of(v)
	}
	return sheet.Of(valueText(kept))
}

// fileCell writes the names of files; who may not see them sees how many there are.
func (x *exporter) fileCell(f *field.Field, files fileList) sheet.Cell {
	switch {
	case len(files) == 0:
		return sheet.Cell{}
	case x.rights.Right(customPrefix+f.Key) == guard.Masked:
		return float(float64(len(files)))
	}
	return sheet.Of(files.names())
}

// choice gives the label of a value, unless the importer would take that for another or part it.
func (x *exporter) choice(f *field.Field, value string) string {
	at := slices.IndexFunc(f.Values, func(v field.Value) bool { return v.Value == value })
	if at < 0 {
		return value
	}
	label := f.Values[at].Label.English
	if x.e.Language == "zh-CN" {
		label = f.Values[at].Label.Chinese
	}
	if v := meant(f, label); v == nil || v.Value != value || strings.ContainsAny(label, ",;|，；、\n") {
		return value
	}
	return label
}

func figure(name, chinese, english string, of func(x *exporter, f *Figures) sheet.Cell) customerColumn {
	return customerColumn{exportField{name: name, label: field.Label{Chinese: chinese, English: english}, group: "figures"},
		func(x *exporter, c *exportedCustomer) sheet.Cell { return of(x, &c.figures) }}
}

// figureColumns are what is reckoned about a customer; the importer does not read them.
var figureColumns = []customerColumn{
	{exportField{name: "team", label: field.Label{Chinese: "团队", English: "Team"}, group: "figures"}, func(_ *exporter, c *exportedCustomer) sheet.Cell {
		if c.TeamName == nil {
			return sheet.Cell{}
		}
		return sheet.Of(*c.TeamName)
	}},
	{exportField{name: "updated_at", label: field.Label{Chinese: "最近修改时间", English: "Changed at"}, group: "figures"},
		func(x *exporter, c *exportedCustomer) sheet.Cell { return x.at(c.UpdatedAt) }},
	figure("stage", "现在的生命周期阶段", "Lifecycle stage now", func(x *exporter, f *Figures) sheet.Cell {
		if f.Stage == nil {
			return sheet.Cell{}
		}
		if strings.HasPrefix(x.e.Language, "en") {
			return sheet.Of(f.Stage.Name.English)
		}
		return sheet.Of(f.Stage.Name.Chinese)
	}),
	figure("orders.count", "订单数", "Orders", func(_ *exporter, f *Figures) sheet.Cell {
		if f.Orders == nil {
			return whole(0)
		}
		return whole(f.Orders.Count)
	}),
	figure("orders.total", "累计消费", "Spent in all", func(_ *exporter, f *Figures) sheet.Cell {
		if f.Orders == nil {
			return sheet.Cell{}
		}
		return amountCell(f.Orders.Total)
	}),
	figure("orders.first_at", "首次下单", "First order", func(x *exporter, f *Figures) sheet.Cell {
		if f.Orders == nil {
			return sheet.Cell{}
		}
		return x.at(f.Orders.FirstAt)
	}),
	figure("orders.last_at", "最近下单", "Latest order", func(x *exporter, f *Figures) sheet.Cell {
		if f.Orders == nil {
			return sheet.Cell{}
		}
		return x.at(f.Orders.LastAt)
	}),
	figure("rfm.segment", "RFM 分层", "RFM tier", func(_ *exporter, f *Figures) sheet.Cell {
		if f.RFM == nil {
			return sheet.Cell{}
		}
		return sheet.Of(f.RFM.Segment)
	}),
	figure("value.predicted", "预期价值", "Expected value", func(_ *exporter, f *Figures) sheet.Cell {
		if f.Value == nil {
			return sheet.Cell{}
		}
		return amountCell(f.Value.Predicted)
	}),
}

func amountCell(m money.Money) sheet.Cell {
	return sheet.Plain(decimal(m.Amount, money.Exponent(m.Currency)))
}

// record gives the record number of a customer, marked with this export.
func (x *exporter) record(id *int64) sheet.Cell {
	if id == nil {
		return sheet.Cell{}
	}
	return sheet.Of(recordNumber(x.code, *id, x.e.ID))
}

// at gives an instant in the workspace's time zone, nothing for 0.
func (x *exporter) at(ms int64) sheet.Cell {
	if ms == 0 {
		return sheet.Cell{}
	}
	return sheet.At(x.zone.Time(ms))
}
