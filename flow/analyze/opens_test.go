package analyze

import (
	"math"
	"testing"
)

// What opens is what was counted: the figures add up to the number, or count to it.
func TestOpen_shows_what_the_number_is_made_of(t *testing.T) {
	ctx, m := smallShop(t, nil, 9)
	p := days(t, "2026-02-01", "2026-02-28")
	for _, metric := range metrics {
		if !metric.Fed() || metric.source.kind == stock && metric.den != nil || metric.source == qualitySource {
			continue
		}
		group := int64(0)
		if metric.source == sessionSource {
			group = 1 // everybody known: behind a session of a visitor nobody knows there is no customer to list
		}
		f, err := m.Read(ctx, metric.Name, Query{Period: p, Segment: group})
		if err != nil {
			t.Fatal(err)
		}
		o, err := m.Open(ctx, metric.Name, Behind{Period: p, Segment: group, Limit: 7})
		if err != nil {
			t.Fatalf("%s: %v", metric.Name, err)
		}
		counted := valueOf(t, f.Value)
		if f.Numerator != nil {
			counted = *f.Numerator
		}
		if metric.Name == "purchase_frequency" || metric.Name == "activity" || metric.Unit == UnitMoney || metric.Name == "purchase_cycle_days" || metric.source == sessionSource || metric.source == costSource {
			if math.Abs(valueOf(t, *o.Sum)-counted) > 1e-9 {
				t.Errorf("%s: rows add up to %v, the number says %v", metric.Name, valueOf(t, *o.Sum), counted)
			}
		} else if float64(*o.Total) != counted {
			t.Errorf("%s: %d rows, the number says %v", metric.Name, *o.Total, counted)
		}
		seen := int64(len(o.Items))
		for cursor := o.NextCursor; cursor != ""; {
			next, err := m.Open(ctx, metric.Name, Behind{Period: p, Segment: group, Limit: 7, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			seen, cursor = seen+int64(len(next.Items)), next.NextCursor
		}
		if seen != *o.Total {
			t.Errorf("%s: %d rows over all pages of %d", metric.Name, seen, *o.Total)
		}
	}
}

func TestOpen_a_part_of_a_split(t *testing.T) {
	ctx, m := smallShop(t, nil, 9)
	p := days(t, "2026-02-01", "2026-02-28")
	for _, split := range []string{"country", "shop", "category", "identified"} {
		f, err := m.Read(ctx, "gross_sales", Query{Period: p, Split: split})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range f.Splits {
			if part.Key == nil {
				continue // also holds orders without lines, which no line shows
			}
			o, err := m.Open(ctx, "gross_sales", Behind{Period: p, Split: split, SplitValue: *part.Key})
			if err != nil || valueOf(t, *o.Sum) != valueOf(t, part.Value) {
				t.Errorf("%s %s: rows add up to %v, the part is %v (%v)", split, *part.Key, valueOf(t, *o.Sum), part.Value.plain(), err)
			}
		}
	}
}
