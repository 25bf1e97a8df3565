package scenario

import (
	"slices"
	"strings"
	"testing"
)

// T01 (C086): the list Zhang, Li, Wang, Wang again, and Chen without a telephone. Three are kept as they are, the twin
// is removed, the telephone is filled from what another source knows; why each row changed can be read; then all of it
// is taken back.
func TestT01CleanTheList(t *testing.T) {
	c := open(t)
	list := c.load("t01-list.csv", "customers")
	c.expect("rows that ended", list.Created+list.Updated+list.Unchanged+list.Duplicates+list.Rejected, 5)
	c.expect("customers made", list.Created, 4)
	c.expect("rows that were somebody known", list.Updated+list.Unchanged+list.Duplicates, 1)

	names, phones := c.customers()
	slices.Sort(names)
	c.expect("who is there", names, []string{"张伟", "李娜", "王芳", "陈静"})
	c.expect("telephones known", len(phones), 3)
	inSuzhou := map[string]any{"field": "city", "op": "in", "value": []string{"苏州市", "苏州"}}
	c.eventually("Wang, counted by analysis", func() any { return c.count(inSuzhou) }, 1)
	c.whyRemoved(list.ID)

	fill := c.load("t01-fill.csv", "customers")
	c.expect("filled", fill.Updated, 1)
	_, phones = c.customers()
	c.expect("telephones known after filling", len(phones), 4)
	c.whyFilled(fill.ID)

	c.post("/imports/"+fill.ID+"/undo", nil, nil)
	c.await(fill.ID, "undone")
	_, phones = c.customers()
	c.expect("telephones known after the undo", len(phones), 3)

	c.post("/imports/"+list.ID+"/undo", nil, nil)
	c.await(list.ID, "undone")
	names, _ = c.customers()
	c.expect("who is there after both are undone", names, []string(nil))
	c.eventually("Wang, counted by analysis, after the undo", func() any { return c.count(inSuzhou) }, 0)
}

// whyRemoved checks that a finding says of the twin's row whose it is.
func (c *company) whyRemoved(id string) {
	c.t.Helper()
	var wang struct{ Items []struct{ ID string } }
	c.get("/search?q=%E7%8E%8B%E8%8A%B3", &wang)
	var findings struct {
		Items []struct {
			Cause     string
			RowNumber int `json:"row_number"`
			Subject   struct{ Type, ID string }
		}
	}
	c.get("/findings?import="+id, &findings)
	for _, f := range findings.Items {
		if strings.HasPrefix(f.Cause, "duplicate") {
			c.expect("whose twin the row is", f.Subject.Type+" "+f.Subject.ID, "customer "+wang.Items[0].ID)
			c.expect("the twin's row", f.RowNumber, 5)
			return
		}
	}
	c.t.Errorf("no finding says why the twin's row made no customer: %+v", findings.Items)
}

// whyFilled checks that the audit log says which import changed one customer.
func (c *company) whyFilled(id string) {
	c.t.Helper()
	var audit struct {
		Items []struct {
			Action  string
			Summary struct{ Created, Changed int }
		}
	}
	c.get("/audit?action=import.applied&subject_type=import&subject_id="+id, &audit)
	c.expect("what the audit log says of the filling", audit.Items, "[{import.applied {0 1}}]")
}
