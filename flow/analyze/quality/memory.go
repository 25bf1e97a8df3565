package quality

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// Memory is what repairs and marks keep about customers, for when one asks for it or has to be forgotten. It implements
// customer.Holder.
type Memory struct{ Records *db.DB }

type heldChange struct {
	Field  string    `json:"field"`
	Before string    `json:"before"`
	After  string    `json:"after"`
	State  string    `json:"state"`
	At     time.Time `json:"at"`
}

type heldMark struct {
	Rule  string    `json:"rule"`
	Field string    `json:"field"`
	Kind  string    `json:"kind"`
	Value string    `json:"value"`
	At    time.Time `json:"at"`
}

type heldAsk struct {
	Field string    `json:"field"`
	Value string    `json:"value"`
	At    time.Time `json:"at"`
}

// Held gives what repairs changed about the customers of these ids, what was said about their values, and what they are
// to be asked.
func (m Memory) Held(ctx context.Context, ids []int64) (any, error) {
	held := struct {
		Changes []heldChange `json:"changes"`
		Marks   []heldMark   `json:"marks"`
		Asks    []heldAsk    `json:"asks"`
	}{[]heldChange{}, []heldMark{}, []heldAsk{}}
	var rows []struct {
		Kind   string `bun:"kind"`
		Rule   string `bun:"rule"`
		Field  string `bun:"field"`
		Before string `bun:"before"`
		After  string `bun:"after"`
		State  string `bun:"state"`
		At     int64  `bun:"created_at"`
	}
	list := bun.List(ids)
	if err := m.Records.Read().NewRaw(`
select 'change' as kind, f.rule, k.field, k.before, k.after, k.state, f.created_at
from quality_fix_changes k
join quality_fixes f on f.id = k.fix_id
where k.subject_type = 'customer' and k.subject_id in (?)
union all
select 'mark', rule, field, '', value, kind, created_at from quality_marks where subject_type = 'customer' and subject_id in (?)
union all
select 'ask', '', field, '', value, '', created_at from quality_asks where customer_id in (?)
order by 7, 3`, list, list, list).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		switch at := instant(r.At); r.Kind {
		case "change":
			held.Changes = append(held.Changes, heldChange{r.Field, r.Before, r.After, r.State, at})
		case "mark":
			held.Marks = append(held.Marks, heldMark{r.Rule, r.Field, r.State, r.After, at})
		default:
			held.Asks = append(held.Asks, heldAsk{r.Field, r.After, at})
		}
	}
	return held, nil
}

// Forget takes it away. Repairs keep their counts.
func (Memory) Forget(ctx context.Context, tx *db.Tx, ids []int64) error {
	for _, text := range []string{
		"delete from quality_fix_changes where subject_type = 'customer' and subject_id in (?)",
		"delete from quality_marks where subject_type = 'customer' and subject_id in (?)",
		"delete from quality_asks where customer_id in (?)",
	} {
		if _, err := tx.NewRaw(text, bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
