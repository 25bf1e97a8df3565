package customer

import (
	"context"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// byList finds who is in a list for {"list": "1"}.
type byList struct {
	byCity
	members map[string][]uint64 // of segments
}

func (f byList) Choose(ctx context.Context, filter string) (*roaring64.Bitmap, error) {
	found := roaring64.New()
	if segment, is := f.members[filter]; is {
		found.AddMany(segment)
		return found, nil
	}
	return found, f.store.addSeen(ctx, found, `? = '{"list":"' || (select m.list_id from list_members m where m.customer_id = c.id) || '"}'`, filter)
}

func TestGroupsGiveTheirMembersToWhomTheyBelong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ids := newBulkShop(t, d)
		segments := map[string][]uint64{}
		s.store.Use(byList{byCity{store: s.store}, segments}, nil, nil)
		follow := func() {
			t.Helper()
			if err := s.store.followGroups(s.system()); err != nil {
				t.Fatal(err)
			}
		}
		whose := func(want ...int64) { // owner * 10 + team of each
			t.Helper()
			for i, id := range ids {
				s.Helper()
				s.is(want[i], "select coalesce(owner_id, 0) * 10 + coalesce(team_id, 0) from customers where id = ?", *number(id))
			}
		}
		s.call(202, "POST", "/lists/1/members", fields{"chosen": fields{"ids": ids[:2]}})
		s.exec("update lists set team_id = 2 where id = 1")
		whose(21, 21, 21, 32)

		follow()
		whose(2, 2, 21, 32) // Anna is of another team
		version := s.one("select sum(version) from customers")
		follow()
		s.is(version, "select sum(version) from customers")

		t.Log("who comes in is given, who leaves goes back, what somebody decided stays")
		s.call(202, "POST", "/lists/1/members", fields{"chosen": fields{"ids": ids[2:3]}})
		s.call(202, "POST", "/lists/1/members/remove", fields{"chosen": fields{"ids": ids[:1]}})
		s.call(200, "PATCH", "/customers/"+ids[1], fields{"owner_id": "1"})
		follow()
		whose(21, 11, 2, 32)
		s.call(202, "POST", "/lists/1/members/remove", fields{"chosen": fields{"ids": ids[1:2]}})
		follow()
		whose(21, 11, 2, 32)

		t.Log("a customer of two groups stays with the one that had her first")
		segments[`{"segment":"5"}`] = []uint64{uint64(*number(ids[2])), uint64(*number(ids[3]))}
		s.exec("insert into segments (id, name, condition, owner_id, created_at, updated_at) values (5, 's', '{}', 1, 0, 0)")
		follow()
		whose(21, 11, 2, 11)
		s.clock.Advance(time.Second)
		follow()
		whose(21, 11, 2, 11)

		t.Log("a group given to another team gives its members there, one that belongs to nobody gives them back")
		s.exec("update lists set team_id = 1 where id = 1")
		follow()
		whose(21, 11, 21, 11)
		s.exec("update lists set team_id = null where id = 1")
		s.exec("update segments set deleted_at = 1 where id = 5")
		follow()
		whose(21, 11, 21, 32)
		s.is(0, "select count(*) from bulk_changes c join bulk_edits e on e.id = c.edit_id where e.group_id <> 0")
		if items := s.call(200, "GET", "/bulk-edits", nil)["items"].([]any); len(items) != 4 {
			t.Errorf("%d edits are shown: those of groups are nobody's", len(items))
		}
	})
}
