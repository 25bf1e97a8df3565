package analyze

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/guard"
)

// Behind asks for the rows behind a number. Part is numerator or denominator; SplitValue is the key of one part of
// Split, empty for the rows that the split says nothing about.
type Behind struct {
	Period
	Part       string
	Split      string
	SplitValue string
	In         []string // the parts gone into, each as split:key
	Segment    int64
	Limit      int
	Cursor     string
}

// Named is the id and name of a customer.
type Named struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
}

// OpenedRow is one order, customer or follow-up behind a number. Figure is what it adds to the number.
type OpenedRow struct {
	Type     string `json:"type" enum:"order,customer,activity"`
	ID       api.ID `json:"id"`
	Number   string `json:"number,omitempty"`
	Kind     string `json:"kind,omitempty"`
	Status   string `json:"status,omitempty"`
	Shop     string `json:"shop,omitempty"`
	Day      string `json:"day,omitempty"`
	Customer *Named `json:"customer"`
	Figure   Number `json:"figure"`
}

// Opened is a page of the rows behind a number. Total counts them all, Sum adds up their figures.
type Opened struct {
	page.List[OpenedRow]
	Sum *Number `json:"sum,omitempty"`
}

// opened says how a kind of rows is listed: by which id, in which order, and what a row looks like.
type opened struct {
	permission, id, key, detail string
}

var openings = map[string]opened{
	"orders": {"orders.read", "f.id", "cast(any_value(f.day) - date '1970-01-01' as double)", `
select r.id, r.k, r.figure, o.number, o.kind, o.status, o.shop, cast(o.day as varchar), o.customer_id, c.name
from listed r
join orders o on o.id = r.id
left join customers c on c.id = o.customer_id`},
	"customers": {"customers.read", "f.customer_id", "coalesce(cast({figure} as double), 0)", `
select r.id, r.k, r.figure, null, null, null, null, null, r.id, c.name
from listed r
left join customers c on c.id = r.id`},
	"activities": {"customers.read", "f.id", "cast(any_value(f.day) - date '1970-01-01' as double)", `
select r.id, r.k, r.figure, null, a.kind, a.result, null, cast(timezone({zone}, make_timestamptz(a.next_at * 1000))::date as varchar),
  a.customer_id, c.name
from listed r
join activities a on a.id = r.id
left join customers c on c.id = a.customer_id`},
}

var typeOfRows = map[string]string{"orders": "order", "customers": "customer", "activities": "activity"}

type openCursor struct {
	K  float64 `json:"k"`
	ID int64   `json:"i"`
}

// mayOpen refuses who may know nothing of purchases what is made of them. Fault: forbidden.
func mayOpen(ctx context.Context, metric *Metric) error {
	if metric.rows != "orders" && figureUnit(metric) != UnitMoney {
		return nil
	}
	return guard.MayRead(ctx, "customers", guard.Purchases)
}

// Open lists the rows behind a number, orders and follow-ups newest first, customers with the largest figure first.
// Faults: not found, invalid, forbidden, conflict.
func (m *Metrics) Open(ctx context.Context, name string, q Behind) (*Opened, error) {
	metric, err := fedMetric(name)
	if err != nil {
		return nil, err
	}
	of := openings[metric.rows]
	if err := guard.Authorize(ctx, of.permission); err != nil {
		return nil, err
	}
	if err := mayOpen(ctx, metric); err != nil {
		return nil, err
	}
	rows, args, err := m.openSQL(ctx, metric, of, q)
	if err != nil {
		return nil, err
	}
	o, err := m.list(ctx, metric, of, q.Period, SQL{rows, args}, q.Limit, q.Cursor)
	if err != nil {
		return nil, fmt.Errorf("rows behind %s: %w", name, err)
	}
	return o, nil
}

// list gives a page of the rows (id, k, figure) that stand behind a number.
func (m *Metrics) list(ctx context.Context, metric *Metric, of opened, p Period, rows SQL, most int, cursor string) (*Opened, error) {
	var at openCursor
	if err := page.DecodeCursor(cursor, &at); err != nil {
		return nil, err
	}
	after, pageArgs := "true", append([]any(nil), rows.Args...)
	if cursor != "" {
		after, pageArgs = "(k, id) < (?, ?)", append(pageArgs, at.K, at.ID)
	}
	limit := cmp.Or(most, 50)
	detail, err := m.fill(ctx, metric, of.detail, question{period: p})
	if err != nil {
		return nil, err
	}
	found, err := m.columns.Query(ctx, fmt.Sprintf(`
with counted as (%s),
listed as (select id, k, figure from counted where %s order by k desc, id desc limit %d)
%s
order by r.k desc, r.id desc`, rows.Text, after, limit+1, detail), pageArgs...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	o := &Opened{List: page.List[OpenedRow]{Items: []OpenedRow{}}}
	f := form{ctx: ctx, metric: &Metric{Unit: figureUnit(metric)}}
	for found.Next() {
		row, k, err := scanOpened(found, f, metric)
		if err != nil {
			return nil, err
		}
		if len(o.Items) == limit {
			o.NextCursor = page.EncodeCursor(at)
			break
		}
		o.Items = append(o.Items, row)
		at = openCursor{k, int64(row.ID)}
	}
	if err := found.Err(); err != nil {
		return nil, err
	}
	if cursor == "" {
		var count int64
		var total sql.NullFloat64
		if err := m.columns.QueryRow(ctx, "select count(*), sum(figure) from ("+rows.Text+")", rows.Args...).Scan(&count, &total); err != nil {
			return nil, err
		}
		n := f.number(sum{num: total.Float64, known: true})
		o.Total, o.Sum = &count, &n
	}
	return o, nil
}

// figureUnit is the unit of what one row adds.
func figureUnit(m *Metric) Unit {
	if m.rows == "orders" || m.Unit == UnitMoney {
		return UnitMoney
	}
	return UnitCount
}

func scanOpened(rows *sql.Rows, f form, m *Metric) (row OpenedRow, k float64, err error) {
	var id int64
	var figure sql.NullFloat64
	var number, kind, status, shop, on, customer sql.NullString
	var customerID sql.NullInt64
	if err := rows.Scan(&id, &k, &figure, &number, &kind, &status, &shop, &on, &customerID, &customer); err != nil {
		return row, 0, err
	}
	row = OpenedRow{Type: typeOfRows[m.rows], ID: api.ID(id), Number: number.String,
		Kind: kind.String, Status: status.String, Shop: shop.String, Day: on.String,
		Figure: f.number(sum{num: figure.Float64, known: true})}
	if customerID.Valid {
		row.Customer = &Named{api.ID(customerID.Int64), customer.String}
	}
	return row, k, nil
}

// openSQL writes the rows (id, k, figure) behind a number, one per order, customer or follow-up.
func (m *Metrics) openSQL(ctx context.Context, metric *Metric, of opened, q Behind) (string, []any, error) {
	behind := metric.num
	switch q.Part {
	case "", "numerator":
	case "denominator":
		if metric.den == nil {
			return "", nil, fault.Invalid("part", "part_unknown", q.Part)
		}
		behind = *metric.den
	default:
		return "", nil, fault.Invalid("part", "part_unknown", q.Part)
	}
	if err := metric.source.mayAsk(ctx); err != nil {
		return "", nil, err
	}
	asked := question{period: q.Period, segment: q.Segment}
	var err error
	if asked.only, err = m.partsNamed(ctx, metric, q.In); err != nil {
		return "", nil, err
	}
	if q.Split != "" {
		by, err := m.splitNamed(ctx, metric, q.Split)
		if err != nil {
			return "", nil, err
		}
		asked.only = append(asked.only, chosenPart{by, q.SplitValue, q.SplitValue == ""})
	}
	relation, _ := asked.relation(metric)
	relation = cmp.Or(metric.source.each, relation)
	condition, args := asked.narrowed(metric, behind.in, nil)
	where, whereArgs, err := m.within(ctx, metric.source, asked)
	if err != nil {
		return "", nil, err
	}
	relation, err = m.fill(ctx, metric, relation, asked)
	if err != nil {
		return "", nil, err
	}
	figure := behind.agg
	switch {
	case metric.rows == "orders" && !strings.HasPrefix(figure, "sum("):
		figure = "sum(f.gross)"
	case strings.HasPrefix(figure, "{orders}"), strings.HasPrefix(figure, "count(distinct"):
		figure = "count(*)"
	}
	return fmt.Sprintf(`
select %s as id, %s as k, cast(%s as double) as figure
from %s f
%s
where %s and %s and %s is not null
group by %s`, of.id, strings.Replace(of.key, "{figure}", figure, 1), figure, relation, joins(condition+" "+where), condition, where, of.id, of.id), append(args, whereArgs...), nil
}
