package customer

import (
	"strings"

	"guanxi/base/money"
	"guanxi/flow/collect"
)

// orderFields are what a column of an orders file can be mapped to.
var orderFields = append([]collect.Field{
	{Name: "order_number", LabelZH: "订单号", LabelEN: "Order number", Type: collect.Text, Identifier: true, Aliases: orderNumberAliases},
	orderedAtField,
	{Name: "amount", LabelZH: "金额", LabelEN: "Amount", Type: collect.Money, Required: true,
		Aliases: []string{"total", "order total", "order amount", "revenue", "sales", "dollars", "total price", "grand total", "订单金额", "实付金额", "实付款", "总金额", "总价", "付款金额", "应付金额"}},
	{Name: "refunded", LabelZH: "退款金额", LabelEN: "Refunded", Type: collect.Money, Aliases: []string{"refund", "refund amount", "refunded amount", "退款", "已退金额"}},
}, purchaseFields...)

// lineFields are what a column of an order_lines file can be mapped to.
var lineFields = append([]collect.Field{
	{Name: "order_number", LabelZH: "订单号", LabelEN: "Order number", Type: collect.Text, Identifier: true, Required: true, Aliases: orderNumberAliases},
	orderedAtField,
	{Name: "sku", LabelZH: "SKU", LabelEN: "SKU", Type: collect.Text, Identifier: true,
		Aliases: []string{"stock code", "stockcode", "product code", "product id", "item code", "item id", "商家编码", "商品编码", "货号", "商品id", "商品编号", "规格编码"}},
	{Name: "product_name", LabelZH: "商品名", LabelEN: "Product name", Type: collect.Text,
		Aliases: []string{"description", "product", "item", "item name", "title", "宝贝标题", "商品名称", "商品标题", "商品", "品名"}},
	{Name: "category", LabelZH: "类目", LabelEN: "Category", Type: collect.Text, Aliases: []string{"product category", "商品类目", "分类", "品类", "类别"}},
	{Name: "brand", LabelZH: "品牌", LabelEN: "Brand", Type: collect.Text, Aliases: []string{"商品品牌"}},
	{Name: "tier", LabelZH: "档次", LabelEN: "Tier", Type: collect.Text, Aliases: []string{"category tier", "price tier", "价格带", "产品线"}},
	{Name: "quantity", LabelZH: "数量", LabelEN: "Quantity", Type: collect.Quantity, Required: true,
		Aliases: []string{"qty", "units", "count", "购买数量", "商品数量", "件数"}},
	{Name: "unit_price", LabelZH: "单价", LabelEN: "Unit price", Type: collect.Money, Required: true,
		Aliases: []string{"price", "item price", "商品单价", "价格", "商品价格", "售价"}},
	{Name: "discount", LabelZH: "折扣", LabelEN: "Discount", Type: collect.Money, Aliases: []string{"discount amount", "优惠金额", "优惠", "折扣金额", "减免"}},
}, purchaseFields...)

var orderNumberAliases = []string{"order no", "order id", "order", "invoice no", "invoiceno", "invoice", "invoice number", "transaction id", "订单编号", "订单id", "单号", "交易号", "主订单编号", "子订单编号"}

var orderedAtField = collect.Field{Name: "ordered_at", LabelZH: "下单时间", LabelEN: "Ordered at", Type: collect.Instant, Required: true,
	Aliases: []string{"order date", "invoice date", "invoicedate", "date", "order time", "purchase date", "created at", "paid at", "付款时间", "订单时间", "下单日期", "订单创建时间", "成交时间", "日期", "交易时间", "支付时间"}}

// purchaseFields are those that both kinds of order files share.
var purchaseFields = []collect.Field{
	{Name: "customer.record", LabelZH: "关系记录号", LabelEN: "Guanxi record", Type: collect.Text, Clean: cleanRecord, Lenient: true},
	{Name: "shop", LabelZH: "店铺", LabelEN: "Shop", Type: collect.Text, Aliases: []string{"store", "shop name", "店铺名称", "门店", "店名", "平台"}},
	{Name: "status", LabelZH: "订单状态", LabelEN: "Status", Type: collect.Text, Clean: func(cell string) (string, string) { return NormalStatus(cell), "" },
		Aliases: []string{"order status", "state", "交易状态", "状态"}},
	{Name: "currency", LabelZH: "币种", LabelEN: "Currency", Type: collect.Text, Clean: cleanCurrency, Aliases: []string{"货币", "货币单位"}},
	{Name: "customer.external_id", LabelZH: "客户外部编号", LabelEN: "Customer id", Type: collect.Text, Identifier: true,
		Aliases: []string{"customer id", "customerid", "customer_id", "master id", "user id", "member id", "buyer id", "客户编号", "客户id", "会员编号", "会员id", "用户id", "买家会员名", "买家id", "买家昵称"}},
	{Name: "customer.name", LabelZH: "客户姓名", LabelEN: "Customer name", Type: collect.Text, Personal: true,
		Aliases: []string{"customer name", "buyer", "buyer name", "收货人姓名", "收货人", "客户名称", "买家姓名", "联系人姓名"}},
	{Name: "customer.email", LabelZH: "客户邮箱", LabelEN: "Customer e-mail", Type: collect.Text, Personal: true, Aliases: []string{"email", "customer email", "e-mail", "邮箱", "买家邮箱"}},
	{Name: "customer.phone", LabelZH: "客户手机", LabelEN: "Customer phone", Type: collect.Text, Personal: true,
		Aliases: []string{"phone", "mobile", "customer phone", "收货人手机", "手机号", "手机", "联系电话", "联系手机", "电话", "收货人电话"}},
	{Name: "customer.country", LabelZH: "国家", LabelEN: "Country", Type: collect.Text, Aliases: []string{"country", "ship country", "收货国家"}},
	{Name: "customer.province", LabelZH: "省份", LabelEN: "Province", Type: collect.Text, Clean: cleanProvince, Aliases: []string{"province", "state province", "收货省份", "省", "收货人省份"}},
	{Name: "customer.city", LabelZH: "城市", LabelEN: "City", Type: collect.Text, Aliases: []string{"city", "ship city", "收货城市", "市", "收货人城市"}},
}

// purchaseFieldIndex holds the place of every field in a row's values; -1 where the kind has none.
type purchaseFieldIndex struct {
	number, orderedAt, amount                                              int
	sku, productName, category, brand, tier, quantity, unitPrice, discount int
	shop, status, currency, refunded, record                               int
	externalID, name, email, phone, country, province, city                int
}

func indexPurchaseFields(fields []collect.Field) purchaseFieldIndex {
	at := func(name string) int { return fieldIndex(fields, name) }
	return purchaseFieldIndex{
		number: at("order_number"), orderedAt: at("ordered_at"), amount: at("amount"),
		sku: at("sku"), productName: at("product_name"), category: at("category"), brand: at("brand"), tier: at("tier"),
		quantity: at("quantity"), unitPrice: at("unit_price"), discount: at("discount"),
		shop: at("shop"), status: at("status"), currency: at("currency"), refunded: at("refunded"), record: at("customer.record"),
		externalID: at("customer.external_id"), name: at("customer.name"), email: at("customer.email"), phone: at("customer.phone"),
		country: at("customer.country"), province: at("customer.province"), city: at("customer.city"),
	}
}

// read gives what the row v tells about its order and customer. The shop is also the source of the customer's
// identity, unless the mapping names another.
func (x purchaseFieldIndex) read(b *collect.Batch, v []collect.Value, region string) purchaseRow {
	row := purchaseRow{shop: v[x.shop].Text, number: v[x.number].Text, orderedAt: v[x.orderedAt].Int,
		status: v[x.status].Text, currency: v[x.currency].Text, country: v[x.country].Text}
	row.province, row.city = normalRegion(v[x.province].Text, v[x.city].Text)
	source := b.Source
	switch {
	case source != unnamedSource:
		fill(&row.shop, source)
	case row.shop != "":
		source = row.shop
	}
	who := &row.buyer
	who.source, who.externalID = source, v[x.externalID].Text
	who.name, who.country, who.province, who.city = v[x.name].Text, row.country, row.province, row.city
	if known := RegionOf(row.country); known != "" {
		region = known
	}
	if v[x.phone].Set {
		p := normalContact(ContactPhone, v[x.phone].Text, region)
		who.contacts = append(who.contacts, p)
		if p.State == ContactOK {
			who.phone = p.Value
		}
	}
	if v[x.email].Set {
		p := normalContact(ContactEmail, v[x.email].Text, region)
		who.contacts = append(who.contacts, p)
		if p.State == ContactOK {
			who.email = p.Value
		}
	}
	if who.record = v[x.record].Text; who.record != "" {
		who.externalID = "" // she is known by her record; the number that a shop has for her stays with the shop
	}
	if who.none() {
		who.externalID = who.name // a shop that knows nothing but names knows her by it
	}
	return row
}

func cleanCurrency(cell string) (string, string) {
	switch cell {
	case "¥", "￥", "元", "人民币", "RMB", "rmb":
		return "CNY", ""
	case "$", "US$":
		return "USD", ""
	case "£":
		return "GBP", ""
	case "€":
		return "EUR", ""
	}
	if c := strings.ToUpper(cell); money.Known(c) {
		return c, ""
	}
	return "", "currency_unknown"
}
