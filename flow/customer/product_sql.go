package customer

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
)

// productsNamed gives the products of the SKUs that there are, by SKU.
func productsNamed(ctx context.Context, from bun.IDB, skus []string) (map[string]Product, error) {
	products := map[string]Product{}
	err := inChunks(skus, lookUpChunk, func(chunk []string) error {
		var rows []Product
		err := from.NewRaw("select "+productColumns+" from products where sku in (?)", bun.List(chunk)).Scan(ctx, &rows)
		for _, row := range rows {
			products[row.SKU] = row
		}
		return err
	})
	return products, err
}

// skus gives every SKU of the drafts' lines once.
func (p *purchases) skus() []string {
	var all []string
	for _, d := range p.drafts {
		for i := range d.lines {
			if d.lines[i].SKU != "" {
				all = append(all, d.lines[i].SKU)
			}
		}
	}
	return distinct(all)
}

func updateProduct(ctx context.Context, tx *db.Tx, p *Product) error {
	_, err := tx.NewRaw(`
update products
set name = ?, category = ?, brand = ?, tier = ?, price = ?, unit_cost = ?, currency = ?, active = ?, custom = ?, updated_at = ?, version = ?
where id = ?`,
		p.Name, p.Category, p.Brand, p.Tier, p.Price, p.UnitCost, p.Currency, p.Active, p.Custom, p.UpdatedAt, p.Version, p.ID).Exec(ctx)
	tx.Feed("products", p.ID)
	return err
}

// findProduct reads a product. Fault: not found.
func findProduct(ctx context.Context, from bun.IDB, id int64) (*Product, error) {
	var rows []Product
	if err := from.NewRaw("select "+productColumns+" from products where id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("product", id)
	}
	return &rows[0], nil
}
