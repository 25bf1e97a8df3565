package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// preview sends a condition as it stands, which need be no JSON, and gives what is wrong with it.
func (c *company) preview(condition string) string {
	c.t.Helper()
	body := `{"condition":` + condition + `}`
	a := c.send("/segments/preview", "application/json", bytes.NewReader([]byte(body)), int64(len(body)))
	if a.status == http.StatusOK {
		return "200"
	}
	if len(a.problem.Errors) == 0 {
		return fmt.Sprint(a.status)
	}
	return fmt.Sprintf("%d %s %s", a.status, strings.TrimPrefix(a.problem.Errors[0].Field, "body."), a.problem.Errors[0].Code)
}

// badConditions asks for what no condition may say: it is refused with its place, whoever asks stays unharmed.
func (c *company) badConditions() {
	c.t.Helper()
	deep := strings.Repeat(`{"not":`, 100) + `{"tag":"x"}` + strings.Repeat("}", 100)
	wide := `{"any":[` + strings.Repeat(`{"tag":"x"},`, 300) + `{"tag":"x"}]}`
	for _, row := range []struct{ name, condition, end string }{
		{"nested a hundred deep", deep, "422 not.not.not.not.not.not.not.not.not.not.not.not nested_too_deep"},
		{"three hundred of them", wide, "422 any[199] too_many_conditions"},
		{"a number too large for any machine", `{"field":"orders.count","op":"gt","value":1e300}`, "422 value number_out_of_range"},
		{"a window that runs backwards", `{"event":"order_placed","window":{"last_days":-30}}`, "422 window.last_days out_of_bounds"},
		{"a share above all", `{"field":"orders.total","op":"top_percent","value":120}`, "422 value out_of_bounds"},
		{"an event nobody sent", `{"event":"page_exploded"}`, "422 event unknown_event"},
		{"a segment that is not there", `{"segment":"99999"}`, "422 segment unknown_segment"},
	} {
		c.play("a condition: "+row.name, func() { c.expect("asking it", c.preview(row.condition), row.end) })
	}
	c.play("a condition: not a number, or none that JSON knows", func() {
		for _, n := range []string{"NaN", "Infinity", "1e400", "0x10"} {
			c.expect("asking for "+n, c.preview(`{"field":"orders.count","op":"gt","value":` + n + `}`)[:1], "4")
		}
	})
	c.play("a segment that leads back to itself", func() {
		var one, two struct{ ID string }
		c.post("/segments", map[string]any{"name": "one", "condition": json.RawMessage(`{"tag":"x"}`)}, &one)
		c.post("/segments", map[string]any{"name": "two", "condition": map[string]any{"not": map[string]any{"segment": one.ID}}}, &two)
		for _, id := range []string{one.ID, two.ID} {
			a := c.ask(c.admin(), "PATCH", "/segments/"+one.ID, map[string]any{"condition": map[string]any{"all": []any{map[string]any{"segment": id}}}})
			c.expect("changing it", fmt.Sprint(a.status, " ", a.has("segment_leads_back_to_itself")), "422 true")
		}
	})
	c.alive()
}
