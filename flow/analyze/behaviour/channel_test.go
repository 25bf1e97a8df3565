package behaviour

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// What each of five customers did, and which channel that makes hers.
func TestPreferredChannelIsTheOneMostlyAnswered(t *testing.T) {
	start := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC).UnixMilli()
	var events []told
	visit := func(customer int64, campaign string) {
		at := start + int64(len(events))*3600_000
		events = append(events, told{batch: 1, position: len(events), visitor: customer, customer: customer, ts: at, kind: "page", event: "page_viewed", path: "/", campaign: campaign})
	}
	for _, campaign := range []string{"wechat", "WeChat", "", "baidu"} {
		visit(1, campaign)
	}
	visit(2, "sms")
	visit(2, "sms")
	visit(3, "email")
	visit(4, "")
	visit(5, "")
	s := openSiteOf(t, events)
	row := columnstest.Row(t, s.columns, "activities")
	var logged [][]any
	for _, a := range []struct {
		customer     int64
		kind, result string
	}{
		{1, "call", "reached"}, {1, "call", "missed"}, {1, "call", "missed"}, {1, "note", "reached"}, // two by WeChat of three
		{3, "call", "reached"}, {3, "wechat", "replied"}, {3, "call", "replied"}, // two by phone of four: no more than half
		{4, "visit", "bought"}, {4, "visit", "looked"}, {4, "visit", "bought"}, {4, "email", ""},
	} {
		logged = append(logged, row(map[string]any{"id": int64(len(logged) + 1), "customer_id": a.customer, "kind": a.kind, "result": a.result, "ts": start, "day": time.UnixMilli(start).UTC()}))
	}
	require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error { return tx.Append(ctx, "activities", logged) }))
	for _, want := range []struct {
		customer, answers int64
		preferred, first  string
		share             float64
	}{
		{1, 3, "wechat", "wechat", 2. / 3}, {2, 2, "", "sms", 1}, {3, 4, "", "phone", .5}, {4, 3, "visit", "visit", 1}, {5, 0, "", "", 0},
	} {
		t.Run(fmt.Sprint("customer ", want.customer), func(t *testing.T) {
			got, err := s.Channels(s.ctx, want.customer)
			require.NoError(t, err)
			assert.Equal(t, want.answers, got.Answers)
			if want.preferred == "" {
				assert.Nil(t, got.Preferred)
			} else {
				assert.Equal(t, want.preferred, *got.Preferred)
				assert.EqualValues(t, 1, s.behind(t, analyze.ConditionJSON(fmt.Sprintf(`{"all":[{"field":"preferred_channel","op":"eq","value":%q},{"field":"id","op":"eq","value":"%d"}]}`, want.preferred, want.customer))))
			}
			if want.first != "" {
				assert.Equal(t, want.first, got.Items[0].Channel)
				assert.InDelta(t, want.share, got.Items[0].Share, 1e-12)
				assert.Less(t, got.Items[0].Low, got.Items[0].Share)
			}
		})
	}
	assert.EqualValues(t, 2, s.behind(t, analyze.ConditionJSON(`{"field":"preferred_channel","op":"is_set"}`)))
	_, err := s.Channels(guard.With(s.ctx, guard.Actor{StaffID: 9, Role: "sales"}), 1)
	assert.True(t, fault.Is(err, fault.KindNotFound), "somebody else's customer")
}
