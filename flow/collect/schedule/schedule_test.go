package schedule

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard"
)

func inFolder(path, pattern string) Place { return Place{Type: Folder, Path: path, Pattern: pattern} }

func TestFolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("new files come in once, in the order of their names; what is unfinished, hidden or not meant stays", func(t *testing.T) {
			r := newRoom(t, d)
			r.put("till/b.csv", "sku\nb1\n")
			r.put("till/a.csv", "sku\na1\na2\n")
			r.put("till/c.csv.part", "sku\nnot yet\n")
			r.put("till/.d.csv", "sku\nhidden\n")
			r.put("till/e.txt", "sku\nother\n")
			r.put("till/deeper/f.csv", "sku\ndeeper\n")
			of := r.make(Draft{Place: inFolder("till", "*.csv")})
			r.turn()
			r.wantLast(of.ID, "none <nil>") // not due yet
			r.later(time.Hour)
			r.wantRows("a1 by 1, a2 by 1, b1 by 1")
			r.wantLast(of.ID, "clock done files=2 known=0 failed=0 rows=0")
			r.later(time.Hour)
			r.wantLast(of.ID, "clock done files=0 known=0 failed=0 rows=0")
			r.put("till/again.csv", "sku\nb1\n")
			r.put("till/a.csv", "sku\na3\n")
			r.later(time.Hour)
			r.wantLast(of.ID, "clock done files=1 known=1 failed=0 rows=0")
			r.wantRows("a1 by 1, a2 by 1, b1 by 1, a3 by 1")
			var owned int
			if err := d.Read().NewRaw("select count(*) from imports where schedule_id = ? and state = 'done'", of.ID).Scan(r.ctx, &owned); err != nil || owned != 3 {
				t.Error(owned, err)
			}
		})

		t.Run("nothing leads out of the folder", func(t *testing.T) {
			r := newRoom(t, d)
			secret := filepath.Join(t.TempDir(), "secret.csv")
			if err := os.WriteFile(secret, []byte("sku\nstolen\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"..", "../x", "/etc", "a/../../x"} {
				if _, err := r.Create(r.ctx, Draft{Name: "x", Direction: In, Kind: "shelf", Repeat: Repeat{EveryMinutes: 60}, Place: inFolder(path, "")}); !fault.Is(err, fault.KindInvalid) {
					t.Errorf("%s: %v", path, err)
				}
			}
			if err := os.Symlink(secret, filepath.Join(r.in, "link.csv")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Dir(secret), filepath.Join(r.in, "out")); err != nil {
				t.Fatal(err)
			}
			for path, code := range map[string]string{"": "done files=0 known=0 failed=0 rows=0", "out": "failed files=0 known=0 failed=0 rows=0 path_outside", "none": "failed files=0 known=0 failed=0 rows=0 folder_missing"} {
				of := r.make(Draft{Name: "at " + path, Place: inFolder(path, "")})
				if err := r.RunNow(r.ctx, of.ID); err != nil {
					t.Fatal(err)
				}
				r.workAll()
				r.wantLast(of.ID, "person "+code)
			}
			r.wantRows("")
			r.ImportFolder = ""
			of := r.make(Draft{Name: "no folder", Place: inFolder("", "")})
			r.later(2 * time.Hour)
			r.later(time.Minute)
			r.wantLast(of.ID, "clock failed files=0 known=0 failed=0 rows=0 folder_not_allowed")
		})

		t.Run("a file that cannot be imported stops no other; mended, it comes in", func(t *testing.T) {
			r := newRoom(t, d)
			r.put("a.csv", "what,is\nthis,then\n")
			r.put("b.csv", "sku\nb1\n")
			r.put("c.csv", "sku\nnever\n")
			of := r.make(Draft{Place: inFolder("", ""), Notify: []string{"me"}})
			r.later(time.Hour)
			r.wantLast(of.ID, "clock failed files=1 known=0 failed=2 rows=0 import_failed")
			r.wantRows("b1 by 1")
			r.put("a.csv", "code\na1\n")
			r.later(time.Hour)
			r.wantLast(of.ID, "clock done files=1 known=2 failed=0 rows=0")
			r.wantRows("b1 by 1, a1 by 1")
			if _, err := r.Change(r.ctx, of.ID, api.ETag(of.Version), Draft{Name: of.Name, Direction: In, Kind: "shelf", Repeat: Repeat{EveryMinutes: 60}, Place: inFolder("", "")}); err != nil {
				t.Fatal(err)
			}
			r.later(time.Hour)
			r.wantLast(of.ID, "clock failed files=0 known=2 failed=1 rows=0 import_failed")
			r.wantRows("b1 by 1, a1 by 1")
		})
	})
}

func TestOneAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("of many that begin and work at once one does", func(t *testing.T) {
			r := newRoom(t, d)
			r.put("a.csv", "sku\na1\n")
			of := r.make(Draft{Place: inFolder("", "")})
			r.clock.Advance(time.Hour)
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					if err := r.Tick(r.system()); err != nil {
						t.Error(err)
					}
					now, err := findSchedule(r.ctx, d.Read(), of.ID)
					if err != nil || now.RunID == nil {
						return
					}
					if err := r.work(r.system(), now.ID, now.Fence); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			r.wantRows("a1 by 1")
			if runs, err := runsOf(r.ctx, d.Read(), of.ID, 1<<62, 10); err != nil || len(runs) != 1 || runs[0].State != "done" || runs[0].Files != 1 {
				t.Errorf("%+v %v", runs, err)
			}
			before, _ := findSchedule(r.ctx, d.Read(), of.ID)
			if err := r.RunNow(r.ctx, of.ID); err != nil {
				t.Fatal(err)
			}
			if now, _ := findSchedule(r.ctx, d.Read(), of.ID); now.NextAt != before.NextAt || before.NextAt <= r.clock.Now().UnixMilli() {
				t.Errorf("a run by hand moved the next from %d to %d", before.NextAt, now.NextAt)
			}
			if err := r.RunNow(r.ctx, of.ID); !fault.Is(err, fault.KindConflict) {
				t.Error("begun twice", err)
			}
		})

		t.Run("killed in between, another goes on: what was begun is finished, nothing is imported twice", func(t *testing.T) {
			r := newRoom(t, d)
			r.put("a.csv", "sku\na1\n")
			r.put("b.csv", "sku\nb1\n")
			of := r.make(Draft{Place: inFolder("", "")})
			r.clock.Advance(time.Hour)
			if err := r.Tick(r.system()); err != nil {
				t.Fatal(err)
			}
			begun, _ := findSchedule(r.ctx, d.Read(), of.ID)
			dead, err := r.acquire(r.system(), of.ID, begun.Fence)
			if err != nil || dead == nil {
				t.Fatal(dead, err)
			}
			as := guard.With(r.ctx, guard.Actor{StaffID: 1, Role: "operator"})
			files, err := dead.fetch(as, Secret{})
			if err != nil || len(files) != 2 {
				t.Fatal(files, err)
			}
			n := collect.NewImport{Kind: "shelf", ScheduleID: of.ID, Also: func(ctx context.Context, tx *db.Tx, i *collect.Import) error {
				_, err := tx.Do(ctx, "insert into schedule_files (schedule_id, sha256, name, size, run_id, import_id, created_at) values (?, ?, ?, ?, ?, ?, ?)", of.ID, files[0].SHA256, "a.csv", files[0].Size, dead.run.ID, i.ID, i.CreatedAt)
				return err
			}}
			if _, err := r.imports.Begin(as, files[0], n); err != nil { // the process dies right behind this
				t.Fatal(err)
			}
			r.clock.Advance(leaseTime / 2)
			if err := r.Tick(r.system()); err != nil {
				t.Fatal(err)
			}
			if now, _ := findSchedule(r.ctx, d.Read(), of.ID); now.Fence != dead.fence {
				t.Error("taken up while its process may live")
			}
			r.later(leaseTime)
			r.wantLast(of.ID, "clock done files=2 known=0 failed=0 rows=0")
			r.wantRows("a1 by 1, b1 by 1")
			if err := dead.importFile(as, files[1], collect.NewImport{Kind: "shelf"}); !errors.Is(err, errFenced) {
				t.Error("the dead one went on", err)
			}
		})
	})
}

func TestSchedule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("failures", func(t *testing.T) { failures(t, d) })
		t.Run("what goes out", func(t *testing.T) { takesOut(t, d) })
		t.Run("what people change", func(t *testing.T) { changes(t, d) })
	})
}

func failures(t *testing.T, d *db.DB) {
	subjects := func(r *room) string {
		var all []string
		if err := d.Read().NewRaw("select subject from mails order by id").Scan(r.ctx, &all); err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, "; ")
	}
	t.Run("what may mend itself is tried again soon, told of the third time, and forgotten once it works", func(t *testing.T) {
		r := newRoom(t, d)
		r.failing = fault.Unavailable("analysis_not_ready", nil)
		of := r.make(Draft{Name: "nightly", Direction: Out, Place: inFolder("", ""), Export: &Content{Reason: "the bookkeeper's table"}, Repeat: Repeat{EveryMinutes: 600}, Notify: []string{"1"}})
		r.later(10 * time.Hour)
		r.wantLast(of.ID, "clock failed files=0 known=0 failed=0 rows=0 analysis_not_ready")
		r.turn()
		if r.wrote != 1 {
			t.Error("tried again without a pause")
		}
		r.later(time.Minute)
		r.later(5 * time.Minute)
		if got := subjects(r); r.wrote != 3 || got != "定时任务失败：nightly" {
			t.Errorf("%d tries, told %q", r.wrote, got)
		}
		now, _ := findSchedule(r.ctx, d.Read(), of.ID)
		if v := now.view(r.ctx, nil); v.State != "failing" || v.Failures != 3 || v.ErrorCode != "analysis_not_ready" {
			t.Errorf("%+v", v)
		}
		r.failing = nil
		r.later(15 * time.Minute)
		r.wantLast(of.ID, "retry done files=0 known=0 failed=0 rows=2")
		if now, _ = findSchedule(r.ctx, d.Read(), of.ID); now.Failures != 0 || now.ErrorCode != "" || now.RetryAt != nil {
			t.Errorf("%+v", now)
		}
		if got := subjects(r); got != "定时任务失败：nightly; 定时导出完成：nightly" {
			t.Error(got)
		}
	})

	t.Run("what does not mend itself waits for its time, and is told of at once", func(t *testing.T) {
		r := newRoom(t, d)
		of := r.make(Draft{Place: inFolder("", ""), Notify: []string{"me"}})
		r.exec("update staff set role = 'sales' where id = 1")
		r.later(time.Hour)
		r.wantLast(of.ID, "clock failed files=0 known=0 failed=0 rows=0 not_permitted")
		r.later(30 * time.Minute)
		if got := subjects(r); !strings.HasPrefix(got, "定时任务失败") {
			t.Error(got)
		}
		if runs, _ := runsOf(r.ctx, d.Read(), of.ID, 1<<62, 10); len(runs) != 1 {
			t.Errorf("%d runs", len(runs))
		}
		r.exec("update staff set active = false where id = 1")
		r.later(time.Hour)
		r.wantLast(of.ID, "clock failed files=0 known=0 failed=0 rows=0 staff_gone")
	})
}

func takesOut(t *testing.T, d *db.DB) {
	r := newRoom(t, d)
	of := r.make(Draft{Direction: Out, Place: inFolder("", ""), Export: &Content{Reason: "for the bookkeeper"}, Repeat: Repeat{At: "02:00"}})
	files := func() string {
		entries, err := os.ReadDir(r.out)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, e := range entries {
			text, _ := os.ReadFile(filepath.Join(r.out, e.Name()))
			all = append(all, e.Name()+": "+strings.TrimSpace(string(text)))
		}
		return strings.Join(all, "; ")
	}
	hold := func(on bool) {
		if err := d.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
			if on {
				return workspace.HoldSending(ctx, tx, workspace.Hold{Since: r.clock.Now(), Reason: workspace.HoldRestored})
			}
			return workspace.ReleaseSending(ctx, tx)
		}); err != nil {
			t.Fatal(err)
		}
	}
	hold(true)
	r.later(24 * time.Hour)
	if err := r.RunNow(r.ctx, of.ID); !fault.Is(err, fault.KindConflict) || files() != "" {
		t.Errorf("something left while it was held: %v %s", err, files())
	}
	hold(false)
	r.turn()
	name := "customers-20260303-0200-s" + id(of.ID) + ".csv"
	if got := files(); got != name+": table 1 of staff:1" {
		t.Error(got)
	}
	r.wantLast(of.ID, "clock done files=0 known=0 failed=0 rows=2")
	if left, _ := os.ReadDir(r.Dir); len(left) != 0 {
		t.Error("the draft was left", left)
	}

	// a run that died behind the writing is done again: the same name, one file
	r.exec("update schedule_runs set state = 'running', finished_at = null")
	r.exec("update schedules set lease_until = 0, fence = fence + 1, run_id = (select max(id) from schedule_runs) where id = ?", of.ID)
	r.turn()
	if got := files(); got != name+": table 2 of staff:1" {
		t.Error(got)
	}
	r.ctx = guard.With(r.ctx, guard.Actor{StaffID: 1, Name: "Ann", Role: "analyst"})
	if _, err := r.SetActive(r.ctx, of.ID, false); !fault.Is(err, fault.KindForbidden) {
		t.Error("paused without the right to export", err)
	}
	if v := of.view(r.ctx, nil); v.Export != nil {
		t.Error("what is taken out is shown to who may not")
	}
}

func changes(t *testing.T, d *db.DB) {
	r := newRoom(t, d)
	at := Place{Type: SFTP, Host: "files.example", Login: "till", HostKey: "ssh-ed25519 SHA256:x"}
	draft := Draft{Name: "till", Direction: In, Kind: "shelf", Place: at, Repeat: Repeat{EveryMinutes: 60}, Secret: &Secret{Password: "hush-hush"}}
	of := r.make(draft)
	if strings.Contains(of.Secret+of.Place+jsonText(of.view(r.ctx, nil)), "hush") {
		t.Error("the password lies open")
	}
	draft.Secret = nil
	for _, row := range []struct {
		name  string
		with  func(*Draft)
		field string // at fault, "" = taken
	}{
		{"as it is", func(*Draft) {}, ""},
		{"another folder there", func(d *Draft) { d.Place.Path = "in" }, ""},
		{"another host", func(d *Draft) { d.Place.Host = "evil.example" }, "secret.password"},
		{"another port", func(d *Draft) { d.Place.Port = 2222 }, "secret.password"},
		{"another login", func(d *Draft) { d.Place.Login = "root" }, "secret.password"},
		{"no key of the server", func(d *Draft) { d.Place.HostKey = "" }, "place.host_key"},
		{"a private key that is none", func(d *Draft) { d.Secret = &Secret{PrivateKey: "x"} }, "secret.private_key"},
		{"a pattern with a folder", func(d *Draft) { d.Place.Pattern = "../*.csv" }, "place.pattern"},
		{"a host with a login in it", func(d *Draft) { d.Place.Host = "a@b" }, "place.host"},
		{"the other direction", func(d *Draft) { d.Direction = Out }, "direction"},
		{"every minute", func(d *Draft) { d.Repeat = Repeat{EveryMinutes: 1} }, "repeat.every_minutes"},
		{"at no time", func(d *Draft) { d.Repeat = Repeat{At: "25:00"} }, "repeat.at"},
		{"an unknown kind", func(d *Draft) { d.Kind = "x" }, "kind"},
		{"somebody unknown", func(d *Draft) { d.Notify = []string{"77"} }, "notify[0]"},
		{"new customers for somebody unknown", func(d *Draft) { d.Assign = &collect.Assign{To: "staff", ID: "77"} }, "assign.id"},
		{"an address with a password", func(d *Draft) { d.Place = Place{Type: URL, URL: "https://a:b@files.example/x.csv"} }, "place.url"},
		{"an address of another protocol", func(d *Draft) { d.Place = Place{Type: URL, URL: "file:///etc/passwd"} }, "place.url"},
	} {
		changed := draft
		row.with(&changed)
		var f *fault.Error
		_, err := r.Change(r.ctx, of.ID, "", changed)
		if row.field == "" && err != nil || row.field != "" && (!errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Field != row.field) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if _, err := r.Change(r.ctx, of.ID, api.ETag(of.Version), draft); !fault.Is(err, fault.KindStale) {
		t.Error(err)
	}
	if _, err := r.Create(r.ctx, Draft{Name: "till", Direction: In, Kind: "shelf", Place: inFolder("", ""), Repeat: Repeat{EveryMinutes: 60}}); !fault.Is(err, fault.KindConflict) {
		t.Error(err)
	}
	if paused, err := r.SetActive(r.ctx, of.ID, false); err != nil || paused.view(r.ctx, nil).State != "paused" {
		t.Error(err)
	}
	r.later(48 * time.Hour)
	r.wantLast(of.ID, "none <nil>")
	if err := r.Delete(r.ctx, of.ID); err != nil {
		t.Error(err)
	}
	if _, err := findSchedule(r.ctx, d.Read(), of.ID); !fault.Is(err, fault.KindNotFound) {
		t.Error(err)
	}
}

func TestRepeat(t *testing.T) {
	shanghai, berlin := workspace.Default(), workspace.Default()
	berlin.Location, _ = time.LoadLocation("Europe/Berlin")
	for _, row := range []struct {
		name     string
		of       Repeat
		due, now string
		in       workspace.Workspace
		next     string
	}{
		{"every hour", Repeat{EveryMinutes: 60}, "2026-03-02T01:00:00Z", "2026-03-02T01:00:04Z", shanghai, "2026-03-02T02:00:00Z"},
		{"what was missed is not made up for", Repeat{EveryMinutes: 60}, "2026-03-02T01:00:00Z", "2026-03-05T07:30:00Z", shanghai, "2026-03-05T08:00:00Z"},
		{"daily at two in the night, in Shanghai", Repeat{At: "02:00"}, "2026-03-01T18:00:00Z", "2026-03-01T18:00:00Z", shanghai, "2026-03-02T18:00:00Z"},
		{"daily, later today", Repeat{At: "23:30"}, "2026-03-01T15:30:00Z", "2026-03-02T01:00:00Z", shanghai, "2026-03-02T15:30:00Z"},
		{"weekly on Monday", Repeat{At: "08:00", Weekday: 1}, "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", shanghai, "2026-03-09T00:00:00Z"},
		{"weekly on Sunday", Repeat{At: "08:00", Weekday: 7}, "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", shanghai, "2026-03-08T00:00:00Z"},
		{"over the hour that summer leaves out", Repeat{At: "02:30"}, "2026-03-28T01:30:00Z", "2026-03-28T01:30:00Z", berlin, "2026-03-29T01:30:00Z"},
		{"over the hour that comes twice, once", Repeat{At: "02:30"}, "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z", berlin, "2026-10-26T01:30:00Z"},
	} {
		at := func(text string) int64 {
			when, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatal(err)
			}
			return when.UnixMilli()
		}
		if got := time.UnixMilli(row.of.next(at(row.due), at(row.now), row.in)).UTC().Format(time.RFC3339); got != row.next {
			t.Errorf("%s: %s, want %s", row.name, got, row.next)
		}
	}
}
