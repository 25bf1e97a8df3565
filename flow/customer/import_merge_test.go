package customer

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

// state gives everything an import may change of customers and orders, one line each, in an order of its own.
func (d *desk) state() string {
	d.Helper()
	var lines []string
	for _, query := range []string{
		"select 'c ' || id || ' ' || name || ' ' || city || ' ' || company || ' ' || coalesce(merged_into, 0) || ' ' || coalesce(deleted_at, 0) as line from customers order by id",
		"select 'p ' || customer_id || ' ' || kind || ' ' || value as line from contact_points order by customer_id, kind, value",
		"select 'i ' || customer_id || ' ' || source || ' ' || external_id as line from identities order by source, external_id",
		"select 't ' || customer_id || ' ' || tag as line from customer_tags order by customer_id, tag",
		"select 'o ' || number || ' ' || coalesce(customer_id, 0) || ' ' || gross as line from orders order by number",
		"select 'm ' || kept_id || ' ' || merged_id as line from merges where undone_at is null order by id",
	} {
		var found []string
		if err := d.db.Read().NewRaw(query).Scan(d.ctx, &found); err != nil {
			d.Fatalf("%s: %v", query, err)
		}
		lines = append(lines, found...)
	}
	return strings.Join(lines, "\n")
}

// Whatever an import makes one by the rule of its source, taking it back parts again, and leaves everything as it was: rows
// that make two one, a third, one that the import itself has made, and rows that change them before and after.
func TestUndoPartsWhatAnImportMadeOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, desk := newShop(t, d), newDesk(t, d)
		till := func(n *collect.NewImport) { n.Mapping.Constants = map[string]string{"source": "till"} }
		s.rules("till", rule("external_id", "ask"), rule("phone", "merge"), rule("email", "merge"))
		random := rand.New(rand.NewPCG(7, 11))
		any := func(of ...string) string { return of[random.IntN(len(of))] }
		round := 0
		id := func() string { return any("", "A", "B", "C", "D", "E") + fmt.Sprint(round) }
		phone := func() string { return any("", fmt.Sprintf("1390%03d000%d", round, 1+random.IntN(3))) }
		mail := func() string { return any("", "", fmt.Sprintf("%s%d@x.example", any("a", "b"), round)) }
		rows := func(n int) string {
			csv := "external_id,name,phone,email,city,tags\n"
			for range n {
				csv += strings.Join([]string{id(), any("Lin", "Wang", "Zhao"), phone(), mail(), any("", "Wuxi", "Suzhou"), any("", "vip", "new")}, ",") + "\n"
			}
			return csv
		}
		merged := int64(0)
		for ; round < 9; round++ {
			// some whose keys the rows will bring together, one of them with an order
			desk.text("customers", fmt.Sprintf("external_id,name,phone,email\nA%[1]d,Old,1390%03[1]d0001,\nB%[1]d,Old,1390%03[1]d0002,a%[1]d@x.example\nC%[1]d,Old,1390%03[1]d0003,\nD%[1]d,Old,,b%[1]d@x.example\n", round), till)
			desk.text("orders", fmt.Sprintf("shop,order_number,ordered_at,amount,external_id\ns,N%d,2026-01-02,10,%s%d\n", round, any("A", "B"), round), till)
			before := desk.state()
			count := desk.one("select count(*) from merges")
			imp := desk.text("customers", rows(3+random.IntN(9)), till)
			made := desk.one("select count(*) from merges") - count
			merged += made
			undone, err := desk.engine.Undo(desk.ctx, imp.ID)
			if err != nil {
				t.Fatal(err)
			}
			if after := desk.state(); after != before {
				t.Errorf("round %d, %d merges, %d findings: was\n%s\nis\n%s", round, made, undone.Findings, before, after)
			}
			desk.is(0, "select count(*) from moved where part like 'till%' and origin_id not in (select merged_id from merges where undone_at is null)")
			if t.Failed() {
				return
			}
		}
		if merged < 5 {
			t.Errorf("only %d were made one: the test shows little", merged)
		}

		t.Run("what cannot be parted, or was changed since, stays and is told", func(t *testing.T) {
			s.T, desk.T = t, t
			desk.text("customers", "external_id,name,phone\nP,Pan,\nQ,Qin,13911110001\nR,Ren,\nS,Shi,13911110002\n", till)
			of := func(key string) string {
				return itemNumber(desk.one("select customer_id from identities where source = 'till' and external_id = ?", key))
			}
			p, q, r, sh := of("P"), of("Q"), of("R"), of("S")
			imp := desk.text("customers", "external_id,name,phone,city\nP,Pan,13911110001,Wuxi\nR,Ren,13911110002,Wuxi\n", till)
			desk.is(2, "select count(*) from merges where import_id = ?", imp.ID)
			s.call(204, "DELETE", "/customers/"+p, nil)
			s.call(200, "PATCH", "/customers/"+r, fields{"company": "Acme"})
			undone, err := desk.engine.Undo(desk.ctx, imp.ID)
			if err != nil {
				t.Fatal(err)
			}
			desk.findings(imp.ID, map[string]int64{"merge_not_undone": 1, "changed_since_import": 2})
			desk.is(1, "select count(*) from findings where cause = 'merge_not_undone' and subject_id = ? and value = ?", q, p)
			s.has(s.call(200, "GET", "/customers/"+r, nil), fields{"company": "Acme", "city": "Wuxi"})
			desk.is(1, "select count(*) from contact_points where customer_id = ? and value = '+8613911110002'", sh)
			desk.is(0, "select count(*) from customers where id = ? and merged_into is not null", sh)
			if undone.Findings != 3 {
				t.Errorf("%d findings", undone.Findings)
			}
		})
	})
}
