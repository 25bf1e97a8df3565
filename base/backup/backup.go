// Package backup takes the records and files of a running instance into a vault, as they are at one instant, and brings
// them back.
//
// SQLite is kept by pages, PostgreSQL by tables; why is in docs/decisions/0010. Columns are not kept: they are made again
// from records. The key file is never kept.
package backup

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/vault"
)

// Source is what is backed up.
type Source struct {
	Records     *db.DB // for what is lasting; the backup itself reads on connections of its own
	Dir         string // the data folder
	PostgresURL string // where records live in PostgreSQL
	Release     string // of the program
	Reason      string // why it is taken: schedule, person, command
	Lasting     []Lasting
	Patience    time.Duration // how long to wait for a backup that another process is taking
}

// Backup is one generation in words.
type Backup struct {
	Name     string        `json:"name"`
	TakenAt  time.Time     `json:"taken_at"`
	Took     time.Duration `json:"took"`
	Reason   string        `json:"reason"`
	Engine   db.Engine     `json:"engine"`
	Release  string        `json:"release"`
	Schema   int64         `json:"schema"` // number of the last migration
	Tables   []Table       `json:"tables"`
	Files    int64         `json:"files"`
	Size     int64         `json:"-"` // bytes of everything in it, as it was
	NewBytes int64         `json:"-"` // bytes it added to the folder
}

// Table says how much of one table there is, and for PostgreSQL how to bring it back.
type Table struct {
	Name    string   `json:"name"`
	Rows    int64    `json:"rows"`
	Columns []string `json:"columns,omitempty"`
}

// Rows is the number of rows of all tables.
func (b Backup) Rows() (sum int64) {
	for _, t := range b.Tables {
		sum += t.Rows
	}
	return sum
}

const filesPart = "files"

// Take backs the source up and gives what was taken. Faults: those of vault.Begin; unavailable when the disk is full or
// the folder cannot be written. What fails leaves the backups there as they were.
func Take(ctx context.Context, v *vault.Vault, s Source) (b Backup, err error) {
	began := time.Now() //nolint:forbidigo // how long it took is real time
	w, err := v.Begin(ctx, s.Patience)
	if err != nil {
		return b, err
	}
	defer func() {
		if err != nil {
			_ = w.Close()
		}
	}()
	b = Backup{TakenAt: clock.Now(ctx).UTC(), Reason: s.Reason, Release: s.Release, Engine: db.SQLite}
	b.Name = vault.NameAt(b.TakenAt, ending())
	parts := map[string]vault.Sequence{}
	if s.PostgresURL != "" {
		b.Engine = db.Postgres
		err = takePostgres(ctx, w, s.PostgresURL, &b, parts)
	} else {
		err = takeSQLite(ctx, w, s.Dir, &b, parts)
	}
	if err != nil {
		return b, err
	}
	// files come after the records: what a row speaks of was there before the row
	if parts[filesPart], err = takeFiles(ctx, v, w, s.Dir, &b); err != nil {
		return b, err
	}
	if err := collect(ctx, v, s); err != nil {
		return b, err
	}
	b.Took = time.Since(began) //nolint:forbidigo // as above
	about, err := json.Marshal(b)
	if err != nil {
		return b, err
	}
	g, err := w.Commit(vault.Generation{Name: b.Name, TakenAt: b.TakenAt, Parts: parts, About: about})
	b.Size, b.NewBytes = g.Size(), g.NewBytes
	return b, err
}

// ending keeps two backups of the same millisecond apart.
func ending() string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

// Of reads what a generation says about itself.
func Of(g vault.Generation) (b Backup, err error) {
	err = json.Unmarshal(g.About, &b)
	b.Size, b.NewBytes = g.Size(), g.NewBytes
	return b, err
}

// List gives the backups in v, newest first, and the files that cannot be read.
func List(v *vault.Vault) ([]Backup, []vault.Problem, error) {
	generations, problems, err := v.Generations()
	if err != nil {
		return nil, nil, err
	}
	all := make([]Backup, 0, len(generations))
	for _, g := range generations {
		b, err := Of(g)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, b)
	}
	return all, append(problems, v.Damaged()...), nil
}

func collect(ctx context.Context, v *vault.Vault, s Source) error {
	for _, l := range s.Lasting {
		if err := Keep(ctx, v, s.Records, l); err != nil {
			slog.Error("what must last through a restore could not be kept", "list", l.Name(), "error", err)
			return err
		}
	}
	return nil
}
