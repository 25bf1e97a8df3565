package quality

import (
	"context"
	"database/sql/driver"
	"encoding/json"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/db"
	"guanxi/flow/customer"
)

// Record is a customer with what rules ask about.
type Record struct {
	customer.Customer
	Contacts     []customer.ContactPoint
	Own          map[string]any // fields of the workspace's own, by key
	Orders       int64
	LastOrder    int64 // milliseconds UTC, 0 for none
	LastActivity int64
	Twin         bool // a pair with another customer is likely one and open
	marks        []mark
}

// mark is what a person has said about a value.
type mark struct {
	rule, field, kind, value string
	at                       int64
}

// The kinds of mark.
const (
	markConfirmed = "confirmed"
	markExcluded  = "excluded"
)

// which makes the condition that a column names one of the customers wanted.
type which func(column string) schema.QueryAppender

func between(first, last int64) which {
	return func(column string) schema.QueryAppender {
		return bun.SafeQuery("? between ? and ?", bun.Ident(column), first, last)
	}
}

func among(ids []int64) which {
	return func(column string) schema.QueryAppender {
		return bun.SafeQuery("? in (?)", bun.Ident(column), bun.List(ids))
	}
}

func cellText(v driver.Value) string {
	switch t := v.(type) {
	case string:
		return t
	case []byte:
		return string(t)
	}
	return ""
}

func cellNumber(v driver.Value) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case bool:
		if n {
			return 1
		}
	}
	return 0
}

func cellID(v driver.Value) *int64 {
	if v == nil {
		return nil
	}
	return new(cellNumber(v))
}

// readRecords gives living customers in order of id.
func readRecords(ctx context.Context, from bun.IDB, wanted which) ([]*Record, error) {
	var rows []*Record
	if err := db.Each(ctx, from, func(c []driver.Value) error {
		r := &Record{Customer: customer.Customer{
			ID: cellNumber(c[0]), Kind: cellText(c[1]), Name: cellText(c[2]), GivenName: cellText(c[3]), FamilyName: cellText(c[4]), Gender: cellText(c[5]),
			Country: cellText(c[7]), Province: cellText(c[8]), City: cellText(c[9]), District: cellText(c[10]), Address: cellText(c[11]),
			Postcode: cellText(c[12]), Company: cellText(c[13]), Industry: cellText(c[14]), LifecycleStage: cellText(c[15]), Source: cellText(c[16]),
			OwnerID: cellID(c[17]), TeamID: cellID(c[18]), Custom: cellText(c[19]), CreatedAt: cellNumber(c[20]), UpdatedAt: cellNumber(c[21]), Version: cellNumber(c[22]),
		}}
		if born := cellText(c[6]); born != "" {
			r.Birthday = &born
		}
		if len(r.Custom) > 2 {
			_ = json.Unmarshal([]byte(r.Custom), &r.Own) // our own writing
			customer.HideSealed(r.Own)
		}
		rows = append(rows, r)
		return nil
	}, `
select id, kind, name, given_name, family_name, gender, birthday, country, province, city, district, address, postcode,
  company, industry, lifecycle_stage, source, owner_id, team_id, custom, created_at, updated_at, version
from customers
where ? and deleted_at is null and merged_into is null
order by id`, wanted("id")); err != nil || len(rows) == 0 {
		return nil, err
	}
	w := &walk{rows: rows}
	for _, part := range []struct {
		sql  string
		of   string
		take func(r *Record, c []driver.Value)
	}{
		{"select customer_id, id, kind, value, raw, state from contact_points where ? order by customer_id, id", "customer_id", func(r *Record, c []driver.Value) {
			r.Contacts = append(r.Contacts, customer.ContactPoint{ID: cellNumber(c[1]), CustomerID: r.ID, Kind: cellText(c[2]), Value: cellText(c[3]), Raw: cellText(c[4]), State: cellText(c[5])})
		}},
		{"select customer_id, count(*), max(ordered_at) from orders where ? and kind = 'order' and deleted_at is null group by customer_id order by customer_id", "customer_id", func(r *Record, c []driver.Value) {
			r.Orders, r.LastOrder = cellNumber(c[1]), cellNumber(c[2])
		}},
		{"select customer_id, max(happened_at) from activities where ? group by customer_id order by customer_id", "customer_id", func(r *Record, c []driver.Value) {
			r.LastActivity = cellNumber(c[1])
		}},
		// from this score on two customers count as one that is kept twice; Today tells of them from there on, too
		{"select a_id from duplicate_pairs where ? and score >= 0.9 and state = 'open' order by a_id", "a_id", func(r *Record, _ []driver.Value) { r.Twin = true }},
		{"select b_id from duplicate_pairs where ? and score >= 0.9 and state = 'open' order by b_id", "b_id", func(r *Record, _ []driver.Value) { r.Twin = true }},
		{"select subject_id, rule, field, kind, value, created_at from quality_marks where ? and subject_type = 'customer' order by subject_id", "subject_id", func(r *Record, c []driver.Value) {
			r.marks = append(r.marks, mark{cellText(c[1]), cellText(c[2]), cellText(c[3]), cellText(c[4]), cellNumber(c[5])})
		}},
	} {
		w.at = 0
		if err := db.Each(ctx, from, func(c []driver.Value) error {
			if r := w.to(cellNumber(c[0])); r != nil {
				part.take(r, c)
			}
			return nil
		}, part.sql, wanted(part.of)); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// walk finds records in order of id again.
type walk struct {
	rows []*Record
	at   int
}

func (w *walk) to(id int64) *Record {
	for w.at < len(w.rows) && w.rows[w.at].ID < id {
		w.at++
	}
	if w.at == len(w.rows) || w.rows[w.at].ID > id {
		return nil
	}
	return w.rows[w.at]
}

// marked gives what was said about a value as it stands now; a mark of another value says nothing.
func (r *Record) marked(rule, field, value string) bool {
	for _, m := range r.marks {
		if m.rule == rule && m.field == field && m.value == value {
			return true
		}
	}
	return false
}

// confirmedAt is when somebody last had to do with what the record says: it was changed, she ordered, staff spoke with
// her, or a person said that it is right.
func (r *Record) confirmedAt() int64 {
	at := max(r.UpdatedAt, r.LastOrder, r.LastActivity)
	for _, m := range r.marks {
		if m.rule == ruleStale {
			at = max(at, m.at)
		}
	}
	return at
}

// text gives a plain field as text, a field of the workspace's own as what it shows.
func (r *Record) text(field string) string {
	switch field {
	case "given_name":
		return r.GivenName
	case "family_name":
		return r.FamilyName
	case "kind":
		return r.Kind
	case "gender":
		if r.Gender == customer.GenderUnknown {
			return ""
		}
		return r.Gender
	case "birthday":
		if r.Birthday != nil {
			return *r.Birthday
		}
	case "lifecycle_stage":
		return r.LifecycleStage
	case "source":
		return r.Source
	case customer.ContactPhone, customer.ContactEmail, customer.ContactWeChat:
		for _, p := range r.Contacts {
			if p.Kind == field && p.State == customer.ContactOK {
				return p.Value
			}
		}
	}
	if value := r.plain(field); value != nil {
		return *value
	}
	if key, own := ownKey(field); own {
		return plainText(r.Own[key])
	}
	return ""
}

// plain gives where a field stands that is text and may be put right; nil for any other.
func (r *Record) plain(field string) *string {
	switch field {
	case "name":
		return &r.Name
	case "gender":
		return &r.Gender
	case "country":
		return &r.Country
	case "province":
		return &r.Province
	case "city":
		return &r.City
	case "district":
		return &r.District
	case "address":
		return &r.Address
	case "postcode":
		return &r.Postcode
	case "company":
		return &r.Company
	case "industry":
		return &r.Industry
	}
	return nil
}
