package customer

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// tree is all customers that are one now, and the merges between them, oldest first.
type tree struct {
	ids       []int64
	customers map[int64]*Customer
	was       map[int64]Customer // as loaded
	merges    []*mergeRow
	changed   map[int64]bool // customers
	noted     map[int64]bool // merges
	emptied   []emptied
}

func loadTree(ctx context.Context, tx *db.Tx, rootID int64) (*tree, error) {
	t := &tree{customers: map[int64]*Customer{}, was: map[int64]Customer{}, changed: map[int64]bool{}, noted: map[int64]bool{}}
	var err error
	if t.ids, err = treeBelow(ctx, tx, rootID); err != nil {
		return nil, err
	}
	var customers []*Customer
	if err := tx.NewRaw("select "+customerColumns+" from customers where id in (?)", bun.List(t.ids)).Scan(ctx, &customers); err != nil {
		return nil, err
	}
	for _, c := range customers {
		t.customers[c.ID], t.was[c.ID] = c, *c
	}
	if err := tx.NewRaw("select "+mergeColumns+" from merges where kept_id in (?) and undone_at is null order by id", bun.List(t.ids)).Scan(ctx, &t.merges); err != nil {
		return nil, err
	}
	for _, m := range t.merges {
		var note mergeNote
		if err := json.Unmarshal([]byte(m.Moved), &note); err != nil {
			return nil, err
		}
		m.took = note.Took
	}
	return t, nil
}

// keepers gives a customer and those it is merged into, up to the root.
func (t *tree) keepers(id int64) []int64 {
	path := []int64{id}
	for at := 0; at >= 0; {
		if at = slices.IndexFunc(t.merges, func(m *mergeRow) bool { return m.MergedID == id }); at >= 0 {
			id = t.merges[at].KeptID
			path = append(path, id)
		}
	}
	return path
}

func (t *tree) store(ctx context.Context, tx *db.Tx, now int64) error {
	history := told{source: saidByMerge, at: now}
	for id := range t.changed {
		c, was := t.customers[id], t.was[id]
		c.NameKey, c.NameInitials = NameKeys(c.Kind, c.Name)
		c.Version++
		c.UpdatedAt = now
		if err := updateCustomer(ctx, tx, c); err != nil {
			return err
		}
		history.compare(&was, c)
	}
	if err := history.write(ctx, tx); err != nil {
		return err
	}
	for _, m := range t.merges {
		if !t.noted[m.ID] {
			continue
		}
		text, err := json.Marshal(mergeNote{m.took})
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("update merges set moved = ? where id = ?", string(text), m.ID).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// cut takes a merge out and gives back every attribute that it took.
func (t *tree) cut(id int64) {
	at := slices.IndexFunc(t.merges, func(m *mergeRow) bool { return m.ID == id })
	m := t.merges[at]
	t.merges = slices.Delete(t.merges, at, at+1)
	for _, took := range slices.Backward(m.took) {
		t.giveBack(m, took)
	}
	for again, next := true, 0; again; again = t.collapse() {
		for ; next < len(t.emptied); next++ { // grows while it is worked through, from the leaves to the root
			t.refill(t.emptied[next])
		}
	}
}

// collapse gives back what was chosen whole of a customer who has nothing of it any more.
func (t *tree) collapse() bool {
	for _, m := range t.merges {
		for _, parts := range taking {
			chosen := slices.IndexFunc(m.took, func(k taken) bool { return k.Chosen && k.Field == parts[0] }) >= 0
			if !chosen || slices.ContainsFunc(parts, func(part string) bool { return t.customers[m.MergedID].attribute(part) != "" }) {
				continue
			}
			took := m.took
			m.took = slices.DeleteFunc(slices.Clone(took), func(k taken) bool { return slices.Contains(parts, k.Field) })
			t.noted[m.ID] = true
			for _, k := range slices.Backward(took) {
				if slices.Contains(parts, k.Field) {
					t.giveBack(m, k)
				}
			}
			return true
		}
	}
	return false
}

// emptied is a customer whose attributes a merge fills no longer. What merges before that one have was there already
// or was not wanted.
type emptied struct {
	customer, merge int64
	fields          []string
}

// giveBack undoes what merge m took of one attribute. Where a later merge took the attribute again, only its memory of
// what was before changes; where a person has written it since, it stays.
func (t *tree) giveBack(m *mergeRow, took taken) {
	if n, later := t.tookAfter(m, took.Field, took.After); later != nil {
		t.relink(n, later, took.Before)
		if took.Field == createdField {
			t.empty(m, took.Field)
		}
		return
	}
	if !sameAttribute(t.customers[m.KeptID].attribute(took.Field), took.After) {
		return
	}
	if took.Before == "" || took.Field == createdField {
		t.empty(m, took.Field)
	}
	t.set(m.KeptID, took.Field, took.After, took.Before)
}

func (t *tree) empty(m *mergeRow, field string) {
	for i := range t.emptied {
		if e := &t.emptied[i]; e.merge == m.ID {
			e.fields = append(e.fields, field)
			return
		}
	}
	t.emptied = append(t.emptied, emptied{m.KeptID, m.ID, []string{field}})
}

// refill takes for a customer what the others merged into the same one have.
func (t *tree) refill(e emptied) {
	kept := t.customers[e.customer]
	for _, n := range t.merges {
		if n.KeptID != e.customer || n.ID < e.merge {
			continue
		}
		before, other := *kept, t.customers[n.MergedID]
		for _, field := range attributesOf(other) {
			is, theirs := kept.attribute(field), other.attribute(field)
			if !slices.Contains(e.fields, field) || !gives(field, theirs, is) || !before.mayFill(other, field) {
				continue
			}
			n.took = append(n.took, taken{Field: field, Before: is, After: theirs})
			t.noted[n.ID] = true
			t.set(e.customer, field, is, theirs)
		}
	}
}

// gives says whether a merge takes a value without being told to: an earlier beginning, or anything where there is nothing.
func gives(field, theirs, is string) bool {
	if field == createdField {
		a, b := number(theirs), number(is)
		return a != nil && b != nil && *a < *b
	}
	return is == "" && theirs != ""
}

// set writes an attribute of a customer and lets it rise to whoever took it from her.
func (t *tree) set(id int64, field, old, value string) {
	t.customers[id].setAttribute(field, value)
	t.changed[id] = true
	for _, p := range t.merges {
		if p.MergedID != id {
			continue
		}
		at := slices.IndexFunc(p.took, func(k taken) bool { return k.Field == field && k.After == old })
		if at < 0 {
			if old == "" {
				t.empty(p, field) // there is something to take now
			}
			continue
		}
		t.noted[p.ID] = true
		was := p.took[at]
		if value == "" && !(was.Chosen && partOfWhole(field)) || field == createdField && !gives(field, value, was.Before) {
			p.took = slices.Delete(p.took, at, at+1)
			t.giveBack(p, was)
			continue
		}
		p.took[at].After = value
		if field == createdField {
			t.empty(p, field) // another may have begun earlier
		}
		if n, later := t.tookAfter(p, field, old); later != nil {
			t.relink(n, later, value)
		} else if t.customers[p.KeptID].attribute(field) == old {
			t.set(p.KeptID, field, old, value)
		}
	}
}

// partOfWhole says that an attribute is chosen with others: then it holds even when it is empty.
func partOfWhole(field string) bool {
	return slices.Contains(taking["name"], field) || slices.Contains(taking["address"], field)
}

// relink tells a later merge what was there before it. Where it took something only because there was nothing, and now
// there is, it takes it no longer.
func (t *tree) relink(n *mergeRow, later *taken, before string) {
	later.Before = before
	if before == "" || later.Chosen || later.Field == createdField {
		return
	}
	was := *later
	n.took = slices.DeleteFunc(n.took, func(k taken) bool { return k.Field == was.Field })
	t.giveBack(n, was)
}

// tookAfter gives what the next merge into the same customer took of an attribute that stood as m left it.
func (t *tree) tookAfter(m *mergeRow, field, after string) (*mergeRow, *taken) {
	for _, n := range t.merges {
		if n.KeptID != m.KeptID || n.ID <= m.ID {
			continue
		}
		for i := range n.took {
			if n.took[i].Field == field && sameAttribute(n.took[i].Before, after) {
				t.noted[n.ID] = true
				return n, &n.took[i]
			}
		}
	}
	return nil, nil
}
