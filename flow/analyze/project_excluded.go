package analyze

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/db"
)

// leaveOut takes from customers the values that a person has excluded from analysis: the records keep them, columns never
// hold them. A value that has changed since is another one, and stays.
func leaveOut(ctx context.Context, from bun.IDB, rows []*customerRow, which schema.QueryAppender) error {
	known := &customerRows{rows: rows}
	return db.Each(ctx, from, func(cells []driver.Value) error {
		if c := known.walkTo(cellNumber(cells[0])); c != nil {
			c.leaveOut(cellText(cells[1]), cellText(cells[2]))
		}
		return nil
	}, "select subject_id, field, value from quality_marks where kind = 'excluded' and subject_type = 'customer' and ? order by subject_id", which)
}

func (c *customerRow) leaveOut(field, value string) {
	plain := map[string]*string{"birthday": &c.Birthday, "gender": &c.Gender, "country": &c.Country, "province": &c.Province, "city": &c.City,
		"district": &c.District, "company": &c.Company, "industry": &c.Industry}[field]
	if plain != nil {
		if *plain == value {
			*plain = ""
		}
		return
	}
	key, own := strings.CutPrefix(field, customPrefix)
	held := map[string]json.RawMessage{}
	if !own || json.Unmarshal([]byte(c.Custom), &held) != nil {
		return
	}
	var text string
	if json.Unmarshal(held[key], &text) != nil {
		text = string(held[key])
	}
	if held[key] == nil || text != value {
		return
	}
	delete(held, key)
	if rest, err := json.Marshal(held); err == nil {
		c.Custom = string(rest)
	}
}

// excludedOrders is the condition that a person has not excluded an order (alias o) from analysis.
const excludedOrders = "not exists (select 1 from quality_marks q where q.subject_type = 'order' and q.subject_id = o.id and q.kind = 'excluded')"
