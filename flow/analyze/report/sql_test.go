package report

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

func asked(t *testing.T, ctx context.Context, r *Reports, query string, params ...any) [][]any {
	t.Helper()
	a, err := r.Ask(ctx, Statement{Query: query, Params: params})
	require.NoError(t, err, query)
	return a.Rows
}

// What anybody may write: joins, windows, CTEs, lists, JSON. The figures are those of who asks.
func TestSQL_is_answered_with_the_rights_of_who_asks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := shop(t, d)
		admin, seller := as(ctx, 9, "admin"), as(ctx, 1, "sales")
		require.Equal(t, [][]any{{"mini", int64(1000)}, {"web", int64(2700)}}, asked(t, admin, r, "select shop, cast(sum(gross) as bigint) from orders group by shop order by shop;\n"))
		require.Equal(t, [][]any{{"mini", int64(1000)}, {"web", int64(2000)}}, asked(t, seller, r, "select shop, cast(sum(gross) as bigint) from orders group by shop order by shop"), "a seller adds up her own")
		require.Equal(t, [][]any{{"Annsown"}}, asked(t, seller, r, "select name from customers"))
		require.Equal(t, [][]any{{"Annsown"}}, asked(t, seller, r, "with customers as (select * from customers) select name from customers"), "a CTE of a table's name is the reader's table")
		require.Equal(t, [][]any{{int64(2), "web"}, {int64(3), "web"}}, asked(t, admin, r, "with w as (select *, row_number() over (partition by shop order by ts desc) as n from orders) select id, shop from w where shop = ? order by id", "web"))
		require.Equal(t, [][]any{{"gold"}}, asked(t, admin, r, "select json_extract_string(custom, '/level') from customers where id in (select customer_id from orders where gross > 1500)"))
		require.Equal(t, [][]any{{int64(3)}}, asked(t, admin, r, "select n from range(5) t(n) where n = 3"))
		a, err := r.Ask(admin, Statement{Query: "from orders select id", Limit: 2})
		require.NoError(t, err)
		require.True(t, a.Cut)
		require.Len(t, a.Rows, 2)

		var acts []string
		require.NoError(t, d.Read().NewRaw("select summary from audit_entries where action = 'sql.asked' order by id").Scan(ctx, &acts))
		require.Len(t, acts, 8)
		require.Contains(t, acts[0], "sum(gross)")
	})
}

// A field without right is no column: by no name, star or reflection.
func TestSQL_holds_no_field_without_right(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := shop(t, d)
		hidden := &field.Field{Key: "level", Type: field.Text, Sensitivity: field.Personal}
		ctx = field.With(ctx, func() *field.Set { return field.NewSet([]*field.Field{hidden}) })
		analyst := as(ctx, 1, "analyst") // works without what is personal
		for _, query := range []string{"select * from customers", "select custom from customers", "select columns('.*') from customers", "select to_json(c) from customers c", "select c from customers c", "from customers"} {
			a, err := r.Ask(analyst, Statement{Query: query})
			require.NoError(t, err, query)
			text, err := json.Marshal(a)
			require.NoError(t, err)
			require.NotContains(t, string(text), "gold", query)
			require.NotEmpty(t, a.Rows, query)
		}
		require.Equal(t, [][]any{{"gold"}}, asked(t, as(ctx, 9, "admin"), r, "select json_extract_string(custom, '/level') from customers where id = 1"))

		// an auditor may read no customers at all
		_, err := r.Ask(as(ctx, 3, "auditor"), Statement{Query: "select count(*) from customers"})
		require.True(t, fault.Is(err, fault.KindInvalid), "%v", err)
		for _, table := range readable(as(ctx, 3, "auditor")) {
			t.Errorf("an auditor reads %s", table.name)
		}
		service := guard.With(ctx, guard.Actor{StaffID: 5, Role: "service", Scopes: []string{"customers.read"}})
		for _, table := range readable(service) {
			require.NotContains(t, []string{"orders", "order_lines", "customer_scores"}, table.name, "who may not read orders")
			for _, c := range table.columns {
				require.False(t, strings.HasPrefix(c.name, "orders_"), "%s tells of orders", c.name)
			}
		}
	})
}

// Whatever reaches beyond the views is refused before it runs, whichever way it is written.
func TestSQL_refuses_what_is_hostile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := shop(t, d)
		admin := as(ctx, 9, "admin")
		for _, query := range []string{
			"", ";", "select 1; select 2", "select 1; drop table customers", "drop table customers", "insert into customers values (1)", "update customers set name = 'x'", "delete from customers",
			"create table x as select 1", "create temp view customers as select 1", "attach 'x.db'", "detach memory", "use memory", "copy customers to 'x.csv'", "copy (select 1) to 'x.csv'", "export database 'x'", "import database 'x'",
			"install httpfs", "load httpfs", "set memory_limit = '10GB'", "reset memory_limit", "pragma database_list", "call duckdb_settings()", "checkpoint", "vacuum", "explain select 1", "explain analyze select 1", "prepare x as select 1", "begin", "describe customers", "show tables", "show all tables", "summarize customers",
			"select * from read_csv('/etc/passwd')", "select * from read_csv_auto('/etc/passwd')", "select * from read_text('/etc/passwd')", "select * from read_blob('/etc/passwd')", "select * from read_json('/etc/passwd')", "select * from read_parquet('*.parquet')", "select * from glob('/*')", "select * from sniff_csv('/etc/passwd')",
			"select * from '/etc/passwd'", "select * from \"/etc/passwd\"", "from 'http://localhost/x.csv'", "select (select count(*) from '/etc/passwd')", "select 1 where exists (from '/etc/passwd')", "select * from (values (1)) v, '/etc/passwd'",
			"with \"/etc/passwd\" as (select 1) select * from \"/etc/passwd\"", "select * from (with segment_members as (select 1) select 1) a, segment_members", "select * from (with duckdb_tables as (select 1) select 1) a, duckdb_tables",
			"with a as (from b), b as (select 1) select * from a", "select * from customers union all select * from read_csv('/etc/passwd')", "select 1 order by (select count(*) from feed_position)", "select 1 having (select count(*) from feed_position) > 0", "select sum(1) filter (where exists (from feed_position))", "select row_number() over (order by (select count(*) from feed_position))", "select case when exists (from feed_position) then 1 end",
			"select * from main.customers", "select * from memory.main.customers", "select * from columns.main.customers", "select * from temp.customers", "select * from information_schema.tables", "select * from pg_catalog.pg_tables", "select * from sqlite_master", "select * from duckdb_tables()", "select * from duckdb_settings()", "select * from duckdb_secrets()", "select * from pragma_table_info('customers')", "select * from schema_version", "select * from feed_position", "select * from quality_findings", "select * from event_ids",
			"select getenv('HOME')", "select current_setting('memory_limit')", "select current_database()", "select version()", "select nextval('x')", "select setseed(1)", "select * from query('select 1')", "select * from query_table('customers')", "select * from json_execute_serialized_sql('x')", "select getvariable('x')", "select txid_current()", "select write_log('x')",
			"with recursive t as (select 1 as n union all select n + 1 from t) select * from t", "with recursive t(n) using key (n) as (select 1 union select n + 1 from t) select * from t",
			"select repeat('x', 1000000000)", "select range(1000000000)", "select generate_series(1, 1000000000)", "select lpad('x', 1000000000, 'x')", "select list_resize([1], 1000000000)", "select * from repeat_row(1, num_rows = 1000000000000)",
			"pivot orders on shop using sum(gross)", "select * from customers at (version => 1)", "select * from (describe customers)", "select * from (show tables)", "select 1) as answer; drop table customers; select * from (select 1", "select 1 /* ", "select 1 -- \n; drop table customers", "select $$ ", "select 'a", strings.Repeat("x", statementLength+1),
			"select no_such_column from customers", "select * from no_such_table", "selekt", "select 1 / 'x'",
		} {
			_, err := r.Ask(admin, Statement{Query: query})
			if len(query) > 80 {
				query = query[:80]
			}
			require.True(t, fault.Is(err, fault.KindInvalid), "%s: %v", query, err)
		}
		require.Equal(t, [][]any{{int64(2)}}, asked(t, admin, r, "select count(*) from customers"), "nothing was touched")
	})
}

// What would run for ever is stopped, and others go on being answered.
func TestSQL_stops_what_takes_too_long(t *testing.T) {
	ctx, r := shopOf(t)
	admin := as(ctx, 9, "admin")
	bounded, cancel := context.WithTimeout(admin, 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := r.Ask(bounded, Statement{Query: "select count(*) from range(1000000) a, range(1000000) b, orders where a.range + b.range = 7"})
	require.True(t, fault.Is(err, fault.KindInvalid), "%v", err)
	require.Less(t, time.Since(began), 5*time.Second)
	require.Equal(t, [][]any{{int64(3)}}, asked(t, admin, r, "select count(*) from orders"))

	r.asking <- struct{}{}
	r.asking <- struct{}{}
	_, err = r.Ask(admin, Statement{Query: "select 1"})
	require.True(t, fault.Is(err, fault.KindTooMany), "%v", err)
}

// Every column that is offered is there, and says what it means in both languages.
func TestTables_are_there(t *testing.T) {
	ctx, r := shopOf(t)
	for _, table := range readable(as(ctx, 9, "admin")) {
		require.NotEmpty(t, table.zh+table.en)
		for _, c := range table.columns {
			require.NotEmpty(t, c.zh, table.name+"."+c.name)
			require.NotEmpty(t, c.en, table.name+"."+c.name)
		}
		asked(t, as(ctx, 9, "admin"), r, "select * from "+table.name)
		asked(t, as(ctx, 1, "sales"), r, "select count(*) from "+table.name+" where 1 = 1")
	}
	require.Len(t, readable(as(ctx, 9, "admin")), len(tables))
}

// The document of the columns is that of the program.
func TestColumnsAreDocumented(t *testing.T) {
	ctx, r := shopOf(t)
	want, err := r.Document(as(ctx, 9, "admin"))
	require.NoError(t, err)
	path := filepath.Join("..", "..", "..", "docs", "columns.md")
	if os.Getenv("GUANXI_WRITE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o600))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(have), "run GUANXI_WRITE=1 go test ./flow/analyze/report -run TestColumnsAreDocumented")
}

// A whole table holds what SQL would give the same reader, and is not written again while nothing has changed.
func TestTableAsParquet(t *testing.T) {
	ctx, r := shopOf(t)
	for who, row := range map[string]struct {
		ctx  context.Context
		want int64
	}{"admin": {as(ctx, 9, "admin"), 3}, "sales": {as(ctx, 1, "sales"), 2}} {
		dir, path, err := r.tableFile(row.ctx, "orders")
		require.NoError(t, err)
		var n int64
		require.NoError(t, r.columns.QueryRow(ctx, "select count(*) from read_parquet(?)", path).Scan(&n))
		require.Equal(t, row.want, n, who)
		require.NoError(t, os.RemoveAll(dir))
	}
	admin := as(ctx, 9, "admin")
	require.Equal(t, r.tag(admin, "orders"), r.tag(admin, "orders"))
	require.NotEqual(t, r.tag(admin, "orders"), r.tag(as(ctx, 1, "sales"), "orders"))
	was := r.tag(admin, "orders")
	require.NoError(t, r.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		return tx.Exec(ctx, "delete from orders where id = 3")
	}))
	require.NotEqual(t, was, r.tag(admin, "orders"))
	_, err := r.parquet(admin, "../../etc/passwd.parquet", "")
	require.True(t, fault.Is(err, fault.KindNotFound), "%v", err)
	_, err = r.parquet(admin, "feed_position.parquet", "")
	require.True(t, fault.Is(err, fault.KindNotFound), "%v", err)
}
