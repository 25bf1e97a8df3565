package customer

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/page"
	"guanxi/guard"
)

// timelineItem is one thing that happened with a customer. Code says what; the interface puts it into words with values.
type timelineItem struct {
	ID      string           `json:"id"`
	Kind    string           `json:"kind" enum:"order,refund,activity,consent,tag,created,merged,changed,visitor,contact,stage,segment"`
	At      time.Time        `json:"at"`
	Code    string           `json:"title_code"`
	Values  map[string]any   `json:"values"`
	Amount  *money.Money     `json:"amount"`
	Details []timelineDetail `json:"details"`

	position timelinePosition
}

type timelineDetail struct {
	Code   string         `json:"code"`
	Values map[string]any `json:"values"`
}

// timelinePosition orders items: newest first, then by source, then by id.
type timelinePosition struct {
	At   int64 `json:"t"`
	Rank int   `json:"r"`
	ID   int64 `json:"i"`
}

func (p timelinePosition) compare(q timelinePosition) int {
	switch {
	case p.At != q.At:
		return sign(q.At - p.At)
	case p.Rank != q.Rank:
		return p.Rank - q.Rank
	}
	return sign(q.ID - p.ID)
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// timelineSource reads one sort of items of a customer that come after a position, newest first.
type timelineSource struct {
	kinds      []string
	permission string
	read       func(s *Store, ctx context.Context, customerID int64, after cut, kind string, limit int) ([]timelineItem, error)
}

// The rank of a source is its place here.
var timelineSources = []timelineSource{
	{[]string{"order", "refund"}, "orders.read", (*Store).timelineOrders},
	{[]string{"activity"}, "customers.read", (*Store).timelineActivities},
	{[]string{"consent"}, "customers.read", (*Store).timelineConsents},
	{[]string{"tag"}, "customers.read", (*Store).timelineTags},
	{[]string{"created"}, "customers.read", (*Store).timelineCreated},
	{[]string{"merged"}, "customers.read", (*Store).timelineMerges},
	{[]string{"changed"}, "customers.read", (*Store).timelineChanges},
	{[]string{"visitor"}, "customers.read", (*Store).timelineKnown},
	{[]string{"visitor"}, "customers.read", (*Store).timelineVisits},
	{[]string{"visitor"}, "customers.read", (*Store).timelineParted},
	{[]string{"contact"}, "customers.read", (*Store).timelineSpeakers},
	{[]string{"visitor"}, "customers.read", (*Store).timelineEvents},
	{[]string{"stage"}, "customers.read", (*Store).timelineStages},
	{[]string{"segment"}, "segments.read", (*Store).timelineSegments},
}

// cut is the position after which a source goes on: before the instant at, and at it below id.
type cut struct{ at, id int64 }

// cutFor gives where the source of that rank goes on after p.
func (p timelinePosition) cutFor(rank int) cut {
	switch {
	case rank < p.Rank:
		return cut{p.At, 0}
	case rank > p.Rank:
		return cut{p.At, 1 << 62}
	}
	return cut{p.At, p.ID}
}

const timelineKinds = "order, refund, activity, consent, tag, created, merged, changed, visitor, contact, stage, segment"

type timelinePage struct {
	page.List[timelineItem]
	Counts map[string]int64 `json:"counts,omitempty" doc:"items by kind and all together; on the first page"`
}

// Timeline gives one page of everything that happened with a customer, newest first. Faults: not found, invalid.
func (s *Store) Timeline(ctx context.Context, customerID int64, kind, cursor string, limit int) (*timelinePage, error) {
	if _, err := s.find(ctx, s.records, customerID); err != nil {
		return nil, err
	}
	from := timelinePosition{At: 1 << 62}
	if err := page.DecodeCursor(cursor, &from); err != nil {
		return nil, err
	}
	out := &timelinePage{List: page.List[timelineItem]{Items: []timelineItem{}}}
	known := kind == ""
	for rank, source := range timelineSources {
		if kind != "" && !slices.Contains(source.kinds, kind) {
			continue
		}
		known = true
		if !guard.ActorOf(ctx).Can(source.permission) || !mayRead(ctx, source.kinds[0]) {
			continue
		}
		items, err := source.read(s, ctx, customerID, from.cutFor(rank), kind, limit+1)
		if err != nil {
			return nil, err
		}
		for i := range items {
			items[i].position.Rank = rank
		}
		out.Items = append(out.Items, items...)
	}
	if !known {
		return nil, fault.Invalid("kind", "not_one_of", timelineKinds)
	}
	slices.SortStableFunc(out.Items, func(a, b timelineItem) int { return a.position.compare(b.position) })
	if len(out.Items) > limit {
		out.Items = out.Items[:limit]
		out.NextCursor = page.EncodeCursor(out.Items[limit-1].position)
	}
	if err := s.addLines(ctx, out.Items); err != nil {
		return nil, err
	}
	if cursor == "" {
		var err error
		if out.Counts, err = s.timelineCounts(ctx, customerID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shownLines is how many lines of an order its item carries.
const shownLines = 20

// addLines gives the order items their first lines.
func (s *Store) addLines(ctx context.Context, items []timelineItem) error {
	byOrder := map[int64]*timelineItem{}
	var ids []int64
	for i := range items {
		if items[i].Kind == "order" || items[i].Kind == "refund" {
			byOrder[items[i].position.ID] = &items[i]
			ids = append(ids, items[i].position.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var lines []Line
	if err := s.records.Read().NewRaw("select "+lineColumns+" from order_lines where order_id in (?) and position <= ? order by order_id, position",
		bun.List(ids), shownLines).Scan(ctx, &lines); err != nil {
		return err
	}
	for _, l := range lines {
		item := byOrder[l.OrderID]
		item.Details = append(item.Details, timelineDetail{"line", map[string]any{"sku": l.SKU, "product_name": l.ProductName,
			"quantity": l.Quantity, "amount": money.Of(l.Amount, item.Amount.Currency)}})
	}
	return nil
}

func (s *Store) registerTimeline(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/timeline", Permission: "customers.read", Tag: "customers",
		Summary: "Everything that happened with a customer, newest first"},
		func(ctx context.Context, in *struct {
			ID     api.ID `path:"id"`
			Kind   string `query:"kind" doc:"only this kind of item"`
			Cursor string `query:"cursor"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		}) (*struct{ Body *timelinePage }, error) {
			p, err := s.Timeline(ctx, int64(in.ID), in.Kind, in.Cursor, in.Limit)
			return &struct{ Body *timelinePage }{p}, err
		})
}

func itemID(kind string, id int64) string { return kind + "-" + strconv.FormatInt(id, 10) }
