package chaos

import (
	"testing"
	"time"

	"guanxi/test/testdata"
)

// mapping is how the columns of the Online Retail file are read; its headers say the rest.
const mapping = `{"columns": {"InvoiceNo": "order_number", "InvoiceDate": "ordered_at", "StockCode": "sku", "Description": "product_name",
"Quantity": "quantity", "UnitPrice": "unit_price", "CustomerID": "customer.external_id", "Country": "customer.country"},
"constants": {"currency": "GBP", "shop": "online", "source": "online_retail"}}`

// An import of half a million real order lines is killed with SIGKILL at random moments. Restarting alone must bring it
// to its end with the same records, columns and figures as an import nobody disturbed (C007, C242).
func TestImportSurvivesKills(t *testing.T) {
	file := testdata.Need(t, "online_retail/online_retail_all.csv.gz")
	each(t, bothEngines, func(t *testing.T, begin func(...string) *instance) {
		quiet := begin()
		began := time.Now()
		quiet.takeIn(file, 0, 0)
		undisturbed := time.Since(began)
		want := quiet.digest()
		for left := kills(t); left > 0; {
			killed := begin()
			killed.takeIn(file, left, undisturbed/10) // about ten kills an import, some right after the start
			if got := killed.digest(); got != want {
				t.Fatalf("after %d kills\n%s\nundisturbed\n%s", killed.kills, got, want)
			}
			if killed.longest > 5*time.Second {
				t.Errorf("serving again took %s", killed.longest)
			}
			left -= max(killed.kills, 1)
		}
	})
}

// takeIn imports the file, killing the program so often at most.
func (i *instance) takeIn(file string, often int, apart time.Duration) {
	i.t.Helper()
	i.start()
	defer i.end()
	begun, err := i.server.Upload(i.t.Context(), file, map[string]string{"kind": "order_lines", "mapping": mapping})
	if err != nil {
		i.t.Fatal(err)
	}
	i.survive(often, apart, func() bool { return i.found(begun.ID).Ended() })
}
