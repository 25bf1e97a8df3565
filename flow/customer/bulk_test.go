package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// byCity finds customers of a city for {"city": "..."} and everybody for {}: a finder that needs no columns.
type byCity struct {
	Finder
	store *Store
}

func (f byCity) Choose(ctx context.Context, filter string) (*roaring64.Bitmap, error) {
	var c struct{ City string }
	if err := json.Unmarshal([]byte(filter), &c); err != nil {
		return nil, err
	}
	found := roaring64.New()
	return found, f.store.addSeen(ctx, found, "(? = '' or c.city = ?)", c.City, c.City)
}

// newBulkShop gives a shop with three customers of Anna's, one of Bo's and two teams.
func newBulkShop(t *testing.T, d *db.DB) (s *shop, ids []string) {
	s = newShop(t, d).queued()
	s.store.Use(byCity{store: s.store}, nil, nil)
	s.exec("insert into teams (id, name, created_at) values (1, '华东', 0), (2, '华南', 0)")
	s.exec("update staff set team_id = 1 where id in (1, 2)")
	s.exec("update staff set team_id = 2 where id = 3")
	s.exec("insert into lists (id, name, created_at, updated_at) values (1, '重点', 0, 0), (2, '展会', 0, 0)")
	for i, owner := range []string{"2", "2", "2", "3"} {
		ids = append(ids, s.add(fields{"name": "客户" + strconv.Itoa(i), "city": []string{"杭州", "广州"}[i%2], "owner_id": owner}))
	}
	return s, ids
}

// edit asks for a change to many and gives the answer.
func (s *shop) edit(body fields) fields {
	s.Helper()
	return s.call(202, "POST", "/bulk-edits", body)
}

func (s *shop) counts(e fields, want string) {
	s.Helper()
	if got := fmt.Sprint(e["state"], " ", e["total"], "=", e["changed"], "+", e["unchanged"], "+", e["left_out"], " undone ", e["undone"], "+", e["kept"]); got != want {
		s.Errorf("%s, want %s", got, want)
	}
}

func TestEditingMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ids := newBulkShop(t, d)
		undo := func(e fields) fields { return s.call(202, "POST", "/bulk-edits/"+e["id"].(string)+"/undo", nil) }

		t.Run("a tag comes to those who do not have it, and goes from those again", func(t *testing.T) {
			s.T = t
			s.call(200, "PATCH", "/customers/"+ids[0], fields{"tags": []string{"VIP"}})
			preview := s.call(200, "POST", "/bulk-edits/preview", fields{"kind": "tag", "tag": "VIP", "chosen": fields{"filter": fields{}}})
			s.has(preview, fields{"total": 4.0, "changed": 3.0, "unchanged": 1.0, "left_out": 0.0, "estimated": false})
			s.is(1, "select count(*) from customer_tags")
			e := s.edit(fields{"kind": "tag", "tag": " VIP ", "chosen": fields{"filter": fields{}}})
			s.counts(e, "done 4=3+1+0 undone 0+0")
			s.is(4, "select count(*) from customer_tags where tag = 'VIP'")
			s.exec("delete from customer_tags where customer_id = ?", *number(ids[1]))
			s.clock.Advance(time.Second)
			s.call(200, "PATCH", "/customers/"+ids[1], fields{"tags": []string{"VIP"}})
			s.counts(undo(e), "undone 4=3+1+0 undone 2+1")
			s.is(2, "select count(*) from customer_tags where tag = 'VIP'")
			s.call(409, "POST", "/bulk-edits/"+e["id"].(string)+"/undo", nil)
			s.is(2, "select count(*) from audit_entries where action in ('customers.edited', 'customers.edit_undone')")
		})
		t.Run("untagging remembers since when", func(t *testing.T) {
			s.T = t
			since := s.one("select created_at from customer_tags where customer_id = ?", *number(ids[0]))
			s.clock.Advance(time.Second)
			e := s.edit(fields{"kind": "untag", "tag": "VIP", "chosen": fields{"ids": []string{ids[0], ids[2]}}})
			s.counts(e, "done 2=1+1+0 undone 0+0")
			undo(e)
			s.is(since, "select created_at from customer_tags where customer_id = ?", *number(ids[0]))
		})
		t.Run("lists take in, move and let go", func(t *testing.T) {
			s.T = t
			s.counts(s.call(202, "POST", "/lists/1/members", fields{"chosen": fields{"filter": fields{"city": "杭州"}}}), "done 2=2+0+0 undone 0+0")
			s.counts(s.call(202, "POST", "/lists/2/members", fields{"chosen": fields{"ids": ids[:1]}}), "done 1=1+0+0 undone 0+0")
			moved := s.call(202, "POST", "/lists/2/members", fields{"from_id": "1", "chosen": fields{"filter": fields{}}})
			s.counts(moved, "done 4=2+2+0 undone 0+0")
			s.is(0, "select count(*) from list_members where list_id = 1")
			s.is(2, "select count(*) from list_members where list_id = 2")
			s.has(s.call(200, "GET", "/customers/"+ids[0], nil), fields{"lists.0.name": "展会"})
			undo(moved)
			s.is(2, "select count(*) from list_members where list_id = 1")
			s.is(1, "select count(*) from list_members where list_id = 2")
			s.counts(s.call(202, "POST", "/lists/1/members/remove", fields{"chosen": fields{"ids": ids}}), "done 4=2+2+0 undone 0+0")
			s.call(404, "POST", "/lists/77/members", fields{"chosen": fields{"ids": ids}})
			s.call(422, "POST", "/lists/1/members", fields{"from_id": "1", "chosen": fields{"ids": ids}})
		})
		t.Run("an owner brings the team, a team sends owners of others away, and both come back", func(t *testing.T) {
			s.T = t
			e := s.edit(fields{"kind": "team", "team_id": "2", "chosen": fields{"filter": fields{}}})
			s.counts(e, "done 4=3+1+0 undone 0+0")
			s.is(4, "select count(*) from customers where team_id = 2")
			s.is(1, "select count(*) from customers where owner_id = 3")
			s.call(200, "PATCH", "/customers/"+ids[0], fields{"owner_id": "1"})
			s.counts(undo(e), "undone 4=3+1+0 undone 2+1")
			s.is(2, "select count(*) from customers where owner_id = 2 and team_id = 1")
			s.is(1, "select count(*) from customers where owner_id = 1 and team_id = 1")
			s.edit(fields{"kind": "owner", "owner_id": "", "chosen": fields{"ids": ids[3:]}})
			s.is(1, "select count(*) from customers where owner_id is null and team_id is null")
		})
		t.Run("a field is set as a form would, with its history", func(t *testing.T) {
			s.T = t
			e := s.edit(fields{"kind": "field", "field": "industry", "value": " 餐饮 ", "chosen": fields{"filter": fields{}}})
			s.counts(e, "done 4=4+0+0 undone 0+0")
			s.is(4, "select count(*) from customers where industry = '餐饮'")
			s.is(4, "select count(*) from field_history where field = 'industry' and source = 'bulk'")
			s.call(200, "PATCH", "/customers/"+ids[0], fields{"company": "牧禾"}) // another field does not stand in the way
			s.counts(undo(e), "undone 4=4+0+0 undone 4+0")
			s.is(0, "select count(*) from customers where industry <> ''")
			s.is(1, "select count(*) from customers where company = '牧禾'")
			own := s.edit(fields{"kind": "field", "field": "custom.level", "value": "gold", "chosen": fields{"ids": ids[:2]}})
			s.has(s.call(200, "GET", "/customers/"+ids[0], nil), fields{"custom.level": "gold"})
			undo(own)
			s.is(4, "select count(*) from customers where custom = '{}'")
		})
		t.Run("what cannot be asked", func(t *testing.T) {
			s.T = t
			for _, row := range []struct {
				body  fields
				field string
			}{
				{fields{"kind": "tag", "tag": "", "chosen": fields{"ids": ids}}, "tag"},
				{fields{"kind": "field", "field": "name", "value": "x", "chosen": fields{"ids": ids}}, "field"},
				{fields{"kind": "field", "field": "lifecycle_stage", "value": "?", "chosen": fields{"ids": ids}}, "value"},
				{fields{"kind": "field", "field": "city", "value": 7, "chosen": fields{"ids": ids}}, "value"},
				{fields{"kind": "owner", "owner_id": "99", "chosen": fields{"ids": ids}}, "owner_id"},
				{fields{"kind": "team", "team_id": "99", "chosen": fields{"ids": ids}}, "team_id"},
				{fields{"kind": "list_add", "list_id": "99", "chosen": fields{"ids": ids}}, "list_id"},
				{fields{"kind": "tag", "tag": "x", "chosen": fields{}}, "chosen"},
				{fields{"kind": "tag", "tag": "x", "chosen": fields{"ids": ids, "filter": fields{}}}, "chosen"},
				{fields{"kind": "tag", "tag": "x", "chosen": fields{"ids": []string{"9999"}}}, "chosen"},
				{fields{"kind": "tag", "tag": "x", "chosen": fields{"import": "9999"}}, "chosen.import"},
			} {
				answer := s.call(422, "POST", "/bulk-edits", row.body)
				if got := at(answer, "errors.0.field"); got != row.field {
					t.Errorf("%v: %v, want %s", row.body, got, row.field)
				}
			}
			s.is(0, "select count(*) from customer_tags where tag = 'x'")
		})
		t.Run("everybody changes their own customers only, and who may not write changes nobody", func(t *testing.T) {
			s.T = t
			e := s.as(anna).edit(fields{"kind": "tag", "tag": "新", "chosen": fields{"ids": ids}})
			s.counts(e, "done 2=2+0+0 undone 0+0")
			s.as(bo).call(422, "POST", "/bulk-edits", fields{"kind": "tag", "tag": "新", "chosen": fields{"ids": ids[:3]}})
			s.call(404, "POST", "/bulk-edits/"+e["id"].(string)+"/undo", nil)
			s.call(403, "POST", "/lists/1/members", fields{"chosen": fields{"ids": ids}})
			s.call(403, "POST", "/bulk-edits", fields{"kind": "list_add", "list_id": "1", "chosen": fields{"ids": ids}})
			s.is(2, "select count(*) from customer_tags where tag = '新'")
		})
	})
}

func TestEditingManyByAJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newBulkShop(t, d)
		const n = 2*atOnce + 7
		s.exec("delete from customers")
		ctx := guard.With(clock.With(context.Background(), s.clock), admin)
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			rows := db.NewBulk("customers", customerColumns, "")
			for i := range n {
				c := newCustomer(1)
				c.ID, c.Name = int64(1000+i), "x"
				c.addTo(rows)
			}
			return rows.Insert(ctx, tx)
		}); err != nil {
			t.Fatal(err)
		}
		e := s.edit(fields{"kind": "tag", "tag": "大批", "chosen": fields{"filter": fields{}}})
		id := *number(e["id"].(string))
		s.counts(e, fmt.Sprintf("queued %d=0+0+0 undone 0+0", n))
		s.call(409, "POST", "/bulk-edits/"+e["id"].(string)+"/undo", nil)

		t.Run("stopped in the middle it goes on where it was", func(t *testing.T) {
			s.T = t
			stopping, stop := context.WithCancel(s.system())
			stop()
			if err := s.store.runEdit(stopping, id); err == nil {
				t.Error("ran to its end")
			}
			if err := s.store.runEdit(s.system(), id); err != nil {
				t.Fatal(err)
			}
			s.counts(s.call(200, "GET", "/bulk-edits/"+e["id"].(string), nil), fmt.Sprintf("done %d=%d+0+0 undone 0+0", n, n))
			s.is(n, "select count(*) from customer_tags where tag = '大批'")
			if err := s.store.runEdit(s.system(), id); err != nil {
				t.Fatal(err)
			}
			s.is(n, "select count(*) from bulk_changes")
		})
		t.Run("undone by a job too", func(t *testing.T) {
			s.T = t
			s.has(s.call(202, "POST", "/bulk-edits/"+e["id"].(string)+"/undo", nil), fields{"state": "undoing"})
			if err := s.store.runEdit(s.system(), id); err != nil {
				t.Fatal(err)
			}
			s.counts(s.call(200, "GET", "/bulk-edits/"+e["id"].(string), nil), fmt.Sprintf("undone %d=%d+0+0 undone %d+0", n, n, n))
			s.is(0, "select count(*) from customer_tags")
			s.is(0, "select count(*) from bulk_changes")
		})
		t.Run("cancelled it stays as far as it came, and that can be undone", func(t *testing.T) {
			s.T = t
			e := s.edit(fields{"kind": "field", "field": "industry", "value": "零售", "chosen": fields{"filter": fields{}}})
			s.has(s.call(200, "POST", "/bulk-edits/"+e["id"].(string)+"/cancel", nil), fields{"state": "cancelled"})
			if err := s.store.runEdit(s.system(), *number(e["id"].(string))); err != nil {
				t.Fatal(err)
			}
			s.is(0, "select count(*) from customers where industry <> ''")
			s.call(409, "POST", "/bulk-edits/"+e["id"].(string)+"/cancel", nil)
		})
		t.Run("an analyst neither edits nor undoes, others do not see it", func(t *testing.T) {
			s.T = t
			s.as(analyst).call(403, "POST", "/bulk-edits", fields{"kind": "tag", "tag": "x", "chosen": fields{"filter": fields{}}})
			s.call(403, "POST", "/bulk-edits/"+e["id"].(string)+"/undo", nil)
			s.as(anna).call(404, "GET", "/bulk-edits/"+e["id"].(string), nil)
			if items := s.call(200, "GET", "/bulk-edits", nil)["items"].([]any); len(items) != 0 {
				t.Errorf("Anna sees %v", items)
			}
		})
	})
}

// Any edits of labels and fields, undone in the opposite order, leave nothing behind.
func TestEditsUndoneBackwardsLeaveNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ids := newBulkShop(t, d)
		ctx := guard.With(clock.With(context.Background(), s.clock), admin)
		state := func() (all string) {
			for _, query := range []string{
				"select customer_id || ' ' || tag || ' ' || created_at from customer_tags order by 1",
				"select customer_id || ' ' || list_id || ' ' || created_at from list_members order by 1",
				"select id || ' ' || coalesce(owner_id, 0) || ' ' || coalesce(team_id, 0) || ' ' || industry || ' ' || city || ' ' || province || ' ' || custom from customers order by 1",
			} {
				var rows []string
				if err := d.Read().NewRaw(query).Scan(ctx, &rows); err != nil {
					t.Fatal(err)
				}
				all += fmt.Sprintln(rows)
			}
			return all
		}
		rapid.Check(t, func(rt *rapid.T) {
			before := state()
			var done []int64
			for range rapid.IntRange(1, 8).Draw(rt, "edits") {
				s.clock.Advance(time.Second)
				draw := func(of ...string) string { return rapid.SampledFrom(of).Draw(rt, "what") }
				what := BulkWhat{Tag: draw("a", "b"), List: 1, From: 2, Owner: draw("", "1", "2", "3"), Team: 2, Field: draw("industry", "city", "custom.size"), Value: json.RawMessage(draw(`"x"`, `"杭州市"`, `null`))}
				chosen := Chosen{}
				for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, 4, rapid.ID).Draw(rt, "whom") {
					chosen.IDs = append(chosen.IDs, api.ID(*number(id)))
				}
				id, err := s.store.EditMany(ctx, draw("tag", "untag", "list_add", "list_remove", "list_move", "owner", "team", "field"), what, chosen)
				if err != nil {
					rt.Fatal(err)
				}
				done = append(done, id)
			}
			for _, id := range slices.Backward(done) {
				if err := s.store.UndoEdit(ctx, id); err != nil {
					rt.Fatal(err)
				}
			}
			if after := state(); after != before {
				rt.Fatalf("before\n%safter\n%s", before, after)
			}
			var kept int64
			if err := d.Read().NewRaw("select coalesce(sum(kept), 0) from bulk_edits where id in (?)", bun.List(done)).Scan(ctx, &kept); err != nil || kept != 0 {
				rt.Fatalf("%d kept, %v", kept, err)
			}
		})
	})
}
