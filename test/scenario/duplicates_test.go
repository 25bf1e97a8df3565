package scenario

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"guanxi/test/testdata"
)

// Public data sets with known duplicates, as a company would bring them: one file, imported, searched, nothing set by
// hand. The key of a record is its identity and tells the truth here; the search does not read it.
func TestDuplicatesInPublicData(t *testing.T) {
	for _, set := range []struct {
		name, file, mapping string
		key                 string
		cluster             func(row map[string]string) string
		least               float64 // F1
	}{
		{"fake_1000", "splink_fake_1000/fake_1000.csv", `{"columns":{"unique_id":"external_id","first_name":"given_name","surname":"family_name","dob":"birthday","city":"city","email":"email"}}`,
			"unique_id", func(row map[string]string) string { return row["cluster"] }, 0.92},
		{"febrl 1", "febrl/dataset1.csv", febrlMapping, "rec_id", func(row map[string]string) string { return strings.Split(row["rec_id"], "-")[1] }, 0.98},
		{"febrl 2", "febrl/dataset2.csv", febrlMapping, "rec_id", func(row map[string]string) string { return strings.Split(row["rec_id"], "-")[1] }, 0.95},
		{"dedupe_csv_example", "dedupe_csv_example/csv_example_input_with_true_ids.csv",
			`{"columns":{"Id":"external_id","Site name":"name","Address":"address","Zip":"postcode","Phone":"phone"},"constants":{"kind":"organization","source":"s"}}`,
			"Id", func(row map[string]string) string { return row["True Id"] }, 0.82},
	} {
		t.Run(set.name, func(t *testing.T) {
			path := testdata.Need(t, set.file)
			truth := clusters(t, path, set.key, set.cluster)
			c := open(t)
			i, err := c.Import(t.Context(), path, map[string]string{"kind": "customers", "mapping": set.mapping})
			if err != nil || i.State != "done" {
				t.Fatal(err, i)
			}
			precision, recall := c.found(truth)
			f1 := 2 * precision * recall / (precision + recall)
			t.Logf("precision %.3f recall %.3f F1 %.3f", precision, recall, f1)
			if f1 < set.least {
				t.Errorf("F1 %.3f, want %.2f at least", f1, set.least)
			}
		})
	}
}

const febrlMapping = `{"columns":{"rec_id":"external_id","given_name":"given_name","surname":"family_name","address_1":"address","suburb":"city","postcode":"postcode","date_of_birth":"birthday","street_number":"custom.street_number","address_2":"custom.address_2","soc_sec_id":"custom.soc_sec_id"}}`

// clusters reads which records are really one, by their key.
func clusters(t *testing.T, path, key string, cluster func(map[string]string) string) map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.TrimLeadingSpace, r.LazyQuotes = -1, true, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	truth := map[string]string{}
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			if i < len(cells) {
				row[strings.TrimSpace(name)] = strings.TrimSpace(cells[i])
			}
		}
		truth[row[key]] = cluster(row)
	}
	return truth
}

type keyed struct {
	ID         string
	Identities []struct {
		ExternalID string `json:"external_id"`
	}
}

// found searches, and compares the pairs at or above the suggested score with the truth. What the import itself has
// made one customer, because the mail address was the same, counts as found.
func (c *company) found(truth map[string]string) (precision, recall float64) {
	c.t.Helper()
	var scan struct {
		ID, State string
		Suggested float64 `json:"suggested_score"`
	}
	c.post("/duplicates/scan", nil, &scan)
	c.eventually("the state of the search", func() any {
		c.get("/duplicates/scan/"+scan.ID, &scan)
		return scan.State
	}, "done")
	pairs := map[string]bool{}
	join := func(a, b keyed) {
		for _, x := range a.Identities {
			for _, y := range b.Identities {
				if k, l := x.ExternalID, y.ExternalID; k != l {
					pairs[min(k, l)+" "+max(k, l)] = true
				}
			}
		}
	}
	for cursor := ""; ; {
		var list struct {
			Items []struct{ A, B keyed }
			Next  string `json:"next_cursor"`
		}
		c.get(fmt.Sprintf("/duplicates?limit=500&min_score=%v&cursor=%s", scan.Suggested, url.QueryEscape(cursor)), &list)
		for _, p := range list.Items {
			join(p.A, p.B)
		}
		if cursor = list.Next; cursor == "" {
			break
		}
	}
	for cursor := ""; ; {
		var list struct {
			Items []keyed
			Next  string `json:"next_cursor"`
		}
		c.get("/customers?limit=500&cursor="+url.QueryEscape(cursor), &list)
		for _, one := range list.Items {
			var whole keyed
			if len(truth) < 2000 { // only where mail addresses may have joined some
				c.get("/customers/"+one.ID, &whole)
			}
			join(whole, whole)
		}
		if cursor = list.Next; cursor == "" {
			break
		}
	}
	sizes := map[string]float64{}
	for _, cluster := range truth {
		sizes[cluster]++
	}
	all, right := 0.0, 0.0
	for _, n := range sizes {
		all += n * (n - 1) / 2
	}
	for pair := range pairs {
		a, b, _ := strings.Cut(pair, " ")
		if truth[a] == truth[b] {
			right++
		}
	}
	return right / max(float64(len(pairs)), 1), right / all
}
