package collect

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

func newTestEngine(t testing.TB, d *db.DB, kinds ...Kind) (context.Context, *Engine) {
	t.Helper()
	e, err := New(d, nil, Settings{Dir: t.TempDir(), Node: "test", MaxFileBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range append(kinds, baskets{}) {
		e.Register(k)
	}
	if len(kinds) == 0 {
		e.Register(shelf{})
	}
	ctx := clock.With(guard.System(t.Context()), clock.NewMovable())
	return ctx, e
}

func writeFile(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func importText(t testing.TB, ctx context.Context, e *Engine, n NewImport, text string) Import {
	t.Helper()
	if n.Kind == "" {
		n.Kind = "shelf"
	}
	imp, err := e.ImportFile(ctx, writeFile(t, "file.csv", []byte(text)), n, nil)
	if err != nil {
		t.Fatal(err)
	}
	return imp
}

func products(t testing.TB, e *Engine) string {
	t.Helper()
	var rows []product
	if err := e.records.Read().NewRaw("select id, sku, name, category, coalesce(price, 0) as price, custom, version from products order by sku").Scan(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range rows {
		fmt.Fprintf(&b, "%s|%s|%d\n", p.SKU, p.Name, p.Price)
	}
	return b.String()
}

func wantCounts(t testing.TB, i Import, state State, c Counts) {
	t.Helper()
	if i.State != state || i.Counts != c {
		t.Fatalf("import is %s %+v, want %s %+v (error %s %s)", i.State, i.Counts, state, c, i.ErrorCode, i.ErrorDetail)
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("every row ends as created, rejected or found odd, and nothing is dropped", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			imp := importText(t, ctx, e, NewImport{}, "SKU,Name,Price,Date\n1.0, tea ,\"1,234.50\",2024-07-13\nb2,cup,abc,2024-02-30\n,nobody,1,\nd4,free,0,2024-02-30\n")
			wantCounts(t, imp, StateDone, Counts{Total: 4, Processed: 4, Created: 2, Rejected: 2, Findings: 3})
			if got := products(t, e); got != "1|tea|123450\nd4|free|0\n" {
				t.Fatal(got)
			}
			groups, err := e.FindingGroups(ctx, imp.ID, "open")
			if err != nil || len(groups) != 2 || groups[0].Cause != "date_impossible" || groups[0].Count != 2 || groups[1].Cause != "price_zero" {
				t.Fatal(groups, err)
			}
			corrections := imp.Corrections()
			if c := corrections["identifier_cleaned"]; c == nil || c.Count != 1 || c.From != "1.0" || c.To != "1" {
				t.Fatalf("%+v", corrections)
			}
			if c := corrections["number_unified"]; c == nil || c.From != "1,234.50" || c.To != "1234.5" {
				t.Fatalf("%+v", c)
			}
		})
		t.Run("the same file twice changes nothing, and the modes hold", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			text := "sku,name,price\nm1,one,1\nm2,two,2\n"
			importText(t, ctx, e, NewImport{}, text)
			wantCounts(t, importText(t, ctx, e, NewImport{}, text), StateDone, Counts{Total: 2, Processed: 2, Unchanged: 2})
			wantCounts(t, importText(t, ctx, e, NewImport{Mode: ModeCreate}, text), StateDone, Counts{Total: 2, Processed: 2, Duplicates: 2})
			wantCounts(t, importText(t, ctx, e, NewImport{Mode: ModeUpdate}, "sku,name,price\nm1,uno,1\nm9,new,2\n"), StateDone, Counts{Total: 2, Processed: 2, Updated: 1, Rejected: 1})
		})
		t.Run("undo restores what was there and keeps what people changed since", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			importText(t, ctx, e, NewImport{}, "sku,name,price\nu1,one,1\n")
			before := products(t, e)
			imp := importText(t, ctx, e, NewImport{}, "sku,name,price\nu1,ONE,5\nu2,two,0\nu3,three,3\n")
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.NewRaw("update products set name = 'by hand', version = version + 1 where sku = 'u3'").Exec(ctx)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			undone, err := e.Undo(ctx, imp.ID)
			if err != nil || undone.State != StateUndone || undone.UndoneAt == nil {
				t.Fatal(undone.State, undone.ErrorCode, err)
			}
			if got := products(t, e); got != before+"u3|by hand|300\n" {
				t.Fatal(got)
			}
			if groups, _ := e.FindingGroups(ctx, imp.ID, "open"); len(groups) != 1 || groups[0].Cause != causeChanged {
				t.Fatal(groups)
			}
			if _, err := e.Undo(ctx, imp.ID); err == nil {
				t.Fatal("undone twice")
			}
		})
		t.Run("a dry run counts and changes nothing", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			before := products(t, e)
			imp := importText(t, ctx, e, NewImport{DryRun: true}, "sku,name,price\ndry1,x,0\ndry2,y,bad\n")
			wantCounts(t, imp, StateDone, Counts{Total: 2, Processed: 2, Created: 1, Rejected: 1, Findings: 1})
			if products(t, e) != before || imp.checkpoint().Found["price_zero"] != 1 || imp.CanUndo(clock.Millis(ctx)) {
				t.Fatal(products(t, e), imp.CheckpointJSON)
			}
			if groups, _ := e.FindingGroups(ctx, imp.ID, ""); len(groups) != 0 {
				t.Fatal(groups)
			}
		})
		t.Run("a group reaches its kind whole, however scattered its rows are", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			importText(t, ctx, e, NewImport{Kind: "baskets"}, "order,line\ng1,a\ng2,b\ng2,c\n,lone\ng1.0,d\ng3,e\ng1,f\n")
			if got := products(t, e); !strings.Contains(got, "g1|a+f|") || !strings.Contains(got, "g2|b+c|") || !strings.Contains(got, "g1.0|d|") || !strings.Contains(got, "row5|lone|") {
				t.Fatal(got)
			}
		})
	})
}

func TestImportOfManyBatches(t *testing.T) {
	const rows = 3*batchRows + 17
	var text strings.Builder
	text.WriteString("sku,name,price\n")
	for i := range rows {
		fmt.Fprintf(&text, "r%06d,name %d,%d.50\n", i, i, i%100)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("stopped after a batch it goes on elsewhere where it stood", func(t *testing.T) {
			ctx, cancel := context.WithCancel(guard.System(t.Context()))
			batches = 0
			_, e := newTestEngine(t, d, shelf{afterBatch: func(n int) {
				if n == 2 {
					cancel()
				}
			}})
			if _, err := e.ImportFile(ctx, writeFile(t, "many.csv", []byte(text.String())), NewImport{Kind: "shelf"}, nil); err == nil {
				t.Fatal("the stop was not noticed")
			}
			var id int64
			if err := d.Read().NewRaw("select max(id) from imports").Scan(t.Context(), &id); err != nil {
				t.Fatal(err)
			}
			stopped, err := e.Find(t.Context(), id)
			if err != nil || stopped.State != StateRunning || stopped.Processed == 0 || stopped.Processed >= rows {
				t.Fatal(stopped.State, stopped.Processed, err)
			}
			ctx = guard.System(t.Context())
			again := &Engine{records: d, dir: e.dir, node: "other", maxBytes: e.maxBytes, kinds: map[string]Kind{"shelf": shelf{}}}
			if err := again.ResumeAll(ctx); err != nil {
				t.Fatal(err)
			}
			if err := again.Run(ctx, id, nil); err != nil {
				t.Fatal(err)
			}
			done, err := again.Find(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			wantCounts(t, done, StateDone, Counts{Total: rows, Processed: rows, Created: rows})
		})
		t.Run("a second process leaves a held import alone, and a fenced one writes nothing more", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			other := &Engine{records: d, dir: e.dir, node: "other", maxBytes: e.maxBytes, kinds: e.kinds}
			stored, err := e.store(ctx, strings.NewReader("sku,name\nfence,x\n"), "f.csv", -1)
			if err != nil {
				t.Fatal(err)
			}
			imp, err := e.create(ctx, stored, NewImport{Kind: "shelf"}, false)
			if err != nil {
				t.Fatal(err)
			}
			first, second := &run{e: e}, &run{e: other}
			if taken, err := first.acquire(ctx, imp.ID); err != nil || !taken {
				t.Fatal(taken, err)
			}
			if taken, err := second.acquire(ctx, imp.ID); err != nil || taken {
				t.Fatal("a held import was taken", err)
			}
			clock.Of(ctx).(*clock.Fake).Advance(leaseTime + time.Second)
			if taken, err := second.acquire(ctx, imp.ID); err != nil || !taken {
				t.Fatal(taken, err)
			}
			if err := first.bringIn(ctx); !errors.Is(err, errFenced) {
				t.Fatal(err)
			}
			if strings.Contains(products(t, e), "fence") {
				t.Fatal("a fenced process has written")
			}
		})
		t.Run("cancel leaves nothing half done", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			before := products(t, e)
			var id int64
			var cancelled error
			canceller := &Engine{records: d, dir: e.dir, node: "test", maxBytes: e.maxBytes, kinds: map[string]Kind{"shelf": shelf{}}}
			_, err := e.ImportFile(ctx, writeFile(t, "c.csv", []byte(strings.ReplaceAll(text.String(), "\nr", "\nc"))), NewImport{Kind: "shelf"}, func(p Progress) {
				if p.Processed > 0 && id == 0 {
					_ = d.Read().NewRaw("select max(id) from imports").Scan(ctx, &id)
					_, cancelled = canceller.Cancel(ctx, id)
				}
			})
			if err != nil || cancelled != nil {
				t.Fatal(err, cancelled)
			}
			imp, err := e.Find(ctx, id)
			if err != nil || imp.State != StateCancelled || imp.FinishedAt == nil {
				t.Fatal(imp.State, err)
			}
			if products(t, e) != before {
				t.Fatal("rows of a cancelled import stayed")
			}
			if _, err := e.Cancel(ctx, id); err == nil {
				t.Fatal("cancelled twice")
			}
		})
	})
}

func TestEncodings(t *testing.T) {
	text := "商家编码,宝贝标题,单价\nzh1,白茶香氛补充液,￥168.00\nzh2,洗衣凝珠 52 颗,59.90\n"
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(text)
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	utf16be, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	late, _ := simplifiedchinese.GBK.NewEncoder().String("sku,name\n" + strings.Repeat("ascii,only\n", 40_000) + "zh9,到最后才有中文\n")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(gbk))
	_ = w.Close()
	for name, row := range map[string]struct{ content, encoding, want string }{
		"UTF-8":                                 {text, "utf-8", "zh1|白茶香氛补充液|16800\nzh2|洗衣凝珠 52 颗|5990\n"},
		"UTF-8 with byte-order mark":            {"\xEF\xBB\xBF" + text, "utf-8", "zh1|白茶香氛补充液|16800\nzh2|洗衣凝珠 52 颗|5990\n"},
		"GBK":                                   {gbk, "gb18030", "zh1|白茶香氛补充液|16800\nzh2|洗衣凝珠 52 颗|5990\n"},
		"UTF-16 little endian":                  {utf16, "utf-16le", "zh1|白茶香氛补充液|16800\nzh2|洗衣凝珠 52 颗|5990\n"},
		"UTF-16 big endian without mark":        {"\xFE\xFF" + utf16be, "utf-16be", "zh1|白茶香氛补充液|16800\nzh2|洗衣凝珠 52 颗|5990\n"},
		"gzipped GBK":                           {packed.String(), "gb18030", "zh1|白茶香氛补充液|16800\nzh2|洗衣凝珠 52 颗|5990\n"},
		"semicolons and decimal commas":         {"sku;name;price\ns1;tea;\"1.234,50\"\n", "utf-8", "s1|tea|123450\n"},
		"tabs, old Mac line breaks":             {"sku\tname\tprice\rs1\ttea\t2\rs2\tcup\t3\r", "utf-8", "s1|tea|200\ns2|cup|300\n"},
		"bars, a quoted bar and a broken line":  {"sku|name|price\r\ns1|\"a|b\nc\"|2\r\n", "utf-8", "s1|a|b\nc|200\n"},
		"GBK that only shows at the file's end": {late, "gb18030", "ascii|only|0\nzh9|到最后才有中文|0\n"},
		"Latin-1 with a pound sign":             {"sku,name\nl1,5\xA3 \xE9clair!\xE9 \n", "windows-1252", "l1|5£ éclair!é|0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, e := newTestEngine(t, dbtest.SQLite(t))
			imp := importText(t, ctx, e, NewImport{Mode: ModeCreate}, row.content)
			if got := products(t, e); got != row.want || imp.Detected().Encoding != row.encoding {
				t.Fatalf("%q %s, want %q %s; %s", got, imp.Detected().Encoding, row.want, row.encoding, imp.ErrorCode)
			}
		})
	}
}
