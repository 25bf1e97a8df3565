package churn

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// Of subscribers who pay every thirty days sixty did not pay again; in the thirty days before it was due they used the one
// feature 60% less than before (planted: a day's uses are dealt by chance), looked at prices three times as often and signed
// in as ever. The sixty who stayed did nothing differently.
func TestT17WhatDropsBeforeLeaving(t *testing.T) {
	c := newCompany(t)
	event, chance := columnstest.Row(t, c.columns, "events"), rand.New(rand.NewPCG(17, 1))
	var events [][]any
	does := func(id int64, name string, before int) {
		events = append(events, event(map[string]any{"batch_id": int64(1), "position": int32(len(events)), "source_id": int64(1), "message_id": "", //nolint:gosec // few
			"ts": day(before).UnixMilli(), "day": day(before), "received_at": day(before).UnixMilli(), "kind": "track", "event": name, "visitor_id": id, "customer_id": id, "bot": false}))
	}
	for id := int64(1); id <= 120; id++ {
		c.exists(id, map[string]any{"owner_id": id % 2})
		leaves := id <= 60
		last := 2
		if leaves {
			last = 150 + int(id)
		}
		for before := 400 + int(id%5); before >= last; before -= 30 {
			if before-30 < last {
				before = last
			}
			c.buys(id, before, 9900, nil)
		}
		for before := 400; before > 0; before-- {
			due := last - 30 // the day on which she left
			if leaves && before < due {
				break
			}
			closing := leaves && before <= due+30
			if p := .7; chance.Float64() < p*map[bool]float64{false: 1, true: .4}[closing] {
				does(id, "feature_used", before)
			}
			if chance.Float64() < .5 {
				does(id, "signed_in", before)
			}
			if chance.Float64() < .2*map[bool]float64{false: 1, true: 3}[closing] {
				does(id, "prices_viewed", before)
			}
		}
	}
	c.move()
	require.NoError(t, c.columns.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error { return tx.Append(ctx, "events", events) }))
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		churn := New(d, c.columns, nil)
		p, err := churn.Patterns(at(t, noon), 30)
		require.NoError(t, err)
		require.NotEmpty(t, p.Patterns)
		first := p.Patterns[0]
		t.Logf("%+v", p)
		require.Equal(t, "feature_used", first.Event)
		require.InDelta(t, .6, first.Drop, .05)
		require.InDelta(t, 0, first.Stayed, .05)
		require.EqualValues(t, 60, first.Leavers)
		require.EqualValues(t, 60, first.Stayers)
		require.Greater(t, first.Found, .8)
		require.Less(t, first.Alarms, .15)
		for _, other := range p.Patterns[1:] {
			require.Less(t, other.Found-other.Alarms, .2, other.Event)
		}
		require.Equal(t, map[string]any{"last_days": 30}, first.Condition.(map[string]any)["window"])

		mine := guard.With(at(t, noon), guard.Actor{StaffID: 1, Name: "Anna", Role: "sales"}) // sees her own sixty, of whom thirty left
		p, err = churn.Patterns(mine, 30)
		require.NoError(t, err)
		require.EqualValues(t, 30, p.Leavers)
		require.Equal(t, "feature_used", p.Patterns[0].Event)
	})
}
