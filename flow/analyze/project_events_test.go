package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/feed"
	"guanxi/flow/customer"
	"guanxi/flow/customer/track"
	"guanxi/guard"
)

// site is a company with a web site that sends what its visitors do.
type site struct {
	*testing.T
	db        *db.DB
	columns   *columns.Store
	feed      *feed.Feed
	tracking  *track.Tracking
	customers *customer.Store
	clock     *clock.Fake
	ctx       context.Context
	server    *httptest.Server
	key       string
	sent      int
	within    func(context.Context) context.Context // what else requests know, if anything
}

type call = map[string]any

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{T: t, db: d, columns: columnstest.Open(t), customers: customer.New(d), clock: clock.NewFake(time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC))}
	s.ctx = guard.System(clock.With(context.Background(), s.clock))
	s.feed = feed.New(d, s.columns, Projections(&Touched{}), nil)
	s.tracking = track.New(d, s.columns, s.customers, nil)
	s.customers.HeldBy("events", s.tracking)
	s.customers.VisitsFrom(s.tracking)
	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := clock.With(r.Context(), s.clock)
			if s.within != nil {
				ctx = s.within(ctx)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	})
	s.tracking.Route(router)
	s.server = httptest.NewServer(router)
	t.Cleanup(s.server.Close)
	source, err := s.tracking.Create(s.ctx, track.SourceDraft{Name: "官网", Kind: track.KindWeb})
	if err != nil {
		t.Fatal(err)
	}
	s.key = source.WriteKey
	return s
}

// post sends a body and gives status and answer.
func (s *site) post(path, key, body string, header ...string) (int, string) {
	s.Helper()
	request, err := http.NewRequest(http.MethodPost, s.server.URL+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	request.SetBasicAuth(key, "")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

// send sends calls in one batch; each gets a message id of its own where it has none.
func (s *site) send(calls ...call) {
	s.Helper()
	for _, c := range calls {
		if s.sent++; c["messageId"] == nil {
			c["messageId"] = fmt.Sprint("m", s.sent)
		}
		if c["type"] == nil {
			c["type"] = "track"
		}
	}
	body, err := json.Marshal(call{"batch": calls})
	if err != nil {
		s.Fatal(err)
	}
	if status, text := s.post("/v1/batch", s.key, string(body)); status != 200 {
		s.Fatal(status, text)
	}
}

// settle lets everything that was sent arrive.
func (s *site) settle() {
	s.Helper()
	if err := s.tracking.Drain(s.ctx); err != nil {
		s.Fatal(err)
	}
	dbtest.Settle(s.T, s.db)
	if err := s.feed.Drain(s.ctx); err != nil {
		s.Fatal(err)
	}
}

// whose gives how many events are whose: "name:count", nobody's as "-".
func (s *site) whose() string {
	s.Helper()
	rows, err := s.columns.Query(s.ctx, "select coalesce(customer_id, 0), count(*) from events where kind = 'track' group by 1 order by 1")
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	var parts []string
	for rows.Next() {
		var id, n int64
		if err := rows.Scan(&id, &n); err != nil {
			s.Fatal(err)
		}
		name := "-"
		if id != 0 {
			if err := s.db.Read().NewRaw("select coalesce(min(external_id), 'none') from identities where customer_id = ?", id).Scan(s.ctx, &name); err != nil {
				s.Fatal(err)
			}
		}
		parts = append(parts, fmt.Sprintf("%s:%d", name, n))
	}
	s.must(rows.Err())
	return strings.Join(parts, " ")
}

func (s *site) is(want string) {
	s.Helper()
	if got := s.whose(); got != want {
		s.Errorf("%s, want %s", got, want)
	}
}

// text gives one value of columns as text.
func (s *site) text(query string, args ...any) string {
	s.Helper()
	var value any
	if err := s.columns.QueryRow(s.ctx, query, args...).Scan(&value); err != nil {
		s.Fatalf("%s: %v", query, err)
	}
	return fmt.Sprint(value)
}

func (s *site) customer(user string) (id int64) {
	s.Helper()
	if err := s.db.Read().NewRaw("select customer_id from identities where external_id = ?", user).Scan(s.ctx, &id); err != nil {
		s.Fatal(user, err)
	}
	return id
}

func (s *site) visitor(value string) (id int64) {
	s.Helper()
	if err := s.db.Read().NewRaw("select id from visitors where value = ? and kind = 'anonymous_id'", value).Scan(s.ctx, &id); err != nil {
		s.Fatal(value, err)
	}
	return id
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// A request whose row was damaged is told of and left alone; what came with and after it arrives.
func TestADamagedRequestHoldsUpNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		for _, user := range []string{"u1", "u2", "u3"} {
			s.send(call{"event": "looked", "userId": user})
		}
		s.must(d.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, "update event_batches set body = ? where id = (select min(id) from event_batches)", []byte("no longer what it was"))
			return err
		}))
		s.settle()
		s.is("u2:1 u3:1")
		s.send(call{"event": "looked", "userId": "u4"})
		s.settle()
		s.is("u2:1 u3:1 u4:1")
	})
}

func TestEventsFindTheirCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		part := func(name string, fn func()) {
			t.Run(name, func(t *testing.T) {
				s.T = t
				fn()
			})
		}
		seen := func(anonymous, user string) call {
			return call{"event": "looked", "anonymousId": anonymous, "userId": user}
		}
		part("what was done before anybody knew who it is becomes hers", func() {
			s.send(seen("a1", ""), seen("a1", ""))
			s.settle()
			s.is("-:2")
			s.send(call{"type": "identify", "anonymousId": "a1", "userId": "anna"}, seen("a1", "anna"))
			s.settle()
			s.is("anna:3")
		})
		part("on a second device too, and there what came without a user id as well", func() {
			s.send(seen("a2", ""), seen("a2", "anna"), seen("a2", ""))
			s.settle()
			s.is("anna:6")
		})
		part("on a shared device each has what was done under her name, and who was there first what came before", func() {
			s.send(seen("shared", ""))
			s.send(seen("shared", "anna"))
			s.send(seen("shared", "bo"), seen("shared", ""), seen("shared", "anna"), seen("shared", "bo"))
			s.send(seen("shared", ""))
			s.settle()
			s.is("anna:9 bo:4")
		})
		part("her timeline tells of it by the visit, also of what was before anybody knew", func() {
			timeline, err := s.customers.Timeline(s.ctx, s.customer("anna"), "visitor", "", 50)
			s.must(err)
			visits, acts := 0, int64(0)
			for _, item := range timeline.Items {
				if item.Code == "visit" {
					visits, acts = visits+1, acts+item.Values["count"].(int64)
				}
			}
			if visits != 3 || acts != 10 || timeline.Counts["visitor"] != 6 { // three browsers; nine looks and one identify
				s.Errorf("%d visits with %d acts, counts %v", visits, acts, timeline.Counts)
			}
		})
		part("parting a visitor takes back what was its own, and tying gives it again", func() {
			s.must(s.customers.Untie(s.ctx, s.visitor("a1")))
			s.settle()
			s.is("-:2 anna:7 bo:4")
			s.send(seen("a1", "anna"))
			s.settle()
			s.is("-:2 anna:8 bo:4")
			s.must(s.customers.Tie(s.ctx, s.visitor("a1"), s.customer("anna")))
			s.settle()
			s.is("anna:10 bo:4")
		})
		part("merging joins them and undoing parts them as they were", func() {
			merge, err := s.customers.Merge(s.ctx, s.customer("anna"), s.customer("bo"), nil)
			s.must(err)
			s.settle()
			s.is("anna:14")
			s.send(seen("b9", "bo"))
			s.settle()
			s.is("anna:15")
			_, err = s.customers.Unmerge(s.ctx, merge)
			s.must(err)
			s.settle()
			s.is("anna:10 bo:5")
		})
		part("an alias says that a visitor is somebody known", func() {
			s.send(seen("old", ""), call{"type": "alias", "previousId": "old", "userId": "bo"})
			s.settle()
			if got := s.text("select customer_id from events where visitor_id = ? and kind = 'track'", s.visitor("old")); got != fmt.Sprint(s.customer("bo")) {
				s.Error(got)
			}
		})
		part("columns made anew hold the same", func() {
			const all = "select md5(string_agg(concat_ws('|', batch_id, position, source_id, message_id, ts, kind, event, visitor_id, customer_id, key_id, properties::varchar), ',' order by batch_id, position)) from events"
			before := s.text(all)
			s.must(s.feed.Rebuild(s.ctx))
			if after := s.text(all); after != before {
				s.Error("columns differ after a rebuild")
			}
		})
		part("erasing her takes her events out of columns and out of the records", func() {
			gone := s.customer("anna")
			visitors := s.text("select list(distinct visitor_id) from events where customer_id = ?", gone)
			if err := s.db.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error { return s.tracking.Forget(ctx, tx, []int64{gone}) }); err != nil {
				s.Fatal(err)
			}
			if err := s.db.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error {
				var ids []int64
				if err := tx.NewRaw("select id from visitors where customer_id = ?", gone).Scan(ctx, &ids); err != nil {
					return err
				}
				tx.Feed("visitors", ids...)
				_, err := tx.NewRaw("delete from visitors where customer_id = ?", gone).Exec(ctx)
				return err
			}); err != nil {
				s.Fatal(err)
			}
			s.settle()
			if got := s.text("select count(*) from events where customer_id = ?", gone); got != "0" {
				s.Errorf("%s events of hers are left (%s)", got, visitors)
			}
			before := s.text("select count(*) from events")
			s.must(s.feed.Rebuild(s.ctx))
			if after := s.text("select count(*) from events"); after != before {
				s.Errorf("%s events after a rebuild, %s before", after, before)
			}
			var batches []struct {
				Body []byte `bun:"body"`
			}
			s.must(s.db.Read().NewRaw("select body from event_batches").Scan(s.ctx, &batches))
			kept := 0
			for _, b := range batches {
				events, err := track.Events(b.Body)
				s.must(err)
				kept += len(events)
			}
			if fmt.Sprint(kept) != before {
				s.Errorf("records hold %d events, columns %s", kept, before)
			}
		})
	})
}

func TestEventsArriveOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		count := func(want string) {
			s.Helper()
			s.settle()
			if got := s.text("select count(*) from events"); got != want {
				s.Errorf("%s events, want %s", got, want)
			}
		}
		one := func() call { return call{"event": "paid", "userId": "u1", "messageId": "same"} }
		s.send(one(), one())
		s.send(one())
		count("1")
		s.clock.Advance(47 * time.Hour)
		s.send(one())
		count("1")
		s.must(s.feed.Rebuild(s.ctx))
		count("1")
		other, err := s.tracking.Create(s.ctx, track.SourceDraft{Name: "pos", Kind: track.KindTill})
		s.must(err)
		mine := s.key
		s.key = other.WriteKey
		s.send(one())
		count("2")
		s.key = mine
		s.clock.Advance(2 * time.Hour)
		s.send(one())
		count("3")
		s.must(s.feed.Rebuild(s.ctx))
		count("3")
		// after three years, where the workspace says nothing else, they are gone from records and columns
		s.clock.Advance(1090 * 24 * time.Hour)
		s.send(call{"event": "new", "userId": "u1"})
		s.settle()
		s.clock.Advance(10 * 24 * time.Hour)
		gone, err := s.customers.Retain(s.ctx)
		s.must(err)
		count("1")
		var left int
		s.must(d.Read().NewRaw("select count(*) from event_batches").Scan(s.ctx, &left))
		if left != 1 || gone["records.events"] == 0 {
			s.Errorf("%d requests left, %v", left, gone)
		}
	})
}
