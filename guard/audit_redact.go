package guard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// Redacted is the key under which the summary of an entry that tells of an erasure names the entries that lost their
// summary by it, each with the hash of what is left of it.
const Redacted = "redacted"

// Redact takes the summaries of these entries away for good. The hash that each was sealed with stays, so that the chain
// holds; it covers a salt that goes too, so that nobody can find out by guessing what the summary said. The entry written
// with the result under Redacted answers for them: one that no entry answers for counts as changed.
func Redact(ctx context.Context, tx *db.Tx, entries []AuditEntry) (map[string]string, error) {
	redacted := map[string]string{}
	for _, e := range entries {
		if e.KeptHash == "" {
			sum, err := e.hash()
			if err != nil {
				return nil, err
			}
			e.KeptHash = hex.EncodeToString(sum)
			e.Summary, e.Salt = "{}", ""
			if _, err := tx.Do(ctx, "update audit_entries set summary = ?, salt = '', kept_hash = ? where txid = ? and id = ?", e.Summary, e.KeptHash, e.Tx, e.ID); err != nil {
				return nil, err
			}
		}
		left, err := e.left()
		if err != nil {
			return nil, err
		}
		redacted[strconv.FormatInt(e.ID, 10)] = left
	}
	return redacted, nil
}

// left is the hash of what a redacted entry still says.
func (e AuditEntry) left() (string, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(text, e.KeptHash...))
	return hex.EncodeToString(sum[:]), nil
}

// unanswered gives the id of a redacted entry that no entry answers for as it now is, 0 when there is none.
func unanswered(ctx context.Context, records *db.DB) (int64, error) {
	var redacted, answering []AuditEntry
	if err := records.Read().NewRaw("select "+auditColumns+" from audit_entries where kept_hash <> '' order by id").Scan(ctx, &redacted); err != nil || len(redacted) == 0 {
		return 0, err
	}
	if err := records.Read().NewRaw("select "+auditColumns+" from audit_entries where summary like ? and kept_hash = '' order by id", `%"`+Redacted+`"%`).Scan(ctx, &answering); err != nil {
		return 0, err
	}
	answered := map[string]map[string]bool{}
	for _, a := range answering {
		var summary struct {
			Redacted map[string]string `json:"redacted"`
		}
		if json.Unmarshal([]byte(a.Summary), &summary) != nil {
			continue
		}
		for id, left := range summary.Redacted {
			if answered[id] == nil {
				answered[id] = map[string]bool{}
			}
			answered[id][left] = true
		}
	}
	for _, e := range redacted {
		left, err := e.left()
		if err != nil {
			return 0, err
		}
		if !answered[strconv.FormatInt(e.ID, 10)][left] {
			return e.ID, nil
		}
	}
	return 0, nil
}

// Expired gives the entries with these ids as they are to be redacted.
func Expired(ctx context.Context, tx *db.Tx, ids []int64) (entries []AuditEntry, err error) {
	err = tx.NewRaw("select "+auditColumns+" from audit_entries where id in (?) order by id", bun.List(ids)).Scan(ctx, &entries)
	return entries, err
}
