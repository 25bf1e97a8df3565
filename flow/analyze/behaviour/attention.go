package behaviour

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"guanxi/base/columns"
	"guanxi/flow/analyze"
)

// attentionSQL counts what events of some rows paid attention to, as concerns do, and where they happened.
const attentionSQL = `
insert into attention
select visitor_id, customer_id, batch_id, told.kind, told.key, day, count(*), max(ts)
from (
  select visitor_id, customer_id, batch_id, day, ts, unnest([
    {'kind': 'topic', 'key': coalesce(said[1], {topic})}, {'kind': 'product', 'key': coalesce(said[2], said[3], said[4], said[5])},
    {'kind': 'province', 'key': coalesce(said[6], said[7])}]) as told
  from (
    select e.visitor_id, e.customer_id, e.batch_id, e.day, e.ts, coalesce(e.path, e.title, e.event) as page,
      json_extract_string(e.properties, ['/topic', '/sku', '/product_id', '/productId', '/product', '/province', '/region']) as said
    from events e
    where not e.bot and e.kind in ('track', 'page', 'screen') and e.seconds is null and {which}
  )
)
where coalesce(told.key, '') <> ''
group by visitor_id, customer_id, batch_id, told.kind, told.key, day`

// attend adds the attention of the events that a condition on e holds for.
func attend(ctx context.Context, to *columns.Tx, reading Reading, which string, args ...any) error {
	topic, given := reading.topicOf("page")
	if len(reading.Topics) == 0 {
		which += " and e.properties is not null" // nothing else tells of anything
	}
	return to.Exec(ctx, strings.NewReplacer("{topic}", topic, "{which}", which).Replace(attentionSQL), append(given, args...)...)
}

// rules tells the rules apart that attention is made by.
func (r Reading) rules() string {
	text, _ := json.Marshal(r.Topics) // texts always can be
	return string(text)
}

// attendAll makes all attention anew, in as many turns as memory wants. The events of a batch stand together, so that each is
// read once.
func attendAll(ctx context.Context, to *columns.Tx, reading Reading) error {
	var events, first, last int64
	if err := to.QueryRow(ctx, "select count(*), coalesce(min(batch_id), 0), coalesce(max(batch_id), 0) from events").Scan(&events, &first, &last); err != nil {
		return err
	}
	if err := to.Empty(ctx, "attention"); err != nil {
		return err
	}
	turns, ids := events/atOnce+1, last-first+1
	for turn := range turns {
		if err := attend(ctx, to, reading, fmt.Sprintf("e.batch_id >= %d and e.batch_id < %d", first+ids*turn/turns, first+ids*(turn+1)/turns)); err != nil {
			return err
		}
	}
	return to.Exec(ctx, "update attention_state set rules = ?", reading.rules())
}

// follow keeps attention up with a batch of the feed: changed is nil where columns were rebuilt, and whole are the visitors whose
// events are other ones, or somebody else's, than before.
func (b *Behaviour) follow(ctx context.Context, to *columns.Tx, changed map[string][]int64, whole []int64) error {
	if err := analyze.TurnAttention(ctx, to); err != nil {
		return err
	}
	reading, err := b.Reading(ctx)
	if err != nil {
		return err
	}
	var current bool
	if err := to.QueryRow(ctx, "select rules is not distinct from ? from attention_state", reading.rules()).Scan(&current); err != nil {
		return err
	}
	if changed == nil || !current {
		return attendAll(ctx, to, reading)
	}
	if len(whole) > 0 {
		theirs := analyze.OneOf("visitor_id", whole)
		if err := to.Exec(ctx, "delete from attention where "+theirs.Text, theirs.Args...); err != nil {
			return err
		}
		if err := attend(ctx, to, reading, theirs.Text, theirs.Args...); err != nil {
			return err
		}
	}
	ids := changed[batches]
	if len(ids) == 0 {
		return nil
	}
	// new batches stand at the end: the bounds pass over the groups of older rows
	between := fmt.Sprintf("batch_id between %d and %d and batch_id in (select unnest(?::bigint[])) and visitor_id not in (select unnest(?::bigint[]))", slices.Min(ids), slices.Max(ids))
	if err := to.Exec(ctx, "delete from attention where "+between, ids, whole); err != nil {
		return err
	}
	return attend(ctx, to, reading, between, ids, whole)
}
