package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/vault"
)

// Check is one thing that was looked at in a restored copy.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

// Result is what restoring a backup for a trial has shown.
type Result struct {
	At     time.Time     `json:"at"`
	Took   time.Duration `json:"took"`
	OK     bool          `json:"ok"`
	Reason string        `json:"reason,omitempty"` // why it could not be restored
	Checks []Check       `json:"checks"`
}

// Trial says where a backup may be restored for a while, and how the restored records are looked at.
type Trial struct {
	Scratch     string // folder for temporary files
	PostgresURL string // a schema of its own is made there and dropped again
	Schema      db.Schema
	Lasting     []Lasting
	Look        func(ctx context.Context, records *db.DB, dir string) ([]Check, error)
}

const trialNotes = "tested"

// Try restores the generation beside the running instance, looks at what was restored, takes it away again and keeps the
// result beside the generation. A backup that fails is a result, not an error.
func Try(ctx context.Context, v *vault.Vault, g vault.Generation, t Trial) (r Result, err error) {
	began := time.Now() //nolint:forbidigo // how long it took is real time
	r.At = clock.Now(ctx).UTC()
	if r.Checks, err = t.restoreAndLook(ctx, v, g); err != nil {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		r.Reason = err.Error()
	}
	r.OK = err == nil
	for _, c := range r.Checks {
		r.OK = r.OK && c.OK
	}
	r.Took = time.Since(began) //nolint:forbidigo // as above
	text, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	return r, v.WriteNote(trialNotes, g.Name, text)
}

// Results gives the last trial of each backup by its name.
func Results(v *vault.Vault) (map[string]Result, error) {
	notes, _, err := v.Notes(trialNotes)
	if err != nil {
		return nil, err
	}
	all := make(map[string]Result, len(notes))
	for _, n := range notes {
		var r Result
		if err := json.Unmarshal(n.Text, &r); err != nil {
			return nil, err
		}
		all[n.Name] = r
	}
	return all, nil
}

const trialFolder = "trial-"

func (t Trial) restoreAndLook(ctx context.Context, v *vault.Vault, g vault.Generation) (checks []Check, err error) {
	if left, err := filepath.Glob(filepath.Join(t.Scratch, trialFolder+"*")); err == nil {
		for _, dir := range left { // of a trial that was killed; one runs at a time
			_ = os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp(t.Scratch, trialFolder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	target := Target{Dir: dir, Schema: t.Schema, Lasting: t.Lasting, inPieces: true}
	if b, err := Of(g); err != nil {
		return nil, err
	} else if b.Engine == db.SQLite {
		if err := vault.Room(dir, b.Size); err != nil {
			return nil, err
		}
	} else {
		address, drop, err := trialSchema(ctx, t.PostgresURL)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, drop()) }()
		target.PostgresURL = address
	}
	b, err := Restore(ctx, v, g, target)
	if err != nil {
		return nil, err
	}
	checks = append(checks, Check{"every byte is what was kept, every row is there", true, fmt.Sprintf("%d bytes, %d rows, %d files", b.Size, b.Rows(), b.Files)})
	records, err := db.Open(ctx, db.Options{Dir: dir, PostgresURL: target.PostgresURL, Schema: t.Schema})
	if err != nil {
		return checks, err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	looked, err := t.Look(ctx, records, dir)
	return append(checks, looked...), err
}

const trialSchemaName = "guanxi_trial"

// trialSchema makes an empty schema in the database and gives the address that leads into it. One trial runs at a time in a
// database; what a killed one left is dropped.
func trialSchema(ctx context.Context, postgresURL string) (address string, drop func() error, err error) {
	at, err := url.Parse(postgresURL)
	if err != nil {
		return "", nil, err
	}
	conn, err := pgx.Connect(ctx, postgresURL)
	if err != nil {
		return "", nil, err
	}
	drop = func() error {
		ctx := context.WithoutCancel(ctx)
		_, err := conn.Exec(ctx, "drop schema if exists "+trialSchemaName+" cascade")
		return errors.Join(err, conn.Close(ctx))
	}
	for _, statement := range []string{
		"select pg_advisory_lock(hashtext('" + trialSchemaName + "'))",
		"drop schema if exists " + trialSchemaName + " cascade",
		"create schema " + trialSchemaName,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return "", nil, errors.Join(err, drop())
		}
	}
	query := at.Query()
	query.Set("search_path", trialSchemaName)
	at.RawQuery = query.Encode()
	return at.String(), drop, nil
}
