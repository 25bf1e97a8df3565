package customer

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/backup"
	"guanxi/base/db"
	"guanxi/guard"
)

// Withdrawals is the list of the noes that customers have said, kept beside the backups: none is forgotten because an older
// state comes back. It holds numbers, purposes, channels and instants, and nothing else of a person.
type Withdrawals struct{}

// withdrawal is the last word of a customer for a purpose and channel, where that is a no. Created tells the customer from
// another who may be given her number after a restore.
type withdrawal struct {
	Customer  int64  `json:"c" bun:"customer_id"`
	Created   int64  `json:"n" bun:"created_at"`
	Purpose   string `json:"p" bun:"purpose"`
	Channel   string `json:"k" bun:"channel"`
	At        int64  `json:"t" bun:"happened_at"`
	Source    string `json:"s,omitempty" bun:"source"`
	ProofKind string `json:"h,omitempty" bun:"proof_kind"`
}

func (w withdrawal) key() string {
	return strconv.FormatInt(w.Customer, 10) + " " + strconv.FormatInt(w.Created, 10) + " " + w.Purpose + " " + w.Channel
}

// saidByRestore is the source of a no that was said after the state that came back; where it was said stands as its proof.
const saidByRestore = "restore"

// Name implements backup.Lasting.
func (Withdrawals) Name() string { return "withdrawals" }

const withdrawalsSQL = `
select s.customer_id, c.created_at, s.purpose, s.channel, s.happened_at, s.source, s.proof_kind
from (
  select customer_id, purpose, channel, granted, happened_at, source, proof_kind,
    row_number() over (partition by customer_id, purpose, channel order by happened_at desc, id desc) as n
  from consents
) s
join customers c on c.id = s.customer_id
where s.n = 1 and not s.granted`

// Collect implements backup.Lasting.
func (Withdrawals) Collect(ctx context.Context, records *db.DB, kept []byte) ([]byte, error) {
	var list, now []withdrawal
	if kept != nil {
		if err := json.Unmarshal(kept, &list); err != nil {
			return nil, err
		}
	}
	if err := records.Read().NewRaw(withdrawalsSQL+" order by s.customer_id, s.purpose, s.channel").Scan(ctx, &now); err != nil {
		return nil, err
	}
	at := make(map[string]int, len(list))
	for i, w := range list {
		at[w.key()] = i
	}
	for _, w := range now {
		if i, known := at[w.key()]; !known {
			list = append(list, w)
		} else if list[i].At < w.At {
			list[i] = w
		}
	}
	return json.Marshal(list)
}

// Reapply implements backup.Lasting: a no that is newer than the last word that came back is said again, as of when it was
// said, by whoever the customer is merged into now.
func (Withdrawals) Reapply(ctx context.Context, records *db.DB, _ string, kept []byte) ([]backup.Redone, error) {
	var list []withdrawal
	if err := json.Unmarshal(kept, &list); err != nil {
		return nil, err
	}
	ctx = guard.System(ctx)
	said := 0
	err := inChunks(list, 500, func(some []withdrawal) error {
		return records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			again, err := sayAgain(ctx, tx, some)
			said += again
			return err
		})
	})
	return []backup.Redone{{What: "withdrawals", Count: said}}, err
}

func sayAgain(ctx context.Context, tx *db.Tx, some []withdrawal) (int, error) {
	ids := make([]int64, 0, len(some))
	for _, w := range some {
		ids = append(ids, w.Customer)
	}
	var there []struct {
		ID      int64  `bun:"id"`
		Created int64  `bun:"created_at"`
		Into    *int64 `bun:"merged_into"`
	}
	if err := tx.NewRaw("select id, created_at, merged_into from customers where id in (?)", bun.List(ids)).Scan(ctx, &there); err != nil {
		return 0, err
	}
	now, created := map[int64]int64{}, map[int64]int64{}
	for _, c := range there {
		now[c.ID], created[c.ID] = c.ID, c.Created
		if c.Into != nil {
			now[c.ID] = *c.Into
			ids = append(ids, *c.Into)
		}
	}
	var words []Consent
	if err := tx.NewRaw("select "+consentColumns+" from consents where customer_id in (?)", bun.List(ids)).Scan(ctx, &words); err != nil {
		return 0, err
	}
	last := map[withdrawal]int64{}
	for _, w := range words {
		of := withdrawal{Customer: w.CustomerID, Purpose: w.Purpose, Channel: w.Channel}
		last[of] = max(last[of], w.HappenedAt)
	}
	var again []Consent
	for _, w := range some {
		id, is := now[w.Customer]
		of := withdrawal{Customer: id, Purpose: w.Purpose, Channel: w.Channel}
		if !is || created[w.Customer] != w.Created || last[of] >= w.At {
			continue
		}
		last[of] = w.At
		again = append(again, Consent{CustomerID: id, Purpose: w.Purpose, Channel: w.Channel, HappenedAt: w.At, Source: saidByRestore, Proof: w.Source, ProofKind: w.ProofKind})
		tx.Feed("customers", id)
	}
	return len(again), insertConsents(ctx, tx, again)
}
