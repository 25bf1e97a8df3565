package track

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	"golang.org/x/time/rate"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/guard"
)

// sealedFor is what secrets of webhooks are sealed for.
const sealedFor = "webhook"

// hookRow is how a source is told of orders.
type hookRow struct {
	SourceID int64  `bun:"source_id"`
	Key      string `bun:"hook_key"`
	Secret   string `bun:"secret"`
	Written  string `bun:"template"`
	Version  int64  `bun:"version"`

	template HookTemplate
}

const hookColumns = "source_id, hook_key, secret, template, version"

func (h *hookRow) about() string { return "source:" + strconv.FormatInt(h.SourceID, 10) }

func (h *hookRow) secret(ctx context.Context) (string, error) {
	return keys.Unseal(ctx, sealedFor, h.Secret, h.about())
}

func hooks(ctx context.Context, from bun.IDB, where string, arg any) (*hookRow, error) {
	var rows []*hookRow
	if err := from.NewRaw("select "+hookColumns+" from webhooks where ? = ?", bun.Ident(where), arg).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], json.Unmarshal([]byte(rows[0].Written), &rows[0].template)
}

// hookOf gives the webhook at an address, and its source. Fault: unauthenticated.
func (t *Tracking) hookOf(ctx context.Context, key string) (*hookRow, *Source, error) {
	h, err := hooks(ctx, t.records.Read(), "hook_key", key)
	if err == nil && h == nil {
		err = fault.Unauthenticated("webhook_unknown")
	}
	if err != nil {
		return nil, nil, err
	}
	s, err := t.Source(ctx, t.records.Read(), h.SourceID)
	return h, s, err
}

// limiterOf gives what bounds a source that also sends events; one that does not has none.
func (t *Tracking) limiterOf(s *Source) *rate.Limiter {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if s.EventsPerSecond == 0 {
		return nil
	}
	l := t.hooked[s.ID]
	if l == nil || l.Limit() != rate.Limit(s.EventsPerSecond) {
		l = rate.NewLimiter(rate.Limit(s.EventsPerSecond), int(2*s.EventsPerSecond))
		t.hooked[s.ID] = l
	}
	return l
}

// SetHook sets how a source is told of orders; a secret of "" keeps the one there is. Faults: not found, stale, invalid.
func (t *Tracking) SetHook(ctx context.Context, source, version int64, template HookTemplate, secret string) error {
	if err := template.check(); err != nil {
		return err
	}
	written, err := json.Marshal(template)
	if err != nil {
		return err
	}
	return t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		s, err := t.Source(ctx, tx, source)
		if err != nil {
			return err
		}
		h, err := hooks(ctx, tx, "source_id", source)
		if err != nil {
			return err
		}
		now, by := clock.Millis(ctx), guard.ActorOf(ctx).StaffID
		switch {
		case h == nil && version != 0 || h != nil && version != h.Version:
			return fault.Stale()
		case h == nil && secret == "":
			return fault.Invalid("secret", "required")
		case h == nil:
			h = &hookRow{SourceID: source, Key: newHookKey()}
		}
		if secret != "" {
			if h.Secret, err = keys.Seal(ctx, sealedFor, secret, h.about()); err != nil {
				return err
			}
		}
		if _, err := tx.Do(ctx, `
insert into webhooks (source_id, hook_key, secret, template, staff_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?)
on conflict (source_id) do update set secret = excluded.secret, template = excluded.template, staff_id = excluded.staff_id, updated_at = excluded.updated_at, version = webhooks.version + 1`,
			source, h.Key, h.Secret, string(written), by, now, now); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "webhook.set", "source", strconv.FormatInt(source, 10), map[string]any{"source": s.Name, "template": template, "secret_changed": secret != ""})
	})
}

// DropHook ends it: its address answers nobody any more. Faults: not found, stale.
func (t *Tracking) DropHook(ctx context.Context, source, version int64) error {
	return t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		h, err := hooks(ctx, tx, "source_id", source)
		switch {
		case err != nil:
			return err
		case h == nil:
			return fault.NotFound("webhook", source)
		case version != 0 && version != h.Version:
			return fault.Stale()
		}
		if _, err := tx.Do(ctx, "delete from webhooks where source_id = ?", source); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "webhook.dropped", "source", strconv.FormatInt(source, 10), map[string]any{"source": source})
	})
}

func newHookKey() string {
	random := make([]byte, 20)
	_, _ = rand.Read(random)
	return "gxh_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random))
}

// Reseal brings secrets to the present key; it implements customer.Resealer.
func (t *Tracking) Reseal(ctx context.Context) (changed int64, err error) {
	err = t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		changed = 0
		var all []*hookRow
		if err := tx.Ask(ctx, &all, "select "+hookColumns+" from webhooks"); err != nil {
			return err
		}
		for _, h := range all {
			fresh, did, err := keys.Resealed(ctx, sealedFor, h.Secret, h.about())
			if err != nil {
				return err
			}
			if !did {
				continue
			}
			if _, err := tx.Do(ctx, "update webhooks set secret = ? where source_id = ?", fresh, h.SourceID); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}
