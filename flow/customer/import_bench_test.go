package customer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// BenchmarkImportCustomers brings fresh customers with phone and mail into SQLite, batch by batch as the import engine
// does, and reports rows per second. N is the number of customers: use -benchtime=1000000x.
func BenchmarkImportCustomers(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *db.DB
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			d := engine.open(b)
			ctx := guard.System(context.Background())
			kind := &customerKind{workspace: workspace.Default, at: indexCustomerFields()}
			run := &collect.RunState{}
			const size = 20_000
			random := rand.New(rand.NewPCG(1, 2))
			phones := random.Perm(b.N)
			b.ResetTimer()
			used := cpuTime(b)
			var preparing time.Duration
			for start := 0; start < b.N; start += size {
				batch := customerBatch(kind, phones[start:min(start+size, b.N)], start, run)
				began := time.Now()
				if err := kind.Prepare(batch); err != nil {
					b.Fatal(err)
				}
				preparing += time.Since(began)
				if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return kind.Apply(ctx, tx, batch) }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/float64(b.N), "cpu-µs/row")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(preparing.Seconds()/b.Elapsed().Seconds(), "preparing")
		})
	}
}

// BenchmarkImportFloor is what SQLite alone takes for as many rows: two unique keys and the rest as JSON, 20,000 rows a
// transaction.
func BenchmarkImportFloor(b *testing.B) {
	d := dbtest.SQLite(b).Pool()
	run := func(text string) {
		if _, err := d.Exec(text); err != nil {
			b.Fatal(err)
		}
	}
	run("create table floor (id integer primary key, phone text unique, email text unique, body text not null)")
	phones := rand.New(rand.NewPCG(1, 2)).Perm(b.N)
	insert := "insert into floor (phone, email, body) values (?, ?, ?)" + strings.Repeat(", (?, ?, ?)", 9)
	b.ResetTimer()
	used := cpuTime(b)
	for start := 0; start < b.N; start += 20_000 {
		tx, err := d.Begin()
		if err != nil {
			b.Fatal(err)
		}
		statement, err := tx.Prepare(insert)
		if err != nil {
			b.Fatal(err)
		}
		for some := phones[start:min(start+20_000, b.N)]; len(some) >= 10; some = some[10:] {
			values := make([]any, 0, 30)
			for _, n := range some[:10] {
				phone, email := fmt.Sprintf("1%010d", n*7), fmt.Sprintf("user%d@example%d.com", n, n%100)
				values = append(values, phone, email, `{"gender":"female","province":"浙江","city":"杭州","birthday":"1990-08-22"}`)
			}
			if _, err := statement.Exec(values...); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/float64(b.N), "cpu-µs/row")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// cpuTime is what this process has used of the processors, in and out of the kernel: on a shared machine it tells
// more than the clock.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func customerBatch(kind *customerKind, phones []int, start int, run *collect.RunState) *collect.Batch {
	names := []rune("婉清伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华")
	surnames := []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗曾")
	b := &collect.Batch{ImportID: 1, Mode: collect.ModeUpsert, Source: "import", Now: 1_700_000_000_000, Run: run,
		Mapped: make([]bool, len(customerFields)), Rows: make([]collect.Row, len(phones)), Outcomes: make([]collect.Outcome, len(phones))}
	for i, n := range phones {
		values := make([]collect.Value, len(customerFields))
		set := func(field int, text string) { values[field] = collect.Value{Set: true, Text: text} }
		set(kind.at.externalID, fmt.Sprintf("C%08d", start+i))
		set(kind.at.phone, fmt.Sprintf("1%010d", 3_000_000_000+n*7%6_999_999_999))
		set(kind.at.email, fmt.Sprintf("user%d@example%d.com", n, n%100))
		set(fieldIndex(customerFields, "name"), string([]rune{surnames[n%21], names[n/21%26], names[n/500%26]}))
		set(fieldIndex(customerFields, "gender"), "female")
		set(fieldIndex(customerFields, "province"), "浙江")
		set(fieldIndex(customerFields, "city"), "杭州市")
		set(kind.at.birthday, "1990-08-22")
		b.Rows[i] = collect.Row{Number: int64(start + i + 2), Values: values}
	}
	return b
}
