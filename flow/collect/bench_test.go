package collect

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"guanxi/base/db"
)

// wide is a customer-like kind that applies nothing, so that only reading is measured.
type wide struct{ shelf }

func (wide) Name() string { return "wide" }

func (wide) Fields() []Field {
	fields := []Field{{Name: "external_id", Type: Text, Identifier: true}, {Name: "phone", Type: Phone}, {Name: "email", Type: Email}, {Name: "gender", Type: Gender},
		{Name: "birthday", Type: Day}, {Name: "created_at", Type: Instant}, {Name: "spent", Type: Money}, {Name: "tags", Type: Tags}}
	for _, name := range []string{"name", "province", "city", "address"} {
		fields = append(fields, Field{Name: name, Type: Text})
	}
	return fields
}

func (wide) Apply(_ context.Context, _ *db.Tx, b *Batch) error {
	for i := range b.Outcomes {
		if b.Outcomes[i].State == Pending {
			b.Outcomes[i].State = Unchanged
		}
	}
	return nil
}

const benchRows = 200_000

func wideFile(b *testing.B) string {
	var text strings.Builder
	text.WriteString("external_id,name,phone,email,gender,birthday,province,city,address,created_at,spent,tags\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "C%07d,林晓月%d,139%08d,user%d@example.com,女,1990-%02d-%02d,浙江省,杭州市,\"文三路 %d 号, 3 单元\",2024-07-%02d 21:05:06,%d.50,会员;新客\n", i, i, i, i, i%12+1, i%28+1, i, i%28+1, i)
	}
	return writeFile(b, "wide.csv", []byte(text.String()))
}

// BenchmarkSurvey is the first pass, BenchmarkRead the second without applying; both per row.
func BenchmarkSurvey(b *testing.B) {
	path := wideFile(b)
	for b.Loop() {
		if _, err := surveyFile(b.Context(), path, wide{}, Mapping{}, Layout{}); err != nil {
			b.Fatal(err)
		}
	}
	reportRows(b, path)
}

func BenchmarkRead(b *testing.B) {
	path := wideFile(b)
	s, err := surveyFile(b.Context(), path, wide{}, Mapping{}, Layout{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		maker := &batchMaker{source: newRowSource(b.Context(), s, position{}), plan: s.plan, cells: cellReader{form: s.form}}
		batch := &madeBatch{}
		rows := 0
		for maker.fill(batch) == nil {
			rows += len(batch.Rows)
		}
		if rows != benchRows {
			b.Fatal(rows)
		}
	}
	reportRows(b, path)
}

func reportRows(b *testing.B, path string) {
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
	if info, err := os.Stat(path); err == nil {
		b.SetBytes(info.Size())
	}
}
