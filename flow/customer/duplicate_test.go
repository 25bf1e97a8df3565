package customer

import (
	"context"
	"fmt"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/job"
	"guanxi/guard"
)

// queued gives the shop a queue that takes jobs and works none: the test runs them.
func (s *shop) queued() *shop {
	s.Helper()
	if err := job.Migrate(context.Background(), s.db); err != nil {
		s.Fatal(err)
	}
	r := job.NewRegistry()
	s.store.RegisterJobs(r)
	if _, err := job.New(s.db, r, "test", nil); err != nil {
		s.Fatal(err)
	}
	return s
}

func (s *shop) system() context.Context {
	return guard.System(clock.With(context.Background(), s.clock))
}

// scanAll asks for a scan and runs it.
func (s *shop) scanAll() fields {
	s.Helper()
	id := s.call(202, "POST", "/duplicates/scan", nil)["id"].(string)
	if err := s.store.runScan(s.system(), *number(id)); err != nil {
		s.Fatal(err)
	}
	return s.call(200, "GET", "/duplicates/scan/"+id, nil)
}

var twins = []fields{
	{"name": "林婉清", "phone": "13912345521", "birthday": "1991-08-02", "city": "杭州", "email": "lin@163.com"},
	{"name": "林婉青", "phone": "13912345521", "birthday": "1991-02-08", "city": "杭州"},
	{"name": "王伟", "phone": "13800000001", "city": "上海"},
	{"name": "王伟", "phone": "13655559942", "city": "北京", "birthday": "1980-01-01"},
	{"name": "Rob Allen", "email": "roberta25@smith.net", "birthday": "1971-06-24"},
	{"name": "Robert Allen", "email": "roberta25@smith.com", "birthday": "1971-05-24"},
	{"kind": "organization", "name": "杭州木禾食品有限公司", "phone": "057188886666", "city": "杭州"},
	{"kind": "organization", "name": "杭州木禾食品", "phone": "057188886666"},
}

func TestDuplicates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d).queued()
		var ids []string
		for _, f := range twins {
			ids = append(ids, s.add(f))
		}
		for i := range 60 { // others, each different from all
			s.add(fields{"name": fmt.Sprintf("%c%c%c", []rune("赵钱孙李周吴郑冯陈褚卫蒋")[i%12], '丁'+rune(i*31), '嘉'+rune(i*17)), "phone": fmt.Sprintf("13%09d", 100000007*i%1000000000), "city": "深圳"})
		}
		s.as(analyst).call(403, "POST", "/duplicates/scan", nil)
		scan := s.as(admin).scanAll()
		s.has(scan, fields{"state": "done", "progress": 1, "records": 68, "skipped": 0})
		if scan["suggested_score"].(float64) <= 0 {
			t.Errorf("suggested %v", scan["suggested_score"])
		}
		list := s.call(200, "GET", "/duplicates?min_score=0.5&total=true", nil)
		s.has(list, fields{"total": 3, "items.3": nil})
		found := map[string]fields{}
		for _, i := range list["items"].([]any) {
			pair := i.(fields)
			found[fmt.Sprint(at(pair, "a.id"), "-", at(pair, "b.id"))] = pair
		}
		lin := found[ids[0]+"-"+ids[1]]
		if lin == nil || found[ids[4]+"-"+ids[5]] == nil || found[ids[6]+"-"+ids[7]] == nil {
			t.Fatalf("found %v", found)
		}
		reasons := map[string]string{}
		for _, r := range lin["reasons"].([]any) {
			reasons[at(r, "field").(string)] = at(r, "level").(string) + " " + at(r, "zh-CN").(string)
		}
		for field, want := range map[string]string{"family_name": "exact 姓相同", "given_name": "sound 名写法不同，读音相同", "phone": "exact 电话相同", "birthday": "similar 生日日月颠倒或错一位", "city": "exact 城市相同"} {
			if reasons[field] != want {
				t.Errorf("%s: %q, want %q", field, reasons[field], want)
			}
		}

		t.Run("one said to be different is never asked about again, whatever it was merged into", func(t *testing.T) {
			s.T = t
			s.call(204, "POST", "/duplicates/decide", fields{"a": ids[4], "b": ids[5], "state": "different"})
			s.has(s.scanAll(), fields{"found": 3})
			s.has(s.call(200, "GET", "/duplicates?total=true", nil), fields{"total": 2})
			third := s.add(fields{"name": "Robert Allen", "email": "roberta25@smith.com", "birthday": "1971-05-24"})
			s.scanAll()
			merge := s.call(200, "POST", "/customers/"+third+"/merge", fields{"other": ids[5]})["id"].(string)
			s.scanAll()
			for _, i := range s.call(200, "GET", "/duplicates?min_score=0", nil)["items"].([]any) {
				if a, b := at(i, "a.id"), at(i, "b.id"); a == ids[4] || b == ids[4] {
					t.Errorf("%v-%v is asked about", a, b)
				}
			}
			s.call(200, "POST", "/merges/"+merge+"/undo", nil)
			s.call(204, "DELETE", "/customers/"+third, nil)
		})
		t.Run("later comes back in its time", func(t *testing.T) {
			s.T = t
			s.call(204, "POST", "/duplicates/decide", fields{"a": ids[1], "b": ids[0], "state": "later"})
			s.has(s.call(200, "GET", "/duplicates?total=true", nil), fields{"total": 1})
			s.clock.Advance(laterDays*24*time.Hour + time.Hour)
			s.has(s.call(200, "GET", "/duplicates?total=true", nil), fields{"total": 2})
		})
		t.Run("nobody sees a pair of which one side is not theirs, nor decides about it", func(t *testing.T) {
			s.T = t
			s.exec("update customers set owner_id = 2 where id = ?", ids[0])
			s.as(anna).has(s.call(200, "GET", "/duplicates?min_score=0&total=true", nil), fields{"total": 0, "items.0": nil})
			s.call(404, "POST", "/duplicates/decide", fields{"a": ids[0], "b": ids[1], "state": "different"})
			s.call(404, "POST", "/customers/"+ids[0]+"/merge", fields{"other": ids[1]})
			s.exec("update customers set owner_id = 2 where id = ?", ids[1])
			s.has(s.call(200, "GET", "/duplicates?min_score=0&total=true", nil), fields{"total": 1, "items.0.a.id": ids[0]})
			s.as(admin)
		})
		t.Run("who may not see contact points is not told that they are equal", func(t *testing.T) {
			s.T = t
			for _, i := range s.as(analyst).call(200, "GET", "/duplicates", nil)["items"].([]any) {
				for _, r := range at(i, "reasons").([]any) {
					if f := at(r, "field"); f == "phone" || f == "email" || f == "address" {
						t.Errorf("told %v", r)
					}
				}
			}
			s.as(admin)
		})
		t.Run("merging takes the pair out of the queue, undoing brings it back", func(t *testing.T) {
			s.T = t
			merge := s.call(200, "POST", "/customers/"+ids[0]+"/merge", fields{"other": ids[1], "take": []string{"birthday"}})["id"].(string)
			s.has(s.call(200, "GET", "/customers/"+ids[0], nil), fields{"birthday": "1991-02-08", "name": "林婉清"})
			s.has(s.call(200, "GET", "/duplicates?total=true", nil), fields{"total": 1})
			s.call(200, "POST", "/merges/"+merge+"/undo", nil)
			s.has(s.call(200, "GET", "/customers/"+ids[0], nil), fields{"birthday": "1991-08-02"})
			s.has(s.call(200, "GET", "/duplicates?total=true", nil), fields{"total": 2})
			s.call(422, "POST", "/customers/"+ids[0]+"/merge", fields{"other": ids[1], "take": []string{"version"}})
		})
		t.Run("what is new or changed is found without a scan", func(t *testing.T) {
			s.T = t
			s.clock.Advance(time.Minute)
			again := s.add(fields{"name": "王伟", "phone": "13800000001", "city": "上海"})
			if err := s.store.checkChanges(s.system()); err != nil {
				t.Fatal(err)
			}
			s.is(1, "select count(*) from duplicate_pairs where a_id = ? and b_id = ? and state = 'open' and score > 0.9", ids[2], again)
		})
	})
}

func TestDuplicateCheck(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d).queued()
		s.exec("insert into teams (id, name, created_at) values (1, '华东', 0)")
		id := s.as(anna).add(fields{"name": "林婉清", "phone": "13912345521"})
		s.exec("update customers set team_id = 1 where id = ?", id)
		form := fields{"name": "林婉青", "phone": "139 1234 5521"}

		s.has(s.call(200, "POST", "/duplicates/check", form), fields{"items.0.customer.id": id, "items.0.customer.phone": "139****5521", "items.1": nil, "outside": nil})
		s.has(s.call(200, "POST", "/duplicates/check", fields{"name": "林婉清"}), fields{"items.0": nil}) // a name alone is nobody
		s.has(s.call(200, "POST", "/duplicates/check", fields{"name": "王", "phone": "139"}), fields{"items.0": nil})
		s.as(bo).has(s.call(200, "POST", "/duplicates/check", form), fields{"items.0": nil, "outside": nil})
		s.call(403, "PUT", "/duplicates/settings", fields{"outside": "team"})
		s.as(admin).call(200, "PUT", "/duplicates/settings", fields{"outside": "team"})
		s.as(bo).has(s.call(200, "POST", "/duplicates/check", form), fields{"items.0": nil, "outside.team": "华东"})
		s.as(analyst).call(403, "POST", "/duplicates/check", form)
		s.is(1, "select count(*) from customers")
	})
}

func TestMergingAllAboveAScore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d).queued()
		for i := range 25 {
			for range 2 {
				s.add(fields{"name": fmt.Sprintf("客户%c%c", '一'+rune(i*7), '上'+rune(i*5)), "phone": fmt.Sprintf("139123455%02d", i), "city": "杭州"})
			}
		}
		s.scanAll()
		total := s.call(200, "GET", "/duplicates?min_score=0.9&total=true", nil)["total"].(float64)
		if total != 25 {
			t.Fatalf("%v pairs", total)
		}
		s.call(409, "POST", "/duplicates/merges", fields{"min_score": 0.9})
		sample := s.call(200, "POST", "/duplicates/sample", fields{"min_score": 0.9, "size": 22})["items"].([]any)
		for i, p := range sample {
			var same any = i > 0
			s.call(204, "POST", "/duplicates/labels", fields{"a": at(p, "a.id"), "b": at(p, "b.id"), "same": same})
		}
		// 21 of 22: bounds by Wilson's formula, reckoned elsewhere (statsmodels proportion_confint(21, 22, method="wilson"))
		precision := s.call(200, "GET", "/duplicates/precision?min_score=0.9", nil)
		s.has(precision, fields{"items.0.pairs": 25, "items.0.labelled": 22, "items.0.same": 21})
		low, high := at(precision, "items.0.low").(float64), at(precision, "items.0.high").(float64)
		if low < 0.782 || low > 0.783 || high < 0.991 || high > 0.992 {
			t.Errorf("bounds %v %v", low, high)
		}
		s.call(204, "POST", "/duplicates/decide", fields{"a": at(sample[0], "a.id"), "b": at(sample[0], "b.id"), "state": "different"})
		batch := s.call(202, "POST", "/duplicates/merges", fields{"min_score": 0.9})["id"].(string)
		if err := s.store.runBatch(s.system(), *number(batch)); err != nil {
			t.Fatal(err)
		}
		s.has(s.call(200, "GET", "/duplicates/merges/"+batch, nil), fields{"state": "done", "merged": 24, "left_out": 0})
		s.is(24, "select count(*) from customers where merged_into is not null")
		s.is(24, "select count(*) from audit_entries where action = 'customer.merged' and actor_name = 'Lin'")
		s.as(bo).call(403, "GET", "/duplicates/merges/"+batch, nil)

		s.as(admin).call(202, "POST", "/duplicates/merges/"+batch+"/undo", nil)
		if err := s.store.runBatch(s.system(), *number(batch)); err != nil {
			t.Fatal(err)
		}
		s.has(s.call(200, "GET", "/duplicates/merges/"+batch, nil), fields{"state": "undone", "undone": 24})
		s.is(0, "select count(*) from customers where merged_into is not null")
		s.is(0, "select count(*) from moved")
		s.has(s.call(200, "GET", "/duplicates?min_score=0.9&total=true", nil), fields{"total": 24})
		s.call(409, "POST", "/duplicates/merges/"+batch+"/undo", nil)
	})
}
