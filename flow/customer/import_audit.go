package customer

import (
	"context"
	"strconv"

	"guanxi/base/db"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// batchSummary is what the audit log says of one batch of an import.
type batchSummary struct {
	Kind      string `json:"kind"`
	FirstRow  int64  `json:"first_row"`
	LastRow   int64  `json:"last_row"`
	Created   int    `json:"created"`
	Changed   int    `json:"changed"`
	Customers int    `json:"customers,omitempty"` // made or changed beside the rows' own records
}

// auditBatch writes one audit entry for everything a batch did. A batch that changed nothing leaves none.
func auditBatch(ctx context.Context, tx *db.Tx, b *collect.Batch, s batchSummary) error {
	if len(b.Rows) == 0 || s.Created+s.Changed+s.Customers == 0 {
		return nil
	}
	s.FirstRow, s.LastRow = b.Rows[0].Number, b.Rows[len(b.Rows)-1].Number
	return guard.Audit(ctx, tx, "import.applied", "import", strconv.FormatInt(b.ImportID, 10), s)
}
