package report

import (
	"context"
	"database/sql"
	"strconv"

	"guanxi/guard"
)

// rowsOfReport is how many rows of a report's statement are shown.
const rowsOfReport = 1000

// checkSQL says what is wrong with a statement that is to be kept, for who keeps it. Faults: forbidden, invalid.
func (r *Reports) checkSQL(ctx context.Context, d Definition) error {
	if err := guard.Authorize(ctx, sqlPermission); err != nil {
		return err
	}
	return r.told(ctx, statementTime, statementTime, func(ctx context.Context, conn *sql.Conn, views []string) error {
		return checkStatement(ctx, conn, d.SQL, views)
	})
}

// Rows answers the statement of a saved report, with the tables, columns and rows that who asks may read, whoever wrote it:
// where it names one more, it is refused. Faults: as of Ask.
func (r *Reports) Rows(ctx context.Context, found *Report) (*SQLAnswer, error) {
	d, err := found.Asks()
	if err != nil {
		return nil, err
	}
	return r.Ask(ctx, Statement{Query: d.SQL, Limit: rowsOfReport, Report: strconv.FormatInt(found.ID, 10)})
}
