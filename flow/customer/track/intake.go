package track

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
	"github.com/segmentio/encoding/json"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

// The intake takes only so much that waits for the resolver, and only so much at once: beyond that clients are asked to come
// again, which all of them do.
const (
	mostWaiting  = 20_000   // requests
	mostAtOnce   = 64 << 20 // bytes of requests being read
	retrySeconds = 2
)

type intake struct {
	waiting atomic.Int64 // requests kept here and not resolved yet
	reading atomic.Int64 // bytes set aside for requests being read
}

// enter sets room aside for a request. leave gives it back. Fault: too many.
func (i *intake) enter(bytes int64) (leave func(), err error) {
	if i.reading.Add(bytes) > mostAtOnce || i.waiting.Load() >= mostWaiting {
		i.reading.Add(-bytes)
		return nil, fault.TooMany(retrySeconds)
	}
	return func() { i.reading.Add(-bytes) }, nil
}

// The coders are safe for use by many at once.
var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(64<<20))
)

func pack(body []byte) []byte { return packer.EncodeAll(body, make([]byte, 0, len(body)/3+64)) }

func unpack(packed []byte) ([]byte, error) { return unpacker.DecodeAll(packed, nil) }

// Take keeps the body of a request of several calls that did not come over HTTP, as if source had sent it now.
// Faults: not found, invalid, too large.
func (t *Tracking) Take(ctx context.Context, source int64, body []byte) error {
	s, err := t.Source(ctx, t.records.Read(), source)
	if err != nil {
		return err
	}
	given, err := read(body, "", clock.Millis(ctx))
	if err != nil {
		return err
	}
	if err := t.loadPlans(ctx, t.records.Read(), s); err != nil {
		return err
	}
	if body, err = t.admit(ctx, s, "", body, given); err != nil || len(given.messages) == 0 {
		return err
	}
	return t.keep(ctx, s, "", "", body, len(given.messages))
}

// admit takes out of a request what its source's plans block, notes what is not as agreed, and gives the body to keep: what is
// read again behind the answer is what was answered.
func (t *Tracking) admit(ctx context.Context, s *Source, kind string, body []byte, given *request) ([]byte, error) {
	taken := make([]message, 0, len(given.messages))
	for i := range given.messages {
		m := &given.messages[i]
		if m.Type == Track && t.named(s.ID, string(m.Event)) {
			t.violate(ctx, s.ID, violation{code: causeTooManyNames, event: short(hide(string(m.Event)), maxName)}, false)
		}
		found, blocked := s.judge(m)
		for _, v := range found {
			t.violate(ctx, s.ID, v, blocked)
		}
		if blocked && len(found) > 0 {
			given.refused = append(given.refused, Refusal{Index: m.position, Field: found[0].field(), Code: found[0].code})
			continue
		}
		taken = append(taken, *m)
	}
	if len(taken) == len(given.messages) {
		return body, nil
	}
	slices.SortFunc(given.refused, func(a, b Refusal) int { return a.Index - b.Index })
	if given.messages = taken; kind != "" || len(taken) == 0 {
		return body, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	raws := make([]json.RawMessage, len(taken))
	for i, m := range taken {
		raws[i] = m.raw
	}
	var err error
	if all["batch"], err = json.Marshal(raws); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

// keep puts a request among what waits; it is on disk when keep returns.
func (t *Tracking) keep(ctx context.Context, s *Source, kind, agent string, body []byte, events int) error {
	packed, now := pack(body), clock.Millis(ctx)
	if err := t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.NextID(ctx, "event_batches")
		if err != nil {
			return err
		}
		_, err = tx.Do(ctx, "insert into event_batches (id, source_id, kind, agent, state, body, events, received_at) values (?, ?, ?, ?, 'received', ?, ?, ?)",
			id, s.ID, kind, agent, packed, events, now)
		return err
	}); err != nil {
		return err
	}
	t.intake.waiting.Add(1)
	select {
	case t.arrived <- struct{}{}:
	default:
	}
	return nil
}
