package dashboard

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/report"
	"guanxi/guard"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// shop has a customer of Ann's (staff 1) who bought for 3000, one of Bob's (staff 2) who bought for 700; both are in team 5,
// Cy (3) is in none.
type shop struct {
	*testing.T
	*Dashboards
	reports         *report.Reports
	admin, ann, bob context.Context
	cy              context.Context
	segment         int64 // of Ann's customer
}

func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	store := columnstest.Open(t)
	person, order := columnstest.Row(t, store, "customers"), columnstest.Row(t, store, "orders")
	on := func(before int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, -before) }
	bought := func(id, customer int64, before int, gross int64, shop string) []any {
		return order(map[string]any{"id": id, "number": "N", "kind": "order", "status": "completed", "customer_id": customer, "ts": on(before).UnixMilli(), "day": on(before),
			"gross": gross, "refunded": int64(0), "shop": shop, "currency": "CNY"})
	}
	require.NoError(t, store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Append(ctx, "customers", [][]any{
			person(map[string]any{"id": int64(1), "kind": "person", "name": "Annsown", "owner_id": int64(1), "source": "till", "tags": []string{}, "created_at": on(50).UnixMilli(), "orders_count": int64(2)}),
			person(map[string]any{"id": int64(2), "kind": "person", "name": "Bobsown", "owner_id": int64(2), "source": "web", "tags": []string{}, "created_at": on(40).UnixMilli(), "orders_count": int64(1)}),
		}); err != nil {
			return err
		}
		return tx.Append(ctx, "orders", [][]any{bought(1, 1, 9, 1000, "mini"), bought(2, 1, 2, 2000, "web"), bought(3, 2, 3, 700, "web")})
	}))
	ctx := clock.With(guard.System(workspace.With(context.Background(), workspace.Default())), clock.NewFake(noon))
	require.NoError(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Do(ctx, "insert into staff (id, email, name, role, team_id, password_hash, created_at, updated_at) values (1, 'a@x.example', 'Ann', 'operator', null, '', 1, 1), (2, 'b@x.example', 'Bob', 'sales', null, '', 1, 1)")
		if err == nil {
			_, err = tx.Do(ctx, "insert into teams (id, name, created_at) values (5, 'North', 1)")
		}
		if err == nil {
			_, err = tx.Do(ctx, "update staff set team_id = 5")
		}
		return err
	}))
	segments := analyze.NewSegments(d, store, analyze.NewHot(store), &analyze.Touched{})
	numbers := analyze.NewMetrics(store, d, func() time.Time { return noon }, segments.MemberQuery)
	s := &shop{T: t, reports: report.New(d, store, numbers, segments)}
	s.Dashboards = New(d, s.reports, numbers, segments)
	team := int64(5)
	as := func(staff int64, role string, team *int64) context.Context {
		return guard.With(ctx, guard.Actor{StaffID: staff, Name: role, Role: role, TeamID: team})
	}
	s.admin, s.ann, s.bob, s.cy = as(9, "admin", nil), as(1, "operator", &team), as(2, "sales", &team), as(3, "sales", nil)
	made, err := segments.Create(s.admin, analyze.SegmentDraft{Name: "Till", Condition: []byte(`{"field":"source","op":"eq","value":"till"}`)})
	require.NoError(t, err)
	s.segment = made.ID
	return s
}

func (s *shop) saved(by context.Context, d report.Definition) int64 {
	s.Helper()
	id, err := s.reports.Create(by, report.Draft{Name: "Mine", Definition: d})
	require.NoError(s, err)
	return id
}

func (s *shop) kind(err error, kind fault.Kind, about string) {
	s.Helper()
	require.True(s, fault.Is(err, kind), "%s: %v", about, err)
}

var sales = report.Definition{Measures: []analyze.CrossMeasure{{Metric: "gross_sales"}}, Dimensions: []string{"shop"}}

func TestDashboard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		one := []Tile{{Key: "a", Kind: OfMetric, Metric: "orders", Wide: 1, Tall: 1}}
		id, err := s.Create(s.ann, Draft{Name: " North ", Tiles: one})
		require.NoError(t, err)
		sees := func(who context.Context) bool { _, err := s.Get(who, id); return err == nil }
		share := func(with string) func(*Draft) { return func(d *Draft) { d.Shared = with } }
		require.Equal(t, []bool{true, false, false, true}, []bool{sees(s.ann), sees(s.bob), sees(s.cy), sees(s.admin)}, "one's own, and who governs access")
		require.NoError(t, s.Change(s.ann, id, 1, share(Team)))
		require.Equal(t, []bool{true, true, false}, []bool{sees(s.ann), sees(s.bob), sees(s.cy)}, "the team's")
		s.kind(s.Change(s.ann, id, 1, share(Everybody)), fault.KindStale, "an old version")
		require.NoError(t, s.Change(s.ann, id, 2, share(Everybody)))
		require.True(t, sees(s.cy))
		s.kind(s.Change(s.bob, id, 3, share(Nobody)), fault.KindForbidden, "shared to be read")
		s.kind(s.Delete(s.bob, id, 3), fault.KindForbidden, "not to be deleted")

		_, err = s.Create(s.bob, Draft{Name: "Bob's", Tiles: one, Shared: Team})
		s.kind(err, fault.KindForbidden, "who may not write segments may not share")
		own, err := s.Create(s.bob, Draft{Name: "Bob's", Tiles: one})
		require.NoError(t, err)
		all, err := s.All(s.bob)
		require.NoError(t, err)
		require.Equal(t, []int64{own, id}, []int64{all[0].ID, all[1].ID}, "one's own first")

		require.NoError(t, s.Delete(s.ann, id, 3))
		require.False(t, sees(s.ann))
		require.NoError(t, s.Restore(s.ann, id))
		require.True(t, sees(s.bob))
		var acts []string
		require.NoError(t, d.Read().NewRaw("select action from audit_entries where subject_type = 'dashboard' and subject_id = '1' order by id").Scan(s.admin, &acts))
		require.Equal(t, []string{"dashboard.created", "dashboard.changed", "dashboard.changed", "dashboard.deleted", "dashboard.restored"}, acts)

		for name, draft := range map[string]Draft{
			"no name":              {Tiles: one},
			"a tile of nothing":    {Name: "x", Tiles: []Tile{{Key: "a", Kind: OfReport, Wide: 1, Tall: 1}}},
			"two of one key":       {Name: "x", Tiles: append(one, one...)},
			"too wide":             {Name: "x", Tiles: []Tile{{Key: "a", Kind: OfText, Text: "x", Wide: 5, Tall: 1}}},
			"a key that is markup": {Name: "x", Tiles: []Tile{{Key: "<b>", Kind: OfText, Text: "x", Wide: 1, Tall: 1}}},
			"an unknown span":      {Name: "x", Days: report.Days{Span: "last_moon"}},
			"shared with the moon": {Name: "x", Shared: "moon"},
			"31 tiles":             {Name: "x", Tiles: make([]Tile, 31)},
		} {
			_, err := s.Create(s.ann, draft)
			s.kind(err, fault.KindInvalid, name)
		}
	})
}

// A tile tells who looks what she may know, whoever arranged it.
func TestTile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		mine := s.saved(s.ann, sales)
		tile := Tile{Key: "a", Kind: OfReport, Report: api.ID(mine), Wide: 1, Tall: 1}
		id, err := s.Create(s.ann, Draft{Name: "North", Shared: Everybody, Tiles: []Tile{tile}})
		require.NoError(t, err)

		total := func(who context.Context, a Asked) float64 {
			v, err := s.Show(who, a)
			require.NoError(t, err)
			return *v.Cross.Total.Values[0].Value
		}
		_, err = s.Show(s.bob, Asked{Tile: tile})
		s.kind(err, fault.KindNotFound, "a report that is not shared")
		_, err = s.Show(s.bob, Asked{Tile: Tile{Key: "a", Kind: OfReport, Report: api.ID(s.saved(s.ann, sales)), Wide: 1, Tall: 1}, Dashboard: api.ID(id)})
		s.kind(err, fault.KindNotFound, "a report that is not on it")
		on := Asked{Tile: tile, Dashboard: api.ID(id)}
		require.Equal(t, 3700.0, total(s.ann, on))
		require.Equal(t, 700.0, total(s.bob, on), "shared with the dashboard, of his own customers")
		require.Equal(t, 0.0, total(s.cy, on))
		on.Days = report.Days{From: "2026-11-19", To: "2026-11-21"}
		require.Equal(t, 2700.0, total(s.ann, on), "days of the whole")
		on.Segment = api.ID(s.segment)
		require.Equal(t, 2000.0, total(s.ann, on), "a segment of the whole")

		number := Asked{Tile: Tile{Key: "a", Kind: OfMetric, Metric: "orders", Wide: 1, Tall: 1}, Days: report.Days{From: "2026-11-13", To: "2026-11-21"}}
		for who, want := range map[context.Context]float64{s.ann: 3, s.bob: 1, s.cy: 0} {
			v, err := s.Show(who, number)
			require.NoError(t, err)
			require.Equal(t, want, *v.Metric.Value.Value)
		}
		_, err = s.Show(s.bob, Asked{Tile: Tile{Key: "a", Kind: OfMetric, Metric: "cac", Wide: 1, Tall: 1}})
		require.Error(t, err, "what the company spends is not his to know")

		group := Asked{Tile: Tile{Key: "a", Kind: OfSegment, Segment: api.ID(s.segment), Wide: 1, Tall: 1}}
		v, err := s.Show(s.ann, group)
		require.NoError(t, err)
		require.Equal(t, int64(1), v.Segment.Count)
		require.Len(t, v.Segment.Course, 30)
		v, err = s.Show(s.bob, group)
		require.NoError(t, err)
		require.Equal(t, int64(0), v.Segment.Count, "Ann's customer is not his")
		require.Empty(t, v.Segment.Course)
	})
}

// A statement kept as a report is answered with the rights of who looks, and may be kept only by who may write SQL.
func TestTileOfSQL(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		_, err := s.reports.Create(s.ann, report.Draft{Name: "Names", Definition: report.Definition{SQL: "select 1"}})
		s.kind(err, fault.KindForbidden, "an operator writes no SQL")
		_, err = s.reports.Create(s.admin, report.Draft{Name: "Names", Definition: report.Definition{SQL: "drop table customers"}})
		s.kind(err, fault.KindInvalid, "no SELECT")
		kept := s.saved(s.admin, report.Definition{SQL: " select name from customers order by name ", Chart: "table"})
		tile := Tile{Key: "a", Kind: OfReport, Report: api.ID(kept), Wide: 1, Tall: 1}
		id, err := s.Create(s.admin, Draft{Name: "Names", Shared: Everybody, Tiles: []Tile{tile}})
		require.NoError(t, err)
		for name, row := range map[string]struct {
			who  context.Context
			want [][]any
		}{"all": {s.admin, [][]any{{"Annsown"}, {"Bobsown"}}}, "his own": {s.bob, [][]any{{"Bobsown"}}}, "none": {s.cy, [][]any{}}} {
			v, err := s.Show(row.who, Asked{Tile: tile, Dashboard: api.ID(id)})
			require.NoError(t, err, name)
			require.Equal(t, row.want, v.Rows.Rows, name)
		}
	})
}

// A dashboard by mail tells each what she may know, and who may read none of it nothing.
func TestDashboardOnPaper(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		tiles := []Tile{{Key: "a", Kind: OfMetric, Metric: "orders", Wide: 1, Tall: 1}, {Key: "b", Kind: OfReport, Report: api.ID(s.saved(s.ann, sales)), Wide: 1, Tall: 1},
			{Key: "c", Kind: OfText, Title: "Mind", Text: "<the gap>", Wide: 1, Tall: 1}, {Key: "d", Kind: OfMetric, Metric: "cac", Wide: 1, Tall: 1}}
		_, err := s.Create(s.ann, Draft{Name: "North", Shared: Everybody, Tiles: tiles, Days: report.Days{From: "2026-11-13", To: "2026-11-21"}})
		require.NoError(t, err)
		for name, row := range map[string]struct {
			who    context.Context
			orders string
			total  string
		}{"all": {s.ann, "3", "CNY 37"}, "his own": {s.bob, "1", "CNY 7"}} {
			p, err := s.Paper(row.who, "1", "en-US")
			require.NoError(t, err, name)
			require.Equal(t, "Orders", p.Tables[0].Rows[0][0], name)
			require.Equal(t, row.orders, p.Tables[0].Rows[0][1], name)
			require.Equal(t, "Mine", p.Tables[1].Title, name)
			require.Equal(t, []string{"Total", row.total}, p.Tables[1].Rows[len(p.Tables[1].Rows)-1], name)
			require.Equal(t, "<the gap>", p.Tables[2].Note, name)
		}
		_, err = s.Create(s.ann, Draft{Name: "Costs", Shared: Everybody, Tiles: tiles[3:]})
		require.NoError(t, err)
		_, err = s.Paper(s.bob, "2", "en-US")
		s.kind(err, fault.KindForbidden, "nothing on it is his to know")
	})
}

// Every ready dashboard can be read by who it is made for: each tile shows figures or says why not.
func TestReadyDashboards(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	for _, each := range s.Ready(s.bob) {
		require.NotEmpty(t, each.Name.ZH+each.Name.EN+each.Description.ZH+each.Description.EN)
		require.Equal(t, each.Key == "sales", each.Mine)
		_, err := s.Create(s.bob, Draft{Name: each.Name.EN, Tiles: each.Tiles, Ready: each.Key})
		require.NoError(t, err, each.Key)
		for _, tile := range each.Tiles {
			v, err := s.Show(s.admin, Asked{Tile: tile})
			require.NoError(t, err, "%s %+v", each.Key, tile)
			require.NotEmpty(t, v.Name.EN)
		}
	}
}
