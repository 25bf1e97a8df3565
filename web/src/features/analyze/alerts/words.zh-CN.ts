/** 预警：规则、发现与处理。 */
export default {
  title: "预警", allWell: "没有待处理的预警", waiting_other: "{{count}} 条预警待处理", overdueCount_other: "{{count}} 条已超时", meta_other: "{{count}} 条规则在监控", tab: { open: "待处理", rules: "规则", over: "已结束" },
  allRules: "看全部预警", empty: "规则都在范围之内，没有需要处理的。", emptyRules: "还没有规则。选一条现成的，或自己设一条。", emptyOver: "还没有处理过的预警。", choosePreset: "选一条规则", more: "更多",
  mostly: "{{share}} 来自{{label}}", due: "{{at}} 前处理", wasDue: "{{at}} 已到期", escalatedTo: "已上报 {{name}}", nobody: "无负责人", backAt: "{{at}} 已恢复", reopened_other: "重新出现 {{count}} 次", folded_other: "{{count}} 位客户", oldest: "最早 {{at}}", notListed: "另有 {{n}} 位未列出",
  severity: { critical: "紧急", warning: "重要", info: "提示" }, state: { open: "待认领", acknowledged: "处理中", closed: "已关闭", expired: "自行恢复" },
  taken: { called: "电话联系", visited: "上门服务", offered: "补偿方案", messaged: "发送消息", data_fixed: "修正数据", campaign_changed: "调整活动", product_changed: "改进商品", process_changed: "改进流程", nothing: "无需处理", other: "其他", today: "在今日完成" },
  act: { opened: "触发", reopened: "再次触发", again: "又超出范围", acknowledged: "认领", escalated: "上报 {{to}}", overdue: "到期未关闭，告知 {{to}}", back: "恢复到范围内", expired: "自行结束", closed: "关闭", taken_back: "撤销关闭" },
  found: { change: "从 {{before}} 变为 {{value}}（{{by}}）", outside: "{{value}}，不在预期的 {{low}}–{{high}} 之内", below: "{{value}}，低于 {{line}}", above: "{{value}}，高于 {{line}}" },
  late: { title: "数据没到：{{source}}", columns: "数字落后于已收到的数据", found: "{{source}}的数据从 {{at}} 起没有来（通常每 {{span}}一次），{{name}}是否下降要等数据到齐", foundColumns: "数字停在 {{at}}，{{name}}是否下降要等数据到齐", open: "打开数据来源", toDo: "联系这个来源补上数据。到齐后本条自动结束，真的下降时会另行预警。" },
  say: { join: "，", now: "，现为 {{value}}", customers: "满足条件的客户", of: "按 {{days}} 天合计", hold: "连续 {{days}} 天", least: "至少 {{n}} 条数据", above: "{{name}} 高于 {{value}}", below: "{{name}} 低于 {{value}}", rose: "{{name}} 比上期上升 {{value}} 以上", fell: "{{name}} 比上期下降 {{value}} 以上", outside: "{{name}} 超出预期范围", above_expected: "{{name}} 高于预期范围", below_expected: "{{name}} 低于预期范围", enters: "{{name}}" },
  measure: { count: "客群「{{name}}」人数", entered: "进入客群「{{name}}」的人数", left: "离开客群「{{name}}」的人数" }, measures: { count: "人数", entered: "进入人数", left: "离开人数" }, kind: { metric: "指标", segment: "客群", customers: "每位客户" },
  when: { below_expected: "低于预期范围", above_expected: "高于预期范围", outside: "超出预期范围", below: "低于某个值", above: "高于某个值", fell: "比上期下降", rose: "比上期上升" },
  split: { country: "国家", province: "省份", city: "城市", shop: "店铺", category: "品类", brand: "品牌", rfm_segment: "RFM 分层", gender: "性别", source: "来源", owner: "负责人", team: "团队", device: "设备", campaign: "推广活动", came_from: "访问来源", identified: "是否识别到客户", new_or_returning: "新老客" },
  rule: {
    new: "新建规则", name: "名称", watches: "监控什么", metric: "指标", measure: "看什么", segment: "客群", within_segment: "限于客群", everybody: "全部客户", split: "限于一部分", whole: "整体", part: "哪一部分", fires: "什么时候预警", when: "条件", by: "变化幅度（%）", line: "警戒线{{unit}}", days: "按几天合计", hold: "连续几天", holdHint: "连续满足才预警", least: "最少数据量", leastHint: "数据太少时不判断", today: "今天未结束也算在内",
    then_: "预警之后", severity: "级别", due: "几小时内处理完", owner: "负责人", customerOwner: "客户的负责人", team: "团队：{{name}}", escalateTo: "无人处理时上报给", escalateAfter: "几小时后上报", never: "不上报", proposal: "建议怎么做", active: "启用", save: "保存规则", saved: "规则「{{name}}」已保存，马上开始监控", removed: "规则已删除", remove: "删除", edit: "修改", acts: "操作「{{name}}」", mute: "静音 {{span}}", unmute: "取消静音", mutedUntil: "静音至 {{at}}", off: "已停用", now: "现为 {{value}}", within: "{{span}}内处理", then: "{{span}}后上报 {{name}}", failed: "监控对象已不存在", late: "{{names}} 的数据还没到，暂不判断下降",
  },
  trial: { title: "过去 180 天会怎样", fired_other: "会预警 **{{count}} 次**", never: "一次都**不会预警**", firedCustomers_other: "过去半年会预警 **{{n}} 位**客户", now: "现在有 **{{n}} 位**客户满足，保存后立即预警。", noPast: "这个指标没有历史，从现在开始监控。", noPastCustomers: "条件里有当前资料，过去无法重算。", run: "{{from}}–{{to}}", noisy: "次数偏多，可以放宽警戒线或要求连续几天。" },
  chart: { day: "日期", low: "下限", high: "上限" }, presets: "现成的规则", presetsHint: "选一条，看看过去会预警几次，再保存", take: "选用", takeOf: "选用「{{name}}」", automatic: "不设规则也在监控：指标板上按天计的指标偏离预期时，会自动出现在今日。", automaticLink: "看指标",
  asSegment: "存为客群", acknowledge: "认领", close: "关闭预警", reopen: "撤销关闭", toDo: "建议", noProposal: "规则没有写建议。", openCustomer: "打开客户", openMetric: "看指标", openSegment: "客群「{{name}}」", openRule: "看规则", atStake: "涉及金额", stakeCustomer: "未来 12 个月的预计 × 流失可能", stakeFigure: "与预期相差", done: "处理结果", outcomeBack: "{{at}} 恢复到范围内", outcomeOpen: "尚未恢复到范围内", explains: "主要来自", why: "看完整原因", standing: "触发时的情况", leaving: "流失可能 {{share}}", history: "经过",
  closeTitle: "关闭「{{name}}」", whatDone: "做了什么", note: "说明", noteHint: "选“无需处理”或“其他”时必填", cancel: "取消", closedNow: "预警已关闭", watch: "设预警",
};
