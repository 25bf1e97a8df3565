package behaviour

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// aboutHelp reads the troubled fortnight: two topics by patterns, and those that events tell of themselves.
var aboutHelp = Reading{Topics: []TopicRule{{"/help*", "求助"}, {"/b", "B"}}, Help: []string{"/help"}, Errors: []string{"*failed"}}

// attendedByHand counts who looked how often at which topic and product from a day on.
func attendedByHand(events []told, since string) map[int64]map[string]int64 {
	found := map[int64]map[string]int64{}
	for _, e := range events {
		if e.bot || e.customer == 0 || e.seconds != nil || dayOf(e.ts) < since || !slices.Contains([]string{"page", "track"}, e.kind) {
			continue
		}
		of := found[e.customer]
		if of == nil {
			of = map[string]int64{}
			found[e.customer] = of
		}
		topic, _ := e.properties["topic"].(string)
		switch {
		case topic != "":
		case strings.HasPrefix(e.path, "/help"):
			topic = "求助"
		case e.path == "/b":
			topic = "B"
		}
		if topic != "" {
			of["topic "+topic]++
		}
		if sku, _ := e.properties["sku"].(string); sku != "" {
			of["product "+sku]++
		}
	}
	return found
}

// reading is one look at a topic that the event tells of.
func reading(customer int64, topic, day string) told {
	at, _ := time.ParseInLocation(time.DateOnly, day, here.Location)
	return told{batch: 900 + int(customer), visitor: customer, customer: customer, ts: at.UnixMilli(), kind: "page", event: "page_viewed", path: "/read", properties: map[string]any{"topic": topic}}
}

// Against a plain loop over the events: topics by pattern and by event, of the last half year, as conditions ask for them.
func TestTopicsAreWhatWasReadWithinHalfAYear(t *testing.T) {
	const first = "2025-10-10" // today is the 182nd day
	events := append(troubled(6), reading(2, "往事", "2025-10-09"), reading(3, "往事", first))
	s := openSiteOf(t, events)
	require.NoError(t, s.Read(s.ctx, aboutHelp))
	hand := attendedByHand(events, first)
	count := func(test func(topics map[string]int64) bool) (n int64) {
		people := map[int64]bool{}
		for _, e := range events {
			if e.customer != 0 && !people[e.customer] {
				people[e.customer] = true
				if test(hand[e.customer]) {
					n++
				}
			}
		}
		return n
	}
	for _, row := range []struct {
		name, condition string
		test            func(topics map[string]int64) bool
	}{
		{"one", `{"field":"topic","op":"eq","value":"求助"}`, func(of map[string]int64) bool { return of["topic 求助"] > 0 }},
		{"any of", `{"field":"topic","op":"in","value":["敏感肌","B"]}`, func(of map[string]int64) bool { return of["topic 敏感肌"]+of["topic B"] > 0 }},
		{"none of", `{"field":"topic","op":"not_in","value":["敏感肌","求助"]}`, func(of map[string]int64) bool { return of["topic 敏感肌"]+of["topic 求助"] == 0 }},
		{"all of", `{"all":[{"field":"topic","op":"eq","value":"敏感肌"},{"field":"topic","op":"eq","value":"求助"}]}`, func(of map[string]int64) bool { return of["topic 敏感肌"] > 0 && of["topic 求助"] > 0 }},
		{"any topic at all", `{"field":"topic","op":"is_set"}`, func(of map[string]int64) bool {
			return of["topic 敏感肌"]+of["topic 求助"]+of["topic B"]+of["topic 往事"] > 0
		}},
		{"from the first day on, not the one before", `{"field":"topic","op":"eq","value":"往事"}`, func(of map[string]int64) bool { return of["topic 往事"] > 0 }},
	} {
		assert.Equal(t, count(row.test), s.behind(t, analyze.ConditionJSON(row.condition)), row.name)
	}
	assert.EqualValues(t, 1, s.behind(t, analyze.ConditionJSON(`{"field":"topic","op":"eq","value":"往事"}`)))

	t.Run("a day later it is forgotten", func(t *testing.T) {
		later := clock.With(s.ctx, clock.NewFake(time.Date(2026, 4, 10, 4, 0, 0, 0, time.UTC)))
		require.NoError(t, s.segments.Sweep(later))
		p, err := s.segments.Preview(later, []byte(`{"field":"topic","op":"eq","value":"往事"}`))
		require.NoError(t, err)
		assert.Zero(t, p.Count)
		require.NoError(t, s.segments.Sweep(s.ctx))
	})
	t.Run("conditions are offered what is there, and explained", func(t *testing.T) {
		fields, err := s.segments.Fields(s.ctx)
		require.NoError(t, err)
		at := slices.IndexFunc(fields.Fields, func(f analyze.FieldView) bool { return f.Name == "topic" })
		var offered []string
		for _, v := range fields.Fields[at].Values {
			offered = append(offered, v.Value)
		}
		assert.ElementsMatch(t, []string{"敏感肌", "求助", "B", "往事"}, offered)
		e, err := s.segments.ExplainCondition(s.ctx, []byte(`{"field":"topic","op":"eq","value":"往事"}`), 3)
		require.NoError(t, err)
		assert.True(t, e.Member)
		assert.Contains(t, e.Tree.Value.Chinese, "往事")
	})
	t.Run("of one customer, beside everybody", func(t *testing.T) {
		everybody, all := map[string]int64{}, map[string]int64{}
		for _, of := range hand {
			for key, n := range of {
				kind, _, _ := strings.Cut(key, " ")
				everybody[key] += n
				all[kind] += n
			}
		}
		compared := 0
		for customer := range int64(40) {
			if hand[customer+1] == nil {
				continue
			}
			got, err := s.Interests(s.ctx, customer+1)
			require.NoError(t, err)
			looked := map[string]int64{}
			for key, n := range hand[customer+1] {
				kind, _, _ := strings.Cut(key, " ")
				looked[kind] += n
			}
			assert.Equal(t, len(hand[customer+1]), len(got.Topics)+len(got.Goods))
			for kind, list := range map[string][]Interest{"topic": got.Topics, "product": got.Goods} {
				for _, i := range list {
					key := kind + " " + i.Key
					assert.Equal(t, hand[customer+1][key], i.Times, "%s of customer %d", key, customer+1)
					if looked[kind] < 5 {
						assert.Nil(t, i.Index)
						continue
					}
					compared++
					assert.InDelta(t, 100*float64(i.Times)/float64(looked[kind])/(float64(everybody[key])/float64(all[kind])), *i.Index, 1e-9)
				}
			}
		}
		assert.Greater(t, compared, 20)
		_, err := s.Interests(guard.With(s.ctx, guard.Actor{StaffID: 9, Role: "sales"}), 1)
		assert.True(t, fault.Is(err, fault.KindNotFound), "somebody else's customer")
	})
}

// attention gives what columns hold of it, as texts.
func (s *site) attention(t testing.TB) (all []string) {
	t.Helper()
	rows, err := s.columns.Query(s.ctx, "select visitor_id, coalesce(customer_id, 0), batch_id, kind, key, times, ts from attention order by all")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var visitor, customer, batch, times, ts int64
		var kind, key string
		require.NoError(t, rows.Scan(&visitor, &customer, &batch, &kind, &key, &times, &ts))
		all = append(all, fmt.Sprint(visitor, customer, batch, kind, key, times, ts))
	}
	require.NoError(t, rows.Err())
	return all
}

func TestAttentionFollowsEventsAsTheyComeAndSegmentsWithIt(t *testing.T) {
	s := openSiteOf(t, troubled(7))
	follow := func(what string, changed map[string][]int64, change string, args ...any) {
		t.Helper()
		require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
			if change != "" {
				if err := tx.Exec(ctx, change, args...); err != nil {
					return err
				}
			}
			if err := s.Watcher().Changed(ctx, tx, changed); err != nil {
				return err
			}
			return s.segments.Changed(ctx, tx, changed)
		}))
		step := s.attention(t)
		require.NotEmpty(t, step)
		require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
			r, err := s.Reading(ctx)
			require.NoError(t, err)
			return attendAll(ctx, tx, r)
		}))
		require.Equal(t, s.attention(t), step, what)
	}
	readers := s.segment(t, `{"field":"topic","op":"eq","value":"新话题"}`)
	members := func() int64 {
		v, err := s.segments.View(s.ctx, readers)
		require.NoError(t, err)
		return v.Count
	}
	require.Zero(t, members())

	tell(t, s.columns, []told{reading(2, "新话题", "2026-04-01"), reading(4, "新话题", "2026-04-01")})
	follow("a batch came", map[string][]int64{batches: {902, 904}}, "")
	assert.EqualValues(t, 2, members(), "events alone bring customers in")
	s.touched.Touch(2, 4) // as the projections do for those who lose events
	follow("a visitor turned out to be somebody else", map[string][]int64{visitors: {2}}, "update events set customer_id = 6 where visitor_id = 2")
	assert.EqualValues(t, 2, members())
	s.touched.Touch(4)
	follow("a batch was put in anew", map[string][]int64{batches: {904}}, "delete from events where batch_id = 904")
	assert.EqualValues(t, 1, members())
	follow("columns were rebuilt", nil, "")

	require.NoError(t, s.Read(s.ctx, Reading{Topics: []TopicRule{{"/b", "新话题"}}, Help: []string{"/help"}, Errors: []string{"*failed"}}))
	require.NoError(t, s.segments.Sweep(s.ctx))
	assert.Greater(t, members(), int64(10), "other rules bring others in")
}
