package main

import (
	"context"

	"guanxi/base/db"
	"guanxi/base/job"
	"guanxi/flow/schema"
)

// openRecords opens the records with the schema of the product and of the job queue up to date.
func openRecords(ctx context.Context, dir, postgresURL string) (*db.DB, error) {
	records, err := db.Open(ctx, db.Options{Dir: dir, PostgresURL: postgresURL,
		Schema: db.Schema{SQLite: schema.SQLite(), Postgres: schema.Postgres()}})
	if err != nil {
		return nil, err
	}
	if err := job.Migrate(ctx, records); err != nil {
		_ = records.Close()
		return nil, err
	}
	return records, nil
}
