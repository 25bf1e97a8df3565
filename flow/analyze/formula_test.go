package analyze

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// formulaBody is a definition of a formula.
func formulaBody(key, text, unit string) string {
	return `{"key":"` + key + `","type":"formula","label":{"zh-CN":"` + key + `","en-US":"` + key + `"},"applies_to":"both","unit":"` + unit + `","formula":` + jsonString(text) + `}`
}

func TestFormula(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, body := range []string{
			`{"key":"height","type":"number","label":{"zh-CN":"身高","en-US":"Height"},"applies_to":"both"}`,
			`{"key":"weight","type":"number","label":{"zh-CN":"体重","en-US":"Weight"},"applies_to":"both"}`,
			`{"key":"budget","type":"money","label":{"zh-CN":"预算","en-US":"Budget"},"applies_to":"both"}`,
			`{"key":"dollars","type":"money","unit":"USD","label":{"zh-CN":"美元","en-US":"Dollars"},"applies_to":"both"}`,
			`{"key":"wedding","type":"day","label":{"zh-CN":"婚期","en-US":"Wedding"},"applies_to":"both"}`,
			`{"key":"secret","type":"number","label":{"zh-CN":"密","en-US":"Secret"},"applies_to":"both","sensitivity":"sensitive"}`,
			`{"key":"pay","type":"number","label":{"zh-CN":"薪","en-US":"Pay"},"applies_to":"both","sensitivity":"personal"}`,
			`{"key":"mobile","type":"phone","label":{"zh-CN":"号","en-US":"Mobile"},"applies_to":"both"}`,
			`{"key":"vegan","type":"boolean","label":{"zh-CN":"素","en-US":"Vegan"},"applies_to":"both"}`,
		} {
			h.call(201, "POST", "/customer-fields", body)
		}
		id := gjson.Get(h.call(201, "POST", "/customers", `{"name":"fang","city":"O'Fallon","birthday":"1990-03-12","tags":["vip"],"custom":{"height":168,"weight":56,"budget":{"amount":1999950,"currency":"CNY"},"wedding":"2020-03-12","vegan":true,"pay":7000}}`), "id").String()
		h.call(201, "POST", "/customers", `{"name":"li","custom":{"height":180,"weight":90}}`)
		h.call(201, "POST", "/customers", `{"name":"nobody"}`)

		t.Run("says a value of its type, and nothing where something is missing", func(t *testing.T) {
			h.T = t
			for text, want := range map[string]string{ // for fang; today is 2026-03-09
				"custom.weight / (custom.height / 100) ** 2":           "19.841269841269845",
				"round(custom.weight / (custom.height / 100) ** 2, 1)": "19.8",
				"custom.weight / 0":         "",
				"custom.height % 0":         "",
				"10 ** 400":                 "",
				"-custom.weight + 2 * 3":    "-50",
				"custom.budget / 2":         "9999.75",
				"age":                       "35",
				"daysSince(custom.wedding)": "2188",
				"today() - custom.wedding":  "2188",
				"days(date(\"2020-03-15\"), custom.wedding)":                                  "3",
				"custom.wedding + 30":                                                         "2020-04-11",
				"custom.wedding + 1000000":                                                    "",
				"years(today(), birthday)":                                                    "35",
				"year(birthday) + month(birthday) * 100 + day(birthday)":                      "2302",
				"name + \" · \" + city":                                                       "fang · O'Fallon",
				"join(\", \", name, district, city)":                                          "fang, O'Fallon",
				"name + district":                                                             "",
				"'it''s' == \"x\" ? 1 : 2":                                                    "unreadable",
				"city == \"O'Fallon\" ? \"yes\" : \"no\"":                                     "yes",
				"custom.vegan and custom.height > 160 and not (age < 18)":                     "true",
				"custom.secretive ?? 1":                                                       "formula_unknown_field",
				"custom.dollars == nil ? \"none\" : \"some\"":                                 "none",
				"isSet(custom.dollars) or \"vip\" in tags":                                    "true",
				"gender in [\"female\", \"male\"]":                                            "false",
				"if age >= 60 { \"old\" } else if age >= 18 { \"adult\" } else { \"young\" }": "adult",
				"min(custom.height, custom.weight) + max(1, 2)":                               "58",
				"upper(name) + string(custom.weight)":                                         "FANG56",
				"len(name) * orders.count":                                                    "0",
				"orders.total > 1000 ? \"A\" : \"B\"":                                         "B",
				"rfm.frequency ?? 0":                                                          "0",
				"name contains \"an\" and name startsWith \"f\" and name endsWith \"g\"":      "true",
			} {
				answer, status := h.try(text, "")
				got := gjson.Get(answer, `items.#(customer.name=="fang").value`).String()
				if status != 200 {
					got = gjson.Get(answer, "errors.0.code").String()
					if got == "" {
						got = answer
					}
				}
				if want == "unreadable" || want == "formula_unknown_field" {
					require.Equal(t, 422, status, text+answer)
					continue
				}
				require.Equal(t, want, got, "%s: %s", text, answer)
			}
		})
		t.Run("is refused with the place at fault", func(t *testing.T) {
			h.T = t
			for _, text := range []string{
				"", "1 +", "custom.height + name", "name ? 1 : 2", "custom.nothing", "custom.secret * 2", "custom.mobile + \"x\"", "tags", "nil", "filter(tags, # == 1)",
				"exec(\"ls\")", "round(name)", "round(1, 2, 3)", "custom.budget + custom.dollars", "custom.budget > custom.dollars", "custom?.height", "name[0:1]", "let x = 1; x", "1; 2",
				"name matches \"(a+)+$\"", "custom.height in [1, \"2\"]", "date(\"2020-02-31\")", "\"a\\nb\"", strings.Repeat("1 + ", 400) + "1", strings.Repeat("(", 1500), "custom[name]",
				"custom.home; drop table customers--", "phone",
			} {
				answer, status := h.try(text, "")
				require.Equal(t, 422, status, "%.60s: %s", text, answer)
				require.Contains(t, gjson.Get(answer, "errors.0.field").String(), "formula", answer)
			}
			require.Equal(t, int64(3), gjson.Get(h.call(200, "GET", "/customers?total=true", ""), "total").Int())
		})

		h.call(201, "POST", "/customer-fields", formulaBody("bmi", "round(custom.weight / (custom.height / 100) ** 2, 1)", ""))
		h.call(201, "POST", "/customer-fields", formulaBody("shape", "custom.bmi == nil ? nil : custom.bmi >= 25 ? \"heavy\" : \"light\"", ""))
		h.call(201, "POST", "/customer-fields", formulaBody("half", "custom.budget / 3", "CNY"))
		h.call(201, "POST", "/customer-fields", formulaBody("worth", "custom.pay * 12", ""))

		t.Run("stands on the page, in filters and sorts, and follows what it is reckoned from", func(t *testing.T) {
			h.T = t
			page := h.call(200, "GET", "/customers/"+id, "")
			require.Equal(t, "19.8 light 666650 CNY", strings.Join([]string{gjson.Get(page, "custom.bmi").String(), gjson.Get(page, "custom.shape").String(), gjson.Get(page, "custom.half.amount").String(), gjson.Get(page, "custom.half.currency").String()}, " "))
			require.Equal(t, "li", h.names(`{"field":"custom.shape","op":"eq","value":"heavy"}`, "name"))
			require.Equal(t, "fang", h.names(`{"field":"custom.half","op":"gt","value":600000}`, "name"))
			require.Equal(t, "nobody", h.names(`{"field":"custom.bmi","op":"is_not_set"}`, "name"))
			require.Equal(t, "li fang nobody", h.names(`{"all":[]}`, "-custom.bmi"))
			h.call(200, "PATCH", "/customers/"+id, `{"custom":{"weight":80}}`)
			require.Equal(t, "heavy", gjson.Get(h.call(200, "GET", "/customers/"+id, ""), "custom.shape").String())
			require.Equal(t, "fang li", h.names(`{"field":"custom.shape","op":"eq","value":"heavy"}`, "name"))
		})
		t.Run("nobody writes it, not even by an import", func(t *testing.T) {
			h.T = t
			h.call(403, "PATCH", "/customers/"+id, `{"custom":{"bmi":1}}`)
			h.bring("客户编号,姓名,custom.bmi\nC1,zhou,99\n")
			require.Equal(t, "nobody zhou", h.names(`{"field":"custom.bmi","op":"is_not_set"}`, "name"))
		})
		t.Run("a circle is refused, and so is what would break a formula built on it", func(t *testing.T) {
			h.T = t
			h.call(422, "PUT", "/customer-fields/bmi", strings.Replace(formulaBody("bmi", "custom.shape == \"heavy\" ? 1 : 2", ""), `"key":"bmi","type":"formula",`, "", 1))
			h.call(422, "PUT", "/customer-fields/bmi", strings.Replace(formulaBody("bmi", "custom.bmi + 1", ""), `"key":"bmi","type":"formula",`, "", 1))
			h.call(422, "PUT", "/customer-fields/bmi", strings.Replace(formulaBody("bmi", "name", ""), `"key":"bmi","type":"formula",`, "", 1))
			h.call(200, "PUT", "/customer-fields/bmi", strings.Replace(formulaBody("bmi", "custom.weight", ""), `"key":"bmi","type":"formula",`, "", 1))
		})
		t.Run("who may not read what it is reckoned from sees nothing of it", func(t *testing.T) {
			h.T = t
			require.Equal(t, "84000", gjson.Get(h.call(200, "GET", "/customers/"+id, ""), "custom.worth").String())
			h.actor = guard.Actor{StaffID: 3, Name: "陈", Role: "analyst"}
			page := h.call(200, "GET", "/customers/"+id, "")
			require.False(t, gjson.Get(page, "custom.worth").Exists())
			require.NotContains(t, page, "84000")
			require.NotContains(t, h.call(200, "GET", "/fields", "")+h.call(200, "GET", "/customer-fields", ""), "worth")
			h.call(422, "GET", "/customers?filter=%7B%22field%22%3A%22custom.worth%22%2C%22op%22%3A%22gt%22%2C%22value%22%3A1%7D", "")
			h.call(422, "GET", "/customers?sort=custom.worth&total=true", "")
			h.actor = guard.Actor{StaffID: 1, Name: "周敏", Role: "admin"}
		})
		t.Run("an input taken out of use leaves it empty, not wrong", func(t *testing.T) {
			h.T = t
			h.call(200, "POST", "/customer-fields/pay/archive", "")
			require.False(t, gjson.Get(h.call(200, "GET", "/customers/"+id, ""), "custom.worth").Exists())
			require.NotContains(t, h.call(200, "GET", "/fields", ""), "custom.worth")
		})
	})
}

// try gives the answer to a formula that is tried, with its status.
func (h *house) try(text, unit string) (answer string, status int) {
	h.Helper()
	h.drain()
	return h.ask("POST", "/customer-fields/try-formula", `{"formula":`+jsonString(text)+`,"unit":"`+unit+`"}`)
}

func jsonString(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

func (h *house) ask(method, path, body string) (answer string, status int) {
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.router.ServeHTTP(w, r)
	return w.Body.String(), w.Code
}
