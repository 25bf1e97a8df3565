package collect

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"strings"

	"guanxi/guard"
)

// rowMask hides personal cells from readers who may not see them. Who brought the file may see what is in it.
type rowMask struct {
	own      bool
	columnOf map[string]string // header by field
	hidden   map[string]guard.Right
	byColumn []guard.Right // in the order of the file's columns, "" = shown
}

func (e *Engine) maskFor(ctx context.Context, i *Import) rowMask {
	mask := rowMask{columnOf: map[string]string{}, hidden: map[string]guard.Right{}}
	actor, owner := guard.ActorOf(ctx), i.checkpoint().Actor
	mask.own = actor.System || owner != nil && owner.Key() == actor.Key()
	columns, headers := map[string]string{}, i.Detected().Headers
	for header, field := range i.Mapping().Columns {
		columns[trimCell(header)] = field
		mask.columnOf[field] = trimCell(header)
	}
	rights := guard.FieldsOf(ctx, "customers")
	if k := e.kinds[i.Kind]; k != nil && !mask.own {
		for _, f := range fieldsOf(k) {
			name := strings.TrimPrefix(f.Name, "customer.")
			if right := rights.Right(name); f.Personal && !rights.CanUse(name) {
				mask.hidden[f.Name] = right
			}
		}
	}
	for _, header := range headers {
		field, mapped := columns[header]
		right := mask.hidden[field]
		if !mask.own && (!mapped || field == "") {
			right = guard.Masked // nobody has said what stands in this column
		}
		mask.byColumn = append(mask.byColumn, right)
	}
	return mask
}

func (m rowMask) value(field, value string) string { return hide(m.hidden[field], value) }

func (m rowMask) row(raw string) (cells []string) {
	_ = json.Unmarshal([]byte(raw), &cells)
	for i := range cells {
		if i < len(m.byColumn) {
			cells[i] = hide(m.byColumn[i], cells[i])
		} else if !m.own {
			cells[i] = hide(guard.Masked, cells[i])
		}
	}
	return cells
}

func hide(right guard.Right, value string) string {
	switch right {
	case guard.None:
		return "****"
	case guard.Masked:
		return maskMiddle(value)
	}
	return value
}

func csvLine(cells []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(cells)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
