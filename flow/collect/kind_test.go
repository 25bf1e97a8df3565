package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"guanxi/base/db"
)

func TestMain(m *testing.M) {
	XLSXChild()
	os.Exit(m.Run())
}

// shelf is a kind for tests: products, one a row.
type shelf struct{ afterBatch func(n int) }

var batches int

func (shelf) Name() string { return "shelf" }

func (shelf) Fields() []Field {
	return []Field{
		{Name: "sku", LabelZH: "商家编码", LabelEN: "SKU", Type: Text, Required: true, Identifier: true, Aliases: []string{"stock code", "id"}},
		{Name: "name", LabelZH: "商品名", LabelEN: "Name", Type: Text, Aliases: []string{"宝贝标题", "title"}},
		{Name: "price", LabelZH: "单价", LabelEN: "Price", Type: Money, Aliases: []string{"unit price"}},
		{Name: "made_at", LabelZH: "生产时间", LabelEN: "Made at", Type: Instant, Lenient: true, Aliases: []string{"date"}},
		{Name: "phone", LabelZH: "厂家电话", LabelEN: "Maker's phone", Type: Phone, Personal: true, Clean: cleanTestPhone},
		{Name: "custom.*"},
	}
}

func cleanTestPhone(s string) (string, string) {
	s = strings.NewReplacer(" ", "", "-", "", "+86", "").Replace(s)
	if len(s) != 11 {
		return "", "phone_unreadable"
	}
	return s, ""
}

func (shelf) GroupBy() []string { return nil }

type product struct {
	ID       int64  `bun:"id"`
	SKU      string `bun:"sku"`
	Name     string `bun:"name"`
	Category string `bun:"category"`
	Price    int64  `bun:"price"`
	Custom   string `bun:"custom"`
	Version  int64  `bun:"version"`
}

func readProduct(ctx context.Context, tx *db.Tx, where string, args ...any) (p []product, err error) {
	err = tx.NewRaw("select id, sku, name, category, coalesce(price, 0) as price, custom, version from products where "+where, args...).Scan(ctx, &p)
	return p, err
}

func (k shelf) Apply(ctx context.Context, tx *db.Tx, b *Batch) error {
	for i, row := range b.Rows {
		if b.Outcomes[i].State == Rejected {
			continue
		}
		wanted := product{SKU: row.Values[0].Text, Name: row.Values[1].Text, Price: row.Values[2].Minor(2), Category: row.Values[4].Text, Custom: "{}"}
		if row.Values[3].Set {
			wanted.Category += fmt.Sprint(row.Values[3].Int)
		}
		for n, name := range b.Custom {
			wanted.Custom = fmt.Sprintf(`{%q:%q}`, name, row.Values[5+n].Text)
		}
		if row.Values[2].Set && wanted.Price == 0 {
			b.AddFinding(Finding{Cause: "price_zero", SubjectType: "product", SubjectLabel: wanted.SKU, RowNumber: row.Number, Field: "price"})
		}
		there, err := readProduct(ctx, tx, "sku = ?", wanted.SKU)
		if err != nil {
			return err
		}
		switch {
		case len(there) == 0 && b.Mode == ModeUpdate:
			b.Reject(i, "not_found", "sku", wanted.SKU)
		case len(there) == 0:
			id, err := tx.NextID(ctx, "products")
			if err != nil {
				return err
			}
			if _, err := tx.NewRaw("insert into products (id, sku, name, category, price, custom, created_import_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
				id, wanted.SKU, wanted.Name, wanted.Category, wanted.Price, wanted.Custom, b.ImportID, b.Now, b.Now).Exec(ctx); err != nil {
				return err
			}
			b.Outcomes[i].State = Created
		case b.Mode == ModeCreate:
			b.Outcomes[i].State = Duplicate
		case there[0].Name == wanted.Name && there[0].Price == wanted.Price:
			b.Outcomes[i].State = Unchanged
		default:
			before, _ := json.Marshal(there[0])
			b.AddChange(Change{SubjectType: "product", SubjectID: there[0].ID, Before: string(before), AfterVersion: there[0].Version + 1})
			if _, err := tx.NewRaw("update products set name = ?, price = ?, version = version + 1 where id = ?", wanted.Name, wanted.Price, there[0].ID).Exec(ctx); err != nil {
				return err
			}
			b.Outcomes[i].State = Updated
		}
	}
	batches++
	if k.afterBatch != nil {
		k.afterBatch(batches)
	}
	return nil
}

func (shelf) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (u Undone, err error) {
	created, err := readProduct(ctx, tx, "created_import_id = ? limit ?", importID, limit)
	if err != nil {
		return u, err
	}
	for _, p := range created {
		if p.Version > 1 {
			u.Kept = append(u.Kept, Finding{SubjectType: "product", SubjectID: p.ID, SubjectLabel: p.SKU})
			_, err = tx.NewRaw("update products set created_import_id = null where id = ?", p.ID).Exec(ctx)
		} else {
			u.Removed++
			_, err = tx.NewRaw("delete from products where id = ?", p.ID).Exec(ctx)
		}
		if err != nil {
			return u, err
		}
	}
	changes, err := Changes(ctx, tx, importID, "product", limit)
	var done []int64
	for _, c := range changes {
		var p product
		if err := json.Unmarshal([]byte(c.Before), &p); err != nil {
			return u, err
		}
		if _, err := tx.NewRaw("update products set name = ?, price = ?, version = version + 1 where id = ? and version = ?", p.Name, p.Price, c.SubjectID, c.AfterVersion).Exec(ctx); err != nil {
			return u, err
		}
		u.Restored++
		done = append(done, c.SubjectID)
	}
	if err == nil {
		err = DropChanges(ctx, tx, importID, "product", done)
	}
	u.More = len(created) == limit || len(changes) == limit
	return u, err
}

// baskets is a grouped kind for tests: a product for every order number, named after its lines in order.
type baskets struct{ shelf }

func (baskets) Name() string { return "baskets" }

func (baskets) Fields() []Field {
	return []Field{
		{Name: "number", LabelZH: "订单号", LabelEN: "Order", Type: Text, Identifier: true},
		{Name: "line", LabelZH: "明细", LabelEN: "Line", Type: Text},
	}
}

func (baskets) GroupBy() []string { return []string{"number"} }

func (baskets) Apply(ctx context.Context, tx *db.Tx, b *Batch) error {
	lines, order := map[string][]string{}, []string{}
	for i, row := range b.Rows {
		number := row.Values[0].Text
		if number == "" {
			number = fmt.Sprintf("row%d", row.Number)
		}
		if lines[number] == nil {
			order = append(order, number)
		}
		lines[number] = append(lines[number], row.Values[1].Text)
		b.Outcomes[i].State = Created
	}
	for _, number := range order {
		id, err := tx.NextID(ctx, "products")
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into products (id, sku, name, created_import_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?)",
			id, number, strings.Join(lines[number], "+"), b.ImportID, b.Now, b.Now).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
