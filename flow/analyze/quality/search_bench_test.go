package quality

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// BenchmarkJudgeAll judges everybody of a company of 200,000, each with a phone and a mail address, half of them with
// details missing. The time of a million is five times as much.
func BenchmarkJudgeAll(b *testing.B) {
	const customers = 200_000
	records := dbtest.SQLite(b)
	q := New(records, columnstest.Open(b), nil, nil, nil)
	ctx := guard.System(workspace.With(clock.With(context.Background(), clock.NewFake(time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC))), workspace.Default()))
	require.NoError(b, records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		people := db.NewBulk("customers", "id, kind, name, gender, birthday, country, province, city, address, created_at, updated_at", "")
		points := db.NewBulk("contact_points", "id, customer_id, kind, value, raw, state, created_at", "")
		for i := range int64(customers) {
			gender := []string{"female", "unknown"}[i%2]
			people.Add(i+1, "person", "林婉清", gender, fmt.Sprintf("%d-%02d-%02d", 1960+i%45, 1+i%12, 1+i%28), "中国", "浙江", "杭州", []string{"文一路", ""}[i%2], 0, 1_770_000_000_000)
			points.Add(2*i+1, i+1, "phone", fmt.Sprintf("+8613%09d", i), "", "ok", 0)
			points.Add(2*i+2, i+1, "email", fmt.Sprintf("c%d@163.com", i), "", "ok", 0)
			if err := people.Spill(ctx, tx); err != nil {
				return err
			}
		}
		if err := people.Insert(ctx, tx); err != nil {
			return err
		}
		return points.Insert(ctx, tx)
	}))
	for b.Loop() {
		e, err := q.examiner(ctx, nil)
		require.NoError(b, err)
		require.NoError(b, q.judgeAll(ctx, e, func(float64) error { return nil }))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/customers, "µs/customer")
}
