package collect

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
)

// A file that is broken anywhere is refused as a whole, with the place where it broke; nothing of it is applied.
func TestBrokenFiles(t *testing.T) {
	head := "sku,name,price\n"
	many := strings.Repeat("ok,fine,1\n", 50_000)
	noise := make([]byte, 100_000)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(noise)
	for name, row := range map[string]struct {
		content string
		code    string
		line    int64
	}{
		"empty file":                             {"", "empty_file", 0},
		"blank file":                             {"\n\n  \n", "empty_file", 0},
		"header only":                            {head, "no_rows", 0},
		"unclosed quote in the first rows":       {head + "a,\"b,1\nc,d,2\n", "quote_unclosed", 2},
		"unclosed quote at the end of many rows": {head + many + "a,\"b,1\nc,d,2\n", "quote_unclosed", 50_002},
		"unclosed quote before other quotes":     {head + many + "a,\"b,1\nc,\"d\",2\n", "quote_unclosed", 50_002},
		"unclosed quote with megabytes behind":   {head + "a,\"b,1\n" + strings.Repeat(many, 4), "quote_unclosed", 2},
		"binary":                                 {string(noise), "not_text", -1},
		"zero bytes late":                        {head + many + "a,b\x00,1\n", "not_text", 50_002},
		"a million columns":                      {strings.Repeat("a,", 1_000_000) + "\n1,2\n", "too_many_columns", 1},
		"a line of ten million bytes":            {head + strings.Repeat("x", 10_000_000) + "\n", "line_too_long", 2},
		"a quoted cell of ten million bytes":     {head + "\"" + strings.Repeat("x", 10_000_000) + "\"\n", "quote_unclosed", 2},
		"PDF":                                    {"%PDF-1.7 ...", "not_text", 0},
		"gzip cut off":                           {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03abc", "gzip_broken", -1},
		"UTF-8 that is not":                      {head + many + "a,\xff\xff\xff\xfe,1\n", "encoding_unreadable", 50_002},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, e := newTestEngine(t, dbtest.SQLite(t))
			n := NewImport{Kind: "shelf"}
			if row.code == "encoding_unreadable" {
				n.Mapping.Options.Encoding = "utf-8"
			}
			imp, err := e.ImportFile(ctx, writeFile(t, "bad.csv", []byte(row.content)), n, nil)
			code, line := imp.ErrorCode, imp.ErrorPlace().Line
			var broken *FileError
			if errors.As(err, &broken) {
				code, line = broken.Code, broken.Line
				if !fault.Is(err, fault.KindInvalid) {
					t.Errorf("not a fault of the input: %v", err)
				}
			} else if err != nil || imp.State != StateFailed {
				t.Fatal(imp.State, err)
			}
			if code != row.code || row.line >= 0 && line != row.line {
				t.Fatalf("%s at line %d, want %s at line %d", code, line, row.code, row.line)
			}
			if got := products(t, e); got != "" || imp.Processed != 0 {
				t.Fatalf("something was applied: %q", got)
			}
		})
	}
}

func TestWrongMapping(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, row := range map[string]struct{ mapping, field, key string }{
			"no JSON":                 {`{"columns"`, "mapping", "mapping_unreadable"},
			"unknown member":          {`{"colums": {}}`, "mapping", "mapping_unreadable"},
			"unknown field":           {`{"columns": {"sku": "sku", "name": "nonsense"}}`, "mapping.columns.name", "field_unknown"},
			"missing column":          {`{"columns": {"sku": "sku", "Heading": "name"}}`, "mapping.columns.Heading", "column_missing"},
			"one field, two columns":  {`{"columns": {"sku": "name", "name": "name"}}`, "mapping.columns.name", "field_mapped_twice"},
			"required field unmapped": {`{"columns": {"name": "name"}}`, "mapping.columns", "required_field_unmapped"},
			"constant of wrong type":  {`{"columns": {"sku": "sku"}, "constants": {"price": "cheap"}}`, "mapping.constants.price", "number_unreadable"},
			"unknown encoding":        {`{"options": {"encoding": "klingon"}}`, "mapping.options.encoding", "encoding_unknown"},
			"unknown date format":     {`{"options": {"date_format": "whenever"}}`, "mapping.options.date_format", "date_format_unknown"},
			"custom name with quotes": {`{"columns": {"sku": "sku", "name": "custom.a'); drop"}}`, "mapping.columns.name", "field_unknown"},
		} {
			t.Run(name, func(t *testing.T) {
				ctx, e := newTestEngine(t, d)
				m, err := ParseMapping(row.mapping)
				if err == nil {
					_, err = e.ImportFile(ctx, writeFile(t, "m.csv", []byte("sku,name\n1,2\n")), NewImport{Kind: "shelf", Mapping: m}, nil)
				}
				f := fault.Wrap(err)
				if f == nil || f.Kind != fault.KindInvalid || f.Fields[0].Key != row.key || f.Fields[0].Field != row.field {
					t.Fatalf("%v, want %s %s", err, row.field, row.key)
				}
				if entries, _ := os.ReadDir(e.dir); len(entries) != 0 {
					t.Fatal("the refused file stayed")
				}
			})
		}
		t.Run("constants fill what columns leave blank, and custom fields are kept", func(t *testing.T) {
			ctx, e := newTestEngine(t, d)
			m, err := ParseMapping(`{"columns": {"编码": "sku", "颜色": "custom.颜色"}, "constants": {"price": "9.90", "name": "plain"}}`)
			if err != nil {
				t.Fatal(err)
			}
			imp := importText(t, ctx, e, NewImport{Mapping: m}, "编码,颜色\nk1,红\n")
			wantCounts(t, imp, StateDone, Counts{Total: 1, Processed: 1, Created: 1})
			var rows []product
			if err := d.Read().NewRaw("select sku, name, price, custom from products where sku = 'k1'").Scan(ctx, &rows); err != nil || len(rows) != 1 || rows[0].Name != "plain" || rows[0].Price != 990 || rows[0].Custom != `{"颜色":"红"}` {
				t.Fatal(rows, err)
			}
		})
	})
}

func TestWorkbooks(t *testing.T) {
	workbook := func(t *testing.T, fill func(f *excelize.File)) []byte {
		f := excelize.NewFile()
		fill(f)
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	good := workbook(t, func(f *excelize.File) {
		_ = f.SetSheetRow("Sheet1", "A3", &[]any{"SKU", "Name", "Price", "Date", "Note"})
		_ = f.SetSheetRow("Sheet1", "A4", &[]any{17850, "茶,\"好\"", 2.55, 45486.878472222, nil})
		_ = f.SetSheetRow("Sheet1", "A6", &[]any{"x2", "多行\n文字", 3, nil, "n"})
	})
	rewritten := func(t *testing.T, change func(name string, content []byte) []byte) []byte {
		in, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		out := zip.NewWriter(&b)
		for _, file := range in.File {
			r, _ := file.Open()
			var content bytes.Buffer
			_, _ = content.ReadFrom(r)
			w, _ := out.Create(file.Name)
			_, _ = w.Write(change(file.Name, content.Bytes()))
		}
		_ = out.Close()
		return b.Bytes()
	}
	onSheet := func(fn func(string) string) func(string, []byte) []byte {
		return func(name string, content []byte) []byte {
			if !strings.HasSuffix(name, "sheet1.xml") {
				return content
			}
			return []byte(fn(string(content)))
		}
	}
	t.Run("rows keep their numbers, dates and digits", func(t *testing.T) {
		ctx, e := newTestEngine(t, dbtest.SQLite(t))
		imp, err := e.ImportFile(ctx, writeFile(t, "b.xlsx", good), NewImport{Kind: "shelf"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, imp, StateDone, Counts{Total: 2, Processed: 2, Created: 2})
		if got := products(t, e); got != "17850|茶,\"好\"|255\nx2|多行\n文字|300\n" {
			t.Fatal(got)
		}
		var category string // shelf keeps the instant there: 2024-07-13 21:05 in Shanghai
		if err := e.records.Read().NewRaw("select category from products where sku = '17850'").Scan(ctx, &category); err != nil || category != "1720875900000" {
			t.Fatal(category, err)
		}
	})
	for name, row := range map[string]struct {
		content []byte
		code    string
	}{
		"row number 2147483647": {rewritten(t, onSheet(func(s string) string { return strings.Replace(s, `<row r="6"`, `<row r="2147483647"`, 1) })), "xlsx_too_large"},
		"dimension to the end": {rewritten(t, onSheet(func(s string) string {
			return strings.Replace(s, `<sheetData>`, `<dimension ref="A1:XFD2147483647"/><sheetData>`, 1)
		})), ""},
		"unpacks to six GiB": {bomb(t), "xlsx_too_large"},
		"broken XML":         {rewritten(t, onSheet(func(s string) string { return s[:len(s)/2] })), "xlsx_broken"},
		"a zip of nothing": {func() []byte {
			var b bytes.Buffer
			_ = zip.NewWriter(&b).Close()
			return append([]byte("PK\x03\x04"), b.Bytes()...)
		}(), "xlsx_broken"},
		"an empty sheet": {workbook(t, func(*excelize.File) {}), "empty_file"},
		"cut off":        {good[:len(good)/2], "xlsx_broken"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, e := newTestEngine(t, dbtest.SQLite(t))
			_, err := e.ImportFile(ctx, writeFile(t, "b.xlsx", row.content), NewImport{Kind: "shelf"}, nil)
			var broken *FileError
			if row.code == "" && err == nil || errors.As(err, &broken) && broken.Code == row.code && fault.Is(err, fault.KindInvalid) {
				if entries, _ := filepath.Glob(filepath.Join(e.dir, "*")); row.code != "" && len(entries) != 0 {
					t.Fatal("left behind: ", entries)
				}
				return
			}
			t.Fatalf("%v, want %s", err, row.code)
		})
	}
}

// bomb is a small workbook whose sheet says, and if unpacked is, six GiB of blanks: one compressed MiB, repeated.
func bomb(t *testing.T) []byte {
	t.Helper()
	var block, file bytes.Buffer
	deflate, _ := flate.NewWriter(&block, flate.BestCompression)
	_, _ = deflate.Write(bytes.Repeat([]byte(" "), 1<<20))
	_ = deflate.Flush()
	out := zip.NewWriter(&file)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		const times = 6 << 10
		w, err := out.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, UncompressedSize64: times << 20, CompressedSize64: uint64(times * block.Len())})
		if err != nil {
			t.Fatal(err)
		}
		for range times {
			_, _ = w.Write(block.Bytes())
		}
	}
	_ = out.Close()
	return file.Bytes()
}

func TestUploads(t *testing.T) {
	ctx, e := newTestEngine(t, dbtest.SQLite(t))
	e.maxBytes = 1000
	for name, row := range map[string]struct {
		content  string
		declared int64
		kind     fault.Kind
	}{
		"a promise above the limit":             {"x", 5 << 30, fault.KindTooLarge},
		"more than the limit":                   {strings.Repeat("x", 1001), -1, fault.KindTooLarge},
		"more than promised and than the limit": {strings.Repeat("x", 5000), 10, fault.KindTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.store(ctx, strings.NewReader(row.content), "f", row.declared)
			if entries, _ := os.ReadDir(e.dir); !fault.Is(err, row.kind) || len(entries) != 0 {
				t.Fatal(err, entries)
			}
		})
	}
	t.Run("more than the disk holds", func(t *testing.T) {
		e.maxBytes = 1 << 60
		_, err := e.store(ctx, strings.NewReader("x"), "f", 1<<59)
		if entries, _ := os.ReadDir(e.dir); !fault.Is(err, fault.KindUnavailable) || len(entries) != 0 {
			t.Fatal(err, entries)
		}
	})
	t.Run("a sender who goes away", func(t *testing.T) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, err := e.store(gone, strings.NewReader("x"), "f", -1)
		if entries, _ := os.ReadDir(e.dir); err == nil || len(entries) != 0 {
			t.Fatal(err, entries)
		}
	})
	t.Run("names are only names", func(t *testing.T) {
		for given, want := range map[string]string{`..\..\etc/pass"wd`: "passwd", "": "file", "订单 2024.csv": "订单 2024.csv", "a\r\nX: b.csv": "aX b.csv", "/": "file"} {
			if got := cleanFileName(given); got != want {
				t.Errorf("%q becomes %q, want %q", given, got, want)
			}
		}
	})
	t.Run("an upload can only be claimed by its id", func(t *testing.T) {
		for _, id := range []string{"", "../x", "zz", fmt.Sprintf("%032x", 1)} {
			if _, err := e.claim(ctx, id); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}
