package chaos

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/analytics-go/v3"

	"guanxi/base/columns"
	"guanxi/base/db/dbtest"
	"guanxi/flow/schema"
	"guanxi/test/served"
	"guanxi/test/testdata"
)

// wire stands between clients and the program as a bad network does: it loses answers, sends requests twice and late, and
// has nobody at the other end while the program is dead.
type wire struct {
	to       atomic.Pointer[string]
	repeated atomic.Int64
	later    sync.WaitGroup
}

func (w *wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadGateway)
		return
	}
	send := func() (int, string, error) {
		to := w.to.Load()
		if to == nil {
			return 0, "", io.ErrUnexpectedEOF
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
		defer cancel()
		again, err := http.NewRequestWithContext(ctx, r.Method, *to+r.URL.Path, bytes.NewReader(body))
		if err != nil {
			return 0, "", err
		}
		again.Header = r.Header.Clone()
		answer, err := http.DefaultClient.Do(again)
		if err != nil {
			return 0, "", err
		}
		defer answer.Body.Close()
		_, err = io.Copy(io.Discard, answer.Body)
		return answer.StatusCode, answer.Header.Get("Retry-After"), err
	}
	luck := rand.IntN(20)
	if luck == 0 { // once more, behind what comes after it
		w.repeated.Add(1)
		w.later.Go(func() {
			time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
			_, _, _ = send()
		})
	}
	status, retry, err := send()
	if err == nil && luck == 1 { // kept, but the client does not learn it
		w.repeated.Add(1)
		status = http.StatusBadGateway
	}
	if err != nil {
		status = http.StatusBadGateway
	}
	if retry != "" {
		out.Header().Set("Retry-After", retry)
	}
	out.WriteHeader(status)
}

// outcome counts what the Go client was told is taken, and what it gave up.
type outcome struct{ taken, lost atomic.Int64 }

func (o *outcome) Success(analytics.Message)        { o.taken.Add(1) }
func (o *outcome) Failure(analytics.Message, error) { o.lost.Add(1) }

// Segment's own clients for Node and Go send ten thousand messages over a bad network while the program is killed with
// SIGKILL. Every message a client was told is taken is there, once, and whose it is (C005, C008).
func TestEventsSurviveKills(t *testing.T) {
	const each = 5000
	binary, err := served.Binary(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for engine, url := range map[string]func() string{
		"sqlite":   func() string { return "" },
		"postgres": func() string { return dbtest.PostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel() // most of it is clients waiting to try again
			ctx := t.Context()
			i := &instance{t: t, options: served.Options{Binary: binary, Dir: t.TempDir(), URL: url(), Role: "admin"}}
			s := i.start(ctx)
			keys := map[string]string{}
			for _, name := range []string{"node", "go"} {
				var made struct {
					Key string `json:"write_key"`
				}
				if err := s.Call(ctx, "POST", "/sources", map[string]any{"name": name, "kind": "server"}, &made); err != nil {
					t.Fatal(err)
				}
				keys[name] = made.Key
			}
			w := &wire{}
			at := s.URL()
			w.to.Store(&at)
			front := httptest.NewServer(w)
			defer front.Close()

			ended := make(chan error, 2)
			go func() {
				said, err := exec.CommandContext(ctx, "node", filepath.Join(testdata.Root(), "test/chaos/segment.mjs"), front.URL, keys["node"], fmt.Sprint(each)).CombinedOutput()
				if err != nil {
					err = fmt.Errorf("%w\n%s", err, said)
				}
				ended <- err
			}()
			go func() { ended <- sendByGo(front.URL, keys["go"], each) }()
			for running := 2; running > 0; {
				select {
				case err := <-ended:
					if running--; err != nil {
						t.Fatal(err)
					}
				case <-time.After(time.Duration(300+rand.IntN(500)) * time.Millisecond):
					if i.kills >= max(kills(t)/2, 2) {
						continue
					}
					w.to.Store(nil)
					s.Kill()
					i.kills++
					s = i.start(ctx)
					at := s.URL()
					w.to.Store(&at)
				}
			}
			w.later.Wait()
			i.end(s)
			i.checkEvents(each, w.repeated.Load())
		})
	}
}

func sendByGo(url, key string, messages int) error {
	told := &outcome{}
	client, err := analytics.NewWithConfig(key, analytics.Config{Endpoint: url, BatchSize: 40, Interval: 50 * time.Millisecond, Callback: told,
		RetryAfter: func(tried int) time.Duration { return time.Duration(tried+1) * 300 * time.Millisecond }, Logger: analytics.StdLogger(log.New(io.Discard, "", 0))})
	if err != nil {
		return err
	}
	for n := range messages {
		user, browser := fmt.Sprint("user ", n%100), fmt.Sprint("browser ", n%100)
		var m analytics.Message = analytics.Track{UserId: user, Event: "go bought", Properties: analytics.NewProperties().SetRevenue(1.5)}
		switch {
		case n < 100:
			m = analytics.Page{AnonymousId: browser, Name: "首页"}
		case n < 200:
			m = analytics.Identify{AnonymousId: browser, UserId: user, Traits: analytics.NewTraits().SetName("客户").SetEmail(fmt.Sprintf("go%d@example.com", n%100))}
		}
		if err := client.Enqueue(m); err != nil {
			return err
		}
		if n%400 == 399 {
			time.Sleep(30 * time.Millisecond)
		}
	}
	for told.taken.Load()+told.lost.Load() < int64(messages) { // closing would end its trying
		time.Sleep(20 * time.Millisecond)
	}
	if err := client.Close(); err != nil {
		return err
	}
	if n := told.lost.Load(); n > 0 {
		return fmt.Errorf("the Go client gave up %d messages", n)
	}
	return nil
}

// checkEvents starts the program once more, so that everything arrives, ends it and looks at columns, then makes them anew
// from records and looks again.
func (i *instance) checkEvents(each int, repeated int64) {
	i.t.Helper()
	ctx := context.Background()
	where := []string{"--data", i.options.Dir}
	if i.options.URL != "" {
		where = append(where, "--database-url", i.options.URL)
	}
	s := i.start(ctx)
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		var got struct {
			Items []struct {
				Events int `json:"events_7d"`
			} `json:"items"`
		}
		if err := s.Call(ctx, "GET", "/sources", nil, &got); err != nil {
			i.t.Fatal(err)
		}
		if len(got.Items) == 2 && got.Items[0].Events+got.Items[1].Events >= 2*each {
			break
		}
	}
	i.end(s)
	i.events(each, "as they came")
	if said, err := exec.CommandContext(ctx, i.options.Binary, append([]string{"verify", "--rebuild"}, where...)...).CombinedOutput(); err != nil {
		i.t.Errorf("verify: %v\n%s", err, said)
	}
	i.events(each, "made anew")
	i.t.Logf("%d kills, %d requests repeated", i.kills, repeated)
}

func (i *instance) events(each int, when string) {
	i.t.Helper()
	store, err := columns.Open(context.Background(), columns.Options{Dir: i.options.Dir, Schema: schema.Columns()})
	if err != nil {
		i.t.Fatal(err)
	}
	defer store.Close()
	for query, want := range map[string]int{
		"select count(*) from events":                                                                                   2 * each,
		"select count(distinct source_id || message_id) from events":                                                    2 * each,
		"select count(*) from events where customer_id is null":                                                         0,
		"select count(distinct customer_id) from events":                                                                200,
		"select count(*) from (select customer_id from events group by 1 having count(distinct source_id) > 1)":         0,
		"select count(*) from events where event = 'node bought' and amount <> 150":                                     0,
		"select max(n) from (select count(*) as n from events group by customer_id)":                                    each / 100,
		"select count(distinct json_extract(properties, '$.n')) from events where event = 'node bought'":                each - 200,
		"select count(*) from events where properties::varchar like '%example.com%' or properties::varchar like '%客户%'": 0,
	} {
		var got int
		if err := store.QueryRow(context.Background(), query).Scan(&got); err != nil {
			i.t.Errorf("%s: %v", query, err)
		} else if got != want {
			i.t.Errorf("%s, %s: %d, want %d", when, query, got, want)
		}
	}
}
