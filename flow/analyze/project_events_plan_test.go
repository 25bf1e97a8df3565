package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/flow/customer/track"
)

// What a source has agreed to send is held against what it sends: taken and told, or blocked, each sort counted with
// examples in one finding; what is blocked is named in the answer, and nothing of it is kept (C005, C082).
func TestEventsAsAgreed(t *testing.T) {
	rows := []struct {
		name, lock, unknown string
		call                call
		status              int
		answer              string // what the refusal says
		kept                string
		findings            string // cause property value times
	}{
		{name: "as agreed", lock: track.LockBlocked, unknown: track.LockBlocked, call: call{"event": "bought", "properties": call{"price": 9.5, "sku": "A1"}}, status: 200, kept: "1"},
		{name: "without what need not be there", lock: track.LockBlocked, call: call{"event": "bought", "properties": call{"price": 1}}, status: 200, kept: "1"},
		{name: "with where the page is, which needs no word", lock: track.LockBlocked, call: call{"event": "bought", "properties": call{"price": 1, "url": "https://muhe.cn/a", "title": "a"}}, status: 200, kept: "1"},
		{name: "with a mail address, which is never kept", lock: track.LockBlocked, call: call{"event": "bought", "properties": call{"price": 1, "email": "lin@example.com"}}, status: 200, kept: "1"},
		{name: "an unknown event is taken", lock: track.LockBlocked, unknown: track.TakeUnknown, call: call{"event": "sneezed"}, status: 200, kept: "1"},
		{name: "an unknown event is told", lock: track.LockOpen, unknown: track.LockTold, call: call{"event": "sneezed"}, status: 200, kept: "1", findings: `event_unknown  sneezed 1`},
		{name: "an unknown event is blocked", lock: track.LockOpen, unknown: track.LockBlocked, call: call{"event": "sneezed"}, status: 422, answer: `"event_unknown"`, kept: "0", findings: `event_unknown  sneezed 1`},
		{name: "an unknown property is told", lock: track.LockTold, call: call{"event": "bought", "properties": call{"price": 1, "colour": "red"}}, status: 200, kept: "1", findings: `property_unknown colour "red" 1`},
		{name: "an unknown property is blocked", lock: track.LockBlocked, call: call{"event": "bought", "properties": call{"price": 1, "colour": "red"}}, status: 422, answer: `"properties.colour"`, kept: "0", findings: `property_unknown colour "red" 1`},
		{name: "a wrong type is told", lock: track.LockTold, call: call{"event": "bought", "properties": call{"price": "nine"}}, status: 200, kept: "1", findings: `property_type_wrong price "nine" 1`},
		{name: "a wrong type is blocked", lock: track.LockBlocked, call: call{"event": "bought", "properties": call{"price": []int{9}}}, status: 422, answer: `"property_type_wrong"`, kept: "0", findings: `property_type_wrong price [9] 1`},
		{name: "what is missing is told", lock: track.LockTold, call: call{"event": "bought"}, status: 200, kept: "1", findings: `property_missing price  1`},
		{name: "null is missing", lock: track.LockBlocked, call: call{"event": "bought", "properties": call{"price": nil}}, status: 422, answer: `"property_missing"`, kept: "0", findings: `property_missing price  1`},
		{name: "an open plan holds up nothing", lock: track.LockOpen, call: call{"event": "bought", "properties": call{"price": "nine", "colour": 1}}, status: 200, kept: "1"},
		{name: "who somebody is is no event", lock: track.LockBlocked, unknown: track.LockBlocked, call: call{"type": "identify", "traits": call{"city": "杭州"}}, status: 200, kept: "1"},
		{name: "no example tells who somebody is", lock: track.LockTold, call: call{"event": "bought", "properties": call{"price": 1, "note": "ask lin@example.com"}}, status: 200, kept: "1", findings: `property_unknown note "ask *" 1`},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		for i, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				s.T = t
				source, err := s.tracking.Create(s.ctx, track.SourceDraft{Name: fmt.Sprint("site ", i), Kind: track.KindWeb})
				s.must(err)
				if row.unknown != "" {
					s.must(s.tracking.Agree(s.ctx, source.ID, 1, row.unknown, ""))
				}
				s.must(s.tracking.SetPlan(s.ctx, source.ID, 0, track.Plan{Event: "bought", Lock: row.lock, Description: "an order was paid", Properties: []track.PlannedProperty{
					{Name: "price", Types: []string{"number"}, Required: true}, {Name: "sku", Types: []string{"text", "number"}}}}))
				row.call["userId"] = "lin"
				body, _ := json.Marshal(row.call)
				kind := "/v1/track"
				if row.call["type"] != nil {
					kind = "/v1/identify"
				}
				status, answer := s.post(kind, source.WriteKey, string(body))
				if status != row.status || !strings.Contains(answer, row.answer) {
					t.Errorf("%d %s, want %d %s", status, answer, row.status, row.answer)
				}
				s.must(s.tracking.Settle(s.ctx))
				s.settle()
				if got := s.text("select count(*) from events where source_id = ?", source.ID); got != row.kept {
					t.Errorf("%s kept, want %s", got, row.kept)
				}
				if got := s.found(source.ID); got != row.findings {
					t.Errorf("findings %q, want %q", got, row.findings)
				}
			})
		}
	})
}

// found gives the open findings about a source.
func (s *site) found(source int64) string {
	s.Helper()
	var rows []struct {
		Cause string `bun:"cause"`
		Field string `bun:"field"`
		Value string `bun:"value"`
		Times int64  `bun:"times"`
	}
	s.must(s.db.Read().NewRaw("select cause, field, value, times from findings where subject_type = 'source' and subject_id = ? and state = 'open' order by cause, field", source).Scan(s.ctx, &rows))
	var said []string
	for _, r := range rows {
		said = append(said, fmt.Sprint(r.Cause, " ", r.Field, " ", r.Value, " ", r.Times))
	}
	return strings.Join(said, "; ")
}

// Of several events those that are not as agreed are named, and exactly the others are there; the finding counts on, a closed
// one is followed by a new one, and an ignored one stays ignored.
func TestEventsAsAgreedAmongOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.send(call{"event": "bought", "userId": "lin", "properties": call{"price": 1, "sku": "A"}}, call{"event": "bought", "userId": "lin", "properties": call{"price": 2}},
			call{"type": "page", "userId": "lin", "name": "home"})
		s.settle()
		sources, err := s.tracking.Sources(s.ctx)
		s.must(err)
		id := int64(sources[0].ID)
		s.must(s.tracking.Agree(s.ctx, id, 1, track.LockBlocked, track.LockBlocked)) // as found: price always, sku at times
		batch := func() (status int, answer string) {
			var calls []call
			for n, properties := range []call{{"price": 3}, {"price": "4"}, {"sku": "B", "price": 5}, {"sku": "C"}} {
				s.sent++
				calls = append(calls, call{"type": "track", "event": "bought", "userId": "lin", "messageId": fmt.Sprint("b", s.sent, n), "properties": properties})
			}
			calls = append(calls, call{"type": "track", "event": "sneezed", "userId": "lin"}, call{"type": "page", "name": "shelf", "userId": "lin"})
			body, _ := json.Marshal(call{"batch": calls})
			return s.post("/v1/batch", s.key, string(body))
		}
		status, answer := batch()
		want := `{"success":true,"accepted":3,"refused":[{"index":1,"field":"properties.price","code":"property_type_wrong"},{"index":3,"field":"properties.price","code":"property_missing"},{"index":4,"field":"event","code":"event_unknown"}]}`
		if status != 200 || strings.TrimSpace(answer) != want {
			t.Errorf("%d %s\nwant %s", status, answer, want)
		}
		s.settle()
		if got := s.text("select string_agg(coalesce(properties->>'price', event), ' ' order by batch_id, position) from events"); got != "1 2 page_viewed 3 5 page_viewed" {
			t.Error("there is", got)
		}
		s.must(s.tracking.Settle(s.ctx))
		one := `event_unknown  sneezed 1; property_missing price  1; property_type_wrong price "4" 1`
		if got := s.found(id); got != one {
			t.Error(got)
		}
		mark := func(cause, state string) {
			s.must(d.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Do(ctx, "update findings set state = ? where cause = ?", state, cause)
				return err
			}))
		}
		mark("event_unknown", "closed")
		mark("property_missing", "ignored")
		batch()
		s.must(s.tracking.Settle(s.ctx))
		if got := s.found(id); got != `event_unknown  sneezed 1; property_type_wrong price "4" 2` {
			t.Error(got)
		}
		var audit []string
		s.must(d.Read().NewRaw("select action from audit_entries where action like 'event_plan%' order by id").Scan(s.ctx, &audit))
		if !slices.Equal(audit, []string{"event_plan.agreed"}) {
			t.Error(audit)
		}
	})
}

// A plan is changed by who has read it as it is, is bounded, and goes away again.
func TestEventPlans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		sources, err := s.tracking.Sources(s.ctx)
		s.must(err)
		id := int64(sources[0].ID)
		set := func(version int64, p track.Plan) error { return s.tracking.SetPlan(s.ctx, id, version, p) }
		s.must(set(0, track.Plan{Event: "bought", Lock: track.LockTold}))
		s.must(set(1, track.Plan{Event: "bought", Lock: track.LockBlocked}))
		for name, row := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"changed by another meanwhile": {set(1, track.Plan{Event: "bought", Lock: track.LockTold}), fault.KindStale},
			"made by another meanwhile":    {set(0, track.Plan{Event: "bought", Lock: track.LockTold}), fault.KindStale},
			"no event":                     {set(0, track.Plan{Event: "  ", Lock: track.LockTold}), fault.KindInvalid},
			"no such lock":                 {set(0, track.Plan{Event: "x", Lock: "shut"}), fault.KindInvalid},
			"no such type":                 {set(0, track.Plan{Event: "x", Lock: track.LockTold, Properties: []track.PlannedProperty{{Name: "a", Types: []string{"date"}}}}), fault.KindInvalid},
			"a property twice":             {set(0, track.Plan{Event: "x", Lock: track.LockTold, Properties: []track.PlannedProperty{{Name: "a"}, {Name: "a "}}}), fault.KindInvalid},
			"no such source":               {s.tracking.SetPlan(s.ctx, 999, 0, track.Plan{Event: "x", Lock: track.LockTold}), fault.KindNotFound},
			"dropping none":                {s.tracking.DropPlan(s.ctx, id, 0, "x"), fault.KindNotFound},
			"dropping what was changed":    {s.tracking.DropPlan(s.ctx, id, 1, "bought"), fault.KindStale},
		} {
			if !fault.Is(row.err, row.kind) {
				t.Errorf("%s: %v", name, row.err)
			}
		}
		s.must(s.tracking.DropPlan(s.ctx, id, 2, "bought"))
	})
}

// Ten thousand sorts of what is wrong, and as many names, are counted in bounded rows; the events are all there.
func TestManyNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const names = 10_000
		s := newSite(t, d)
		sources, err := s.tracking.Sources(s.ctx)
		s.must(err)
		id := int64(sources[0].ID)
		s.must(s.tracking.SetPlan(s.ctx, id, 0, track.Plan{Event: "bought", Lock: track.LockTold}))
		for from := 0; from < names; from += 1000 {
			var calls []call
			for n := range 500 {
				calls = append(calls, call{"event": fmt.Sprint("bought ", from+2*n), "userId": "lin"}, call{"event": fmt.Sprint("bought ", from+2*n+1), "userId": "lin"})
			}
			calls = append(calls, call{"event": "bought", "userId": "lin", "properties": call{fmt.Sprint("a", from): 1, fmt.Sprint("b", from): 1}})
			s.send(calls...)
		}
		many := call{}
		for n := range 450 {
			many[fmt.Sprint("p", n)] = n
		}
		for range 3 {
			s.send(call{"event": "bought", "userId": "lin", "properties": many})
			many = call{}
			for n := range 450 {
				many[fmt.Sprint("q", s.sent, n)] = n
			}
		}
		s.must(s.tracking.Settle(s.ctx))
		s.settle()
		if got := s.text("select count(distinct event) from events"); got != fmt.Sprint(names+1) {
			t.Error(got, "names are kept")
		}
		var sorts, counted int
		s.must(d.Read().NewRaw("select count(*) from event_violations").Scan(s.ctx, &sorts))
		s.must(d.Read().NewRaw("select count from event_violations where code = 'event_names_too_many'").Scan(s.ctx, &counted))
		if sorts > 503 || counted != names+1-2000 {
			t.Errorf("%d sorts, %d names too many", sorts, counted)
		}
	})
}
