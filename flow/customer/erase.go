package customer

import (
	"context"
	"log/slog"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// eraseReasons are the grounds on which a person may be erased (PIPL article 47, GDPR article 17). There is no free text: it
// would name her.
var eraseReasons = []string{"requested", "consent_withdrawn", "purpose_achieved", "retention_ended", "unlawful"}

const actErased = "customer.erased"

// Erased is what an erasure left.
type Erased struct {
	OrdersKept int `json:"orders_kept" doc:"orders that stay for the books, as orders of nobody"`
	Suppressed int `json:"suppressed" doc:"times that a no to being contacted is kept as a keyed hash"`
}

// Files are where a stage before this one keeps what came in.
type Files interface {
	Forget(ctx context.Context, hers collect.Tells) error
}

// Erasing says what an erasure reaches beside the records: the files that came in, what has to be done with the list of
// the erased once somebody was put on it, and with other copies once the files of the records are clean. It must be called
// before the store serves anybody.
func (s *Store) Erasing(files Files, listed, scoured func(ctx context.Context) error) {
	s.files, s.listed, s.scoured = files, listed, scoured
}

// Erase takes everything away that tells who a customer is or was, she and those merged into her, everywhere: records,
// columns by the feed, histories, files and rows of imports, and the words of the audit log. Orders stay as orders of
// nobody. It cannot be taken back, and is done again after every restore. Faults: not found, invalid, unavailable.
func (s *Store) Erase(ctx context.Context, id int64, reason string) (e Erased, err error) {
	if !slices.Contains(eraseReasons, reason) {
		return e, fault.Invalid("reason", "not_one_of", "requested, consent_withdrawn, purpose_achieved, retention_ended, unlawful")
	}
	m, err := markerOf(ctx)
	if err != nil {
		return e, err
	}
	p, err := s.person(ctx, s.records.Read(), id)
	if err != nil {
		return e, err
	}
	t := p.traces()
	var files []string
	if err := s.forgetText(ctx, t.tells, t.counts); err != nil {
		return e, err
	}
	if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.person(ctx, tx, id)
		if err != nil {
			return err
		}
		if !s.again {
			if kept, err := legallyHeld(ctx, tx, p.ids); err != nil || kept {
				return refuseHeld(err)
			}
		}
		if files, err = forgetFiles(ctx, tx, p.ids); err != nil {
			return err
		}
		if e, err = s.erase(ctx, tx, p, m, reason); err != nil {
			return err
		}
		return api.ForgetAnswers(ctx, tx, p.paths(), func(body string) bool { return collect.Without(body, t.tells) != body })
	}); err != nil {
		return e, err
	}
	if err := s.dropFiles(files); err != nil {
		slog.Error("files of an erased person were not removed; the next sweep tries again", "error", err)
	}
	// what came in between the first look and now
	if err := s.forgetText(ctx, t.tells, t.counts); err != nil {
		slog.Error("traces of an erased person may be left in rows of imports", "error", err)
	}
	if s.listed != nil {
		if err := s.listed(ctx); err != nil {
			slog.Error("the list of erased persons beside the backups was not written; the next backup writes it", "error", err)
		}
	}
	return e, nil
}

// paths are those of the operations about her.
func (p *person) paths() []string {
	var paths []string
	for _, id := range p.ids {
		paths = append(paths, "/api/v1/customers/"+strconv.FormatInt(id, 10))
	}
	return paths
}

// forgetText takes her out of everything that is not hers by its key: tells knows values of hers, counts such as are counted
// among others too.
func (s *Store) forgetText(ctx context.Context, tells, counts collect.Tells) error {
	if err := s.forgetExports(ctx); err != nil {
		return err
	}
	if s.files != nil {
		if err := s.files.Forget(ctx, tells); err != nil {
			return err
		}
	}
	var scans []struct {
		ID      int64  `bun:"id"`
		Learned string `bun:"learned"`
	}
	if err := s.records.Read().NewRaw("select id, learned from duplicate_scans").Scan(ctx, &scans); err != nil {
		return err
	}
	for _, scan := range scans {
		without := collect.Without(scan.Learned, counts)
		if without == scan.Learned {
			continue
		}
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, "update duplicate_scans set learned = ? where id = ?", without, scan.ID)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// erase is the part of Erase that happens at once or not at all.
func (s *Store) erase(ctx context.Context, tx *db.Tx, p *person, m marker, reason string) (Erased, error) {
	e := Erased{OrdersKept: len(p.orders)}
	kept, err := p.suppressions(m)
	if err != nil {
		return e, err
	}
	e.Suppressed = len(kept)
	if err := keepSuppressions(ctx, tx, kept); err != nil {
		return e, err
	}
	now := clock.Millis(ctx)
	for _, c := range p.customers {
		mark, err := m.customer(c.ID, c.CreatedAt)
		if err != nil {
			return e, err
		}
		if _, err := tx.Do(ctx, "insert into erasures (mark, customer_id, reason, orders, erased_at) values (?, ?, ?, ?, ?) on conflict (mark) do nothing",
			mark, c.ID, reason, len(p.orders), now); err != nil {
			return e, err
		}
	}
	// what she had asked for is answered; only that it was asked and answered stays
	if _, err := tx.NewRaw("update person_requests set state = ?, closed_at = ?, staff_id = ?, version = version + 1 where customer_id in (?) and closed_at is null",
		RequestDone, now, actingStaff(ctx), bun.List(p.ids)).Exec(ctx); err != nil {
		return e, err
	}
	entries, err := p.auditEntries(ctx, tx)
	if err != nil {
		return e, err
	}
	redacted, err := guard.Redact(ctx, tx, entries)
	if err != nil {
		return e, err
	}
	for _, h := range s.holders {
		if err := h.Forget(ctx, tx, p.ids); err != nil {
			return e, err
		}
	}
	if err := p.remove(ctx, tx); err != nil {
		return e, err
	}
	return e, guard.Audit(ctx, tx, actErased, "customer", strconv.FormatInt(p.ids[0], 10),
		map[string]any{"reason": reason, "records": len(p.ids), "orders_kept": e.OrdersKept, "suppressed": e.Suppressed, guard.Redacted: redacted})
}

func (s *Store) registerErase(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/erase", Permission: "customers.erase", Tag: "customers",
		Summary: "Erase a person for good, everywhere; orders stay as orders of nobody"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Reason string `json:"reason" enum:"requested,consent_withdrawn,purpose_achieved,retention_ended,unlawful"`
			}
		}) (*struct{ Body Erased }, error) {
			e, err := s.Erase(ctx, int64(in.ID), in.Body.Reason)
			return &struct{ Body Erased }{e}, err
		})
}

func refuseHeld(err error) error {
	if err != nil {
		return err
	}
	return fault.Conflict("legal_hold")
}
