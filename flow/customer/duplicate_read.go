package customer

import (
	"context"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/uptrace/bun"

	"guanxi/flow/customer/match"
)

// sound gives how a name is spoken, in plain letters; a family name alone keeps its own reading.
func sound(text string, family bool) string {
	if isASCII(text) {
		return strings.ReplaceAll(text, " ", "")
	}
	if family {
		if reading, own := doubleSurnames[text]; own {
			return strings.Join(reading, "")
		}
		if runes := []rune(text); len(runes) == 1 && surnames[runes[0]] != "" {
			return surnames[runes[0]]
		}
	}
	key, _ := NameKeys(KindOrganization, text) // no part of it is taken for a family name
	return key
}

// recordColumns are what duplicates are found by.
const recordColumns = "c.id, c.kind, c.name, c.given_name, c.family_name, c.gender, coalesce(c.birthday, ''), c.city, c.postcode, c.address, c.company, c.custom"

const recordPage = 20_000

// readInto adds all living customers to a set, page by page, and gives how many they are.
func (s *Store) readInto(ctx context.Context, set *match.Set, progress func(share float64)) (total int64, err error) {
	read := s.records.Read()
	var most int64
	if err := read.NewRaw("select coalesce(max(id), 0) from customers").Scan(ctx, &most); err != nil {
		return 0, err
	}
	for from := int64(0); from <= most; {
		page, err := readRecords(ctx, read, "c.id > ? and "+living+" order by c.id limit ?", from, recordPage)
		if err != nil || len(page) == 0 {
			return total, err
		}
		last := page[len(page)-1].ID
		if err := readContacts(ctx, read, page, "customer_id > ? and customer_id <= ?", from, last); err != nil {
			return total, err
		}
		for i := range page {
			set.Add(&page[i])
		}
		total += int64(len(page))
		from = last
		progress(float64(last) / float64(most))
	}
	return total, nil
}

// readRecords reads customers as records to compare, in order of id.
func readRecords(ctx context.Context, from bun.IDB, where string, args ...any) (records []match.Record, err error) {
	rows, err := from.QueryContext(ctx, "select "+recordColumns+" from customers c where "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r match.Record
		var kind, custom string
		if err := rows.Scan(&r.ID, &kind, &r.Name, &r.Given, &r.Family, &r.Gender, &r.Birthday, &r.City, &r.Postcode, &r.Address, &r.Company, &custom); err != nil {
			return nil, err
		}
		r.Organization = kind == KindOrganization
		if custom != "" && custom != "{}" {
			r.Extra = map[string]string{}
			gjson.Parse(custom).ForEach(func(name, value gjson.Result) bool {
				if value.Type == gjson.String || value.Type == gjson.Number {
					r.Extra[name.String()] = value.String()
				}
				return true
			})
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

// readContacts adds the contact points of records, which are in order of id. One that cannot be reached tells who it is
// all the same.
func readContacts(ctx context.Context, from bun.IDB, records []match.Record, where string, args ...any) error {
	rows, err := from.QueryContext(ctx, "select customer_id, kind, value from contact_points where "+where+" order by customer_id, id", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	at := 0
	for rows.Next() {
		var id int64
		var kind, value string
		if err := rows.Scan(&id, &kind, &value); err != nil {
			return err
		}
		for at < len(records) && records[at].ID < id {
			at++
		}
		if at == len(records) {
			break
		}
		if r := &records[at]; r.ID == id {
			switch kind {
			case ContactPhone:
				r.Phones = append(r.Phones, value)
			case ContactEmail:
				r.Emails = append(r.Emails, value)
			}
		}
	}
	return rows.Err()
}
