package chaos

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// visits writes a file of so many events: the first of each of 600 browsers nameless, the others by one of 300 customers, half
// of them with ids of their own, every tenth followed by one that was told further above, in the same words.
func visits(t *testing.T, events int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "visits.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, since := bufio.NewWriter(file), time.Now().AddDate(0, 0, -6)
	line := func(n int) {
		event, user, id := "bought", fmt.Sprint("u-", n%300), ""
		if n < 600 {
			event, user = "page_viewed", ""
		}
		if n%2 == 0 {
			id = fmt.Sprint("m-", n)
		}
		fmt.Fprintf(w, "%s,%s,%s,b-%d,%s,%d,%d\n", event, since.Add(time.Duration(n%400_000)*time.Second).UTC().Format(time.RFC3339), user, n%600, id, n, n%100)
	}
	fmt.Fprintln(w, "event,time,user,browser,id,n,amount")
	for n := range events {
		line(n)
		if n%10 == 0 {
			line(n / 2)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file of events is brought in while the program is killed with SIGKILL, between batches and while columns take them over.
// Starting it again is all that is done; each event stands once, under its customer, and the file says nothing new when it is
// brought in a second time (C005, C008).
func TestImportedEventsSurviveKills(t *testing.T) {
	events := 6_000 * kills(t)
	path := visits(t, events)
	form := map[string]string{"kind": "events", "mapping": `{"columns": {"event": "event", "time": "timestamp", "user": "user_id", "browser": "anonymous_id",
"id": "message_id", "n": "properties.n", "amount": "properties.amount"}, "constants": {"source": "till"}}`}
	each(t, bothEngines, func(t *testing.T, begin func(...string) *instance) {
		i := begin()
		i.start()
		begun, err := i.server.Upload(t.Context(), path, form)
		if err != nil {
			t.Fatal(err)
		}
		i.survive(max(kills(t)/2, 2), 400*time.Millisecond, func() bool { return i.found(begun.ID).Ended() && i.arrived() >= events })
		if told := i.found(begun.ID); told.Rejected > 0 || told.Total != int64(events+events/10) || told.Created+told.Duplicates != told.Total {
			t.Errorf("of %d rows and %d repeats: %+v", events, events/10, told)
		}
		again, err := i.server.Import(t.Context(), path, form)
		if err != nil || again.Created > 0 || again.Duplicates != again.Total {
			t.Errorf("brought in again: %+v, %v", again, err)
		}
		i.end()
		i.holds(map[string]int{
			"select count(*) from events":                                                                  events,
			"select count(distinct message_id) from events":                                                events,
			"select count(distinct (properties->>'$.n')::bigint) from events":                              events,
			"select sum((properties->>'$.n')::bigint) from events":                                         events * (events - 1) / 2,
			"select sum(amount) from events":                                                               events * 4950,
			"select count(*) from events where kind = 'page'":                                              600,
			"select count(*) from events where customer_id is null":                                        0,
			"select count(distinct customer_id) from events":                                               300,
			"select max(n) from (select count(*) as n from events group by customer_id)":                   events / 300,
			"select min(n) from (select count(*) as n from events group by customer_id)":                   events / 300,
			"select max(n) from (select count(distinct visitor_id) as n from events group by customer_id)": 2,
		})
		t.Logf("%d kills", i.kills)
	})
}
