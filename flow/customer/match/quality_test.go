package match

import (
	"context"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"guanxi/test/testdata"
)

// truth tells which cluster a record really belongs to.
type truth map[int64]string

// labelled is a data set with known duplicates; read gives its records and the truth, which the matcher never sees.
type labelled struct {
	name  string
	read  func(t testing.TB) ([]Record, truth)
	least float64 // F1 that must be reached
}

func table(t testing.TB, path string) (rows [][]string, column map[string]int) {
	t.Helper()
	file, err := os.Open(testdata.Need(t, path))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.TrimLeadingSpace, r.LazyQuotes = -1, true, true
	rows, err = r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column = map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimSpace(name)] = i
	}
	return rows[1:], column
}

func some(values ...string) (filled []string) {
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			filled = append(filled, v)
		}
	}
	return filled
}

func fake1000(t testing.TB) ([]Record, truth) {
	rows, at := table(t, "splink_fake_1000/fake_1000.csv")
	var records []Record
	real := truth{}
	for i, row := range rows {
		id := int64(i + 1)
		real[id] = row[at["cluster"]]
		records = append(records, Record{ID: id, Given: row[at["first_name"]], Family: row[at["surname"]], Birthday: row[at["dob"]],
			City: row[at["city"]], Emails: some(row[at["email"]])})
	}
	return records, real
}

func febrl(path string, extra ...string) func(t testing.TB) ([]Record, truth) {
	return func(t testing.TB) ([]Record, truth) {
		rows, at := table(t, path)
		var records []Record
		real := truth{}
		for i, row := range rows {
			id := int64(i + 1)
			real[id] = strings.Split(row[at["rec_id"]], "-")[1]
			day := strings.TrimSpace(row[at["date_of_birth"]])
			if len(day) == 8 {
				day = day[:4] + "-" + day[4:6] + "-" + day[6:]
			}
			r := Record{ID: id, Given: row[at["given_name"]], Family: row[at["surname"]], Birthday: day, City: row[at["suburb"]],
				Postcode: row[at["postcode"]], Address: row[at["address_1"]], Extra: map[string]string{}}
			for _, name := range extra {
				r.Extra[name] = row[at[name]]
			}
			records = append(records, r)
		}
		return records, real
	}
}

func chicago(t testing.TB) ([]Record, truth) {
	rows, at := table(t, "dedupe_csv_example/csv_example_input_with_true_ids.csv")
	var records []Record
	real := truth{}
	for i, row := range rows {
		id := int64(i + 1)
		real[id] = row[at["True Id"]]
		records = append(records, Record{ID: id, Organization: true, Name: row[at["Site name"]], Address: row[at["Address"]],
			Postcode: row[at["Zip"]], Phones: some(row[at["Phone"]])})
	}
	return records, real
}

var sets = []labelled{
	{"fake_1000", fake1000, .92},
	{"febrl 1, without the security number", febrl("febrl/dataset1.csv"), .98},
	{"febrl 1", febrl("febrl/dataset1.csv", "soc_sec_id", "street_number", "address_2", "state"), .98},
	{"febrl 2, without the security number", febrl("febrl/dataset2.csv"), .97},
	{"febrl 2", febrl("febrl/dataset2.csv", "soc_sec_id", "street_number", "address_2", "state"), .98},
	{"dedupe_csv_example", chicago, .86},
}

func scanned(t testing.TB, records []Record) *Result {
	t.Helper()
	s := NewSet(plainSound)
	for i := range records {
		s.Add(&records[i])
	}
	r, err := s.Scan(context.Background(), Options{Least: 0.001})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func plainSound(text string, _ bool) string { return strings.ReplaceAll(text, " ", "") }

// figures are how well pairs at or above a score agree with the truth.
func figures(pairs []Pair, real truth, score float64) (precision, recall, f1 float64) {
	clusters := map[string]float64{}
	for _, c := range real {
		clusters[c]++
	}
	all := 0.0
	for _, n := range clusters {
		all += n * (n - 1) / 2
	}
	right, given := 0.0, 0.0
	for _, p := range pairs {
		if p.Score < score {
			break
		}
		given++
		if real[p.A] == real[p.B] {
			right++
		}
	}
	if given == 0 {
		return 1, 0, 0
	}
	precision, recall = right/given, right/all
	return precision, recall, 2 * precision * recall / (precision + recall)
}

// The published figures to beat: fake_1000 F1 .91 (Splink's own evaluation). Nothing is set by hand for any file.
func TestQualityOnLabelledData(t *testing.T) {
	for _, set := range sets {
		t.Run(set.name, func(t *testing.T) {
			records, real := set.read(t)
			r := scanned(t, records)
			at := Suggested(r.Pairs)
			precision, recall, f1 := figures(r.Pairs, real, at)
			t.Logf("%d records, %d compared, %d skipped, %d pairs; at %.3f precision %.3f recall %.3f F1 %.3f",
				r.Records, r.Compared, r.Skipped, len(r.Pairs), at, precision, recall, f1)
			if f1 < set.least {
				t.Errorf("F1 %s, want %s at least", strconv.FormatFloat(f1, 'f', 3, 64), strconv.FormatFloat(set.least, 'f', 3, 64))
			}
		})
	}
}
