package columns

import (
	"database/sql"
	"errors"
)

// Collect reads the one column of all rows and closes them.
func Collect[T any](rows *sql.Rows) (all []T, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
