package customer

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// What a person may ask for about her own data (PIPL articles 45 to 47, GDPR articles 15 to 17).
const (
	RequestCopy       = "copy"
	RequestErasure    = "erasure"
	RequestCorrection = "correction"
)

// The states of a request. Open: nobody has made sure yet that it is she who asks; verified: it waits to be done.
const (
	RequestOpen     = "open"
	RequestVerified = "verified"
	RequestDone     = "done"
	RequestRefused  = "refused"
)

// codeAttempts is how often a code may be guessed before somebody has to make sure by other means.
const codeAttempts = 5

type requestRow struct {
	ID           int64   `bun:"id"`
	CustomerID   *int64  `bun:"customer_id"`
	Kind         string  `bun:"kind"`
	State        string  `bun:"state"`
	Source       string  `bun:"source"`
	Note         string  `bun:"note"`
	CodeHash     string  `bun:"code_hash"`
	Attempts     int64   `bun:"attempts"`
	VerifiedBy   string  `bun:"verified_by"`
	VerifiedAt   *int64  `bun:"verified_at"`
	DueAt        int64   `bun:"due_at"`
	Outcome      string  `bun:"outcome"`
	StaffID      *int64  `bun:"staff_id"`
	CreatedAt    int64   `bun:"created_at"`
	ClosedAt     *int64  `bun:"closed_at"`
	Version      int64   `bun:"version"`
	CustomerName *string `bun:"customer_name"`
}

const requestColumns = "id, customer_id, kind, state, source, note, code_hash, attempts, verified_by, verified_at, due_at, outcome, staff_id, created_at, closed_at, version"

// addRequest writes down what somebody asks for about her data. From her own page it gives the code that shows it was she;
// one that waits already is not doubled but gets a new code. From staff there is none: they have spoken with her.
func addRequest(ctx context.Context, tx *db.Tx, customerID int64, kind, source, note string) (id int64, code string, err error) {
	settings, err := privacyOf(ctx, tx)
	if err != nil {
		return 0, "", err
	}
	now := clock.Now(ctx)
	var waiting []requestRow
	if err := tx.NewRaw("select "+requestColumns+" from person_requests where customer_id = ? and kind = ? and state in (?, ?) order by id limit 1",
		customerID, kind, RequestOpen, RequestVerified).Scan(ctx, &waiting); err != nil {
		return 0, "", err
	}
	if len(waiting) > 0 {
		id = waiting[0].ID
		if source != saidOnPage || waiting[0].State == RequestVerified {
			return id, "", fault.Conflict("request_waits", instantText(waiting[0].DueAt))
		}
	} else {
		if id, err = tx.NextID(ctx, "person_requests"); err != nil {
			return 0, "", err
		}
		if _, err := tx.Do(ctx, `
insert into person_requests (id, customer_id, kind, state, source, note, due_at, staff_id, address, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, customerID, kind, RequestOpen, source, note, now.AddDate(0, 0, settings.DueDays).UnixMilli(), actingStaff(ctx), guard.ActorOf(ctx).Address, now.UnixMilli()); err != nil {
			return 0, "", err
		}
		if err := guard.Audit(ctx, tx, "request.made", "customer", strconv.FormatInt(customerID, 10), map[string]any{"kind": kind, "field": source}); err != nil {
			return 0, "", err
		}
	}
	if source != saidOnPage {
		return id, "", nil
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return 0, "", err
	}
	code = fmt.Sprintf("%06d", n)
	hash, err := requestCode(ctx, id, code)
	if err != nil {
		return 0, "", err
	}
	_, err = tx.Do(ctx, "update person_requests set code_hash = ?, attempts = 0 where id = ?", hash, id)
	return id, code, err
}

func requestCode(ctx context.Context, id int64, code string) (string, error) {
	m, err := markerOf(ctx)
	if err != nil {
		return "", err
	}
	return m.mark("request", strconv.FormatInt(id, 10), code)
}

// Request writes down what a customer has asked staff for. Faults: not found, conflict (it waits already).
func (s *Store) Request(ctx context.Context, customerID int64, kind, note string) (id int64, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.find(ctx, tx, customerID); err != nil {
			return err
		}
		id, _, err = addRequest(ctx, tx, customerID, kind, saidManually, trimmed(note))
		return err
	})
	return id, err
}

// requests reads requests within the reader's scope; those whose customer was erased tell nothing about anybody.
func (s *Store) requests(ctx context.Context, from bun.IDB, where string, args ...any) (rows []requestRow, err error) {
	args = append([]any{scope(ctx, "c")}, args...)
	err = from.NewRaw("select "+qualified("r", requestColumns)+`, c.name as customer_name
from person_requests r
left join customers c on c.id = r.customer_id
where (c.id is null or ?) and `+where, args...).Scan(ctx, &rows)
	return rows, err
}

// changeRequest lets fn change one request that is not closed, in the version the caller has seen.
func (s *Store) changeRequest(ctx context.Context, id int64, ifMatch, action string, fn func(ctx context.Context, tx *db.Tx, r *requestRow) error) error {
	var refused error // kept although it is a fault: a wrong guess counts
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		refused = nil
		rows, err := s.requests(ctx, tx, "r.id = ?", id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.NotFound("request", id)
		}
		r := &rows[0]
		if err := matches(ifMatch, r.Version); err != nil {
			return err
		}
		if r.State == RequestDone || r.State == RequestRefused {
			return fault.Conflict("request_closed")
		}
		if refused = fn(ctx, tx, r); refused != nil && !fault.Is(refused, fault.KindInvalid) {
			return refused
		}
		n, err := tx.Do(ctx, `
update person_requests
set state = ?, attempts = ?, verified_by = ?, verified_at = ?, outcome = ?, staff_id = ?, closed_at = ?, version = version + 1
where id = ? and version = ?`, r.State, r.Attempts, r.VerifiedBy, r.VerifiedAt, r.Outcome, actingStaff(ctx), r.ClosedAt, id, r.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Stale()
		}
		if refused != nil {
			action = "request.code_wrong"
		}
		subject := ""
		if r.CustomerID != nil {
			subject = strconv.FormatInt(*r.CustomerID, 10)
		}
		return guard.Audit(ctx, tx, action, "customer", subject, map[string]any{"kind": r.Kind, "field": r.State})
	})
	if err == nil {
		err = refused
	}
	return err
}

// VerifyRequest makes sure that it is the customer who asks: by the code her page showed her, or by other means that are
// written down. Faults: not found, invalid (a wrong code, which counts), conflict (too many wrong ones, closed), stale.
func (s *Store) VerifyRequest(ctx context.Context, id int64, ifMatch, code, means string) error {
	code, means = digitsOf(code), trimmed(means)
	if (code == "") == (means == "") {
		return fault.Invalid("code", "code_or_means")
	}
	return s.changeRequest(ctx, id, ifMatch, "request.verified", func(ctx context.Context, _ *db.Tx, r *requestRow) error {
		now := clock.Millis(ctx)
		if means == "" {
			if r.Attempts >= codeAttempts || r.CodeHash == "" {
				return fault.Conflict("code_not_usable")
			}
			hash, err := requestCode(ctx, id, code)
			if err != nil {
				return err
			}
			if subtle.ConstantTimeCompare([]byte(hash), []byte(r.CodeHash)) != 1 {
				r.Attempts++
				return fault.Invalid("code", "code_wrong", codeAttempts-r.Attempts)
			}
			means = "code"
		}
		r.State, r.VerifiedBy, r.VerifiedAt = RequestVerified, means, &now
		return nil
	})
}

// CloseRequest ends a request. Only one that is verified can be done; a refusal needs its reason. Faults: not found,
// invalid, conflict, stale.
func (s *Store) CloseRequest(ctx context.Context, id int64, ifMatch, state, outcome string) error {
	outcome = trimmed(outcome)
	if state == RequestRefused && outcome == "" {
		return fault.Invalid("outcome", "required")
	}
	return s.changeRequest(ctx, id, ifMatch, "request.closed", func(ctx context.Context, _ *db.Tx, r *requestRow) error {
		if state == RequestDone && r.State != RequestVerified {
			return fault.Conflict("request_not_verified")
		}
		now := clock.Millis(ctx)
		r.State, r.Outcome, r.ClosedAt = state, outcome, &now
		return nil
	})
}

// WaitingRequest is a request that waits for an answer, as Today needs it.
type WaitingRequest struct {
	ID           int64  `bun:"id"`
	Kind         string `bun:"kind"`
	CustomerID   int64  `bun:"customer_id"`
	CustomerName string `bun:"name"`
	CreatedAt    int64  `bun:"created_at"`
	DueAt        int64  `bun:"due_at"`
}

// RequestsWaiting gives the requests that wait, the one due first first.
func RequestsWaiting(ctx context.Context, from bun.IDB, limit int) (waiting []WaitingRequest, err error) {
	err = from.NewRaw(`
select r.id, r.kind, r.customer_id, c.name, r.created_at, r.due_at
from person_requests r
join customers c on c.id = r.customer_id
where r.state in (?, ?)
order by r.due_at, r.id
limit ?`, RequestOpen, RequestVerified, limit).Scan(ctx, &waiting)
	return waiting, err
}

// ResponsibleForPrivacy gives who answers people's requests, nil where nobody was named.
func ResponsibleForPrivacy(ctx context.Context, from bun.IDB) (*int64, error) {
	p, err := privacyOf(ctx, from)
	return (*int64)(p.Responsible), err
}
