package customer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// saidInBulk is the source of a value that an edit of many customers has set.
const saidInBulk = "bulk"

// fieldEditor sets one field of customers, or whose they are.
type fieldEditor struct {
	set func(ctx context.Context, c *Customer) (wrong []fault.Field)
}

// ofBulk are the fields that can be set for many at once: what makes somebody who she is, or where she is reached, cannot.
var ofBulk = []string{"kind", "gender", "country", "province", "city", "district", "company", "industry", "lifecycle_stage", "source"}

// ownershipField is the attribute by which an edit remembers owner and team.
const ownershipField = "ownership"

// fieldEditor checks what is asked. Faults: invalid, forbidden.
func (s *Store) fieldEditor(ctx context.Context, from bun.IDB, kind string, what BulkWhat) (editor, error) {
	switch kind {
	case BulkOwner:
		return ownerEditor(ctx, from, what.Owner)
	case BulkTeam:
		return teamEditor(ctx, from, what.Team)
	case BulkField:
		return s.valueEditor(ctx, what)
	}
	return nil, fault.Invalid("kind", "not_one_of")
}

func mayGive(ctx context.Context) error {
	if !guard.FieldsOf(ctx, noun).CanWrite("owner") {
		return fault.Forbidden("field_not_writable", "owner")
	}
	return nil
}

func ownerEditor(ctx context.Context, from bun.IDB, owner string) (editor, error) {
	if err := mayGive(ctx); err != nil {
		return nil, err
	}
	var to Customer
	if err := setOwner(ctx, from, &to, owner); err != nil {
		return nil, err
	}
	return &fieldEditor{set: func(_ context.Context, c *Customer) []fault.Field {
		c.OwnerID, c.TeamID = to.OwnerID, to.TeamID
		return nil
	}}, nil
}

// teamEditor gives customers to a team. An owner of another team does not own them any longer.
func teamEditor(ctx context.Context, from bun.IDB, team int64) (editor, error) {
	if err := mayGive(ctx); err != nil {
		return nil, err
	}
	var known, staff []int64
	if err := from.NewRaw("select id from teams where id = ?", team).Scan(ctx, &known); err != nil {
		return nil, err
	}
	if len(known) == 0 {
		return nil, fault.Invalid("team_id", "team_unknown")
	}
	if err := from.NewRaw("select id from staff where team_id = ?", team).Scan(ctx, &staff); err != nil {
		return nil, err
	}
	return &fieldEditor{set: func(_ context.Context, c *Customer) []fault.Field {
		c.TeamID = &team
		if c.OwnerID != nil && !slices.Contains(staff, *c.OwnerID) {
			c.OwnerID = nil
		}
		return nil
	}}, nil
}

// valueEditor sets a field to one value, brought to its normal form once for all.
func (s *Store) valueEditor(ctx context.Context, what BulkWhat) (editor, error) {
	key, custom := strings.CutPrefix(what.Field, customPrefix)
	if !custom && !slices.Contains(ofBulk, what.Field) {
		return nil, fault.Invalid("field", "field_not_for_many", what.Field)
	}
	if own, known := field.Of(ctx).Find(key); custom && known && (own.Sealed() || own.Type == field.Address || isFile(own) || own.Type == field.Formula) {
		return nil, fault.Invalid("field", "field_not_for_many", what.Field) // the edit would keep it in clear, and an address is one person's
	}
	body := map[string]any{what.Field: what.Value}
	if custom {
		body = map[string]any{"custom": map[string]any{key: what.Value}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fault.Invalid("value", "not_json")
	}
	var f CustomerFields
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fault.Invalid("value", "value_of_another_type")
	}
	if err := mayWrite(ctx, &f); err != nil {
		return nil, err
	}
	try := newCustomer(clock.Millis(ctx))
	try.Name = "x"
	if wrong := f.apply(ctx, &try); len(wrong) > 0 {
		return nil, fault.Invalid("value", wrong[0].Key, wrong[0].Args...)
	}
	if custom {
		if err := s.checkReferences(ctx, s.records, f.Custom); err != nil {
			return nil, err
		}
	}
	return &fieldEditor{set: func(ctx context.Context, c *Customer) []fault.Field {
		before := *c
		wrong := f.apply(ctx, c)
		return append(wrong, checkStage(ctx, &before, c)...)
	}}, nil
}

func (f *fieldEditor) plan(ctx context.Context, from bun.IDB, ids []int64) (changes []bulkChange, refused int, err error) {
	var rows []Customer
	if err := from.NewRaw("select "+customerColumns+" from customers where id in (?) order by id", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, 0, err
	}
	for i := range rows {
		was, is := &rows[i], rows[i]
		if wrong := f.set(ctx, &is); len(wrong) > 0 {
			refused++
			continue
		}
		if sameRecord(was, &is) {
			continue
		}
		kept, diff := map[string][2]string{}, told{}
		diff.compare(was, &is)
		for _, d := range append(diff.rows, toldRow{field: ownershipField}) {
			if before, after := was.attributeOrOwner(d.field), is.attributeOrOwner(d.field); before != after {
				kept[d.field] = [2]string{before, after}
			}
		}
		text, err := json.Marshal(kept)
		if err != nil {
			return nil, 0, err
		}
		changes = append(changes, bulkChange{CustomerID: was.ID, Before: string(text), was: was, is: &is})
	}
	return changes, refused, nil
}

func (f *fieldEditor) write(ctx context.Context, tx *db.Tx, changes []bulkChange) error {
	history := told{source: saidInBulk, at: clock.Millis(ctx)}
	for _, c := range changes {
		c.is.Version, c.is.UpdatedAt = c.was.Version+1, history.at
		if err := updateChanged(ctx, tx, c.was, c.is); err != nil {
			return err
		}
		history.compare(c.was, c.is)
	}
	return history.write(ctx, tx)
}

// restore implements editor: what still is as the edit left it becomes what it was.
func (*fieldEditor) restore(ctx context.Context, tx *db.Tx, changes []bulkChange) (restored []int64, err error) {
	before := map[int64]string{}
	ids := make([]int64, len(changes))
	for i, c := range changes {
		before[c.CustomerID], ids[i] = c.Before, c.CustomerID
	}
	var rows []Customer
	if err := tx.NewRaw("select "+customerColumns+" from customers where id in (?) and merged_into is null order by id", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var back []bulkChange
	for i := range rows {
		was, is := &rows[i], rows[i]
		var kept map[string][2]string
		if err := json.Unmarshal([]byte(before[was.ID]), &kept); err != nil {
			return nil, err
		}
		touched := false
		for name, pair := range kept {
			if was.attributeOrOwner(name) != pair[1] {
				touched = true
				break
			}
			is.setAttributeOrOwner(name, pair[0])
		}
		if touched {
			continue
		}
		is.settle()
		back = append(back, bulkChange{CustomerID: was.ID, was: was, is: &is})
		restored = append(restored, was.ID)
	}
	return restored, (&fieldEditor{}).write(ctx, tx, back)
}

// attributeOrOwner is attribute, which also knows owner and team as "owner/team", either of which may be missing.
func (c *Customer) attributeOrOwner(name string) string {
	if name != ownershipField {
		return c.attribute(name)
	}
	var owner, team string
	if c.OwnerID != nil {
		owner = itemNumber(*c.OwnerID)
	}
	if c.TeamID != nil {
		team = itemNumber(*c.TeamID)
	}
	return owner + "/" + team
}

// setAttributeOrOwner is the reverse.
func (c *Customer) setAttributeOrOwner(name, text string) {
	if name != ownershipField {
		c.setAttribute(name, text)
		return
	}
	owner, team, _ := strings.Cut(text, "/")
	c.OwnerID, c.TeamID = number(owner), number(team)
}
