package analyze

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
)

// customerProjection copies customers with their tags, consents and how complete they are. Running totals over orders
// are carried from the row it replaces; those of a customer new to columns are added up.
type customerProjection struct {
	touched *Touched
	orders  *orderProjection
}

func (*customerProjection) Subject() string { return "customers" }

func (p *customerProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.touched.all()
	return to.Exec(ctx, "delete from customers")
}

func (p *customerProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	ids = sortedIDs(ids)
	p.touched.add(ids...)
	rows, err := readCustomers(ctx, from, ids)
	if err != nil {
		return err
	}
	known := map[int64]customerTotals{}
	fresh, err := isNew(ctx, to, "customers", ids)
	if err != nil {
		return err
	}
	if !fresh {
		if known, err = replacedCustomers(ctx, to, ids); err != nil {
			return err
		}
		if err := to.Exec(ctx, "delete from customers where id in (select unnest(?::bigint[]))", ids); err != nil {
			return err
		}
	}
	var unknown, moved []int64
	for _, c := range rows {
		before, ok := known[c.ID]
		if !ok {
			unknown = append(unknown, c.ID)
		} else if before.country != c.Country {
			moved = append(moved, c.ID)
		}
	}
	totals, err := addUp(ctx, to, unknown)
	if err != nil {
		return err
	}
	for _, id := range unknown {
		if _, back := totals[id]; back {
			moved = append(moved, id)
		}
	}
	if len(rows) < len(ids) {
		moved = append(moved, goneOf(ids, rows)...)
	}
	slices.Sort(moved)
	out := make([][]any, len(rows))
	for i, c := range rows {
		t, ok := known[c.ID]
		if !ok {
			t = totals[c.ID]
		}
		out[i] = c.columns(t)
	}
	if err := to.Append(ctx, "customers", out); err != nil {
		return err
	}
	// an order without a country of its own shows its customer's
	return p.orders.projectOf(ctx, from, to, moved)
}

// goneOf gives the ids without a living customer, whose country may have changed all the same.
func goneOf(ids []int64, living []*customerRow) (gone []int64) {
	at := 0
	for _, id := range ids {
		if at < len(living) && living[at].ID == id {
			at++
			continue
		}
		gone = append(gone, id)
	}
	return gone
}

// customerTotals is what columns keep on a customer about her orders, and the country it last saw.
type customerTotals struct {
	count, gross, refunded int64
	firstAt, lastAt        sql.NullInt64
	firstDay, lastDay      sql.NullTime
	country                string
}

func replacedCustomers(ctx context.Context, to *columns.Tx, ids []int64) (map[int64]customerTotals, error) {
	rows, err := to.Query(ctx, `
select id, orders_count, orders_gross, orders_refunded, orders_first_at, orders_last_at, orders_first_day, orders_last_day,
  coalesce(country, '')
from customers
where id in (select unnest(?::bigint[]))`, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[int64]customerTotals{}
	for rows.Next() {
		var id int64
		var t customerTotals
		if err := rows.Scan(&id, &t.count, &t.gross, &t.refunded, &t.firstAt, &t.lastAt, &t.firstDay, &t.lastDay, &t.country); err != nil {
			return nil, err
		}
		known[id] = t
	}
	return known, rows.Err()
}

type customerRow struct {
	ID             int64  `bun:"id"`
	Kind           string `bun:"kind"`
	Name           string `bun:"name"`
	NameKey        string `bun:"name_key"`
	Gender         string `bun:"gender"`
	Birthday       string `bun:"birthday"`
	Country        string `bun:"country"`
	Province       string `bun:"province"`
	City           string `bun:"city"`
	District       string `bun:"district"`
	Address        bool   `bun:"has_address"`
	Company        string `bun:"company"`
	Industry       string `bun:"industry"`
	LifecycleStage string `bun:"lifecycle_stage"`
	Source         string `bun:"source"`
	OwnerID        *int64 `bun:"owner_id"`
	TeamID         *int64 `bun:"team_id"`
	Custom         string `bun:"custom"`
	CreatedAt      int64  `bun:"created_at"`
	UpdatedAt      int64  `bun:"updated_at"`

	tags, consents []string
	phone, email   bool
}

// readCustomers gives the living customers among ids in order of id, each with her tags, usable contact points and the
// consents in force as "purpose:channel".
func readCustomers(ctx context.Context, from bun.IDB, ids []int64) ([]*customerRow, error) {
	var rows []*customerRow
	if err := from.NewRaw(`
select id, kind, name, name_key, gender, coalesce(birthday, '') as birthday, country, province, city, district,
  address <> '' as has_address, company, industry, lifecycle_stage, source, owner_id, team_id, custom, created_at, updated_at
from customers
where ? and deleted_at is null and merged_into is null
order by id`, rowsOf("id", ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	byID := make(map[int64]*customerRow, len(rows))
	for _, c := range rows {
		byID[c.ID] = c
	}
	var tags []struct {
		CustomerID int64  `bun:"customer_id"`
		Tag        string `bun:"tag"`
	}
	if err := from.NewRaw("select customer_id, tag from customer_tags where ? order by customer_id, tag",
		rowsOf("customer_id", ids)).Scan(ctx, &tags); err != nil {
		return nil, err
	}
	for _, t := range tags {
		if c := byID[t.CustomerID]; c != nil {
			c.tags = append(c.tags, t.Tag)
		}
	}
	var points []struct {
		CustomerID int64  `bun:"customer_id"`
		Kind       string `bun:"kind"`
	}
	if err := from.NewRaw("select distinct customer_id, kind from contact_points where ? and state = 'ok'",
		rowsOf("customer_id", ids)).Scan(ctx, &points); err != nil {
		return nil, err
	}
	for _, p := range points {
		if c := byID[p.CustomerID]; c != nil {
			c.phone = c.phone || p.Kind == "phone"
			c.email = c.email || p.Kind == "email"
		}
	}
	return rows, readConsents(ctx, from, ids, byID)
}

// readConsents applies the rule that the latest answer wins and silence means no.
func readConsents(ctx context.Context, from bun.IDB, ids []int64, byID map[int64]*customerRow) error {
	var answers []struct {
		CustomerID int64  `bun:"customer_id"`
		Purpose    string `bun:"purpose"`
		Channel    string `bun:"channel"`
		Granted    bool   `bun:"granted"`
	}
	if err := from.NewRaw(`
select customer_id, purpose, channel, granted
from consents
where ?
order by customer_id, happened_at desc, id desc`, rowsOf("customer_id", ids)).Scan(ctx, &answers); err != nil {
		return err
	}
	type question struct {
		customer         int64
		purpose, channel string
	}
	answered := map[question]bool{}
	for _, a := range answers {
		q := question{a.CustomerID, a.Purpose, a.Channel}
		c := byID[a.CustomerID]
		if answered[q] || c == nil {
			continue
		}
		answered[q] = true
		if a.Granted {
			c.consents = append(c.consents, a.Purpose+":"+a.Channel)
		}
	}
	return nil
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
func (c *customerRow) columns(t customerTotals) []any {
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
	return []any{
		c.ID, c.Kind, c.Name, c.NameKey, gender, birthday, nullText(c.Country), nullText(c.Province), nullText(c.City),
		nullText(c.District), nullText(c.Company), nullText(c.Industry), nullText(c.LifecycleStage), nullText(c.Source),
		nullable(c.OwnerID), nullable(c.TeamID), textList(c.tags), json.RawMessage(custom), c.phone, c.email, textList(c.consents), c.completeness(),
		c.CreatedAt, c.UpdatedAt, t.count, nullInt(t.firstAt), nullInt(t.lastAt), nullDay(t.firstDay), nullDay(t.lastDay),
		t.gross, t.refunded,
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
