package schedule

import (
	"strings"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// Who is erased goes from the names of files and from what schedules remember and take out. A table that was only of her is
// not taken of everybody instead: its schedule waits for a person.
func TestForget(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put("王芳.csv", "sku\nw1\n")
		r.put("till.csv", "sku\nt1\n")
		in := r.make(Draft{Name: "in", Place: inFolder("", "")})
		hers := r.make(Draft{Name: "hers", Direction: Out, Place: inFolder("", ""), Export: &Content{Reason: "asked", Filter: `{"field":"name","op":"eq","value":"王芳"}`}})
		all := r.make(Draft{Name: "all", Direction: Out, Place: inFolder("", ""), Export: &Content{Reason: "books"}})
		r.later(time.Hour)
		if err := r.imports.Forget(r.system(), func(text string) bool { return strings.Contains(text, "王芳") }); err != nil {
			t.Fatal(err)
		}
		var left []string
		if err := d.Read().NewRaw("select name from schedule_files union all select marks || content from schedules union all select file_name from imports").Scan(r.ctx, &left); err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(left, " "); strings.Contains(text, "王芳") || !strings.Contains(text, "till.csv") {
			t.Error(text)
		}
		for id, active := range map[int64]bool{in.ID: true, hers.ID: false, all.ID: true} {
			if of, err := findSchedule(r.ctx, d.Read(), id); err != nil || of.Active != active {
				t.Errorf("%s: active %v, %v", of.Name, of.Active, err)
			}
		}
		r.later(time.Hour)
		r.wantLast(in.ID, "clock done files=0 known=1 failed=0 rows=0")
	})
}
