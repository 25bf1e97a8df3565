package backup

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

func openPlain(t *testing.T, path string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func exec(t *testing.T, pool *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

// digest is over every row, as SQL reads them.
func digest(t *testing.T, conn interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}) string {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), "select id, body from t order by id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	sum, n := sha256.New(), 0
	for ; rows.Next(); n++ {
		var id int
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(sum, "%d:%x\n", id, body)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d rows %s", n, hex.EncodeToString(sum.Sum(nil)[:8]))
}

// The pages read are those of the instant at which reading began, whatever happens to file and log meanwhile. The oracle is
// SQLite's own reader, whose transaction is of the same instant.
func TestPagesAreOfOneInstant(t *testing.T) {
	for _, row := range []struct{ name, before string }{
		{"a log that no checkpoint has touched", ""},
		{"a log that is in the file already, and is begun anew meanwhile", "pragma wal_checkpoint(passive)"},
		{"a log begun anew and half in the file", "pragma wal_checkpoint(restart)"},
		{"no log", "pragma wal_checkpoint(truncate)"},
		{"opened anew, and nothing written since", "reopen"},
	} {
		t.Run(row.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			path := filepath.Join(t.TempDir(), "records.sqlite")
			pool := openPlain(t, path)
			pool.SetMaxOpenConns(1)
			exec(t, pool, "pragma wal_autocheckpoint = 200")
			exec(t, pool, "create table t (id integer primary key, body blob); create index i on t (body)")
			churn := func(n int) {
				for range n {
					exec(t, pool, "insert or replace into t values (?, randomblob(?))", random.IntN(3000), 50+random.IntN(900))
					if random.IntN(5) == 0 {
						exec(t, pool, "delete from t where id = ?", random.IntN(3000))
					}
				}
			}
			churn(2000)
			if row.before == "reopen" {
				if err := pool.Close(); err != nil {
					t.Fatal(err)
				}
				pool = openPlain(t, path)
				pool.SetMaxOpenConns(1)
			} else if row.before != "" {
				exec(t, pool, row.before)
			}
			if row.name == "a log begun anew and half in the file" {
				churn(150)
			}
			p, err := openPages(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = p.Close() }()
			image, err := os.Create(filepath.Join(t.TempDir(), "image.sqlite"))
			if err != nil {
				t.Fatal(err)
			}
			buffer := make([]byte, 8*p.head.pageSize)
			for first := uint32(0); first < p.head.pages; first += 8 {
				if first%64 == 0 {
					churn(25)
					if random.IntN(3) == 0 {
						exec(t, pool, "pragma wal_checkpoint(passive)")
					}
				}
				n, err := p.ReadRun(first, buffer)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := image.Write(buffer[:n]); err != nil {
					t.Fatal(err)
				}
			}
			if err := image.Close(); err != nil {
				t.Fatal(err)
			}
			want, now := digest(t, p.conn), digest(t, pool)
			restored := openPlain(t, image.Name())
			if got := digest(t, restored); got != want {
				t.Errorf("restored %s, at that instant there were %s", got, want)
			}
			if now == want {
				t.Error("nothing changed meanwhile")
			}
			var sound string
			if err := restored.QueryRow("pragma integrity_check").Scan(&sound); err != nil || sound != "ok" {
				t.Errorf("%s %v", sound, err)
			}
		})
	}
}
