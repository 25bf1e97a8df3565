package customer

import (
	"context"
	"encoding/json"
	"slices"

	"guanxi/base/backup"
	"guanxi/base/db"
	secret "guanxi/base/keys"
	"guanxi/guard"
)

// ErasedPersons is the list of who was erased, kept beside the backups: nobody on it comes back with an older state. It holds
// keyed hashes, grounds and instants, and nothing of a person. Where gives a store over restored records and their files.
type ErasedPersons struct {
	Keys  *secret.Keys
	Where func(records *db.DB, dir string) (*Store, error)
}

type erasedList struct {
	Erased       map[string]erasedRow `json:"erased"` // by mark
	Suppressions []suppression        `json:"suppressions"`
	Stops        []stop               `json:"stops,omitempty"`
}

type erasedRow struct {
	Mark       string `json:"-" bun:"mark"`
	CustomerID int64  `json:"customer_id" bun:"customer_id"`
	Reason     string `json:"reason" bun:"reason"`
	Orders     int64  `json:"orders" bun:"orders"`
	ErasedAt   int64  `json:"erased_at" bun:"erased_at"`
}

// Name implements backup.Lasting.
func (ErasedPersons) Name() string { return "erased" }

// Collect implements backup.Lasting.
func (ErasedPersons) Collect(ctx context.Context, records *db.DB, kept []byte) ([]byte, error) {
	list := erasedList{Erased: map[string]erasedRow{}, Suppressions: []suppression{}}
	if kept != nil {
		if err := json.Unmarshal(kept, &list); err != nil {
			return nil, err
		}
	}
	var rows []erasedRow
	if err := records.Read().NewRaw("select mark, customer_id, reason, orders, erased_at from erasures").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		if _, known := list.Erased[r.Mark]; !known {
			list.Erased[r.Mark] = r
		}
	}
	var said []suppression
	if err := records.Read().NewRaw("select mark, purpose, channel, since from suppressions order by mark, purpose, channel").Scan(ctx, &said); err != nil {
		return nil, err
	}
	for _, s := range said {
		if !slices.ContainsFunc(list.Suppressions, func(k suppression) bool {
			return k.Mark == s.Mark && k.Purpose == s.Purpose && k.Channel == s.Channel
		}) {
			list.Suppressions = append(list.Suppressions, s)
		}
	}
	var stops []stop
	if err := records.Read().NewRaw("select "+stopColumns+" from contact_stops order by mark, channel").Scan(ctx, &stops); err != nil {
		return nil, err
	}
	list.Stops = stops // one that was lifted is not put back
	return json.Marshal(list)
}

// Reapply implements backup.Lasting: it erases everybody on the list who is there again. Where the restored state has her
// joined with somebody who was not erased, they are parted first.
func (l ErasedPersons) Reapply(ctx context.Context, records *db.DB, dir string, kept []byte) ([]backup.Redone, error) {
	var list erasedList
	if err := json.Unmarshal(kept, &list); err != nil {
		return nil, err
	}
	ctx = secret.With(guard.System(ctx), l.Keys)
	m, err := markerOf(ctx)
	if err != nil {
		return nil, err
	}
	s, err := l.Where(records, dir)
	if err != nil {
		return nil, err
	}
	s.again = true
	if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for mark, r := range list.Erased {
			if _, err := tx.Do(ctx, "insert into erasures (mark, customer_id, reason, orders, erased_at) values (?, ?, ?, ?, ?) on conflict (mark) do nothing",
				mark, r.CustomerID, r.Reason, r.Orders, r.ErasedAt); err != nil {
				return err
			}
		}
		if err := stopListed(ctx, tx, m, list.Stops); err != nil {
			return err
		}
		return keepSuppressions(ctx, tx, list.Suppressions)
	}); err != nil {
		return nil, err
	}
	back := map[int64]string{}
	for mark, r := range list.Erased {
		var created []int64
		if err := records.Read().NewRaw("select created_at from customers where id = ?", r.CustomerID).Scan(ctx, &created); err != nil {
			return nil, err
		}
		if len(created) == 0 {
			continue
		}
		// another customer may have the id by now
		if is, err := m.customer(r.CustomerID, created[0]); err != nil {
			return nil, err
		} else if is == mark {
			back[r.CustomerID] = r.Reason
		}
	}
	redone := []backup.Redone{{What: "erased", Count: len(back)}, {What: "contact_stops", Count: len(list.Stops)}}
	if err := s.eraseAgain(ctx, back); err != nil || len(back) == 0 || records.Engine() != db.SQLite {
		return redone, err
	}
	return redone, records.Scour(ctx) // nobody waits yet
}

func (s *Store) eraseAgain(ctx context.Context, back map[int64]string) error {
	var joined []mergeRow
	if err := s.records.Read().NewRaw("select "+mergeColumns+" from merges where undone_at is null order by id desc").Scan(ctx, &joined); err != nil {
		return err
	}
	for _, j := range joined {
		_, kept := back[j.KeptID]
		_, merged := back[j.MergedID]
		if kept == merged {
			continue
		}
		if _, err := s.Unmerge(ctx, j.ID); err != nil {
			return err
		}
	}
	for id, reason := range back {
		var roots []int64
		if err := s.records.Read().NewRaw("select id from customers where id = ? and merged_into is null", id).Scan(ctx, &roots); err != nil {
			return err
		}
		if len(roots) == 0 {
			continue // with the one she is merged into
		}
		if _, err := s.Erase(ctx, id, reason); err != nil {
			return err
		}
	}
	return nil
}
