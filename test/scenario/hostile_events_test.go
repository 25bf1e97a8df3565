package scenario

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guanxi/base/db/dbtest"
	"guanxi/test/served"
)

// What is thrown at the service from outside is refused with what is wrong with it, a name of its own in each of many events
// fills no list and no memory, and meanwhile others are answered as ever. `make chaos` sends a million names.
func TestHostileEvents(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { hostileEvents(openWith(t, served.Options{})) })
	t.Run("postgres", func(t *testing.T) { hostileEvents(openWith(t, served.Options{URL: dbtest.PostgresURL(t)})) })
}

func hostileEvents(c *company) {
	var source struct {
		ID  string
		Key string `json:"write_key"`
	}
	c.post("/sources", map[string]any{"name": "open", "kind": "server"}, &source)
	stop := c.answersOthers()

	one := func(rest string) string { return `{"userId": "u", "event": "x"` + rest + `}` }
	properties := func(n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, `,"p%d":%d`, i, i)
		}
		return `{` + s.String()[1:] + `}`
	}
	for _, row := range []struct{ name, key, path, body, end string }{
		{"ten megabytes", source.Key, "track", one(`, "properties": {"a": "` + strings.Repeat("x", 10<<20) + `"}`), "413 body_too_large"},
		{"ten megabytes of no one", "gxw_wrong", "track", one(`, "properties": {"a": "` + strings.Repeat("x", 10<<20) + `"}`), "401 write_key_unknown"},
		{"a wrong key", "gxw_wrong", "track", one(""), "401 write_key_unknown"},
		{"no key", "", "track", one(""), "401 write_key_unknown"},
		{"a hundred thousand properties", source.Key, "track", one(`, "properties": ` + properties(100_000)), "413 body_too_large"},
		{"two thousand properties", source.Key, "track", one(`, "properties": ` + properties(2000)), "422 too_many_members"},
		{"nested a hundred deep", source.Key, "track", one(`, "properties": {"a": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`), "422 too_deep"},
		{"nested a hundred thousand deep", source.Key, "batch", `{"batch": ` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, "422 json_unreadable"},
		{"NaN", source.Key, "track", one(`, "properties": {"a": NaN}`), "422 json_unreadable"},
		{"Infinity", source.Key, "track", one(`, "properties": {"a": -Infinity}`), "422 json_unreadable"},
		{"a time before all time", source.Key, "track", one(`, "timestamp": -62135596800000`), "422 date_impossible"},
		{"a time far ahead", source.Key, "track", one(`, "timestamp": "9999-12-31T23:59:59Z"`), "422 date_impossible"},
		{"a time too large for any machine", source.Key, "track", one(`, "timestamp": 1e300`), "422 date_impossible"},
		{"sent by a clock that runs backwards", source.Key, "track", one(`, "timestamp": "2026-01-01T00:00:00Z", "sentAt": "2025-01-01T00:00:00Z"`), "422 date_impossible"},
	} {
		c.play(row.name, func() {
			request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL()+"/v1/"+row.path, strings.NewReader(row.body))
			if err != nil {
				c.t.Fatal(err)
			}
			request.Header.Set("Expect", "100-continue") // the answer comes before what nobody reads is sent
			if row.key != "" {
				request.SetBasicAuth(row.key, "")
			}
			a := c.answerTo(request)
			code := a.problem.Code
			if len(a.problem.Errors) > 0 {
				code = a.problem.Errors[0].Code
			}
			c.expect("answer", fmt.Sprint(a.status, " ", code), row.end)
		})
	}
	c.play("a number that JSON can write and no machine hold comes in as what it is", func() {
		if err := c.Send(c.t.Context(), source.Key, "/v1/track", json.RawMessage(one(`, "properties": {"revenue": 1e999, "value": 1e400}`))); err != nil {
			c.t.Error(err)
		}
	})
	c.badConditions()
	c.play("a name of its own in each event", func() { c.manyNames(source.ID, source.Key) })
	c.expect("customers", c.total("/customers"), 1)
	stop()
}

// manyNames sends events of different names, as a site does that writes ids into them.
func (c *company) manyNames(source, key string) {
	const learned = 2000
	names, _ := strconv.Atoi(cmp.Or(os.Getenv("GUANXI_HOSTILE_NAMES"), "20000"))
	began := time.Now()
	for from := 0; from < names; from += learned {
		var body strings.Builder
		body.WriteString(`{"batch":[`)
		for n := from; n < min(names, from+learned); n++ {
			if n > from {
				body.WriteByte(',')
			}
			fmt.Fprintf(&body, `{"type":"track","userId":"u","event":"opened order %d","messageId":"n%d"}`, n, n)
		}
		body.WriteString(`]}`)
		for {
			request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL()+"/v1/batch", strings.NewReader(body.String()))
			if err != nil {
				c.t.Fatal(err)
			}
			request.SetBasicAuth(key, "")
			a := c.answerTo(request)
			if a.status == http.StatusTooManyRequests {
				time.Sleep(time.Second)
				continue
			}
			if a.status != http.StatusOK {
				c.t.Fatal(a.status, a.text)
			}
			break
		}
	}
	var schema struct {
		Items         []struct{}
		Names         int
		Others        struct{ Names, Count int }
		UnknownEvents string `json:"unknown_events"`
	}
	for until := time.Now().Add(patience + time.Duration(names)*time.Millisecond); schema.Names < names && time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		c.get("/sources/"+source+"/schema", &schema)
	}
	c.expect("names, listed, and the others in one row", fmt.Sprint(schema.Names, len(schema.Items), schema.Others.Names), fmt.Sprint(names+1, 200, names-199)) // and the one x
	var findings struct {
		Items []struct {
			Cause string
			Times int
			Value string
		}
	}
	c.eventually("the finding", func() any {
		c.get("/findings?cause=event_names_too_many", &findings)
		if len(findings.Items) != 1 {
			return len(findings.Items)
		}
		return findings.Items[0].Times
	}, names+1-learned)
	var fields struct{ Events []struct{ Name string } }
	c.get("/fields", &fields)
	if len(fields.Events) > 400 {
		c.t.Errorf("%d events are offered", len(fields.Events))
	}
	c.alive()
	if peak, err := c.Memory("VmHWM"); err == nil {
		c.t.Logf("%d names in %v, %.0f MiB at most", names, time.Since(began).Round(time.Millisecond), peak)
	}
}

// answersOthers asks for what people ask for, over and over, until stop is called: the most of it is answered at once, and
// none of it late.
func (c *company) answersOthers() (stop func()) {
	ctx := c.t.Context()
	var over atomic.Bool
	var took []time.Duration
	done := make(chan error, 1)
	go func() {
		for ; !over.Load(); time.Sleep(20 * time.Millisecond) {
			began := time.Now()
			if err := c.Call(ctx, "GET", "/customers?limit=1", nil, nil); err != nil {
				done <- err
				return
			}
			took = append(took, time.Since(began))
		}
		done <- nil
	}()
	return func() {
		c.t.Helper()
		over.Store(true)
		if err := <-done; err != nil {
			c.t.Fatal(err)
		}
		slices.Sort(took)
		middle, last := took[len(took)/2], took[len(took)-1]
		c.t.Logf("others waited %v in the middle and %v at most, of %d", middle, last, len(took))
		if middle > time.Second || last > 5*time.Second {
			c.t.Errorf("others waited %v in the middle and %v at most", middle, last)
		}
	}
}
