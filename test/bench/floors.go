package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// floors are what the engines alone do with the company: the same questions in raw SQL, without rights, masks, audit,
// JSON or a network.
type floors struct {
	*stores
	bench *bench

	scan, count, list          float64 // ms
	read, readRate, commitRate float64
	group                      float64 // ms
	behaviour, steps           float64 // ms, of events
}

// fiveConditions are those of the segment row: gender, provinces, age, what was spent, a tag.
const fiveConditions = `
gender = 'female'
and province in ('浙江省', '江苏省', '上海市', '广东省')
and birthday <= current_date - interval 30 year
and orders_gross - orders_refunded >= ?
and list_contains(tags, '金卡')`

func (f *floors) measure(ctx context.Context) (err error) {
	for _, step := range []func(context.Context) error{f.measureScan, f.measureColumns, f.measureRecords, f.measureCommits, f.measureLoad, f.measureScans} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// measureScan counts the five conditions over slices in memory, as fast as this machine can.
func (f *floors) measureScan(ctx context.Context) error {
	rows, err := f.columns.Query(ctx, `
select coalesce(gender = 'female', false), coalesce(province in ('浙江省', '江苏省', '上海市', '广东省'), false), coalesce(year(birthday), 9999),
  coalesce(orders_gross - orders_refunded, 0), coalesce(list_contains(tags, '金卡'), false)
from customers`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var female, province, gold []bool
	var year []int16
	var spent []int64
	for rows.Next() {
		var a, b, c bool
		var y int16
		var s int64
		if err := rows.Scan(&a, &b, &y, &s, &c); err != nil {
			return err
		}
		female, province, gold = append(female, a), append(province, b), append(gold, c)
		year, spent = append(year, y), append(spent, s)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(spent) == 0 {
		return errors.New("the company has no customers")
	}
	before := int16(time.Now().Year() - 30)
	f.scan, err = best(ctx, 20, func(context.Context) error {
		n := 0
		for i := range spent {
			if female[i] && province[i] && year[i] <= before && spent[i] >= 50_000 && gold[i] {
				n++
			}
		}
		if n > len(spent) {
			return errors.New("counted too many")
		}
		return nil
	})
	return err
}

func (f *floors) measureColumns(ctx context.Context) (err error) {
	f.count, err = p95(ctx, 40, func(ctx context.Context, i int) error {
		var n int64
		return f.columns.QueryRow(ctx, "select count(*) from customers where "+fiveConditions, 50_000+100*i).Scan(&n)
	})
	if err != nil {
		return err
	}
	f.list, err = p95(ctx, 40, f.listOnce)
	if err != nil {
		return err
	}
	f.group, err = best(ctx, 5, func(ctx context.Context) error {
		var n int64
		return f.columns.QueryRow(ctx, `
select count(*)
from (
  select customer_id, count(*) as f, sum(gross) as m, max(ts) as last
  from orders
  where kind = 'order' and customer_id is not null
  group by customer_id)`).Scan(&n)
	})
	return err
}

// listOnce asks for the same page as the list row: ids and count from columns, rows from records.
func (f *floors) listOnce(ctx context.Context, i int) error {
	var total int64
	if err := f.columns.QueryRow(ctx, "select count(*) from customers where "+fiveConditions, 50_000+100*i).Scan(&total); err != nil {
		return err
	}
	rows, err := f.columns.Query(ctx, "select id from customers where "+fiveConditions+" order by orders_last_at desc nulls last, id limit 50", 50_000+100*i)
	if err != nil {
		return err
	}
	defer rows.Close()
	marks, ids := "", []any{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if len(ids) > 0 {
			marks += ","
		}
		marks, ids = marks+"?", append(ids, id)
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return err
	}
	found, err := f.records.Pool().QueryContext(ctx, "select id, name, gender, birthday, province, city from customers where id in ("+marks+")", ids...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var id int64
		var name, gender, province, city string
		var birthday sql.NullString
		if err := found.Scan(&id, &name, &gender, &birthday, &province, &city); err != nil {
			return err
		}
	}
	return found.Err()
}

// reader opens the records for reading beside the one writer.
func (f *floors) reader() (*sql.DB, error) {
	return sql.Open("sqlite3", "file:"+url.PathEscape(filepath.Join(f.bench.data(), "records.sqlite"))+"?_query_only=on&_journal_mode=WAL")
}

func (f *floors) measureRecords(ctx context.Context) error {
	reader, err := f.reader()
	if err != nil {
		return err
	}
	defer reader.Close()
	point, err := reader.PrepareContext(ctx, "select name, gender, province, city, address, company, version from customers where id = ?")
	if err != nil {
		return err
	}
	defer point.Close()
	return f.measureReads(ctx, point)
}

// measureReads reads one customer after another by point, alone and eight at once.
func (f *floors) measureReads(ctx context.Context, point *sql.Stmt) (err error) {
	read := func(ctx context.Context, _ int) error {
		var name, gender, province, city, address, company string
		var version int64
		return point.QueryRowContext(ctx, rand.IntN(f.bench.customers)+1).Scan(&name, &gender, &province, &city, &address, &company, &version)
	}
	if f.read, err = p95(ctx, 2000, read); err != nil {
		return err
	}
	f.readRate, err = perSecond(ctx, 8, 2, read)
	return err
}

// measureCommits updates one customer per transaction, on disk before the next.
func (f *floors) measureCommits(ctx context.Context) (err error) {
	f.commitRate, err = perSecond(ctx, 1, 3, func(ctx context.Context, _ int) error {
		_, err := f.records.Pool().ExecContext(ctx, "update customers set updated_at = updated_at + 1 where id = ?", rand.IntN(f.bench.customers)+1)
		return err
	})
	return err
}

// measureLoad puts the customers of the file into a table with two unique keys and a JSON column.
func (f *floors) measureLoad(ctx context.Context) (err error) {
	rows, err := f.bench.customerRows()
	if err != nil {
		return err
	}
	path := filepath.Join(f.bench.dir, "load.sqlite")
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + suffix)
		}
	}()
	d, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	if _, err := d.ExecContext(ctx, "create table c (id integer primary key, phone text unique, email text unique, body text not null)"); err != nil {
		return err
	}
	took, err := once(ctx, func(ctx context.Context) error { return loadRows(ctx, d, rows) })
	f.bench.loadFloor = float64(len(rows)) / took * 1000
	return err
}

func loadRows(ctx context.Context, d *sql.DB, rows [][3]any) error {
	const perChange = 20_000
	for start := 0; start < len(rows); start += perChange {
		if err := loadChange(ctx, d, rows[start:min(start+perChange, len(rows))]); err != nil {
			return err
		}
	}
	return nil
}

// loadChange puts rows, ten at a time, in one transaction.
func loadChange(ctx context.Context, d *sql.DB, rows [][3]any) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, "insert or ignore into c (phone, email, body) values (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?)")
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	defer insert.Close()
	for ; len(rows) >= 10; rows = rows[10:] {
		values := make([]any, 0, 30)
		for _, row := range rows[:10] {
			values = append(values, row[0], row[1], row[2])
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// customerRows gives telephone, mail and the whole as JSON of every line of the customers file.
func (b *bench) customerRows() (rows [][3]any, err error) {
	file, err := os.Open(b.customersFile())
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := csv.NewReader(file)
	header, err := lines.Read()
	if err != nil {
		return nil, err
	}
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		fields := make(map[string]string, len(header))
		for i, name := range header {
			fields[name] = line[i]
		}
		body, err := json.Marshal(fields)
		if err != nil {
			return nil, err
		}
		rows = append(rows, [3]any{orNull(line[2]), orNull(line[3]), string(body)})
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
