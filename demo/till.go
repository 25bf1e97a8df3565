package demo

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// TillShop is the shop whose till tells of what it sells by a webhook, and TillSecret what it signs with.
var TillShop = Shops[store]

// TillSecret is known to whoever reads this: the company is made up.
const TillSecret = "muhe-till"

// Till gives deliver what the till of TillShop has sent this morning, each with its signature: sales, a part of one that came
// back, a repetition, a refund of a receipt that has not come yet, a message nobody asked for, one that somebody else signed and
// one that was cut off.
func Till(ctx context.Context, d *db.DB, deliver func(body []byte, signature string) error) error {
	var goods []struct {
		SKU   string `bun:"sku"`
		Name  string `bun:"name"`
		Price int64  `bun:"price"`
	}
	if err := d.Read().NewRaw("select sku, name, price from products where price is not null order by id limit 4").Scan(ctx, &goods); err != nil {
		return err
	}
	var members []struct {
		ID   string `bun:"external_id"`
		Name string `bun:"name"`
	}
	if err := d.Read().NewRaw("select i.external_id, c.name from identities i join customers c on c.id = i.customer_id where i.source = ? order by i.external_id limit 2", TillShop).Scan(ctx, &members); err != nil {
		return err
	}
	type object = map[string]any
	now := clock.Now(ctx)
	yuan := func(cents int64) float64 { return float64(cents) / 100 }
	sale := func(n int, ago time.Duration, member object, of ...int) object {
		items, total := []object{}, int64(0)
		for _, i := range of {
			good := goods[i%len(goods)]
			items, total = append(items, object{"sku": good.SKU, "name": good.Name, "quantity": 1, "price": yuan(good.Price)}), total+good.Price
		}
		return object{"id": fmt.Sprint("till-", n), "type": "sale", "receipt": fmt.Sprintf("MD%s-%03d", now.Format("0102"), n), "at": now.Add(-ago).Format(time.RFC3339), "member": member, "items": items, "total": yuan(total), "currency": "CNY"}
	}
	known := func(i int) object {
		if i >= len(members) {
			return nil
		}
		return object{"id": members[i].ID, "name": members[i].Name}
	}
	first := sale(1, 3*time.Hour, known(0), 0, 1)
	said := []object{
		first, sale(2, 2*time.Hour, known(1), 2), first,
		{"id": "till-3", "type": "refund", "receipt": first["receipt"], "refund": "TK-1", "amount": yuan(goods[1%len(goods)].Price), "items": []object{
			{"sku": goods[1%len(goods)].SKU, "name": goods[1%len(goods)].Name, "quantity": 1, "amount": yuan(goods[1%len(goods)].Price), "restock": true}}},
		sale(4, time.Hour, nil, 3),
		{"id": "till-5", "type": "refund", "receipt": "MD0000-118", "refund": "TK-2", "amount": 39.9},
		{"id": "till-6", "type": "shift_closed", "cashier": "03"},
	}
	for _, each := range said {
		body, err := json.Marshal(each)
		if err != nil {
			return err
		}
		if err := deliver(body, signed(body, TillSecret)); err != nil {
			return err
		}
	}
	cut := []byte(`{"id": "till-7", "type": "sale", "receipt": "MD`)
	if err := deliver(cut, signed(cut, TillSecret)); err != nil {
		return err
	}
	return deliver([]byte(`{"id": "till-8", "type": "sale"}`), signed([]byte("else"), "guess"))
}

func signed(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
