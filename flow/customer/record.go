package customer

import (
	"context"
	"crypto/rand"
	"regexp"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// A customer in an export carries a record number: the code of this instance, her id here, and the number of the export.
// Brought in again here it names her without doubt; brought into another instance it becomes an identity whose source is
// this one, so that orders find her and a second file knows her again. The number of the export tells of every single row
// that leaked by whom it was taken out.

// recordSource begins the source of identities that are record numbers of another instance.
const recordSource = "guanxi:"

var recordForm = regexp.MustCompile(`^([a-z0-9]{6})-([1-9][0-9]{0,17})(-[0-9]+)?$`)

// recordNumber writes the record number of a customer in an export (0 = of none).
func recordNumber(code string, id, export int64) string {
	number := code + "-" + strconv.FormatInt(id, 10)
	if export != 0 {
		number += "-" + strconv.FormatInt(export, 10)
	}
	return number
}

// cleanRecord leaves the number of the export out.
func cleanRecord(cell string) (clean, code string) {
	parts := recordForm.FindStringSubmatch(strings.ToLower(cell))
	if parts == nil {
		return "", "record_unreadable"
	}
	return parts[1] + "-" + parts[2], ""
}

// recordIdentity gives the identity that a clean record number stands for.
func recordIdentity(record string) identityKey {
	code, id, _ := strings.Cut(record, "-")
	return identityKey{recordSource + code, id}
}

const instanceKey = "instance.code"

// instanceCode gives the code of this instance: six letters and digits made once, "" while none was needed.
func instanceCode(ctx context.Context, from bun.IDB) (string, error) {
	code, _, err := db.SettingText(ctx, from, instanceKey)
	return code, err
}

// makeInstanceCode gives the code, made where there is none yet.
func makeInstanceCode(ctx context.Context, tx *db.Tx) (string, error) {
	code := strings.ToLower(rand.Text()[:6])
	if _, err := tx.Do(ctx, "insert into settings (key, value, updated_at) values (?, ?, ?) on conflict (key) do nothing",
		instanceKey, code, clock.Millis(ctx)); err != nil {
		return "", err
	}
	return instanceCode(ctx, tx)
}

// ownSource gives the source that stands for our own records.
func ownSource(ctx context.Context, from bun.IDB) (string, error) {
	code, err := instanceCode(ctx, from)
	return recordSource + code, err
}

// lookUpRecords finds our own customers by their ids; one that was merged is who she was merged into.
func (r *roster) lookUpRecords(ctx context.Context, tx *db.Tx, ids []string) error {
	return inChunks(distinct(ids), lookUpChunk, func(chunk []string) error {
		wanted := make([]int64, 0, len(chunk))
		for _, text := range chunk {
			if id, err := strconv.ParseInt(text, 10, 64); err == nil {
				wanted = append(wanted, id)
			}
		}
		var rows []struct {
			ID   int64 `bun:"id"`
			Kept int64 `bun:"kept_id"`
		}
		err := tx.NewRaw(`
with recursive kept as (
  select c.id, c.id as kept_id, c.merged_into, c.deleted_at
  from customers c
  where c.id in (?)
  union all
  select k.id, c.id, c.merged_into, c.deleted_at
  from kept k
  join customers c on c.id = k.merged_into
)
select id, kept_id
from kept
where merged_into is null
  and deleted_at is null`, bun.List(wanted)).Scan(ctx, &rows)
		for _, row := range rows {
			r.byIdentity[identityKey{r.own, strconv.FormatInt(row.ID, 10)}] = r.stored(row.Kept)
		}
		return err
	})
}

// identityBetween parts source and external id of an identity in a cell; each stands on a line of its own.
const identityBetween = " = "

func writeIdentities(identities []identityRow) string {
	lines := make([]string, len(identities))
	for i, identity := range identities {
		lines[i] = identity.Source + identityBetween + identity.ExternalID
	}
	return strings.Join(lines, "\n")
}

func readIdentities(cell string) (identities []identityKey) {
	for line := range strings.Lines(cell) {
		if source, externalID, found := strings.Cut(trimmed(line), identityBetween); found && source != "" && externalID != "" {
			identities = append(identities, identityKey{source, externalID})
		}
	}
	return identities
}
