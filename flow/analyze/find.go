package analyze

import (
	"context"
	"database/sql"
	"strings"

	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// customerOrder is how a list of customers is sorted: by a field, or newest first. Customers without a value come last
// in either direction; ties are broken by id.
type customerOrder struct {
	name       string
	x, kind    string // the value in SQL and the type it is read back as
	scores     bool
	descending bool
}

// newestFirst is the order of a list nobody has sorted.
const newestFirst = "-created_at"

// orderOf reads a sort. Faults: invalid for a field that is unknown, cannot be sorted by, or may not be used.
func orderOf(ctx context.Context, sort string) (customerOrder, error) {
	if sort == "" {
		sort = newestFirst
	}
	o := customerOrder{name: sort}
	name, descending := strings.CutPrefix(sort, "-")
	f, known := customerField(ctx, name)
	if !known {
		return o, fault.Invalid("sort", "unknown_field", name)
	}
	if !f.mayUse(ctx) {
		return o, fault.Invalid("sort", notYours, name)
	}
	o.x, o.scores, o.descending = f.expr, f.scores, descending
	if f.ops != nil {
		return o, fault.Invalid("sort", "cannot_be_sorted_by", name)
	}
	switch f.Type {
	case TypeSet, TypeCustom:
		return o, fault.Invalid("sort", "cannot_be_sorted_by", name)
	case TypeText, TypeChoice, TypeMonthDay:
		o.kind = "varchar"
	case TypeShare:
		o.kind = "double"
	case TypeBoolean:
		o.kind = "boolean"
	case TypeDay:
		o.kind = "date"
	case TypeElapsed: // the longer ago, the more has passed
		o.kind, o.descending = "date", !descending
	default:
		o.kind = "bigint"
		if f.scores || f.own && f.Type == TypeNumber {
			o.kind = "double"
		}
	}
	if name == "name" {
		o.x = "c.name_key"
	}
	return o, nil
}

// findCursor is the place after the last row of a page: its sort value as text, nil when unset, and its id.
type findCursor struct {
	Sort  string  `json:"s"`
	Value *string `json:"v"`
	ID    int64   `json:"i"`
}

// after gives the condition on rows that come later than the cursor.
func (o customerOrder) after(c findCursor) piece {
	sign := ">"
	if o.descending {
		sign = "<"
	}
	if c.Value == nil {
		return sqlPiece("("+o.x+" is null and c.id "+sign+" ?)", c.ID)
	}
	v := "?::" + o.kind
	return sqlPiece("("+o.x+" "+sign+" "+v+" or "+o.x+" = "+v+" and c.id "+sign+" ? or "+o.x+" is null)", *c.Value, *c.Value, c.ID)
}

// Find implements customer.Finder: who matches, in which order, within the scope and the usable fields of the person
// asking. Faults: invalid, for the filter with the place in its tree.
func (s *Segments) Find(ctx context.Context, q customer.FindQuery) (ids []int64, total int64, next string, err error) {
	everybody := &Condition{everyone: true}
	if strings.TrimSpace(q.Filter) != "" {
		if everybody, err = ParseCondition(ctx, []byte(q.Filter), s.lookup()); err != nil {
			return nil, 0, "", err
		}
	}
	return s.find(ctx, everybody, q)
}

// find lists who a checked condition holds for; q.Filter is not looked at.
func (s *Segments) find(ctx context.Context, c *Condition, q customer.FindQuery) (ids []int64, total int64, next string, err error) {
	order, err := orderOf(ctx, q.Sort)
	if err != nil {
		return nil, 0, "", err
	}
	if ids, total, next, ok, err := s.hot.find(ctx, c, order, q); ok {
		return ids, total, next, err
	}
	matching := s.seen(ctx, c)
	counted := make(chan error, 1)
	total = -1
	if q.Total {
		go func() {
			counted <- s.columns.QueryRow(ctx, "select count(*) from customers c where "+matching.sql, matching.args...).Scan(&total)
		}()
	} else {
		counted <- nil
	}
	ids, next, err = s.page(ctx, matching, order, q)
	if failed := <-counted; err == nil {
		err = failed
	}
	return ids, total, next, err
}

// seen gives the condition within the scope of the person asking.
func (s *Segments) seen(ctx context.Context, c *Condition) piece {
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	return glue(" and ", sqlPiece(where, args...), newCompiler(ctx).holds(c, false))
}

func (s *Segments) page(ctx context.Context, matching piece, o customerOrder, q customer.FindQuery) (ids []int64, next string, err error) {
	var at findCursor
	if err := page.DecodeCursor(q.Cursor, &at); err != nil {
		return nil, "", err
	}
	if q.Cursor != "" {
		if at.Sort != o.name {
			return nil, "", fault.Invalid("cursor", "cursor_invalid")
		}
		matching = glue(" and ", matching, o.after(at))
	}
	from, direction := "customers c", ""
	if o.scores {
		from = "customers c left join customer_scores s on s.customer_id = c.id"
	}
	if o.descending {
		direction = " desc"
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	rows, err := s.columns.Query(ctx, "select c.id, "+o.x+"::varchar from "+from+" where "+matching.sql+
		" order by "+o.x+direction+" nulls last, c.id"+direction+" limit ?", append(matching.args[:len(matching.args):len(matching.args)], limit+1)...)
	if err != nil {
		return nil, "", cursorOrFault(err, q.Cursor)
	}
	defer rows.Close()
	last := findCursor{Sort: o.name}
	ids = make([]int64, 0, limit)
	for rows.Next() {
		var id int64
		var value sql.NullString
		if err := rows.Scan(&id, &value); err != nil {
			return nil, "", err
		}
		if len(ids) == limit {
			return ids, page.EncodeCursor(last), rows.Err()
		}
		ids = append(ids, id)
		last.ID, last.Value = id, nil
		if value.Valid {
			last.Value = &value.String
		}
	}
	return ids, "", cursorOrFault(rows.Err(), q.Cursor)
}

// cursorOrFault tells a cursor somebody has tampered with, whose value does not read as its type, from our own errors.
func cursorOrFault(err error, cursor string) error {
	if err != nil && cursor != "" && strings.Contains(err.Error(), "Conversion Error") {
		return fault.Invalid("cursor", "cursor_invalid")
	}
	return err
}

var _ customer.Finder = (*Segments)(nil)
