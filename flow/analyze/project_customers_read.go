package analyze

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
)

// customerRow is a customer as records have her, on the way to columns.
type customerRow struct {
	ID                                        int64
	Kind, Name, NameKey, Gender, Birthday     string
	Country, Province, City, District         string
	Address                                   bool // is there one
	Company, Industry, LifecycleStage, Source string
	OwnerID, TeamID                           driver.Value
	Custom                                    string
	CreatedAt, UpdatedAt                      int64

	tags, consents, refused, askAgain []string
	phone, email                      bool
	reach, lists                      []string
	location                          string
	codes                             []string // how phone numbers begin

	stage string // of the lifecycle the company has defined, once reckoned

	speaksAs, contactRoles []string
	speaksFor, contacts    int64 // organizations she is a contact of, persons who are contacts of it
}

// customerRows are customers in order of id, found again by walking along them.
type customerRows struct {
	rows []*customerRow
	at   int
}

// walkTo gives the customer with the id, which must not be below that of the call before; nil when she is not there.
func (r *customerRows) walkTo(id int64) *customerRow {
	for r.at < len(r.rows) && r.rows[r.at].ID < id {
		r.at++
	}
	if r.at == len(r.rows) || r.rows[r.at].ID > id {
		return nil
	}
	return r.rows[r.at]
}

// readCustomers gives living customers in order of id, each with her tags, usable contact points and the consents in
// force as "purpose:channel". which makes the condition that a column names one of those wanted.
func readCustomers(ctx context.Context, from bun.IDB, which func(column string) schema.QueryAppender) ([]*customerRow, error) {
	withheld, err := customer.WithheldFields(ctx, from)
	if err != nil {
		return nil, err
	}
	var rows []*customerRow
	if err := db.Each(ctx, from, func(cells []driver.Value) error {
		rows = append(rows, &customerRow{
			ID: cellNumber(cells[0]), Kind: cellText(cells[1]), Name: cellText(cells[2]), NameKey: cellText(cells[3]), Gender: cellText(cells[4]),
			Birthday: cellText(cells[5]), Country: cellText(cells[6]), Province: cellText(cells[7]), City: cellText(cells[8]),
			District: cellText(cells[9]), Address: cellNumber(cells[10]) == 1, Company: cellText(cells[11]), Industry: cellText(cells[12]),
			LifecycleStage: cellText(cells[13]), Source: cellText(cells[14]), OwnerID: cells[15], TeamID: cells[16], Custom: customer.Withhold(ctx, cellText(cells[17]), withheld),
			CreatedAt: cellNumber(cells[18]), UpdatedAt: cellNumber(cells[19]),
		})
		return nil
	}, `
select id, kind, name, name_key, gender, birthday, country, province, city, district, case when address <> '' then 1 else 0 end,
  company, industry, lifecycle_stage, source, owner_id, team_id, custom, created_at, updated_at
from customers
where ? and deleted_at is null and merged_into is null
order by id`, which("id")); err != nil {
		return nil, err
	}
	for _, c := range rows {
		if c.Address {
			c.reach = append(c.reach, "post")
		}
	}
	if err := leaveOut(ctx, from, rows, which("subject_id")); err != nil {
		return nil, err
	}
	known := &customerRows{rows: rows}
	if err := db.Each(ctx, from, func(cells []driver.Value) error {
		if c := known.walkTo(cellNumber(cells[0])); c != nil {
			c.tags = append(c.tags, cellText(cells[1]))
		}
		return nil
	}, "select customer_id, tag from customer_tags where ? order by customer_id, tag", which("customer_id")); err != nil {
		return nil, err
	}
	known = &customerRows{rows: rows}
	if err := db.Each(ctx, from, func(cells []driver.Value) error {
		if c := known.walkTo(cellNumber(cells[0])); c != nil {
			c.lists = append(c.lists, jsonID(cellNumber(cells[1])))
		}
		return nil
	}, "select customer_id, list_id from list_members where ? order by customer_id, list_id", which("customer_id")); err != nil {
		return nil, err
	}
	known = &customerRows{rows: rows}
	if err := db.Each(ctx, from, func(cells []driver.Value) error {
		if c := known.walkTo(cellNumber(cells[0])); c != nil {
			if code := cellText(cells[3]); code != "" {
				c.phone = true
				c.codes = append(c.codes, code)
			}
			c.email = c.email || cellText(cells[1]) == "email"
			for _, channel := range customer.ChannelsOf(cellText(cells[1]), cellText(cells[2])) {
				if !slices.Contains(c.reach, channel) {
					c.reach = append(c.reach, channel)
				}
			}
		}
		return nil
	}, "select customer_id, kind, stopped, case when kind = 'phone' then substr(value, 1, 4) else '' end from contact_points where ? and state = 'ok' order by customer_id", which("customer_id")); err != nil {
		return nil, err
	}
	for _, end := range contactEnds {
		if err := end.read(ctx, from, rows, which); err != nil {
			return nil, err
		}
	}
	home := workspace.Of(ctx).Country
	for _, c := range rows {
		c.location = customer.LocationOf(c.Country, c.Province, c.codes, home)
	}
	return rows, readConsents(ctx, from, rows, which("customer_id"))
}

// readConsents applies the rule that the latest answer wins and silence means no.
func readConsents(ctx context.Context, from bun.IDB, rows []*customerRow, which schema.QueryAppender) error {
	type question struct{ purpose, channel string }
	known, names := &customerRows{rows: rows}, map[question]string{}
	covered, err := customer.Coverage(ctx, from)
	if err != nil {
		return err
	}
	var last *customerRow
	var answered []question
	return db.Each(ctx, from, func(cells []driver.Value) error {
		c := known.walkTo(cellNumber(cells[0]))
		if c == nil {
			return nil
		}
		if c != last {
			last, answered = c, answered[:0]
		}
		q := question{cellText(cells[1]), cellText(cells[2])}
		if slices.Contains(answered, q) {
			return nil
		}
		answered = append(answered, q)
		name, seen := names[q]
		if !seen {
			name = q.purpose + ":" + q.channel
			names[q] = name
		}
		switch {
		case cellNumber(cells[3]) == 0:
			c.refused = append(c.refused, name)
		case covered(q.purpose, cellNumber(cells[4]), cellNumber(cells[5])):
			c.consents = append(c.consents, name)
		default:
			c.askAgain = append(c.askAgain, name)
		}
		return nil
	}, `
select customer_id, purpose, channel, case when granted then 1 else 0 end, coalesce(notice, 0), happened_at
from consents
where ?
order by customer_id, happened_at desc, id desc`, which)
}

// completeness is the share, 0 to 1, of the details that make a customer workable: for a person name, phone, e-mail,
// gender, birthday, province or country, city, address; for an organization industry instead of gender and birthday.
func (c *customerRow) completeness() float64 {
	have := []bool{c.Name != "", c.phone, c.email, c.Province != "" || c.Country != "", c.City != "", c.Address}
	if c.Kind == "organization" {
		have = append(have, c.Industry != "")
	} else {
		have = append(have, c.Gender != "" && c.Gender != "unknown", c.Birthday != "")
	}
	filled := 0
	for _, h := range have {
		if h {
			filled++
		}
	}
	return float64(filled) / float64(len(have))
}

// columns gives the row in the order of the table's columns.
func (c *customerRow) columns(t customerTotals) []driver.Value {
	var birthday any
	if day, err := time.Parse(time.DateOnly, c.Birthday); err == nil {
		birthday = day
	}
	gender := c.Gender
	if gender == "" {
		gender = "unknown"
	}
	custom := c.Custom
	if custom == "" {
		custom = "{}"
	}
	return []driver.Value{
		c.ID, c.Kind, c.Name, c.NameKey, gender, birthday, nullText(c.Country), nullText(c.Province), nullText(c.City),
		nullText(c.District), nullText(c.Company), nullText(c.Industry), nullText(cmp.Or(c.stage, c.LifecycleStage)), nullText(c.Source),
		c.OwnerID, c.TeamID, textList(c.tags), json.RawMessage(custom), c.phone, c.email, textList(c.consents), c.completeness(),
		c.CreatedAt, c.UpdatedAt, t.count, nullInt(t.firstAt), nullInt(t.lastAt), nullDay(t.firstDay), nullDay(t.lastDay),
		t.gross, t.refunded, textList(c.lists), textList(c.refused), textList(c.askAgain), textList(c.reach), nullText(c.location),
		textList(c.speaksAs), c.speaksFor, textList(c.contactRoles), c.contacts, nullText(c.LifecycleStage),
	}
}

// textList gives an empty list for none, so that "has no tag" needs no case for null.
func textList(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func nullInt(v sql.NullInt64) any {
	if !v.Valid {
		return nil
	}
	return v.Int64
}

func nullDay(v sql.NullTime) any {
	if !v.Valid {
		return nil
	}
	return v.Time
}
