package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/guard"
)

// desk is a served engine with a running queue, asked by whoever the Actor header names.
type desk struct {
	*testing.T
	e   *Engine
	url string
}

var actors = map[string]guard.Actor{
	"operator": {TokenID: 1, Name: "operator", Role: "operator"},
	"admin":    {TokenID: 2, Name: "admin", Role: "admin"},
	"analyst":  {TokenID: 3, Name: "analyst", Role: "analyst"},
	"sales":    {TokenID: 4, Name: "sales", Role: "sales"},
}

func newDesk(t *testing.T, d *db.DB) desk {
	t.Helper()
	jobs := job.NewRegistry()
	e, err := New(d, jobs, Settings{Dir: t.TempDir(), Node: "test", MaxFileBytes: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	e.Register(shelf{})
	if err := job.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	queue, err := job.New(d, jobs, "test", guard.System)
	if err != nil {
		t.Fatal(err)
	}
	if err := queue.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = queue.Stop(context.Background()) })
	router := chi.NewRouter()
	router.Use(api.Recover, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(guard.With(r.Context(), actors[r.Header.Get("Actor")])))
		})
	})
	e.RegisterAPI(api.New(router, api.Options{Title: "test", Version: "1", Authorize: func(ctx context.Context, permission string) error {
		if !guard.ActorOf(ctx).Can(permission) {
			return fault.Forbidden("not_allowed")
		}
		return nil
	}}))
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return desk{t, e, server.URL}
}

func (d desk) ask(actor, method, path string, contentType string, body io.Reader) (int, string) {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), method, d.url+"/api/v1"+path, body)
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Actor", actor)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// form sends parts as given: "name=value", and "file=..." as a file.
func (d desk) form(actor, path string, parts ...string) (int, string) {
	d.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		if name == "file" {
			f, _ := w.CreateFormFile("file", "订单.csv")
			_, _ = io.WriteString(f, value)
			continue
		}
		_ = w.WriteField(name, value)
	}
	_ = w.Close()
	return d.ask(actor, "POST", path, w.FormDataContentType(), &body)
}

func decode[T any](d desk, text string) (v T) {
	d.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		d.Fatal(err, text)
	}
	return v
}

// await asks until the import has ended.
func (d desk) await(id string) importView {
	d.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		status, text := d.ask("admin", "GET", "/imports/"+id, "", nil)
		if status != 200 {
			d.Fatal(status, text)
		}
		if v := decode[importView](d, text); v.State != StateQueued && v.State != StateRunning {
			return v
		}
	}
	d.Fatal("the import does not end")
	return importView{}
}

type created struct {
	ID    string `json:"id"`
	State State  `json:"state"`
}

func TestImportAPI(t *testing.T) {
	const file = "SKU,Name,单价,Maker's phone,remark\n1.0,tea,2.50,+86 139-1234-5521,x\n2,cup,0,13912345522,y\n=1+1,bad,oops,139 1234 5523,=HYPERLINK(1)\n4,pot,5,12,z\n"
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		var id string
		t.Run("inspect guesses, then import takes the upload", func(t *testing.T) {
			d := desk{t, d.e, d.url}
			status, text := d.form("operator", "/imports/inspect", "file="+file, "kind=shelf")
			if status != 200 {
				t.Fatal(status, text)
			}
			v := decode[inspection](d, text)
			if v.Detected.Encoding != "utf-8" || v.Detected.Delimiter != "," || v.Detected.RowsEstimate != 4 || v.FileName != "订单.csv" || len(v.Sample) != 4 ||
				v.Mapping.Columns["单价"] != "price" || v.Confidence["SKU"] != ConfidenceAuto || v.Confidence["remark"] != ConfidenceNone || len(v.Problems) != 0 {
				t.Fatal(text)
			}
			if status, text := d.form("admin", "/imports", "upload_id="+v.UploadID, "kind=shelf"); status != 422 || !strings.Contains(text, "upload_unknown") {
				t.Fatal("somebody else's upload was taken", status, text)
			}
			status, text = d.form("operator", "/imports", "upload_id="+v.UploadID, "kind=shelf", `mapping={"columns":{"SKU":"sku","Name":"name","单价":"price","Maker's phone":"phone","remark":""}}`)
			if status != 201 {
				t.Fatal(status, text)
			}
			id = decode[created](d, text).ID
			done := d.await(id)
			if done.State != StateDone || done.Total != 4 || done.Created != 2 || done.Rejected != 2 || !done.CanUndo || done.UndoUntil == nil || done.Rate != nil || done.Error != nil {
				t.Fatalf("%+v", done)
			}
			if len(done.FindingsBy) != 1 || done.FindingsBy[0] != (causeCount{"price_zero", 1}) || len(done.Corrections) == 0 {
				t.Fatalf("%+v %+v", done.FindingsBy, done.Corrections)
			}
		})
		t.Run("rejects are grouped, and personal cells masked for others than the importer", func(t *testing.T) {
			d := desk{t, d.e, d.url}
			for actor, phone := range map[string]string{"operator": "139 1234 5523", "admin": ",139 **** *523,", "analyst": ",****,"} {
				_, text := d.ask(actor, "GET", "/imports/"+id, "", nil)
				v := decode[importView](d, text)
				if len(v.Rejects) != 2 || v.Rejects[0].Code != "number_unreadable" || v.Rejects[0].Column != "单价" || v.Rejects[0].Examples[0].RowNumber != 4 ||
					v.Rejects[0].Examples[0].Value != "oops" {
					t.Fatalf("%s: %+v", actor, v.Rejects)
				}
				if raw := v.Rejects[0].Examples[0].Raw; !strings.Contains(raw, phone) {
					t.Errorf("%s sees %s", actor, raw)
				}
			}
		})
		t.Run("errors.csv cannot run formulas and can be imported again", func(t *testing.T) {
			d := desk{t, d.e, d.url}
			status, text := d.ask("operator", "GET", "/imports/"+id+"/errors.csv", "", nil)
			want := "\ufeffSKU,Name,单价,Maker's phone,remark,import_row,import_error,import_reason,import_field,import_value\n" +
				"'=1+1,bad,oops,139 1234 5523,'=HYPERLINK(1),4,number_unreadable,数字认不出,price,oops\n" +
				"4,pot,5,12,z,5,phone_unreadable,手机号或电话不对,phone,12\n"
			if status != 200 || text != want {
				t.Fatal(status, text)
			}
			status, text = d.form("operator", "/imports", "kind=shelf", "file="+strings.Replace(text, "oops", "7", 1), `mapping={"columns":{"SKU":"sku","单价":"price"}}`)
			if v := d.await(decode[created](d, text).ID); status != 201 || v.Created != 2 {
				t.Fatal(status, text)
			}
			if got := products(t, d.e); !strings.HasPrefix(got, "1|") && !strings.Contains(got, "=1+1||700\n") {
				t.Fatal(got)
			}
		})
		t.Run("findings can be listed, closed and opened again", func(t *testing.T) {
			d := desk{t, d.e, d.url}
			for path, want := range map[string]string{
				"/findings/groups?import=" + id:           `{"cause":"price_zero","count":1,"latest_at":"`,
				"/findings?cause=price_zero&total=true":   `"total":1`,
				"/findings?cause=price_zero&import=" + id: `"subject":{"type":"product","label":"2"}`,
				"/findings?state=closed":                  `"items":[]`,
				"/imports?limit=1&total=true":             `"next_cursor":`,
			} {
				if status, text := d.ask("operator", "GET", path, "", nil); status != 200 || !strings.Contains(text, want) {
					t.Errorf("%s: %d %s", path, status, text)
				}
			}
			close := `{"cause": "price_zero", "import_id": "` + id + `", "state": "closed"}`
			if status, text := d.ask("operator", "POST", "/findings/close", "application/json", strings.NewReader(close)); status != 200 || !strings.Contains(text, `"changed":1`) {
				t.Fatal(status, text)
			}
			if status, text := d.ask("operator", "POST", "/findings/close", "application/json", strings.NewReader(close)); status != 200 || !strings.Contains(text, `"changed":0`) {
				t.Fatal(status, text)
			}
			if status, text := d.ask("operator", "POST", "/findings/close", "application/json", strings.NewReader(`{"state": "closed"}`)); status != 422 {
				t.Fatal("all findings were closed at once", status, text)
			}
			if status, text := d.ask("analyst", "POST", "/findings/close", "application/json", strings.NewReader(close)); status != 403 {
				t.Fatal(status, text)
			}
		})
		t.Run("undo takes the rows back", func(t *testing.T) {
			d := desk{t, d.e, d.url}
			status, text := d.ask("operator", "POST", "/imports/"+id+"/undo", "", nil)
			if status != 200 {
				t.Fatal(status, text)
			}
			if v := d.await(id); v.State != StateUndone || v.TakenBack.Removed != 2 || v.CanUndo {
				t.Fatalf("%+v", v)
			}
			if got := products(t, d.e); strings.Contains(got, "tea") {
				t.Fatal(got)
			}
			if status, _ := d.ask("operator", "POST", "/imports/"+id+"/undo", "", nil); status != 409 {
				t.Fatal(status)
			}
			if status, _ := d.ask("operator", "POST", "/imports/"+id+"/cancel", "", nil); status != 409 {
				t.Fatal(status)
			}
		})
		t.Run("what is wrong is refused and leaves nothing", func(t *testing.T) {
			d := desk{t, d.e, d.url}
			var before, after int
			_ = records.Read().NewRaw("select count(*) from imports").Scan(t.Context(), &before)
			for name, row := range map[string]struct {
				actor  string
				parts  []string
				status int
				word   string
			}{
				"no right":            {"sales", []string{"kind=shelf", "file=sku\n1\n"}, 403, "not_allowed"},
				"nobody":              {"", []string{"kind=shelf", "file=sku\n1\n"}, 403, "not_allowed"},
				"no file":             {"operator", []string{"kind=shelf"}, 422, "required"},
				"no kind":             {"operator", []string{"file=sku\n1\n"}, 422, "import_kind_unknown"},
				"unknown part":        {"operator", []string{"kind=shelf", "owner=me", "file=sku\n1\n"}, 422, "unknown_field"},
				"bad mode":            {"operator", []string{"kind=shelf", "mode=replace", "file=sku\n1\n"}, 422, "not_one_of"},
				"bad dry run":         {"operator", []string{"kind=shelf", "dry_run=maybe", "file=sku\n1\n"}, 422, "dry_run"},
				"unclosed quote":      {"operator", []string{"kind=shelf", "file=sku\n\"1\n"}, 422, "quote unclosed: line 2"},
				"no column that fits": {"operator", []string{"kind=shelf", "file=a,b\nx,y\n"}, 422, "required_field_unmapped"},
				"too large":           {"operator", []string{"kind=shelf", "file=" + strings.Repeat("x", 9<<20)}, 413, "file_too_large"},
				"foreign upload":      {"operator", []string{"kind=shelf", "upload_id=../../etc/passwd"}, 422, "upload_unknown"},
			} {
				if status, text := d.form(row.actor, "/imports", row.parts...); status != row.status || !strings.Contains(text, row.word) {
					t.Errorf("%s: %d %s", name, status, text)
				}
			}
			if status, text := d.ask("operator", "POST", "/imports", "application/json", strings.NewReader("{}")); status != 422 || !strings.Contains(text, "multipart_form_needed") {
				t.Error(status, text)
			}
			_ = records.Read().NewRaw("select count(*) from imports").Scan(t.Context(), &after)
			if before != after {
				t.Errorf("%d imports were made", after-before)
			}
			if status, _ := d.ask("operator", "GET", "/imports/999999", "", nil); status != 404 {
				t.Error(status)
			}
		})
	})
}
