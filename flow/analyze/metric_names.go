package analyze

import (
	"context"
	"strconv"
	"strings"

	"guanxi/base/fault"
)

// label gives what a part is called: the name of its staff, team or product where it is one, else its key.
func (p *partSums) label(names map[string]string) string {
	if name, ok := names[p.key]; ok && !p.null && !p.other {
		return name
	}
	if p.other {
		return ""
	}
	return p.key
}

// names gives the names behind the keys of a split by staff, team or sku.
func (m *Metrics) names(ctx context.Context, by *splitBy) (map[string]string, error) {
	names := map[string]string{}
	if by.named != nil {
		return by.named, nil
	}
	switch by.Name {
	case "owner", "team":
		table := map[string]string{"owner": "staff", "team": "teams"}[by.Name]
		var rows []struct {
			ID   int64  `bun:"id"`
			Name string `bun:"name"`
		}
		if err := m.records.Read().NewRaw("select id, name from "+table).Scan(ctx, &rows); err != nil {
			return nil, fault.Wrap(err)
		}
		for _, r := range rows {
			names[strconv.FormatInt(r.ID, 10)] = r.Name
		}
	case "sku":
		rows, err := m.columns.Query(ctx, "select sku, any_value(product) from order_lines where sku is not null group by sku")
		if err != nil {
			return nil, fault.Wrap(err)
		}
		defer rows.Close()
		for rows.Next() {
			var sku string
			var product *string
			if err := rows.Scan(&sku, &product); err != nil {
				return nil, err
			}
			if product != nil {
				names[sku] = *product
			}
		}
		return names, rows.Err()
	}
	return names, nil
}

// flagged gives the customers with an open finding as the text of a list.
func (m *Metrics) flagged(ctx context.Context) (string, error) {
	var ids []int64
	if err := m.records.Read().NewRaw(`
select distinct subject_id
from findings
where state = 'open' and subject_type in ('customer', 'customers') and subject_id is not null`).Scan(ctx, &ids); err != nil {
		return "", fault.Wrap(err)
	}
	text := make([]string, len(ids))
	for i, id := range ids {
		text[i] = strconv.FormatInt(id, 10)
	}
	return "[" + strings.Join(text, ",") + "]", nil
}
