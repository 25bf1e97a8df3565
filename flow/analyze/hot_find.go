package analyze

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/flow/customer"
)

// count counts whom the condition holds for in the scope of the person asking, from hot columns; ok is false when they
// cannot tell.
func (h *Hot) count(ctx context.Context, c *Condition) (n int64, ok bool) {
	rows, done, ok := h.readFor(ctx, c)
	if !ok {
		return 0, false
	}
	defer done()
	m := rows.holds(newCompiler(ctx), c)
	m.and(rows.visible(ctx))
	return m.count(), true
}

// find is Segments.find over hot columns; ok is false when they cannot tell.
func (h *Hot) find(ctx context.Context, c *Condition, o customerOrder, q customer.FindQuery) (ids []int64, total int64, next string, ok bool, err error) {
	field, known := customerField(ctx, trimSign(o.name))
	if !known || !canBeHot(field) || field.Type == TypeSet {
		return nil, 0, "", false, nil
	}
	rows, done, ok := h.readFor(ctx, c, field)
	if !ok {
		return nil, 0, "", false, nil
	}
	defer done()
	var at findCursor
	if err := page.DecodeCursor(q.Cursor, &at); err != nil {
		return nil, 0, "", true, err
	}
	if q.Cursor != "" && at.Sort != o.name {
		return nil, 0, "", true, fault.Invalid("cursor", "cursor_invalid")
	}
	m := rows.holds(newCompiler(ctx), c)
	m.and(rows.visible(ctx))
	total = -1
	if q.Total {
		total = m.count()
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	s := newSorting(rows, field, o.descending)
	if q.Cursor != "" {
		if err := s.startAfter(at); err != nil {
			return nil, 0, "", true, err
		}
	}
	found := s.first(m, limit+1)
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		next = page.EncodeCursor(findCursor{Sort: o.name, Value: s.text(last), ID: last.id})
	}
	ids = make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.id
	}
	return ids, total, next, true, nil
}

func trimSign(name string) string {
	if name != "" && name[0] == '-' {
		return name[1:]
	}
	return name
}

// sorting puts rows in the order of one field: unset ones last in either direction, ties by id.
type sorting struct {
	rows       *hotRows
	field      *Field
	descending bool
	value      func(row int) (float64, bool)
	texts      []string // of a text field, in order; its values are places in it
	after      *sorted
}

type sorted struct {
	value float64
	known bool
	id    int64
}

func newSorting(rows *hotRows, f *Field, descending bool) *sorting {
	s := &sorting{rows: rows, field: f, descending: descending}
	switch column := rows.of(f).(type) {
	case *textColumn:
		s.texts = slices.Sorted(slices.Values(column.texts[1:]))
		places := make([]float64, len(column.texts))
		for place, text := range s.texts {
			places[column.codes[text]] = float64(place)
		}
		s.value = func(row int) (float64, bool) { code := column.values[row]; return places[code], code != 0 }
	case interface{ at(row int) (float64, bool) }:
		s.value = column.at
	}
	return s
}

// compare says which row comes first.
func (s *sorting) compare(a, b sorted) int {
	if a.known != b.known {
		if a.known {
			return -1
		}
		return 1
	}
	order := cmp.Compare(a.id, b.id)
	if a.known && a.value != b.value {
		order = cmp.Compare(a.value, b.value)
	}
	if s.descending {
		return -order
	}
	return order
}

// first gives the first n of the rows in m: what belongs among them so far is kept in order.
func (s *sorting) first(m mask, n int) []sorted {
	kept := make([]sorted, 0, 2*n)
	var bar *sorted // nothing from here on can be among the first any more
	m.each(func(row int) {
		value, known := s.value(row)
		next := sorted{value, known, s.rows.ids[row]}
		if bar != nil && s.compare(next, *bar) > 0 || s.after != nil && s.compare(next, *s.after) <= 0 {
			return
		}
		if kept = append(kept, next); len(kept) == cap(kept) {
			slices.SortFunc(kept, s.compare)
			kept = kept[:n]
			last := kept[n-1]
			bar = &last
		}
	})
	slices.SortFunc(kept, s.compare)
	return kept[:min(n, len(kept))]
}

// text gives a sort value as the engine writes it, nil for none, so that a page can go on either way.
func (s *sorting) text(of sorted) *string {
	if !of.known {
		return nil
	}
	var text string
	switch s.field.Type {
	case TypeText, TypeChoice:
		text = s.texts[int(of.value)]
	case TypeDay, TypeElapsed:
		text = date(dayNumbered(of.value))
	case TypeBoolean:
		text = strconv.FormatBool(of.value == 1)
	default:
		text = strconv.FormatFloat(of.value, 'f', -1, 64)
	}
	return &text
}

// startAfter leaves out everything up to the cursor. Fault: invalid.
func (s *sorting) startAfter(c findCursor) error {
	s.after = &sorted{id: c.ID}
	if c.Value == nil {
		return nil
	}
	s.after.known = true
	var err error
	switch s.field.Type {
	case TypeText, TypeChoice:
		place, exact := slices.BinarySearch(s.texts, *c.Value)
		s.after.value = float64(place)
		if !exact { // the text has gone meanwhile: between two places
			s.after.value -= 0.5
		}
	case TypeDay, TypeElapsed:
		var day time.Time
		day, err = dayOf(*c.Value)
		s.after.value = dayNumber(day)
	case TypeBoolean:
		var flag bool
		if flag, err = strconv.ParseBool(*c.Value); flag {
			s.after.value = 1
		}
	default:
		s.after.value, err = strconv.ParseFloat(*c.Value, 64)
	}
	if err != nil {
		return fault.Invalid("cursor", "cursor_invalid")
	}
	return nil
}

// dayNumber and dayNumbered turn days into days since 1970 and back.
func dayNumber(day time.Time) float64 { return float64(day.Unix() / 86400) }

func dayNumbered(n float64) time.Time { return time.Unix(int64(n)*86400, 0).UTC() }
