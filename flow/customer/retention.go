package customer

import (
	"context"
	"encoding/json"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/job"
	"guanxi/guard"
)

// retained is one kind of records, or one field, that can be kept for a stated time only.
type retained struct {
	name  string
	least int64 // days: the law wants it kept at least so long
	// due selects the ids of rows that are older than a cutoff (the argument); of names the column of the customer whose legal
	// hold keeps the row, "" for none.
	due, of string
	args    []any
	remove  func(ctx context.Context, tx *db.Tx, ids []int64) error
	contact bool // contact points, which stand in more places than one row: see expireContacts
}

func deleteRows(table string, feed string) func(context.Context, *db.Tx, []int64) error {
	return func(ctx context.Context, tx *db.Tx, ids []int64) error {
		if feed != "" {
			tx.Feed(feed, ids...)
		}
		_, err := tx.NewRaw("delete from ? where id in (?)", bun.Ident(table), bun.List(ids)).Exec(ctx)
		return err
	}
}

// eventDays is how long events are kept where the workspace says nothing: three years.
const eventDays = 1095

// leastAudit is how long the audit log is kept whole: six months (cybersecurity law, article 21; 等保 2.0).
const leastAudit = 183

// RecordKinds are the kinds of records that can be kept for a time only, in the order of the page. What each of them is
// measured from stands in its condition.
var recordKinds = []retained{
	// a customer nothing was heard of: nor changed, ordered, spoken with or said anything since
	{name: "records.customers", of: "r.id", due: `select r.id from customers r where r.merged_into is null and r.updated_at < ?0 and r.created_at < ?0
  and not exists (select 1 from orders o where o.customer_id = r.id and o.ordered_at >= ?0)
  and not exists (select 1 from activities a where a.customer_id = r.id and a.happened_at >= ?0)
  and not exists (select 1 from consents s where s.customer_id = r.id and s.happened_at >= ?0)`, remove: nil},
	{name: "records.orders", of: "r.customer_id", due: "select r.id from orders r where r.ordered_at < ?0", remove: expireOrders},
	{name: "records.activities", of: "r.customer_id", due: "select r.id from activities r where r.happened_at < ?0 and (r.next_at is null or r.next_done_at is not null or r.next_at < ?0)", remove: deleteRows("activities", "activities")},
	// what has been overtaken by a later word; the last word stays
	{name: "records.consents", of: "r.customer_id", due: `select r.id from consents r where r.happened_at < ?0
  and exists (select 1 from consents l where l.customer_id = r.customer_id and l.purpose = r.purpose and l.channel = r.channel and l.happened_at > r.happened_at)`, remove: deleteRows("consents", "")},
	{name: "records.field_history", of: "r.customer_id", due: "select r.id from field_history r where r.happened_at < ?0", remove: deleteRows("field_history", "")},
	{name: "records.findings", due: "select r.id from findings r where r.created_at < ?0 and r.state <> 'open'", remove: deleteRows("findings", "")},
	// refused rows and before-images of imports: once they are gone an import cannot be taken back any more
	{name: "records.imports", due: `select r.id from imports r where r.finished_at < ?0 and r.state not in ('queued', 'running')
  and (exists (select 1 from import_rejects j where j.import_id = r.id) or exists (select 1 from import_changes g where g.import_id = r.id))`, remove: removeImportRows},
	{name: "records.requests", of: "r.customer_id", due: "select r.id from person_requests r where r.closed_at < ?0", remove: deleteRows("person_requests", "")},
	// what sources told of, by the request; not as long as anybody's records are held, for one request tells of many
	{name: "records.events", due: `select r.id from event_batches r where r.state = 'resolved' and r.last_ts < ?0
  and not exists (select 1 from legal_holds h where h.lifted_at is null)`, remove: deleteRows("event_batches", "event_batches")},
	{name: "records.audit", least: leastAudit, due: "select r.id from audit_entries r where r.happened_at < ?0 and r.kept_hash = '' and r.summary <> '{}' and r.summary not like '%redacted%'", remove: redactEntries},
}

func expireOrders(ctx context.Context, tx *db.Tx, ids []int64) error {
	tx.Feed("orders", ids...)
	if _, err := tx.NewRaw("delete from order_lines where order_id in (?)", bun.List(ids)).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw("delete from orders where id in (?)", bun.List(ids)).Exec(ctx)
	return err
}

func removeImportRows(ctx context.Context, tx *db.Tx, ids []int64) error {
	for _, table := range []string{"import_rejects", "import_changes"} {
		if _, err := tx.NewRaw("delete from ? where import_id in (?)", bun.Ident(table), bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// redactEntries takes the words of old entries of the audit log away; who did what and when stays, and so does the chain.
func redactEntries(ctx context.Context, tx *db.Tx, ids []int64) error {
	entries, err := guard.Expired(ctx, tx, ids)
	if err != nil {
		return err
	}
	redacted, err := guard.Redact(ctx, tx, entries)
	if err != nil {
		return err
	}
	return guard.Audit(ctx, tx, "audit.expired", "audit", "", map[string]any{"reason": "retention_ended", guard.Redacted: redacted})
}

// retainedFields gives the fields of customers that are kept for a time only: from when their value was last said.
func retainedFields(ctx context.Context) (all []retained) {
	const lastSaid = `coalesce((select max(h.happened_at) from field_history h where h.customer_id = r.id and h.field = ?1), r.created_at) < ?0`
	for _, name := range []string{"birthday", "gender", "address", "company"} {
		held := map[string]string{"birthday": "r.birthday is not null", "gender": "r.gender <> 'unknown'"}[name]
		if held == "" {
			held = "r." + name + " <> ''"
		}
		all = append(all, retained{name: name, of: "r.id", args: []any{name}, due: "select r.id from customers r where " + held + " and " + lastSaid, remove: clearField(name)})
	}
	for _, kind := range []string{ContactPhone, ContactEmail, ContactWeChat} {
		all = append(all, retained{name: kind, of: "r.customer_id", args: []any{kind}, due: "select r.id from contact_points r where r.created_at < ?0 and r.kind = ?1", contact: true})
	}
	for _, f := range field.Of(ctx).All() {
		all = append(all, retained{name: customPrefix + f.Key, of: "r.id", args: []any{customPrefix + f.Key, "%" + likeText(jsonText(f.Key)+":") + "%"},
			due: "select r.id from customers r where r.custom like ?2 escape '!' and " + lastSaid, remove: clearOwn(f.Key)})
	}
	return all
}

func clearField(name string) func(context.Context, *db.Tx, []int64) error {
	empty := map[string]string{"birthday": "null", "gender": "'unknown'"}[name]
	if empty == "" {
		empty = "''"
	}
	return func(ctx context.Context, tx *db.Tx, ids []int64) error {
		tx.Feed("customers", ids...)
		if _, err := tx.NewRaw("update customers set ? = "+empty+", updated_at = updated_at, version = version + 1 where id in (?)", bun.Ident(name), bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
		return forgetValues(ctx, tx, name, ids)
	}
}

func clearOwn(key string) func(context.Context, *db.Tx, []int64) error {
	return func(ctx context.Context, tx *db.Tx, ids []int64) error {
		var rows []struct {
			ID     int64  `bun:"id"`
			Custom string `bun:"custom"`
		}
		if err := tx.NewRaw("select id, custom from customers where id in (?)", bun.List(ids)).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			fields := customFields(r.Custom)
			delete(fields, key)
			if _, err := tx.Do(ctx, "update customers set custom = ?, version = version + 1 where id = ?", customText(fields), r.ID); err != nil {
				return err
			}
		}
		tx.Feed("customers", ids...)
		// of a file field the contents are for the sweep, from now on
		if _, err := tx.NewRaw("update field_files set removed_at = 0 where field = ? and customer_id in (?)", key, bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
		return forgetValues(ctx, tx, customPrefix+key, ids)
	}
}

// retentions gives everything that has a time, with its days.
func (s *Store) retentions(ctx context.Context, from bun.IDB) ([]retained, map[string]int64, error) {
	days := map[string]int64{"records.events": eventDays}
	items, err := loadItems(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range items {
		if i.RetentionDays != nil {
			days[i.Name] = *i.RetentionDays
		}
	}
	for _, f := range field.Of(ctx).All() {
		if f.RetentionDays != nil {
			days[customPrefix+f.Key] = *f.RetentionDays
		}
	}
	return append(append([]retained{}, recordKinds...), retainedFields(ctx)...), days, nil
}

// placeholders are ?0 (the cutoff) and ?1, ?2 ... (further arguments) in due.
var placeholders = regexp.MustCompile(`\?(\d)`)

// text gives the query of the ids that are due before a cutoff, those under a legal hold left out.
func (r retained) text(cutoff int64) (string, []any) {
	var args []any
	text := placeholders.ReplaceAllStringFunc(r.due, func(found string) string {
		if at := found[1] - '0'; at == 0 {
			args = append(args, cutoff)
		} else {
			args = append(args, r.args[at-1])
		}
		return "?"
	})
	if r.of != "" {
		text += " and not exists (select 1 from legal_holds h where h.customer_id = " + r.of + " and h.lifted_at is null)"
	}
	return text, args
}

const retainChunk = 500

// Retain deletes everything whose time is over, and gives how much of what. It is the program's own work.
func (s *Store) Retain(ctx context.Context) (map[string]int64, error) {
	kinds, days, err := s.retentions(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	began, report := clock.Millis(ctx), map[string]int64{}
	for _, kind := range kinds {
		keep, limited := days[kind.name]
		if !limited {
			continue
		}
		n, err := s.expire(ctx, kind, clock.Now(ctx).AddDate(0, 0, -int(keep)).UnixMilli())
		if err != nil {
			return report, err
		}
		if n > 0 {
			report[kind.name] = n
		}
	}
	if len(report) == 0 {
		return report, nil
	}
	if err := s.sweepFiles(ctx); err != nil {
		return report, err
	}
	total := int64(0)
	for _, n := range report {
		total += n
	}
	return report, s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.NextID(ctx, "retention_runs")
		if err != nil {
			return err
		}
		text, err := json.Marshal(report)
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into retention_runs (id, started_at, finished_at, deleted, report) values (?, ?, ?, ?, ?)", id, began, clock.Millis(ctx), total, string(text)); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "retention.ran", "retention", itemNumber(id), report)
	})
}

// expire deletes the rows of one kind that are older than a cutoff, a bounded number at a time.
func (s *Store) expire(ctx context.Context, kind retained, cutoff int64) (total int64, err error) {
	if kind.contact {
		return s.expireContacts(ctx, kind, cutoff)
	}
	for {
		var ids []int64
		text, args := kind.text(cutoff)
		if err := s.records.Read().NewRaw(text+" order by r.id limit ?", append(args, retainChunk)...).Scan(ctx, &ids); err != nil || len(ids) == 0 {
			return total, err
		}
		if kind.remove == nil { // customers go as people who ask for it do
			for _, id := range ids {
				if _, err := s.Erase(ctx, id, "retention_ended"); err != nil && !fault.Is(err, fault.KindNotFound) {
					return total, err
				}
			}
		} else if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return kind.remove(ctx, tx, ids) }); err != nil {
			return total, err
		}
		total += int64(len(ids))
		if len(ids) < retainChunk {
			return total, nil
		}
	}
}

// systemFor lets the program delete for somebody who may ask for it: what is due does not depend on whose it is.
func systemFor(ctx context.Context) context.Context {
	actor := guard.ActorOf(ctx)
	actor.System = true
	return guard.With(ctx, actor)
}

type retainJob struct{}

// Kind implements job.Args.
func (retainJob) Kind() string { return "retention" }

func (s *Store) registerRetain(r *job.Registry) {
	job.Register(r, job.Kind[retainJob]{Run: func(ctx context.Context, _ retainJob) error { _, err := s.Retain(ctx); return err }, Timeout: -1, Every: 6 * time.Hour, Unique: true})
}
