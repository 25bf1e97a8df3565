package demo

import (
	"context"
	"fmt"
	"slices"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
)

// Records is a Sink that writes into the record tables, many rows in one change.
// With a feed the rows reach columns by themselves; without, columns are rebuilt
// from records afterwards. Close writes the rest.
type Records struct {
	d        *db.DB
	feeding  bool
	currency string
	now      int64

	ids     map[string]*ids
	changed map[string][]int64
	tables  []*db.Bulk
	waiting int
	staffOf map[int]staffRow // team and name by staff number
	last    map[string]int64 // instant of the last order of each shop

	teams, staff, products, customers, identities, points, consents, tags  *db.Bulk
	orders, lines, activities, segments, targets, findings, sources, costs *db.Bulk
}

// ids are those of one noun: number n of the company gets first+n-1.
type ids struct{ first, taken, used int64 }

// flushRows is how many rows one change holds.
const flushRows = 25_000

// numbered are the nouns whose rows have an id of their own.
var numbered = []string{"teams", "staff", "products", "customers", "contact_points", "consents", "orders", "activities", "segments", "findings", "sources", "costs"}

// NewRecords gives a sink into d. Nobody else may add rows to d until Close.
func NewRecords(ctx context.Context, d *db.DB, feeding bool) (*Records, error) {
	r := &Records{
		d: d, feeding: feeding, currency: workspace.Of(ctx).Currency, now: clock.Millis(ctx),
		ids: map[string]*ids{}, changed: map[string][]int64{}, staffOf: map[int]staffRow{}, last: map[string]int64{},
	}
	r.teams = r.table("teams", "id, name, created_at")
	r.staff = r.table("staff", "id, email, name, role, team_id, capacity_minutes, created_at, updated_at")
	r.products = r.table("products", "id, sku, name, category, brand, tier, price, unit_cost, currency, created_at, updated_at")
	r.customers = r.table("customers", "id, kind, name, given_name, family_name, name_key, name_initials, gender, birthday, country, "+
		"province, city, district, address, company, industry, lifecycle_stage, source, owner_id, team_id, created_at, updated_at")
	r.identities = r.table("identities", "source, external_id, customer_id, created_at")
	r.points = r.table("contact_points", "id, customer_id, kind, value, raw, state, created_at")
	r.consents = r.table("consents", "id, customer_id, purpose, channel, granted, text_version, source, happened_at")
	r.tags = r.table("customer_tags", "customer_id, tag, created_at")
	r.orders = r.table("orders", "id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, "+
		"country, province, city, lines, created_at, updated_at")
	r.lines = r.table("order_lines", "order_id, position, sku, product_name, category, brand, tier, quantity, unit_price_micros, discount, amount")
	r.activities = r.table("activities", "id, customer_id, kind, content, result, next_action, next_at, next_done_at, staff_id, happened_at, created_at")
	r.segments = r.table("segments", "id, name, description, condition, staff_id, created_at, updated_at")
	r.targets = r.table("metric_targets", "metric, target, direction, period, updated_at")
	r.findings = r.table("findings", "id, cause, subject_type, subject_id, subject_label, field, value, created_at")
	r.sources = r.table("sources", "id, name, kind, expected_hours, last_fact_at, created_at")
	r.costs = r.table("costs", "id, kind, channel, campaign, from_day, to_day, amount, currency, note, created_at, updated_at")
	return r, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, noun := range numbered {
			first, err := tx.NextID(ctx, noun)
			if err != nil {
				return err
			}
			r.ids[noun] = &ids{first: first, taken: 1}
		}
		return nil
	})
}

// table declares a table. They are written in the order of declaration, what is
// referred to before what refers to it.
func (r *Records) table(name, columns string) *db.Bulk {
	b := db.NewBulk(name, columns, "")
	r.tables = append(r.tables, b)
	return b
}

// id gives the id of row number of noun, counted from 1.
func (r *Records) id(noun string, number int) int64 {
	i := r.ids[noun]
	i.used = max(i.used, int64(number))
	return i.first + int64(number) - 1
}

// next gives the id of one more row of a noun without numbers.
func (r *Records) next(noun string) int64 { return r.id(noun, int(r.ids[noun].used)+1) }

// optional gives the id of row number of noun, nil for number 0.
func (r *Records) optional(noun string, number int) any {
	if number == 0 {
		return nil
	}
	return r.id(noun, number)
}

// wrote counts rows that wait, notes what changed, and writes when there is enough.
func (r *Records) wrote(ctx context.Context, rows int, subject string, id int64) error {
	if r.feeding && subject != "" {
		r.changed[subject] = append(r.changed[subject], id)
	}
	if r.waiting += rows; r.waiting < flushRows {
		return nil
	}
	return r.flush(ctx)
}

func (r *Records) flush(ctx context.Context) error {
	r.waiting = 0
	return r.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, noun := range numbered {
			if err := r.take(ctx, tx, noun); err != nil {
				return err
			}
		}
		for _, b := range r.tables {
			if err := b.Insert(ctx, tx); err != nil {
				return err
			}
		}
		for subject, changed := range r.changed {
			tx.Feed(subject, slices.Clone(changed)...)
			r.changed[subject] = changed[:0]
		}
		return nil
	})
}

// take sets aside the ids that rows have been given already.
func (r *Records) take(ctx context.Context, tx *db.Tx, noun string) error {
	i := r.ids[noun]
	if i.used <= i.taken {
		return nil
	}
	next, err := tx.NextIDs(ctx, noun, int(i.used-i.taken))
	if err != nil {
		return err
	}
	if want := i.first + i.taken; next != want {
		return fmt.Errorf("somebody else is adding %s: the next id is %d, not %d", noun, next, want)
	}
	i.taken = i.used
	return nil
}

// Close writes what waits, the shops as the sources they are, and what was spent.
func (r *Records) Close(ctx context.Context) error {
	for _, shop := range Shops {
		if last, ok := r.last[shop]; ok {
			r.sources.Add(r.next("sources"), shop, "shop", 24, last, r.now)
		}
	}
	if err := r.spend(ctx); err != nil {
		return err
	}
	return r.flush(ctx)
}
