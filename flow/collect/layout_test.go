package collect

import (
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
	"guanxi/test/testdata"
)

func TestLayoutOfRealFiles(t *testing.T) {
	for _, row := range []struct {
		file, encoding, delimiter string
		header                    bool
		columns                   int
	}{
		{"cdnow/CDNOW_sample.txt", "utf-8", "blanks", false, 5},
		{"online_retail/online_retail_all.csv.gz", "utf-8", ",", true, 8},
		{"rfm_orders/rfm_data_orders.csv", "utf-8", ",", true, 6},
		{"superstore/superstore.csv", "utf-8", ",", true, 21},
		{"splink_fake_1000/fake_1000.csv", "utf-8", ",", true, 7},
		{"febrl/dataset1.csv", "utf-8", ",", true, 11},
		{"maven_crm/sales_pipeline.csv", "utf-8", ",", true, 8},
		{"telco_churn/Telco-Customer-Churn.csv", "utf-8", ",", true, 21},
		{"chinese_reviews/waimai_10k.csv", "utf-8", ",", true, 2},
	} {
		path := testdata.Need(t, row.file)
		h, err := readHead(t.Context(), path, shelf{}, Options{})
		if err != nil || h.layout.Encoding != row.encoding || h.layout.Delimiter != row.delimiter || h.layout.Header != row.header || len(h.headers) != row.columns {
			t.Errorf("%s: %+v %v", row.file, h.layout, err)
		}
	}
}

func TestFilesWithoutHeaders(t *testing.T) {
	ctx, e := newTestEngine(t, dbtest.SQLite(t))
	m, err := ParseMapping(`{"columns": {"1": "sku", "5": "price", "3": "made_at"}}`)
	if err != nil {
		t.Fatal(err)
	}
	imp := importText(t, ctx, e, NewImport{Mapping: m}, " 00004 0001 19970101  2   29.33\n 00021 0002 19970118  3   63.34\n")
	wantCounts(t, imp, StateDone, Counts{Total: 2, Processed: 2, Created: 2})
	if got := products(t, e); got != "00004||2933\n00021||6334\n" {
		t.Fatal(got)
	}
}

func TestSeparatorLine(t *testing.T) {
	ctx, e := newTestEngine(t, dbtest.SQLite(t))
	importText(t, ctx, e, NewImport{}, "sep=;\r\nsku;name\r\na;\"b,c\"\r\n")
	if got := products(t, e); got != "a|b,c|0\n" {
		t.Fatal(got)
	}
}

// The whole file decides whether 12/1/2010 is in December, not its first rows.
func TestOrderOfDates(t *testing.T) {
	for last, want := range map[string]string{"12/25/2010 8:26": "MM/DD/YYYY", "25/12/2010 8:26": "DD/MM/YYYY"} {
		ctx, e := newTestEngine(t, dbtest.SQLite(t))
		text := "sku,date\n" + strings.Repeat("x,12/1/2010 8:26\n", 3000) + "y," + last + "\n"
		imp := importText(t, ctx, e, NewImport{Mode: ModeCreate}, text)
		if got := imp.Detected().DateFormat; got != want {
			t.Errorf("%s is read as %s, want %s", last, got, want)
		}
		var first string // shelf keeps the instant there
		if err := e.records.Read().NewRaw("select category from products where sku = 'x'").Scan(ctx, &first); err != nil {
			t.Fatal(err)
		}
		if wantMillis := map[string]string{"MM/DD/YYYY": "1291163160000", "DD/MM/YYYY": "1263255960000"}[want]; first != wantMillis {
			t.Errorf("the first row's instant is %s, want %s", first, wantMillis)
		}
	}
}

func TestGuess(t *testing.T) {
	sample := [][]string{{"17850.0", "tea", "2.55", "hello", "12/1/2010 8:26"}, {"b", "cup", "x", "there", "12/2/2010 9:00"}}
	columns, confidence := Guess(shelf{}, []string{"Stock-Code ", "宝贝标题", "Unit_Price", "remark", "发货 date"}, sample)
	for header, want := range map[string]string{"Stock-Code ": "sku auto", "宝贝标题": "name auto", "Unit_Price": "price auto", "remark": " none", "发货 date": "made_at unsure"} {
		if got := columns[header] + " " + string(confidence[header]); got != want {
			t.Errorf("%q is guessed as %q, want %q", header, got, want)
		}
	}
	columns, _ = Guess(shelf{}, []string{"sku", "price", "单价"}, [][]string{{"1", "expensive", "3"}})
	if columns["price"] != "" || columns["单价"] != "price" {
		t.Errorf("a column of words was taken for a price: %v", columns)
	}
}
