package analyze

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/db"
)

// contactEnd is one of the two ends of a contact: the person who speaks for organizations, the organization that persons
// speak for. Only those count who still do, and who are there.
type contactEnd struct {
	here, there string
	of          func(c *customerRow) (count *int64, roles *[]string)
}

var contactEnds = []contactEnd{
	{"person_id", "organization_id", func(c *customerRow) (*int64, *[]string) { return &c.speaksFor, &c.speaksAs }},
	{"organization_id", "person_id", func(c *customerRow) (*int64, *[]string) { return &c.contacts, &c.contactRoles }},
}

func (e contactEnd) read(ctx context.Context, from bun.IDB, rows []*customerRow, which func(column string) schema.QueryAppender) error {
	known := &customerRows{rows: rows}
	var last, other int64
	return db.Each(ctx, from, func(cells []driver.Value) error {
		here, there := cellNumber(cells[0]), cellNumber(cells[1])
		if c := known.walkTo(here); c != nil {
			count, roles := e.of(c)
			if here != last || there != other { // else the same one twice, since a merge
				*count++
			}
			for role := range strings.SplitSeq(cellText(cells[2]), ",") {
				if role != "" && !slices.Contains(*roles, role) {
					*roles = append(*roles, role)
				}
			}
		}
		last, other = here, there
		return nil
	}, `
select k.?, k.?, k.role
from contacts k
join customers t on t.id = k.?
where ? and k.until is null and t.deleted_at is null and t.merged_into is null and k.organization_id <> k.person_id
order by k.?, k.?, k.id`, bun.Ident(e.here), bun.Ident(e.there), bun.Ident(e.there), which("k."+e.here), bun.Ident(e.here), bun.Ident(e.there))
}
