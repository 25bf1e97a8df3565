package collect

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/guard"
)

type alikeView struct {
	Checked     int64            `json:"checked" doc:"rows that would make a customer and were compared with those that are there, and with earlier rows"`
	Unchecked   int64            `json:"unchecked" doc:"rows beyond what one import compares"`
	Found       int64            `json:"found" doc:"rows that look like a customer who is there"`
	Within      int64            `json:"within" doc:"rows that look like an earlier row of the file"`
	Updated     int64            `json:"updated" doc:"rows that have updated whom they look like, as decided"`
	Skipped     int64            `json:"skipped"`
	Above       map[string]int64 `json:"above" doc:"rows found, by least score"`
	AboveWithin map[string]int64 `json:"above_within"`
	Rows        []alikeRowView   `json:"rows" doc:"the first of either whose customer the reader may see"`
}

type alikeRowView struct {
	Row      int64          `json:"row"`
	Part     string         `json:"part,omitempty" doc:"which customer of the row: organization, person; decide for one of several by number/part"`
	Told     []string       `json:"told" doc:"what the row says of the customer, while the file is kept"`
	Customer *staffView     `json:"customer,omitempty" doc:"who is there"`
	Earlier  *alikeTwinView `json:"earlier,omitempty" doc:"or the earlier row"`
	Score    float64        `json:"score"`
	Fields   []string       `json:"fields" doc:"what speaks for it"`
}

type alikeTwinView struct {
	Row  int64    `json:"row"`
	Told []string `json:"told"`
}

// viewAlike shows what an import has found, as far as the reader sees the customers and may know of their fields.
func (e *Engine) viewAlike(ctx context.Context, i *Import) (*alikeView, error) {
	c := i.Alike()
	if c == nil {
		return nil, nil
	}
	v := &alikeView{Checked: c.Checked, Unchecked: c.Unchecked, Found: c.Found, Within: c.Within, Updated: c.Updated, Skipped: c.Skipped,
		Above: addCounts(c.Above, nil), AboveWithin: addCounts(c.AboveWithin, nil), Rows: []alikeRowView{}}
	if !i.DryRun {
		return v, nil // what was decided is done: there are no pairs to look at any more
	}
	names, err := e.alikeNames(ctx, c.Rows)
	if err != nil {
		return nil, err
	}
	told := e.alikeTold(ctx, i, c.Rows)
	rights := guard.FieldsOf(ctx, "customers")
	for _, r := range c.Rows {
		fields := slices.DeleteFunc(slices.Clone(r.Fields), func(f string) bool { return rights.Right(f) == guard.None })
		row := alikeRowView{Row: r.Row, Part: r.Part, Told: told(r.Row, r.Part), Score: r.Score, Fields: append([]string{}, fields...)}
		if r.Within {
			row.Earlier = &alikeTwinView{r.Earlier, told(r.Earlier, r.Part)}
		} else if name, seen := names[r.Record]; seen {
			row.Customer = &staffView{api.ID(r.Record), name}
		} else {
			continue
		}
		v.Rows = append(v.Rows, row)
	}
	return v, nil
}

// alikeNames gives the names of the customers whom rows look like and whom the reader may see.
func (e *Engine) alikeNames(ctx context.Context, found []AlikeRow) (map[int64]string, error) {
	names := map[int64]string{}
	ids := []int64{}
	for _, r := range found {
		if r.Record != 0 {
			ids = append(ids, r.Record)
		}
	}
	if len(ids) == 0 {
		return names, nil
	}
	where, args := guard.ScopeOf(guard.Looking(ctx), "customers").Where("c")
	var rows []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	err := e.records.Read().NewRaw("select c.id, c.name from customers c where c.id in (?) and c.deleted_at is null and c.merged_into is null and "+where,
		append([]any{bun.List(ids)}, args...)...).Scan(ctx, &rows)
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}

// toldOf are the fields by which people tell customers apart, in the order they are shown.
var toldOf = []string{"name", "family_name", "given_name", "phone", "email", "birthday", "city", "address", "company"}

// alikeTold reads what the rows of a file say of their customers, as far as the reader may see it: nothing once the file is gone.
func (e *Engine) alikeTold(ctx context.Context, i *Import, found []AlikeRow) func(row int64, part string) []string {
	layout, mask := i.Detected(), e.maskFor(ctx, i)
	column := map[string]int{}
	for at, header := range layout.Headers {
		for named, field := range i.Mapping().Columns {
			if trimCell(named) == header && field != "" {
				column[field] = at
			}
		}
	}
	rows := e.rowsNumbered(ctx, i, found)
	return func(row int64, part string) []string {
		told := []string{}
		for _, name := range toldOf {
			for _, prefix := range [...]string{"", "customer.", part + "."} {
				at, mapped := column[prefix+name]
				if cells := rows[row]; mapped && at < len(cells) && trimCell(cells[at]) != "" && (part == "" || prefix == part+".") {
					cell := trimCell(cells[at])
					if at < len(mask.byColumn) {
						cell = hide(mask.byColumn[at], cell)
					}
					told = append(told, clip(cell, 80))
				}
			}
		}
		return told
	}
}

// rowsNumbered reads the rows of an import's file that were found alike. What cannot be read is left out.
func (e *Engine) rowsNumbered(ctx context.Context, i *Import, found []AlikeRow) map[int64][]string {
	rows, last := map[int64][]string{}, int64(0)
	for _, r := range found {
		rows[r.Row], rows[r.Earlier] = nil, nil
		last = max(last, r.Row, r.Earlier)
	}
	text, _, err := asText(ctx, filepath.Join(e.dir, i.StoredAs))
	if err != nil || last == 0 {
		return nil
	}
	reader, file, err := textFile{text, i.Detected()}.open(ctx)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	for reader.number < last {
		record, err := reader.next()
		if err != nil {
			break
		}
		if _, wanted := rows[reader.number]; wanted {
			rows[reader.number] = make([]string, len(record))
			for at := range record {
				rows[reader.number][at] = strings.Clone(record[at])
			}
		}
	}
	return rows
}
