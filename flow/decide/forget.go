package decide

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// Memory is what Today keeps about customers, for when one asks for it or has to be forgotten.
type Memory struct{ Records *db.DB }

// heldSignal is one line of Today about a customer, and what people did with it.
type heldSignal struct {
	Kind    string          `json:"kind"`
	State   State           `json:"state"`
	Reason  json.RawMessage `json:"reason_values"`
	Since   time.Time       `json:"since"`
	Actions []heldAct       `json:"acts"`
}

type heldAct struct {
	Action string    `json:"action"`
	Note   string    `json:"note"`
	At     time.Time `json:"at"`
}

func texts(ids []int64) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = strconv.FormatInt(id, 10)
	}
	return all
}

// Held gives every line about the customers of these ids, oldest first.
func (m Memory) Held(ctx context.Context, ids []int64) (any, error) {
	var rows []Row
	if err := m.Records.Read().NewRaw("select "+signalColumns+" from signals s where s.subject_type = 'customer' and s.subject_id in (?) order by s.first_seen_at, s.id",
		bun.List(texts(ids))).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	held := make([]heldSignal, 0, len(rows))
	for _, r := range rows {
		h := heldSignal{Kind: r.Kind, State: r.State, Reason: json.RawMessage(r.ReasonValues), Since: time.UnixMilli(r.FirstSeenAt).UTC(), Actions: []heldAct{}}
		var acts []struct {
			Action string `bun:"action"`
			Note   string `bun:"note"`
			At     int64  `bun:"happened_at"`
		}
		if err := m.Records.Read().NewRaw("select action, note, happened_at from signal_log where signal_id = ? order by id", r.ID).Scan(ctx, &acts); err != nil {
			return nil, err
		}
		for _, a := range acts {
			h.Actions = append(h.Actions, heldAct{a.Action, a.Note, time.UnixMilli(a.At).UTC()})
		}
		held = append(held, h)
	}
	return held, nil
}

// Forget makes every line about these customers one about nobody, closed: what it took and what became of it still counts
// for how Today learns.
func (Memory) Forget(ctx context.Context, tx *db.Tx, ids []int64) error {
	if _, err := tx.NewRaw(`
update signal_log
set note = '', before = '{}', detail = '{}'
where signal_id in (select id from signals where subject_type = 'customer' and subject_id in (?))`, bun.List(texts(ids))).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw(`
update signals
set key = 'erased:' || cast(id as text), subject_type = 'erased', subject_id = cast(id as text), subject_name = '', reason_values = '{}',
  stake_basis = '{}', actions = '[]', state = 'resolved', dismissed_reason = '', owner_id = null, team_id = null, snoozed_until = null, delegated_to = null
where subject_type = 'customer' and subject_id in (?)`, bun.List(texts(ids))).Exec(ctx)
	return err
}
