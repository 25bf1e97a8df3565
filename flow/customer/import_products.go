package customer

import (
	"context"
	"encoding/json"

	"guanxi/base/db"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// productFields are what a column of a products file can be mapped to.
var productFields = []collect.Field{
	{Name: "sku", LabelZH: "SKU", LabelEN: "SKU", Type: collect.Text, Identifier: true, Required: true,
		Aliases: []string{"stock code", "stockcode", "product code", "product id", "item code", "id", "商家编码", "商品编码", "货号", "商品id", "商品编号"}},
	{Name: "name", LabelZH: "商品名", LabelEN: "Name", Type: collect.Text,
		Aliases: []string{"product", "product name", "title", "description", "商品名称", "商品标题", "宝贝标题", "名称", "品名"}},
	{Name: "category", LabelZH: "类目", LabelEN: "Category", Type: collect.Text, Aliases: []string{"product category", "series", "商品类目", "分类", "品类", "类别"}},
	{Name: "brand", LabelZH: "品牌", LabelEN: "Brand", Type: collect.Text, Aliases: []string{"商品品牌"}},
	{Name: "tier", LabelZH: "档次", LabelEN: "Tier", Type: collect.Text, Aliases: []string{"category tier", "price tier", "价格带", "产品线"}},
	{Name: "price", LabelZH: "价格", LabelEN: "Price", Type: collect.Money, Aliases: []string{"unit price", "sales price", "list price", "单价", "售价", "零售价"}},
	{Name: "unit_cost", LabelZH: "成本价", LabelEN: "Cost of one", Type: collect.Money, Aliases: []string{"cost", "cost price", "purchase price", "进价", "进货价", "成本", "采购价"}},
	{Name: "currency", LabelZH: "币种", LabelEN: "Currency", Type: collect.Text, Clean: cleanCurrency, Aliases: []string{"货币", "货币单位"}},
	{Name: "active", LabelZH: "在售", LabelEN: "Active", Type: collect.Bool, Lenient: true, Aliases: []string{"on sale", "enabled", "上架", "是否在售", "是否上架"}},
	{Name: "custom.*", LabelZH: "自定义字段", LabelEN: "Custom field", Type: collect.Text},
}

type productFieldIndex struct{ sku, name, category, brand, tier, price, unitCost, currency, active, custom int }

func indexProductFields() productFieldIndex {
	at := func(name string) int { return fieldIndex(productFields, name) }
	return productFieldIndex{at("sku"), at("name"), at("category"), at("brand"), at("tier"), at("price"), at("unit_cost"), at("currency"), at("active"), at("custom.*")}
}

// productKind imports products by SKU. Empty cells leave what is there.
type productKind struct{ at productFieldIndex }

func (*productKind) Name() string            { return "products" }
func (*productKind) Fields() []collect.Field { return productFields }

// GroupBy keeps the rows of one SKU together: the last of them holds.
func (*productKind) GroupBy() []string { return []string{"sku"} }

type productEntry struct {
	Product
	was   *Product
	first int // row that named it first
}

// Apply implements collect.Kind.
func (k *productKind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	var skus []string
	for i := range b.Rows {
		if b.Outcomes[i].State == collect.Pending {
			skus = append(skus, b.Rows[i].Values[k.at.sku].Text)
		}
	}
	known, err := productsNamed(ctx, tx, distinct(skus))
	if err != nil {
		return err
	}
	currency := workspace.Of(ctx).Currency
	entries := map[string]*productEntry{}
	var order []*productEntry
	for i := range b.Rows {
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		sku := b.Rows[i].Values[k.at.sku].Text
		if e := entries[sku]; e != nil {
			b.Outcomes[i].State = collect.Duplicate
			b.AddFinding(collect.Finding{Cause: "duplicate_in_file", SubjectType: "product", SubjectID: e.ID, SubjectLabel: sku, RowNumber: b.Rows[i].Number, Field: "sku"})
			continue
		}
		e := &productEntry{Product: Product{SKU: sku, Active: true, Custom: "{}", Currency: currency, CreatedImportID: &b.ImportID, CreatedAt: b.Now, Version: 1}, first: i}
		if stored, exists := known[sku]; exists {
			e.Product, e.was = stored, &stored
		}
		if !k.allowed(b, i, e) {
			continue
		}
		entries[sku] = e
		k.read(b, &b.Rows[i], &e.Product)
		order = append(order, e)
	}
	return k.write(ctx, tx, b, order)
}

func (k *productKind) allowed(b *collect.Batch, i int, e *productEntry) bool {
	switch {
	case e.was == nil && b.Mode == collect.ModeUpdate:
		b.Reject(i, "not_found", "sku", "")
		return false
	case e.was != nil && b.Mode == collect.ModeCreate:
		b.Outcomes[i].State = collect.Duplicate
		return false
	}
	return true
}

func (k *productKind) read(b *collect.Batch, row *collect.Row, p *Product) {
	for _, part := range [...]struct {
		to    *string
		field int
	}{{&p.Name, k.at.name}, {&p.Category, k.at.category}, {&p.Brand, k.at.brand}, {&p.Tier, k.at.tier}, {&p.Currency, k.at.currency}} {
		if v := row.Values[part.field]; v.Set {
			*part.to = v.Text
		}
	}
	if v := row.Values[k.at.price]; v.Set {
		price := v.Minor(money.Exponent(p.Currency))
		p.Price = &price
	}
	if v := row.Values[k.at.unitCost]; v.Set {
		cost := v.Minor(money.Exponent(p.Currency))
		p.UnitCost = &cost
	}
	if v := row.Values[k.at.active]; v.Set {
		p.Active = v.Int != 0
	}
	if len(b.Custom) > 0 {
		custom := customFields(p.Custom)
		for i, name := range b.Custom {
			if v := row.Values[k.at.custom+i]; v.Set {
				custom[name] = v.Text
			}
		}
		p.Custom = customText(custom)
	}
	fill(&p.Name, p.SKU)
}

func (p *Product) same(q *Product) bool {
	return p.Name == q.Name && p.Category == q.Category && p.Brand == q.Brand && p.Tier == q.Tier && p.Currency == q.Currency &&
		p.Active == q.Active && equal(p.Price, q.Price) && equal(p.UnitCost, q.UnitCost) && customText(customFields(p.Custom)) == customText(customFields(q.Custom))
}

func (k *productKind) write(ctx context.Context, tx *db.Tx, b *collect.Batch, entries []*productEntry) error {
	rows := db.NewBulk("products", productColumns, "")
	summary := batchSummary{Kind: k.Name()}
	for _, e := range entries {
		if e.was == nil {
			summary.Created++
		}
	}
	next, err := nextIDs(ctx, tx, "products", summary.Created)
	if err != nil {
		return err
	}
	for _, e := range entries {
		e.UpdatedAt = b.Now
		switch {
		case e.was == nil:
			e.ID = next
			next++
			tx.Feed("products", e.ID)
			rows.Add(e.values()...)
			b.Outcomes[e.first].State = collect.Created
		case e.same(e.was):
			b.Outcomes[e.first].State = collect.Unchanged
		default:
			before, err := json.Marshal(e.was)
			if err != nil {
				return err
			}
			e.Version++
			b.AddChange(collect.Change{SubjectType: "product", SubjectID: e.ID, Before: string(before), AfterVersion: e.Version})
			if err := updateProduct(ctx, tx, &e.Product); err != nil {
				return err
			}
			b.Outcomes[e.first].State = collect.Updated
			summary.Changed++
		}
	}
	if err := rows.Insert(ctx, tx); err != nil {
		return err
	}
	return auditBatch(ctx, tx, b, summary)
}
