package analyze

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"unicode/utf8"
)

// sentRelation holds what web, app and other sources send.
const sentRelation = "events"

// sentEvents are the names of the contract that sources send and that are known before anybody has sent one.
var sentEvents = map[string]Label{
	"page_viewed": {"浏览页面", "Page viewed"}, "cart_updated": {"更新购物车", "Cart updated"}, "checkout_started": {"开始结账", "Checkout started"},
}

// sentLabels are words for what shops commonly send under these names.
var sentLabels = map[string]Label{
	"screen_viewed": {"浏览屏幕", "Screen viewed"}, "product_viewed": {"浏览商品", "Product viewed"}, "Product Viewed": {"浏览商品", "Product viewed"},
	"product_added": {"加入购物车", "Product added to cart"}, "Product Added": {"加入购物车", "Product added to cart"}, "Cart Viewed": {"查看购物车", "Cart viewed"},
	"Checkout Started": {"开始结账", "Checkout started"}, "Order Completed": {"完成订单", "Order completed"}, "Products Searched": {"搜索商品", "Products searched"},
	"search": {"搜索", "Search"}, "form_submitted": {"提交表单", "Form submitted"}, "element_clicked": {"点击", "Element clicked"}, "page_left": {"离开页面", "Page left"},
	"payment_failed": {"付款失败", "Payment failed"}, "Payment Failed": {"付款失败", "Payment failed"},
}

// propertyPrefix stands before the name of what a source sent along with an event.
const propertyPrefix = "properties."

// sentPath allows names of properties, with a dot before what stands inside another; they reach SQL as bound pointers only.
var sentPath = regexp.MustCompile(`^[\p{L}\p{N}_$][\p{L}\p{N} _$:-]{0,63}(\.[\p{L}\p{N}_$][\p{L}\p{N} _$:-]{0,63}){0,3}$`)

// sentProperties are those that every event may have.
var sentProperties = []*Field{
	{Name: "path", Type: TypeText, Label: Label{"页面路径", "Path"}, expr: "e.path"},
	{Name: "title", Type: TypeText, Label: Label{"页面标题", "Title"}, expr: "e.title"},
	{Name: "host", Type: TypeText, Label: Label{"网站", "Host"}, expr: "e.host"},
	{Name: "referrer_host", Type: TypeText, Label: Label{"引荐网站", "Referring host"}, expr: "e.referrer_host"},
	{Name: "utm_source", Type: TypeText, Label: Label{"推广来源", "Campaign source"}, expr: "e.utm_source"},
	{Name: "utm_medium", Type: TypeText, Label: Label{"推广媒介", "Campaign medium"}, expr: "e.utm_medium"},
	{Name: "utm_campaign", Type: TypeText, Label: Label{"推广活动", "Campaign"}, expr: "e.utm_campaign"},
	{Name: "device", Type: TypeText, Label: Label{"设备", "Device"}, expr: "e.device"},
	{Name: "seconds", Type: TypeNumber, Unit: "seconds", Label: Label{"停留秒数", "Seconds"}, expr: "e.seconds"},
	{Name: "amount", Type: TypeMoney, Label: Label{"金额", "Amount"}, expr: "e.amount"},
	{Name: "currency", Type: TypeText, Label: Label{"币种", "Currency"}, expr: "e.currency"},
	dayProperty,
}

// sentEvent gives an event that sources send, by the name it is sent under.
func sentEvent(name string) *Event {
	label := EventLabel(name)
	plain := strings.NewReplacer("%", "%%", "*", "∗").Replace // neither a hole nor the end of a mark in a sentence
	zh, en := "「"+plain(label.Chinese)+"」", "“"+strings.ReplaceAll(label.English, "*", "∗")+"”"
	return &Event{Name: name, Label: label, Properties: sentProperties, relation: sentRelation,
		kept: "not e.bot and e.kind in ('track', 'page', 'screen') and e.event = ?", keptArgs: []any{name}, sent: true,
		words: eventWord{does: "有" + zh + "%s", did: "有过" + zh + "%s", never: "没有过" + zh + "%s",
			past: "did %s", didNot: "did not do %s", things: en}}
}

// EventLabel gives the words for an event that sources send: its own name where it is none that is known.
func EventLabel(name string) Label {
	for _, labels := range []map[string]Label{sentEvents, sentLabels} {
		if label, known := labels[name]; known {
			return label
		}
	}
	return Label{name, name}
}

// goodEventName allows what a source may call an event.
func goodEventName(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= textLength && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// event finds an event by its name: one of the product's own, or one that was sent. What stands in a saved segment was
// known when it was saved.
func (p *conditionParser) eventNamed(ctx context.Context, name string) (*Event, error) {
	if ev, known := knownEvents[name]; known {
		return ev, nil
	}
	if _, known := sentEvents[name]; known {
		return sentEvent(name), nil
	}
	if !goodEventName(name) || p.lookup.Event == nil {
		return nil, nil
	}
	if !p.saved {
		if known, err := p.lookup.Event(ctx, name); err != nil || !known {
			return nil, err
		}
	}
	return sentEvent(name), nil
}

// sentProperty gives a property that a source sends under a name of its own. It takes the type of what it is compared with.
func sentProperty(name string) (*Field, bool) {
	path, ok := strings.CutPrefix(name, propertyPrefix)
	if !ok || !sentPath.MatchString(path) {
		return nil, false
	}
	return &Field{Name: name, Type: TypeCustom, Label: Label{path, path}, json: "e.properties", path: "/" + strings.ReplaceAll(path, ".", "/")}, true
}

// added gives the number a measure adds up: of a property that a source sends, only what was sent as a number.
func (f *Field) added() piece {
	if f.path == "" {
		return sqlPiece(f.expr)
	}
	return sqlPiece("case when json_type("+f.json+", ?) in ('UBIGINT', 'BIGINT', 'DOUBLE') then json_extract_string("+f.json+", ?)::double end", f.path, f.path)
}

// eventKnown says whether an event of that name was ever sent.
func (s *Segments) eventKnown(ctx context.Context, name string) (known bool, err error) {
	err = s.columns.QueryRow(ctx, "select exists (select 1 from event_names where event = ?)", name).Scan(&known)
	return known, err
}

const (
	offeredEvents     = 300 // those seen last
	offeredProperties = 60
)

// sentTypes are the types a property is offered with, by what sources have sent in it.
var sentTypes = map[string]FieldType{"number": TypeNumber, "text": TypeText, "boolean": TypeBoolean}

// sentViews lists what sources have sent, what came last first.
func (s *Segments) sentViews(ctx context.Context, view func(f *Field, key string) FieldView) ([]EventView, error) {
	rows, err := s.columns.Query(ctx, `
select n.event, p.name, case when count(*) > 1 then 'mixed' else any_value(p.type) end
from (select event, last_ts from event_names order by last_ts desc, event limit ?) n
left join event_properties p on p.event = n.event
group by n.event, n.last_ts, p.name
order by n.last_ts desc, n.event, p.name`, offeredEvents)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var views []EventView
	for rows.Next() {
		var event string
		var name, kind sql.NullString
		if err := rows.Scan(&event, &name, &kind); err != nil {
			return nil, err
		}
		if _, own := knownEvents[event]; own || !goodEventName(event) {
			continue
		}
		if len(views) == 0 || views[len(views)-1].Name != event {
			views = append(views, sentView(event, view))
		}
		e := &views[len(views)-1]
		f, ok := sentProperty(propertyPrefix + name.String)
		if !ok || strings.Contains(name.String, ".") || kind.String == "other" || len(e.Properties) >= offeredProperties {
			continue
		}
		if t, one := sentTypes[kind.String]; one {
			f.Type = t
		}
		e.add(view(f, ""))
	}
	return views, rows.Err()
}

func sentView(event string, view func(f *Field, key string) FieldView) EventView {
	ev := sentEvent(event)
	e := EventView{Name: ev.Name, Label: ev.Label, Measures: []string{MeasureCount, MeasureDays, MeasureFirst, MeasureLast, MeasureRatio}}
	for _, p := range ev.Properties {
		e.add(view(p, ""))
	}
	return e
}

// add offers a property, and its measures where it is a number.
func (e *EventView) add(p FieldView) {
	e.Properties = append(e.Properties, p)
	if p.Type == TypeNumber || p.Type == TypeMoney {
		for _, m := range []string{MeasureSum, MeasureAvg, MeasureMin, MeasureMax} {
			e.Measures = append(e.Measures, m+":"+p.Name)
		}
	}
}
