package behaviour

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// seenAt is one order or visit with its place, of which the written names differ.
type seenAt struct {
	customer int64
	province string
	ts       int64
	order    bool
	status   string
}

// Against a plain loop: the province with most orders and visits of a year, the latest of equals; else that of the address.
func TestActiveRegionIsWhereMostHappens(t *testing.T) {
	const people, first = 120, "2025-04-10" // today is the 365th day
	r := rand.New(rand.NewPCG(3, 8))
	written := [][]string{{"浙江省", "浙江"}, {"上海市", "上海"}, {"内蒙古自治区", "内蒙古"}, {"广西壮族自治区", "广西"}}
	pick := func() string { names := written[r.IntN(len(written))]; return names[r.IntN(2)] }
	start := time.Date(2025, 1, 20, 4, 0, 0, 0, time.UTC)
	var all []seenAt
	var events []told
	home := map[int64]string{}
	for c := range int64(people) {
		customer := c + 1
		if c%4 != 0 {
			home[customer] = pick()
		}
		events = append(events, told{batch: 1, position: len(events), visitor: customer, customer: customer, ts: start.UnixMilli(), kind: "page", event: "page_viewed", path: "/"})
		for range r.IntN(6) {
			at := seenAt{customer, pick(), start.AddDate(0, 0, r.IntN(440)).UnixMilli() + int64(len(all)), r.IntN(2) == 0, []string{"paid", "paid", "cancelled"}[r.IntN(3)]}
			if all = append(all, at); !at.order {
				events = append(events, told{batch: 2, position: len(events), visitor: customer, customer: customer, ts: at.ts, kind: "page", event: "page_viewed", path: "/", properties: map[string]any{[]string{"province", "region"}[r.IntN(2)]: at.province}})
			}
		}
	}
	s := openSiteOf(t, events)
	order := columnstest.Row(t, s.columns, "orders")
	var orders [][]any
	for _, at := range all {
		if at.order {
			day, err := time.Parse(time.DateOnly, dayOf(at.ts))
			require.NoError(t, err)
			orders = append(orders, order(map[string]any{"id": int64(len(orders) + 1), "kind": "order", "status": at.status, "customer_id": at.customer, "ts": at.ts, "day": day, "gross": int64(1), "refunded": int64(0), "province": at.province}))
		}
	}
	require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
		for customer, province := range home {
			if err := tx.Exec(ctx, "update customers set province = ? where id = ?", province, customer); err != nil {
				return err
			}
		}
		return tx.Append(ctx, "orders", orders)
	}))

	plain := func(name string) string {
		for _, end := range []string{"壮族自治区", "自治区", "省", "市"} {
			name = strings.TrimSuffix(name, end)
		}
		return name
	}
	type where struct {
		province string
		n, signs int64
	}
	hand, members := map[int64]where{}, map[string]int64{}
	for c := range int64(people) {
		n, last, signs := map[string]int64{}, map[string]int64{}, int64(0)
		for _, at := range all {
			if at.customer == c+1 && dayOf(at.ts) >= first && (!at.order || at.status != "cancelled") {
				n[plain(at.province)]++
				signs++
				last[plain(at.province)] = max(last[plain(at.province)], at.ts)
			}
		}
		w := where{province: plain(home[c+1])}
		for province := range n {
			if cmp.Or(cmp.Compare(n[province], w.n), cmp.Compare(last[province], last[w.province])) > 0 {
				w = where{province, n[province], signs}
			}
		}
		if hand[c+1] = w; w.province != "" {
			members[w.province]++
		}
	}

	got, err := s.Regions(s.ctx, 0)
	require.NoError(t, err)
	require.Len(t, got.Regions, 4)
	known := int64(0)
	for _, region := range got.Regions {
		assert.Equal(t, members[region.Province], region.Customers, region.Province)
		assert.Equal(t, region.Customers, s.behind(t, *region.Opens), "who opens: %s", region.Province)
		assert.Nil(t, region.Index)
		known += region.Customers
	}
	assert.True(t, slices.IsSortedFunc(got.Regions, func(a, b Region) int { return cmp.Compare(b.Customers, a.Customers) }))
	assert.Equal(t, []int64{known, people - known}, []int64{got.Customers, got.Nowhere})
	for customer, w := range hand {
		found, err := s.regionOf(s.ctx, customer)
		require.NoError(t, err)
		if w.province == "" {
			assert.Nil(t, found)
			continue
		}
		assert.Equal(t, ActiveRegion{w.province, w.n, w.signs, share(w.n, w.signs)}, *found, "customer %d", customer)
	}

	t.Run("a segment against everybody", func(t *testing.T) {
		group := s.segment(t, `{"field":"gender","op":"eq","value":"male"}`)
		got, err := s.Regions(s.ctx, group)
		require.NoError(t, err)
		for _, region := range got.Regions {
			n := int64(0)
			for customer, w := range hand {
				if customer%2 == 1 && w.province == region.Province {
					n++
				}
			}
			assert.Equal(t, []int64{n, members[region.Province]}, []int64{region.Customers, region.Base})
			assert.InDelta(t, 100*(float64(n)/float64(got.Customers))/(float64(region.Base)/float64(got.Base)), *region.Index, 1e-9)
			assert.Equal(t, n, s.behind(t, *region.Opens))
		}
	})
	t.Run("several provinces, and none", func(t *testing.T) {
		assert.Equal(t, members["浙江"]+members["广西"], s.behind(t, analyze.ConditionJSON(`{"field":"active_region","op":"in","value":["浙江","广西"]}`)))
		assert.Equal(t, people-known, s.behind(t, analyze.ConditionJSON(`{"field":"active_region","op":"is_not_set"}`)))
	})
	t.Run("who may use no fields of customers learns nothing of them", func(t *testing.T) {
		blind := guard.With(s.ctx, guard.Actor{StaffID: 9, Role: "nobody"})
		_, err := s.Regions(blind, 0)
		assert.True(t, fault.Is(err, fault.KindForbidden))
		found, err := s.regionOf(blind, 1)
		require.NoError(t, err)
		assert.Nil(t, found)
		_, err = s.segments.Preview(blind, []byte(`{"field":"active_region","op":"eq","value":"浙江"}`))
		assert.Error(t, err)
	})
}
