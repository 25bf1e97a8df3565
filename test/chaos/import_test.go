// Package chaos kills the real binary at random moments and asks whether anything was lost, doubled or left half done.
package chaos

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"guanxi/base/db/dbtest"
	"guanxi/test/served"
	"guanxi/test/testdata"
)

// mapping is how the columns of the Online Retail file are read; its headers say the rest.
const mapping = `{"columns": {"InvoiceNo": "order_number", "InvoiceDate": "ordered_at", "StockCode": "sku", "Description": "product_name",
"Quantity": "quantity", "UnitPrice": "unit_price", "CustomerID": "customer.external_id", "Country": "customer.country"},
"constants": {"currency": "GBP", "shop": "online", "source": "online_retail"}}`

// kills is how often each engine dies: GUANXI_CHAOS_KILLS, else a few, so that every `make test` has seen some.
func kills(t *testing.T) int {
	text := os.Getenv("GUANXI_CHAOS_KILLS")
	if text == "" {
		return 4
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// An import of half a million real order lines is killed with SIGKILL at random moments. Restarting alone must bring it
// to its end with the same records, columns and figures as an import nobody disturbed (C007, C242).
func TestImportSurvivesKills(t *testing.T) {
	file := testdata.Need(t, "online_retail/online_retail_all.csv.gz")
	binary, err := served.Binary(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for engine, url := range map[string]func() string{
		"sqlite":   func() string { return "" },
		"postgres": func() string { return dbtest.PostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			began := time.Now()
			quiet := &instance{t: t, options: served.Options{Binary: binary, Dir: t.TempDir(), URL: url()}}
			quiet.importWhole(file)
			undisturbed := time.Since(began)
			want := quiet.digest()
			random := rand.New(rand.NewPCG(rand.Uint64(), 1))
			for left := kills(t); left > 0; {
				killed := &instance{t: t, options: served.Options{Binary: binary, Dir: t.TempDir(), URL: url()}}
				left -= killed.importKilled(file, left, undisturbed, random)
				if got := killed.digest(); got != want {
					t.Fatalf("after %d kills\n%s\nundisturbed\n%s", killed.kills, got, want)
				}
			}
		})
	}
}

// instance is one program over one empty company.
type instance struct {
	t       *testing.T
	options served.Options
	kills   int
}

func (i *instance) start(ctx context.Context) *served.Server {
	i.t.Helper()
	s, err := served.Start(ctx, i.options)
	if err != nil {
		i.t.Fatal(err)
	}
	i.options.Token, i.options.Role = s.Token, ""
	return s
}

func (i *instance) importWhole(file string) {
	i.options.Role = "admin"
	s := i.start(i.t.Context())
	defer i.end(s)
	if _, err := s.Import(i.t.Context(), file, fields); err != nil {
		i.t.Fatal(err)
	}
}

var fields = map[string]string{"kind": "order_lines", "mapping": mapping}

// importKilled kills the program most times at most, at moments spread over the time an undisturbed import takes, and
// lets it end. It gives how often it was killed.
func (i *instance) importKilled(file string, most int, undisturbed time.Duration, random *rand.Rand) int {
	ctx := i.t.Context()
	i.options.Role = "admin"
	s := i.start(ctx)
	begun, err := s.Upload(ctx, file, fields)
	if err != nil {
		i.t.Fatal(err)
	}
	for i.kills < most {
		// about ten kills an import, some right after the start
		time.Sleep(time.Duration(random.ExpFloat64() * float64(undisturbed) / 10))
		now, err := s.FindImport(ctx, begun.ID)
		if err != nil {
			i.t.Fatal(err)
		}
		if now.Ended() {
			break
		}
		s.Kill()
		i.kills++
		began := time.Now()
		s = i.start(ctx)
		if took := time.Since(began); took > 5*time.Second {
			i.t.Errorf("serving again took %s", took)
		}
	}
	defer i.end(s)
	for now := begun; !now.Ended(); time.Sleep(50 * time.Millisecond) {
		if now, err = s.FindImport(ctx, begun.ID); err != nil {
			i.t.Fatal(err)
		}
		if now.Ended() && now.State != "done" {
			i.t.Fatalf("the import is %s", now.State)
		}
	}
	return max(i.kills, 1)
}

func (i *instance) end(s *served.Server) {
	if err := s.Stop(); err != nil {
		i.t.Errorf("the program ended badly: %v\n%s", err, s.Said())
	}
}
