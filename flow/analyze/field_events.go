package analyze

import "context"

// Event is something customers do that a condition can count. Rows of relation where kept holds are its occurrences;
// e is their alias.
type Event struct {
	Name       string
	Label      Label
	Properties []*Field

	relation string
	kept     string
	keptArgs []any
	sent     bool   // by a source, with properties of its own
	amount   string // the property that `ratio` compares; occurrences are counted where there is none
	words    eventWord
}

// eventWord is how a sentence tells of an event. %s takes the object: things when nothing is said about it.
type eventWord struct {
	does, did, never string // Chinese: 买%s, 买过%s, 没买过%s
	thing            string // 商品
	past, didNot     string // English: bought %s, did not buy %s
	things           string // products
}

// ofOrders says that the event is reckoned from orders, and so for those alone who may use what is.
func (ev *Event) ofOrders() bool { return ev.relation == "orders" || ev.relation == "order_lines" }

// properties are those known of the event; what stages there are the company says.
func (ev *Event) properties(ctx context.Context) []*Field {
	if ev.Name == stageChanged {
		return stageProperties(ctx)
	}
	return ev.Properties
}

// mayAsk says whether the actor may ask for the event at all.
func (ev *Event) mayAsk(ctx context.Context) bool {
	return (!ev.ofOrders() || customerFields["orders.count"].mayUse(ctx)) && (ev.Name != stageChanged || mayUseStages(ctx))
}

// propertyIn gives a property as ctx knows it.
func (ev *Event) propertyIn(ctx context.Context, name string) (*Field, bool) {
	for _, p := range ev.properties(ctx) {
		if p.Name == name {
			return p, true
		}
	}
	return ev.property(name)
}

func (ev *Event) property(name string) (*Field, bool) {
	for _, p := range ev.Properties {
		if p.Name == name {
			return p, true
		}
	}
	if ev.sent {
		return sentProperty(name)
	}
	return nil, false
}

var (
	shopProperty    = &Field{Name: "shop", Type: TypeText, Label: Label{"店铺", "Shop"}, expr: "e.shop"}
	countryProperty = &Field{Name: "country", Type: TypeText, Label: Label{"国家或地区", "Country"}, expr: "e.country"}
	statusProperty  = &Field{Name: "status", Type: TypeText, Label: Label{"订单状态", "Order status"}, expr: "e.status", Values: []Choice{
		{"placed", Label{"已下单", "placed"}}, {"paid", Label{"已付款", "paid"}}, {"shipped", Label{"已发货", "shipped"}}, {"completed", Label{"已完成", "completed"}},
		{"cancelled", Label{"已取消", "cancelled"}}, {"refunded", Label{"已退款", "refunded"}}}}
	grossProperty    = &Field{Name: "amount", Type: TypeMoney, Label: Label{"金额", "Amount"}, expr: "e.gross", never: true}
	refundedProperty = &Field{Name: "refunded", Type: TypeMoney, Label: Label{"退款金额", "Refunded amount"}, expr: "e.refunded", never: true}
	dayProperty      = &Field{Name: "day", Type: TypeDay, Label: Label{"日期", "Day"}, expr: "e.day", never: true}

	orderProperties = []*Field{
		grossProperty, refundedProperty, shopProperty, countryProperty, statusProperty, dayProperty,
		{Name: "province", Type: TypeText, Label: Label{"省份", "Province"}, expr: "e.province"},
		{Name: "city", Type: TypeText, Label: Label{"城市", "City"}, expr: "e.city"},
		{Name: "currency", Type: TypeText, Label: Label{"币种", "Currency"}, expr: "e.currency"},
		{Name: "lines", Type: TypeNumber, Label: Label{"商品行数", "Lines"}, expr: "e.lines"},
	}
	followUpProperties = []*Field{
		{Name: "kind", Type: TypeText, Label: Label{"方式", "Kind"}, expr: "e.kind"},
		{Name: "result", Type: TypeText, Label: Label{"结果", "Result"}, expr: "e.result"},
		{Name: "staff", Type: TypeReference, Label: Label{"跟进人", "Staff"}, expr: "e.staff_id"},
		dayProperty,
	}
	sessionProperties = []*Field{
		{Name: "entry_page", Type: TypeText, Label: Label{"落地页", "Landing page"}, expr: "e.entry_page"},
		{Name: "exit_page", Type: TypeText, Label: Label{"退出页", "Exit page"}, expr: "e.exit_page"},
		{Name: "came_from", Type: TypeText, Label: Label{"访问来源", "Came from"}, expr: "e.came_from"},
		{Name: "campaign", Type: TypeText, Label: Label{"推广活动", "Campaign"}, expr: "e.utm_campaign"},
		{Name: "device", Type: TypeText, Label: Label{"设备", "Device"}, expr: "e.device"},
		{Name: "pages", Type: TypeNumber, Label: Label{"浏览页数", "Pages"}, expr: "e.pages", never: true},
		{Name: "duration", Type: TypeNumber, Unit: "seconds", Label: Label{"访问时长（秒）", "Duration in seconds"}, expr: "e.duration", never: true},
		{Name: "bounced", Type: TypeBoolean, Label: Label{"跳出", "Bounced"}, expr: "e.bounced", never: true},
		dayProperty,
	}
	moveProperties = []*Field{
		{Name: "segment", Type: TypeReference, Label: Label{"客群", "Segment"}, expr: "e.segment_id", never: true},
		dayProperty,
	}
)

// eventList is every event that exists so far, in the order a person is offered them.
var eventList = []*Event{
	{Name: "order_placed", Label: Label{"下单", "Order placed"}, relation: "orders", kept: "e.kind = 'order'",
		amount: "amount", Properties: orderProperties,
		words: eventWord{does: "下单%s", did: "下过单%s", never: "没下过单%s", past: "placed %s", didNot: "did not place %s", things: "orders"}},
	{Name: "order_paid", Label: Label{"付款", "Order paid"}, relation: "orders",
		kept:   "e.kind = 'order' and e.status not in ('cancelled', 'placed', 'pending', 'unpaid')",
		amount: "amount", Properties: orderProperties,
		words: eventWord{does: "付款%s", did: "付过款%s", never: "没付过款%s", past: "paid %s", didNot: "did not pay %s", things: "orders"}},
	{Name: "order_cancelled", Label: Label{"取消订单", "Order cancelled"}, relation: "orders",
		kept: "e.kind = 'order' and e.status = 'cancelled'", amount: "amount", Properties: orderProperties,
		words: eventWord{does: "取消订单%s", did: "取消过订单%s", never: "没取消过订单%s", past: "cancelled %s", didNot: "did not cancel %s", things: "orders"}},
	{Name: "order_refunded", Label: Label{"退款", "Order refunded"}, relation: "orders",
		kept: "e.refunded > 0", amount: "refunded", Properties: orderProperties,
		words: eventWord{does: "退款%s", did: "退过款%s", never: "没退过款%s", past: "got %s", didNot: "did not get %s", things: "refunds"}},
	{Name: "item_purchased", Label: Label{"购买商品", "Item purchased"}, relation: "order_lines",
		kept: "e.quantity > 0 and e.status <> 'cancelled'", amount: "amount", Properties: []*Field{
			{Name: "sku", Type: TypeText, Label: Label{"货号", "SKU"}, expr: "e.sku"},
			{Name: "product", Type: TypeText, Label: Label{"商品", "Product"}, expr: "e.product"},
			{Name: "category", Type: TypeText, Label: Label{"品类", "Category"}, expr: "e.category"},
			{Name: "brand", Type: TypeText, Label: Label{"品牌", "Brand"}, expr: "e.brand"},
			{Name: "tier", Type: TypeText, Label: Label{"档次", "Tier"}, expr: "e.tier"},
			{Name: "quantity", Type: TypeNumber, Label: Label{"数量", "Quantity"}, expr: "e.quantity", never: true},
			{Name: "amount", Type: TypeMoney, Label: Label{"金额", "Amount"}, expr: "e.amount", never: true},
			shopProperty, countryProperty, statusProperty, dayProperty,
		},
		words: eventWord{does: "买%s", did: "买过%s", never: "没买过%s", thing: "商品", past: "bought %s", didNot: "did not buy %s", things: "products"}},
	{Name: "follow_up_logged", Label: Label{"跟进", "Follow-up logged"}, relation: "activities", kept: "true", Properties: followUpProperties,
		words: eventWord{does: "被跟进%s", did: "被跟进过%s", never: "没被跟进过%s", past: "got %s", didNot: "did not get %s", things: "follow-ups"}},
	{Name: "call_logged", Label: Label{"通话", "Call logged"}, relation: "activities", kept: "e.kind = 'call'", Properties: followUpProperties,
		words: eventWord{does: "通话%s", did: "通过话%s", never: "没通过话%s", past: "had %s", didNot: "did not have %s", things: "calls"}},
	{Name: "session", Label: Label{"会话", "Session"}, relation: "sessions", kept: "true", Properties: sessionProperties,
		words: eventWord{does: "访问%s", did: "访问过%s", never: "没访问过%s", past: "had %s", didNot: "did not have %s", things: "sessions"}},
	{Name: "segment_entered", Label: Label{"进入客群", "Segment entered"}, relation: "segment_moves", kept: "e.entered", Properties: moveProperties,
		words: eventWord{does: "进入%s", did: "进入过%s", never: "没进入过%s", thing: "客群", past: "entered %s", didNot: "did not enter %s", things: "segments"}},
	{Name: stageChanged, Label: Label{"生命周期阶段变化", "Lifecycle stage changed"}, relation: "stage_moves", kept: "e.cause not in ('start', 'rule')",
		Properties: []*Field{dayProperty}, // and the stages, see properties
		words:      eventWord{does: "变化%s", did: "变化过%s", never: "没变化过%s", thing: "阶段", past: "changed %s", didNot: "did not change %s", things: "stage"}},
	{Name: "segment_left", Label: Label{"离开客群", "Segment left"}, relation: "segment_moves", kept: "not e.entered", Properties: moveProperties,
		words: eventWord{does: "离开%s", did: "离开过%s", never: "没离开过%s", thing: "客群", past: "left %s", didNot: "did not leave %s", things: "segments"}},
}

var knownEvents = func() map[string]*Event {
	m := make(map[string]*Event, len(eventList))
	for _, e := range eventList {
		m[e.Name] = e
	}
	return m
}()
