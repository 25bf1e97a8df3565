package customer

import (
	"context"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// labelEditor puts a label on customers, takes one from them, or lets one take the place of another.
type labelEditor struct {
	labels
	add, remove string
	at          int64 // the instant the edit was decided, by which undo knows a label it put
}

// labelBefore is what a label edit did: whether it put its label, and since when she had the one it took.
type labelBefore struct {
	Put   bool   `json:"put,omitempty"`
	Taken *int64 `json:"taken,omitempty"`
}

func newLabelEditor(e *BulkEdit, what BulkWhat) *labelEditor {
	l := &labelEditor{labels: listLabels, at: e.CreatedAt}
	list := strconv.FormatInt(what.List, 10)
	switch e.Kind {
	case BulkTag:
		l.labels, l.add = tagLabels, what.Tag
	case BulkUntag:
		l.labels, l.remove = tagLabels, what.Tag
	case BulkListAdd:
		l.add = list
	case BulkListRemove:
		l.remove = list
	case BulkListMove:
		l.add, l.remove = list, strconv.FormatInt(what.From, 10)
	}
	return l
}

// labelEditor checks what is asked. Faults: invalid, forbidden.
func (s *Store) labelEditor(ctx context.Context, from bun.IDB, e *BulkEdit, what BulkWhat) (editor, error) {
	if e.Kind == BulkTag || e.Kind == BulkUntag {
		if what.Tag != trimmed(what.Tag) || what.Tag == "" || utf8.RuneCountInString(what.Tag) > longestTag {
			return nil, fault.Invalid("tag", "length_out_of_range", 1, longestTag)
		}
		if !guard.FieldsOf(ctx, noun).CanWrite("tags") {
			return nil, fault.Forbidden("field_not_writable", "tags")
		}
		return newLabelEditor(e, what), nil
	}
	wanted := map[string]int64{"list_id": what.List}
	if e.Kind == BulkListMove {
		if what.From == what.List {
			return nil, fault.Invalid("from_id", "list_is_the_same")
		}
		wanted["from_id"] = what.From
	}
	for field, id := range wanted {
		var found []int64
		if err := from.NewRaw("select id from lists where id = ? and deleted_at is null", id).Scan(ctx, &found); err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fault.Invalid(field, "unknown_list", id)
		}
	}
	return newLabelEditor(e, what), nil
}

func (l *labelEditor) plan(ctx context.Context, from bun.IDB, ids []int64) (changes []bulkChange, refused int, err error) {
	names := make([]string, 0, 2)
	for _, name := range []string{l.add, l.remove} {
		if name != "" {
			names = append(names, name)
		}
	}
	held, err := l.of(ctx, from, ids, names...)
	if err != nil {
		return nil, 0, err
	}
	has, had := map[int64]bool{}, map[int64]int64{}
	for _, h := range held {
		if h.Label == l.add {
			has[h.CustomerID] = true
		} else {
			had[h.CustomerID] = h.CreatedAt
		}
	}
	for _, id := range ids {
		since, taken := had[id]
		before := labelBefore{Put: l.add != "" && !has[id]}
		if taken {
			before.Taken = &since
		}
		// a move is of those who are there to be moved
		if l.remove != "" && !taken || l.remove == "" && !before.Put {
			continue
		}
		text, err := json.Marshal(before)
		if err != nil {
			return nil, 0, err
		}
		changes = append(changes, bulkChange{CustomerID: id, Before: string(text)})
	}
	return changes, 0, nil
}

func (l *labelEditor) write(ctx context.Context, tx *db.Tx, changes []bulkChange) error {
	put := l.bulk()
	ids := make([]int64, len(changes))
	for i, c := range changes {
		ids[i] = c.CustomerID
		if l.add != "" {
			put.Add(c.CustomerID, l.value(l.add), l.at)
		}
	}
	if err := put.Insert(ctx, tx); err != nil {
		return err
	}
	if l.remove != "" {
		if _, err := tx.NewRaw("delete from ? where customer_id in (?) and ? = ?", bun.Ident(l.table), bun.List(ids), bun.Ident(l.column), l.value(l.remove)).Exec(ctx); err != nil {
			return err
		}
	}
	return l.touch(ctx, tx, ids)
}

func (l *labelEditor) bulk() *db.Bulk {
	return db.NewBulk(l.table, "customer_id, "+l.column+", created_at", "on conflict (customer_id, "+l.column+") do nothing")
}

// touch gives customers a new version where the label is a property of theirs, as tags are and lists are not.
func (l *labelEditor) touch(ctx context.Context, tx *db.Tx, ids []int64) error {
	if l.subject != tagLabels.subject || len(ids) == 0 {
		return nil
	}
	_, err := tx.NewRaw("update customers set version = version + 1, updated_at = ? where id in (?)", clock.Millis(ctx), bun.List(ids)).Exec(ctx)
	return err
}

// restore implements editor. A label that was taken away and put again since is another one, and stays.
func (l *labelEditor) restore(ctx context.Context, tx *db.Tx, changes []bulkChange) (restored []int64, err error) {
	ids := make([]int64, len(changes))
	for i, c := range changes {
		ids[i] = c.CustomerID
	}
	var living []int64
	if err := tx.NewRaw("select id from customers where id in (?) and merged_into is null", bun.List(ids)).Scan(ctx, &living); err != nil {
		return nil, err
	}
	there := map[int64]bool{}
	for _, id := range living {
		there[id] = true
	}
	ours := map[int64]bool{}
	if l.add != "" {
		held, err := l.of(ctx, tx, ids, l.add)
		if err != nil {
			return nil, err
		}
		for _, h := range held {
			ours[h.CustomerID] = h.CreatedAt == l.at
		}
	}
	back := l.bulk()
	var gone []int64
	for _, c := range changes {
		var before labelBefore
		if err := json.Unmarshal([]byte(c.Before), &before); err != nil {
			return nil, err
		}
		if !there[c.CustomerID] || before.Put && !ours[c.CustomerID] {
			continue
		}
		if before.Put {
			gone = append(gone, c.CustomerID)
		}
		if before.Taken != nil {
			back.Add(c.CustomerID, l.value(l.remove), *before.Taken)
		}
		restored = append(restored, c.CustomerID)
	}
	if err := back.Insert(ctx, tx); err != nil {
		return nil, err
	}
	if len(gone) > 0 {
		if _, err := tx.NewRaw("delete from ? where customer_id in (?) and ? = ?", bun.Ident(l.table), bun.List(gone), bun.Ident(l.column), l.value(l.add)).Exec(ctx); err != nil {
			return nil, err
		}
	}
	return restored, l.touch(ctx, tx, restored)
}
