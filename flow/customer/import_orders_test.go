package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

func TestLineAmount(t *testing.T) {
	const one = 1_000_000
	for _, row := range []struct {
		quantity, price, discount int64
		exponent                  int
		want                      int64
		ok                        bool
	}{
		{6 * one, 2_550_000, 0, 2, 1530, true},
		{one, 5_000, 0, 2, 1, true},     // half a cent goes up
		{-one, 5_000, 0, 2, -1, true},   // and away from zero below it
		{one, 4_999, 0, 2, 0, true},     //
		{3 * one, 1_000, 0, 2, 0, true}, // 0.003
		{one, -11_062_060_000, 0, 2, -1106206, true},
		{2 * one, 10 * one, 2_500_000, 2, 1750, true},
		{one, 10_005_000, 10_000, 2, 1000, true}, // 10.005 - 0.01 = 9.995, rounded once
		{one, 1_500_000, 0, 0, 2, true},          // yen have no fraction
		{one, 1_234_500, 0, 3, 1235, true},       // dinars have three digits
		{80_995 * one, 2_080_000, 0, 2, 16846960, true},
		{9_000_000_000 * one, 9_000_000_000 * one, 0, 2, 0, false},
	} {
		got, ok := LineAmount(row.quantity, row.price, row.discount, row.exponent)
		if ok != row.ok || ok && got != row.want {
			t.Errorf("LineAmount(%d, %d, %d, %d) = %d %v, want %d %v", row.quantity, row.price, row.discount, row.exponent, got, ok, row.want, row.ok)
		}
	}
}

const head = "订单编号,下单时间,商家编码,宝贝标题,数量,单价,会员编号,店铺,交易状态\n"

func TestImportOrderLines(t *testing.T) {
	for _, row := range []struct {
		name      string
		files     []string // imported one after the other; the last one is looked at
		mode      collect.Mode
		want      collect.Counts
		findings  map[string]int64
		gross     int64
		refunded  int64
		lines     int64
		customers int64
	}{
		{"lines of one number are one order", []string{head + "1,2026-01-13,A,甲,2,10.00,M1,天猫,\n1,2026-01-13,B,乙,1,0.50,M1,天猫,\n"}, "",
			counts(2, 0, 0, 0, 0), nil, 2050, 0, 2, 1},
		{"exact repeats are kept and found", []string{head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,\n1,2026-01-13,A,甲,1,10.00,M1,天猫,\n"}, "",
			counts(2, 0, 0, 0, 0), map[string]int64{"exact_repeat": 1}, 2000, 0, 2, 1},
		{"what is below zero is refunded", []string{head + "1,2026-01-13,A,甲,2,10.00,M1,天猫,\n1,2026-01-14,A,甲,-1,10.00,M1,天猫,\n"}, "",
			counts(2, 0, 0, 0, 0), map[string]int64{"negative_quantity": 1}, 2000, 1000, 2, 1},
		{"oddities of every sort", []string{head + "1,2026-01-13,A,,1,0,,天猫,\n2,1899-12-30,B,乙,1,-5,M1,天猫,\n3,2031-01-01,B,乙,1,5,M1,天猫,\n4,2026-01-13,B,乙,1,5,M1,天猫,\n4,2026-01-13,C,丙,1,5,M2,天猫,\n"}, "",
			counts(5, 0, 0, 0, 0), map[string]int64{"zero_price": 1, "missing_customer": 1, "missing_product_name": 1, "negative_price": 1, "impossible_date": 2, "customer_conflict": 1}, 1500, 500, 5, 1},
		{"a file with the rows that failed before adds them", []string{head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,\n", head + "1,2026-01-13,B,乙,1,5.00,M1,天猫,\n"}, "",
			counts(1, 0, 0, 0, 0), nil, 1500, 0, 2, 1},
		{"a line told otherwise is altered, not doubled", []string{head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,\n1,2026-01-13,B,乙,1,5.00,M1,天猫,\n", head + "1,2026-01-13,A,甲（新）,3,10.00,M1,天猫,\n"}, "",
			counts(0, 1, 0, 0, 0), nil, 3500, 0, 2, 1},
		{"a new state changes the order and not its lines", []string{head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,已付款\n", head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,交易成功\n"}, "",
			counts(0, 1, 0, 0, 0), nil, 1000, 0, 1, 1},
		{"create leaves known orders alone", []string{head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,\n", head + "1,2026-01-13,A,甲,9,10.00,M1,天猫,\n2,2026-01-13,A,甲,1,10.00,M1,天猫,\n"}, collect.ModeCreate,
			counts(1, 0, 0, 0, 1), nil, 2000, 0, 2, 1},
		{"update makes no order", []string{head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,\n"}, collect.ModeUpdate,
			counts(0, 0, 0, 1, 0), nil, 0, 0, 0, 0},
		{"one number in two shops is two orders of two customers", []string{head + "1,2026-01-13,A,甲,1,10.00,M1,天猫,\n1,2026-01-13,A,甲,1,10.00,M1,京东,\n"}, "",
			counts(2, 0, 0, 0, 0), nil, 2000, 0, 2, 2},
		{"a row without its number, time, quantity or price is refused", []string{head + ",2026-01-13,A,甲,1,10.00,M1,天猫,\n1,,A,甲,1,10.00,M1,天猫,\n2,2026-01-13,A,甲,,10.00,M1,天猫,\n3,2026-01-13,A,甲,1,,M1,天猫,\n4,2026-01-13,A,甲,两件,1,M1,天猫,\n5,2026-01-13,A,甲,9000000000000,9000000000000,M1,天猫,\n"}, "",
			counts(0, 0, 0, 6, 0), nil, 0, 0, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, records *db.DB) {
				d := newDesk(t, records)
				var imp collect.Import
				for i, file := range row.files {
					mode := collect.ModeUpsert
					if i == len(row.files)-1 && row.mode != "" {
						mode = row.mode
					}
					imp = d.text("order_lines", file, as(mode), mapLines)
				}
				d.ended(imp, row.want)
				d.findings(imp.ID, row.findings)
				d.is(row.gross, "select coalesce(sum(gross), 0) from orders")
				d.is(row.refunded, "select coalesce(sum(refunded), 0) from orders")
				d.is(row.gross-row.refunded, "select coalesce(sum(amount), 0) from order_lines")
				d.is(row.lines, "select count(*) from order_lines")
				d.is(row.customers, "select count(*) from customers")
				again := d.text("order_lines", row.files[len(row.files)-1], as(row.mode), mapLines)
				if again.Created+again.Updated != 0 {
					t.Errorf("the same file again: %+v", again.Counts)
				}
				d.findings(again.ID, nil)
			})
		})
	}
}

func mapLines(n *collect.NewImport) {
	if n.Mode == "" {
		n.Mode = collect.ModeUpsert
	}
	n.Mapping.Columns = map[string]string{"订单编号": "order_number", "下单时间": "ordered_at", "商家编码": "sku", "宝贝标题": "product_name", "数量": "quantity",
		"单价": "unit_price", "会员编号": "customer.external_id", "店铺": "shop", "交易状态": "status"}
}

func TestImportOrderLinesUndo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		d.text("products", "sku,name,category,tier,price\nA,甲,护肤,high,10.00\n")
		d.text("customers", "id,name\nM1,林婉清\n")
		d.text("order_lines", head+"1,2026-01-13,A,甲,1,10.00,M1,天猫,已付款\n", mapLines)
		d.is(1, "select count(*) from order_lines where category = '护肤' and tier = 'high'")
		d.is(1, "select count(*) from customers") // the company's own number names her in every shop
		imp := d.text("order_lines", head+"1,2026-01-13,A,甲,2,10.00,M1,天猫,交易成功\n1,2026-01-13,B,乙,1,5.00,M1,天猫,交易成功\n2,2026-02-13,B,乙,1,5.00,M9,天猫,\n", mapLines)
		d.ended(imp, counts(2, 1, 0, 0, 0))
		d.is(3000, "select sum(gross) from orders")
		d.is(2, "select count(*) from customers")
		if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
			t.Fatal(err)
		}
		d.is(1, "select count(*) from orders where gross = 1000 and status = 'paid' and lines = 1 and number = '1'")
		d.is(1, "select count(*) from orders")
		d.is(1, "select count(*) from order_lines")
		d.is(1, "select count(*) from customers")
		d.findings(imp.ID, nil)
	})
}

func TestImportOrdersWithoutNumbers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		const file = "date,amount,customer id,country\n2026-01-02,10.00,M1,France\n2026-01-02,10.00,M1,France\n2026-01-02,-3.50,M1,France\n2026-01-03,0,M2,\n2026-03-01,1,M1,Italy\n"
		first := d.text("orders", file)
		d.ended(first, counts(5, 0, 0, 0, 0))
		d.is(2100, "select sum(gross) from orders where kind = 'order'")
		d.is(350, "select sum(refunded) from orders where kind = 'refund'")
		d.is(2, "select count(*) from orders where number like 'M1-20260102-10-%'")
		d.is(1, "select count(*) from orders where gross = 0 and refunded = 0 and kind = 'order'")
		d.is(1, "select count(*) from customers where country = 'Italy'")
		again := d.text("orders", file)
		d.ended(again, counts(0, 0, 5, 0, 0))
		older := d.text("orders", "date,amount,customer id,country\n2025-01-02,10.00,M1,Spain\n")
		d.ended(older, counts(1, 0, 0, 0, 0))
		d.is(1, "select count(*) from customers where country = 'Italy'")
	})
}

func TestImportProducts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		const file = "sku,name,category,price\nA,甲,护肤,10.00\nB,,,\nA,乙,,\n"
		first := d.text("products", file)
		d.ended(first, counts(2, 0, 0, 0, 1))
		d.is(1, "select count(*) from products where sku = 'A' and name = '甲' and price = 1000 and currency = 'CNY'")
		d.is(1, "select count(*) from products where sku = 'B' and name = 'B' and price is null")
		d.ended(d.text("products", file), counts(0, 0, 2, 0, 1))
		changed := d.text("products", "sku,price\nA,12\n")
		d.ended(changed, counts(0, 1, 0, 0, 0))
		d.is(1, "select count(*) from products where sku = 'A' and price = 1200 and name = '甲'")
		if _, err := d.engine.Undo(d.ctx, changed.ID); err != nil {
			t.Fatal(err)
		}
		d.is(1, "select count(*) from products where sku = 'A' and price = 1000")
		if _, err := d.engine.Undo(d.ctx, first.ID); err != nil {
			t.Fatal(err)
		}
		d.is(0, "select count(*) from products") // A is again as the import left it, so it goes too
	})
}
