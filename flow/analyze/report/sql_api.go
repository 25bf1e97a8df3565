package report

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// sqlPermission is for asking in SQL and for reading whole tables.
const sqlPermission = "reports.sql"

// TableView is a table that may be asked in SQL, and read whole by BI tools.
type TableView struct {
	Name    string       `json:"name"`
	Label   analyze.Text `json:"label"`
	Columns []ColumnView `json:"columns"`
	Parquet string       `json:"parquet" doc:"where the whole of it is read, below /api/v1"`
}

// ColumnView is a column of a table.
type ColumnView struct {
	Name  string       `json:"name"`
	Type  string       `json:"type"`
	Label analyze.Text `json:"label"`
}

// Tables gives what who asks may read, with the types of the columns.
func (r *Reports) Tables(ctx context.Context) ([]TableView, error) {
	rows, err := r.columns.Query(ctx, "select table_name, column_name, data_type from information_schema.columns where table_schema = 'main'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types := map[string]string{}
	for rows.Next() {
		var table, name, kind string
		if err := rows.Scan(&table, &name, &kind); err != nil {
			return nil, err
		}
		types[table+"."+name] = kind
	}
	all := []TableView{}
	for _, t := range readable(ctx) {
		v := TableView{Name: t.name, Label: analyze.Text{ZH: t.zh, EN: t.en}, Columns: []ColumnView{}, Parquet: "/bi/" + t.name + ".parquet"}
		for _, c := range t.columns {
			v.Columns = append(v.Columns, ColumnView{c.name, types[t.name+"."+c.name], analyze.Text{ZH: c.zh, EN: c.en}})
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

func (r *Reports) registerSQL(a *api.API) {
	tables := func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[TableView] }, error) {
		all, err := r.Tables(ctx)
		return &struct{ Body page.List[TableView] }{page.List[TableView]{Items: all}}, err
	}
	api.Register(a, op(http.MethodGet, "/sql/schema", sqlPermission, "The tables and columns that may be asked in SQL, with what they mean", 200), tables)
	api.Register(a, op(http.MethodPost, "/sql", sqlPermission, "One SELECT over the columns, of the rows and fields who asks may see", 200),
		func(ctx context.Context, in *struct {
			Body struct {
				Query  string `json:"query" maxLength:"60000"`
				Params []any  `json:"params,omitempty" maxItems:"50" doc:"texts, numbers, booleans and nulls, in place of ?"`
				Limit  int    `json:"limit,omitempty" minimum:"1" maximum:"10000" default:"1000"`
			}
		}) (*struct{ Body *SQLAnswer }, error) {
			for i, p := range in.Body.Params {
				switch p.(type) {
				case nil, string, bool, float64:
				default:
					return nil, fault.Invalid(fmt.Sprintf("params[%d]", i), "value_invalid")
				}
			}
			answer, err := r.Ask(ctx, Statement{Query: in.Body.Query, Params: in.Body.Params, Limit: in.Body.Limit})
			return &struct{ Body *SQLAnswer }{answer}, err
		})
	api.Register(a, op(http.MethodGet, "/bi/tables", sqlPermission, "The tables that BI tools may read whole", 200), tables)
	api.Register(a, op(http.MethodGet, "/bi/{file}", sqlPermission, "A whole table as Parquet, of the rows and fields who asks may see", 200),
		func(ctx context.Context, in *struct {
			File string `path:"file" maxLength:"80" doc:"a table's name and .parquet"`
			Have string `header:"If-None-Match"`
		}) (*huma.StreamResponse, error) {
			if err := guard.Authorize(ctx, "export"); err != nil {
				return nil, err
			}
			return r.parquet(ctx, in.File, in.Have)
		})
}

// parquet writes a table into a file and streams it: what stood in the columns at one moment. Who has it already is told so.
// Faults: not found, too many at once.
func (r *Reports) parquet(ctx context.Context, name, have string) (*huma.StreamResponse, error) {
	table, isParquet := strings.CutSuffix(name, ".parquet")
	if !isParquet || !slices.ContainsFunc(readable(ctx), func(t offered) bool { return t.name == table }) {
		return nil, fault.NotFound("table", name)
	}
	tag := r.tag(ctx, table)
	if have == tag {
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			hc.SetHeader("ETag", tag)
			hc.SetStatus(http.StatusNotModified)
		}}, nil
	}
	dir, path, err := r.tableFile(ctx, table)
	if err != nil {
		return nil, err
	}
	if err := r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return guard.Audit(ctx, tx, "table.read", "table", table, nil)
	}); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer os.RemoveAll(dir)
		send(hc, path, table, tag)
	}}, nil
}

// tableFile writes a table, as who asks may see it, into a file of a folder that is for the caller to remove.
func (r *Reports) tableFile(ctx context.Context, table string) (dir, path string, err error) {
	if dir, err = os.MkdirTemp("", "guanxi-bi-"); err != nil {
		return "", "", err
	}
	path = filepath.Join(dir, "table.parquet")
	if err = r.told(ctx, tableTime, 0, func(ctx context.Context, conn *sql.Conn, _ []string) error {
		_, err := conn.ExecContext(ctx, "copy (select * from "+quoted(table)+") to "+literal(path)+" (format parquet, compression zstd)")
		return err
	}); err != nil {
		_ = os.RemoveAll(dir)
	}
	return dir, path, err
}
