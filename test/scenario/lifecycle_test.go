package scenario

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"guanxi/test/served"
)

// C187: four customers stand in four stages by what they bought; one buys again and goes on; the table that is taken out says where
// each stands.
func TestLifecycleOfFourCustomers(t *testing.T) {
	for engine, url := range engines(t) {
		t.Run(engine, func(t *testing.T) { lifecycle(openWith(t, served.Options{URL: url})) })
	}
}

func lifecycle(c *company) {
	bring := func(kind, text string) {
		c.t.Helper()
		path := filepath.Join(c.folder, "lifecycle-"+kind+".csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			c.t.Fatal(err)
		}
		if i, err := c.Import(c.t.Context(), path, map[string]string{"kind": kind}); err != nil || i.State != "done" {
			c.t.Fatalf("%v %+v", err, i)
		}
	}
	ordered := func(number string, days int, who string) string {
		return fmt.Sprintf("%s,%s,50.00,%s\n", number, time.Now().AddDate(0, 0, -days).Format(time.DateOnly), who)
	}
	const header = "order_number,ordered_at,amount,customer.external_id\n"
	bring("customers", "external_id,name\nE1,Ada\nE2,Bea\nE3,Cleo\nE4,Dora\n")
	bring("orders", header+ordered("B1", 20, "E2")+ordered("C1", 10, "E3")+ordered("C2", 40, "E3")+ordered("D1", 200, "E4"))

	orders := func(least, days int) map[string]any {
		window := map[string]any{"all_time": true}
		if days > 0 {
			window = map[string]any{"last_days": days}
		}
		return map[string]any{"event": "order_placed", "measure": "count", "op": "gte", "value": least, "window": window}
	}
	stage := func(key, name string, rule any) map[string]any {
		return map[string]any{"key": key, "name": map[string]string{"zh-CN": name, "en-US": name}, "condition": rule}
	}
	if err := c.Call(c.t.Context(), "PUT", "/lifecycle", map[string]any{"stages": []any{
		stage("potential", "Potential", map[string]any{"all": []any{}}), stage("new", "New", orders(1, 0)), stage("active", "Active", orders(2, 180)),
		stage("at_risk", "At risk", map[string]any{"all": []any{orders(1, 0), map[string]any{"not": orders(1, 120)}}})}}, nil); err != nil {
		c.t.Fatal(err)
	}
	counts := func() any {
		var v struct{ Stages []struct{ Count int } }
		c.get("/lifecycle", &v)
		var all []int
		for _, s := range v.Stages {
			all = append(all, s.Count)
		}
		return all
	}
	c.eventually("who is in each stage", counts, []int{1, 1, 1, 1})
	bring("orders", header+ordered("B2", 0, "E2"))
	c.eventually("who is in each stage when Bea has bought again", counts, []int{1, 0, 2, 1})
	var flow struct {
		Moves []struct {
			From, To  string
			Customers int
		}
	}
	today := time.Now().Format(time.DateOnly)
	c.eventually("her step", func() any {
		c.get("/lifecycle/flow?from="+today+"&to="+time.Now().AddDate(0, 0, 1).Format(time.DateOnly), &flow)
		for _, m := range flow.Moves {
			if m.From == "new" && m.To == "active" {
				return m.Customers
			}
		}
		return 0
	}, 1)

	var made struct{ ID string }
	c.post("/exports", map[string]any{"kind": "customers", "fields": []string{"name", "stage"}, "language": "en-US", "bom": false, "reason": "where each stands"}, &made)
	c.eventually("the export", func() any { var e struct{ State string }; c.get("/exports/"+made.ID, &e); return e.State }, "done")
	lines := strings.Split(strings.TrimSpace(c.fetch("/exports/"+made.ID+"/file")), "\n")
	var rows []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); slices.Contains([]string{"Ada", "Bea", "Cleo", "Dora"}, strings.Split(line, ",")[0]) {
			rows = append(rows, line)
		}
	}
	slices.Sort(rows)
	c.expect("the table", rows, []string{"Ada,Potential", "Bea,Active", "Cleo,Active", "Dora,At risk"})
}

// fetch gives an answer as it is.
func (c *company) fetch(path string) string {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.URL()+"/api/v1"+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: %s %v %s", path, answer.Status, err, text)
	}
	return string(text)
}
