package house

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/schema"
)

func TestMigrationsComeInPairs(t *testing.T) {
	names := func(files fs.FS) []string {
		entries, err := fs.ReadDir(files, ".")
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, entry := range entries {
			list = append(list, entry.Name())
		}
		return list
	}
	if sqlite, postgres := names(schema.SQLite()), names(schema.Postgres()); !slices.Equal(sqlite, postgres) {
		t.Errorf("SQLite has %v\nPostgreSQL has %v", sqlite, postgres)
	}
}

// column is what must be equal on both engines: types differ in name, but not whether something may be missing.
type column struct {
	table, name string
	required    bool
}

// The columns of every table, read from the live databases after all migrations.
const (
	sqliteColumns = `
select t.name as tbl, c.name as col, c."notnull" or c.pk > 0 as required
from sqlite_schema t
join pragma_table_info(t.name) c
where t.type = 'table' and t.name not like 'sqlite_%'`
	postgresColumns = `
select table_name as tbl, column_name as col, is_nullable = 'NO' as required
from information_schema.columns
where table_schema = current_schema()`
)

// onOneEngine are tables that only one of them needs: SQLite counts ids in a table, PostgreSQL in sequences.
var onOneEngine = map[string]string{"id_counters": "PostgreSQL takes ids from sequences"}

// theirs are tables of libraries, which bring their own migrations for each engine.
func theirs(table string) bool {
	return strings.HasPrefix(table, "river_") || strings.HasPrefix(table, "goose_")
}

func liveColumns(t *testing.T, d *db.DB, query string) map[column]bool {
	t.Helper()
	var rows []struct {
		Table    string `bun:"tbl"`
		Name     string `bun:"col"`
		Required bool   `bun:"required"`
	}
	if err := d.Read().NewRaw(query).Scan(context.Background(), &rows); err != nil {
		t.Fatal(err)
	}
	found := map[column]bool{}
	for _, row := range rows {
		if _, single := onOneEngine[row.Table]; !single && !theirs(row.Table) {
			found[column{row.Table, row.Name, row.Required}] = true
		}
	}
	return found
}

func TestBothEnginesHaveTheSameTables(t *testing.T) {
	sqlite := liveColumns(t, dbtest.SQLite(t), sqliteColumns)
	postgres := liveColumns(t, dbtest.Postgres(t), postgresColumns)
	for c := range sqlite {
		if !postgres[c] {
			t.Errorf("%s.%s (required: %v) is only in SQLite", c.table, c.name, c.required)
		}
	}
	for c := range postgres {
		if !sqlite[c] {
			t.Errorf("%s.%s (required: %v) is only in PostgreSQL", c.table, c.name, c.required)
		}
	}
	if len(sqlite) < 100 {
		t.Errorf("only %d columns were found", len(sqlite))
	}
}

// indexes by table and columns, unique or not; names may differ.
const (
	sqliteIndexes = `
select distinct t.name as tbl, i."unique" as is_unique,
  (select group_concat(coalesce(name, '?'), ',') from (select name from pragma_index_info(i.name) order by seqno)) as cols
from sqlite_schema t
join pragma_index_list(t.name) i
where t.type = 'table' and t.name not like 'sqlite_%'`
	postgresIndexes = `
select t.relname as tbl, x.indisunique as is_unique,
  (select string_agg(coalesce(a.attname, '?'), ',' order by k.place)
   from unnest(x.indkey::int[]) with ordinality k(attnum, place)
   left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum and k.attnum > 0) as cols
from pg_index x
join pg_class t on t.oid = x.indrelid
where t.relnamespace = current_schema()::regnamespace`
)

func liveIndexes(t *testing.T, d *db.DB, query string) map[string]bool {
	t.Helper()
	var rows []struct {
		Table   string `bun:"tbl"`
		Unique  bool   `bun:"is_unique"`
		Columns string `bun:"cols"`
	}
	if err := d.Read().NewRaw(query).Scan(context.Background(), &rows); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, row := range rows {
		// SQLite needs no index for an integer primary key, so those are left out on both
		if _, single := onOneEngine[row.Table]; !single && !theirs(row.Table) && row.Columns != "id" && row.Columns != "number" {
			key := row.Table + "(" + row.Columns + ")"
			if row.Unique {
				key = "unique " + key
			}
			found[key] = true
		}
	}
	return found
}

// clustered are tables that SQLite keeps as one tree beside the customer (00003), which PostgreSQL has no such way to:
// there an index says the same.
var clustered = map[string]bool{
	"unique consents(customer_id,id)": true, "consents(customer_id,happened_at)": true,
	"unique contact_points(customer_id,id)": true, "contact_points(customer_id)": true,
	"unique contact_points(value,kind,customer_id)": true, "unique contact_points(kind,value,customer_id)": true,
}

func TestBothEnginesHaveTheSameIndexes(t *testing.T) {
	sqlite := slices.Sorted(maps.Keys(liveIndexes(t, dbtest.SQLite(t), sqliteIndexes)))
	postgres := slices.Sorted(maps.Keys(liveIndexes(t, dbtest.Postgres(t), postgresIndexes)))
	for _, index := range sqlite {
		if !slices.Contains(postgres, index) && !clustered[index] {
			t.Errorf("%s is only in SQLite", index)
		}
	}
	for _, index := range postgres {
		if !slices.Contains(sqlite, index) && !clustered[index] {
			t.Errorf("%s is only in PostgreSQL", index)
		}
	}
	if len(sqlite) < 20 {
		t.Errorf("only %d indexes were found", len(sqlite))
	}
}
