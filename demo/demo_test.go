package demo

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"hash"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"guanxi/base/clock"
	"guanxi/test/testdata"
)

// A Saturday ten days after 11.11.
var present = time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC)

func at(now time.Time) context.Context { return clock.With(context.Background(), clock.NewFake(now)) }

// ledger is a sink that keeps what it is given and a hash of every byte of it.
type ledger struct {
	sum        hash.Hash
	staff      []Staff
	products   []Product
	customers  []Customer
	orders     []Order
	activities []Activity
	segments   []Segment
	targets    []Target
	findings   []Finding
}

func keep[T any](l *ledger, list *[]T, row T) error {
	*list = append(*list, row)
	return json.NewEncoder(l.sum).Encode(row)
}

func (l *ledger) Staff(_ context.Context, row Staff) error       { return keep(l, &l.staff, row) }
func (l *ledger) Product(_ context.Context, row Product) error   { return keep(l, &l.products, row) }
func (l *ledger) Customer(_ context.Context, row Customer) error { return keep(l, &l.customers, row) }
func (l *ledger) Order(_ context.Context, row Order) error       { return keep(l, &l.orders, row) }
func (l *ledger) Activity(_ context.Context, row Activity) error { return keep(l, &l.activities, row) }
func (l *ledger) Segment(_ context.Context, row Segment) error   { return keep(l, &l.segments, row) }
func (l *ledger) Target(_ context.Context, row Target) error     { return keep(l, &l.targets, row) }
func (l *ledger) Finding(_ context.Context, row Finding) error   { return keep(l, &l.findings, row) }

func generate(t *testing.T, ctx context.Context, o Options) *ledger {
	t.Helper()
	l := &ledger{sum: sha256.New()}
	if err := Generate(ctx, o, l); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *ledger) hash() string { return hex.EncodeToString(l.sum.Sum(nil)) }

func TestGenerate(t *testing.T) {
	small := generate(t, at(present), Small())

	t.Run("the same seed at the same instant gives the same bytes", func(t *testing.T) {
		if again := generate(t, at(present), Small()); again.hash() != small.hash() {
			t.Error("two runs differ")
		}
		other := Small()
		other.Seed++
		if generate(t, at(present), other).hash() == small.hash() {
			t.Error("another seed gives the same company")
		}
	})

	t.Run("it has the size it says", func(t *testing.T) {
		for _, row := range []struct {
			what      string
			n, lo, hi int
		}{
			{"staff", len(small.staff), 12, 12},
			{"products", len(small.products), 120, 120},
			{"customers, with 18 twins a thousand", len(small.customers), 5090, 5090},
			{"orders", len(small.orders), 40_000, 60_000},
			{"follow-ups", len(small.activities), 300, 3000},
			{"segments", len(small.segments), 8, 8},
			{"findings", len(small.findings), 200, 2000},
		} {
			if row.n < row.lo || row.n > row.hi {
				t.Errorf("%d %s, want %d to %d", row.n, row.what, row.lo, row.hi)
			}
		}
	})

	t.Run("nobody's telephone or mail could belong to somebody", func(t *testing.T) {
		seen := map[string]int{}
		for _, c := range small.customers {
			if c.Phone != "" {
				n, err := phonenumbers.Parse(c.Phone, "CN")
				if err != nil || phonenumbers.IsValidNumber(n) {
					t.Fatalf("%s of customer %d is in a range in use", c.Phone, c.Number)
				}
				if len(c.Phone) != 14 || c.Phone[4] < '3' {
					t.Fatalf("%s does not look like a mobile number", c.Phone)
				}
				seen[c.Phone]++
			}
			if c.Email != "" && !strings.Contains(c.Email, "example") {
				t.Fatalf("%s is not in a reserved domain", c.Email)
			}
		}
		shared := 0
		for _, n := range seen {
			if n > 1 {
				shared++
			}
		}
		if shared > 90 {
			t.Errorf("%d numbers are shared, more than there are twins", shared)
		}
	})

	t.Run("every reference leads to a row that came before", func(t *testing.T) { checkReferences(t, small) })

	t.Run("orders come in order of time, add up, and none is from tomorrow", func(t *testing.T) { checkOrders(t, small) })
}

func checkReferences(t *testing.T, l *ledger) {
	codes, identities := map[string]bool{}, map[string]bool{}
	for i, c := range l.customers {
		if c.Number != i+1 || c.Owner < 0 || c.Owner > len(l.staff) || c.CreatedAt.After(present) {
			t.Fatalf("customer %+v", c)
		}
		if key := c.Source + c.ExternalID; identities[key] {
			t.Fatalf("identity %s twice", key)
		} else {
			identities[key] = true
		}
	}
	for i, o := range l.orders {
		if o.Number != i+1 || o.Customer < 0 || o.Customer > len(l.customers) || len(o.Lines) == 0 || codes[o.Shop+o.Code] {
			t.Fatalf("order %+v", o)
		}
		if o.Customer > 0 && o.OrderedAt.Before(l.customers[o.Customer-1].CreatedAt) {
			t.Fatalf("customer %d ordered at %s, before being known", o.Customer, o.OrderedAt)
		}
		codes[o.Shop+o.Code] = true
	}
	for _, a := range l.activities {
		if a.Customer < 1 || a.Customer > len(l.customers) || a.Staff < 1 || a.Staff > len(l.staff) || a.At.After(present) {
			t.Fatalf("activity %+v", a)
		}
		if !a.NextAt.IsZero() && (a.NextAction == "" || a.NextAt.Before(a.At)) {
			t.Fatalf("activity %+v promises nothing or in the past", a)
		}
	}
	for _, f := range l.findings {
		most := map[string]int{"customer": len(l.customers), "order": len(l.orders)}[f.SubjectType]
		if f.Subject < 1 || f.Subject > most {
			t.Fatalf("finding %+v", f)
		}
	}
	for _, s := range l.segments {
		if !json.Valid([]byte(s.Condition)) {
			t.Errorf("the condition of %s is not JSON", s.Name)
		}
	}
}

func checkOrders(t *testing.T, l *ledger) {
	var before time.Time
	nobody, refunds, cancelled := 0, 0, 0
	for _, o := range l.orders {
		if o.OrderedAt.Before(before) || o.OrderedAt.After(present) {
			t.Fatalf("order %s at %s comes after %s", o.Code, o.OrderedAt, before)
		}
		before = o.OrderedAt
		sum := int64(0)
		for _, line := range o.Lines {
			if line.Amount != line.Price*int64(line.Quantity)-line.Discount {
				t.Fatalf("line %+v does not add up", line)
			}
			sum += line.Amount
		}
		if sum != o.Gross-o.Refunded || o.Gross < 0 || o.Refunded < 0 || (o.Kind == "refund") != (o.Refunded > 0) {
			t.Fatalf("order %s: lines %d, gross %d, refunded %d", o.Code, sum, o.Gross, o.Refunded)
		}
		switch {
		case o.Customer == 0:
			nobody++
		case o.Kind == "refund":
			refunds++
		case o.Status == statusCancelled:
			cancelled++
		}
	}
	for what, n := range map[string]int{"orders of nobody": nobody, "refunds": refunds, "cancellations": cancelled} {
		if share := float64(n) / float64(len(l.orders)); share < 0.02 || share > 0.08 {
			t.Errorf("%s are %.3f of all", what, share)
		}
	}
}

func TestWhatTodayMustNotice(t *testing.T) {
	l := generate(t, at(present), Small())
	today := time.Date(2026, 11, 21, 0, 0, 0, 0, l.orders[0].OrderedAt.Location())

	t.Run("newcomers of the last two days who began with a large order", func(t *testing.T) {
		first := map[int]Order{}
		for _, o := range l.orders {
			if _, known := first[o.Customer]; !known && o.Kind == "order" {
				first[o.Customer] = o
			}
		}
		n := 0
		for _, o := range first {
			if o.Customer > 0 && o.OrderedAt.After(present.Add(-48*time.Hour)) && o.Gross > 100_000 {
				n++
			}
		}
		if n < 4 {
			t.Errorf("%d of them", n)
		}
	})

	t.Run("the 抖音 shop lost half of its gross sales in the last days", func(t *testing.T) {
		gross := func(from, to int) (sum float64) {
			for _, o := range l.orders {
				day := int(today.Sub(o.OrderedAt).Hours()/24) + 1
				if o.Shop == Shops[douyin] && o.Status != statusCancelled && day >= from && day <= to {
					sum += float64(o.Gross) / float64(to-from+1)
				}
			}
			return sum
		}
		if now, before := gross(1, 3), gross(12, 39); now > 0.6*before {
			t.Errorf("%.0f a day now, %.0f before", now/100, before/100)
		}
	})

	t.Run("promises that are late and promises for today", func(t *testing.T) {
		late, due := 0, 0
		for _, a := range l.activities {
			switch {
			case a.NextAt.IsZero() || !a.NextDoneAt.IsZero():
			case a.NextAt.Before(today):
				late++
			case a.NextAt.Before(today.AddDate(0, 0, 1)):
				due++
			}
		}
		if late < 3 || due < 3 || late > 20 || due > 20 {
			t.Errorf("%d late, %d due today", late, due)
		}
	})

	t.Run("gold customers past their own rhythm", func(t *testing.T) {
		times := map[int][]time.Time{}
		for _, o := range l.orders {
			if o.Kind == "order" && o.Customer > 0 {
				times[o.Customer] = append(times[o.Customer], o.OrderedAt)
			}
		}
		n := 0
		for customer, list := range times {
			if len(list) < 8 || !contains(l.customers[customer-1].Tags, "金卡") {
				continue
			}
			cycle := list[len(list)-1].Sub(list[0]) / time.Duration(len(list)-1)
			if silent := present.Sub(list[len(list)-1]); silent > cycle*14/10 && silent < cycle*4 {
				n++
			}
		}
		if n < 20 {
			t.Errorf("%d of them", n)
		}
	})
}

func contains(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}

func TestPlacesExist(t *testing.T) {
	read := func(name string) (rows []map[string]string) {
		f, err := os.Open(testdata.Need(t, "china_divisions/"+name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		all, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range all[1:] {
			row := map[string]string{}
			for i, column := range all[0] {
				row[column] = record[i]
			}
			rows = append(rows, row)
		}
		return rows
	}
	names := map[string]string{}
	for _, row := range append(read("provinces.csv"), read("cities.csv")...) {
		names[row["code"]] = row["name"]
	}
	real := map[place]bool{}
	for _, row := range read("areas.csv") {
		city := names[row["cityCode"]]
		if city == "市辖区" || city == "县" {
			city = names[row["provinceCode"]]
		}
		real[place{names[row["provinceCode"]], city, row["name"]}] = true
	}
	tables, err := readTables()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tables.places {
		if !real[p] {
			t.Errorf("%+v is not in the official list of divisions", p)
		}
	}
}
