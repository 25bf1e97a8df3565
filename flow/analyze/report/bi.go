package report

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/guard"
)

// tableTime bounds the writing of one table.
const tableTime = 10 * time.Minute

// process tells one run of the program from the next: the count of commits begins anew with each.
var process = rand.Text()

// tag names what a table is to who asks: it changes with the columns, with the rights, and with the program's start.
func (r *Reports) tag(ctx context.Context, name string) string {
	told := ""
	for _, t := range readable(ctx) {
		if t.name == name {
			told, _ = r.view(ctx, "", t) // what cannot be written is told when it is read
		}
	}
	if scope := guard.ScopeOf(ctx, "customers"); !scope.All() {
		told += fmt.Sprintln(scope.Where("c"))
	}
	sum := sha256.Sum256([]byte(process + "\n" + strconv.FormatUint(r.columns.Commits(), 10) + "\n" + told))
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// send streams a file that was written for one reader.
func send(hc huma.Context, path, table, tag string) {
	file, err := os.Open(path) //nolint:gosec // our own
	if err != nil {
		hc.SetStatus(http.StatusInternalServerError)
		return
	}
	defer file.Close()
	if about, err := file.Stat(); err == nil {
		hc.SetHeader("Content-Length", strconv.FormatInt(about.Size(), 10))
	}
	hc.SetHeader("Content-Type", "application/vnd.apache.parquet")
	hc.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": table + ".parquet"}))
	hc.SetHeader("ETag", tag)
	hc.SetHeader("Cache-Control", "private, no-cache")
	if _, err := io.Copy(hc.BodyWriter(), file); err != nil {
		api.Log(hc.Context()).Error("a table was cut off", "table", table, "error", err)
	}
}

// Document tells of every table and column, for docs/columns.md. Faults are the store's.
func (r *Reports) Document(ctx context.Context) (string, error) {
	tables, err := r.Tables(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# The columns\n\nWhat `POST /api/v1/sql` may ask and `GET /api/v1/bi/{table}.parquet` gives. Made from the program (`GUANXI_WRITE=1 go test ./flow/analyze/report -run TestColumnsAreDocumented`).\n\n" +
		"Instants (`ts`, `..._at`) are milliseconds UTC, days are those of the workspace's time zone, money is in minor units of the workspace's currency. Phone numbers, e-mail addresses and streets never stand here. " +
		"Everybody sees the rows and the columns they have a right to: a column without right is not there.\n")
	for _, t := range tables {
		b.WriteString("\n## " + t.Name + "\n\n" + t.Label.EN + ". " + t.Label.ZH + "。\n\n| column | type | meaning | 含义 |\n|---|---|---|---|\n")
		for _, c := range t.Columns {
			b.WriteString("| " + c.Name + " | " + c.Type + " | " + strings.ReplaceAll(c.Label.EN, "|", "\\|") + " | " + strings.ReplaceAll(c.Label.ZH, "|", "\\|") + " |\n")
		}
	}
	return b.String(), nil
}
