package customer

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
)

func TestReadAddress(t *testing.T) {
	for name, row := range map[string]struct {
		given any
		want  string // the levels, street and postcode, or the fault
	}{
		"a whole line":                     {"广东省深圳市南山区科技园1号 518057", "广东/深圳/南山区/科技园1号/518057"},
		"parts with official names":        {map[string]any{"province": "广东省", "city": "深圳市", "district": "南山区", "address": "科技园1号"}, "广东/深圳/南山区/科技园1号/"},
		"a district without its city":      {map[string]any{"province": "广东", "district": "南山"}, "广东/深圳/南山区//"},
		"a city alone":                     {map[string]any{"city": "杭州市"}, "浙江/杭州///"},
		"a municipality":                   {map[string]any{"province": "上海市", "district": "浦东"}, "上海/上海/浦东新区//"},
		"a city nobody knows":              {map[string]any{"province": "广东", "city": "新城市"}, "广东/新城///"},
		"a place abroad":                   {map[string]any{"country": "United Kingdom", "province": "Kent", "city": "Dover", "address": "1 High St"}, "United Kingdom/Kent/Dover//1 High St/"},
		"a line that names no place":       {"科技园1号", "///科技园1号/"},
		"nothing":                          {map[string]any{"city": " "}, "nothing"},
		"a city of another province":       {map[string]any{"province": "广东", "city": "杭州"}, "city_not_in_province"},
		"the same in a line":               {"广东省杭州市西湖区", "city_not_in_province"},
		"a district of another city":       {map[string]any{"province": "广东", "city": "深圳", "district": "天河区"}, "district_not_in_city"},
		"a part that is none":              {map[string]any{"street": "x"}, "type_invalid"},
		"a part that is no text":           {map[string]any{"city": 5.0}, "type_invalid"},
		"a street of stars":                {map[string]any{"city": "杭州", "address": "****"}, "value_is_masked"},
		"a forged seal":                    {map[string]any{"city": "杭州", "address": "sealed:1:2:3"}, "type_invalid"},
		"a street too long":                {map[string]any{"address": strings.Repeat("路", 501)}, "too_long"},
		"a list":                           {[]any{"杭州"}, "type_invalid"},
		"JSON in a cell, as exports write": {`{"city":"杭州","address":"深圳市路1号"}`, "浙江/杭州//深圳市路1号/"},
	} {
		value, key := readAddress(row.given)
		got := key
		if kept, is := value.(map[string]any); is {
			var parts []string
			for _, part := range field.AddressParts {
				if text, _ := kept[part].(string); part != "country" || text != "" {
					parts = append(parts, text)
				}
			}
			got = strings.Join(parts, "/")
			if again, key := readAddress(AddressText(kept)); key != "" || !sameValue(again, kept) {
				t.Errorf("%s: written as %s, read as %v %s", name, AddressText(kept), again, key)
			}
		} else if key == "" {
			got = "nothing"
		}
		if got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func TestAddressField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.define(defined("home", "address", nil), defined("vault", "address", fields{"sensitivity": "sensitive"}))
		id := s.as(admin).add(fields{"name": "王芳", "custom": fields{"home": "广东省深圳市南山区科技园1号", "vault": "北京市朝阳区建国路88号"}})

		t.Run("the place is seen, the street is not", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.home.province": "广东", "custom.home.district": "南山区", "custom.home.address": "****", "custom.vault.city": "北京"})
			s.has(s.as(operator).call(200, "GET", "/customers/"+id, nil), fields{"custom.home.city": "深圳", "custom.vault": "****"})
			s.has(s.as(analyst).call(200, "GET", "/customers/"+id, nil), fields{"custom.home.city": "深圳", "custom.home.address": "****", "custom.vault": nil})
		})
		t.Run("who may not see the street changes the rest, and the street stays", func(t *testing.T) {
			s.T = t
			s.as(operator).call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"home": fields{"province": "广东", "city": "深圳", "district": "福田区", "address": "****"}}})
			s.has(s.as(admin).call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "custom.home", "reason": "send"}), fields{"values.0": "广东省深圳市福田区科技园1号"})
			s.call(422, "PATCH", "/customers/"+id, fields{"custom": fields{"vault": fields{"city": "北京", "address": "**"}, "home": fields{"province": "浙江", "city": "深圳"}}})
		})
		t.Run("the change is told without the street to who may not see it, and never in the audit log", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "GET", "/customers/"+id+"/fields/home/history", nil), fields{"items.0.after.district": "福田区", "items.0.after.address": "****", "items.0.before.district": "南山区"})
			s.is(0, "select count(*) from audit_entries where summary like '%科技园%' or summary like '%建国路%'")
			s.is(0, "select count(*) from customers where custom like '%建国路%'")
		})
		t.Run("a condition may not ask for the street", func(t *testing.T) {
			s.T = t
			s.call(422, "POST", "/bulk-edits", fields{"kind": "field", "field": "custom.home", "value": "北京", "filter": "", "apply": false})
		})
		t.Run("columns are given the place and of a sealed one the hash", func(t *testing.T) {
			s.T = t
			var custom string
			if err := d.Read().NewRaw("select custom from customers where id = ?", id).Scan(t.Context(), &custom); err != nil {
				t.Fatal(err)
			}
			withheld, err := WithheldFields(t.Context(), d.Read())
			if err != nil {
				t.Fatal(err)
			}
			if line := customFields(Withhold(context.Background(), `{"home":"广东省深圳市南山区科技园1号"}`, withheld)); fmt.Sprint(line["home"]) != "map[city:深圳 district:南山区 province:广东]" {
				t.Errorf("of a line from before the field, columns get %v", line)
			}
			held := customFields(Withhold(context.Background(), custom, withheld))
			if got := fmt.Sprint(held["home"]); got != "map[city:深圳 district:福田区 province:广东]" || !blindIndex.MatchString(fmt.Sprint(held["vault"])) {
				t.Errorf("columns get %v", held)
			}
		})
	})
}
