package report

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// shop is a store of two customers, one of Ann's (staff 1) and one of Bob's (staff 2), with three orders.
func shop(t *testing.T, d *db.DB) (context.Context, *Reports) {
	t.Helper()
	store := columnstest.Open(t)
	person, order, line := columnstest.Row(t, store, "customers"), columnstest.Row(t, store, "orders"), columnstest.Row(t, store, "order_lines")
	on := func(before int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, -before) }
	bought := func(id, customer int64, before int, gross int64, shop string) []any {
		return order(map[string]any{"id": id, "number": "N", "kind": "order", "status": "completed", "customer_id": customer, "ts": on(before).UnixMilli(), "day": on(before), "gross": gross, "refunded": int64(0), "shop": shop})
	}
	require.NoError(t, store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range map[string][][]any{
			"customers": {
				person(map[string]any{"id": int64(1), "kind": "person", "name": "Annsown", "gender": "female", "owner_id": int64(1), "source": "till", "custom": json.RawMessage(`{"level":"gold"}`), "has_phone": true, "has_email": false,
					"orders_count": int64(2), "orders_gross": int64(3000), "orders_refunded": int64(0), "orders_first_day": on(9), "created_at": on(50).UnixMilli(), "tags": []string{}, "birthday": on(12000)}),
				person(map[string]any{"id": int64(2), "kind": "person", "name": "Bobsown", "gender": "male", "owner_id": int64(2), "source": "web", "custom": json.RawMessage(`{"level":"lead"}`), "has_phone": true, "has_email": true,
					"orders_count": int64(1), "orders_gross": int64(700), "orders_refunded": int64(0), "orders_first_day": on(3), "created_at": on(40).UnixMilli(), "tags": []string{}, "birthday": on(9000)}),
			},
			"orders":      {bought(1, 1, 9, 1000, "mini"), bought(2, 1, 2, 2000, "web"), bought(3, 2, 3, 700, "web")},
			"order_lines": {line(map[string]any{"order_id": int64(1), "customer_id": int64(1), "ts": on(9).UnixMilli(), "day": on(9), "kind": "order", "amount": int64(1000), "category": "skin", "quantity": 2.0})},
		} {
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return nil
	}))
	ctx := clock.With(guard.System(workspace.With(context.Background(), workspace.Default())), clock.NewFake(noon))
	fresh := func() time.Time { return noon }
	segments := analyze.NewSegments(d, store, analyze.NewHot(store), &analyze.Touched{})
	return ctx, New(d, store, analyze.NewMetrics(store, d, fresh, segments.MemberQuery), segments)
}

// shopOf is the shop over records of SQLite.
func shopOf(t *testing.T) (context.Context, *Reports) {
	t.Helper()
	return shop(t, dbtest.SQLite(t))
}

func as(ctx context.Context, staff int64, role string) context.Context {
	return guard.With(ctx, guard.Actor{StaffID: staff, Name: role, Role: role})
}

func sales(span string) Definition {
	return Definition{Measures: metric("gross_sales"), Dimensions: []string{"shop"}, Period: Days{Span: span}}
}

func TestReport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := shop(t, d)
		ann, bob, seller := as(ctx, 1, "operator"), as(ctx, 2, "operator"), as(ctx, 1, "sales")
		id, err := r.Create(ann, Draft{Name: " Shops ", Definition: sales("last_7_days")})
		require.NoError(t, err)

		_, err = r.Get(bob, id)
		require.True(t, fault.Is(err, fault.KindNotFound), "a report of another that is not shared is none: %v", err)
		require.True(t, fault.Is(r.Change(bob, id, 1, Draft{Name: "Mine", Definition: sales("")}), fault.KindNotFound))
		require.NoError(t, r.Change(ann, id, 1, Draft{Name: "Shops", Roles: []string{"operator", "sales"}, Definition: sales("last_30_days")}))
		require.True(t, fault.Is(r.Change(ann, id, 1, Draft{Name: "Late", Definition: sales("")}), fault.KindStale))
		found, err := r.Get(bob, id)
		require.NoError(t, err)
		require.Equal(t, "Shops", found.Name)
		require.True(t, fault.Is(r.Change(bob, id, 2, Draft{Name: "Mine", Definition: sales("")}), fault.KindForbidden), "shared to be read")
		require.True(t, fault.Is(r.Delete(bob, id, 0), fault.KindForbidden))

		definition, err := found.Asks()
		require.NoError(t, err)
		for who, row := range map[string]struct {
			ctx  context.Context
			want float64
		}{"who sees all": {ann, 3700}, "a seller sees the figures of her own": {seller, 3000}} {
			c, err := r.Run(row.ctx, definition, Narrowed{})
			require.NoError(t, err, who)
			require.Equal(t, row.want, *c.Total.Values[0].Value, who)
		}

		require.NoError(t, r.Delete(ann, id, 0))
		_, err = r.Get(ann, id)
		require.True(t, fault.Is(err, fault.KindNotFound))
		require.NoError(t, r.Restore(ann, id))
		all, err := r.All(seller)
		require.NoError(t, err)
		require.Len(t, all, 1)

		var acts []string
		require.NoError(t, d.Read().NewRaw("select action from audit_entries where subject_type = 'report' order by id").Scan(ctx, &acts))
		require.Equal(t, []string{"report.created", "report.changed", "report.deleted", "report.restored"}, acts)

		for name, draft := range map[string]Draft{
			"no name":                 {Definition: sales("")},
			"no measure":              {Name: "x"},
			"an unknown span":         {Name: "x", Definition: sales("last_moon")},
			"an unknown role":         {Name: "x", Definition: sales(""), Roles: []string{"king"}},
			"an impossible condition": {Name: "x", Definition: Definition{Measures: metric("orders"), Condition: analyze.ConditionJSON(`{"field":"moon"}`)}},
		} {
			_, err := r.Create(ann, draft)
			require.True(t, fault.Is(err, fault.KindInvalid), "%s: %v", name, err)
		}
	})
}

// Every ready report can be read on the first day, by who sees everything, and tells a seller of nobody else's.
func TestReadyReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := shop(t, d)
		groups := map[string]bool{}
		for _, ready := range r.Ready(as(ctx, 9, "admin")) {
			require.True(t, ready.Allowed, ready.Key)
			require.NotEmpty(t, ready.Name.ZH+ready.Description.ZH, ready.Key)
			require.NotEmpty(t, ready.Name.EN+ready.Description.EN, ready.Key)
			require.NotEmpty(t, ready.GroupLabel.EN, ready.Key)
			groups[ready.Group] = true
			for who, asking := range map[string]context.Context{"admin": as(ctx, 9, "admin"), "sales": as(ctx, 1, "sales"), "analyst": as(ctx, 9, "analyst")} {
				_, err := r.Run(asking, ready.Definition, Narrowed{})
				if err != nil && !fault.Is(err, fault.KindForbidden) {
					t.Errorf("%s for %s: %v", ready.Key, who, err)
				}
			}
		}
		require.Len(t, groups, len(groupLabels))
	})
}

// What stands behind a figure is what it counts, and its condition lists the same customers.
func TestOpenFigure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := shop(t, d)
		admin := as(ctx, 9, "admin")
		web := "web"
		for _, row := range []struct {
			definition Definition
			cell       analyze.CrossCell
			total      int64
			customers  int64
		}{
			{Definition{Measures: metric("orders"), Dimensions: []string{"shop"}}, analyze.CrossCell{Parts: []analyze.CrossCellKey{{Key: &web}}}, 2, 2},
			{Definition{Measures: metric("orders"), Dimensions: []string{"source", "shop"}}, analyze.CrossCell{Parts: []analyze.CrossCellKey{{Key: &web}, {Key: &web}}}, 1, 1},
			{Definition{Measures: metric("orders"), Dimensions: []string{"shop"}, Top: []int{1}}, analyze.CrossCell{Parts: []analyze.CrossCellKey{{Other: true}}}, 1, 0},
			{Definition{Measures: metric("orders"), By: "day", Period: Days{Span: "last_7_days"}}, analyze.CrossCell{At: "2026-11-19"}, 1, 1},
			{Definition{Measures: metric("gross_sales"), Dimensions: []string{"category"}}, analyze.CrossCell{Parts: []analyze.CrossCellKey{{All: true}}}, 3, 2},
			{Definition{Measures: []analyze.CrossMeasure{fact("customers", "count", "")}, Dimensions: []string{"source"}}, analyze.CrossCell{Parts: []analyze.CrossCellKey{{Key: &web}}}, 1, 1},
			{Definition{Measures: metric("buyers"), Where: []analyze.CrossFilter{{Dimension: "source", Not: true, Values: []string{"web"}}}}, analyze.CrossCell{}, 1, 1},
		} {
			q, err := r.query(admin, row.definition, Narrowed{})
			require.NoError(t, err)
			opened, err := r.metrics.OpenCross(admin, r.segments, q, row.cell, 10, "")
			require.NoError(t, err)
			require.Equal(t, row.total, *opened.Total, "%+v", row.definition)
			if row.customers == 0 {
				require.Nil(t, opened.Condition, "no condition says: the others")
				continue
			}
			require.NotNil(t, opened.Condition, "%+v", row.definition)
			preview, err := r.segments.Preview(admin, opened.Condition)
			require.NoError(t, err, string(opened.Condition))
			require.Equal(t, row.customers, preview.Count, string(opened.Condition))
		}
	})
}
