package analyze

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/guard"
)

// checkSentence holds for every sentence: both languages said, marks paired, no hole left.
func checkSentence(t require.TestingT, s Label) {
	for _, text := range []string{s.Chinese, s.English} {
		require.NotEmpty(t, text)
		require.Zero(t, strings.Count(text, "**")%2, text)
		for _, hole := range []string{"%!", "%s", "****", "  ", "（）", "()", "<nil>"} {
			require.NotContains(t, text, hole)
		}
	}
	require.True(t, strings.HasSuffix(s.Chinese, "。"), s.Chinese)
	require.True(t, strings.HasSuffix(s.English, "."), s.English)
}

func TestSentence(t *testing.T) {
	r := Reader{Currency: "CNY", Names: map[string]map[int64]string{"owner": {7: "周敏"}}, Goods: func(key string) string {
		return map[string]string{"SKU001": "水润面霜", "/product/SKU001": "水润面霜"}[key]
	}}
	for _, row := range []struct{ condition, chinese, english string }{
		{`{"all": []}`,
			"所有客户。",
			"All customers."},
		{`{"all": [{"event": "item_purchased", "where": {"field": "category", "op": "eq", "value": "护肤"}, "measure": "count", "op": "gte", "value": 3, "window": {"last_days": 365}},
			{"field": "rfm.recency_days", "op": "gte", "value": 45}]}`,
			"近 **365 天**买**护肤**类商品至少 **3 次**，而且已有 **45 天**以上没下单。",
			"Bought products of the category **护肤** at least **3 times** in the last **365 days**, and has not ordered for **45 days** or more."},
		{`{"all": [{"field": "age", "op": "between", "value": [25, 40]}, {"field": "gender", "op": "eq", "value": "female"}, {"field": "city", "op": "in", "value": ["上海", "广州", "北京"]}]}`,
			"年龄在 **25 到 40 岁**之间，性别是**女**，而且城市是**上海、广州或北京**。",
			"Age is between **25 years** and **40 years**, gender is **female**, and city is **上海**, **广州** or **北京**."},
		{`{"any": [{"field": "topic", "op": "in", "value": ["敏感肌", "优惠"]}, {"field": "topic", "op": "ne", "value": "居家"}, {"field": "active_region", "op": "in", "value": ["浙江", "上海"]}]}`,
			"近半年看过话题**敏感肌或优惠**，近半年没看过话题**居家**，或者活跃地区是**浙江或上海**。",
			"Has read in half a year about **敏感肌** or **优惠**, has not read in half a year about **居家**, or active region is **浙江** or **上海**."},
		{`{"event": "item_purchased", "where": {"field": "sku", "op": "eq", "value": "SKU001"}, "window": {"last_days": 30}}`,
			"近 **30 天**买过**水润面霜（SKU001）**。",
			"Bought **水润面霜 (SKU001)** in the last **30 days**."},
		{`{"event": "item_purchased", "where": {"field": "sku", "op": "eq", "value": "SKU999"}, "window": {"last_days": 30}}`,
			"近 **30 天**买过货号 **SKU999** 的商品。",
			"Bought products with the SKU **SKU999** in the last **30 days**."},
		{`{"event": "page_viewed", "where": {"field": "path", "op": "in", "value": ["/product/SKU001", "/sale"]}, "window": {"last_days": 30}}`,
			"近 **30 天**有过「浏览页面」（页面路径是**水润面霜（/product/SKU001）或/sale**）。",
			"Did “Page viewed” (path is **水润面霜 (/product/SKU001)** or **/sale**) in the last **30 days**."},
		{`{"field": "id", "op": "in", "value": ["1", "2", "3", "4", "5", "6", "7", "8", "9"]}`,
			"客户是 **#1、#2、#3等 9 项之一**。",
			"Customer is **one of #1, #2, #3 and 6 more**."},
		{`{"not": {"any": [{"tag": "勿扰"}, {"event": "order_placed", "window": {"last_days": 90}}]}}`,
			"没标**勿扰**，而且近 **90 天**没下过单。",
			"Does not have the tag **勿扰**, and did not place orders in the last **90 days**."},
		{`{"any": [{"event": "order_placed", "measure": "ratio", "op": "lte", "value": 0.4, "window": {"last_days": 90}}, {"all": [{"field": "orders.total", "op": "gte", "value": 2000000}, {"field": "owner", "op": "eq", "value": "7"}]}]}`,
			"近 **90 天**下单的金额不超过前 **90 天**的 **40%**，或者（累计净消费至少 **¥20,000**，而且负责人是**周敏**）。",
			"The amount of orders in the last **90 days** is at most **40%** of that in the **90 days** before, or (net spend is at least **¥20,000**, and owner is **周敏**)."},
		{`{"event": "order_placed", "measure": "sum:amount", "op": "gte", "value": 2000050, "window": {"from": "2026-01-01", "to": "2026-03-31"}}`,
			"**2026-01-01 到 2026-03-31** 下单的金额合计至少 **¥20,000.50**。",
			"Total amount of orders from **2026-01-01** to **2026-03-31** is at least **¥20,000.50**."},
		{`{"event": "order_placed", "where": {"all": [{"field": "amount", "op": "gte", "value": 10000}, {"field": "shop", "op": "eq", "value": "天猫"}]}, "measure": "count", "op": "eq", "value": 1, "window": {"last_days": 1}}`,
			"**今天**下单（金额至少 **¥100**，而且店铺是**天猫**）正好 **1 次**。",
			"Placed orders (amount is at least **¥100**, and shop is **天猫**) **1 time** **today**."},
		{`{"event": "order_placed", "measure": "last", "op": "not_in_last_days", "value": 180}`,
			"最近一次下单不在近 **180 天**内。",
			"The last of orders is not in the last **180 days**."},
		{`{"event": "search", "where": {"field": "properties.price", "op": "gte", "value": 100}, "measure": "count", "op": "gte", "value": 2, "window": {"last_days": 7}}`,
			"近 **7 天**有「搜索」（price至少 **100**）至少 **2 次**。",
			"Did “Search” (price is at least **100**) at least **2 times** in the last **7 days**."},
		{`{"sequence": [{"event": "page_viewed"}, {"event": "order_placed"}], "within_days": 3, "without": [{"event": "order_refunded"}], "window": {"last_days": 30}}`,
			"近 **30 天**先有「浏览页面」，再下单（**3 天**内，其间没有退款）。",
			"Did “Page viewed” in the last **30 days**, then placed orders, within **3 days** and without this in between: got refunds."},
		{`{"not": {"sequence": [{"event": "session"}, {"event": "order_placed"}], "within_days": 1}}`,
			"没有做到：先访问，再下单（**1 天**内）。",
			"Did not do this: (had sessions, then placed orders, within **1 day**)."},
		{`{"field": "birthday", "op": "anniversary_in_days", "value": 1}`,
			"**1 天**内过生日。",
			"Has a birthday within **1 day**."},
		{`{"field": "birthday", "op": "anniversary_in_days", "value": 7, "calendar": "lunar"}`,
			"**7 天**内过农历生日。",
			"Has a lunar birthday within **7 days**."},
		{`{"not": {"field": "created_at", "op": "anniversary_in_days", "value": 7, "calendar": "lunar"}}`,
			"农历建档时间的周年日不在 **7 天**内。",
			"Date created by the lunar calendar does not come round within **7 days**."},
		{`{"all": [{"field": "orders.total", "op": "top_percent", "value": 20}, {"not": {"field": "rfm.recency_days", "op": "bottom_percent", "value": 12.5}}]}`,
			"累计净消费排在前 **20%**，而且距上次下单不排在后 **12.5%**。",
			"Net spend is in the top **20%**, and days since last order is not in the bottom **12.5%**."},
		{`{"event": "order_placed", "measure": "sum:amount", "op": "top_percent", "value": 10, "window": {"last_days": 365}}`,
			"近 **365 天**下单的金额合计排在前 **10%**。",
			"Total amount of orders in the last **365 days** is in the top **10%**."},
		{`{"event": "session", "measure": "count", "op": "bottom_percent", "value": 30, "window": {"last_days": 30}}`,
			"近 **30 天**访问的次数排在后 **30%**。",
			"The number of sessions in the last **30 days** is in the bottom **30%**."},
		{`{"all": [{"field": "consent.email", "op": "eq", "value": true}, {"field": "has_phone", "op": "eq", "value": false}]}`,
			"**同意营销邮件**，而且**没有可用手机号**。",
			"**Consents to marketing e-mail**, and **has no usable phone**."},
		{`{"all": [{"field": "company", "op": "is_set"}, {"field": "tags", "op": "is_not_set"}, {"field": "churn.risk", "op": "gt", "value": 0.3}]}`,
			"公司已填写，没有标签，而且流失风险超过 **30%**。",
			"Company is known, has no tags, and churn risk is above **30%**."},
		{`{"not": {"field": "age", "op": "gte", "value": 35}}`,
			"年龄不到 **35 岁**或未知。",
			"Age is below **35 years** or not known."},
		{`{"field": "created_at", "op": "in_last_days", "value": 30}`,
			"建档时间在近 **30 天**内。",
			"Date created is in the last **30 days**."},
		{`{"segment": "1"}`,
			"在客群 **segment 1** 里。",
			"Is in the segment **segment 1**."},
		{`{"event": "call_logged", "measure": "days", "op": "lt", "value": 2, "window": {"last_days": 30}}`,
			"近 **30 天**通话的天数不到 **2 天**。",
			"Had calls on fewer than **2 days** in the last **30 days**."},
	} {
		c, err := ParseCondition(guard.System(context.Background()), []byte(row.condition), lookupReferenced)
		require.NoError(t, err, row.condition)
		s := r.Sentence(c)
		checkSentence(t, s)
		require.Equal(t, Label{row.chinese, row.english}, s)
	}
}
