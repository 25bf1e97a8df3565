package analyze

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/guard"
)

// FieldView is a field or property as a builder of conditions offers it. Values lists the choices of a closed field,
// or the values an open one takes most often.
type FieldView struct {
	Name   string    `json:"name"`
	Type   FieldType `json:"type" enum:"text,choice,number,money,share,boolean,day,instant,elapsed,set,reference,custom,month_day"`
	Unit   string    `json:"unit,omitempty"`
	Label  Label     `json:"label"`
	Ops    []Op      `json:"ops"`
	Sealed bool      `json:"sealed,omitempty" doc:"kept encrypted: only whether there is a value, and whether it is exactly a certain one, can be asked"`
	Values []Choice  `json:"values,omitempty"`
}

// EventView is an event with its properties and the measures it has.
type EventView struct {
	Name       string      `json:"name"`
	Label      Label       `json:"label"`
	Measures   []string    `json:"measures"`
	Properties []FieldView `json:"properties"`
}

// FieldList is everything the reader may ask for in a condition.
type FieldList struct {
	Fields []FieldView `json:"fields"`
	Events []EventView `json:"events"`
}

const (
	offeredValues = 50
	valuesAge     = time.Minute
)

// offered are the open fields whose commonest values are worth offering, by the query that counts them.
var offered = map[string]string{
	"country": "customers c", "province": "customers c", "city": "customers c", "industry": "customers c", "source": "customers c", "rfm.segment": "customer_scores s",
	"item_purchased.category": "order_lines e", "item_purchased.brand": "order_lines e", "item_purchased.tier": "order_lines e", "item_purchased.product": "order_lines e",
	"item_purchased.sku": "order_lines e", "shop": "orders e", "kind": "activities e", "result": "activities e",
}

// Fields lists the fields the person asking may use, custom ones among them, and the events.
func (s *Segments) Fields(ctx context.Context) (*FieldList, error) {
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	values, err := s.commonValues(ctx)
	if err != nil {
		return nil, err
	}
	goods, err := s.Goods(ctx, values["item_purchased.sku"])
	if err != nil {
		return nil, err
	}
	list := &FieldList{}
	view := func(f *Field, key string) FieldView {
		v := FieldView{Name: f.Name, Type: f.Type, Unit: f.Unit, Label: f.Label, Ops: f.Ops(), Values: f.Values, Sealed: f.blind != nil}
		if names := reader.Names[f.Name]; f.Type == TypeReference {
			for _, id := range slices.Sorted(maps.Keys(names)) {
				v.Values = append(v.Values, Choice{jsonID(id), Label{names[id], names[id]}})
			}
		}
		if slices.Contains(goodsProperties[:len(goodsProperties)-1], f.Name) {
			key = "item_purchased.sku"
		}
		for _, text := range values[key] {
			label := cmp.Or(goods[text], text)
			v.Values = append(v.Values, Choice{text, Label{label, label}})
		}
		return v
	}
	offer := func(f *Field, key string) {
		v := view(f, key)
		v.Ops = f.customerOps()
		if f.Name == stageField {
			v.Values, _ = stageChoices(ctx)
		}
		list.Fields = append(list.Fields, v)
	}
	for _, f := range customerFieldList {
		if f.mayUse(ctx) {
			offer(f, f.Name)
		}
	}
	for _, f := range slices.Concat(consentFields(ctx), ownFields(ctx)) {
		if f.mayUse(ctx) {
			offer(f, f.Name)
		}
	}
	for _, name := range values[customPrefix] {
		if f, ok := customerField(ctx, customPrefix+name); ok && !isDefined(ctx, name) && f.mayUse(ctx) {
			offer(f, f.Name)
		}
	}
	for _, ev := range eventList {
		if !ev.mayAsk(ctx) {
			continue
		}
		e := EventView{Name: ev.Name, Label: ev.Label, Measures: []string{MeasureCount, MeasureDays, MeasureFirst, MeasureLast, MeasureRatio}}
		for _, p := range ev.properties(ctx) {
			key := ev.Name + "." + p.Name
			if _, own := offered[key]; !own {
				key = "e." + p.Name
			}
			e.add(view(p, key))
		}
		list.Events = append(list.Events, e)
	}
	sent, err := s.sentViews(ctx, view)
	list.Events = append(list.Events, sent...)
	return list, err
}

// valueCache keeps what readers of every customer are offered for a minute; narrower scopes count their own.
type valueCache struct {
	at     time.Time
	values map[string][]string
}

func (s *Segments) commonValues(ctx context.Context) (map[string][]string, error) {
	scope := guard.ScopeOf(ctx, "customers")
	s.mu.Lock()
	cached := s.values
	s.mu.Unlock()
	if now := clock.Now(ctx); scope.All() && cached.values != nil && now.Sub(cached.at).Abs() < valuesAge {
		return cached.values, nil
	}
	where, args := scope.Where("c")
	found := map[string][]string{}
	count := func(key, expr, from, in string) error {
		if !scope.All() && in != "" {
			in = " and " + in + " in (select c.id from customers c where " + where + ")"
		} else {
			in = ""
		}
		bound := args
		if in == "" {
			bound = nil
		}
		texts, err := s.texts(ctx, "select v from (select "+expr+" as v from "+from+" where true"+in+") where v is not null group by v order by count(*) desc, v limit ?",
			append(slices.Clone(bound), offeredValues)...)
		found[key] = texts
		return err
	}
	for _, key := range sortedNamesOf(offered) {
		from := offered[key]
		alias := from[strings.LastIndex(from, " ")+1:]
		switch alias {
		case "c":
			if err := count(key, customerFields[key].expr, from, "c.id"); err != nil {
				return nil, err
			}
		case "s":
			if err := count(key, customerFields[key].expr, from, "s.customer_id"); err != nil {
				return nil, err
			}
		default:
			name := key[strings.LastIndex(key, ".")+1:]
			if name == key {
				key = "e." + key
			}
			if err := count(key, "e."+name, from, "e.customer_id"); err != nil {
				return nil, err
			}
		}
	}
	if err := count("tags", "unnest(c.tags)", "customers c", "c.id"); err != nil {
		return nil, err
	}
	if err := count(topicField, "j.topic", "customer_topics j", "j.customer_id"); err != nil {
		return nil, err
	}
	if err := count(activeRegion, "j.province", "active_regions j", "j.customer_id"); err != nil {
		return nil, err
	}
	if err := count(customPrefix, "unnest(json_keys(c.custom))", "(select id, custom from customers where custom <> '{}' limit 20000) c", "c.id"); err != nil {
		return nil, err
	}
	if scope.All() {
		s.mu.Lock()
		s.values = valueCache{clock.Now(ctx), found}
		s.mu.Unlock()
	}
	return found, nil
}

func (s *Segments) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.columns.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

func sortedNamesOf(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func (s *Segments) registerFields(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/fields", Permission: "customers.read", Tag: "segments", Summary: "What conditions can ask for: fields with their operators, events with their properties"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body FieldList }, error) {
			list, err := s.Fields(ctx)
			if err != nil {
				return nil, err
			}
			return &struct{ Body FieldList }{*list}, nil
		})
}
