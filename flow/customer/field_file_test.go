package customer

import (
	"bytes"
	"context"
	"fmt"
	drawing "image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
	secret "guanxi/base/keys"
	"guanxi/guard"
)

// Contents of files as programs write them.
var (
	pdfFile = "%PDF-1.7\n%âãÏÓ\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
	svgFile = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	exeFile = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"
	pngFile = func() string {
		var b bytes.Buffer
		_ = png.Encode(&b, drawing.NewGray(drawing.Rect(0, 0, 2, 2)))
		return b.String()
	}()
	xlsxFile = func() string {
		var b bytes.Buffer
		_ = excelize.NewFile().Write(&b)
		return b.String()
	}()
)

var contract = defined("contract", "file", fields{"purpose": "签约", "files": fields{"multiple": true, "most": 3, "max_size": 20000}})

// upload sends a file as a form of a browser does, and gives the answer.
func (s *shop) upload(status int, path, name, content string, headers ...string) fields {
	s.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="file"; filename="`+strings.NewReplacer("\\", "\\\\", `"`, "\\\"").Replace(name)+`"`)
	if strings.HasPrefix(name, "utf-8''") { // as RFC 5987 writes what a header cannot hold
		head.Set("Content-Disposition", `form-data; name="file"; filename*=`+name)
	}
	part, _ := form.CreatePart(head)
	_, _ = io.WriteString(part, content)
	_ = form.Close()
	return s.call(status, "POST", path, body.String(), append([]string{"Content-Type", form.FormDataContentType()}, headers...)...)
}

// fetch gives a file as it is sent.
func (s *shop) fetch(status int, path string) (string, http.Header) {
	s.Helper()
	answer, err := http.Get(s.server.URL + "/api/v1" + path)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		s.Fatalf("%s: %d %s %v, want %d", path, answer.StatusCode, text, err, status)
	}
	return string(text), answer.Header
}

// stored gives what lies in the folder of files.
func (s *shop) stored() (names []string) {
	entries, err := os.ReadDir(s.store.filesDir)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func (s *shop) sweep() {
	s.Helper()
	if err := s.store.sweepFiles(s.ctx()); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) ctx() context.Context {
	return field.With(secret.With(clock.With(guard.System(context.Background()), s.clock), s.keys), s.store.Fields().Set)
}

func TestFilesOfAField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.define(contract, defined("photo", "file", fields{"files": fields{"sorts": []string{"image"}}}), defined("note", "text", nil))
		id := s.add(fields{"name": "王芳"})
		files := "/customers/" + id + "/fields/contract/files"

		t.Run("a file is put in, told of with who and when, and fetched as it was given", func(t *testing.T) {
			s.T = t
			page := s.upload(201, files, "合同 2026.pdf", pdfFile)
			s.has(page, fields{"custom.contract.0.name": "合同 2026.pdf", "custom.contract.0.size": len(pdfFile), "custom.contract.0.type": "application/pdf",
				"custom.contract.0.by": "Lin", "custom.contract.0.at": "2026-03-12T09:00:00Z", "custom.contract.1": nil, "etag": `"2"`})
			text, head := s.fetch(200, files+"/"+at(page, "custom.contract.0.id").(string))
			if text != pdfFile {
				t.Errorf("%q came back as %q", pdfFile, text)
			}
			for name, want := range map[string]string{"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename*=utf-8''%E5%90%88%E5%90%8C%202026.pdf",
				"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store", "Content-Length": fmt.Sprint(len(pdfFile))} {
				if head.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, head.Get(name), want)
				}
			}
		})
		t.Run("what lies on the disk is sealed, and tells neither name nor content", func(t *testing.T) {
			s.T = t
			for _, name := range s.stored() {
				text, err := os.ReadFile(filepath.Join(s.store.filesDir, name))
				if err != nil || bytes.Contains(text, []byte("PDF-1.7")) || bytes.Contains(text, []byte("合同")) || !bytes.HasPrefix(text, []byte("guanxi sealed file")) {
					t.Errorf("%s: %v %q", name, err, text)
				}
			}
		})
		t.Run("a stale version changes nothing and leaves nothing on the disk", func(t *testing.T) {
			s.T = t
			before := s.stored()
			s.upload(412, files, "b.pdf", pdfFile, "If-Match", `"1"`)
			if !slices.Equal(before, s.stored()) {
				t.Error("a file stayed")
			}
		})
		for _, row := range []struct {
			what, field, name, content string
			status                     int
			code                       string
		}{
			{"too large is refused", "contract", "big.txt", strings.Repeat("a", 20001), 413, ""},
			{"said to be too large is refused before it is read", "contract", "huge.txt", strings.Repeat("a", 200000), 413, ""},
			{"nothing in it", "contract", "empty.pdf", "", 422, "file_empty"},
			{"an ending the field does not take", "contract", "run.exe", exeFile, 422, "file_sort_not_taken"},
			{"a program called a document", "contract", "offer.pdf", exeFile, 422, "file_is_not_what_it_says"},
			{"a page called a text", "contract", "note.txt", "<!doctype html><script>alert(1)</script>", 422, "file_is_not_what_it_says"},
			{"a drawing that can run scripts", "photo", "face.svg", svgFile, 422, "file_sort_not_taken"},
			{"the same under the name of an image", "photo", "face.png", svgFile, 422, "file_is_not_what_it_says"},
			{"a document where only images are taken", "photo", "a.pdf", pdfFile, 422, "file_sort_not_taken"},
			{"one image under another's ending", "photo", "a.jpg", pngFile, 422, "file_is_not_what_it_says"},
			{"a name that ends otherwise than it looks", "contract", "invoice\u202efdp.exe", exeFile, 422, "file_sort_not_taken"},
			{"a field that holds no files", "note", "a.pdf", pdfFile, 404, ""},
			{"a field nobody has defined", "nothing", "a.pdf", pdfFile, 404, ""},
		} {
			t.Run("refused: "+row.what, func(t *testing.T) {
				s.T = t
				before := s.stored()
				answer := s.upload(row.status, "/customers/"+id+"/fields/"+row.field+"/files", row.name, row.content)
				if row.code != "" {
					s.has(answer, fields{"errors.0.code": row.code})
				}
				if !slices.Equal(before, s.stored()) {
					t.Error("a file stayed")
				}
			})
		}
		t.Run("names are made harmless", func(t *testing.T) {
			s.T = t
			for given, want := range map[string]string{`..\..\etc\passwd.txt`: "passwd.txt", "../../a.txt": "a.txt", "a\u202egnp.txt": "agnp.txt", "zero\u200bwidth.txt": "zerowidth.txt",
				"con\x00trol\x1b[31m.txt": "control[31m.txt", `q"uo<te>.txt`: "q_uo_te_.txt", "...": "file", ".htaccess": "htaccess", "trail.txt. ": "trail.txt", "e\u0301.txt": "é.txt",
				"\xff\xfe.txt": "txt", strings.Repeat("长", 300) + ".pdf": strings.Repeat("长", 146) + ".pdf", "a\u2028b.txt": "ab.txt"} {
				if got := harmless(given); got != want {
					t.Errorf("%q became %q, want %q", given, got, want)
				}
			}
			other := s.add(fields{"name": "Hostile"})
			page := s.upload(201, "/customers/"+other+"/fields/contract/files", "utf-8''..%2Fevil%0D%0AX-Bad%3A%201.txt", "harmless text")
			_, head := s.fetch(200, "/customers/"+other+"/fields/contract/files/"+at(page, "custom.contract.0.id").(string))
			if head.Get("X-Bad") != "" || strings.Contains(head.Get("Content-Disposition"), "..") {
				t.Error(head)
			}
		})
		t.Run("office files and Chinese texts of the old encoding are known by their content", func(t *testing.T) {
			s.T = t
			other := s.add(fields{"name": "Office"})
			path := "/customers/" + other + "/fields/contract/files"
			s.upload(201, path, "价格.xlsx", xlsxFile)
			s.upload(201, path, "名单.csv", "\xd0\xd5\xc3\xfb,\xb5\xe7\xbb\xb0\n\xcd\xf5\xb7\xbc,13912345521\n")
			s.has(s.upload(201, path, "photo.PNG", pngFile), fields{"custom.contract.0.type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "custom.contract.2.type": "image/png"})
			s.has(s.upload(422, path, "fourth.txt", "text"), fields{"errors.0.code": "too_many_files"})
		})
		t.Run("where one is taken, a new one takes the place of the old", func(t *testing.T) {
			s.T = t
			photos := "/customers/" + id + "/fields/photo/files"
			s.upload(201, photos, "a.png", pngFile)
			s.has(s.upload(201, photos, "b.png", pngFile), fields{"custom.photo.0.name": "b.png", "custom.photo.1": nil})
		})
		t.Run("taken out and put back, by its own operation or with the list, and its history tells both", func(t *testing.T) {
			s.T = t
			other := s.add(fields{"name": "Mei"})
			path := "/customers/" + other + "/fields/contract/files"
			s.upload(201, path, "one.txt", "first")
			page := s.as(operator).upload(201, path, "two.txt", "second")
			one, two := at(page, "custom.contract.0.id").(string), at(page, "custom.contract.1.id").(string)
			left := s.call(200, "DELETE", path+"/"+one, nil, "If-Match", page["etag"].(string))
			s.has(left, fields{"custom.contract.0.name": "two.txt", "custom.contract.1": nil})
			s.fetch(404, path+"/"+one)
			s.call(412, "POST", path+"/"+one+"/restore", nil, "If-Match", page["etag"].(string))
			s.has(s.call(200, "POST", path+"/"+one+"/restore", nil), fields{"custom.contract.1.name": "one.txt", "custom.contract.1.by": "Lin"})
			s.call(200, "PATCH", "/customers/"+other, fields{"custom": fields{"contract": nil}})
			s.has(s.call(200, "PATCH", "/customers/"+other, fields{"custom": fields{"contract": []fields{{"id": two}, {"id": one}}}}), fields{"custom.contract.0.name": "two.txt", "custom.contract.1.name": "one.txt"})
			text, _ := s.fetch(200, path+"/"+one)
			if text != "first" {
				t.Error(text)
			}
			s.has(s.call(200, "GET", "/customers/"+other+"/fields/contract/history", nil), fields{"items.1.after": nil, "items.1.actor": "Anna", "items.5.after.0.name": "one.txt", "items.5.before": nil, "items.5.actor": "Lin", "items.6": nil})
			s.as(admin).is(1, "select count(*) from audit_entries where action = 'customer.file_removed' and subject_id = ?", other)
			s.is(0, "select count(*) from audit_entries where summary like '%one.txt%'")
		})
		t.Run("no other value becomes a file, and nobody takes up what is not theirs", func(t *testing.T) {
			s.T = t
			waiting := s.upload(201, "/customer-fields/contract/files", "later.txt", "text")["id"].(string)
			there := at(s.call(200, "GET", "/customers/"+id, nil), "custom.contract.0.id").(string)
			other := s.add(fields{"name": "Thief"})
			for _, given := range []any{"a.pdf", 7, []any{there}, []any{"99999"}, []any{map[string]any{"id": there, "name": "x", "size": 1}}, map[string]any{"id": there}, []any{"x"}} {
				s.call(422, "PATCH", "/customers/"+other, fields{"custom": fields{"contract": given}})
			}
			s.as(operator).call(422, "PATCH", "/customers/"+other, fields{"custom": fields{"contract": []string{waiting}}})
			s.as(admin).call(422, "PATCH", "/customers/"+other, fields{"custom": fields{"photo": []string{waiting}}})
			s.call(200, "PATCH", "/customers/"+other, fields{"custom": fields{"contract": []string{waiting}}})
			s.call(422, "POST", "/customers", fields{"name": "Second", "custom": fields{"contract": []string{waiting}}})
			s.call(422, "POST", "/customers", fields{"name": "Forged", "custom": fields{"contract": []fields{{"id": "1", "name": "x", "size": 1, "type": "a/b", "at": "2026-01-01T00:00:00Z", "by": "x"}}}})
		})
		t.Run("uploaded before she is there, and required at a stage", func(t *testing.T) {
			s.T = t
			s.define(defined("licence", "file", fields{"required_at": []string{"customer"}, "applies_to": "organization", "files": fields{"sorts": []string{"image", "pdf"}}}))
			s.has(s.call(422, "POST", "/customers", fields{"name": "杭州茶行", "kind": "organization", "lifecycle_stage": "customer"}), fields{"errors.0.code": "required_at_stage"})
			told := s.upload(201, "/customer-fields/licence/files", "执照.png", pngFile)
			s.has(told, fields{"name": "执照.png", "size": len(pngFile), "type": "image/png", "by": "Lin"})
			made := s.add(fields{"name": "杭州茶行", "kind": "organization", "lifecycle_stage": "customer", "custom": fields{"licence": []any{told["id"]}}})
			page := s.call(200, "GET", "/customers/"+made, nil)
			s.has(page, fields{"custom.licence.0.name": "执照.png"})
			s.has(s.call(422, "DELETE", "/customers/"+made+"/fields/licence/files/"+told["id"].(string), nil), fields{"errors.0.code": "required_at_stage"})
			s.has(s.upload(422, "/customers/"+id+"/fields/licence/files", "a.png", pngFile), fields{"errors.0.code": "field_not_for_kind"})
		})
		t.Run("what was not used goes after a day, what was taken out after thirty, what nobody speaks of after an hour", func(t *testing.T) {
			s.T = t
			other := s.add(fields{"name": "Sweep"})
			path := "/customers/" + other + "/fields/contract/files"
			s.upload(201, path, "keep.txt", "keep")
			page := s.upload(201, path, "drop.txt", "drop")
			s.upload(201, "/customer-fields/contract/files", "unused.txt", "unused")
			drop := at(page, "custom.contract.1.id").(string)
			s.call(200, "DELETE", path+"/"+drop, nil)
			s.sweep()
			s.is(1, "select count(*) from field_files where customer_id is null")
			orphan := filepath.Join(s.store.filesDir, "orphan.part")
			if err := os.WriteFile(orphan, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			s.clock.Advance(25 * time.Hour)
			s.sweep()
			s.is(0, "select count(*) from field_files where customer_id is null")
			if _, err := os.Stat(orphan); err != nil {
				t.Error("a file that may be being written was taken away")
			}
			old := time.Now().Add(-2 * time.Hour)
			if err := os.Chtimes(orphan, old, old); err != nil {
				t.Fatal(err)
			}
			s.call(200, "POST", path+"/"+drop+"/restore", nil)
			s.call(200, "DELETE", path+"/"+drop, nil)
			s.clock.Advance(29 * 24 * time.Hour)
			s.sweep()
			s.is(1, "select count(*) from field_files where id = ?", drop)
			s.clock.Advance(2 * 24 * time.Hour)
			s.sweep()
			s.is(0, "select count(*) from field_files where id = ?", drop)
			s.call(404, "POST", path+"/"+drop+"/restore", nil)
			s.fetch(200, path+"/"+at(page, "custom.contract.0.id").(string))
			if int64(len(s.stored())) != s.one("select count(*) from field_files") {
				t.Error("files and rows do not go together", s.stored())
			}
			if files, broken, err := s.store.VerifyFiles(s.ctx()); err != nil || files == 0 || broken != 0 {
				t.Error(files, broken, err)
			}
		})
		t.Run("columns hold how many, never a name", func(t *testing.T) {
			s.T = t
			withheld, err := WithheldFields(context.Background(), d.Read())
			if err != nil {
				t.Fatal(err)
			}
			if told := Withhold(s.ctx(), s.text("select custom from customers where id = ?", id), withheld); told != `{"contract":1,"photo":1}` {
				t.Error(told)
			}
		})
	})
}

// A process that dies between writing the file and committing its row leaves a file nobody speaks of, never a row without its
// file: here the commit is kept from happening at each step.
func TestFileIsThereBeforeItsRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.define(contract)
		id := s.add(fields{"name": "王芳"})
		own, _ := s.store.Fields().Set().Find("contract")
		ctx := guard.With(s.ctx(), admin)

		row, err := s.store.writeFile(ctx, own, "a.txt", strings.NewReader("written, and then the light went out"))
		if err != nil || len(s.stored()) != 1 {
			t.Fatal(err, s.stored())
		}
		s.is(0, "select count(*) from field_files")
		// the change itself fails after its row was written
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := addFile(ctx, tx, &row); err != nil {
				return err
			}
			return io.ErrUnexpectedEOF
		})
		if err == nil {
			t.Fatal("it was committed")
		}
		s.is(0, "select count(*) from field_files")
		old := time.Now().Add(-2 * time.Hour)
		if err := os.Chtimes(filepath.Join(s.store.filesDir, row.StoredAs), old, old); err != nil {
			t.Fatal(err)
		}
		s.sweep()
		if len(s.stored()) != 0 {
			t.Error("what nobody speaks of stayed", s.stored())
		}
		// a body that breaks off, and a disk that cannot be written
		if _, err := s.store.writeFile(ctx, own, "b.txt", io.MultiReader(strings.NewReader(strings.Repeat("x", 100000)), broken{})); err == nil || len(s.stored()) != 0 {
			t.Error(err, s.stored())
		}
		dir := s.store.filesDir
		s.store.filesDir = filepath.Join(dir, "gone")
		s.upload(500, "/customers/"+id+"/fields/contract/files", "c.txt", "text")
		s.store.filesDir = dir
		// one that was damaged is told of, not given
		page := s.upload(201, "/customers/"+id+"/fields/contract/files", "d.txt", "text")
		path := filepath.Join(dir, s.stored()[0])
		text, _ := os.ReadFile(path)
		text[len(text)-1] ^= 1
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if files, broken, err := s.store.VerifyFiles(s.ctx()); err != nil || files != 1 || broken != 1 {
			t.Error(files, broken, err)
		}
		s.call(503, "GET", "/customers/"+id+"/fields/contract/files/"+at(page, "custom.contract.0.id").(string), nil)
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
