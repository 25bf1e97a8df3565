package guard

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// Audit writes who did what to what, in the transaction of the change itself. summary becomes JSON; it must hold no
// full phone number, e-mail address or street address.
func Audit(ctx context.Context, tx *db.Tx, action, subjectType, subjectID string, summary any) error {
	text, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	a := ActorOf(ctx)
	var actor *int64
	if a.StaffID != 0 {
		actor = &a.StaffID
	}
	_, err = tx.Do(ctx, `
insert into audit_entries (happened_at, actor_id, actor_name, actor_role, action, subject_type, subject_id, summary, address, salt)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		clock.Millis(ctx), actor, a.Name, a.Role, action, subjectType, subjectID, string(text), a.Address, rand.Text())
	return err
}

// AuditEntry is one line of the audit log.
type AuditEntry struct {
	ID          int64  `bun:"id"`
	Tx          int64  `bun:"txid"`
	HappenedAt  int64  `bun:"happened_at"`
	ActorID     *int64 `bun:"actor_id"`
	ActorName   string `bun:"actor_name"`
	ActorRole   string `bun:"actor_role"`
	Action      string `bun:"action"`
	SubjectType string `bun:"subject_type"`
	SubjectID   string `bun:"subject_id"`
	Summary     string `bun:"summary"`
	Address     string `bun:"address"`
	Salt        string `bun:"salt" json:",omitempty"` // entries of earlier releases have none
	KeptHash    string `bun:"kept_hash" json:"-"`     // of an entry whose summary was taken away
}

const auditColumns = "id, txid, happened_at, actor_id, actor_name, actor_role, action, subject_type, subject_id, summary, address, salt, kept_hash"

// hash of an entry covers every word of it, also those that were taken away.
func (e AuditEntry) hash() ([]byte, error) {
	if e.KeptHash != "" {
		return hex.DecodeString(e.KeptHash)
	}
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// AuditAbout gives the entries about subjects of one type, oldest first.
func AuditAbout(ctx context.Context, from bun.IDB, subjectType string, ids []int64) (entries []AuditEntry, err error) {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	err = from.NewRaw("select "+auditColumns+" from audit_entries where subject_type = ? and subject_id in (?) order by id", subjectType, bun.List(texts)).Scan(ctx, &entries)
	return entries, err
}

type seal struct {
	Number       int64  `bun:"number"`
	LastTx       int64  `bun:"last_txid"`
	LastID       int64  `bun:"last_id"`
	Entries      int    `bun:"entries"`
	PreviousHash string `bun:"previous_hash"`
	Hash         string `bun:"hash"`
	SealedAt     int64  `bun:"sealed_at"`
}

const sealBatch = 1000

// Seal closes the entries written since the last seal into the chain: a seal's hash covers the seal before it and
// every entry since, so that no entry can be changed, added or taken out afterwards without it showing. It never
// passes a running PostgreSQL transaction. Entries wait for their seal at most as long as the job's period.
func Seal(ctx context.Context, records *db.DB) error {
	for {
		sealed := 0
		err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			last, err := lastSeal(ctx, tx)
			if err != nil {
				return err
			}
			horizon := int64(math.MaxInt64)
			if tx.Engine() == db.Postgres {
				if _, err := tx.NewRaw("select pg_advisory_xact_lock(hashtext('audit_seal'))").Exec(ctx); err != nil {
					return err
				}
				if last, err = lastSeal(ctx, tx); err != nil {
					return err
				}
				if err := tx.NewRaw("select change_horizon()").Scan(ctx, &horizon); err != nil {
					return err
				}
			}
			var entries []AuditEntry
			if err := tx.NewRaw("select "+auditColumns+" from audit_entries where (txid, id) > (?, ?) and txid < ? order by txid, id limit ?",
				last.LastTx, last.LastID, horizon, sealBatch).Scan(ctx, &entries); err != nil || len(entries) == 0 {
				return err
			}
			next, err := last.next(entries)
			if err != nil {
				return err
			}
			sealed = len(entries)
			_, err = tx.NewRaw(`
insert into audit_seals (number, last_txid, last_id, entries, previous_hash, hash, sealed_at) values (?, ?, ?, ?, ?, ?, ?)`,
				next.Number, next.LastTx, next.LastID, next.Entries, next.PreviousHash, next.Hash, clock.Millis(ctx)).Exec(ctx)
			return err
		})
		if err != nil || sealed < sealBatch {
			return err
		}
	}
}

func lastSeal(ctx context.Context, tx *db.Tx) (seal, error) {
	var seals []seal
	err := tx.NewRaw("select number, last_txid, last_id, entries, previous_hash, hash, sealed_at from audit_seals order by number desc limit 1").Scan(ctx, &seals)
	if err != nil || len(seals) == 0 {
		return seal{LastTx: -1}, err
	}
	return seals[0], nil
}

func (s seal) next(entries []AuditEntry) (seal, error) {
	h := sha256.New()
	_, _ = h.Write([]byte(s.Hash))
	for _, e := range entries {
		sum, err := e.hash()
		if err != nil {
			return seal{}, err
		}
		_, _ = h.Write(sum)
	}
	last := entries[len(entries)-1]
	return seal{Number: s.Number + 1, LastTx: last.Tx, LastID: last.ID, Entries: len(entries),
		PreviousHash: s.Hash, Hash: hex.EncodeToString(h.Sum(nil))}, nil
}

// AuditState is the result of checking the chain.
type AuditState struct {
	OK       bool   `json:"ok"`
	Entries  int64  `json:"entries"`
	Sealed   int64  `json:"sealed"`
	BrokenAt int64  `json:"broken_at,omitempty" doc:"number of the first seal that does not fit"`
	First    int64  `json:"first_entry,omitempty" doc:"number of the first entry of that seal: those before it are whole"`
	Reason   string `json:"reason,omitempty"`
	Seals    int64  `json:"seals"`
	LastSeal string `json:"last_seal,omitempty" doc:"hash of the last seal that holds: kept elsewhere, it proves later that nothing before it was changed"`
	SealedAt int64  `json:"sealed_at,omitempty" doc:"when the last seal was made, milliseconds UTC"`
}

// VerifyAudit reckons the whole chain again.
func VerifyAudit(ctx context.Context, records *db.DB) (AuditState, error) {
	state := AuditState{OK: true}
	if err := records.Read().NewRaw("select count(*) from audit_entries").Scan(ctx, &state.Entries); err != nil {
		return state, err
	}
	if id, err := unanswered(ctx, records); err != nil || id != 0 {
		state.OK, state.First, state.Reason = false, id, fmt.Sprintf("the summary of entry %d is gone and no erasure answers for it", id)
		return state, err
	}
	previous := seal{LastTx: -1}
	for {
		var seals []seal
		if err := records.Read().NewRaw("select number, last_txid, last_id, entries, previous_hash, hash, sealed_at from audit_seals where number > ? order by number limit 100",
			previous.Number).Scan(ctx, &seals); err != nil || len(seals) == 0 {
			return state, err
		}
		for _, s := range seals {
			var entries []AuditEntry
			if err := records.Read().NewRaw("select "+auditColumns+" from audit_entries where (txid, id) > (?, ?) and (txid, id) <= (?, ?) order by txid, id",
				previous.LastTx, previous.LastID, s.LastTx, s.LastID).Scan(ctx, &entries); err != nil {
				return state, err
			}
			broken := func(reason string) (AuditState, error) {
				state.OK, state.BrokenAt, state.Reason = false, s.Number, reason
				if len(entries) > 0 {
					state.First = entries[0].ID
				}
				return state, nil
			}
			if s.Number != previous.Number+1 {
				return broken("a seal is missing")
			}
			if len(entries) != s.Entries {
				return broken(fmt.Sprintf("%d entries where %d were sealed", len(entries), s.Entries))
			}
			want, err := previous.next(entries)
			if err != nil {
				return state, err
			}
			if want.Hash != s.Hash || s.PreviousHash != previous.Hash {
				return broken("an entry or a seal was changed")
			}
			state.Sealed += int64(s.Entries)
			state.Seals, state.LastSeal, state.SealedAt = s.Number, s.Hash, s.SealedAt
			previous = s
		}
	}
}
