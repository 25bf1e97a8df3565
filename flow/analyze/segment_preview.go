package analyze

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"guanxi/base/api"
	"guanxi/base/money"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// Preview says what a condition means now: how many it holds for, of how many the reader may see, who some of them
// are, how many each single condition holds for alone, and how the members differ from everybody. TookMS is the time
// of the count.
type Preview struct {
	Count       int64           `json:"count"`
	Total       int64           `json:"total"`
	TookMS      float64         `json:"took_ms"`
	Sentence    Label           `json:"sentence"`
	Condition   json.RawMessage `json:"condition" doc:"in its normal form"`
	Parts       []PreviewPart   `json:"parts"`
	Sample      []SegmentMember `json:"sample"`
	Composition []Composition   `json:"composition"`
}

// PreviewPart is one single condition of the tree, by its place, and how many it holds for alone.
type PreviewPart struct {
	Path   string `json:"path" doc:"place in the tree, such as all[1]; empty for the whole"`
	Clause Label  `json:"clause"`
	Count  int64  `json:"count"`
}

// Composition is how members spread over the values of a field beside everybody. Unset is the empty value; Rest adds
// up the values not listed.
type Composition struct {
	Field string            `json:"field"`
	Label Label             `json:"label"`
	Items []CompositionItem `json:"items"`
	Rest  *CompositionItem  `json:"rest,omitempty"`
}

// CompositionItem counts members and everybody at one value.
type CompositionItem struct {
	Value   string `json:"value"`
	Label   *Label `json:"label,omitempty"`
	Members int64  `json:"members"`
	Base    int64  `json:"base"`
}

// SegmentMember is a customer as lists of members show her. Money is in the workspace's currency; Last12M is net of
// refunds over the last twelve months.
type SegmentMember struct {
	ID            api.ID       `json:"id"`
	Name          string       `json:"name"`
	Gender        string       `json:"gender"`
	Province      string       `json:"province"`
	City          string       `json:"city"`
	Tags          []string     `json:"tags"`
	Orders        *int64       `json:"orders" doc:"null, as all that is reckoned from orders, where the reader may not know"`
	Total         *money.Money `json:"total"`
	LastOrderDay  *string      `json:"last_order_day"`
	LastOrderDays *int64       `json:"last_order_days" doc:"days since the last order"`
	Last12M       *money.Money `json:"last12m"`
	RFMSegment    *string      `json:"rfm_segment"`
	Predicted     *money.Money `json:"predicted"`
}

const (
	sampleSize       = 8
	compositionItems = 8
)

// Preview answers for a condition before it is saved. Faults: invalid with the place in the tree.
func (s *Segments) Preview(ctx context.Context, text []byte) (*Preview, error) {
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil {
		return nil, err
	}
	p := &Preview{}
	if p.Condition, err = json.Marshal(c); err != nil {
		return nil, err
	}
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	p.Sentence = reader.Sentence(c)
	began := time.Now() //nolint:forbidigo // measures how long counting took, whatever the product's clock says
	if p.Count, err = s.count(ctx, c); err != nil {
		return nil, err
	}
	p.TookMS = float64(time.Since(began).Microseconds()) / 1000 //nolint:forbidigo // as above
	group, inner := errgroup.WithContext(ctx)
	if quick, ok := s.hot.preview(ctx, c); ok {
		p.Count, p.Total, p.Composition = quick.count, quick.total, quick.composition
		p.Parts = make([]PreviewPart, len(quick.parts))
		for i, l := range c.leaves() {
			p.Parts[i] = PreviewPart{Path: l.place, Clause: reader.Clause(l), Count: quick.parts[i]}
		}
	} else {
		group.Go(func() (err error) { p.Total, p.Parts, err = s.parts(inner, c, reader); return err })
		group.Go(func() (err error) { p.Composition, err = s.composition(inner, c); return err })
	}
	group.Go(func() error {
		sort := "-value.predicted"
		if _, err := orderOf(inner, sort); err != nil {
			sort = ""
		}
		ids, _, _, err := s.find(inner, c, customer.FindQuery{Sort: sort, Limit: sampleSize})
		if err == nil {
			p.Sample, err = s.memberRows(inner, ids)
		}
		return err
	})
	return p, group.Wait()
}

// count counts whom the condition holds for, in the scope of the person asking.
func (s *Segments) count(ctx context.Context, c *Condition) (n int64, err error) {
	if n, ok := s.hot.count(ctx, c); ok {
		return n, nil
	}
	matching := s.seen(ctx, c)
	err = s.columns.QueryRow(ctx, "select count(*) from customers c where "+matching.sql, matching.args...).Scan(&n)
	return n, err
}

// leaves gives the single conditions of the tree in order.
func (c *Condition) leaves() (all []*Condition) {
	if c.Not != nil {
		return c.Not.leaves()
	}
	if c.Field != nil || c.Event != nil || c.Sequence != nil || c.Segment != nil || c.List != nil || c.Tag != "" {
		return []*Condition{c}
	}
	for _, child := range append(slices.Clone(c.All), c.Any...) {
		all = append(all, child.leaves()...)
	}
	return all
}

// parts counts everybody in scope and each single condition alone, in one pass.
func (s *Segments) parts(ctx context.Context, c *Condition, reader Reader) (total int64, parts []PreviewPart, err error) {
	k := newCompiler(ctx)
	leaves := c.leaves()
	outer, inner := []string{"count(*)"}, []piece{sqlPiece("c.id")}
	counts := make([]any, len(leaves)+1)
	counts[0] = &total
	parts = make([]PreviewPart, len(leaves))
	for i, l := range leaves {
		name := "p" + strconv.Itoa(i)
		outer = append(outer, "count(*) filter (where "+name+")")
		inner = append(inner, k.holds(l, false).put("", " as "+name))
		parts[i] = PreviewPart{Path: l.place, Clause: reader.Clause(l)}
		counts[i+1] = &parts[i].Count
	}
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	query := glue("", glue(", ", inner...).put("select "+strings.Join(outer, ", ")+" from (select ", " from customers c where "), sqlPiece(where+")", args...))
	return total, parts, s.columns.QueryRow(ctx, query.sql, query.args...).Scan(counts...)
}

// composedOf are the fields a composition is made of, as far as the reader may use them.
var composedOf = []string{"gender", "province", "city", "lifecycle_stage", "rfm.segment"}

func composed(ctx context.Context) (fields []*Field) {
	for _, name := range composedOf {
		if f := customerFields[name]; f.mayUse(ctx) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (s *Segments) composition(ctx context.Context, c *Condition) ([]Composition, error) {
	fields := composed(ctx)
	var exprs, sets []string
	from := "customers c"
	for _, f := range fields {
		exprs = append(exprs, f.expr+" as d"+strconv.Itoa(len(sets)))
		sets = append(sets, "(d"+strconv.Itoa(len(sets))+")")
		if f.scores {
			from = "customers c left join customer_scores s on s.customer_id = c.id"
		}
	}
	if len(fields) == 0 {
		return []Composition{}, nil
	}
	names := strings.NewReplacer("(", "", ")", "").Replace(strings.Join(sets, ", "))
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	query := glue("", newCompiler(ctx).holds(c, false).put(
		"select grouping("+names+"), coalesce("+names+", ''), count(*) filter (where member), count(*) from (select "+strings.Join(exprs, ", ")+", ",
		" as member from "+from+" where "), sqlPiece(where+") group by grouping sets ("+strings.Join(sets, ", ")+") order by 3 desc, 4 desc, 2", args...))
	rows, err := s.columns.Query(ctx, query.sql, query.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make([]Composition, len(fields))
	for i, f := range fields {
		out[i] = Composition{Field: f.Name, Label: f.Label, Items: []CompositionItem{}}
	}
	for rows.Next() {
		var grouped uint64
		var item CompositionItem
		if err := rows.Scan(&grouped, &item.Value, &item.Members, &item.Base); err != nil {
			return nil, err
		}
		for i, f := range fields { // a bit is 0 for the field the row is grouped by
			if grouped>>(len(fields)-1-i)&1 == 0 {
				out[i].add(item, f)
			}
		}
	}
	return out, rows.Err()
}

func (c *Composition) add(item CompositionItem, f *Field) {
	if len(c.Items) < compositionItems {
		for _, choice := range f.Values {
			if choice.Value == item.Value {
				item.Label = &choice.Label
			}
		}
		c.Items = append(c.Items, item)
		return
	}
	if c.Rest == nil {
		c.Rest = &CompositionItem{}
	}
	c.Rest.Members += item.Members
	c.Rest.Base += item.Base
}
