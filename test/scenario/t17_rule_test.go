package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// T17, from the rule on: of six who use a feature ten times a month three use it at least 60% less in the last 30 days. The rule
// tells of these three, on the page of alerts and on Today; what is done at the one place is done at the other, by one person.
func TestT17RuleAlertTodayClosed(t *testing.T) {
	d := openDesk(t)
	text := "external_id,name\n"
	var messages []map[string]any
	now := []int{10, 3, 9, 4, 12, 0} // times in the last 30 days; at most 4 of 10 is a fall by 60%
	who := []string{"王小雨", "李大山", "张明月", "赵清风", "钱多多", "孙思远"}
	for id := range now {
		text += fmt.Sprintf("u%d,%s\n", id, who[id])
		for i := range 10 + now[id] {
			at := monday.AddDate(0, 0, -45)
			if i >= 10 {
				at = monday.AddDate(0, 0, -10)
			}
			messages = append(messages, map[string]any{"type": "track", "event": "report_opened", "userId": fmt.Sprintf("u%d", id), "messageId": fmt.Sprintf("m%d-%d", id, i), "timestamp": at.Add(time.Duration(i) * time.Minute)})
		}
	}
	var source struct {
		Key string `json:"write_key"`
	}
	d.post("/sources", map[string]any{"name": "crm app", "kind": "server"}, &source)
	path := filepath.Join(d.folder, "users.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(t.Context(), path, map[string]string{"kind": "customers", "mapping": `{"constants": {"source": "crm app"}}`}); err != nil {
		t.Fatal(err)
	}
	d.tell(source.Key, monday, messages)

	watches := map[string]any{"kind": "customers", "condition": map[string]any{"event": "report_opened", "measure": "ratio", "op": "lte", "value": 0.4, "window": map[string]any{"last_days": 30}}}
	fires := map[string]any{"when": "enters"}
	trial := func() any {
		var v struct{ Now int }
		if a := d.ask(d.mei, "POST", "/alert-rules/trial", map[string]any{"watches": watches, "fires": fires}); a.status == 200 {
			if err := json.Unmarshal([]byte(a.text), &v); err != nil {
				d.t.Fatal(err)
			}
		}
		return v.Now
	}
	d.eventually("whom the rule would tell of", trial, 3)
	var rule struct {
		ID      string
		Version int
	}
	draft := map[string]any{"name": "Reports opened less", "watches": watches, "fires": fires, "severity": "warning", "owner_kind": "customer_owner", "due_minutes": 600, "escalate_minutes": 0, "active": true}
	d.as(d.mei, "POST", "/alert-rules", draft, &rule)
	type alert struct {
		ID, State, Taken string
		Customer         struct{ Name string }
		Version          int
	}
	list := func() (all []alert) {
		var v struct{ Items []alert }
		d.as(d.mei, "GET", "/alerts", nil, &v)
		return v.Items
	}
	names := func() any {
		found := []string{}
		for _, a := range list() {
			found = append(found, a.Customer.Name)
		}
		return strings.Join(found, " ")
	}
	d.eventually("of whom it tells", names, "李大山 赵清风 孙思远")

	onToday := func() any {
		n := 0
		for _, item := range d.today().Items {
			if item.Kind == "customer_alert" {
				n++
			}
		}
		return n
	}
	d.eventually("lines of Today", onToday, 3)
	var line line
	for _, item := range d.today().Items {
		if item.Kind == "customer_alert" && item.Subject.Name == "赵清风" {
			line = item
		}
	}
	if !strings.Contains(line.Reason.Says, "Reports opened less") || !strings.Contains(line.Reason.Says, "40%") {
		t.Errorf("Today says %q", line.Reason.Says)
	}
	three := list()[1].ID
	read := func(id string) (a alert) { d.as(d.mei, "GET", "/alerts/"+id, nil, &a); return a }
	d.as(d.mei, "POST", "/today/"+line.ID+"/done", map[string]any{"minutes": 5, "note": "visited"}, nil)
	d.expect("the alert whose line was done", read(three).State+" "+read(three).Taken, "closed today")
	d.as(d.mei, "POST", "/today/"+line.ID+"/undo", nil, nil)
	d.expect("the alert whose line was undone", read(three).State, "open")

	first := list()[0]
	d.as(d.mei, "POST", "/alerts/"+first.ID+"/close", map[string]any{"taken": "called", "note": "renews"}, nil)
	d.expect("closing it twice", d.ask(d.mei, "POST", "/alerts/"+first.ID+"/close", map[string]any{"taken": "called"}).status, http.StatusConflict)
	stale := caller{"If-Match": fmt.Sprintf(`"%d"`, first.Version)}
	for name, value := range d.mei {
		stale[name] = value
	}
	d.expect("closing another over an old version", d.ask(stale, "POST", "/alerts/"+three+"/close", map[string]any{"taken": "called"}).status, http.StatusPreconditionFailed)
	d.expect("lines of Today, one closed on its page", onToday(), 2)
	var log dayLog
	d.as(d.mei, "GET", "/today/log", nil, &log)
	d.expect("done today", log.Done, 1)
}
