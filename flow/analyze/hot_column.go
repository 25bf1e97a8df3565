package analyze

import (
	"database/sql"
	"math"
	"math/bits"
	"strings"
)

// mask holds one bit for each row.
type mask []uint64

func (m mask) set(row int)      { m[row/64] |= 1 << (row % 64) }
func (m mask) clear(row int)    { m[row/64] &^= 1 << (row % 64) }
func (m mask) has(row int) bool { return m[row/64]>>(row%64)&1 == 1 }

func (m mask) count() (n int64) {
	for _, word := range m {
		n += int64(bits.OnesCount64(word))
	}
	return n
}

// and, or and without change m.
func (m mask) and(o mask) {
	for i := range m {
		m[i] &= o[i]
	}
}

func (m mask) or(o mask) {
	for i := range m {
		m[i] |= o[i]
	}
}

func (m mask) without(o mask) {
	for i := range m {
		m[i] &^= o[i]
	}
}

// each calls fn for every row whose bit is set.
func (m mask) each(fn func(row int)) {
	for i, word := range m {
		for ; word != 0; word &= word - 1 {
			fn(i*64 + bits.TrailingZeros64(word))
		}
	}
}

// hotColumn is one field of all rows. A value comes in two steps: scanned into dest, then put in its row.
type hotColumn interface {
	expr() string // in SQL, as dest takes it
	dest() any
	put(row int)
	take(from hotColumn, at, row int) // what another column of the field has in row at
	empty() hotColumn                 // another column of the field, without rows
	grow()
	reserve(n int)
	tooVaried() bool // has more different values than it was made for, and is not to be asked
}

func newHotColumn(f *Field) hotColumn {
	switch f.Type {
	case TypeText, TypeChoice:
		return newTextColumn(f.expr)
	case TypeSet:
		return &setColumn{from: "array_to_string(" + f.expr + ", '" + separator + "')", holders: map[string]mask{}}
	case TypeBoolean:
		return &numberColumn[int8]{from: "(" + f.expr + ")::int", unset: math.MinInt8}
	case TypeDay, TypeElapsed:
		return &numberColumn[int32]{from: "(" + f.expr + " - date '1970-01-01')", unset: math.MinInt32}
	case TypeInstant, TypeMoney, TypeReference:
		return &numberColumn[int64]{from: f.expr, unset: math.MinInt64}
	}
	switch f.Name {
	case "rfm.r", "rfm.f", "rfm.m":
		return &numberColumn[int8]{from: f.expr, unset: math.MinInt8}
	case "orders.count", "rfm.frequency", recencyField.Name:
		return &numberColumn[int32]{from: f.expr, unset: math.MinInt32}
	}
	return &numberColumn[float64]{from: f.expr, unset: math.NaN()}
}

type numeric interface {
	~int8 | ~int32 | ~int64 | ~float64
}

// numberColumn holds numbers; days count from 1970, instants are milliseconds UTC, money is in minor units.
type numberColumn[T numeric] struct {
	from   string
	unset  T
	values []T
	next   float64
}

func (c *numberColumn[T]) expr() string    { return "coalesce((" + c.from + ")::double, 'nan'::double)" }
func (c *numberColumn[T]) dest() any       { return &c.next }
func (c *numberColumn[T]) grow()           { c.values = append(c.values, c.unset) }
func (c *numberColumn[T]) reserve(n int)   { c.values = make([]T, 0, n) }
func (c *numberColumn[T]) tooVaried() bool { return false }

func (c *numberColumn[T]) put(row int) {
	if math.IsNaN(c.next) {
		c.values[row] = c.unset
		return
	}
	c.values[row] = T(c.next)
}

func (c *numberColumn[T]) empty() hotColumn { return &numberColumn[T]{from: c.from, unset: c.unset} }

func (c *numberColumn[T]) take(from hotColumn, at, row int) {
	c.values[row] = from.(*numberColumn[T]).values[at]
}

// at gives the value of a row.
func (c *numberColumn[T]) at(row int) (value float64, known bool) {
	v := c.values[row]
	return float64(v), v != c.unset && v == v //nolint:gocritic // NaN is what differs from itself
}

// span is the numbers from low to high, both included.
type span struct{ low, high float64 }

// within sets the bits of rows whose value is in the span.
func (c *numberColumn[T]) within(s span, to mask) {
	low, high, empty := c.bounds(s)
	if empty {
		return
	}
	for i := range to {
		values := c.values[i*64 : min(i*64+64, len(c.values))]
		var word uint64
		for j, v := range values {
			var above, below uint64
			if v >= low {
				above = 1
			}
			if v <= high {
				below = 1
			}
			word |= (above & below) << j
		}
		to[i] |= word
	}
}

// bounds gives the span in the column's own numbers, which leave out the one that stands for unset.
func (c *numberColumn[T]) bounds(s span) (low, high T, empty bool) {
	if math.IsNaN(float64(c.unset)) {
		return T(s.low), T(s.high), s.low > s.high
	}
	least, most := float64(c.unset)+1, -(float64(c.unset) + 1)
	if c64 := any(c.unset); c64 == any(int64(math.MinInt64)) {
		least, most = -(1 << 62), 1<<62
	}
	l, h := math.Ceil(max(s.low, least)), math.Floor(min(s.high, most))
	return T(l), T(h), l > h
}

// mostTexts is how many different texts a column tells apart; names are more, provinces are not.
const mostTexts = math.MaxUint16

// textColumn holds texts as codes; code 0 is unset.
type textColumn struct {
	from   string
	texts  []string
	codes  map[string]uint16
	values []uint16
	next   sql.NullString
	varied bool
}

func (c *textColumn) expr() string    { return c.from }
func (c *textColumn) dest() any       { return &c.next }
func (c *textColumn) grow()           { c.values = append(c.values, 0) }
func (c *textColumn) reserve(n int)   { c.values = make([]uint16, 0, n) }
func (c *textColumn) tooVaried() bool { return c.varied }

func (c *textColumn) put(row int) {
	if !c.next.Valid {
		c.values[row] = 0
		return
	}
	code, known := c.codes[c.next.String]
	if !known {
		if c.varied = c.varied || len(c.texts) > mostTexts; c.varied {
			return
		}
		code = uint16(len(c.texts))
		text := strings.Clone(c.next.String)
		c.texts, c.codes[text] = append(c.texts, text), code
	}
	c.values[row] = code
}

func (c *textColumn) empty() hotColumn { return newTextColumn(c.from) }

func (c *textColumn) take(from hotColumn, at, row int) {
	other := from.(*textColumn)
	code := other.values[at]
	c.next = sql.NullString{String: other.texts[code], Valid: code != 0}
	c.put(row)
}

func newTextColumn(from string) *textColumn {
	return &textColumn{from: from, codes: map[string]uint16{}, texts: []string{""}}
}

// which sets the bits of rows whose text passes the test; an unset one never does.
func (c *textColumn) which(test func(text string) bool, to mask) {
	passes := make([]uint64, len(c.texts))
	for code, text := range c.texts {
		if code > 0 && test(text) {
			passes[code] = 1
		}
	}
	for i := range to {
		var word uint64
		for j, code := range c.values[i*64 : min(i*64+64, len(c.values))] {
			word |= passes[code] << j
		}
		to[i] |= word
	}
}

// setColumn holds for each text who has it.
type setColumn struct {
	from    string
	rows    int
	holders map[string]mask
	next    sql.NullString
}

// mostHolders bounds the memory of a set: each text takes a bit of every row.
const mostHolders = 2000

func (c *setColumn) expr() string    { return c.from }
func (c *setColumn) dest() any       { return &c.next }
func (c *setColumn) reserve(int)     {}
func (c *setColumn) tooVaried() bool { return len(c.holders) > mostHolders }

func (c *setColumn) grow() { c.rows++ }

func (c *setColumn) put(row int) {
	if c.next.String == "" {
		return
	}
	for text := range strings.SplitSeq(c.next.String, separator) {
		holders, known := c.holders[text]
		if !known {
			if c.tooVaried() {
				return
			}
			text = strings.Clone(text)
		}
		for row/64 >= len(holders) {
			holders = append(holders, make(mask, max(1, (c.rows+63)/64-len(holders)))...)
		}
		holders.set(row)
		c.holders[text] = holders
	}
}

func (c *setColumn) empty() hotColumn { return &setColumn{from: c.from, holders: map[string]mask{}} }

func (c *setColumn) take(from hotColumn, at, row int) {
	var texts []string
	for text, holders := range from.(*setColumn).holders {
		if at/64 < len(holders) && holders.has(at) {
			texts = append(texts, text)
		}
	}
	for _, holders := range c.holders {
		if row/64 < len(holders) {
			holders.clear(row)
		}
	}
	c.next = sql.NullString{String: strings.Join(texts, separator), Valid: true}
	c.put(row)
}

// separator stands between the texts of a set as they are read; no text holds it.
const separator = "\x1f"

// holding sets the bits of rows that have the text.
func (c *setColumn) holding(text string, to mask) {
	for i, word := range c.holders[text] {
		to[i] |= word
	}
}

// some sets the bits of rows that have any text.
func (c *setColumn) some(to mask) {
	for text := range c.holders {
		c.holding(text, to)
	}
}
