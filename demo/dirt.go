package demo

import (
	"context"
	"slices"
	"time"
)

// twins is how many customers were entered twice.
func (m *maker) twins() int { return m.options.Customers * 18 / 1000 }

// twinOf gives twin k: the same person as an earlier customer, written down a
// second time at another shop, with the mistakes people make. Telephone or mail
// is the same, the rest may differ.
func (m *maker) twinOf(c *chance, k int) Customer {
	i := m.original(k)
	n := m.customerOf(c, i)
	c.of(streamDirt, k, 0)
	n.Number = m.options.Customers + k + 1
	shop := c.IntN(len(Shops))
	n.Source = Shops[shop]
	n.ExternalID = externalID(shop, n.Number)
	n.CreatedAt = n.CreatedAt.Add(time.Duration(c.Float64() * float64(m.season.at(m.season.lastSecond()).Sub(n.CreatedAt)))).Truncate(time.Second)
	n.Tags, n.Consents, n.Owner = nil, nil, 0
	name := []rune(n.Name)
	switch c.IntN(5) {
	case 0: // a nickname instead of the name
		n.Name, n.GivenName = n.FamilyName+title(c, n.Gender), ""
	case 1: // a character of the same sound
		if twin, ok := homophones[name[len(name)-1]]; ok {
			name[len(name)-1] = twin
			n.Name = string(name)
			n.GivenName = string(name[len([]rune(n.FamilyName)):])
		}
	case 2: // day and month changed places
		if len(n.Birthday) == 10 && n.Birthday[8:] <= "12" {
			n.Birthday = n.Birthday[:5] + n.Birthday[8:] + "-" + n.Birthday[5:7]
		}
	case 3: // the address was left out
		n.Address, n.District, n.Birthday = "", "", ""
	}
	if n.Email != "" && c.yes(0.3) {
		n.Phone = ""
	}
	return n
}

// original is the customer of whom twin k is the second entry. Who left no
// telephone number has none.
func (m *maker) original(k int) int {
	return (k*53 + 20) % m.options.Customers
}

// homophones are characters that people mistake for one another in names.
var homophones = map[rune]rune{
	'芳': '方', '婷': '亭', '娜': '那', '静': '靖', '丽': '莉', '伟': '炜', '强': '墙', '磊': '垒', '军': '君', '洋': '阳', '杰': '洁', '涛': '滔',
	'明': '铭', '辉': '晖', '鹏': '朋', '华': '桦', '怡': '仪', '萱': '宣', '琪': '祺', '瑶': '遥', '玲': '铃', '燕': '艳', '萍': '平', '琳': '林',
	'莹': '盈', '慧': '惠', '颖': '影', '涵': '函', '妍': '研', '彤': '桐', '轩': '宣', '宇': '雨', '浩': '皓', '航': '杭', '晨': '辰', '凯': '楷',
}

func title(c *chance, gender string) string {
	if gender == "male" {
		return "先生"
	}
	return one(c, []string{"女士", "小姐"})
}

// doubts reports what an importer would have said of the customer.
func (m *maker) doubts(ctx context.Context, n Customer) error {
	f := Finding{SubjectType: "customer", Subject: n.Number, Label: n.Name, At: n.CreatedAt}
	if n.EmailBroken {
		f.Cause, f.Field, f.Value = "email_invalid", "email", n.Email
		if err := m.find(ctx, f); err != nil {
			return err
		}
	}
	if slices.Contains(impossibleBirthdays, n.Birthday) {
		f.Cause, f.Field, f.Value = "impossible_date", "birthday", n.Birthday
		return m.find(ctx, f)
	}
	return nil
}

// oddities reports what an importer would have said of the order.
func (b *orderBook) oddities(ctx context.Context, o Order) error {
	if o.Kind == "refund" {
		return nil
	}
	f := Finding{SubjectType: "order", Subject: o.Number, Label: o.Code, At: o.OrderedAt}
	if o.Customer == 0 && o.Shop != Shops[store] { // in the store nobody needs to give a name
		f.Cause, f.Field = "missing_customer", "customer"
		if err := b.find(ctx, f); err != nil {
			return err
		}
	}
	for k, line := range o.Lines {
		switch {
		case line.Price == 0:
			f.Cause, f.Field, f.Value = "zero_price", "unit_price", "0"
		case k > 0 && line == o.Lines[0]:
			f.Cause, f.Field, f.Value = "exact_repeat", "order_number", line.Product.SKU
		default:
			continue
		}
		if err := b.find(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// find numbers a finding and hands it over.
func (m *maker) find(ctx context.Context, f Finding) error {
	m.findings++
	f.Number = m.findings
	return m.sink.Finding(ctx, f)
}
