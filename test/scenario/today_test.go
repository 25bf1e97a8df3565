package scenario

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guanxi/test/served"
)

// monday is ten in the morning in Shanghai on a working day, later than any day these tests are run on.
var monday = time.Date(2099, 3, 2, 2, 0, 0, 0, time.UTC)

// desk is a company whose clock the test moves, and Mei, who works in it.
type desk struct {
	*company
	mei caller
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{company: openWith(t, served.Options{Flags: []string{"--test-clock"}})}
	session := d.signIn("Mei", "mei@shop.example", "admin")
	var token struct{ Token string }
	d.as(session, "POST", "/tokens", map[string]string{"name": "Mei's", "role": "admin"}, &token)
	d.mei = bearer(token.Token)
	d.move(map[string]any{"now": monday})
	for kind, text := range map[string]string{
		"customers": "external_id,name,phone\nk1,林一,15400000201\nk2,周二,15400000202\n",
		"orders":    "order_number,ordered_at,amount,customer.external_id\nO1,2099-01-05,120.00,k1\nO2,2099-02-06,88.00,k2\n",
	} {
		path := filepath.Join(d.folder, kind+".csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Import(t.Context(), path, map[string]string{"kind": kind, "mapping": `{"constants": {"source": "shop"}}`}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// move sets or advances the program's clock.
func (d *desk) move(to map[string]any) {
	d.t.Helper()
	text, err := json.Marshal(to)
	if err != nil {
		d.t.Fatal(err)
	}
	response, err := http.Post(d.URL()+"/test/clock", "application/json", bytes.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	_ = response.Body.Close()
	d.expect("moving the clock", response.StatusCode, http.StatusOK)
}

// as calls an operation as somebody; it must succeed.
func (d *desk) as(who caller, method, path string, body, out any) {
	d.t.Helper()
	a := d.ask(who, method, path, body)
	if a.status >= 300 {
		d.t.Fatalf("%s %s: %d %s", method, path, a.status, a.text)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(a.text), out); err != nil {
			d.t.Fatal(err)
		}
	}
}

type line struct {
	ID, Kind, State string
	Subject         struct{ ID, Name string }
	Reason          struct {
		Values map[string]any
		Says   string `json:"en-US"`
	}
}

type today struct {
	Items   []line
	Done    int `json:"done_count"`
	Snoozed int `json:"snoozed_count"`
}

func (d *desk) today() (v today) {
	d.t.Helper()
	d.as(d.mei, "GET", "/today", nil, &v)
	return v
}

// followUp gives the line of the follow-up on Mei's list, an empty one when it is not there.
func (d *desk) followUp() line {
	for _, item := range d.today().Items {
		if item.Kind == "follow_up_due" {
			return item
		}
	}
	return line{}
}

func (d *desk) onList() any { return d.followUp().ID != "" }

type dayLog struct {
	Done    int `json:"done_count"`
	Entries []struct {
		Act  string
		Item line
	}
}

// acts gives what the day's log says was done with the line, newest first.
func (d *desk) acts(id string) (acts []string) {
	d.t.Helper()
	var log dayLog
	d.as(d.mei, "GET", "/today/log", nil, &log)
	for _, entry := range log.Entries {
		if entry.Item.ID == id {
			acts = append(acts, entry.Act)
		}
	}
	return acts
}

// A follow-up agreed on Monday for Wednesday is on Wednesday's list. Put away it comes back at its time; done it
// leaves, stands in the day's log and closes the agreement; undone all of that is as before.
func TestTodayFollowUp(t *testing.T) {
	d := openDesk(t)
	var found struct{ Items []struct{ ID string } }
	d.get("/search?q=%E6%9E%97%E4%B8%80", &found)
	customer := found.Items[0].ID
	var agreed struct{ ID string }
	d.as(d.mei, "POST", "/customers/"+customer+"/activities", map[string]any{"kind": "call", "content": "asks for the catalogue",
		"result": "reached", "next_action": "Send the catalogue", "next_at": monday.Add(48 * time.Hour)}, &agreed)
	nextDone := func() any {
		var activity struct {
			At *time.Time `json:"next_done_at"`
		}
		d.get("/activities/"+agreed.ID, &activity)
		return activity.At != nil
	}
	d.expect("on the list before it is due", d.onList(), false)

	d.move(map[string]any{"advance": "48h"})
	d.eventually("on the list when it is due", d.onList, true)
	item := d.followUp()
	d.expect("whom it is about", item.Subject.ID, customer)
	d.expect("what was agreed", item.Reason.Values["next_action"], "Send the catalogue")

	d.as(d.mei, "POST", "/today/"+item.ID+"/snooze", map[string]any{"until": monday.Add(51 * time.Hour)}, nil)
	d.expect("on the list when put away", d.onList(), false)
	d.expect("lines put away", d.today().Snoozed, 1)
	d.move(map[string]any{"advance": "2h"})
	d.expect("on the list an hour too early", d.onList(), false)
	d.move(map[string]any{"advance": "2h"})
	d.eventually("on the list at its time", d.onList, true)
	d.expect("the line that came back", d.followUp().ID, item.ID)

	d.as(d.mei, "POST", "/today/"+item.ID+"/done", map[string]any{"minutes": 4}, nil)
	d.expect("on the list when done", d.onList(), false)
	d.expect("lines done today", d.today().Done, 1)
	d.expect("what the day's log says", d.acts(item.ID), []string{"done", "returned", "snoozed"})
	d.expect("the agreement is kept", nextDone(), true)

	d.as(d.mei, "POST", "/today/"+item.ID+"/undo", nil, nil)
	d.expect("on the list when undone", d.onList(), true)
	d.expect("lines done today, when undone", d.today().Done, 0)
	d.expect("what the day's log says, when undone", d.acts(item.ID), []string{"returned", "snoozed"})
	d.expect("the agreement is open again", nextDone(), false)
}
