package customer

import (
	"fmt"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

var (
	manager  = guard.Actor{StaffID: 1, Name: "Lin", Role: "manager"}
	operator = guard.Actor{StaffID: 2, Name: "Anna", Role: "operator"}
)

// defined gives a definition with labels made of the key, and more said over it.
func defined(key, kind string, more fields) fields {
	body := fields{"key": key, "type": kind, "label": fields{"zh-CN": "字段 " + key, "en-US": "Field " + key}, "applies_to": "both"}
	for name, value := range more {
		body[name] = value
	}
	return body
}

// skin is the field of a cosmetics shop, with what its old system wrote.
var skin = defined("skin_type", "choice", fields{"group": "肌肤", "purpose": "推荐产品", "values": []fields{
	{"value": "dry", "label": fields{"zh-CN": "干性", "en-US": "dry"}, "aliases": []string{"干", "D", "偏干"}},
	{"value": "oily", "label": fields{"zh-CN": "油性", "en-US": "oily"}},
}})

func (s *shop) define(bodies ...fields) *shop {
	s.Helper()
	before := s.actor
	s.actor = admin
	for _, body := range bodies {
		s.call(201, "POST", "/customer-fields", body)
	}
	s.actor = before
	return s
}

func TestField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)

		t.Run("a manager defines a field, and everybody has it at once", func(t *testing.T) {
			s.T = t
			made := s.as(manager).call(201, "POST", "/customer-fields", skin)
			s.has(made, fields{"key": "skin_type", "label.zh-CN": "字段 skin_type", "values.0.aliases.1": "D", "sensitivity": "normal", "right": "write", "version": 1, "etag": `"1"`})
			s.has(s.as(analyst).call(200, "GET", "/customer-fields", nil), fields{"items.0.key": "skin_type", "items.0.right": "read", "items.0.purpose": "推荐产品"})
			s.is(1, "select count(*) from audit_entries where action = 'field.defined' and subject_id = 'skin_type'")
		})
		t.Run("who may not define fields is refused and nothing is made", func(t *testing.T) {
			s.T = t
			for _, who := range []guard.Actor{operator, anna, analyst} {
				s.as(who).call(403, "POST", "/customer-fields", defined("x", "text", nil))
				s.call(403, "PUT", "/customer-fields/skin_type", skin)
				s.call(403, "POST", "/customer-fields/skin_type/archive", nil)
			}
			s.is(1, "select count(*) from customer_fields")
		})
		t.Run("a definition is refused with the place at fault", func(t *testing.T) {
			s.T = t
			s.as(admin)
			two := []fields{{"value": "a", "label": fields{"zh-CN": "甲", "en-US": "A"}}, {"value": "b", "label": fields{"zh-CN": "乙", "en-US": "B"}, "aliases": []string{" a "}}}
			for name, row := range map[string]struct {
				body  fields
				field string
			}{
				"SQL in the key":              {defined("x'; drop table customers--", "text", nil), "key"},
				"a key in capitals":           {defined("Skin", "text", nil), "key"},
				"no label in one language":    {defined("x", "text", fields{"label": fields{"zh-CN": " ", "en-US": "x"}}), "label.zh-CN"},
				"a choice without values":     {defined("x", "choice", nil), "values"},
				"values of what is no choice": {defined("x", "text", fields{"values": two[:1]}), "values"},
				"one word for two values":     {defined("x", "choice", fields{"values": two}), "values[1]"},
				"an unknown currency":         {defined("x", "money", fields{"unit": "ABCD"}), "unit"},
				"an unknown type":             {defined("x", "colour", nil), "type"},
				"a stage nobody has":          {defined("x", "text", fields{"required_at": []string{"vip"}}), "required_at[0]"},
			} {
				answer := s.call(422, "POST", "/customer-fields", row.body)
				if got := at(answer, "errors.0.field"); got != row.field {
					t.Errorf("%s: field %v, want %s", name, got, row.field)
				}
			}
			s.is(1, "select count(*) from customer_fields")
			s.is(0, "select count(*) from customers")
		})
		t.Run("a key is never used again, not even an archived one", func(t *testing.T) {
			s.T = t
			s.has(s.call(409, "POST", "/customer-fields", skin), fields{"code": "field_key_taken"})
			s.has(s.call(200, "POST", "/customer-fields/skin_type/archive", nil, "If-Match", `"1"`), fields{"archived": true, "version": 2})
			s.has(s.call(200, "GET", "/customer-fields", nil), fields{"items.0": nil})
			s.has(s.call(200, "GET", "/customer-fields?archived=true", nil), fields{"items.0.archived": true})
			s.call(409, "POST", "/customer-fields", skin)
			s.has(s.call(200, "POST", "/customer-fields/skin_type/restore", nil), fields{"archived": false, "version": 3})
		})
		t.Run("a definition is changed by who has seen it last; key and type stay", func(t *testing.T) {
			s.T = t
			more := fields{"label": fields{"zh-CN": "肤质", "en-US": "Skin type"}, "applies_to": "person", "values": skin["values"]}
			s.call(412, "PUT", "/customer-fields/skin_type", more, "If-Match", `"1"`)
			s.has(s.call(200, "PUT", "/customer-fields/skin_type", more, "If-Match", `"3"`), fields{"label.zh-CN": "肤质", "applies_to": "person", "type": "choice", "version": 4})
			s.call(404, "PUT", "/customer-fields/nothing", more)
		})
	})
}

// Each type takes what people write for it, keeps one form of it, and refuses the rest with the field named.
func TestFieldValue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		choices := fields{"values": []fields{{"value": "tea", "label": fields{"zh-CN": "茶", "en-US": "Tea"}}, {"value": "art", "label": fields{"zh-CN": "艺术", "en-US": "Art"}, "aliases": []string{"画"}}}}
		s.define(skin, defined("note", "text", nil), defined("height", "number", fields{"unit": "cm"}), defined("income", "money", nil), defined("wedding", "day", nil),
			defined("name_day", "month_day", nil), defined("likes", "choices", choices), defined("vegan", "boolean", nil), defined("office", "phone", nil), defined("private", "email", nil), defined("brought_by", "customer", nil))
		friend := s.add(lin)
		id := s.add(fields{"name": "王芳"})
		for _, row := range []struct {
			field       string
			given, kept any
		}{
			{"note", "  喜欢安静 ", "喜欢安静"},
			{"note", "", nil},
			{"height", 168.5, 168.5},
			{"height", "170", 170},
			{"income", fields{"amount": 1234567, "currency": "CNY"}, "map[amount:1.234567e+06 currency:CNY]"},
			{"income", 100, "map[amount:100 currency:CNY]"},
			{"wedding", "2019-05-20", "2019-05-20"},
			{"name_day", "3月8日", "03-08"},
			{"name_day", "--02-29", "02-29"},
			{"skin_type", "偏干", "dry"},
			{"skin_type", "Ｏily", "oily"},
			{"likes", []string{"画", "茶", "Tea"}, "[tea art]"},
			{"likes", "art、茶", "[tea art]"},
			{"likes", []string{}, nil},
			{"vegan", true, true},
			{"vegan", "否", false},
			{"office", "010-65529988", "10****9988"},
			{"private", " W.Fang@QQ.com", "w.f****@qq.com"},
			{"brought_by", friend, friend},
		} {
			answer := s.call(200, "PATCH", "/customers/"+id, fields{"custom": fields{row.field: row.given}})
			if got := at(answer, "custom."+row.field); fmt.Sprint(got) != fmt.Sprint(row.kept) {
				t.Errorf("%s %v: kept %v, want %v", row.field, row.given, got, row.kept)
			}
		}
		version := s.one("select version from customers where id = ?", id)
		for _, row := range []struct {
			field string
			given any
			key   string
		}{
			{"note", 5, "type_invalid"},
			{"note", "****", "value_is_masked"},
			{"height", "tall", "type_invalid"},
			{"height", 1e300, "number_out_of_range"},
			{"income", 0.5, "type_invalid"},
			{"income", fields{"amount": 5, "currency": "USD"}, "currency_differs"},
			{"wedding", "20.5.2019", "day_invalid"},
			{"wedding", "1019-05-20", "date_impossible"},
			{"name_day", "02-30", "month_day_invalid"},
			{"skin_type", "scaly", "not_one_of"},
			{"likes", []string{"tea", "war"}, "not_one_of"},
			{"vegan", "perhaps", "type_invalid"},
			{"office", "12", "phone_invalid"},
			{"private", "fang", "email_invalid"},
			{"brought_by", "999999", "customer_unknown"},
			{"brought_by", "Lin", "id_invalid"},
		} {
			answer := s.call(422, "PATCH", "/customers/"+id, fields{"custom": fields{row.field: row.given}})
			s.has(answer, fields{"errors.0.field": "custom." + row.field, "errors.0.code": row.key})
		}
		s.is(version, "select version from customers where id = ?", id)
	})
}

func TestFieldForKindAndStage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := s.add(fields{"name": "老客户"})
		s.define(defined("seats", "number", fields{"applies_to": "organization"}), defined("budget", "number", fields{"required_at": []string{"customer"}}))

		t.Run("a field of organizations is not for persons", func(t *testing.T) {
			s.T = t
			s.has(s.call(422, "PATCH", "/customers/"+id, fields{"custom": fields{"seats": 5}}), fields{"errors.0.field": "custom.seats", "errors.0.code": "field_not_for_kind"})
			s.has(s.call(201, "POST", "/customers", fields{"name": "木禾", "kind": "organization", "lifecycle_stage": "prospect", "custom": fields{"seats": 5}}), fields{"custom.seats": 5})
		})
		t.Run("who becomes a customer needs what customers must have", func(t *testing.T) {
			s.T = t
			prospect := s.add(fields{"name": "李", "lifecycle_stage": "prospect"})
			s.has(s.call(422, "PATCH", "/customers/"+prospect, fields{"lifecycle_stage": "customer"}), fields{"errors.0.field": "custom.budget", "errors.0.code": "required_at_stage"})
			s.call(200, "PATCH", "/customers/"+prospect, fields{"lifecycle_stage": "customer", "custom": fields{"budget": 5}})
			s.call(422, "PATCH", "/customers/"+prospect, fields{"custom": fields{"budget": nil}})
			s.call(422, "POST", "/customers", fields{"name": "新"})
			s.is(0, "select count(*) from customers where name = '新'")
		})
		t.Run("what was missing before does not stand in the way of other changes", func(t *testing.T) {
			s.T = t
			s.call(200, "PATCH", "/customers/"+id, fields{"city": "杭州"})
		})
		t.Run("an archived field keeps its values, shows none and takes none", func(t *testing.T) {
			s.T = t
			s.call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"budget": 7}})
			s.call(200, "POST", "/customer-fields/budget/archive", nil)
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.budget": nil})
			s.has(s.call(422, "PATCH", "/customers/"+id, fields{"custom": fields{"budget": 8}}), fields{"errors.0.code": "field_archived"})
			s.call(201, "POST", "/customers", fields{"name": "新"})
			s.call(200, "POST", "/customer-fields/budget/restore", nil)
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.budget": 7})
		})
	})
}

// What nobody without the right may see must not come out anywhere.
func TestFieldRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.define(defined("salary", "number", fields{"sensitivity": "sensitive"}), defined("hobby", "text", fields{"sensitivity": "personal"}), defined("second_phone", "phone", nil))
		id := s.add(fields{"name": "王芳", "custom": fields{"salary": 98765, "hobby": "潜水canary", "second_phone": "13900005555"}})
		for _, row := range []struct {
			who                   guard.Actor
			salary, hobby, second any
			salaryRight           any
		}{
			{admin, 98765, "潜水canary", "139****5555", "write"},
			{manager, nil, nil, nil, nil}, // her team has nobody
			{operator, "****", "潜水canary", "139****5555", "masked"},
			{analyst, nil, nil, nil, "none"},
		} {
			s.as(row.who)
			if row.who.Role == "manager" {
				s.call(404, "GET", "/customers/"+id, nil)
				s.call(404, "GET", "/customers/"+id+"/fields/salary/history", nil)
				continue
			}
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.salary": row.salary, "custom.hobby": row.hobby, "custom.second_phone": row.second, "rights.custom.salary": nil})
		}
		s.as(operator).has(s.call(200, "GET", "/customers/"+id+"/fields/salary/history", nil), fields{"items.0.after": "****"})
		s.has(s.call(200, "GET", "/customers/"+id+"/fields/second_phone/history", nil), fields{"items.0.after": "139****5555"})
		s.has(s.call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "custom.second_phone", "reason": "call"}), fields{"values.0": "+8613900005555"})
		s.call(422, "POST", "/customers/"+id+"/reveal", fields{"field": "custom.salary", "reason": "curious"})
		s.is(1, "select count(*) from audit_entries where action = 'customer.revealed' and summary like '%custom.second_phone%'")
		s.as(analyst).call(403, "POST", "/customers/"+id+"/reveal", fields{"field": "custom.second_phone", "reason": "x"})
		s.call(403, "GET", "/customers/"+id+"/fields/hobby/history", nil)
		s.call(403, "PATCH", "/customers/"+id, fields{"custom": fields{"hobby": "x"}})
		s.as(operator).call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"salary": 5}})
		s.is(0, "select count(*) from audit_entries where summary like '%98765%' or summary like '%canary%' or summary like '%13900005555%'")
	})
}

func TestFieldHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.define(skin, defined("income", "money", nil))
		id := s.add(fields{"name": "王芳", "city": "杭州", "custom": fields{"skin_type": "干"}})
		s.as(operator).call(200, "PATCH", "/customers/"+id, fields{"city": "上海", "custom": fields{"skin_type": "油性", "income": 500}})
		s.call(200, "PATCH", "/customers/"+id, fields{"city": "上海", "custom": fields{"skin_type": "oily"}}) // says nothing new
		s.has(s.call(200, "GET", "/customers/"+id+"/fields/skin_type/history", nil), fields{
			"items.0.before": "dry", "items.0.after": "oily", "items.0.actor": "Anna", "items.0.source": "staff", "items.0.at": "2026-03-12T09:00:00Z",
			"items.1.before": nil, "items.1.after": "dry", "items.1.actor": "Lin", "items.2": nil})
		s.has(s.call(200, "GET", "/customers/"+id+"/fields/city/history", nil), fields{"items.0.after": "上海", "items.1.after": "杭州"})
		s.has(s.call(200, "GET", "/customers/"+id+"/fields/income/history", nil), fields{"items.0.after.amount": 500, "items.0.after.currency": "CNY", "items.1": nil})
		s.call(404, "GET", "/customers/"+id+"/fields/nothing/history", nil)
		s.as(anna).call(404, "GET", "/customers/"+id+"/fields/city/history", nil)
	})
}

// The timeline tells what changed and why, in one line for each stroke, as far as the reader may see it.
func TestTimelineTellsChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.define(skin, defined("salary", "number", fields{"sensitivity": "sensitive"}))
		id := s.add(fields{"name": "王芳", "city": "杭州", "custom": fields{"skin_type": "干"}})
		s.clock.Advance(time.Minute)
		s.as(operator).call(200, "PATCH", "/customers/"+id, fields{"city": "上海", "phone": "13912345521"})
		s.clock.Advance(time.Minute)
		s.as(admin).call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"salary": 90210}})
		path := "/customers/" + id + "/timeline"

		s.has(s.as(admin).call(200, "GET", path+"?kind=changed", nil), fields{
			"items.0.details.0.code": "custom.salary", "items.0.details.0.values.after": 90210.0, "items.0.values.source": "staff", "items.0.details.1": nil,
			"items.1.details.0.code": "province", "items.1.details.0.values.before": nil, "items.1.details.0.values.after": "上海", "items.1.values.actor": "Anna",
			"items.1.details.1.code": "city", "items.1.details.1.values.before": "杭州", "items.1.details.1.values.after": "上海",
			"items.1.details.2.code": "phone", "items.1.details.2.values.before": nil, "items.1.details.2.values.after": "139****5521", "items.2": nil})
		s.has(s.call(200, "GET", path, nil), fields{"counts.changed": 2})
		s.has(s.as(analyst).call(200, "GET", path, nil), fields{"counts.changed": 1})
	})
}
