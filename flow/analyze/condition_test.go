package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"guanxi/base/columns/columnstest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

func TestConditionFaultsNameThePlace(t *testing.T) {
	deep := strings.Repeat(`{"not":`, conditionDepth) + `{"tag":"x"}` + strings.Repeat("}", conditionDepth)
	wide := `{"all":[` + strings.Repeat(`{"tag":"x"},`, conditionNodes) + `{"tag":"x"}]}`
	for _, row := range []struct{ condition, place, key string }{
		{``, "condition", "not_json"},
		{`{`, "condition", "not_json"},
		{`{"tag":"a"} {"tag":"b"}`, "condition", "not_json"},
		{`[]`, "condition", "must_be_an_object"},
		{`null`, "condition", "must_be_an_object"},
		{`{}`, "condition", "needs_one_of"},
		{`{"all":[{"tag":"x"},{"tag":"x","any":[]}]}`, "all[1].tag", "only_one_of"},
		{`{"tag":"x","color":1}`, "color", "unknown_key"},
		{`{"tag":"x","tag":"y"}`, "tag", "key_twice"},
		{`{"all":{"tag":"x"}}`, "all", "must_be_a_list"},
		{`{"any":[]}`, "any", "needs_at_least_one"},
		{`{"all":[{"tag":"x"},{"field":"shoe_size","op":"eq","value":1}]}`, "all[1].field", "unknown_field"},
		{`{"all":[{"field":"c.id; drop table customers","op":"eq","value":1}]}`, "all[0].field", "unknown_field"},
		{`{"field":"custom.a') or true --","op":"eq","value":"x"}`, "field", "unknown_field"},
		{`{"field":"custom.","op":"eq","value":"x"}`, "field", "unknown_field"},
		{`{"field":"gender","op":"=","value":"female"}`, "op", "unknown_operator"},
		{`{"not":{"field":"gender","op":"gt","value":"female"}}`, "not.op", "operator_not_for_this_type"},
		{`{"field":"gender","value":"female"}`, "op", "is_missing"},
		{`{"all":[{"tag":"x"},{"field":"age","op":"gte","value":"35"}]}`, "all[1].value", "must_be_a_number"},
		{`{"field":"age","op":"gte","value":35.5}`, "value", "must_be_a_whole_number"},
		{`{"field":"age","op":"gte"}`, "value", "is_missing"},
		{`{"field":"gender","op":"eq","value":"divers"}`, "value", "unknown_choice"},
		{`{"field":"gender","op":"is_set","value":true}`, "value", "takes_no_value"},
		{`{"field":"city","op":"in","value":"York"}`, "value", "must_be_a_list"},
		{`{"field":"city","op":"in","value":[]}`, "value", "needs_between_1_and"},
		{`{"field":"city","op":"in","value":["York",7]}`, "value[1]", "must_be_text"},
		{`{"field":"orders.count","op":"between","value":[5,2]}`, "value", "low_above_high"},
		{`{"field":"orders.count","op":"between","value":[5]}`, "value", "needs_two_values"},
		{`{"field":"orders.count","op":"gt","value":1e300}`, "value", "number_out_of_range"},
		{`{"field":"birthday","op":"gt","value":"2026-02-30"}`, "value", "must_be_a_day"},
		{`{"field":"birthday","op":"in_last_days","value":0}`, "value", "out_of_bounds"},
		{`{"field":"birthday","op":"anniversary_in_days","value":-1}`, "value", "out_of_bounds"},
		{`{"field":"birthday","op":"anniversary_in_days","value":91,"calendar":"lunar"}`, "value", "out_of_bounds"},
		{`{"field":"birthday","op":"anniversary_in_days","value":7,"calendar":"mayan"}`, "calendar", "unknown_choice"},
		{`{"field":"birthday","op":"in_last_days","value":7,"calendar":"lunar"}`, "calendar", "unknown_key"},
		{`{"field":"orders.total","op":"top_percent","value":0}`, "value", "out_of_bounds"},
		{`{"field":"orders.total","op":"top_percent","value":100.5}`, "value", "out_of_bounds"},
		{`{"field":"orders.total","op":"top_percent","value":"20"}`, "value", "must_be_a_number"},
		{`{"field":"orders.total","op":"bottom_percent"}`, "value", "is_missing"},
		{`{"field":"orders.count","op":"gt","value":NaN}`, "condition", "not_json"},
		{`{"field":"orders.count","op":"gt","value":1e400}`, "value", "number_out_of_range"},
		{`{"field":"city","op":"top_percent","value":20}`, "op", "operator_not_for_this_type"},
		{`{"event":"order_placed","where":{"field":"amount","op":"top_percent","value":20}}`, "where.op", "operator_not_for_this_type"},
		{`{"event":"order_placed","measure":"last","op":"top_percent","value":20}`, "op", "operator_not_for_this_type"},
		{`{"event":"order_placed","window":{"last_days":-3}}`, "window.last_days", "out_of_bounds"},
		{`{"sequence":[],"within_days":3}`, "sequence", "needs_between_1_and"},
		{`{"sequence":[{"event":"order_placed","op":"gt"}],"within_days":3}`, "sequence[0].op", "unknown_key"},
		{`{"sequence":[{"event":"order_placed"}],"within_days":-3}`, "within_days", "out_of_bounds"},
		{`{"field":"has_phone","op":"eq","value":"yes"}`, "value", "must_be_true_or_false"},
		{`{"field":"owner","op":"eq","value":"zhou"}`, "value", "must_be_an_id"},
		{`{"field":"city","op":"eq","value":"a\u0000b"}`, "value", "must_be_text"},
		{`{"field":"city","op":"eq","value":"` + strings.Repeat("长", textLength+1) + `"}`, "value", "too_long"},
		{`{"field":"custom.level","op":"in","value":[1,"gold"]}`, "value", "values_of_different_types"},
		{`{"event":"page_exploded"}`, "event", "unknown_event"},
		{`{"any":[{"event":"order_placed","where":{"all":[{"field":"sku","op":"eq","value":"x"}]}}]}`, "any[0].where.all[0].field", "unknown_field"},
		{`{"event":"order_placed","where":{"tag":"vip"}}`, "where.tag", "not_inside_where"},
		{`{"event":"order_placed","where":{"event":"order_placed"}}`, "where.event", "not_inside_where"},
		{`{"event":"order_placed","measure":"sum:shop","op":"gt","value":1}`, "measure", "property_is_no_number"},
		{`{"event":"order_placed","measure":"sum:1)--","op":"gt","value":1}`, "measure", "unknown_property"},
		{`{"event":"order_placed","measure":"median:amount","op":"gt","value":1}`, "measure", "unknown_measure"},
		{`{"event":"order_placed","measure":"ratio","op":"lte","value":0.4,"window":{"all_time":true}}`, "window", "ratio_needs_a_bounded_window"},
		{`{"event":"order_placed","measure":"first","op":"is_set"}`, "op", "operator_not_for_this_type"},
		{`{"event":"order_placed","window":{"last_days":0}}`, "window.last_days", "out_of_bounds"},
		{`{"event":"order_placed","window":{"last_days":30,"all_time":true}}`, "window", "needs_last_days_or_from_and_to_or_all_time"},
		{`{"event":"order_placed","window":{"from":"2026-02-01","to":"2026-01-01"}}`, "window.to", "low_above_high"},
		{`{"event":"order_placed","window":{"since":1}}`, "window.since", "unknown_key"},
		{`{"segment":"99"}`, "segment", "unknown_segment"},
		{`{"segment":"1 or 1=1"}`, "segment", "must_be_an_id"},
		{`{"list":"1"}`, "list", "unknown_list"},
		{deep, strings.TrimSuffix(strings.Repeat("not.", conditionDepth), "."), "nested_too_deep"},
		{wide, "all[199]", "too_many_conditions"},
		{`{"tag":"` + strings.Repeat("x", conditionBytes) + `"}`, "condition", "condition_too_large"},
	} {
		_, err := ParseCondition(guard.System(context.Background()), []byte(row.condition), lookupReferenced)
		var f *fault.Error
		require.True(t, errors.As(err, &f), "%.120s: %v", row.condition, err)
		require.Equal(t, fault.KindInvalid, f.Kind)
		require.Equal(t, []string{row.place, row.key}, []string{f.Fields[0].Field, f.Fields[0].Key}, "%.120s", row.condition)
	}
}

func TestConditionAppliesRightsToFields(t *testing.T) {
	nobody := guard.With(context.Background(), guard.Actor{Role: "unheard of"})
	_, err := ParseCondition(nobody, []byte(`{"all":[{"field":"city","op":"eq","value":"York"}]}`), lookupReferenced)
	require.ErrorContains(t, err, "all[0].field: field_not_yours_to_use")
	_, err = ParseCondition(nobody, []byte(`{"segment":"1"}`), lookupReferenced)
	require.ErrorContains(t, err, "segment.field: field_not_yours_to_use", "not by way of a segment either")
}

// Whatever is written in a name or a value, it is a fault or a value that matches nothing; it never becomes SQL.
func TestConditionIsNoWayIn(t *testing.T) {
	c := columnstest.Open(t)
	shoppers := randomShoppers(3, 30, day("2026-03-09"))
	store(t, c, shoppers)
	k := &compiler{workspace: workspace.Default(), today: day("2026-03-09")}
	ctx := guard.System(context.Background())
	nasty := rapid.OneOf(rapid.SampledFrom([]string{`'`, `"`, `') or (1=1`, `x'; drop table customers; --`, `\`, `%`, `_`, `$1`, `?`, `c.id`, "\n", `{}`, `[*]`, `/`, `$.a`, `"a" or`}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		text := nasty.Draw(t, "text") + nasty.Draw(t, "more")
		shape := rapid.SampledFrom([]map[string]any{
			{"tag": text}, {"field": text, "op": "eq", "value": "x"}, {"field": "custom." + text, "op": "eq", "value": text}, {"field": "city", "op": text, "value": "x"},
			{"field": "name", "op": "contains", "value": text + "∄"}, {"field": "city", "op": "in", "value": []any{text, "y"}}, {"field": "tags", "op": "in", "value": []any{text}},
			{"event": text}, {"event": "order_placed", "measure": "sum:" + text, "op": "gt", "value": 0}, {"event": "item_purchased", "where": map[string]any{"field": "sku", "op": "eq", "value": text}},
			{"event": "order_placed", "window": map[string]any{"from": text, "to": text}}, {"segment": text}}).Draw(t, "shape")
		raw, err := json.Marshal(shape)
		require.NoError(t, err)
		parsed, err := ParseCondition(ctx, raw, lookupReferenced)
		if err != nil {
			require.True(t, fault.Is(err, fault.KindInvalid), "%s: %v", raw, err)
			return
		}
		require.Empty(t, membersOf(t, c, k, parsed), "%s", raw)
		require.NotContains(t, k.holds(parsed, false).sql, text+"∄")
	})
	var n int
	require.NoError(t, c.QueryRow(ctx, "select count(*) from customers").Scan(&n))
	require.Equal(t, len(shoppers), n)
}
