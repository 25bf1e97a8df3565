package customer

// Product is something we sell, known by its SKU. Price, and UnitCost, what one of it costs us, are minor units of Currency, nil when unknown.
type Product struct {
	ID              int64  `bun:"id"`
	SKU             string `bun:"sku"`
	Name            string `bun:"name"`
	Category        string `bun:"category"`
	Brand           string `bun:"brand"`
	Tier            string `bun:"tier"`
	Price           *int64 `bun:"price"`
	UnitCost        *int64 `bun:"unit_cost"`
	Currency        string `bun:"currency"`
	Active          bool   `bun:"active"`
	Custom          string `bun:"custom"`
	CreatedImportID *int64 `bun:"created_import_id"`
	CreatedAt       int64  `bun:"created_at"`
	UpdatedAt       int64  `bun:"updated_at"`
	Version         int64  `bun:"version"`
}

// productColumns are the columns of Product, in its order.
const productColumns = "id, sku, name, category, brand, tier, price, unit_cost, currency, active, custom, created_import_id, created_at, updated_at, version"

func (p *Product) values() []any {
	return []any{p.ID, p.SKU, p.Name, p.Category, p.Brand, p.Tier, p.Price, p.UnitCost, p.Currency, p.Active, p.Custom, p.CreatedImportID, p.CreatedAt, p.UpdatedAt, p.Version}
}

// fill takes what a line does not say from the product it is of.
func (l *Line) fill(p Product) {
	fill(&l.ProductName, p.Name)
	fill(&l.Category, p.Category)
	fill(&l.Brand, p.Brand)
	fill(&l.Tier, p.Tier)
}
