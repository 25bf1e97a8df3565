package customer

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"guanxi/base/db/dbtest"
)

// overheard keeps the texts of all queries.
type overheard struct{ texts []string }

func (o *overheard) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }
func (o *overheard) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	o.texts = append(o.texts, e.Query)
}

// scanning matches a plan step that walks a whole table. Walking a covering index is how a part of a name is found.
var scanning = regexp.MustCompile(`^SCAN (c|n|o|p|i|a|m|l|customers|orders|order_lines|contact_points|identities|customer_tags|consents|activities|merges)\b`)

// Every query behind a screen must reach its rows by an index: with a million customers a scan is a second.
func TestNoScreenScansATable(t *testing.T) {
	d := dbtest.SQLite(t)
	s := newShop(t, d)
	id := s.add(lin)
	s.exec("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, lines, created_at, updated_at) values (1, 's', 'N1', 'order', 'completed', ?, 1, 100, 0, 'CNY', 1, 0, 0)", id)
	heard := &overheard{}
	d.Overhear(func(text string) { heard.texts = append(heard.texts, text) })
	read := d.Read().(*bun.DB)
	*read = *read.WithQueryHook(heard) // the pool the store has, not a copy beside it
	for path, walks := range map[string]string{
		"/customers":                     "",
		"/customers?sort=id":             "",
		"/customers/" + id:               "",
		"/customers/" + id + "/timeline": "",
		"/customers/" + id + "/orders":   "",
		"/customers/" + id + "/consents": "",
		"/orders":                        "orders_time",
		"/orders?number=N":               "",
		"/orders?from=2026-01-01":        "",
		"/orders/1":                      "",
		"/activities":                    "activities_time",
		"/activities?due=today":          "",
		"/search?q=13912345521":          "",
		"/search?q=5521":                 "",
		"/search?q=lin@163.com":          "",
		"/search?q=linwq":                "customers_name_key",
		"/search?q=%E5%A9%89%E6%B8%85":   "customers_name",
		"/search?q=260113":               "",
	} {
		heard.texts = nil
		s.call(200, "GET", path, nil)
		if len(heard.texts) == 0 {
			t.Fatalf("%s asked nothing", path)
		}
		for _, text := range heard.texts {
			var steps []struct {
				ID      int64  `bun:"id"`
				Parent  int64  `bun:"parent"`
				Notused int64  `bun:"notused"`
				Detail  string `bun:"detail"`
			}
			if err := d.Read().NewRaw("explain query plan "+strings.ReplaceAll(text, "?", "''")).Scan(context.Background(), &steps); err != nil {
				t.Fatalf("%s: %v\n%s", path, err, text)
			}
			for _, step := range steps {
				if scanning.MatchString(step.Detail) && (walks == "" || !strings.Contains(step.Detail, "INDEX "+walks)) {
					t.Errorf("%s: %s\n%s", path, step.Detail, text)
				}
			}
		}
	}
}
