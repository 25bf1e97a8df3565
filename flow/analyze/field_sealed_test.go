package analyze

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/keys"
	"guanxi/guard"
)

// inColumnsText gives every row of every table of columns as text.
func (h *house) inColumnsText() (all string) {
	h.Helper()
	rows, err := h.columns.Query(h.ctx, "select table_name from information_schema.tables where table_type = 'BASE TABLE'")
	require.NoError(h.T, err)
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		require.NoError(h.T, rows.Scan(&name))
		tables = append(tables, name)
	}
	require.NoError(h.T, rows.Err())
	require.Greater(h.T, len(tables), 5)
	for _, table := range tables {
		var text *string
		require.NoError(h.T, h.columns.QueryRow(h.ctx, "select string_agg(t::varchar, ' ') from "+table+" t").Scan(&text))
		if text != nil {
			all += *text
		}
	}
	return all
}

func TestSealedFieldsInColumns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.call(201, "POST", "/customer-fields", `{"key":"papers","type":"text","label":{"zh-CN":"证件号","en-US":"Papers"},"applies_to":"both","sensitivity":"sensitive"}`)
		for _, body := range []string{
			`{"name":"Ann","phone":"13912345521","email":"canary@mail.example","address":"Canary Lane 7","custom":{"papers":"CANARY-1"}}`,
			`{"name":"Bea","custom":{"papers":"CANARY-2"}}`, `{"name":"Cay"}`,
		} {
			h.call(201, "POST", "/customers", body)
		}
		h.drain()

		t.Run("columns hold no contact point and no sensitive value", func(t *testing.T) {
			text := h.inColumnsText()
			require.Contains(t, text, "Ann")
			for _, canary := range []string{"13912345521", "12345521", "canary@", "mail.example", "Canary Lane", "CANARY-1", "CANARY-2", "sealed:"} {
				require.NotContains(t, text, canary)
			}
		})
		t.Run("who may read it can ask whether there is one and whether it is exactly a certain one", func(t *testing.T) {
			for filter, want := range map[string]string{
				`{"field":"custom.papers","op":"eq","value":"canary-1"}`:                       "Ann",
				`{"field":"custom.papers","op":"in","value":["CANARY-1","CANARY-2","nobody"]}`: "Ann Bea",
				`{"field":"custom.papers","op":"is_set"}`:                                      "Ann Bea",
				`{"field":"custom.papers","op":"is_not_set"}`:                                  "Cay",
				`{"field":"custom.papers","op":"ne","value":"CANARY-1"}`:                       "Bea Cay",
			} {
				require.Equal(t, want, h.names(filter, "name"), filter)
			}
			require.Equal(t, "Ann", gjson.Get(h.call(200, "GET", "/search?q=CANARY-1", ""), "items.0.title").String())
			field := gjson.Get(h.call(200, "GET", "/fields", ""), `fields.#(name=="custom.papers")`)
			require.Equal(t, `["eq","ne","in","not_in","is_set","is_not_set"] true`, field.Get("ops").Raw+" "+field.Get("sealed").Raw)
			require.NotContains(t, h.call(200, "POST", "/segments/preview", `{"condition":{"field":"custom.papers","op":"eq","value":"CANARY-1"}}`), "CANARY-1")
		})
		t.Run("a segment that asks for it keeps the hash and not the value", func(t *testing.T) {
			id := gjson.Get(h.call(201, "POST", "/segments", `{"name":"Signed by","condition":{"field":"custom.papers","op":"eq","value":"CANARY-1"}}`), "id").String()
			h.drain()
			segment := h.call(200, "GET", "/segments/"+id, "")
			require.NotContains(t, segment, "CANARY-1")
			require.Equal(t, "Ann", h.names(gjson.Get(segment, "condition").Raw, "name"))
			var held int
			require.NoError(t, d.Read().NewRaw("select count(*) from segments where condition like '%CANARY%'").Scan(h.ctx, &held))
			require.Zero(t, held)
		})
		t.Run("while the keys are replaced it is found at every step, by whoever asks and by segments kept before", func(t *testing.T) {
			signed := gjson.Get(h.call(201, "POST", "/segments", `{"name":"Second","condition":{"field":"custom.papers","op":"in","value":["CANARY-2","CANARY-LATER"]}}`), "id").String()
			by := gjson.Get(h.call(200, "GET", "/segments", ""), `items.#(name=="Signed by").id`).String()
			older := gjson.Get(h.call(201, "POST", "/segments", `{"name":"Of an earlier release","condition":{"field":"name","op":"eq","value":"x"}}`), "id").String()
			var custom string
			require.NoError(t, d.Read().NewRaw("select custom from customers where name = 'Bea'").Scan(h.ctx, &custom))
			index := strings.Split(custom, ":")[3]
			require.NoError(t, d.Write(h.ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Do(ctx, "update segments set condition = ?, version = 2 where id = ?", `{"field":"custom.papers","op":"eq","value":"#`+index+`"}`, older)
				tx.Feed("segments")
				return err
			}))
			found := func(step string) {
				t.Helper()
				h.drain()
				require.Equal(t, "Ann", h.names(`{"field":"custom.papers","op":"eq","value":"canary-1"}`, "name"), step)
				require.Equal(t, "Bea Cay", h.names(`{"field":"custom.papers","op":"ne","value":"CANARY-1"}`, "name"), step)
				require.Equal(t, "Ann", gjson.Get(h.call(200, "GET", "/search?q=CANARY-1", ""), "items.0.title").String(), step)
				for id, want := range map[string]string{by: "Ann", signed: "Bea", older: "Bea"} {
					require.Equal(t, want, h.names(gjson.Get(h.call(200, "GET", "/segments/"+id, ""), "condition").Raw, "name"), "%s, %s", step, id)
					require.Equal(t, int64(1), gjson.Get(h.call(200, "GET", "/segments/"+id, ""), "count").Int(), "%s, %s", step, id)
				}
			}
			found("before")
			require.NoError(t, keys.Rotate(h.keyFile))
			changed, err := keys.Of(h.ctx).Reload()
			require.True(t, changed)
			require.NoError(t, err)
			found("with the new keys, and nothing sealed anew")
			for pass := 1; ; pass++ {
				require.Less(t, pass, 6)
				_, err := h.customers.Reseal(h.ctx)
				require.NoError(t, err)
				found("after pass " + strconv.Itoa(pass))
				_, settled, err := h.customers.SealingNow(h.ctx)
				require.NoError(t, err)
				if settled {
					break
				}
			}
			require.NotContains(t, h.inColumnsText(), index)
			var left int
			require.NoError(t, d.Read().NewRaw("select count(*) from segments where condition like ?", "%"+index+"%").Scan(h.ctx, &left))
			require.Zero(t, left)
			h.call(201, "POST", "/customers", `{"name":"Dan","custom":{"papers":"canary-later"}}`)
			h.drain()
			require.Equal(t, "Bea Dan", h.names(gjson.Get(h.call(200, "GET", "/segments/"+signed, ""), "condition").Raw, "name"), "a value nobody had when it was asked for")
		})
		t.Run("nothing of it can be compared, sorted by, or used by who may not read it", func(t *testing.T) {
			for _, op := range []string{"contains", "starts_with", "gt"} {
				h.call(422, "POST", "/segments/preview", `{"condition":{"field":"custom.papers","op":"`+op+`","value":"CANARY"}}`)
			}
			h.call(422, "GET", "/customers?sort=custom.papers", "")
			h.actor = guard.Actor{StaffID: 1, Name: "周敏", Role: "operator"}
			h.call(422, "POST", "/segments/preview", `{"condition":{"field":"custom.papers","op":"eq","value":"CANARY-1"}}`)
			require.Empty(t, gjson.Get(h.call(200, "GET", "/search?q=CANARY-1", ""), "items").Array())
		})
	})
}

func TestConsentInConditions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ids := map[string]string{}
		for name, phone := range map[string]string{"Ann": "13912345521", "Bea": "13912345522", "Cay": "", "Dee": "13912345524"} {
			ids[name] = gjson.Get(h.call(201, "POST", "/customers", `{"name":"`+name+`","phone":"`+phone+`"}`), "id").String()
		}
		say := func(name, purpose string, granted string) {
			h.call(201, "POST", "/customers/"+ids[name]+"/consents", `{"purpose":"`+purpose+`","channel":"sms","granted":`+granted+`}`)
		}
		say("Ann", "survey", "true")
		say("Bea", "survey", "false")
		say("Cay", "survey", "true")
		cell := func(path string) int64 {
			h.drain()
			return gjson.Get(h.call(200, "GET", "/consents/overview", ""), `cells.#(purpose=="survey")#|#(channel=="sms").`+path).Int()
		}

		t.Run("a condition asks for a purpose on a channel, for a refusal, and for being reachable at all", func(t *testing.T) {
			for filter, want := range map[string]string{
				`{"field":"consent.sms.survey","op":"eq","value":true}`:  "Ann Cay",
				`{"field":"consent.sms.survey","op":"eq","value":false}`: "Bea Dee",
				`{"field":"refused.sms.survey","op":"eq","value":true}`:  "Bea",
				`{"field":"reach.sms","op":"eq","value":true}`:           "Ann Bea Dee",
				`{"field":"consent.sms","op":"eq","value":true}`:         "",
			} {
				require.Equal(t, want, h.names(filter, "name"), filter)
			}
			for _, name := range []string{"consent.sms.party", "consent.fax.survey", "reach.fax", "consent.sms.survey.x"} {
				h.call(422, "POST", "/segments/preview", `{"condition":{"field":"`+name+`","op":"eq","value":true}}`)
			}
		})
		t.Run("the overview counts the same, and each of its numbers is that of its list", func(t *testing.T) {
			for path, want := range map[string]int64{"yes": 2, "no": 1, "silent": 1, "ask_again": 0, "reachable": 1} {
				require.Equal(t, want, cell(path), path)
			}
		})
		t.Run("a notice that goes further takes the yes out of force, and says who must be asked again", func(t *testing.T) {
			h.clock.Advance(time.Second)
			h.call(201, "POST", "/consent-purposes/survey/notices", `{"text":{"zh-CN":"更多","en-US":"more"},"ask_again":true}`)
			h.drain()
			require.Equal(t, "Ann Cay", h.names(`{"field":"ask_again.sms.survey","op":"eq","value":true}`, "name"))
			require.Equal(t, "", h.names(`{"field":"consent.sms.survey","op":"eq","value":true}`, "name"))
			require.Equal(t, int64(2), cell("ask_again"))
			require.Equal(t, int64(0), cell("reachable"))
		})
		t.Run("a stop takes the channel away", func(t *testing.T) {
			point := gjson.Get(h.call(200, "GET", "/customers/"+ids["Dee"], ""), "contact_points.0.id").String()
			h.call(200, "POST", "/customers/"+ids["Dee"]+"/contact-points/"+point+"/stop", `{"reason":"law","channels":["sms"]}`)
			h.drain()
			require.Equal(t, "Ann Bea", h.names(`{"field":"reach.sms","op":"eq","value":true}`, "name"))
			require.Equal(t, "Ann Bea Dee", h.names(`{"field":"reach.phone","op":"eq","value":true}`, "name"))
		})
	})
}
