package customer

import (
	"archive/zip"
	"context"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestRightsToFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		secretFiles := maps.Clone(contract)
		secretFiles["sensitivity"] = "sensitive"
		s.define(secretFiles)
		id := s.add(fields{"name": "王芳"})
		files := "/customers/" + id + "/fields/contract/files"
		page := s.upload(201, files, "诊断书-canary.txt", "content-canary")
		file := files + "/" + at(page, "custom.contract.0.id").(string)
		s.exec("update customers set owner_id = 2 where id = ?", id)

		t.Run("sensitive: each reading is in the audit log, without the name", func(t *testing.T) {
			s.T = t
			s.fetch(200, file)
			s.fetch(200, file)
			s.is(2, "select count(*) from audit_entries where action = 'customer.file_read' and subject_id = ?", id)
			s.is(0, "select count(*) from audit_entries where summary like '%canary%'")
		})
		t.Run("sensitive: what the record keeps is sealed, and columns count all the same", func(t *testing.T) {
			s.T = t
			custom := s.text("select custom from customers where id = ?", id)
			if !strings.Contains(custom, "sealed:") || strings.Contains(custom, "canary") {
				t.Error(custom)
			}
			withheld, _ := WithheldFields(context.Background(), d.Read())
			if told := Withhold(s.ctx(), custom, withheld); told != `{"contract":1}` {
				t.Error(told)
			}
		})
		t.Run("masked: one sees how many there are, and neither names nor content", func(t *testing.T) {
			s.T = t
			s.as(anna)
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.contract.count": 1, "custom.contract.0": nil})
			s.fetch(403, file)
			s.has(s.call(200, "GET", "/customers/"+id+"/fields/contract/history", nil), fields{"items.0.after.count": 1})
			for _, path := range []string{"/customers/" + id, "/customers/" + id + "/fields/contract/history", "/customers/" + id + "/timeline", "/search?q=canary", "/customers"} {
				if text, _ := s.fetch(200, path); strings.Contains(text, "canary") {
					t.Errorf("%s tells the name: %s", path, text)
				}
			}
		})
		t.Run("others' customers and other people's files are not there", func(t *testing.T) {
			s.T = t
			s.as(bo).call(404, "GET", file, nil)
			s.upload(404, files, "a.txt", "text")
			s.call(404, "DELETE", file, nil)
			other := s.as(admin).add(fields{"name": "Other"})
			s.call(404, "GET", "/customers/"+other+"/fields/contract/files/"+at(page, "custom.contract.0.id").(string), nil)
		})
	})
}

func TestFilesThroughMergeErasureAndRetention(t *testing.T) {
	eachWithFiles(t, func(t *testing.T, d *db.DB, dir string) {
		s := newShop(t, d)
		if err := s.store.KeepFilesIn(filepath.Join(dir, "files", "fields")); err != nil {
			t.Fatal(err)
		}
		s.define(contract, defined("leave", "file", fields{"retention_days": 10}))
		with := func(name, file, content string) (id, path string) {
			s.Helper()
			id = s.add(fields{"name": name})
			page := s.upload(201, "/customers/"+id+"/fields/contract/files", file, content)
			return id, "/fields/contract/files/" + at(page, "custom.contract.0.id").(string)
		}
		t.Run("merged, her file is there; parted, each has her own again", func(t *testing.T) {
			s.T = t
			kept := s.add(fields{"name": "Kept"})
			other, file := with("Other", "other.txt", "hers")
			merge := s.call(200, "POST", "/customers/"+kept+"/merge", fields{"other": other})
			s.fetch(200, "/customers/"+kept+file)
			s.call(200, "DELETE", "/customers/"+kept+file, nil)
			s.clock.Advance(40 * 24 * time.Hour)
			s.sweep() // the other one still has it, though she is merged
			s.call(200, "POST", "/merges/"+at(merge, "id").(string)+"/undo", nil)
			s.fetch(200, "/customers/"+other+file)
			s.fetch(404, "/customers/"+kept+file)
		})
		t.Run("chosen in a merge, the file of the other takes the place, and comes back", func(t *testing.T) {
			s.T = t
			kept, mine := with("Kept", "mine.txt", "mine")
			other, hers := with("Other", "hers.txt", "hers")
			merge := s.call(200, "POST", "/customers/"+kept+"/merge", fields{"other": other, "take": []string{"custom.contract"}})
			s.fetch(200, "/customers/"+kept+hers)
			s.fetch(404, "/customers/"+kept+mine)
			s.clock.Advance(40 * 24 * time.Hour)
			s.sweep()
			s.call(200, "POST", "/merges/"+at(merge, "id").(string)+"/undo", nil)
			s.fetch(200, "/customers/"+kept+mine)
			s.fetch(404, "/customers/"+kept+hers)
		})
		t.Run("she is given her files themselves, without the names of staff", func(t *testing.T) {
			s.T = t
			id, _ := with("Copy", "copy.txt", "all of it")
			s.upload(201, "/customers/"+id+"/fields/contract/files", "../gone.txt", "taken out")
			page := s.call(200, "GET", "/customers/"+id, nil)
			s.call(200, "DELETE", "/customers/"+id+"/fields/contract/files/"+at(page, "custom.contract.1.id").(string), nil)
			text, _ := s.fetch(200, "/customers/"+id+"/personal-data/archive?reason=asked")
			z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, f := range z.File {
				r, _ := f.Open()
				b, _ := io.ReadAll(r)
				got[f.Name[strings.LastIndexAny(f.Name, "-/")+1:]] = string(b)
			}
			if got["copy.txt"] != "all of it" || got["gone.txt"] != "taken out" || len(got) != 3 {
				t.Error(got)
			}
			if strings.Contains(got["data.json"], "Lin") {
				t.Error(got["data.json"])
			}
			s.fetch(422, "/customers/"+id+"/personal-data/archive")
		})
		t.Run("erased, nothing of name or content is anywhere, with whomever she was joined for a while", func(t *testing.T) {
			s.T = t
			kept := s.add(fields{"name": "Stays"})
			other, file := with("Goes", "canary-name.txt", "canary-content")
			merge := s.call(200, "POST", "/customers/"+kept+"/merge", fields{"other": other})
			s.upload(201, "/customers/"+kept+"/fields/contract/files", "stays.txt", "stays")
			s.call(200, "POST", "/merges/"+at(merge, "id").(string)+"/undo", nil)
			before := len(s.stored())
			s.call(200, "POST", "/customers/"+other+"/erase", fields{"reason": "requested"})
			s.has(s.call(200, "GET", "/customers/"+kept, nil), fields{"custom.contract.0.name": "stays.txt", "custom.contract.1": nil})
			s.fetch(404, "/customers/"+kept+file)
			if len(s.stored()) != before-1 {
				t.Error("the content stayed", s.stored())
			}
			if err := d.Scour(context.Background()); err != nil {
				t.Fatal(err)
			}
			s.nothingOf(dir, []string{"canary-name", "canary-content"})
		})
		t.Run("when its time is over the file goes for good, unless a legal hold keeps it", func(t *testing.T) {
			s.T = t
			id, held := s.add(fields{"name": "Patient"}), s.add(fields{"name": "Held"})
			for _, each := range []string{id, held} {
				s.upload(201, "/customers/"+each+"/fields/leave/files", "expired-canary.txt", "expired")
			}
			s.call(204, "POST", "/customers/"+held+"/hold", fields{"reason": "lawsuit"})
			before := len(s.stored())
			s.clock.Advance(11 * 24 * time.Hour)
			if _, err := s.store.Retain(s.ctx()); err != nil {
				t.Fatal(err)
			}
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.leave": nil})
			s.has(s.call(200, "GET", "/customers/"+held, nil), fields{"custom.leave.0.name": "expired-canary.txt"})
			if len(s.stored()) != before-1 {
				t.Error("the content stayed", s.stored())
			}
			s.is(0, "select count(*) from field_history where customer_id = ? and field = 'custom.leave'", id)
		})
	})
}
