package analyze

import (
	"context"
	"encoding/json"
	"slices"

	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// ReadySet is a set of stages to begin with. Its rules ask for dated events alone, so that the year before can be reckoned too.
type ReadySet struct {
	Key    string       `json:"key"`
	Name   Label        `json:"name"`
	About  Label        `json:"about"`
	Stages []ReadyStage `json:"stages"`
}

// ReadyStage is a stage of a ready set; what to do is said in both languages, of which one is chosen with the set.
type ReadyStage struct {
	Key       string        `json:"key"`
	Name      Label         `json:"name"`
	Strategy  Label         `json:"strategy"`
	Condition ConditionJSON `json:"condition"`
}

// node is a condition as it is written.
type node = map[string]any

func orders(op Op, n int, days int) node {
	window := node{"all_time": true}
	if days > 0 {
		window = node{"last_days": days}
	}
	return node{"event": "order_placed", "measure": MeasureCount, "op": op, "value": n, "window": window}
}

func every(all ...node) node { return node{"all": append([]node{}, all...)} }

// silentFor holds for who has ordered, but not in some days.
func silentFor(days int) node { return every(orders(OpGte, 1, 0), node{"not": orders(OpGte, 1, days)}) }

// wonBack holds for who ordered again lately after having been silent for longer than it takes to be lost.
func wonBack(days, silent int) node {
	return every(orders(OpGte, 1, days), orders(OpGte, 2, 0), node{"not": orders(OpGte, 2, silent)})
}

func readyStage(key, zh, en, doZH, doEN string, rule node) ReadyStage {
	text, _ := json.Marshal(rule)
	return ReadyStage{key, Label{zh, en}, Label{doZH, doEN}, ConditionJSON(text)}
}

// readySets are what a company can begin with: the way of a shop's customer from the first interest to giving for a lifetime, and
// the guests of a hotel by how often they stay (C137).
func readySets() []ReadySet {
	return []ReadySet{
		{Key: "retail", Name: Label{"零售：从潜在客户到终身贡献者", "Retail: from potential lead to lifetime contributor"},
			About: Label{"按购买次数与沉默时间分段，适合按月复购的店", "By how often and how lately somebody buys; for shops whose customers come back within months"},
			Stages: []ReadyStage{
				readyStage("potential", "潜在客户", "Potential", "首单礼与新客内容，促成第一次购买", "First-order gift and content for newcomers: bring about the first purchase", every()),
				readyStage("new", "新客", "New", "7 天内回访使用体验，引导第二单", "Ask within 7 days how it went and lead to the second order", orders(OpGte, 1, 0)),
				readyStage("active", "活跃客户", "Active", "按购买周期提醒，推荐搭配品类", "Remind by their cycle and suggest what goes with it", orders(OpGte, 2, 180)),
				readyStage("loyal", "忠诚客户", "Loyal", "会员权益与新品优先，保持专人联系", "Member rights and new products first; one person stays in touch", every(orders(OpGte, 3, 365), orders(OpGte, 1, 90))),
				readyStage("contributor", "终身贡献者", "Lifetime contributor", "邀请推荐与共创，生日与周年关怀", "Invite to recommend and to create with us; remember birthdays and anniversaries", every(orders(OpGte, 6, 730), orders(OpGte, 1, 90))),
				readyStage("at_risk", "有流失风险", "At risk", "专人致电了解原因，给出唤醒优惠", "Call to learn why and offer a reason to return", silentFor(120)),
				readyStage("lost", "已流失", "Lost", "低频触达，大促与新品时尝试召回", "Write seldom; try again at big sales and new products", silentFor(300)),
				readyStage("won_back", "赢回客户", "Won back", "感谢归来，确认上次离开的原因已解决", "Thank them for coming back and make sure that what drove them away is mended", wonBack(60, 300)),
			}},
		{Key: "hotel", Name: Label{"酒店：初次、偶尔与常住客人", "Hotel: first-time, occasional and regular guests"},
			About: Label{"按近一年入住（订单）次数分类，每类权益不同", "By stays (orders) in the last year; each class has its own benefits"},
			Stages: []ReadyStage{
				readyStage("never_stayed", "未入住", "Not stayed yet", "首住优惠", "An offer for the first stay", every()),
				readyStage("first_time", "初次客人", "First-time guest", "发放欢迎礼包", "Give the welcome pack", orders(OpGte, 1, 365)),
				readyStage("occasional", "偶尔客人", "Occasional guest", "节假日与周末的返住优惠", "Offers for weekends and holidays", orders(OpGte, 2, 365)),
				readyStage("regular", "常住客人", "Regular guest", "会员优惠与免费升房", "Member offers and free upgrades", orders(OpGte, 5, 365)),
				readyStage("past_guest", "久未入住", "Past guest", "邀请再次入住", "Invite them back", every(orders(OpGte, 1, 0), node{"not": orders(OpGte, 1, 365)})),
			}},
	}
}

// DefineReady begins with a ready set, its strategies in the language of the workspace. Faults: not found, stale (there are stages
// already).
func (s *Segments) DefineReady(ctx context.Context, key string) error {
	sets := readySets()
	at := slices.IndexFunc(sets, func(set ReadySet) bool { return set.Key == key })
	if at < 0 {
		return fault.NotFound("ready_set", key)
	}
	drafts := make([]StageDraft, len(sets[at].Stages))
	for i, stage := range sets[at].Stages {
		drafts[i] = StageDraft{Key: stage.Key, Name: stage.Name, Strategy: stage.Strategy.English, Condition: stage.Condition}
		if workspace.Of(ctx).Language == "zh-CN" {
			drafts[i].Strategy = stage.Strategy.Chinese
		}
	}
	return s.DefineLifecycle(ctx, 0, drafts)
}
