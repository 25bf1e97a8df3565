package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/field"
	"guanxi/guard"
)

// timelineChanges gives one item for all fields that one import or person changed at an instant: what each was and
// became, and why. What a merge changed is told by the merge, what she was made with by the making.
func (s *Store) timelineChanges(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []historyRow
	err := s.records.Read().NewRaw(`
select h.id, h.field, h.before, h.after, h.source, h.actor, h.import_id, i.file_name as import_name, h.happened_at
from field_history h
join customers c on c.id = h.customer_id
left join imports i on i.id = h.import_id
where h.customer_id = ?
  and h.source <> ?
  and h.field not in (?)
  and h.happened_at > c.created_at
  and (h.happened_at < ? or h.happened_at = ? and ? > 0)
order by h.happened_at desc, h.id
limit ?`, customerID, saidByMerge, bun.List(closedFields(ctx)), after.at, after.at, after.id, limit*mostChanged).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	rights, fields := guard.FieldsOf(ctx, noun), field.Of(ctx)
	var items []timelineItem
	for _, r := range rows {
		r.open(ctx)
		own, _ := fields.Find(strings.TrimPrefix(r.Field, customPrefix))
		change := r.view(r.Field, own, rights.Right(rightOf(r.Field)))
		if n := len(items); n == 0 || items[n-1].position.At != r.HappenedAt {
			if len(items) == limit {
				break
			}
			values := map[string]any{"source": r.Source, "actor": r.Actor}
			if change.Import != nil {
				values["import_id"], values["import_name"] = itemNumber(int64(change.Import.ID)), change.Import.FileName
			}
			items = append(items, timelineItem{ID: itemID("changed", r.HappenedAt), Kind: "changed", At: instant(r.HappenedAt), Code: "changed", Values: values,
				Details: []timelineDetail{}, position: timelinePosition{At: r.HappenedAt}})
		}
		last := &items[len(items)-1]
		last.Details = append(last.Details, timelineDetail{r.Field, map[string]any{"before": change.Before, "after": change.After}})
	}
	return items, nil
}

// mostChanged bounds how many fields change at one instant.
const mostChanged = 120

// closedFields are the fields with a history that the reader may not see at all; never empty, for SQL.
func closedFields(ctx context.Context) []string {
	rights, closed := guard.FieldsOf(ctx, noun), []string{""}
	names := historyNames()
	for _, f := range field.Of(ctx).All() {
		names = append(names, customPrefix+f.Key)
	}
	for _, name := range names {
		if rights.Right(rightOf(name)) == guard.None {
			closed = append(closed, name)
		}
	}
	return closed
}

// rightOf gives the field whose right covers a line of the history. A way to reach somebody without a rule of its own is
// as private as a phone number.
func rightOf(name string) string {
	if name == ContactWeChat {
		return ContactPhone
	}
	return name
}

// isContact tells whether a line of the history is about a contact point, whose values stand there masked.
func isContact(name string) bool { return slices.Contains(contactKinds, name) }
