package analyze

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// memberRows gives the rows of a list of members in the order of ids: who they are from the records, which find a few
// rows by their keys at once, and what they are worth from analysis. Somebody deleted meanwhile is left out.
func (s *Segments) memberRows(ctx context.Context, ids []int64) ([]SegmentMember, error) {
	if len(ids) == 0 {
		return []SegmentMember{}, nil
	}
	var people []struct {
		ID       int64  `bun:"id"`
		Name     string `bun:"name"`
		Gender   string `bun:"gender"`
		Province string `bun:"province"`
		City     string `bun:"city"`
	}
	var tags []struct {
		Customer int64  `bun:"customer_id"`
		Tag      string `bun:"tag"`
	}
	var years []struct {
		Customer int64 `bun:"customer_id"`
		Net      int64 `bun:"net"`
	}
	w := workspace.Of(ctx)
	today := civilDay(w, clock.Millis(ctx))
	read := s.records.Read()
	if err := read.NewRaw("select id, name, gender, province, city from customers where id in (?) and deleted_at is null and merged_into is null",
		bun.List(ids)).Scan(ctx, &people); err != nil {
		return nil, err
	}
	if err := read.NewRaw("select customer_id, tag from customer_tags where customer_id in (?) order by tag", bun.List(ids)).Scan(ctx, &tags); err != nil {
		return nil, err
	}
	if err := read.NewRaw(`
select customer_id, sum(gross - refunded) as net
from orders
where customer_id in (?)
  and ordered_at >= ?
  and ordered_at < ?
  and (kind = 'refund' or status <> 'cancelled')
  and deleted_at is null
group by customer_id`, bun.List(ids), dayStart(w, today.AddDate(-1, 0, 1)), dayStart(w, today.AddDate(0, 0, 1))).Scan(ctx, &years); err != nil {
		return nil, err
	}
	figures, err := s.hot.figures(ctx, ids)
	if err != nil {
		return nil, err
	}
	rights := guard.FieldsOf(ctx, "customers")
	mayRFM, mayValue := customerFields["rfm.segment"].mayUse(ctx), customerFields["value.predicted"].mayUse(ctx)
	members := make(map[int64]*SegmentMember, len(people))
	for _, p := range people {
		f := figures[p.ID]
		m := &SegmentMember{ID: api.ID(p.ID), Name: p.Name, Gender: p.Gender, Province: p.Province, City: p.City, Tags: []string{}}
		veil(m, rights)
		if rights.Right(guard.Purchases) == guard.None {
			members[p.ID] = m
			continue
		}
		total, year := money.Of(f.total, w.Currency), money.Of(0, w.Currency)
		m.Orders, m.Total, m.Last12M = &f.count, &total, &year
		if f.lastAt != 0 {
			last := civilDay(w, f.lastAt)
			day, days := date(last), int64(daysBetween(last, today))
			m.LastOrderDay, m.LastOrderDays = &day, &days
		}
		if f.r > 0 && mayRFM {
			segment := f.segment()
			m.RFMSegment = &segment
		}
		if f.predicted.Valid && mayValue {
			amount := money.Of(f.predicted.Int64, w.Currency)
			m.Predicted = &amount
		}
		members[p.ID] = m
	}
	for _, t := range tags {
		if m := members[t.Customer]; m != nil && rights.Right("tags") != guard.None {
			m.Tags = append(m.Tags, t.Tag)
		}
	}
	for _, y := range years {
		if m := members[y.Customer]; m != nil && m.Last12M != nil {
			m.Last12M.Amount = y.Net
		}
	}
	out := make([]SegmentMember, 0, len(ids))
	for _, id := range ids {
		if m := members[id]; m != nil {
			out = append(out, *m)
		}
	}
	return out, s.callUnnamed(ctx, out)
}

// veil takes away what the reader may not see of a member.
func veil(m *SegmentMember, rights guard.Fields) {
	for field, value := range map[string]*string{"gender": &m.Gender, "province": &m.Province, "city": &m.City} {
		if rights.Right(field) == guard.None {
			*value = ""
		}
	}
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
	r := Reader{Currency: workspace.Of(ctx).Currency, Names: map[string]map[int64]string{}, Goods: s.namesGoods(ctx)}
	for kind, table := range map[string]string{"owner": "staff", "team": "teams", "segment": "segments"} {
		names, err := namesOf(ctx, s.records.Read(), table)
		if err != nil {
			return Reader{}, err
		}
		r.Names[kind] = names
	}
	r.Names["staff"] = r.Names["owner"]
	for kind, names := range s.named {
		var err error
		if r.Names[kind], err = names(ctx); err != nil {
			return Reader{}, err
		}
	}
	return r, nil
}
