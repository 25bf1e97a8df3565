package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// mostMemory is what the program may have used at its peak, in MiB, whatever is thrown at it.
const mostMemory = 600

// upload is a form sent to POST /imports or /imports/inspect.
type upload struct {
	name    string // of the file; no file is sent when empty
	content []byte
	parts   map[string]string
}

func (u upload) body(t *testing.T) (contentType string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	form := multipart.NewWriter(body)
	for name, value := range u.parts {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if u.name != "" {
		part, err := form.CreateFormFile("file", u.name)
		if err == nil {
			_, err = part.Write(u.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return form.FormDataContentType(), body
}

// send uploads and gives the answer; length is what is declared, -1 for a body sent in chunks.
func (c *company) send(path, contentType string, body io.Reader, length int64) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL()+"/api/v1"+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	request.ContentLength = length
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Authorization", "Bearer "+c.Token)
	return c.answerTo(request)
}

func (c *company) upload(path string, u upload) answer {
	c.t.Helper()
	contentType, body := u.body(c.t)
	a := c.send(path, contentType, body, int64(body.Len()))
	if path == "/imports/inspect" && a.status == http.StatusOK {
		var looked struct {
			UploadID string `json:"upload_id"`
		}
		if err := json.Unmarshal([]byte(a.text), &looked); err != nil {
			c.t.Fatal(err)
		}
		c.looked = append(c.looked, looked.UploadID)
	}
	return a
}

// fate gives what became of an upload as "STATUS FIELD CODE" when it was refused, as "failed CODE" or another state
// when it became an import.
func (c *company) fate(a answer) string {
	c.t.Helper()
	if a.status != http.StatusCreated {
		if len(a.problem.Errors) == 0 {
			return fmt.Sprint(a.status, " ", a.problem.Code)
		}
		return fmt.Sprint(a.status, " ", a.problem.Errors[0].Field, " ", a.problem.Errors[0].Code)
	}
	var i struct {
		ID, State string
		Error     struct{ Code string }
	}
	if err := json.Unmarshal([]byte(a.text), &i); err != nil {
		c.t.Fatal(err)
	}
	for until := time.Now().Add(patience); (i.State == "queued" || i.State == "running") && time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		c.get("/imports/"+i.ID, &i)
	}
	return strings.TrimSpace(i.State + " " + i.Error.Code)
}

const goodHead = "order_number,ordered_at,amount,customer.external_id,customer.name\n"

func goodRows(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "B%06d,2026-01-02,10.00,c%d,Somebody\n", i, i)
	}
	return s.String()
}

// slipped is what a file is called that climbs out of its archive.
const slipped = "guanxi-slipped-out"

// badFiles break in their own way; whether they are looked at first or imported at once, they are refused with a code.
func badFiles(t *testing.T) []struct {
	name, file string
	content    []byte
	look, end  string // what inspecting and importing answer
} {
	noise := make([]byte, 100_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise)
	const ok = "200"
	return []struct {
		name, file string
		content    []byte
		look, end  string
	}{
		{"an empty file", "a.csv", nil, "422 file empty_file", "422 file empty_file"},
		{"header only", "a.csv", []byte(goodHead), ok, "failed no_rows"},
		{"a quote that never closes", "a.csv", []byte(goodHead + goodRows(20_000) + "\"Z1,2026-01-02,1\n" + goodRows(20_000)), ok, "failed quote_unclosed"},
		{"binary", "a.csv", noise, "422 file not_text", "422 file not_text"},
		{"binary behind twenty thousand good rows", "a.csv", slices.Concat([]byte(goodHead+goodRows(20_000)), noise), ok, "failed not_text"},
		{"a million columns", "a.csv", []byte(strings.Repeat("a,", 1_000_000) + "\n" + strings.Repeat("1,", 1_000_000) + "\n"), "422 file too_many_columns", "422 file too_many_columns"},
		{"a million columns in the last row", "a.csv", []byte(goodHead + goodRows(20_000) + strings.Repeat("1,", 1_000_000) + "\n"), ok, "failed too_many_columns"},
		{"a line of ten million bytes", "a.csv", []byte(goodHead + strings.Repeat("x", 10_000_000) + "\n"), "422 file line_too_long", "422 file line_too_long"},
		{"a line of ten million bytes behind good rows", "a.csv", []byte(goodHead + goodRows(20_000) + strings.Repeat("x", 10_000_000)), ok, "failed line_too_long"},
		{"a few kilobytes that unpack to a line of four gigabytes", "a.csv.gz", gzipOf(t, goodHead, 4<<10), "422 file line_too_long", "422 file line_too_long"},
		{"a gzip that is cut off", "a.csv.gz", gzipOf(t, goodHead+goodRows(1000), 0)[:2000], "422 file gzip_broken", "422 file gzip_broken"},
		{"a workbook with row 2147483647", "a.xlsx", workbook(t, `<row r="2147483647"><c r="A2147483647"><v>1</v></c></row>`), "422 file xlsx_too_large", "422 file xlsx_too_large"},
		{"a workbook that unpacks to four gigabytes", "a.xlsx", workbookBomb(t, 4<<10), "422 file xlsx_too_large", "422 file xlsx_too_large"},
		{"a workbook that is cut off", "a.xlsx", workbook(t, "")[:400], "422 file xlsx_broken", "422 file xlsx_broken"},
		{"a workbook that is some other zip", "a.xlsx", zipOf(t, map[string]string{"readme.txt": "no workbook"}), "422 file xlsx_broken", "422 file xlsx_broken"},
		{"a workbook of entities that are a thousand million of themselves", "a.xlsx", changed(t, map[string]string{sheetName: laughs()}), "422 file xlsx_broken", "422 file xlsx_broken"},
		{"a workbook that reads a file of the machine by an entity", "a.xlsx", changed(t, map[string]string{sheetName: `<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet ` + spreadsheet + `><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>`}), "422 file xlsx_broken", "422 file xlsx_broken"},
		{"a workbook whose sheet lies outside", "a.xlsx", changed(t, relationTo("../../../../../../etc/passwd")), "422 file xlsx_broken", "422 file xlsx_broken"},
		{"a workbook whose sheet lies at the root of the machine", "a.xlsx", changed(t, relationTo("/etc/passwd")), "422 file xlsx_broken", "422 file xlsx_broken"},
		{"a workbook with files that climb out", "a.xlsx", changed(t, map[string]string{"../../../../../../tmp/" + slipped: "x", "/tmp/" + slipped: "x", `..\..\..\tmp\` + slipped: "x", "xl/../../../" + slipped: "x"}), ok, "failed no_rows"},
		{"a zip in a zip in a zip", "a.xlsx", zipOf(t, map[string]string{"a.zip": string(zipOf(t, map[string]string{"b.zip": string(workbook(t, ""))}))}), "422 file xlsx_broken", "422 file xlsx_broken"},
		{"a workbook packed once more", "a.xlsx.gz", gzipOf(t, string(workbook(t, "")), 0), "422 file not_text", "422 file not_text"},
		{"a gzip in a gzip", "a.csv.gz", gzipOf(t, string(gzipOf(t, goodHead+goodRows(3), 0)), 0), "422 file not_text", "422 file not_text"},
		{"a picture", "a.csv", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"), "422 file not_text", "422 file not_text"},
	}
}

// Whatever is wrong with an upload, the answer names it, nothing of it is taken in, nothing is left lying about, the
// program goes on, and the next good file comes in.
func TestBadInput(t *testing.T) {
	c := open(t)
	kind := map[string]string{"kind": "orders"}
	for _, row := range badFiles(t) {
		c.play(row.name, func() {
			u := upload{row.file, row.content, kind}
			look := c.upload("/imports/inspect", u)
			got := fmt.Sprint(look.status)
			if look.status != http.StatusOK {
				got = c.fate(look)
			}
			c.expect("looking at it", got, row.look)
			c.expect("importing it", c.fate(c.upload("/imports", u)), row.end)
			c.untouched()
		})
	}

	good := goodHead + goodRows(3)
	mapped := func(mapping string) map[string]string { return map[string]string{"kind": "orders", "mapping": mapping} }
	for _, row := range []struct {
		name  string
		parts map[string]string
		end   string
	}{
		{"a mapping that is no JSON", mapped(`{"columns"`), "422 mapping mapping_unreadable"},
		{"a mapping to an unknown field", mapped(`{"columns": {"order_number": "order_number", "ordered_at": "ordered_at", "amount": "amuont"}}`), "422 mapping.columns.amount field_unknown"},
		{"a mapping of an unknown column", mapped(`{"columns": {"number": "order_number"}}`), "422 mapping.columns.number column_missing"},
		{"a mapping of two columns to one field", mapped(`{"columns": {"order_number": "order_number", "amount": "order_number"}}`), "422 mapping.columns.amount field_mapped_twice"},
		{"a mapping that leaves out what an order needs", mapped(`{"columns": {"customer.name": "customer.name"}}`), "422 mapping.columns required_field_unmapped"},
		{"a constant of the wrong type", mapped(`{"constants": {"amount": "dear"}}`), "422 mapping.constants.amount number_unreadable"},
		{"an unknown kind", map[string]string{"kind": "orderz"}, "422 kind import_kind_unknown"},
		{"no kind", nil, "422 kind import_kind_unknown"},
		{"an unknown mode", map[string]string{"kind": "orders", "mode": "replace"}, "422 mode not_one_of"},
		{"an unknown part", map[string]string{"kind": "orders", "owner": "1"}, "422 owner unknown_field"},
	} {
		c.play(row.name, func() {
			c.expect("importing it", c.fate(c.upload("/imports", upload{"a.csv", []byte(good), row.parts})), row.end)
			c.untouched()
		})
	}
	c.play("a form without a file", func() {
		for _, path := range []string{"/imports", "/imports/inspect"} {
			c.expect(path, c.fate(c.upload(path, upload{parts: kind})), "422 file required")
		}
		c.untouched()
	})
	c.play("a body that is no form", func() {
		for _, path := range []string{"/imports", "/imports/inspect"} {
			c.expect(path, c.fate(c.send(path, "text/csv", strings.NewReader(good), int64(len(good)))), "422 body multipart_form_needed")
		}
		c.untouched()
	})
	c.play("a form that is cut off", func() {
		contentType, body := upload{"a.csv", []byte(good), kind}.body(t)
		half := body.Bytes()[:body.Len()-80]
		c.expect("importing it", c.fate(c.send("/imports", contentType, bytes.NewReader(half), int64(len(half)))), "422 body body_cut_off")
		c.untouched()
	})
	c.play("names of files that climb out", func() {
		for sent, kept := range map[string]string{"../../../etc/passwd": "passwd", `..\..\` + slipped: slipped, "/etc/" + slipped: slipped, "<img src=x onerror='alert(1)'>.csv": "img src=x onerror='alert(1)'.csv", "..": "file", "": "a.csv"} {
			u := upload{sent, []byte(good), map[string]string{"kind": "orders", "dry_run": "true"}}
			if sent == "" {
				u.name = "a.csv"
			}
			a := c.upload("/imports", u)
			var i struct {
				FileName string `json:"file_name"`
			}
			if err := json.Unmarshal([]byte(a.text), &i); err != nil || a.status != http.StatusCreated {
				c.t.Fatal(sent, a.status, a.text, err)
			}
			c.expect("name of "+sent, i.FileName, kept)
			c.expect("end of "+sent, c.fate(a), "done")
		}
		for _, path := range []string{"/tmp/" + slipped, "/etc/" + slipped, filepath.Join(c.data, slipped), filepath.Join(filepath.Dir(c.data), slipped), filepath.Join(c.data, "files", slipped)} {
			if _, err := os.Lstat(path); err == nil {
				c.t.Errorf("%s was written", path)
			}
		}
		c.untouched()
	})
	c.badConditions()
	c.takesGoodFile()
}

// untouched checks that the program is alive and within its memory, that nobody and no order has come in, and that
// every file kept belongs to an import that may be tried again with another mapping.
func (c *company) untouched() {
	c.t.Helper()
	for _, list := range []string{"/orders", "/customers"} {
		c.expect(list, c.total(list), 0)
	}
	c.alive()
}

func (c *company) alive() {
	c.t.Helper()
	response, err := http.Get(c.URL() + "/readyz")
	if err != nil {
		c.t.Fatal(err)
	}
	_ = response.Body.Close()
	c.expect("/readyz", response.StatusCode, http.StatusOK)
	if peak, err := c.Memory("VmHWM"); err != nil || peak > mostMemory {
		c.t.Errorf("the program has used %.0f MiB (%v)", peak, err)
	}
	c.expect("files left behind", c.leftFiles(), []string{})
}

// leftFiles gives the files in the imports folder that nothing refers to: neither an import that can be tried again nor
// an upload that was looked at and waits to be imported.
func (c *company) leftFiles() []string {
	c.t.Helper()
	var imports struct{ Items []struct{ ID string } }
	c.get("/imports?limit=500", &imports)
	kept := map[string]bool{}
	for _, item := range imports.Items {
		var i struct {
			UploadID string `json:"upload_id"`
		}
		c.get("/imports/"+item.ID, &i)
		kept[i.UploadID] = true
	}
	for _, id := range c.looked {
		kept[id] = true
	}
	left := []string{}
	entries, err := os.ReadDir(filepath.Join(c.data, "files", "imports"))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, entry := range entries {
		if name, _, _ := strings.Cut(entry.Name(), "."); !kept[name] {
			left = append(left, entry.Name())
		}
	}
	return left
}

// takesGoodFile imports a small sound file.
func (c *company) takesGoodFile() {
	c.t.Helper()
	c.expect("a good file afterwards", c.fate(c.upload("/imports", upload{"good.csv", []byte(goodHead + goodRows(3)), map[string]string{"kind": "orders"}})), "done")
	c.expect("orders", c.total("/orders"), 3)
	c.expect("customers", c.total("/customers"), 3)
}
