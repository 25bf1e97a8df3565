package analyze

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// memberRows gives the rows of a list of members in the order of ids.
func (s *Segments) memberRows(ctx context.Context, ids []int64) ([]SegmentMember, error) {
	out := make([]SegmentMember, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	place := make(map[int64]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	w := workspace.Of(ctx)
	today := civilDay(w, clock.Millis(ctx))
	rows, err := s.columns.Query(ctx, `
select c.id, c.name, c.gender, coalesce(c.province, ''), coalesce(c.city, ''), c.tags, c.orders_count, c.orders_gross - c.orders_refunded,
  c.orders_last_day, coalesce(o.net, 0), s.rfm_segment, s.predicted_value
from customers c
left join customer_scores s on s.customer_id = c.id
left join (
  select customer_id, sum(gross - refunded)::bigint as net
  from orders
  where day > ?::date and day <= ?::date and (kind = 'refund' or status <> 'cancelled') and customer_id in (select unnest(?::bigint[]))
  group by customer_id
) o on o.customer_id = c.id
where c.id in (select unnest(?::bigint[]))`, date(today.AddDate(-1, 0, 0)), date(today), ids, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	mayRFM, mayValue := customerFields["rfm.segment"].mayUse(ctx), customerFields["value.predicted"].mayUse(ctx)
	for rows.Next() {
		m := SegmentMember{Tags: []string{}}
		var tags []any
		var lastDay sql.NullTime
		var rfm sql.NullString
		var predicted sql.NullInt64
		if err := rows.Scan(&m.ID, &m.Name, &m.Gender, &m.Province, &m.City, &tags, &m.Orders, &m.Total.Amount, &lastDay, &m.Last12M.Amount, &rfm, &predicted); err != nil {
			return nil, err
		}
		for _, t := range tags {
			m.Tags = append(m.Tags, t.(string))
		}
		m.Total.Currency, m.Last12M.Currency = w.Currency, w.Currency
		if lastDay.Valid {
			day, days := date(lastDay.Time), int64(daysBetween(lastDay.Time, today))
			m.LastOrderDay, m.LastOrderDays = &day, &days
		}
		if rfm.Valid && mayRFM {
			m.RFMSegment = &rfm.String
		}
		if predicted.Valid && mayValue {
			amount := money.Of(predicted.Int64, w.Currency)
			m.Predicted = &amount
		}
		out[place[int64(m.ID)]] = m
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return out, s.callUnnamed(ctx, out)
}

// callUnnamed gives members without a name the first key a source knows them by, as the customer list does.
func (s *Segments) callUnnamed(ctx context.Context, members []SegmentMember) error {
	if guard.FieldsOf(ctx, "customers").Right("external_id") == guard.None {
		return nil
	}
	var ids []int64
	for _, m := range members {
		if m.Name == "" {
			ids = append(ids, int64(m.ID))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var keys []struct {
		Customer int64  `bun:"customer_id"`
		Key      string `bun:"external_id"`
	}
	if err := s.records.Read().NewRaw("select customer_id, min(external_id) as external_id from identities where customer_id in (?) group by customer_id",
		bun.List(ids)).Scan(ctx, &keys); err != nil {
		return err
	}
	names := make(map[int64]string, len(keys))
	for _, k := range keys {
		names[k.Customer] = k.Key
	}
	for i := range members {
		if members[i].Name == "" {
			members[i].Name = names[int64(members[i].ID)]
		}
	}
	return nil
}

// Reader gives what sentences need to name staff, teams and segments.
func (s *Segments) Reader(ctx context.Context) (Reader, error) {
	r := Reader{Currency: workspace.Of(ctx).Currency, Names: map[string]map[int64]string{}}
	for kind, table := range map[string]string{"owner": "staff", "team": "teams", "segment": "segments"} {
		names, err := namesOf(ctx, s.records.Read(), table)
		if err != nil {
			return Reader{}, err
		}
		r.Names[kind] = names
	}
	r.Names["staff"] = r.Names["owner"]
	return r, nil
}
