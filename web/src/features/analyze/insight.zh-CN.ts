/** Words of metrics, value and cohorts. */
export default {
  metrics: {
    title: "指标", summary: "{{n}} 个，{{odd}} 个异常", otherCurrency: "其中 {{count}} 笔订单不是 {{currency}}：金额按面额计入，没有换算。", otherCurrencyOpen: "看这些客户", summaryPlain: "{{n}} 个，没有异常", csv: "CSV", column: { name: "指标", value: "数值", expected: "与预期比", previous: "与上期比", spark: "近 30 天", target: "目标", fresh: "更新" },
    group: { sales: "销售", customers: "客户", behaviour: "行为", marketing: "营销", service: "服务", data: "数据" },
    waiting: "还没有来源的指标", waitingCount: "{{count}} 个", needs: "需要{{what}}", noSource: "没有来源",
    period: { label: "时间", yesterday: "昨日", last7: "近 7 天", last30: "近 30 天", last90: "近 90 天", month: "本月", lastMonth: "上月", custom: "自选", range: "{{from}}–{{to}}", from: "开始", to: "结束", apply: "应用" },
    against: { label: "比较", expected: "与预期比", previous: "与上期比" },
    segment: { label: "客群", all: "全部客户" },
    anomaly: "异常", above: "高出预期 {{by}}", below: "低于预期 {{by}}", inside: "在预期之内", more: "比上期多 {{by}}", less: "比上期少 {{by}}", same: "与上期持平", range: "预期 {{low}}–{{high}}", of: "{{numerator}} ／ {{denominator}}", noExpected: "没有预期范围：{{why}}", previousIs: "上期 {{value}}",
    chart: { label: "{{name}}，{{from}} 到 {{to}}", low: "预期下限", high: "预期上限", expected: "预期", value: "实际", day: "日期" },
    why: { more: "为什么多了 {{by}}", less: "为什么少了 {{by}}", none: "没有变化", part: "部分", share: "占比", reference: "预期", previous: "上期", value: "实际", contribution: "贡献", total: "合计", other: "其余", unset: "未填", noHistory: "这个指标没有历史，说不出变化的原因", splits: "按什么拆", against: "与上期比" },
    behind: "看背后的记录", link: "复制链接", linkCopied: "链接已复制", closePanel: "关闭", asOf: "数据到 {{at}}", fresh: "{{n}} 分钟", freshNow: "刚刚", pick: "选一个指标，看它的走势和变化的原因", empty: "还没有数据。导入订单后，这里会有 {{n}} 个指标。",
    target: { atLeast: "≥ {{value}}", atMost: "≤ {{value}}", day: "／天", week: "／周", month: "／月", quarter: "／季", year: "／年", met: "达到", missed: "未达", progress: "{{share}}", hint: "这段时间应到 {{due}}，已完成 {{share}}", set: "设目标", change: "改目标", title: "{{name}}的目标", value: "目标值", direction: "方向", atLeastWord: "不低于", atMostWord: "不高于", per: "周期", perNone: "不分周期", perDay: "每天", perWeek: "每周", perMonth: "每月", perQuarter: "每季", perYear: "每年", save: "保存目标", drop: "取消目标", saved: "目标已保存", dropped: "目标已取消" },
    split: { country: "国家", province: "省份", city: "城市", shop: "店铺", category: "品类", brand: "品牌", product: "商品", sku: "SKU", identified: "是否识别", new_or_returning: "新老客", rfm_segment: "RFM 分层", owner: "负责人", team: "团队", gender: "性别", source: "来源" },
    points: "个百分点", days: "天",
  },
  behindPage: { title: "{{name}}背后", total: "{{count}} 条，合计 {{sum}}", totalPlain: "{{count}} 条", back: "回到指标", numerator: "分子", denominator: "分母", part: "看分子或分母", column: { record: "记录", customer: "客户", day: "日期", shop: "店铺", status: "状态", figure: "计入" }, empty: "这段时间没有记录", csv: "CSV", nobody: "没识别到客户", follow: "跟进", refund: "退款" },
  classes: {
    title: "按频次和价值分类，近 {{days}} 天", edit: "修改界限", saved: "已保存界限，客户分类几秒内更新", below: "不到 {{to}}", from: "{{from}} 起",
    by: { frequency: "购买频次", value: "贡献" }, border: { frequency: "订单数", value: "金额" },
    frequency: { high: "常客", medium: "偶尔购买", low: "首次或未购买" }, value: { high: "高价值", medium: "中价值", low: "低价值" },
    form: { now: "偶尔购买起（单）", often: "常客起（单）", medium: "中价值起（元）", high: "高价值起（元）", hint: "金额留空时，前两成为高，前五成为中" },
  },
  rfm: {
    title: "价值", meta: "{{count}} 位下过单的客户，{{days}} 天窗口", grid: "RFM 分布", model: "价值模型", bridge: "得失", churn: "流失风险", tiers: "投入谁", tabs: "价值的各个部分", recency: "最近下单", frequency: "下单次数", r: "R {{n}}", f: "F {{n}}", cell: "R {{r}}，F {{f}}：{{segment}}，{{count}} 人，{{revenue}}", people: "人数", revenue: "消费额", show: "格子里看什么", rule: { r: "{{from}}–{{to}} 天", rLast: "{{from}} 天以上", rFirst: "{{to}} 天以内", f: "{{from}}–{{to}} 次", fOne: "{{from}} 次", fLast: "{{from}} 次以上" },
    segments: "命名分层", name: "分层", customers: "人数", share: "占比", money: "窗口内消费", recencyDays: "平均未下单", movement: "分层变化", since: "从 {{from}} 到今天", from: "从", to: "到", stayed: "没有变化的 {{count}} 人", noMoves: "没有人换层", none: "还没下过单",
    edit: "改分档", window: "窗口（天）", cutsR: "R：未下单天数的分界", cutsF: "F：下单次数的分界", cutsM: "M：消费额的分界", cutsHint: "四个从小到大的数；留空按五等分", preview: "预览", save: "保存分档", cancel: "放弃", saved: "分档已保存，各处的分层几秒内跟上", previewing: "正在预览，没有保存", bad: "要四个从小到大的数", auto: "五等分", empty: "还没有人下过单。导入订单后，这里按最近、次数和金额把客户分成 25 格。", table: "数据表",
    tierMeta: "按至今价值与流失风险", tier: "去向", toDate: "至今价值", predicted: "预期 12 个月",
  },
  bridge: {
    title: "客户得失", period: "按年、季或月", by: { year: "年", quarter: "季", month: "月" }, step: "时间", active: "有购买", kept: "留住", gained: "新获得", returned: "回来", lost: "流失", rate: "留存率", partial: "未结束", table: "客户得失表",
    what: { kept: "上一段时间买过，这段时间又买", gained: "第一次购买", returned: "以前买过，上一段时间没有，这段时间又买", lost: "上一段时间买过，这段时间没有", rate: "留住 ÷（留住 + 流失）" },
    meta: "有购买 = 留住 + 回来 + 新获得；上一段的有购买 = 留住 + 流失。金额为净消费，流失的为其上一段时间的消费。",
  },
  churn: {
    of: "未来 {{days}} 天的流失风险，平均 {{average}}", odds: "几率 × {{n}}", edit: "改流失的定义", standsIn: "，暂用价值模型的估计。", horizon: "预测未来 {{n}} 天", risks: "谁可能流失", asOf: "{{day}} 的数据", risk: "流失风险", gone: "已经流失", expected: "未来 {{days}} 天预计流失 **{{n}} 位**，现有 {{active}} 位",
    means: { silence: "**{{n}} 天**没有下单，算流失。", silenceFound: "**{{n}} 天**没有下单，算流失（九成的下单间隔比这短）。", rhythm: "超过自己购买周期的 **{{n}} 倍**没有下单，算流失。", contract: "合同**到期**未续，算流失。", contractGrace: "合同到期 **{{n}} 天**仍未续，算流失。" },
    judged: "准不准", learn: "重新训练", learning: "正在后台训练，几秒到几分钟", lift: "风险最高的一成里，有后来流失者的 **{{found}}**（随机的 {{times}} 倍）", judgedBy: "用训练之后的 {{from}}–{{to}} 检验，{{n}} 位客户",
    aucDef: "从流失和留下的客户里各取一位，模型给流失者更高风险的概率；0.5 等于猜。", plain: "只看沉默天数 {{auc}}", error: "校准误差", errorDef: "按风险分十组，预测比例与实际比例的平均差距。", model: "模型", kind: { boosted: "梯度提升树", logistic: "逻辑回归" }, calibration: "预测与实际", told: "预测的流失风险", came: "实际流失", point: "预测 {{told}}，实际 {{came}}（{{n}} 位）",
    drivers: "什么在推动流失", driversMeta: "流失几率相当于平均的几倍，按数值从小到大分五段", times: "{{n}} 倍", daysOf: "{{n}} 天", rows: "{{n}} 位", unknown: "未填", patterns: "流失前的征兆", patternDays: "流失前多少天", patternsMeta: "流失前最后 {{days}} 天与再之前 {{days}} 天相比，做得少了多少；留下的客户在同样的日子里作对照。", noPatterns: "还没有足够的行为数据：每种行为需要 20 位流失和 20 位留下的客户。", behaviour: "行为", left: "流失的", stayed: "留下的", rule: "降幅", found: "流失者达到", alarms: "留下者达到", perPerson: "人均从 {{before}} 次到 {{during}} 次，{{n}} 位", segment: "做成客群", defined: "已保存，正在按新定义训练",
    form: { kind: "怎样算流失", silence: "多少天没有下单", rhythm: "超过自己购买周期的几倍", contract: "合同到期未续", days: "天数", daysHint: "留空：九成下单间隔比它短的天数", times: "几倍周期", field: "合同到期日字段", grace: "宽限天数", horizon: "预测未来多少天", horizonHint: "留空：与沉默天数相同，其他 90 天", auto: "自动", save: "保存并训练" },
  },
  model: {
    title: "价值模型", state: { ok: "模型可用", fallback: "用 RFM 规则代替", none: "还没有算过" }, none: "下过单的客户多起来以后会自动估计。", trained: "用到 {{day}} 的订单", fitted: "{{at}} 估计", bgnbd: "BG/NBD：还会不会来、来多少次", gg: "Gamma-Gamma：每次花多少", param: "参数", customers: "客户数", loglik: "对数似然", cycle: "购买周期", spread: "客单价与频次的相关", limit: "上限 {{limit}}", unitWeek: "时间单位：周", unitDay: "时间单位：天", missing: "没有可用的模型", currency: "v 以 {{currency}} 计",
    what: { r: "购买率分布的形状", alpha: "购买率分布的尺度", a: "离开概率分布，越大越易离开", b: "离开概率分布，越大越不易离开", p: "每单金额的形状", q: "客户间差异的形状", v: "金额的尺度" },
  },
  cohorts: {
    title: "同期群", meta: "首次{{first}}的客户，之后每{{period}}回来多少", period: { label: "按", week: "周", month: "月", quarter: "季" }, show: { label: "看", share: "占比", count: "人数" }, first: "首次", return: "再次", event: { order_placed: "下单", order_cancelled: "取消订单", order_refunded: "退款", call_logged: "通话", follow_up: "跟进" }, start: "首次", size: "人数", step: { week: "第 {{n}} 周", month: "第 {{n}} 月", quarter: "第 {{n}} 季" }, average: "平均", csv: "CSV", table: "留存热力表", cell: "{{start}}首次的 {{size}} 人里，{{step}}有 {{count}} 人（{{share}}）回来", partial: "这一期还没结束", definition: "同期群：同一期里第一次{{first}}的客户，成员不再变。数值：其中在之后第几期又{{return}}过的人 ÷ 全部成员；第 0 期是首次那一期。", empty: "这段时间没有人第一次{{first}}。把时间放宽，或先导入订单。", repurchase: "回购次数", orders: "{{n}} 次", ordersMore: "{{n}} 次以上", second: "到第二次的天数", secondText: "中位 **{{median}} 天**，一半的人在 **{{p25}}** 到 **{{p75}} 天**之间（{{count}} 人）", customers: "{{count}} 人", noSecond: "还没有人来第二次", length: { label: "多长", y1: "近 12 个月", y2: "近 24 个月", m6: "近 6 个月" },
  },
};
