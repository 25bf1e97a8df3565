package track

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// eventFields are what a column of a file of events can be mapped to. Columns nobody has claimed are properties.
var eventFields = []collect.Field{
	{Name: "event", LabelZH: "事件", LabelEN: "Event", Type: collect.Text, Required: true,
		Aliases: []string{"event name", "event_name", "action", "behavior", "behaviour", "behavior_type", "事件名", "事件名称", "行为", "行为类型"}},
	{Name: "timestamp", LabelZH: "发生时间", LabelEN: "Time", Type: collect.Instant, Required: true,
		Aliases: []string{"time", "event time", "event_time", "happened_at", "occurred_at", "created_at", "ts", "date", "时间", "事件时间", "时间戳", "日期"}},
	{Name: "user_id", LabelZH: "用户编号", LabelEN: "User id", Type: collect.Text, Identifier: true, Personal: true,
		Aliases: []string{"userid", "customer id", "customer_id", "external_id", "member id", "member_id", "uid", "distinct_id", "用户id", "会员编号", "会员号", "客户编号"}},
	{Name: "anonymous_id", LabelZH: "访客编号", LabelEN: "Anonymous id", Type: collect.Text, Identifier: true,
		Aliases: []string{"visitor id", "visitor_id", "device id", "device_id", "client_id", "cookie", "cookie_id", "session_id", "访客id", "设备号", "设备id", "匿名id"}},
	{Name: "message_id", LabelZH: "事件编号", LabelEN: "Message id", Type: collect.Text, Identifier: true,
		Aliases: []string{"event id", "event_id", "insert_id", "uuid", "事件id", "消息编号"}},
	{Name: "url", LabelZH: "网址", LabelEN: "Address of the page", Type: collect.Text, Aliases: []string{"page url", "page_url", "location", "页面地址", "链接"}},
	{Name: "path", LabelZH: "页面", LabelEN: "Page", Type: collect.Text, Aliases: []string{"page", "page path", "page_path", "screen", "页面路径"}},
	{Name: "title", LabelZH: "页面标题", LabelEN: "Page title", Type: collect.Text, Aliases: []string{"page title", "page_title", "标题"}},
	{Name: "referrer", LabelZH: "来路", LabelEN: "Referrer", Type: collect.Text, Aliases: []string{"referer", "来源网址"}},
	{Name: "utm_source", LabelZH: "广告来源", LabelEN: "Campaign source", Type: collect.Text, Aliases: []string{"campaign source"}},
	{Name: "utm_medium", LabelZH: "广告媒介", LabelEN: "Campaign medium", Type: collect.Text, Aliases: []string{"campaign medium"}},
	{Name: "utm_campaign", LabelZH: "广告系列", LabelEN: "Campaign", Type: collect.Text, Aliases: []string{"campaign", "campaign name"}},
	{Name: "user_agent", LabelZH: "浏览器标识", LabelEN: "User agent", Type: collect.Text, Aliases: []string{"useragent", "ua"}},
	{Name: "properties.*", LabelZH: "属性", LabelEN: "Property", Type: collect.Text, Rest: true},
}

type eventFieldIndex struct {
	event, timestamp, userID, anonymousID, messageID, url, path, title, referrer, source, medium, campaign, agent, properties int
}

func indexEventFields() eventFieldIndex {
	at := func(name string) int {
		return slices.IndexFunc(eventFields, func(f collect.Field) bool { return f.Name == name })
	}
	return eventFieldIndex{at("event"), at("timestamp"), at("user_id"), at("anonymous_id"), at("message_id"), at("url"), at("path"), at("title"), at("referrer"),
		at("utm_source"), at("utm_medium"), at("utm_campaign"), at("user_agent"), at("properties.*")}
}

// eventKind imports what people did. An event of a file goes the way of one that was sent: the same limits, the same people,
// the same columns; and however often a file says it, it is there once.
type eventKind struct {
	tracking *Tracking
	at       eventFieldIndex
}

// EventKind is the import kind "events".
func (t *Tracking) EventKind() collect.Kind { return &eventKind{tracking: t, at: indexEventFields()} }

func (*eventKind) Name() string            { return "events" }
func (*eventKind) Fields() []collect.Field { return eventFields }

// GroupBy brings what a file says twice under one id together: the first holds.
func (*eventKind) GroupBy() []string { return []string{"message_id"} }

// eventsOfBatch is how many events of a file stand in one row of records.
const eventsOfBatch = 2000

// Apply implements collect.Kind.
func (k *eventKind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	source, err := k.source(ctx, tx, b)
	if err != nil {
		return err
	}
	all := guard.ScopeOf(ctx, "customers").All()
	var messages []message
	var rows []int
	here := map[string]bool{}
	for i := range b.Rows {
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		if !all { // whom keys name would tell of others' customers
			b.Reject(i, "out_of_scope", "user_id", "")
			continue
		}
		m, field, code := k.read(b, i)
		found, blocked := []violation(nil), false
		if code == "" {
			found, blocked = source.judge(&m)
		}
		switch {
		case blocked && len(found) > 0:
			b.Reject(i, found[0].code, "properties.*", found[0].property)
		case code != "":
			b.Reject(i, code, field, "")
		case here[string(m.MessageID)]:
			k.repeated(b, i, &m)
		default:
			here[string(m.MessageID)] = true
			for _, v := range found {
				b.AddFinding(collect.Finding{Cause: v.code, SubjectType: "row", SubjectLabel: v.event, RowNumber: b.Rows[i].Number, Field: v.property, Value: v.example})
			}
			messages, rows = append(messages, m), append(rows, i)
		}
	}
	known, err := k.tracking.known(ctx, source.ID, messages)
	if err != nil {
		return err
	}
	fresh := messages[:0]
	for n, i := range rows {
		switch m := messages[n]; {
		case known[string(m.MessageID)]:
			k.repeated(b, i, &m)
		case b.Mode == collect.ModeUpdate:
			b.Reject(i, "not_found", "message_id", "")
		default:
			b.Outcomes[i].State = collect.Created
			fresh = append(fresh, m)
		}
	}
	if err := k.store(ctx, tx, b, source, fresh); err != nil {
		return err
	}
	if len(fresh) == 0 {
		return nil
	}
	return guard.Audit(ctx, tx, "import.applied", "import", strconv.FormatInt(b.ImportID, 10), map[string]any{"kind": k.Name(), "first_row": b.Rows[0].Number, "last_row": b.Rows[len(b.Rows)-1].Number, "created": len(fresh)})
}

// repeated ends a row that says what was said before. Where its id was told, sending it again is nothing odd.
func (k *eventKind) repeated(b *collect.Batch, i int, m *message) {
	b.Outcomes[i].State = collect.Duplicate
	if !b.Rows[i].Values[k.at.messageID].Set {
		b.AddFinding(collect.Finding{Cause: "exact_repeat", SubjectType: "row", SubjectLabel: string(m.Event), RowNumber: b.Rows[i].Number, Field: "event"})
	}
}

// source gives the source the file speaks for, and makes it where there is none of that name.
func (k *eventKind) source(ctx context.Context, tx *db.Tx, b *collect.Batch) (*Source, error) {
	var ids []int64
	if err := tx.Ask(ctx, &ids, "select id from sources where name = ?", b.Source); err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		s, err := k.tracking.Source(ctx, tx, ids[0])
		if err == nil {
			err = k.tracking.loadPlans(ctx, tx, s)
		}
		return s, err
	}
	s := &Source{Name: b.Source, UnknownEvents: TakeUnknown}
	var err error
	if s.ID, err = tx.NextID(ctx, "sources"); err != nil {
		return nil, err
	}
	_, err = tx.Do(ctx, "insert into sources (id, name, kind, last_fact_at, created_at) values (?, ?, 'import', ?, ?)", s.ID, s.Name, b.Now, b.Now)
	return s, err
}

var pageNames = map[string]string{"page_viewed": Page, "page_view": Page, "pageview": Page, "page view": Page, "page viewed": Page, "$pageview": Page, "浏览页面": Page, "页面浏览": Page,
	"screen_viewed": Screen, "screen_view": Screen, "screen view": Screen, "screen viewed": Screen}

// read makes a row a message, or says why it is none.
func (k *eventKind) read(b *collect.Batch, i int) (m message, field, code string) {
	values := b.Rows[i].Values
	word := func(at int) string { return plain(values[at].Text) }
	m = message{Type: Track, Event: text(word(k.at.event)), UserID: text(word(k.at.userID)), AnonymousID: text(word(k.at.anonymousID)),
		MessageID: text(word(k.at.messageID)), at: values[k.at.timestamp].Int}
	for name, given := range map[string]text{"event": m.Event, "user_id": m.UserID, "anonymous_id": m.AnonymousID, "message_id": m.MessageID} {
		if utf8.RuneCountInString(string(given)) > maxKey {
			return m, name, "too_long"
		}
	}
	switch {
	case m.Event == "":
		return m, "event", "value_missing"
	case m.UserID == "" && m.AnonymousID == "":
		return m, "user_id", "nothing_to_know_by"
	case m.at < earliest || m.at > b.Now+futureSlack.Milliseconds():
		return m, "timestamp", "date_impossible"
	}
	m.at = min(m.at, b.Now)
	if kind := pageNames[strings.ToLower(string(m.Event))]; kind != "" {
		m.Type = kind
	}
	properties := map[string]any{}
	for n, name := range b.Custom {
		if v := values[k.at.properties+n]; v.Set {
			properties[name] = told(v.Text)
		}
	}
	for name, at := range map[string]int{"url": k.at.url, "path": k.at.path, "title": k.at.title, "referrer": k.at.referrer} {
		if v := word(at); v != "" {
			properties[name] = v
		}
	}
	m.Properties, _ = json.Marshal(properties)
	m.Context, _ = json.Marshal(map[string]any{"userAgent": word(k.at.agent),
		"campaign": map[string]any{"source": word(k.at.source), "medium": word(k.at.medium), "name": word(k.at.campaign)}})
	if len(m.Properties) > MaxEvent {
		return m, "", "event_too_large"
	}
	if m.MessageID == "" {
		m.MessageID = text(k.ownID(b, i, &m))
	}
	return m, "", ""
}

// ownID is the id of an event that tells none: what it says, so that an overlapping file adds nothing twice. Where only the
// day is known two alike may both have happened; there it is the place in the file.
func (k *eventKind) ownID(b *collect.Batch, i int, m *message) string {
	said := []any{m.Event, m.UserID, m.AnonymousID, m.at, string(m.Properties)}
	if b.Rows[i].Values[k.at.timestamp].Text == "day" {
		said = []any{b.FileSHA256, b.Rows[i].Number}
	}
	all, _ := json.Marshal(said)
	sum := sha256.Sum256(all)
	return "file-" + base64.RawURLEncoding.EncodeToString(sum[:15])
}

var plainNumber = regexp.MustCompile(`^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$`)

// told reads a cell of a property as what it is: numbers and yes or no are none of a text's.
func told(cell string) any {
	switch {
	case plainNumber.MatchString(cell):
		return json.Number(cell)
	case strings.EqualFold(cell, "true"):
		return true
	case strings.EqualFold(cell, "false"):
		return false
	}
	return cell
}

// store keeps the events in batches that need no resolving any more.
func (k *eventKind) store(ctx context.Context, tx *db.Tx, b *collect.Batch, source *Source, messages []message) error {
	if len(messages) == 0 {
		return nil
	}
	if tx.Engine() == db.Postgres {
		var held []string
		if err := tx.Ask(ctx, &held, "select pg_advisory_xact_lock("+resolverLock+")::text"); err != nil {
			return err
		}
	}
	var batches []*batchRow
	for some := range slices.Chunk(messages, eventsOfBatch) {
		for i := range some {
			some[i].position = i
		}
		batches = append(batches, &batchRow{SourceID: source.ID, ReceivedAt: b.Now, source: source, messages: some})
	}
	seen := newSeen(k.tracking, tx)
	seen.importID = b.ImportID
	if err := seen.load(ctx, batches); err != nil {
		return err
	}
	id, err := tx.NextIDs(ctx, "event_batches", len(batches))
	if err != nil {
		return err
	}
	for i, batch := range batches {
		events, err := seen.events(ctx, batch)
		if err != nil {
			return err
		}
		body, first, last, err := recordOf(events, b.Now)
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into event_batches (id, source_id, kind, agent, state, body, events, first_ts, last_ts, received_at, import_id) values (?, ?, '', '', 'resolved', ?, ?, ?, ?, ?, ?)",
			id+int64(i), source.ID, body, len(batch.messages), first, last, b.Now, b.ImportID); err != nil {
			return err
		}
		tx.Feed("event_batches", id+int64(i))
	}
	return seen.store(ctx)
}

// known gives those of the messages that columns hold already, however long ago they came. What has not got there yet is
// recognised on its way.
func (t *Tracking) known(ctx context.Context, source int64, messages []message) (map[string]bool, error) {
	known := map[string]bool{}
	if t.columns == nil || len(messages) == 0 {
		return known, nil
	}
	ids, first, last := make([]string, len(messages)), messages[0].at, messages[0].at
	for i, m := range messages {
		ids[i], first, last = string(m.MessageID), min(first, m.at), max(last, m.at)
	}
	rows, err := t.columns.Query(ctx, "select distinct message_id from events where source_id = ? and ts between ? and ? and message_id in (select unnest(?::varchar[]))", source, first, last, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		known[id] = true
	}
	return known, rows.Err()
}

// Undo implements collect.Kind. The events go, then the visitors and the customers who were made for their keys, where
// nothing else has been told of them since.
func (k *eventKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (done collect.Undone, err error) {
	var rows []struct {
		ID     int64 `bun:"id"`
		Events int64 `bun:"events"`
	}
	if err := tx.Ask(ctx, &rows, "select id, events from event_batches where import_id = ? order by id limit ?", importID, max(1, limit/eventsOfBatch*20)); err != nil {
		return done, err
	}
	for _, r := range rows {
		if _, err := tx.Do(ctx, "delete from event_batches where id = ?", r.ID); err != nil {
			return done, err
		}
		tx.Feed("event_batches", r.ID)
		done.Removed += r.Events
	}
	if len(rows) > 0 {
		done.More = true
		return done, nil
	}
	var visitors []int64
	if err := tx.Ask(ctx, &visitors, "select id from visitors where created_import_id = ? order by id limit ?", importID, limit); err != nil {
		return done, err
	}
	if len(visitors) > 0 {
		for _, text := range []string{"update visitors set named_by = null where named_by in (?)", "delete from visitor_partings where visitor_id in (?)",
			"delete from visitor_sightings where visitor_id in (?)", "delete from visitors where id in (?)"} {
			if _, err := tx.NewRaw(text, bun.List(visitors)).Exec(ctx); err != nil {
				return done, err
			}
		}
		tx.Feed("visitors", visitors...)
		done.More, done.Uncounted = true, int64(len(visitors))
		return done, nil
	}
	handled, err := customer.RemoveImported(ctx, tx, importID, limit, &done)
	done.More = handled == limit
	return done, err
}
