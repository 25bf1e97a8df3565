package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"guanxi/base/fault"
	"guanxi/guard"
)

// CrossCell is one figure of an answer: of which measure, which part of each dimension (all of them where none is named)
// and which step (the whole where none is named).
type CrossCell struct {
	Measure int            `json:"measure" minimum:"0" maximum:"7"`
	Parts   []CrossCellKey `json:"parts,omitempty" maxItems:"2" doc:"by dimension; null takes all parts together"`
	At      string         `json:"at,omitempty" format:"date" doc:"the first day of a step"`
}

// CrossCellKey is a part as an answer names it.
type CrossCellKey struct {
	All   bool    `json:"all,omitempty" doc:"all parts of the dimension together"`
	Key   *string `json:"key,omitempty" doc:"absent for what nothing is known of"`
	Other bool    `json:"other,omitempty"`
}

// CrossOpened is what stands behind a figure: a page of its rows, and its customers as a condition where one can say them.
type CrossOpened struct {
	Opened
	Condition ConditionJSON `json:"condition,omitempty" doc:"lists the customers behind the figure; absent where no condition can"`
}

// OpenCross lists the orders or customers behind one figure of an answer. Faults as of Cross.
func (m *Metrics) OpenCross(ctx context.Context, segments *Segments, q CrossQuery, cell CrossCell, limit int, cursor string) (*CrossOpened, error) {
	c, err := m.crossing(ctx, segments, q)
	if err != nil {
		return nil, err
	}
	if cell.Measure >= len(c.measures) || len(cell.Parts) > len(c.dims) {
		return nil, fault.Invalid("cell", "out_of_range", 0, len(c.measures)-1)
	}
	metric := c.measures[cell.Measure]
	of := openings[metric.rows]
	if metric.rows == "activities" && metric.source != followUpSource {
		of = openings["customers"]
	}
	if err := guard.Authorize(ctx, of.permission); err != nil {
		return nil, err
	}
	if err := mayOpen(ctx, metric); err != nil {
		return nil, err
	}
	p, err := c.periodOf(cell)
	if err != nil {
		return nil, err
	}
	rows, err := m.behindCell(ctx, c, metric, of, cell, p)
	if err != nil {
		return nil, err
	}
	opened, err := m.list(ctx, metric, of, p, rows.whole(), limit, cursor)
	if err != nil {
		return nil, fmt.Errorf("rows behind a figure: %w", err)
	}
	condition := c.conditionOf(metric, cell, p)
	if condition != nil && segments != nil {
		if _, err := ParseCondition(ctx, condition, segments.lookup()); err != nil {
			condition = nil // a value that no condition takes, or a field that the reader may not ask by
		}
	}
	return &CrossOpened{*opened, condition}, nil
}

// periodOf gives the days of a cell.
func (c *crossing) periodOf(cell CrossCell) (Period, error) {
	if cell.At == "" {
		return c.q.Period, nil
	}
	for _, b := range c.scopes[0].buckets {
		if dayText(b.at) == cell.At {
			return b.Period, nil
		}
	}
	return Period{}, fault.Invalid("cell.at", "day_invalid", cell.At)
}

// behindCell writes the rows (id, k, figure) behind one figure.
func (m *Metrics) behindCell(ctx context.Context, c *crossing, metric *Metric, of opened, cell CrossCell, p Period) (piece, error) {
	r := &crossReader{crossing: c, ctx: ctx, metrics: m, fill: strings.NewReplacer("{zone}", zoneSQL(ctx), "{today}", todaySQL(ctx))}
	b := crossBranch{source: metric.source, measures: []int{cell.Measure}}
	tops, err := r.tops()
	if err != nil {
		return piece{}, err
	}
	for i, d := range append(append([]*dimension(nil), c.dims[:len(cell.Parts)]...), c.filters...) {
		if _, byLine := d.over(metric); byLine && (i >= len(cell.Parts) || !cell.Parts[i].All) {
			b.lines = true
		}
	}
	rows, err := r.rows(b, crossSpan{Period: p})
	if err != nil {
		return piece{}, err
	}
	conditions := []piece{sqlPiece(metric.num.in)}
	if metric.num.in == "" {
		conditions[0] = sqlPiece("true")
	}
	for i, key := range cell.Parts {
		text, _ := c.dims[i].over(metric)
		text = r.fill.Replace(text)
		switch {
		case key.All:
		case key.Other:
			conditions = append(conditions, sqlPiece(fmt.Sprintf("(%s) not in (select t.x from top%d t)", text, i)))
		case key.Key == nil:
			conditions = append(conditions, sqlPiece("("+text+") is null"))
		default:
			conditions = append(conditions, sqlPiece("("+text+") = ?", *key.Key))
		}
	}
	figure := metric.num.agg
	switch {
	case metric.source == lineFacts:
		figure = "sum(f.amount)"
	case metric.rows == "orders" && !strings.HasPrefix(figure, "sum("):
		figure = "sum(f.gross)"
	case strings.HasPrefix(figure, "{orders}"), strings.HasPrefix(figure, "count(distinct"):
		figure = "count(*)"
	}
	joined := ""
	for _, p := range conditions {
		joined += p.sql
	}
	text := glue("", sqlPiece(fmt.Sprintf("select %s as id, %s as k, cast(%s as double) as figure from (", of.id, strings.Replace(of.key, "{figure}", figure, 1), figure)),
		rows, sqlPiece(") f "+joins(joined)+" where "), glue(" and ", conditions...), sqlPiece(fmt.Sprintf(" and %s is not null group by %s", of.id, of.id)))
	if len(tops) > 0 && strings.Contains(text.sql, " top") {
		text = glue("\n", glue(",\n", tops...).put("with ", ""), text)
	}
	return text, nil
}

// wheres are the names by which conditions know the parts of orders, of what was bought, and of visits.
var wheres = map[string]map[string]string{
	"order_placed":   {"shop": "shop", "country": "country", "province": "province", "city": "city", "status": "status", "currency": "currency"},
	"item_purchased": {"shop": "shop", "country": "country", "category": "category", "brand": "brand", "product": "product", "sku": "sku", "status": "status", "tier": "tier"},
	"session":        {"came_from": "came_from", "campaign": "campaign", "entry_page": "entry_page", "exit_page": "exit_page", "device": "device"},
}

// conditionOf says in a condition which customers stand behind a figure: those who did what it counts, in its days, and are
// of its parts. It gives nothing where the language of conditions cannot say it.
func (c *crossing) conditionOf(metric *Metric, cell CrossCell, p Period) ConditionJSON {
	event := ""
	var where []any
	switch {
	case metric.source == orderFacts, metric.source == lineFacts: // cancelled ones and refunds too: no event says all
	case metric.source == orderSource && metric.num.agg == "{orders}" && metric.num.in == purchase, metric.source == buyerSource, metric.source == orderSource && metric.num == grossSum:
		event = "order_placed"
		where = append(where, map[string]any{"field": "status", "op": "ne", "value": "cancelled"})
	case metric.source == sessionSource:
		event = "session"
	case metric.source == activityFacts:
		event = "follow_up_logged"
	case metric.source.kind == snapshot && metric.source == customerFacts:
		event = "none"
	}
	if event == "" {
		return nil
	}
	all := []any{}
	add := func(name string, values []string, not bool) bool {
		d := c.find(name)
		texts := make([]any, 0, len(values))
		for _, v := range values {
			if v == "" {
				return false
			}
			texts = append(texts, v)
		}
		leaf := map[string]any{"op": "in", "value": texts}
		if not {
			leaf["op"] = "not_in"
		}
		if text, byLine := d.over(metric); byLine && event == "order_placed" {
			event = "item_purchased"
		} else if text == d.customer || d.split != nil && text == d.split.customer {
			leaf["field"] = d.field
			all = append(all, leaf)
			return d.field != "" && d.field == conditionName(name)
		}
		known, ok := wheres[event][name]
		leaf["field"] = known
		where = append(where, leaf)
		return ok && (metric.rows == "orders" || metric.source == sessionSource || metric.source == buyerSource)
	}
	for i, key := range cell.Parts {
		if key.All {
			continue
		}
		if key.Other || key.Key == nil || !add(c.q.Dimensions[i], []string{*key.Key}, false) {
			return nil
		}
	}
	for _, f := range c.q.Where {
		if !add(f.Dimension, f.Values, f.Not) {
			return nil
		}
	}
	if event != "none" {
		leaf := map[string]any{"event": event, "measure": "count", "op": "gte", "value": 1, "window": map[string]string{"from": p.From.Format(time.DateOnly), "to": p.To.Format(time.DateOnly)}}
		switch len(where) {
		case 0:
		case 1:
			leaf["where"] = where[0]
		default:
			leaf["where"] = map[string]any{"all": where}
		}
		all = append(all, leaf)
	}
	switch {
	case c.q.Group > 0:
		all = append(all, map[string]any{"segment": fmt.Sprint(c.q.Group)})
	case c.q.Group < 0:
		all = append(all, map[string]any{"list": fmt.Sprint(-c.q.Group)})
	}
	if len(c.q.Condition) > 0 {
		all = append(all, json.RawMessage(c.q.Condition))
	}
	if len(all) == 0 {
		return nil
	}
	text, err := json.Marshal(map[string]any{"all": all})
	if err != nil {
		return nil
	}
	return ConditionJSON(text)
}

// conditionName gives the field of conditions that a dimension is, where it is one.
func conditionName(name string) string {
	if name == "rfm_segment" {
		return "rfm.segment"
	}
	return name
}

func (c *crossing) find(name string) *dimension {
	for i, d := range c.q.Dimensions {
		if d == name {
			return c.dims[i]
		}
	}
	for i, f := range c.q.Where {
		if f.Dimension == name {
			return c.filters[i]
		}
	}
	return nil
}
