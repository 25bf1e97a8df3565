package quality

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/feed"
	"guanxi/base/field"
	"guanxi/base/job"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/customer"
	"guanxi/guard"
)

type fields = map[string]any

// clinic is the served API of customers and quality over a store, at noon of a fixed day in Shanghai, used by whoever is
// the actor. Jobs are run by the test.
type clinic struct {
	*testing.T
	ctx     context.Context
	db      *db.DB
	columns *columns.Store
	feed    *feed.Feed
	clock   *clock.Fake
	store   *customer.Store
	quality *Quality
	actor   guard.Actor
	router  chi.Router
}

var (
	team    = int64(1)
	admin   = guard.Actor{StaffID: 1, Name: "Lin", Role: "admin"}
	anna    = guard.Actor{StaffID: 2, Name: "Anna", Role: "sales"}
	analyst = guard.Actor{StaffID: 3, Name: "Ada", Role: "analyst"}
	manager = guard.Actor{StaffID: 4, Name: "Mei", Role: "manager", TeamID: &team}
)

func newClinic(t *testing.T, d *db.DB) *clinic {
	t.Helper()
	w := workspace.Default()
	c := &clinic{T: t, db: d, columns: columnstest.Open(t), clock: clock.NewFake(time.Date(2026, 3, 9, 12, 0, 0, 0, w.Location)), actor: admin, router: chi.NewRouter()}
	touched := &analyze.Touched{}
	segments := analyze.NewSegments(d, c.columns, analyze.NewHot(c.columns), touched)
	c.store = customer.New(d)
	require.NoError(t, c.store.Fields().Load(context.Background()))
	c.store.Use(segments, nil, nil)
	c.quality = New(d, c.columns, c.store, segments, touched)
	c.feed = feed.New(d, c.columns, analyze.Projections(touched), []feed.Watcher{c.quality.Watcher(), segments})
	c.ctx = guard.System(c.in(context.Background()))
	require.NoError(t, job.Migrate(context.Background(), d))
	r := job.NewRegistry()
	c.store.RegisterJobs(r)
	c.quality.RegisterJobs(r)
	_, err := job.New(d, r, "test", nil)
	require.NoError(t, err)
	c.router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(guard.With(c.in(r.Context()), c.actor)))
		})
	})
	a := api.New(c.router, api.Options{Title: "t", Version: "1", Authorize: guard.Authorize})
	c.store.Register(a)
	c.quality.Register(a)
	c.exec("insert into teams (id, name, created_at) values (1, 'East', 0), (2, 'West', 0)")
	for _, a := range []guard.Actor{admin, anna, analyst, manager} {
		c.exec("insert into staff (id, email, name, role, team_id, created_at, updated_at) values (?, ?, ?, ?, ?, 0, 0)", a.StaffID, a.Name+"@muhe.cn", a.Name, a.Role, a.TeamID)
	}
	return c
}

func (c *clinic) in(ctx context.Context) context.Context {
	return field.With(workspace.With(clock.With(ctx, c.clock), workspace.Default()), c.store.Fields().Set)
}

func (c *clinic) as(a guard.Actor) *clinic {
	c.actor = a
	return c
}

func (c *clinic) exec(query string, args ...any) {
	c.Helper()
	require.NoError(c.T, c.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	}), query)
}

func (c *clinic) drain() {
	c.Helper()
	require.Eventually(c.T, func() bool {
		require.NoError(c.T, c.feed.Drain(c.ctx))
		at, err := c.feed.Position(c.ctx)
		require.NoError(c.T, err)
		var left int
		require.NoError(c.T, c.db.Read().NewRaw("select count(*) from feed_entries where (txid, id) > (?, ?)", at.Tx, at.ID).Scan(c.ctx, &left))
		return left == 0
	}, 30*time.Second, time.Millisecond)
}

// call asks as the present actor, once everything written before is in columns.
func (c *clinic) call(status int, method, path string, body any) gjson.Result {
	c.Helper()
	c.drain()
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(c.T, err)
		reader = strings.NewReader(string(text))
	}
	r := httptest.NewRequest(method, "/api/v1"+path, reader)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.router.ServeHTTP(w, r)
	require.Equal(c.T, status, w.Code, "%s %s: %s", method, path, w.Body.String())
	return gjson.Parse(w.Body.String())
}

func (c *clinic) add(body fields) int64 {
	c.Helper()
	return c.call(201, "POST", "/customers", body).Get("id").Int()
}

// raw puts customers into the records as an import would have, past all that a form refuses.
func (c *clinic) raw(first int64, rows ...fields) {
	c.Helper()
	require.NoError(c.T, c.db.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error {
		var ids []int64
		for i, r := range rows {
			id := first + int64(i)
			text := func(name, absent string) string {
				if v, held := r[name].(string); held {
					return v
				}
				return absent
			}
			custom, err := json.Marshal(r["custom"])
			if err != nil {
				return err
			}
			if r["custom"] == nil {
				custom = []byte("{}")
			}
			var born *string
			if b := text("birthday", ""); b != "" {
				born = &b
			}
			at := c.clock.Now().UnixMilli() - 24*60*60*1000
			if v, held := r["updated_at"].(int64); held {
				at = v
			}
			if _, err := tx.NewRaw(`insert into customers (id, kind, name, gender, birthday, country, province, city, district, address, postcode, industry, lifecycle_stage, source, owner_id, team_id, custom, created_at, updated_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, text("kind", "person"), text("name", "林"+string(rune(0x5A49+i%500))), text("gender", "female"), born, text("country", "中国"),
				text("province", "浙江"), text("city", "杭州"), text("district", ""), text("address", "文一路 1 号"), text("postcode", ""), text("industry", ""), text("lifecycle_stage", "customer"), text("source", "shop"),
				r["owner"], r["team"], string(custom), at, at).Exec(ctx); err != nil {
				return err
			}
			for _, kind := range []string{"phone", "email"} {
				value := text(kind, map[string]string{"phone": fmt.Sprintf("+861390571%04d", id%10000), "email": fmt.Sprintf("c%d@163.com", id)}[kind])
				if value == "" {
					continue
				}
				state := text(kind+"_state", "ok")
				point, err := tx.NextID(ctx, "contact_points")
				if err != nil {
					return err
				}
				if _, err := tx.NewRaw("insert into contact_points (id, customer_id, kind, value, raw, state, created_at) values (?, ?, ?, ?, ?, ?, 0)", point, id, kind, value, value, state).Exec(ctx); err != nil {
					return err
				}
			}
			ids = append(ids, id)
		}
		tx.Feed("customers", ids...)
		return nil
	}))
}

// clean gives n customers without a fault: everything filled in, nothing contradicting anything.
func clean(n int) (rows []fields) {
	places := [][2]string{{"浙江", "杭州"}, {"江苏", "南京"}, {"广东", "深圳"}, {"上海", "上海"}, {"四川", "成都"}}
	for i := range n {
		p := places[i%len(places)]
		rows = append(rows, fields{"gender": []string{"female", "male"}[i%2], "province": p[0], "city": p[1],
			"birthday": fmt.Sprintf("%d-%02d-%02d", 1960+i*7%45, 1+i%12, 1+i*11%28)})
	}
	return rows
}

// search has all records searched and gives the report.
func (c *clinic) search() gjson.Result {
	c.Helper()
	was := c.actor
	c.as(admin)
	id := c.call(202, "POST", "/quality/runs", nil).Get("id").String()
	n, err := strconv.ParseInt(id, 10, 64)
	require.NoError(c.T, err)
	require.NoError(c.T, c.quality.run(c.ctx, n))
	report := c.call(200, "GET", "/quality/runs/"+id, nil)
	require.Equal(c.T, "done", report.Get("state").String(), report.Raw)
	c.as(was)
	return report
}

// found gives what there is to say about customers as "id rule field", in order.
func (c *clinic) found(query string) (all []string) {
	c.Helper()
	for _, f := range c.call(200, "GET", "/quality/findings?limit=500"+query, nil).Get("items").Array() {
		all = append(all, strings.TrimSpace(f.Get("subject.id").String()+" "+f.Get("rule").String()+" "+f.Get("field").String()))
	}
	return all
}

// fix previews and applies a repair, runs it, and gives the preview and how it ended.
func (c *clinic) fix(body fields) (preview, ended gjson.Result) {
	c.Helper()
	preview = c.call(200, "POST", "/quality/fixes", body).Get("preview")
	body = maps.Clone(body)
	body["apply"] = true
	id := c.call(200, "POST", "/quality/fixes", body).Get("fix.id").Int()
	require.NoError(c.T, c.quality.runFix(c.ctx, id))
	return preview, c.call(200, "GET", fmt.Sprintf("/quality/fixes/%d", id), nil)
}

func (c *clinic) undo(id string) gjson.Result {
	c.Helper()
	c.call(202, "POST", "/quality/fixes/"+id+"/undo", nil)
	n, err := strconv.ParseInt(id, 10, 64)
	require.NoError(c.T, err)
	require.NoError(c.T, c.quality.runFix(c.ctx, n))
	return c.call(200, "GET", "/quality/fixes/"+id, nil)
}

// feedOf says that rows changed that the test has written itself.
func (c *clinic) feedOf(subject string, ids ...int64) {
	c.Helper()
	require.NoError(c.T, c.db.Write(c.ctx, func(_ context.Context, tx *db.Tx) error {
		tx.Feed(subject, ids...)
		return nil
	}))
}
