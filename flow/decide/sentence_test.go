package decide

import (
	"strings"
	"testing"
)

func TestSentences(t *testing.T) {
	now := at("2026-03-12 09:22")
	for _, row := range []struct {
		name   string
		reason Reason
		zh, en string
	}{
		{"overdue", Reason{OverdueRhythm, Values{"spent_12m": int64(2340000), "cycle_days": 31.2, "silent_days": 58.0}},
			"近 12 个月消费 **¥23,400**，通常 **31 天**下单一次，已 **58 天**未购", "Spent **¥23,400** in 12 months, usually buys every **31 days**, silent for **58 days**"},
		{"overdue, nothing in the last year", Reason{OverdueRhythm, Values{"spent": 5990.0, "cycle_days": 1.0, "silent_days": 400.0}},
			"累计消费 **¥59.90**，通常 **1 天**下单一次，已 **400 天**未购", "Spent **¥59.90** so far, usually buys every **1 day**, silent for **400 days**"},
		{"a call agreed for today", Reason{FollowUpDue, Values{"agreed_at": float64(at("2026-03-09 10:00").UnixMilli()), "due_at": float64(at("2026-03-12 11:00").UnixMilli()), "next_action": "回电"}},
			"3月9日约好 **今天 11:00** 回电", "Agreed Mar 9 for **today 11:00**: 回电"},
		{"the same, late", Reason{FollowUpDue, Values{"agreed_at": float64(at("2025-12-09 10:00").UnixMilli()), "due_at": float64(at("2026-03-12 08:44").UnixMilli()), "next_action": "**回电**"}},
			"2025年12月9日约好 **今天 08:44** 回电，已过 **38 分钟**", "Agreed Dec 9, 2025 for **today 08:44**: 回电; **38 min** late"},
		{"nothing said about what to do", Reason{FollowUpDue, Values{"agreed_at": float64(at("2026-03-09 10:00").UnixMilli()), "due_at": float64(at("2026-03-10 11:00").UnixMilli()), "next_action": ""}},
			"3月9日约好 **3月10日**再联系，已过 **2 天**", "Agreed Mar 9 to be in touch **Mar 10**; **2 days** late"},
		{"a source", Reason{SourceLate, Values{"expected_hours": 24.0, "silent_hours": 33.0}},
			"通常每 **24 小时**来一次数据，已 **33 小时**没有，此后的数字会偏低", "Usually brings data every **24 h**, silent for **33 h**; figures since then are too low"},
		{"findings of a known cause", Reason{DataFindings, Values{"count": 135080.0, "cause": "missing_customer", "amount": 1447682 * 100.0, "since": float64(at("2026-03-12 08:00").UnixMilli())}},
			"**135,080 条**记录没有客户，涉及金额 **¥144.8 万**，最早发现于 **今天 08:00**", "**135,080 records** without a customer; **¥1.4M** rests on them, first found **today 08:00**"},
		{"findings of a cause without words", Reason{DataFindings, Values{"count": 1.0, "cause": "moon_phase", "since": float64(at("2026-03-11 08:00").UnixMilli())}},
			"**1 条**记录需要核对：moon phase，最早发现于 **3月11日**", "**1 record** to look at: moon phase, first found **Mar 11**"},
		{"a share with a decimal", Reason{"metric_below", Values{"day": "2026-03-11", "value": .718, "unit": "share", "gap": .056, "low": .74, "high": .8}},
			"3月11日 **71.8%**，低于预期 **5.6 个百分点**（预期 74%–80%）", "**71.8%** on Mar 11, **5.6 points** below what was expected (74%–80%)"},
		{"an unknown code still says something", Reason{"from_the_future", nil}, "from_the_future", "from the future"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := speak(row.reason, "CNY", now)
			if got.ZH != row.zh {
				t.Errorf("zh-CN\n%s, want\n%s", got.ZH, row.zh)
			}
			if got.EN != row.en {
				t.Errorf("en-US\n%s, want\n%s", got.EN, row.en)
			}
		})
	}
}

func TestMoney(t *testing.T) {
	for _, row := range []struct {
		currency string
		minor    float64
		zh, en   string
	}{
		{"CNY", 0, "¥0", "¥0"}, {"CNY", 5990, "¥59.90", "¥59.90"}, {"CNY", 6000, "¥60", "¥60"}, {"CNY", 9999, "¥99.99", "¥99.99"}, {"CNY", 10050, "¥101", "¥101"},
		{"CNY", 2340000, "¥23,400", "¥23,400"}, {"CNY", 12_800_000, "¥12.8 万", "¥128K"}, {"CNY", 220_000_000, "¥220 万", "¥2.2M"}, {"CNY", 10_600_000_000, "¥1.06 亿", "¥106M"},
		{"CNY", 1_234_000_000, "¥1,234 万", "¥12.3M"}, {"JPY", 980, "¥980", "¥980"}, {"GBP", -123456, "−£1,235", "−£1,235"}, {"SEK", 4200, "SEK 42", "SEK 42"}, {"CNY", 9_999_960, "¥10 万", "¥100K"},
	} {
		if got := (figures{chinese: true, currency: row.currency}).money(row.minor); got != row.zh {
			t.Errorf("%v %s in Chinese: %s, want %s", row.minor, row.currency, got, row.zh)
		}
		if got := (figures{currency: row.currency}).money(row.minor); got != row.en {
			t.Errorf("%v %s in English: %s, want %s", row.minor, row.currency, got, row.en)
		}
	}
}

// Both languages of a wording write the same values, at most four of them bold, and every kind has words.
func TestWordingsAgree(t *testing.T) {
	for code, ways := range sentences {
		for _, w := range ways {
			zh, en := placeholder.FindAllStringSubmatch(w.zh, -1), placeholder.FindAllStringSubmatch(w.en, -1)
			inEN := map[string]bool{}
			for _, m := range en {
				inEN[m[1]] = true
			}
			for _, m := range zh {
				if !inEN[m[1]] {
					t.Errorf("%s: %s is written in Chinese only", code, m[1])
				}
			}
			if len(zh) != len(en) {
				t.Errorf("%s: %d figures in Chinese, %d in English", code, len(zh), len(en))
			}
			for _, text := range []string{w.zh, w.en} {
				if bold := strings.Count(text, "**"); bold > 8 || bold%2 != 0 {
					t.Errorf("%s has %d marks: %s", code, bold, text)
				}
			}
		}
	}
	for _, k := range Catalogue {
		if k.Name != MetricBroke && k.Name != VisitsBroke && k.Name != AlertRaised && sentences[k.Name] == nil {
			t.Errorf("no words for %s", k.Name)
		}
		if k.Batch != nil && sentences[k.Name+"_group"] == nil {
			t.Errorf("no words for a folded line of %s", k.Name)
		}
	}
}
