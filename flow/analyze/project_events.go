package analyze

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
	"guanxi/base/workspace"
	"guanxi/flow/customer/track"
)

// seenFor is how long a message id is remembered: what a client sends again comes within that time.
const seenFor = 48 * time.Hour

// eventProjection appends events, each once.
type eventProjection struct {
	touched *Touched
	pruned  int64
}

func (*eventProjection) Subject() string { return "event_batches" }

func (p *eventProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.touched.all()
	if err := to.Empty(ctx, "events"); err != nil {
		return err
	}
	return to.Empty(ctx, "event_ids")
}

// batchRow is one batch of records.
type eventBatch struct {
	ID         int64  `bun:"id"`
	SourceID   int64  `bun:"source_id"`
	Body       []byte `bun:"body"`
	ReceivedAt int64  `bun:"received_at"`
	ImportID   *int64 `bun:"import_id"`
}

// someBatches is how many batches are held in memory at a time.
const someBatches = 500

// Project implements feed.Projection. A batch that is there already is put in anew, for an erasure or the end of a time of
// keeping has changed it.
func (p *eventProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	ids = sortedIDs(ids)
	var again []int64
	if err := p.replaced(ctx, to, ids, &again); err != nil {
		return err
	}
	if len(again) > 0 {
		gone, err := distinctCustomers(ctx, to, "select distinct visitor_id from events where batch_id in (select unnest(?::bigint[]))", again)
		if err != nil {
			return err
		}
		p.touched.touchVisitors(gone...)
		for _, table := range []string{"events", "event_ids"} {
			if err := to.Exec(ctx, "delete from "+table+" where batch_id in (select unnest(?::bigint[]))", again); err != nil {
				return err
			}
		}
	}
	for some := range slices.Chunk(ids, someBatches) {
		var batches []eventBatch
		if err := from.NewRaw("select id, source_id, body, received_at, import_id from event_batches where id in (?) and state = 'resolved' order by id", bun.List(some)).Scan(ctx, &batches); err != nil {
			return err
		}
		if err := p.append(ctx, from, to, batches); err != nil {
			return err
		}
	}
	return p.prune(ctx, to)
}

// replaced gives those of the batches whose events are there already.
func (*eventProjection) replaced(ctx context.Context, to *columns.Tx, ids []int64, again *[]int64) error {
	rows, err := to.Query(ctx, "select distinct batch_id from events where batch_id between ? and ? and batch_id in (select unnest(?::bigint[]))", ids[0], ids[len(ids)-1], ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		*again = append(*again, id)
	}
	return rows.Err()
}

// arrival is one event on its way.
type arrival struct {
	track.Event
	batch, source, received int64
	imported                bool
	a, b                    int64 // digest of source and message id; 0 where a message has none
}

func (p *eventProjection) append(ctx context.Context, from bun.IDB, to *columns.Tx, batches []eventBatch) error {
	var all []arrival
	for _, b := range batches {
		events, err := track.Events(b.Body)
		if err != nil {
			return err
		}
		for _, e := range events {
			a := arrival{Event: e, batch: b.ID, source: b.SourceID, received: cmp.Or(e.Received, b.ReceivedAt), imported: b.ImportID != nil}
			if e.Message != "" {
				sum := sha256.Sum256([]byte(strconv.FormatInt(b.SourceID, 10) + " " + e.Message))
				a.a, a.b = int64(binary.LittleEndian.Uint64(sum[:])), int64(binary.LittleEndian.Uint64(sum[8:])) //nolint:gosec // bits are bits
			}
			all = append(all, a)
		}
	}
	all, err := unseen(ctx, to, all)
	if err == nil {
		all, err = untold(ctx, to, all)
	}
	if err != nil || len(all) == 0 {
		return err
	}
	owners, err := ownersOf(ctx, from, all)
	if err != nil {
		return err
	}
	w := workspace.Of(ctx)
	rows, ids := make([][]any, 0, len(all)), make([][]any, 0, len(all))
	for _, e := range all {
		owner, known := owners[cmp.Or(e.Key, e.Visitor)]
		if _, there := owners[e.Visitor]; !there || !known {
			continue // the visitor was erased
		}
		if owner != nil {
			p.touched.add(*owner)
		}
		var properties any
		if len(e.Properties) > 0 {
			properties = e.Properties
		}
		var key any
		if e.Key != 0 {
			key = e.Key
		}
		rows = append(rows, []any{
			e.batch, int32(e.Position), e.source, e.Message, e.At, civilDay(w, e.At), e.received, e.Kind, e.Name, e.Visitor, nullable(owner), e.Bot, //nolint:gosec // positions are bounded by a request
			nullText(e.Host), nullText(e.Path), nullText(e.Title), nullText(e.Referrer), nullText(e.UTMSource), nullText(e.UTMMedium), nullText(e.UTMCampaign),
			nullText(e.Device), nullable(e.Seconds), nullable(e.Amount), nullText(e.Currency), properties, key,
		})
		if e.a != 0 {
			ids = append(ids, []any{e.a, e.b, e.batch, e.received})
		}
	}
	if err := to.Append(ctx, "events", rows); err != nil {
		return err
	}
	return to.Append(ctx, "event_ids", ids)
}

// unseen drops what has come before within 48 hours, in columns or in the same batches.
func unseen(ctx context.Context, to *columns.Tx, all []arrival) ([]arrival, error) {
	var a, b, at, received []int64
	for i, e := range all {
		if e.a != 0 {
			a, b, at, received = append(a, e.a), append(b, e.b), append(at, int64(i)), append(received, e.received)
		}
	}
	if len(a) == 0 {
		return all, nil
	}
	rows, err := to.Query(ctx, `
select distinct n.i
from (select unnest(?::bigint[]) as a, unnest(?::bigint[]) as b, unnest(?::bigint[]) as i, unnest(?::bigint[]) as received) n
join event_ids e on e.a = n.a and e.b = n.b
where abs(n.received - e.received_at) < ?`, a, b, at, received, seenFor.Milliseconds())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	seen := map[int64]bool{}
	for rows.Next() {
		var i int64
		if err := rows.Scan(&i); err != nil {
			return nil, err
		}
		seen[i] = true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	kept, here := all[:0], map[[2]int64]int64{}
	for i, e := range all {
		if e.a != 0 {
			key := [2]int64{e.a, e.b}
			before, repeated := here[key]
			if seen[int64(i)] || repeated && e.received-before < seenFor.Milliseconds() {
				continue
			}
			here[key] = e.received
		}
		kept = append(kept, e)
	}
	return kept, nil
}

// untold drops from what came in files all that is there already, however long ago it came.
func untold(ctx context.Context, to *columns.Tx, all []arrival) ([]arrival, error) {
	var at, source []int64
	var ids []string
	first, last := int64(math.MaxInt64), int64(0)
	for i, e := range all {
		if e.imported {
			at, source, ids = append(at, int64(i)), append(source, e.source), append(ids, e.Message)
			first, last = min(first, e.At), max(last, e.At)
		}
	}
	if len(at) == 0 {
		return all, nil
	}
	rows, err := to.Query(ctx, `
select distinct n.i
from (select unnest(?::bigint[]) as i, unnest(?::bigint[]) as source, unnest(?::varchar[]) as id) n
join events e on e.source_id = n.source and e.message_id = n.id
where e.ts between ? and ?`, at, source, ids, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	told := map[int]bool{}
	for rows.Next() {
		var i int
		if err := rows.Scan(&i); err != nil {
			return nil, err
		}
		told[i] = true
	}
	kept := all[:0]
	for i, e := range all {
		if !told[i] {
			kept = append(kept, e)
		}
	}
	return kept, rows.Err()
}

// ownersOf gives whose the visitors of events are, nil for nobody's; erased visitors are not there.
func ownersOf(ctx context.Context, from bun.IDB, all []arrival) (map[int64]*int64, error) {
	var wanted []int64
	for _, e := range all {
		wanted = append(wanted, e.Visitor)
		if e.Key != 0 {
			wanted = append(wanted, e.Key)
		}
	}
	owners := map[int64]*int64{}
	for some := range slices.Chunk(sortedIDs(wanted), 5000) {
		visitors, err := visitorsOf(ctx, from, some)
		if err != nil {
			return nil, err
		}
		for _, v := range visitors {
			owners[v.ID] = v.CustomerID
		}
	}
	return owners, nil
}

// prune forgets message ids of which nothing comes again, now and then.
func (p *eventProjection) prune(ctx context.Context, to *columns.Tx) error {
	var newest *int64
	if err := to.QueryRow(ctx, "select max(received_at) from event_ids").Scan(&newest); err != nil || newest == nil || *newest-p.pruned < time.Hour.Milliseconds() {
		return err
	}
	p.pruned = *newest
	return to.Exec(ctx, "delete from event_ids where received_at < ?", *newest-seenFor.Milliseconds())
}
