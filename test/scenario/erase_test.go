package scenario

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"guanxi/test/served"
)

// A customer asks for everything held about her, and then to be forgotten: she gets the one, is gone from everything, the
// books and the audit log still fit, and restoring a backup that still had her does not bring her back (C216, C281).
func TestErasedForGood(t *testing.T) {
	dir, vault := t.TempDir(), filepath.Join(t.TempDir(), "vault")
	s, err := served.Start(context.WithoutCancel(t.Context()), served.Options{Binary: binary, Dir: dir, Role: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	running := true
	defer func() {
		if running {
			_ = s.Stop()
		}
	}()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	guanxi := func(arguments ...string) {
		t.Helper()
		if said, err := exec.CommandContext(t.Context(), binary, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", arguments, err, said)
		}
	}
	bring := func(kind, csv string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), kind+".csv")
		must(os.WriteFile(path, []byte(csv), 0o600))
		i, err := s.Import(t.Context(), path, map[string]string{"kind": kind})
		must(err)
		if i.State != "done" {
			t.Fatalf("%+v", i)
		}
	}
	list := "external_id,name,phone,email,city\nE-HERON,Heronia Quist,13912345521,heronia@mail.cn,Quistville\nE-OTHER,Other Woman,13912340000,other@mail.cn,Town\n"
	bring("customers", list)
	bring("orders", "order_number,ordered_at,amount,customer.external_id\nQ1,2026-01-02,10.00,E-HERON\nQ2,2026-02-02,20.00,E-HERON\nQ3,2026-02-03,30.00,E-OTHER\n")
	find := func() (ids map[string]string) {
		t.Helper()
		var page struct{ Items []struct{ ID, Name string } }
		must(s.Call(t.Context(), "GET", "/customers?limit=500", nil, &page))
		ids = map[string]string{}
		for _, c := range page.Items {
			ids[c.Name] = c.ID
		}
		return ids
	}
	id := find()["Heronia Quist"]
	must(s.Call(t.Context(), "POST", "/customers/"+id+"/activities", map[string]any{"kind": "note", "content": "Heronia rang"}, nil))
	must(s.Call(t.Context(), "POST", "/customers/"+id+"/consents", map[string]any{"purpose": "marketing", "channel": "sms", "granted": false}, nil))
	must(s.Call(t.Context(), "POST", "/customer-fields", map[string]any{"key": "papers", "type": "file", "label": map[string]string{"zh-CN": "证件", "en-US": "Papers"}, "applies_to": "both"}, nil))
	for name, customer := range find() {
		kind, body := upload{name: name + ".txt", content: []byte(name + " signed this")}.body(t)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/api/v1/customers/"+customer+"/fields/papers/files", body)
		must(err)
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Authorization", "Bearer "+s.Token)
		answer, err := http.DefaultClient.Do(request)
		must(err)
		if must(answer.Body.Close()); answer.StatusCode != http.StatusCreated {
			t.Fatal(answer.Status)
		}
	}
	guanxi("backup", "--data", dir, "--to", vault)

	var data map[string]any
	must(s.Call(t.Context(), "GET", "/customers/"+id+"/personal-data?reason=asked", nil, &data))
	if orders, _ := data["orders"].([]any); len(orders) != 2 {
		t.Errorf("she is told of %d orders", len(orders))
	}
	var erased struct {
		OrdersKept int `json:"orders_kept"`
		Suppressed int `json:"suppressed"`
	}
	must(s.Call(t.Context(), "POST", "/customers/"+id+"/erase", map[string]any{"reason": "requested"}, &erased))
	if erased.OrdersKept != 2 || erased.Suppressed != 1 {
		t.Errorf("%+v", erased)
	}
	if left := find(); len(left) != 1 || left["Other Woman"] == "" {
		t.Errorf("customers left: %v", left)
	}
	var orders struct {
		Items []struct{ Customer *struct{ ID string } }
	}
	must(s.Call(t.Context(), "GET", "/orders?limit=500", nil, &orders))
	if len(orders.Items) != 3 {
		t.Errorf("%d orders", len(orders.Items))
	}
	guanxi("backup", "--data", dir, "--to", vault) // carries the list of the erased
	running = false
	must(s.Stop())
	guanxi("verify", "--data", dir)

	var older string
	said, err := exec.CommandContext(t.Context(), binary, "restore", "--list", "--from", vault, "--key-file", filepath.Join(dir, "guanxi.key"), "--data", filepath.Join(t.TempDir(), "new")).Output()
	must(err)
	for _, line := range strings.Split(strings.TrimSpace(string(said)), "\n") { // newest first
		older = strings.Fields(line)[0]
	}
	restored := filepath.Join(t.TempDir(), "restored")
	guanxi("verify", "--data", dir, "--from", vault)
	guanxi("restore", "--from", vault, "--backup", older, "--data", restored, "--key-file", filepath.Join(dir, "guanxi.key"))
	if files, err := os.ReadDir(filepath.Join(restored, "files", "fields")); err != nil || len(files) != 1 {
		t.Errorf("files of fields in the restored: %v %v; want that of the other customer alone", files, err)
	}
	must(filepath.WalkDir(restored, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, mark := range []string{"heronia", "quist", "13912345521", "e-heron"} {
			if bytes.Contains(bytes.ToLower(text), []byte(mark)) {
				t.Errorf("%s is in the restored %s", mark, entry.Name())
			}
		}
		if entry.Name() == "records.sqlite" && !bytes.Contains(text, []byte("Other Woman")) {
			t.Error("the other customer was not restored")
		}
		return err
	}))
}
