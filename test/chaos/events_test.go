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

	"guanxi/test/testdata"
)

// wire stands between clients and the program as a bad network does: it loses answers, sends requests twice and late, and
// has nobody at the other end while the program is dead.
type wire struct {
	to       *atomic.Pointer[string]
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
	const messages = 5000 // of each client
	each(t, bothEngines, func(t *testing.T, begin func(...string) *instance) {
		t.Parallel() // most of it is clients waiting to try again
		i := begin()
		i.start()
		keys := map[string]string{}
		for _, name := range []string{"node", "go"} {
			var made struct {
				Key string `json:"write_key"`
			}
			i.call("POST", "/sources", map[string]any{"name": name, "kind": "server"}, &made)
			keys[name] = made.Key
		}
		w := &wire{to: &i.address}
		front := httptest.NewServer(w)
		defer front.Close()

		ended, running := make(chan error, 2), 2
		go func() {
			said, err := exec.CommandContext(t.Context(), "node", filepath.Join(testdata.Root(), "test/chaos/segment.mjs"), front.URL, keys["node"], fmt.Sprint(messages)).CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w\n%s", err, said)
			}
			ended <- err
		}()
		go func() { ended <- sendByGo(front.URL, keys["go"], messages) }()
		i.survive(max(kills(t)/2, 2), 500*time.Millisecond, func() bool {
			select {
			case err := <-ended:
				if running--; err != nil {
					t.Fatal(err)
				}
			default:
			}
			return running == 0
		})
		w.later.Wait()
		i.survive(i.kills, 0, func() bool { return i.arrived() >= 2*messages })
		i.end()
		i.holds(map[string]int{
			"select count(*) from events":                                                                                   2 * messages,
			"select count(distinct source_id || message_id) from events":                                                    2 * messages,
			"select count(*) from events where customer_id is null":                                                         0,
			"select count(distinct customer_id) from events":                                                                200,
			"select count(*) from (select customer_id from events group by 1 having count(distinct source_id) > 1)":         0,
			"select count(*) from events where event = 'node bought' and amount <> 150":                                     0,
			"select max(n) from (select count(*) as n from events group by customer_id)":                                    messages / 100,
			"select count(distinct json_extract(properties, '$.n')) from events where event = 'node bought'":                messages - 200,
			"select count(*) from events where properties::varchar like '%example.com%' or properties::varchar like '%客户%'": 0,
		})
		t.Logf("%d kills, %d requests repeated", i.kills, w.repeated.Load())
	})
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
