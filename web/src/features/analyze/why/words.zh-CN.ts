/** 为什么 */
export default {
  title: "为什么", tabs: "为什么的各部分", tab: { questions: "常问的问题", change: "指标为什么变", common: "这群人有什么共同点" },
  against: { previous: "比上期", year: "比去年同期", expected: "比预期", target: "比目标", period: "比自选日期" },
  reference: { previous: "上期", year: "去年同期", expected: "预期", target: "目标", period: "那时" },
  questions: { list: "问题", days: "{{from}}–{{to}}", part: "部分", drawn: "{{of}}的图", needs: "有什么数据才说得出", more: "还能补充什么数据", further: "继续拆分", ownDays: "选择日期", bring: { imports: "去导入", sources: "接入来源", metrics: "设目标", segments: "建客群" } },
  change: {
    asked: "问的是什么", metric: "指标", against: "和什么比", empty: "还没有数据。导入订单后，这里会说明指标为什么变。", pickDays: "选择要比较的日期。", beforeFrom: "比较的第一天", beforeTo: "比较的最后一天", compare: "比较",
    more: "{{name}}多了 {{by}}", less: "{{name}}少了 {{by}}", same: "{{name}}没有变", because: "按{{split}}看，**{{part}}** 和别处不同，占其中 **{{by}}**。", alike: "没有哪种拆分明显超出偶然：各处变化差不多。", days: "{{from}}–{{to}}，比 {{beforeFrom}}–{{beforeTo}}",
    path: "已进入的部分", whole: "全部", splits: "从哪里来", splitsMeta: "最说明问题的在前", chance: "不超出偶然", spread: "许多部分各有一点", part: "部分", parts: "按{{split}}", share: "占比", now: "现在", contribution: "贡献", rate: "自身变化", mix: "占比变化", rateHint: "这一部分自己的数值变了", mixHint: "这一部分占的比重变了", into: "进入", intoPart: "看“{{part}}”里面的原因", total: "合计", other: "其余", unset: "未填", inSegment: "在客群内", outOfSegment: "不在客群内", unlike: "变化和别处不同，超出偶然",
    method: "各部分之和等于总变化，分文不差。◆ 表示变化和别处不同。点名称看背后的记录，点箭头看里面的原因。", methodRate: "自身变化：这一部分自己的数值变了；占比变化：这一部分的比重变了。两者之和等于总变化。◆ 表示变化和别处不同。",
  },
  common: {
    asked: "问的是什么", reads: "这群人有什么共同点：", readsBefore: "客户在这之前做了什么：", group: "人群", pick: "选择客群", who: { before: "某事之前", condition: "按条件" }, startEvent: "起点", noStart: "整个时段", beforeEvent: "事件", hours_other: "{{count}} 小时", hoursAfter: "之后 {{hours}} 内", hoursBefore: "之前 {{hours}} 内", askBefore: "改问：某事之前做了什么", askGroup: "改问：一群人的共同点", newSegment: "新建客群",
    empty: "选一群表现不好（或很好）的客户：流失的、没学完的、又回来的。系统会在资料、行为、商品、来源里找出他们和其余的人哪里不同：做了什么，以及该做而没有及时做什么。",
    meta: "这群人 {{group}} 位，其余 {{rest}} 位，查了 {{tested}} 个因素；偶然能解释的不列（误报控制在二十分之一以内）。", sampled: "人数很多，按固定抽签看了一部分。", factors: "共同因素", factor: "共同点", inGroup: "这群人", inRest: "其余", drawn: "占比", difference: "相差（点）", differenceHint: "这群人的占比减其余的占比，附 95% 的范围", limits: "{{low}} 到 {{high}}", lift: "倍数", times: "{{n}} 倍", segment: "建客群", same_other: "另有 {{count}} 个说的是同一件事",
  },
};
