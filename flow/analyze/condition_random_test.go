package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"guanxi/base/china"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
)

// randomShoppers gives customers with every kind of gap and oddity around today.
func randomShoppers(seed uint64, n int, today time.Time) []*shopper {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	when := func() int64 { // around the edges of days and windows
		d := today.AddDate(0, 0, -r.IntN(40))
		if r.IntN(10) == 0 {
			d = today.AddDate(0, 0, 1+r.IntN(3))
		}
		minutes := []int{0, 1, 720, 1439}[r.IntN(4)]
		return time.Date(d.Year(), d.Month(), d.Day(), 0, minutes, 0, 0, shanghai).UnixMilli()
	}
	all := make([]*shopper, n)
	for i := range all {
		s := &shopper{id: int64(i + 1), location: pick("", "domestic", "foreign"), kind: pick("person", "person", "organization"), name: pick("Ann", "bob", "林婉清", "O'Neil %_"),
			city: pick("", "上海", "广州", "York"), province: pick("", "广东"), stage: pick("customer", "prospect"), gender: pick("female", "male", "unknown"),
			owner: int64(r.IntN(3)), hasPhone: r.IntN(2) == 0, emailConsent: r.IntN(2) == 0,
			completeness: float64(r.IntN(9)) / 8, createdAt: when(), custom: map[string]any{}}
		if r.IntN(3) > 0 {
			years := r.IntN(45)
			s.birthday = today.AddDate(-years, 0, r.IntN(9)-4)
			if r.IntN(3) == 0 {
				twins := china.LunarTwins(today.AddDate(0, 0, -2), today.AddDate(0, 0, 14))
				s.birthday = twins[r.IntN(len(twins))]
			}
			if r.IntN(4) == 0 {
				s.birthday = time.Date(1960+4*r.IntN(15), 2, 27+r.IntN(3), 0, 0, 0, 0, time.UTC)
			}
		}
		for _, t := range []string{"vip", "勿扰", "a'b"} {
			if r.IntN(3) == 0 {
				s.tags = append(s.tags, t)
			}
		}
		for _, l := range []string{"7", "8", "9"} {
			if r.IntN(4) == 0 {
				s.lists = append(s.lists, l)
			}
		}
		for _, role := range []string{"decides", "pays"} {
			if r.IntN(4) == 0 {
				s.speaksAs = append(s.speaksAs, role)
			}
		}
		if r.IntN(2) == 0 {
			s.custom["level"] = []any{float64(1), float64(7.5), "7", "gold", true}[r.IntN(5)]
		}
		for range r.IntN(6) {
			o := shopperOrder{kind: pick("order", "order", "refund"), status: pick("completed", "cancelled", "paid", "pending"), shop: pick("", "s1", "s2"),
				country: pick("CN", "GB"), at: when(), gross: int64(r.IntN(4)) * 100, refunded: int64(r.IntN(2)) * 50}
			s.orders = append(s.orders, o)
		}
		for range r.IntN(5) {
			s.lines = append(s.lines, shopperLine{category: pick("", "护肤", "彩妆"), brand: pick("A", "B"), status: pick("completed", "cancelled"), at: when(),
				quantity: float64(r.IntN(4)-1) / 2, amount: int64(r.IntN(5)-1) * 100})
		}
		for range r.IntN(3) {
			s.calls = append(s.calls, shopperCall{kind: pick("call", "visit"), result: pick("", "reached"), at: when()})
		}
		for range r.IntN(3) {
			s.moves = append(s.moves, shopperMove{segment: int64(1 + r.IntN(2)), entered: r.IntN(2) == 0, at: when()})
		}
		for range r.IntN(7) {
			e := shopperSent{name: pick("search", "search", "add to cart", "page_viewed"), kind: pick("track", "track", "page", "identify"), path: pick("", "/a", "/b"), device: pick("", "phone"), at: when(), bot: r.IntN(9) == 0, properties: map[string]any{}}
			if r.IntN(2) == 0 {
				e.seconds = float64(r.IntN(4)) * 50
			}
			if r.IntN(3) > 0 {
				e.properties["level"] = []any{float64(1), float64(7.5), "7", "gold", true}[r.IntN(5)]
			}
			if r.IntN(3) > 0 {
				e.properties["price"] = float64(r.IntN(4)) * 100
			}
			s.sent = append(s.sent, e)
		}
		for range r.IntN(4) {
			s.visits = append(s.visits, shopperVisit{entry: pick("/a", "/b"), from: pick("", "search.example"), pages: int64(1 + r.IntN(3)), duration: float64(r.IntN(4)) * 50, bounced: r.IntN(2) == 0, at: when()})
		}
		if r.IntN(2) == 0 {
			s.scored, s.r, s.predicted, s.alive = true, int64(1+r.IntN(5)), int64(r.IntN(5))*100, float64(r.IntN(5))/4
			s.rfmSegment, s.due = pick("champions", "at_risk"), today.AddDate(0, 0, r.IntN(20)-10)
		}
		all[i] = s
	}
	return all
}

// store writes shoppers into columns, running totals reckoned by the columns themselves.
func store(t testing.TB, c *columns.Store, shoppers []*shopper) {
	t.Helper()
	null := func(s string) any { return nullText(s) }
	local := func(ms int64) time.Time { return brute{zone: shanghai}.day(ms) }
	var customers, orders, lines, activities, moves, scores [][]any
	var sent, visits [][]any
	event, visit := columnstest.Row(t, c, "events"), columnstest.Row(t, c, "session_runs")
	id := int64(0)
	for _, s := range shoppers {
		custom, err := json.Marshal(s.custom)
		require.NoError(t, err)
		var birthday, owner any
		if !s.birthday.IsZero() {
			birthday = s.birthday
		}
		if s.owner != 0 {
			owner = s.owner
		}
		consents := []string{}
		if s.emailConsent {
			consents = append(consents, "marketing:email")
		}
		customers = append(customers, []any{s.id, s.kind, s.name, s.name, s.gender, birthday, nil, null(s.province), null(s.city), nil, nil, nil, s.stage, nil,
			owner, nil, textList(s.tags), json.RawMessage(custom), s.hasPhone, false, consents, s.completeness, s.createdAt, s.createdAt,
			int64(0), nil, nil, nil, nil, int64(0), int64(0), textList(s.lists), []string{}, []string{}, []string{}, null(s.location), textList(s.speaksAs), int64(len(s.speaksAs)), []string{}, int64(0), s.stage})
		for _, o := range s.orders {
			id++
			orders = append(orders, []any{id, fmt.Sprint(id), null(o.shop), o.kind, o.status, s.id, o.at, local(o.at), o.gross, o.refunded, "CNY", o.country, nil, nil, int64(1)})
		}
		for _, l := range s.lines {
			id++
			lines = append(lines, []any{id, int64(0), s.id, l.at, local(l.at), "order", "k", "p", null(l.category), l.brand, nil, l.quantity, int64(1), l.amount, nil, nil, l.status})
		}
		for _, a := range s.calls {
			id++
			activities = append(activities, []any{id, s.id, a.kind, null(a.result), int64(1), a.at, local(a.at), nil, nil})
		}
		for _, m := range s.moves {
			moves = append(moves, []any{m.segment, s.id, m.entered, m.at, local(m.at), nil, nil})
		}
		for _, e := range s.sent {
			id++
			properties, err := json.Marshal(e.properties)
			require.NoError(t, err)
			sent = append(sent, event(map[string]any{"batch_id": int64(1), "position": int32(id), "source_id": int64(1), "message_id": fmt.Sprint(id), "ts": e.at, "day": local(e.at), "received_at": e.at,
				"kind": e.kind, "event": e.name, "visitor_id": s.id, "customer_id": s.id, "bot": e.bot, "path": null(e.path), "device": null(e.device), "seconds": e.seconds, "properties": json.RawMessage(properties)}))
		}
		for _, v := range s.visits {
			visits = append(visits, visit(map[string]any{"visitor_id": s.id, "customer_id": s.id, "source_id": int64(1), "ts": v.at, "ended_at": v.at, "day": local(v.at), "duration": v.duration,
				"pages": int32(v.pages), "events": int32(v.pages), "bounced": v.bounced, "entry_page": v.entry, "came_from": null(v.from)}))
		}
		if s.scored {
			scores = append(scores, []any{s.id, local(s.createdAt), int64(1), int64(1), int8(s.r), int8(1), int8(1), s.rfmSegment, nil, nil, s.due, nil, "m", nil, s.alive, nil, nil, s.predicted, int64(0), nil, nil})
		}
	}
	orders = append(orders, []any{int64(999999), "nobody", nil, "order", "completed", nil, int64(0), time.Unix(0, 0).UTC(), int64(1), int64(0), "CNY", nil, nil, nil, int64(1)})
	require.NoError(t, c.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range map[string][][]any{"customers": customers, "orders": orders, "order_lines": lines, "activities": activities,
			"segment_moves": moves, "customer_scores": scores, "events": sent, "session_runs": visits} {
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return addTotals(ctx, tx, 0)
	}))
}

// randomCondition draws a valid condition as JSON values.
func randomCondition(t *rapid.T, today time.Time, depth int) map[string]any {
	one := func(name string, s ...any) any { return rapid.SampledFrom(s).Draw(t, name) }
	if depth > 0 {
		switch k := one("kind", "all", "any", "not", "leaf", "leaf"); k {
		case "all", "any":
			list := []any{}
			for range rapid.IntRange(1, 4).Draw(t, "children") {
				list = append(list, randomCondition(t, today, depth-1))
			}
			return map[string]any{k.(string): list}
		case "not":
			return map[string]any{"not": randomCondition(t, today, depth-1)}
		}
	}
	switch one("leaf", "field", "field", "event", "event", "sequence", "tag", "segment", "list") {
	case "tag":
		return map[string]any{"tag": one("tag", "vip", "a'b", "nobody's")}
	case "segment":
		return map[string]any{"segment": one("segment", "1", "2")}
	case "list":
		return map[string]any{"list": one("list", "7", "8", "9")}
	case "event":
		return randomEvent(t, today)
	case "sequence":
		return randomSequence(t, today)
	}
	return randomField(t, today, rapid.SampledFrom([]string{"kind", "name", "gender", "location", "city", "tags", "contact.roles", "contact.organizations", "owner", "has_phone", "consent.email", "quality.completeness",
		"created_at", "birthday", "age", "orders.count", "orders.total", "orders.first_at", "orders.last_at", "rfm.recency_days", "rfm.r", "rfm.segment",
		"value.predicted", "value.alive_probability", "rhythm.due_day", "custom.level"}).Draw(t, "field"), nil)
}

func randomField(t *rapid.T, today time.Time, name string, ev *Event) map[string]any {
	f, _ := customerField(context.Background(), name)
	if ev != nil {
		f, _ = ev.property(name)
	}
	ops := f.Ops()
	if ev == nil {
		ops = f.customerOps()
	}
	op := rapid.SampledFrom(ops).Draw(t, "op")
	c := map[string]any{"field": name, "op": string(op)}
	if v, wants := randomValue(t, today, f, op); wants {
		c["value"] = v
	}
	if op == OpAnniversary && rapid.Bool().Draw(t, "lunar") {
		c["calendar"] = "lunar"
	}
	return c
}

func randomValue(t *rapid.T, today time.Time, f *Field, op Op) (any, bool) {
	one := func(s ...any) any { return rapid.SampledFrom(s).Draw(t, "value") }
	near := func(offset int) string {
		return today.AddDate(0, 0, rapid.IntRange(-12, 3).Draw(t, "day")+offset).Format(time.DateOnly)
	}
	switch op {
	case OpIsSet, OpIsNotSet:
		return nil, false
	case OpInLastDays, OpNotInLast, OpAnniversary:
		return rapid.IntRange(1, 12).Draw(t, "days"), true
	case OpTop, OpBottom:
		return rapid.SampledFrom([]any{1, 10, 12.5, 33.33, 50, 100}).Draw(t, "percent"), true
	}
	scalar := func() any {
		if f.Type == TypeSet && f.Values != nil {
			return f.Values[rapid.IntRange(0, 2).Draw(t, "choice")].Value
		}
		switch f.Type {
		case TypeChoice:
			return f.Values[rapid.IntRange(0, len(f.Values)-1).Draw(t, "choice")].Value
		case TypeNumber, TypeMoney:
			return one(0, 1, 2, 3, 100, 150, 200, 0.5, -100)
		case TypeShare:
			return one(0, 0.25, 0.5, 0.75, 1, 2)
		case TypeElapsed:
			return one(0, 1, 5, 10, 18, 30)
		case TypeBoolean:
			return one(true, false)
		case TypeReference:
			return one("1", "2", 1)
		case TypeDay:
			return near(0)
		case TypeInstant:
			if rapid.IntRange(0, 4).Draw(t, "exact") == 0 {
				return time.Date(today.Year(), today.Month(), today.Day()-2, 12, 0, 0, 0, shanghai).UTC().Format(time.RFC3339)
			}
			return near(0)
		case TypeCustom:
			if op == OpContains || op == OpStartsWith {
				return one("go", "7")
			}
			return one(1, 7, 7.5)
		}
		return one("Ann", "A", "上海", "York", "vip", "护肤", "completed", "o'neil", "%", "'; drop table customers; --")
	}
	switch op {
	case OpIn, OpNotIn:
		return []any{scalar(), scalar()}, true
	case OpBetween:
		if f.Type == TypeDay || f.Type == TypeInstant {
			return []any{near(-13), near(16)}, true
		}
		if f.Type == TypeElapsed {
			return []any{1, 20}, true
		}
		return []any{0.5, 150}, true
	}
	return scalar(), true
}

// drawnEvents are the events that conditions are drawn of, each with some properties.
var drawnEvents = map[string][]string{"search": {"path", "seconds", "properties.level", "properties.price", "properties.nothing"}, "add to cart": {"device", "properties.price"}, "page_viewed": {"path"},
	"session":      {"entry_page", "came_from", "pages", "duration", "bounced", "day"},
	"order_placed": {"amount", "shop", "country", "status", "day"}, "order_paid": {"amount"}, "order_cancelled": {"shop"},
	"order_refunded": {"refunded"}, "item_purchased": {"category", "brand", "quantity", "amount", "day"}, "follow_up_logged": {"kind", "result"},
	"call_logged": {"result"}, "segment_entered": {"segment"}, "segment_left": {"segment"}}

func drawEvent(t *rapid.T) *Event {
	name := rapid.SampledFrom(sortedNames(drawnEvents)).Draw(t, "event")
	if ev, own := knownEvents[name]; own {
		return ev
	}
	return sentEvent(name)
}

// randomSequence draws events that are to follow each other.
func randomSequence(t *rapid.T, today time.Time) map[string]any {
	steps := func(name string, least, most int) (list []any) {
		for range rapid.IntRange(least, most).Draw(t, name) {
			ev := drawEvent(t)
			step := map[string]any{"event": ev.Name}
			if rapid.IntRange(0, 3).Draw(t, "where") == 0 {
				step["where"] = randomField(t, today, rapid.SampledFrom(drawnEvents[ev.Name]).Draw(t, "property"), ev)
			}
			list = append(list, step)
		}
		return list
	}
	c := map[string]any{"sequence": steps("steps", 1, 3), "within_days": rapid.SampledFrom([]int{1, 3, 30}).Draw(t, "within"),
		"window": rapid.SampledFrom([]map[string]any{{"last_days": 1}, {"last_days": 15}, {"all_time": true}, {"all_time": true}}).Draw(t, "window")}
	if without := steps("without", 0, 1); without != nil {
		c["without"] = without
	}
	return c
}

func randomEvent(t *rapid.T, today time.Time) map[string]any {
	ev := drawEvent(t)
	name, events := ev.Name, drawnEvents
	c := map[string]any{"event": name}
	property := func() map[string]any {
		return randomField(t, today, rapid.SampledFrom(events[name]).Draw(t, "property"), ev)
	}
	switch rapid.IntRange(0, 5).Draw(t, "where") {
	case 0, 1:
		c["where"] = property()
	case 2:
		c["where"] = map[string]any{"any": []any{property(), map[string]any{"not": property()}}}
	}
	measures := []string{"count", "count", "count", "days", "first", "last", "ratio"}
	for _, p := range events[name] {
		if f, _ := ev.property(p); f.Type == TypeMoney || f.Type == TypeNumber || f.Type == TypeCustom {
			measures = append(measures, "sum:"+p, "avg:"+p, "min:"+p, "max:"+p)
		}
	}
	measure := rapid.SampledFrom(measures).Draw(t, "measure")
	window := rapid.SampledFrom([]map[string]any{{"last_days": 1}, {"last_days": 7}, {"last_days": 7}, {"last_days": 15}, {"all_time": true},
		{"from": today.AddDate(0, 0, -10).Format(time.DateOnly), "to": today.AddDate(0, 0, -5).Format(time.DateOnly)}}).Draw(t, "window")
	if measure == "ratio" && window["all_time"] != nil {
		window = map[string]any{"last_days": 9}
	}
	c["measure"], c["window"] = measure, window
	m, err := measureOf(json.RawMessage(fmt.Sprintf("%q", measure)), "", ev)
	if err != nil {
		t.Fatal(err)
	}
	ops := []Op{OpEq, OpNe, OpIn, OpNotIn, OpGt, OpGte, OpLt, OpLte, OpBetween}
	if m.field().Type == TypeInstant {
		ops = []Op{OpEq, OpNe, OpGt, OpGte, OpLt, OpLte, OpBetween, OpInLastDays, OpNotInLast}
	} else {
		ops = append(ops, OpTop, OpBottom)
	}
	op := rapid.SampledFrom(ops).Draw(t, "op")
	c["op"] = string(op)
	c["value"], _ = randomValue(t, today, m.field(), op)
	return c
}
