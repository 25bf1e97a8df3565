package analyze

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"
)

// A rank is where a customer stands among all others: "net spend is in the top 20%". Ranked is every customer of the workspace who
// has a value, whoever asks, because a segment has the same members for everybody and a share of what one reader sees would be
// another number for the next. What is counted or added up of orders ranks those who have ordered, and what is measured
// of an event those who did it. Of n ranked customers the top p percent are those with the value at place n × p ÷ 100, rounded
// up, or a higher one; so whoever ties with the last one is in, too. Age ranks by the day of birth.

// buyers are those whom figures about orders rank.
const buyers = "c.orders_count > 0"

// ranks says that an operator asks for a place among all customers.
func (o Op) ranks() bool { return o == OpTop || o == OpBottom }

// customerOps lists the operators of a field of a customer, or of what is measured of an event. Properties of one
// event do not rank.
func (f *Field) customerOps() []Op {
	switch f.Type {
	case TypeNumber, TypeMoney, TypeShare, TypeElapsed:
		if f.ops == nil {
			return slices.Concat(f.Ops(), []Op{OpTop, OpBottom})
		}
	}
	return f.Ops()
}

// smallestShare of all customers that can be asked for, and the steps between shares, in percent.
const smallestShare = 0.01

func percentOf(raw json.RawMessage, place string) (Value, error) {
	if raw == nil {
		return Value{}, wrong(place, "", "is_missing")
	}
	n, err := oneNumber(raw, place)
	if err != nil {
		return Value{}, err
	}
	share := math.Round(asFloat(n)/smallestShare) * smallestShare
	if share < smallestShare/2 || share > 100 {
		return Value{}, wrong(place, "", "out_of_bounds", smallestShare, 100)
	}
	share, err = strconv.ParseFloat(strconv.FormatFloat(share, 'f', 2, 64), 64)
	if whole := int64(share); float64(whole) == share {
		return Value{Numbers: []any{whole}}, err
	}
	return Value{Numbers: []any{share}}, err
}

// rankKey is what rises from the first place to the last; share that part of all places, exactly.
func rankKey(op Op, kind FieldType, x piece) piece {
	switch {
	case kind == TypeElapsed && op == OpTop: // the longest ago first
		return x.put("(", " - date '1970-01-01')")
	case kind == TypeElapsed:
		return x.put("(date '1970-01-01' - ", ")")
	case op == OpTop:
		return x.put("-(", ")")
	}
	return x.put("(", ")")
}

func shareOf(v Value) string {
	return strconv.FormatFloat(asFloat(v.Numbers[0])/100, 'f', 4, 64) // a decimal, which the engine reckons with exactly
}

// ranked holds for the row c, or s of the scores, whose value is among the first places. The others are read from the whole
// relation, never from what narrow has copied.
func (k *compiler) ranked(c *Condition) piece {
	f := c.Field
	key := rankKey(c.Op, f.Type, sqlPiece(f.expr))
	from, who := "customers c", f.expr+" is not null"
	if f.scores {
		from = "customer_scores s"
	}
	if f.ranked != "" {
		who = f.ranked
	}
	bar := key.put("select quantile_disc(", ", "+shareOf(c.Value)+") from "+from+" where "+who)
	return glue(" <= ", key, bar.put("(", ")")).put("("+who+" and ", ")")
}

// tests gives the comparison of a field with its value or, where that is asked, with all others.
func (k *compiler) tests(c *Condition, op Op) piece {
	if op.ranks() {
		return k.ranked(c)
	}
	return k.compare(operandOf(c.Field), op, c.Value)
}

// rankedEvents is the having of those whose measure is among the first places.
func (k *compiler) rankedEvents(c *Condition, keep piece, from, to string, middle time.Time) func(filter piece) piece {
	kind := c.Measure.field().Type
	all := aggregate(c.Measure, piece{}, middle).x.put("select ", " as m from "+c.Event.relation+" e where e.customer_id is not null")
	if from != "" {
		all = glue("", all, sqlPiece(" and e.day between ?::date and ?::date", from, to))
	}
	all = glue(" and ", all, keep).put("", " group by e.customer_id")
	bar := glue("", rankKey(c.Op, kind, sqlPiece("m")).put("select quantile_disc(", ", "+shareOf(c.Value)+") from ("), all.put("", ")"))
	return func(filter piece) piece {
		did := glue("", sqlPiece("count(*)"), filterOf(filter), sqlPiece(" > 0"))
		return both("and", []piece{did, glue(" <= ", rankKey(c.Op, kind, aggregate(c.Measure, filter, middle).x), bar.put("(", ")"))})
	}
}

// relative says that others change who is in: the condition asks for a rank.
func (c *Condition) relative() (is bool) {
	c.walk(func(n *Condition) { is = is || n.Op.ranks() })
	return is
}
