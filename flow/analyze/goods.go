package analyze

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// goodsProperties are the properties, of what was bought and of what sources send, whose values are SKUs or end with one.
var goodsProperties = []string{"sku", "properties.sku", "properties.product_id", "properties.productId", "properties.product", "path"}

// SKUOf gives what of a key may be the SKU of a product: the key itself, or of the path of a page below another its end.
func SKUOf(key string) string {
	if !strings.HasPrefix(key, "/") {
		return key
	}
	if end := strings.LastIndexByte(key, '/'); end > 0 {
		return key[end+1:]
	}
	return "" // a page of its own, such as /sale
}

// Goods gives the names that the products of some keys have in the catalogue, by key; see SKUOf. What is no product is left out.
func (s *Segments) Goods(ctx context.Context, keys []string) (map[string]string, error) {
	of := map[string][]string{}
	for _, key := range keys {
		if sku := SKUOf(key); sku != "" && !slices.Contains(of[sku], key) {
			of[sku] = append(of[sku], key)
		}
	}
	names := map[string]string{}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(of)), 500) {
		var found []struct {
			SKU  string `bun:"sku"`
			Name string `bun:"name"`
		}
		if err := s.records.Read().NewRaw("select sku, name from products where sku in (?)", bun.List(some)).Scan(ctx, &found); err != nil {
			return nil, err
		}
		for _, p := range found {
			for _, key := range of[p.SKU] {
				names[key] = p.Name
			}
		}
	}
	return names, nil
}

// namesGoods lets sentences name the product a SKU stands for. One that cannot be looked up stays what it is.
func (s *Segments) namesGoods(ctx context.Context) func(key string) string {
	return func(key string) string {
		names, err := s.Goods(ctx, []string{key})
		if err != nil {
			slog.Warn("the name of a product cannot be read", "error", err)
		}
		return names[key]
	}
}

// goods says a SKU, or the page of a product, by the name of the product; ok is false where it is none.
func (r Reader) goods(f *Field, value, language string) (said string, ok bool) {
	if r.Goods == nil || !slices.Contains(goodsProperties, f.Name) {
		return value, false
	}
	name := r.Goods(value)
	switch {
	case name == "" || name == value:
		return value, false
	case strings.HasPrefix(language, "en"):
		return name + " (" + value + ")", true
	}
	return name + "（" + value + "）", true
}

// byName says that the one value of a where on the SKU is told by the name of its product.
func (r Reader) byName(where *Condition) bool {
	if describes(where) != "sku" || len(where.Value.Texts) != 1 {
		return false
	}
	_, named := r.goods(where.Field, where.Value.Texts[0], "")
	return named
}

// stepLabel calls a step of a sequence by its event, and by the product where its where asks for a single one.
func (s *Segments) stepLabel(ctx context.Context, c *Condition) Label {
	l := c.Event.Label
	if c.Where == nil || c.Where.Field == nil || c.Where.Op != OpEq || len(c.Where.Value.Texts) != 1 {
		return l
	}
	r := Reader{Goods: s.namesGoods(ctx)}
	if product, named := r.goods(c.Where.Field, c.Where.Value.Texts[0], ""); named {
		return Label{l.Chinese + " · " + product, l.English + " · " + product}
	}
	return l
}
