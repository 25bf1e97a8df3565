package customer

import (
	"context"
	"strconv"
	"strings"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/page"
	"guanxi/guard"
)

type productView struct {
	ID       api.ID         `json:"id"`
	SKU      string         `json:"sku"`
	Name     string         `json:"name"`
	Category string         `json:"category"`
	Brand    string         `json:"brand"`
	Tier     string         `json:"tier"`
	Price    *money.Money   `json:"price"`
	UnitCost *money.Money   `json:"unit_cost" doc:"what one of it costs us; null where nobody has said"`
	Active   bool           `json:"active"`
	Custom   map[string]any `json:"custom"`
	Version  int64          `json:"version"`
}

func (p *Product) view() productView {
	v := productView{ID: api.ID(p.ID), SKU: p.SKU, Name: p.Name, Category: p.Category, Brand: p.Brand, Tier: p.Tier, Active: p.Active,
		Custom: customFields(p.Custom), Version: p.Version}
	if p.Price != nil {
		price := money.Of(*p.Price, p.Currency)
		v.Price = &price
	}
	if p.UnitCost != nil {
		cost := money.Of(*p.UnitCost, p.Currency)
		v.UnitCost = &cost
	}
	return v
}

type productOutput struct {
	ETag string `header:"ETag"`
	Body productView
}

// ProductChange is what people may write about a product.
type ProductChange struct {
	Name     *string      `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Category *string      `json:"category,omitempty" maxLength:"100"`
	Brand    *string      `json:"brand,omitempty" maxLength:"100"`
	Tier     *string      `json:"tier,omitempty" maxLength:"50"`
	Price    *money.Money `json:"price,omitempty"`
	UnitCost *money.Money `json:"unit_cost,omitempty"`
	Active   *bool        `json:"active,omitempty"`
}

type productQuery struct {
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor   string `query:"cursor"`
	Total    bool   `query:"total"`
	Q        string `query:"q" maxLength:"100" doc:"part of the name, or the beginning of the SKU"`
	Category string `query:"category"`
	Active   string `query:"active" enum:"true,false"`
}

func (s *Store) registerProducts(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/products", Permission: "products.read", Tag: "products", Summary: "Products by SKU"},
		func(ctx context.Context, in *productQuery) (*struct{ Body page.List[productView] }, error) {
			list, err := s.products(ctx, in)
			return &struct{ Body page.List[productView] }{list}, err
		})

	api.Register(a, api.Op{Method: "GET", Path: "/products/{id}", Permission: "products.read", Tag: "products", Summary: "One product"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*productOutput, error) {
			p, err := findProduct(ctx, s.records.Read(), int64(in.ID))
			if err != nil {
				return nil, err
			}
			return &productOutput{api.ETag(p.Version), p.view()}, nil
		})

	api.Register(a, api.Op{Method: "PATCH", Path: "/products/{id}", Permission: "products.write", Tag: "products", Summary: "Change a product"},
		func(ctx context.Context, in *struct {
			Addressed
			Body ProductChange
		}) (*productOutput, error) {
			p, err := s.ChangeProduct(ctx, int64(in.ID), in.IfMatch, in.Body)
			if err != nil {
				return nil, err
			}
			return &productOutput{api.ETag(p.Version), p.view()}, nil
		})
}

// ChangeProduct changes a product. Faults: not found, stale, invalid.
func (s *Store) ChangeProduct(ctx context.Context, id int64, ifMatch string, n ProductChange) (p *Product, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p, err = findProduct(ctx, tx, id); err != nil {
			return err
		}
		if err := matches(ifMatch, p.Version); err != nil {
			return err
		}
		before := *p
		if err := n.apply(p); err != nil {
			return err
		}
		if p.same(&before) {
			return nil
		}
		p.Version++
		p.UpdatedAt = clock.Millis(ctx)
		if err := updateProduct(ctx, tx, p); err != nil {
			return err
		}
		d := difference{}
		d.note("name", before.Name, p.Name)
		d.note("category", before.Category, p.Category)
		d.note("brand", before.Brand, p.Brand)
		d.note("tier", before.Tier, p.Tier)
		d.note("price", value(before.Price), value(p.Price))
		d.note("active", before.Active, p.Active)
		return guard.Audit(ctx, tx, "product.changed", "product", strconv.FormatInt(id, 10), map[string]any{"sku": p.SKU, "changed": d})
	})
	return p, err
}

func (n ProductChange) apply(p *Product) error {
	for _, part := range [...]struct{ to, from *string }{{&p.Name, n.Name}, {&p.Category, n.Category}, {&p.Brand, n.Brand}, {&p.Tier, n.Tier}} {
		if part.from != nil {
			*part.to = trimmed(*part.from)
		}
	}
	if p.Name == "" {
		return fault.Invalid("name", "required")
	}
	if n.Price != nil {
		if n.Price.Amount < 0 {
			return fault.Invalid("price.amount", "negative")
		}
		if !money.Known(n.Price.Currency) {
			return fault.Invalid("price.currency", "currency_unknown")
		}
		p.Price, p.Currency = &n.Price.Amount, n.Price.Currency
	}
	if n.UnitCost != nil {
		if n.UnitCost.Amount < 0 {
			return fault.Invalid("unit_cost.amount", "negative")
		}
		if n.UnitCost.Currency != p.Currency {
			return fault.Invalid("unit_cost.currency", "currency_of_price", p.Currency)
		}
		p.UnitCost = &n.UnitCost.Amount
	}
	if n.Active != nil {
		p.Active = *n.Active
	}
	return nil
}

func (s *Store) products(ctx context.Context, in *productQuery) (page.List[productView], error) {
	list := page.List[productView]{Items: []productView{}}
	conditions, args := []string{"1 = 1"}, []any{}
	if in.Q != "" {
		conditions = append(conditions, "(lower(name) like ? escape '!' or sku >= ? and sku < ?)")
		args = append(args, "%"+likeText(strings.ToLower(in.Q))+"%", in.Q, afterPrefix(in.Q))
	}
	if in.Category != "" {
		conditions = append(conditions, "category = ?")
		args = append(args, in.Category)
	}
	if in.Active != "" {
		conditions = append(conditions, "active = ?")
		args = append(args, in.Active == "true")
	}
	from := " from products where " + strings.Join(conditions, " and ")
	if in.Total {
		list.Total = new(int64)
		if err := s.records.Read().NewRaw("select count(*)"+from, args...).Scan(ctx, list.Total); err != nil {
			return list, err
		}
	}
	after := ""
	if err := page.DecodeCursor(in.Cursor, &after); err != nil {
		return list, err
	}
	var rows []Product
	if err := s.records.Read().NewRaw("select "+productColumns+from+" and sku > ? order by sku limit ?", append(args, after, in.Limit+1)...).Scan(ctx, &rows); err != nil {
		return list, err
	}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		list.NextCursor = page.EncodeCursor(rows[in.Limit-1].SKU)
	}
	for i := range rows {
		list.Items = append(list.Items, rows[i].view())
	}
	return list, nil
}
