package behaviour

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/flow/analyze"
	"guanxi/guard"
)

// troubled gives a fortnight in which every kind of concern turns up, by 300 visitors of whom most are known.
func troubled(seed uint64) []told {
	r := rand.New(rand.NewPCG(seed, 9))
	pages := []string{"/", "/a", "/b", "/help", "/help/pay", "/404", "/checkout"}
	var all []told
	for v := range int64(300) {
		customer := v + 1
		if v%7 == 0 {
			customer = 0
		}
		at := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC).UnixMilli() + r.Int64N(86400_000)
		for range 5 + r.IntN(25) {
			at += []int64{400, 900, 5000, 20_000, 90_000, 600_000, 30*60_000 + 1, 86400_000}[r.IntN(8)]
			e := told{visitor: v + 1, customer: customer, ts: at, bot: r.IntN(50) == 0}
			switch r.IntN(6) {
			case 0:
				e.kind, e.event, e.path = "track", "product_viewed", pages[r.IntN(2)]
				e.properties = map[string]any{"sku": fmt.Sprint("S", r.IntN(4)), "category": []string{"护肤", "彩妆"}[r.IntN(2)]}
				if r.IntN(3) == 0 {
					e.properties["topic"] = "敏感肌"
				}
			case 1:
				e.kind, e.event, e.path = "track", "payment_failed", "/checkout"
			case 2:
				e.kind, e.event, e.path, e.seconds = "track", "page_left", "/a", float64(r.IntN(90))
			default:
				e.kind, e.event, e.path = "page", "page_viewed", pages[r.IntN(len(pages))]
				if v%3 == 0 && r.IntN(2) == 0 { // some are keener than others
					e.path = "/b"
				}
			}
			all = append(all, e)
			if e.kind == "track" && e.seconds == nil && r.IntN(5) == 0 { // pressed again and again
				for range 2 {
					e.ts += 700
					all, at = append(all, e), e.ts
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b told) int { return cmp.Compare(a.ts, b.ts) })
	for i := range all {
		all[i].batch, all[i].position = i/40+1, i%40
	}
	return all
}

// tallied is one concern as the recomputation counts it.
type tallied struct {
	people, base map[int64]bool
	days         map[int64]map[string]bool
	times, n     int
	stays        []float64
}

// concernsByHand goes through each visitor's events, one at a time.
func concernsByHand(events []told, from, to string, visible, member func(customer int64) bool) (found map[string]*tallied, people, base map[int64]bool) {
	found, people, base = map[string]*tallied{}, map[int64]bool{}, map[int64]bool{}
	of := map[int64][]told{}
	for _, e := range events {
		if day := dayOf(e.ts); !e.bot && day >= from && day <= to && visible(e.customer) {
			of[e.visitor] = append(of[e.visitor], e)
		}
	}
	note := func(key string, e told, counts bool, stay float64) {
		t := found[key]
		if t == nil {
			t = &tallied{people: map[int64]bool{}, base: map[int64]bool{}, days: map[int64]map[string]bool{}}
			found[key] = t
		}
		who := cmp.Or(e.customer, -e.visitor)
		if counts {
			t.base[who] = true
		}
		if !member(e.customer) {
			return
		}
		t.n++
		if stay > 0 {
			t.stays = append(t.stays, stay)
		}
		if counts {
			t.times++
			t.people[who] = true
			if t.days[who] == nil {
				t.days[who] = map[string]bool{}
			}
			t.days[who][dayOf(e.ts)] = true
		}
	}
	type look struct {
		told
		stay float64
	}
	var looks []look
	helped := map[[2]any][]told{}
	for _, list := range of {
		slices.SortFunc(list, func(a, b told) int {
			return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.batch, b.batch), cmp.Compare(a.position, b.position))
		})
		var way []string
		open := -1 // the view that is looked at
		end := func(last int64, told float64) {
			if open < 0 {
				return
			}
			stay := float64(last-list[open].ts) / 1000
			if told >= 0 {
				stay = told
			}
			if stay > 0 || told >= 0 {
				looks = append(looks, look{list[open], stay})
			}
			open = -1
		}
		told := -1.0
		for i, e := range list {
			who := cmp.Or(e.customer, -e.visitor)
			base[who] = true
			if member(e.customer) {
				people[who] = true
			}
			if i > 0 && e.ts-list[i-1].ts > 30*60_000 {
				end(list[i-1].ts, told)
				told, way = -1, nil
			}
			if e.kind == "page" {
				end(e.ts, told)
				open, told = i, -1
				way = append(way, e.path)
				note("page "+e.path, e, true, 0)
				if n := len(way); n > 3 && way[n-1] == way[n-3] && way[n-2] == way[n-4] && way[n-1] != way[n-2] {
					note("loop "+min(way[n-1], way[n-2])+" "+max(way[n-1], way[n-2]), e, true, 0)
				}
				if e.path == "/help" || e.path == "/help/pay" {
					helped[[2]any{who, e.path}] = append(helped[[2]any{who, e.path}], e)
				}
				if e.path == "/404" {
					note("error page_viewed /404", e, true, 0)
				}
				continue
			}
			if e.seconds != nil {
				if open >= 0 {
					told = max(told, 0) + e.seconds.(float64)
				}
				continue
			}
			if e.properties != nil {
				note("product "+e.properties["sku"].(string), e, true, 0)
				note("category "+e.properties["category"].(string), e, true, 0)
				if topic := e.properties["topic"]; topic != nil {
					note("topic "+topic.(string), e, true, 0)
				}
			}
			if e.event == "payment_failed" {
				note("error payment_failed /checkout", e, true, 0)
			}
			var same []int64
			for _, x := range list[:i+1] {
				if x.event == e.event && x.path == e.path && fmt.Sprint(x.properties) == fmt.Sprint(e.properties) {
					same = append(same, x.ts)
				}
			}
			if n := len(same); n > 2 && e.ts-same[n-3] <= 2000 {
				note("rage "+e.event+" "+e.path, e, true, 0)
			}
		}
		if len(list) > 0 {
			end(list[len(list)-1].ts, told)
		}
	}
	for at, list := range helped {
		for _, e := range list {
			note("help "+at[1].(string), e, len(list) > 1, 0)
		}
	}
	var all []float64
	for _, l := range looks {
		all = append(all, l.stay)
	}
	long := quartile(all, 0.75)
	for _, l := range looks {
		note("focus "+l.path, l.told, l.stay > long, max(l.stay, 1e-12))
	}
	return found, people, base
}

// Against going through each visitor's events one at a time, of everybody and of a segment against everybody.
func TestConcernsAreWhatEachVisitorShows(t *testing.T) {
	const from, to = "2026-03-05", "2026-03-18"
	s := openSiteOf(t, troubled(4))
	segment := s.segment(t, `{"field":"gender","op":"eq","value":"male"}`)
	for _, row := range []struct {
		name            string
		segment         int64
		visible, member func(customer int64) bool
	}{
		{"everybody, unknown visitors too", 0, func(int64) bool { return true }, func(int64) bool { return true }},
		{"a segment against customers", segment, func(c int64) bool { return c != 0 }, func(c int64) bool { return c%2 == 1 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			want, people, base := concernsByHand(s.events, from, to, row.visible, row.member)
			rows := s.rows(t, from, to)
			rows.Group = row.segment
			q := ConcernQuery{Rows: rows, Top: 100}
			got, err := s.Concerns(s.ctx, q)
			require.NoError(t, err)
			assert.EqualValues(t, len(people), got.People)
			assert.EqualValues(t, len(base), got.Base)
			seen, kinds := 0, map[string]int{}
			for part, list := range map[string][]Concern{interest: got.Interest, focus: got.Focus, pain: got.Pain} {
				for _, c := range list {
					if c.Kind == "exit" {
						s.sameExits(t, c, from, to, row.visible, row.member)
						continue
					}
					seen++
					name := c.Kind + " " + c.Key
					if c.Page != nil {
						name += " " + *c.Page
					}
					if part == focus {
						name = "focus " + c.Key
					}
					w := want[name]
					require.NotNil(t, w, name)
					assert.Equal(t, []int{len(w.people), len(w.base), w.times}, []int{int(c.People), int(c.Base), int(c.Times)}, name)
					returned := 0
					for _, days := range w.days {
						if len(days) > 1 {
							returned++
						}
					}
					assert.EqualValues(t, returned, c.Returned, name)
					if part == focus {
						assert.InDelta(t, quartile(w.stays, 0.5), *c.Median, 1e-6, name)
						assert.EqualValues(t, w.n, c.Of, name)
					}
					if row.segment != 0 {
						assert.InDelta(t, 100*(float64(len(w.people))/float64(len(people)))/(float64(len(w.base))/float64(len(base))), *c.Index, 1e-9, name)
						assert.LessOrEqual(t, *c.Low, *c.Index)
					}
					if kinds[part+" "+c.Kind]++; kinds[part+" "+c.Kind] > 2 {
						continue // who stands behind is asked of two of each kind
					}
					opens := c.Opens
					if opens == nil { // no condition can ask for it
						page := ""
						if c.Page != nil {
							page = *c.Page
						}
						behind, err := s.Concerned(s.ctx, q, part, c.Kind, c.Key, page)
						require.NoError(t, err)
						assert.Equal(t, c.Customers, behind.Customers, name)
						if opens = behind.Opens; c.Customers == 0 {
							continue // nobody is known
						}
					}
					assert.Equal(t, c.Customers, s.behind(t, *opens), "who opens: %s", name)
				}
			}
			assert.GreaterOrEqual(t, len(kinds), 8, "every kind turns up: %v", kinds)
			shown := 0
			for _, w := range want {
				if len(w.people) > 0 {
					shown++
				}
			}
			assert.Equal(t, shown, seen, "all are told")
		})
	}
	t.Run("what the group is keener on", func(t *testing.T) {
		keen := s.segment(t, `{"event":"page_viewed","measure":"count","op":"gte","value":4,"window":{"all_time":true},"where":{"field":"path","op":"eq","value":"/b"}}`)
		rows := s.rows(t, from, to)
		rows.Group = keen
		got, err := s.Concerns(s.ctx, ConcernQuery{Rows: rows, Top: 10})
		require.NoError(t, err)
		at := slices.IndexFunc(got.Interest, func(c Concern) bool { return c.Kind == "page" && c.Key == "/b" })
		assert.True(t, got.Interest[at].Sure)
		assert.Greater(t, *got.Interest[at].Low, 100.0)
	})
	t.Run("topics of pages by pattern", func(t *testing.T) {
		require.NoError(t, s.Read(s.ctx, Reading{Topics: []TopicRule{{"/help*", "求助"}, {"/HELP/pay", "付款"}, {"/b", "百分百_b"}}, Help: []string{"/help"}, Errors: []string{"*FAILED"}}))
		got, err := s.Concerns(s.ctx, ConcernQuery{Rows: s.rows(t, from, to), Top: 100})
		require.NoError(t, err)
		of := map[string]Concern{}
		for _, c := range slices.Concat(got.Interest, got.Pain) {
			of[c.Kind+" "+c.Key] = c
		}
		want, _, _ := concernsByHand(s.events, from, to, func(int64) bool { return true }, func(int64) bool { return true })
		assert.EqualValues(t, want["page /help"].times+want["page /help/pay"].times, of["topic 求助"].Times, "the first pattern that fits")
		assert.EqualValues(t, len(want["page /b"].people), of["topic 百分百_b"].People)
		assert.Equal(t, of["topic 求助"].Customers, s.behind(t, *of["topic 求助"].Opens))
		assert.NotContains(t, of, "topic 付款")
		assert.NotContains(t, of, "help /help/pay")
		assert.NotContains(t, of, "error page_viewed")
		assert.Contains(t, of, "error payment_failed")
	})
	t.Run("a salesperson reads of her own customers", func(t *testing.T) {
		own := guard.With(s.ctx, guard.Actor{StaffID: 9, Role: "sales"})
		got, err := s.Concerns(own, ConcernQuery{Rows: s.rows(t, from, to), Top: 10})
		require.NoError(t, err)
		assert.Zero(t, got.People)
		assert.Empty(t, got.Interest)
	})
}

// sameExits holds the exits of a page against the sessions that were reckoned by hand.
func (s *site) sameExits(t *testing.T, c Concern, from, to string, visible, member func(int64) bool) {
	t.Helper()
	people, base, exits := map[int64]bool{}, map[int64]bool{}, int64(0)
	for _, x := range s.stays {
		if day := dayOf(x.start); x.exit != c.Key || day < from || day > to || !visible(x.customer) {
			continue
		}
		base[cmp.Or(x.customer, -x.visitor)] = true
		if member(x.customer) {
			people[cmp.Or(x.customer, -x.visitor)] = true
			exits++
		}
	}
	assert.Equal(t, []int64{int64(len(people)), int64(len(base)), exits}, []int64{c.People, c.Base, c.Times}, "exits from %s", c.Key)
	assert.Equal(t, c.Customers, s.behind(t, *c.Opens))
}

// segment keeps a segment and lets it be reckoned.
func (s *site) segment(t *testing.T, condition string) int64 {
	t.Helper()
	made, err := s.segments.Create(s.ctx, analyze.SegmentDraft{Name: fmt.Sprint("组", len(condition)), Condition: json.RawMessage(condition)})
	require.NoError(t, err)
	require.NoError(t, s.segments.Sweep(s.ctx))
	return made.ID
}
