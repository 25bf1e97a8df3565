package scenario

import (
	"slices"
	"testing"
)

// T01 (C086): the list Zhang, Li, Wang, Wang again, and Chen without a telephone. Three are kept as they are, the twin
// is removed, the telephone is filled from what another source knows; then all of it is taken back.
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

	fill := c.load("t01-fill.csv", "customers")
	c.expect("filled", fill.Updated, 1)
	_, phones = c.customers()
	c.expect("telephones known after filling", len(phones), 4)

	if err := c.Call(t.Context(), "POST", "/imports/"+fill.ID+"/undo", nil, nil); err != nil {
		t.Fatal(err)
	}
	c.await(fill.ID, "undone")
	_, phones = c.customers()
	c.expect("telephones known after the undo", len(phones), 3)
}
