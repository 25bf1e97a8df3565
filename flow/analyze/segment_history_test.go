package analyze

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// asked answers operations on segments for who asks, at the company's time.
func (c *company) asked(s *Segments) func(who guard.Actor, path string) gjson.Result {
	var actor guard.Actor
	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := workspace.With(clock.With(r.Context(), c.clock), workspace.Default())
			next.ServeHTTP(w, r.WithContext(guard.With(ctx, actor)))
		})
	})
	s.Register(api.New(router, api.Options{Title: "t", Version: "1", Authorize: guard.Authorize}))
	return func(who guard.Actor, path string) gjson.Result {
		c.t.Helper()
		actor = who
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequest("GET", api.Prefix+path, nil))
		if w.Code != http.StatusOK {
			return gjson.Parse(fmt.Sprint(w.Code))
		}
		return gjson.Parse(w.Body.String())
	}
}

// onDay moves the clock to ten in the morning of a day and lets the sweep of that day pass.
func (c *company) onDay(s *Segments, day string) {
	c.t.Helper()
	c.clock.Set(time.UnixMilli(at(day + " 10:00")))
	require.NoError(c.t, s.Sweep(c.ctx))
	c.clock.Advance(time.Minute)
}

// daysTold gives the days of a history on which anything happened, as "day members +entered -left".
func daysTold(h gjson.Result) (told []string) {
	for _, d := range h.Get("days").Array() {
		if d.Get("entered").Int()+d.Get("left").Int() > 0 || d.Get("changes").Exists() {
			told = append(told, fmt.Sprintf("%s %s +%d -%d", d.Get("day").String()[5:], d.Get("members").Raw, d.Get("entered").Int(), d.Get("left").Int()))
		}
	}
	return told
}

func reasonsTold(h gjson.Result) (told []string) {
	for _, r := range h.Get("reasons").Array() {
		what := r.Get("part.sentence.en-US").String()
		if r.Get("part.hidden").Bool() {
			what = "hidden"
		}
		told = append(told, strings.TrimSpace(fmt.Sprintf("%s %s %d/%d %s", map[bool]string{true: "in", false: "out"}[r.Get("entered").Bool()], r.Get("cause").String(),
			r.Get("moves").Int(), r.Get("alone").Int(), what)))
	}
	slices.Sort(told)
	return told
}

func movesTold(list gjson.Result) (told []string) {
	for _, m := range list.Get("items").Array() {
		var parts []string
		for _, p := range m.Get("parts").Array() {
			parts = append(parts, p.Get("sentence.en-US").String())
		}
		told = append(told, strings.TrimSpace(fmt.Sprintf("%s %s%s%s %s %s", m.Get("day").String()[5:], map[bool]string{true: "+", false: "-"}[m.Get("entered").Bool()],
			m.Get("customer.name").String(), m.Get("customer.gone").String(), m.Get("cause").String(), strings.Join(parts, "; "))))
	}
	return told
}

const (
	boughtHere = `{"all":[` + boughtLately + `,{"field":"country","op":"eq","value":"CN"}]}`
	bought     = "Placed orders in the last **30 days**"
	here       = "Country is **CN**"
)

// Customers come into a segment and leave it by orders, by time, by a changed field, by being erased and by a changed condition: the
// history tells the days, the counts and the reasons that were planted, to each reader of the customers she sees.
func TestSegmentHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, s := withSegments(t, d)
		ask := c.asked(s)
		boss, ann := guard.Actor{StaffID: 9, Role: "admin"}, guard.Actor{StaffID: 1, Role: "sales"}
		c.write("customers", []int64{1, 2, 3, 4, 5}, "insert into staff (id, email, name, role, created_at, updated_at) values (1, 'e', 'Ann', 'sales', 1, 1)",
			addCustomer(1, "CN"), addCustomer(2, "CN"), addCustomer(3, "CN"), addCustomer(4, "GB"), addCustomer(5, "CN"), "update customers set owner_id = 1 where id in (1, 2)")
		c.write("orders", []int64{1, 2}, addOrder(1, 1, "2026-02-20 10:00", "order", "completed", 100, 0, ""), addOrder(2, 3, "2026-03-01 10:00", "order", "completed", 100, 0, ""))
		c.drain()
		id := c.segment(s, "近 30 天下过单的国内客户", boughtHere) // on 9 March, of 1 and 3

		c.onDay(s, "2026-03-10")
		c.write("orders", []int64{3, 4}, addOrder(3, 2, "2026-03-10 10:00", "order", "completed", 100, 0, ""), addOrder(4, 4, "2026-03-10 10:00", "order", "completed", 100, 0, ""))
		c.drain()
		c.onDay(s, "2026-03-22") // 20 February is the 31st day back
		c.onDay(s, "2026-03-23")
		c.write("orders", []int64{5}, addOrder(5, 5, "2026-03-23 09:00", "order", "completed", 100, 0, ""))
		c.drain()
		c.onDay(s, "2026-03-25")
		c.write("customers", []int64{3}, "update customers set country = 'GB' where id = 3")
		c.drain()
		c.onDay(s, "2026-03-26")
		c.write("orders", []int64{5}, "update orders set customer_id = null where id = 5")
		c.write("customers", []int64{5}, "delete from customers where id = 5")
		c.drain()
		c.onDay(s, "2026-03-27")
		c.write("customers", []int64{3}, "update customers set merged_into = 2 where id = 3")
		c.drain()
		c.onDay(s, "2026-03-28")
		_, err := s.Change(c.ctx, id, 0, SegmentDraft{Name: "国内客户", Condition: json.RawMessage(`{"field":"country","op":"eq","value":"CN"}`)})
		require.NoError(t, err)
		c.drain()
		path := fmt.Sprintf("/segments/%d", id)
		history := path + "/history?from=2026-03-01&to=2026-03-28"

		t.Run("day by day", func(t *testing.T) {
			h := ask(boss, history)
			require.Equal(t, []string{"03-10 3 +1 -0", "03-22 2 +0 -1", "03-23 3 +1 -0", "03-25 2 +0 -1", "03-26 1 +0 -1", "03-28 2 +1 -0"}, daysTold(h))
			require.Equal(t, "null", h.Get("days.7.members").Raw, "8 March, the day before it was made")
			require.Equal(t, "2", h.Get("days.8.members").Raw, "9 March")
			require.Equal(t, "2026-03-09", h.Get("known_from").String())
			require.Equal(t, "3 3 false", fmt.Sprint(h.Get("entered"), h.Get("left"), h.Get("scoped")))
			course, err := s.Course(c.ctx, id, day("2026-03-01"), day("2026-03-28"))
			require.NoError(t, err)
			for i, d := range h.Get("days").Array() {
				count := "null"
				if course[i].Count != nil {
					count = fmt.Sprint(*course[i].Count)
				}
				require.Equal(t, fmt.Sprint(course[i].Day, count, course[i].Entered, course[i].Left), fmt.Sprint(d.Get("day"), d.Get("members").Raw, d.Get("entered"), d.Get("left")))
			}
		})
		t.Run("what decided, most first", func(t *testing.T) {
			require.Equal(t, []string{"in facts 2/0 " + here + ": holds", "in facts 2/0 " + bought + ": holds", "in rule 1/1",
				"out day 1/1 " + bought + ": no longer holds", "out facts 1/1 " + here + ": no longer holds", "out gone 1/1"}, reasonsTold(ask(boss, history)))
		})
		t.Run("the day the condition was changed says what it was", func(t *testing.T) {
			change := ask(boss, history).Get(`days.#(day=="2026-03-28").changes`)
			require.Equal(t, "1 condition", fmt.Sprint(change.Get("#"), " ", change.Get("0.what")))
			require.Contains(t, change.Get("0.before.en-US").String(), "30")
		})
		t.Run("who, when and why", func(t *testing.T) {
			require.Equal(t, []string{"03-28 +c1 rule", "03-26 -erased gone", "03-25 -merged facts " + here + ": no longer holds",
				"03-23 +erased facts " + bought + ": holds; " + here + ": holds", "03-22 -c1 day " + bought + ": no longer holds",
				"03-10 +c2 facts " + bought + ": holds; " + here + ": holds"}, movesTold(ask(boss, path+"/moves")))
			require.Equal(t, "c2", ask(boss, path+"/moves?day=2026-03-25").Get("items.0.customer.into.name").String())
		})
		t.Run("narrowed", func(t *testing.T) {
			part := ask(boss, history).Get(`reasons.#(cause=="day").part.key`).String()
			for _, row := range []struct {
				asked string
				want  int
			}{{"direction=left", 3}, {"direction=entered", 3}, {"day=2026-03-22", 1}, {"cause=gone", 1}, {"part=" + part, 1}, {"from=2026-03-23&to=2026-03-25", 2}, {"part=none", 0}} {
				list := ask(boss, path+"/moves?"+row.asked)
				require.Len(t, list.Get("items").Array(), row.want, row.asked)
				require.EqualValues(t, row.want, list.Get("total").Int(), row.asked)
			}
			require.Equal(t, "422", ask(boss, path+"/history?from=2020-01-01").Raw)
			require.Equal(t, "404", ask(boss, "/segments/777/moves").Raw)
		})
		t.Run("page by page", func(t *testing.T) {
			var all []string
			for cursor, pages := "", 0; pages < 4; pages++ {
				list := ask(boss, path+"/moves?limit=2&cursor="+cursor)
				all = append(all, movesTold(list)...)
				if cursor = list.Get("next_cursor").String(); cursor == "" {
					break
				}
			}
			require.Equal(t, movesTold(ask(boss, path+"/moves")), all)
		})
		t.Run("who sees some customers is told of those alone", func(t *testing.T) {
			h := ask(ann, history)
			require.Equal(t, []string{"03-10 2 +1 -0", "03-22 1 +0 -1", "03-28 2 +1 -0"}, daysTold(h))
			require.Equal(t, "true", h.Get("scoped").Raw)
			require.Equal(t, []string{"in facts 1/0 " + here + ": holds", "in facts 1/0 " + bought + ": holds", "in rule 1/1", "out day 1/1 " + bought + ": no longer holds"}, reasonsTold(h))
			require.EqualValues(t, 3, ask(ann, path+"/moves").Get("total").Int())
		})
		t.Run("what one may not see is not told", func(t *testing.T) {
			h, err := s.History(guard.With(c.ctx, guard.Actor{StaffID: 8, Role: "auditor"}), id, day("2026-03-01"), day("2026-03-28"))
			require.NoError(t, err)
			text, err := json.Marshal(h)
			require.NoError(t, err)
			told := gjson.ParseBytes(text)
			require.Equal(t, []string{"in facts 2/0 " + here + ": holds", "in facts 2/0 hidden", "in rule 1/1", "out day 1/1 hidden", "out facts 1/1 " + here + ": no longer holds", "out gone 1/1"}, reasonsTold(told))
			require.Equal(t, "true", told.Get(`days.#(day=="2026-03-28").changes.0.hidden`).Raw)
			require.NotContains(t, strings.ToLower(string(text)), "placed orders")
		})
		t.Run("her own history", func(t *testing.T) {
			moves, err := s.SegmentMovesOf(c.ctx, 1, 1<<62, 1<<62, 10)
			require.NoError(t, err)
			require.Len(t, moves, 2)
			require.Equal(t, bought+": no longer holds", moves[1].Why[0].English)
			older, err := s.SegmentMovesOf(c.ctx, 1, moves[0].At, moves[0].SegmentID, 10)
			require.NoError(t, err)
			require.Equal(t, moves[1:], older)
			n, err := s.CountSegmentMoves(c.ctx, 1)
			require.NoError(t, err)
			require.EqualValues(t, 2, n)
			held, err := SegmentMemory{s}.Held(c.ctx, []int64{1, 2})
			require.NoError(t, err)
			require.Len(t, held, 3, "hers and those of who was merged into her")
		})
		t.Run("an erased customer's moves count, and tell of nobody", func(t *testing.T) {
			require.Equal(t, "0", c.one("select count(*) from segment_moves where customer_id = 5"))
			require.Equal(t, "2", c.one("select count(*) from segment_moves where customer_id < 0"))
			require.Equal(t, "1", c.one("select count(distinct customer_id) from segment_moves where customer_id < 0"))
			require.Equal(t, "1", c.one("select count(*) from segment_moves where customer_id = 3"), "who is merged may come back")
		})
	})
}

// Columns made anew begin without moves: those of the days before are reckoned from dated events, since the segment was made.
func TestSegmentPast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, s := withSegments(t, d)
		ask, boss := c.asked(s), guard.Actor{StaffID: 9, Role: "admin"}
		c.write("customers", []int64{1, 2, 3}, addCustomer(1, "CN"), addCustomer(2, "CN"), addCustomer(3, "CN"))
		c.write("orders", []int64{1, 2, 3}, addOrder(1, 1, "2026-02-20 10:00", "order", "completed", 100, 0, ""), addOrder(2, 2, "2026-01-15 10:00", "order", "completed", 100, 0, ""),
			addOrder(3, 3, "2026-03-09 10:00", "order", "completed", 100, 0, ""))
		c.drain()
		bought30, ever := c.segment(s, "近 30 天下过单", boughtLately), c.segment(s, "中国", `{"field":"country","op":"eq","value":"CN"}`)
		c.write("segments", nil, fmt.Sprintf("update segments set created_at = %d", at("2026-02-01 09:00")))
		require.NoError(t, s.Recall(c.ctx))
		path := fmt.Sprintf("/segments/%d/", bought30)
		h := ask(boss, path+"history?from=2026-01-20")
		require.Equal(t, []string{"02-14 0 +0 -1", "02-20 1 +1 -0", "03-09 2 +1 -0"}, daysTold(h))
		require.Equal(t, "2026-02-01 null 1", fmt.Sprint(h.Get("known_from"), " ", h.Get(`days.#(day=="2026-01-31").members`).Raw, " ", h.Get(`days.#(day=="2026-02-01").members`).Raw))
		require.Equal(t, []string{"03-09 +c3 past " + bought + ": holds now", "02-20 +c1 past " + bought + ": holds now", "02-14 -c2 past " + bought + ": no longer holds"}, movesTold(ask(boss, path+"moves")))
		require.Equal(t, "2026-03-09", ask(boss, fmt.Sprintf("/segments/%d/history", ever)).Get("known_from").String(), "what is asked of fields cannot be asked of the past")
		require.NoError(t, s.Recall(c.ctx))
		require.EqualValues(t, 3, ask(boss, path+"moves").Get("total").Int(), "once")
	})
}
