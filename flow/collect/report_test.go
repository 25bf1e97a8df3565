package collect

import (
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/dial"
	"guanxi/base/fault"
	"guanxi/guard"
	"guanxi/guard/mails"
)

func TestReport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, e := newTestEngine(t, d)
		e.ReportBy(mails.New(d, nil, "https://crm.example", &dial.Dialer{}))
		if _, err := d.Pool().Exec("insert into staff (id, email, name, role, language, created_at, updated_at) values (1, 'ann@shop.example', 'Ann', 'admin', 'en-US', 1, 1), (2, 'wang@shop.example', '王', 'admin', 'zh-CN', 1, 1)"); err != nil {
			t.Fatal(err)
		}
		type told struct {
			Once    string `bun:"once"`
			Subject string `bun:"subject"`
			Body    string `bun:"body"`
			HTML    string `bun:"html"`
		}
		letters := func() (all []told) {
			if err := d.Read().NewRaw("select once, subject, body, html from mails order by id").Scan(ctx, &all); err != nil {
				t.Fatal(err)
			}
			return all
		}
		imp := importText(t, ctx, e, NewImport{ReportTo: []int64{1, 2}}, "sku,name,price\np1,王芳 13900001111,1\np2,cup,bad\n")
		all := letters()
		if len(all) != 2 || all[0].Subject != "Import finished: shelf, 1 created, 0 updated" || all[1].Subject != "导入完成：shelf，新增 1，更新 0" {
			t.Fatalf("%+v", all)
		}
		for _, part := range []string{"Rows: 2", "Rejected: 1", "https://crm.example/imports/", "See this import"} {
			if !strings.Contains(all[0].Body, part) {
				t.Errorf("%q is missing in\n%s", part, all[0].Body)
			}
		}
		for _, l := range all {
			for _, personal := range []string{"王芳", "13900001111", "file.csv", "p1"} {
				if strings.Contains(l.Subject+l.Body+l.HTML, personal) {
					t.Errorf("%q is told in a mail", personal)
				}
			}
		}
		if _, err := e.Undo(ctx, imp.ID); err != nil {
			t.Fatal(err)
		}
		importText(t, ctx, e, NewImport{DryRun: true, ReportTo: []int64{1}}, "sku,name,price\np5,a,1\n")
		importText(t, ctx, e, NewImport{}, "sku,name,price\np6,a,1\n")
		if got := letters(); len(got) != 2 {
			t.Errorf("an undo, a dry run or nobody's import was told of: %+v", got[2:])
		}

		failed := importText(t, ctx, e, NewImport{ReportTo: []int64{1}}, "sku,name,price\n"+strings.Repeat("p7,a,1\n", 200_000)+"p8,\"a,1\n")
		if failed.State != StateFailed {
			t.Fatal(failed.State)
		}
		if all = letters(); len(all) != 3 || all[2].Subject != "Import failed: shelf" || !strings.Contains(all[2].Body, "Nothing was changed") {
			t.Errorf("%+v", all)
		}

		as := guard.With(ctx, guard.Actor{StaffID: 2, Role: "admin"})
		for names, want := range map[string]bool{"me": true, "1,2": true, "me,9": false, "nobody": false, "-1": false} {
			if _, err := mails.Recipients(as, d.Read(), "notify", strings.Split(names, ",")); (err == nil) != want || err != nil && !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", names, err)
			}
		}
	})
}
