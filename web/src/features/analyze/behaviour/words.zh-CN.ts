/** Words of sessions, funnels and ways. */
export default {
  title: "行为", tabs: "行为的各部分", tab: { sessions: "会话", funnel: "漏斗", paths: "路径", concerns: "兴趣与痛点", sticky: "粘性" },
  empty: "这段时间没有会话。会话来自网站、App 或小程序的事件。", nothing: "没有可区分的内容", unknown: "未知", direct: "直接访问", idle: "访客停顿超过 {{n}} 分钟即为新会话；机器人不计。",
  figure: { sessions: "会话", visitors: "访客", customers: "客户", page_views: "浏览页数", duration: "访问时长", depth: "页面深度", bounce_rate: "跳出率" },
  definition: { sessions: "同一访客没有长停顿的一串事件", visitors: "浏览器与设备，不论是否已识别", customers: "有过会话的已识别客户", page_views: "看过的页面与屏幕", duration: "每次会话从首个到末个事件的平均时长", depth: "浏览页数 ÷ 会话", bounce_rate: "只看了一页、什么也没做的会话 ÷ 会话" },
  beforeHint: "与等长的前一段时间相比", course: "会话，{{from}} 至 {{to}}", day: "日期", page: "页面", source: "来源", share: "占比", exitCount: "退出",
  landing: "从哪一页进来", sources: "从哪里来", depth: "看几页", depthHint: "按浏览页数", length: "停留多久", exits: "从哪一页离开", splitTitle: "拆分",
  pages_one: "{{count}} 页", pages_other: "{{count}} 页", pagesRange: "{{from}}–{{to}} 页", pagesMore: "{{n}} 页及以上", noTime: "即刻离开", seconds: "{{from}}–{{to}} 秒", minutes: "{{from}}–{{to}} 分钟", minutesMore: "{{n}} 分钟以上", percentiles: "半数不超过 {{p50}}，四分之三 {{p75}}，95% {{p95}}",
  split: { device: "设备", campaign: "推广活动", came_from: "访问来源", gender: "性别", province: "省份", rfm_segment: "RFM 分层", owner: "负责人", source: "客户来源" },
  funnel: {
    setup: "搭建漏斗", steps: "依次的步骤", add: "步骤", without: "其间不得发生", addWithout: "排除的事件", within: "{{days}}内完成", days_one: "{{count}} 天", days_other: "{{count}} 天", who: { customers: "已识别客户", everyone: "含未识别访客" }, noSplit: "不拆分", splitBy: "按{{of}}",
    empty: "先加一个步骤：人们首先做什么。", earlier: "上移「{{name}}」", earlierShort: "上移", remove: "移除「{{name}}」", removeShort: "移除", limit: "「{{name}}」的限制", limitShort: "限制", csv: "下载 CSV", result: "漏斗的步骤",
    step: "步骤", count: "人数", rate: "占第一步", stepRate: "占上一步", seconds: "中位秒数", lostHead: "流失", through_one: "{{share}} 走完全程，{{n}} 人", through_other: "{{share}} 走完全程，{{n}} 人", passed: "{{share}} 继续", median: "中位用时 {{time}}", quarters: "半数在 {{from}} 到 {{to}} 之间", lost: "流失", segmentThrough: "走完全程的存为客群", segmentLost: "最后一步流失的存为客群", splitTitle: "按部分", part: "部分",
  },
  flow: { of: "路径的内容", pages: "页面", events: "事件", start: "从哪里开始", from: "起点", begin: "会话开始处", clear: "回到会话开始处", other: "其他", left: "离开", ended: "{{share}} 在此离开", nobody: "只有未识别的访客", meta_one: "{{n}} 次会话。点按页面或连线，查看是哪些客户。", meta_other: "{{n}} 次会话。点按页面或连线，查看是哪些客户。", label: "会话的逐步路径", fromHead: "从", to: "到", step: "步" },
  channel: { preferred: "偏好渠道", title: "联系上的次数，与消息带来的访问", name: { phone: "电话", wechat: "微信", visit: "面谈", email: "邮件", sms: "短信" }, of: "{{of}} 次应答中 {{n}} 次，{{share}}", few_one: "应答 {{count}} 次，还看不出", few_other: "应答 {{count}} 次，还看不出", mixed_one: "没有明显偏好", mixed_other: "应答 {{count}} 次，没有明显偏好", limits: "95% 范围", last: "最近 {{when}}" },
  concern: {
    ofAll: "{{people}} 人来过，其中 {{known}} 人已识别", ofGroup: "本群有 {{people}} 人来过，与全部 {{base}} 位来过的客户相比", emptyGroup: "这段时间本群没有人来过。请选更长的时间或别的客群。",
    interest: "对什么感兴趣", focus: "关注点在哪里", pain: "痛点在哪里", longest: "看得最久的页面", longHint: "超过 {{time}} 算久看，占全部的四分之一",
    kind: { page: "页面", product: "商品", category: "品类", topic: "话题", exit: "从哪里离开", error: "哪里出错", rage: "反复点按", loop: "来回折返", help: "反复查看帮助" },
    head: { page: "页面", product: "商品", category: "品类", topic: "话题", exit: "页面", error: "发生了什么", rage: "点按了什么", loop: "在两页之间", help: "页面" },
    hint: { page: "看过的人最多", product: "看过或加购", category: "商品与页面的品类", topic: "来自事件，或页面规则", exit: "比一般页面更常在此离开", error: "表示出错的事件与页面", rage: "两秒内三次", loop: "甲→乙→甲→乙", help: "同一帮助页看两次以上" },
    times: "次数", returned: "再来看", returnedHint: "不止一天来看的人 ÷ 看过的人", exitRate: "退出率", exitRateHint: "在此结束的会话 ÷ 浏览次数", people: "人数", index: "指数", indexHint: "100 × 本群占比 ÷ 全部已识别客户占比；差异确实时加粗", limits: "在 {{low}} 与 {{high}} 之间；本群 {{share}}，全部 {{base}}",
    median: "停留中位数", total: "合计", totalHint: "所有停留时间之和", looks: "停留次数", open: "{{people}} 人：查看其中已识别的", noTopics: "还没有话题。说明哪些页面讲什么，或随事件发送话题。", noPain: "这段时间没有",
    reading: "页面与话题", set: { topics: "页面的话题", topicsHint: "每行一条：/article/skin* = 敏感肌。先匹配的算数；事件自带的话题优先。", help: "帮助页面", helpHint: "每行一个规则，* 代表任意内容", errors: "出错", errorsHint: "表示出错的事件名与页面的规则", save: "保存" },
  },
  sticky: { active: "算活跃的事", day: "当天", week: "近 7 天", month: "近 30 天", share: "每天的活跃客户占近 30 天的 {{share}}，相当于每月来 {{days}} 天", definition: "每天：当天活跃的客户 ÷ 到当天为止 30 天里活跃的客户，再对各天取平均", course: "{{from}} 到 {{to}} 的活跃客户", days: "{{n}} 位客户各活跃了几天", onDays_one: "{{count}} 天", onDays_other: "{{count}} 天", empty: "这段时间没有客户有过“{{event}}”。换一件事，或把时间放宽。" },
};
