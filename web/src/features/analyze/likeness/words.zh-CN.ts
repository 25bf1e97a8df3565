/** Words of personas and of whom customers are like. */
export default {
  title: "群像", tabs: "群像的各部分", tab: { clusters: "自然分群", personas: "人群画像", goods: "商品推荐", alike: "相似人群", price: "价格敏感", compare: "商品试验" }, meta: { compare: "一件商品、一个价格或优惠给客户的购买带来了什么", alike: "谁最像这群人，却还不在其中", price: "价格变动时客户怎么做", clusters: "客户按买什么、怎么买自己聚成的群", personas: "一群人与全体客户有何不同", goods: "下一次会买什么，谁还缺什么" }, years: "{{n}} 岁",
  orders_one: "{{count}} 单", orders_other: "{{count}} 单",
  part: { basics: "基本信息", behaviour: "行为", spending: "消费" }, nothing: { basics: "还没有档案信息", behaviour: "还没有行为数据", spending: "还没有消费，或你无权查看" },
  persona: {
    of: "客群", open: "打开客群", make: "新建客群", empty: "先有一个客群，才能看它的人群画像。", nobody: "这个条件下现在没有人。", noDifference: "与全体客户没有可确认的不同", like: "在所有已知的方面，成员与全体客户都差不多。",
    members: "{{n}} 人，占全体 {{share}}", differences: "与全体客户的不同", differencesMeta: "按差异大小排序，只列有把握的", detail: "特征", index: "指数", indexHint: "TGI：成员中的占比 ÷ 全体中的占比 × 100", limits: "99% 区间", share: "成员占比", base: "全体占比", count: "人数",
    median: "中位 {{of}}，全体 {{base}}", known: "{{share}} 的成员有值", hint: "指数 {{index}}：成员 {{members}}，全体 {{base}}",
  },
  cluster: {
    finding: "正在后台重新分群", auto: "群数由数据决定", groups_one: "{{count}} 个群", groups_other: "{{count}} 个群", again: "重新分群", lead: "**{{customers}}** 位买过东西的客户聚成 **{{n}}** 个群，按近一年带来的金额排列。", sure: "换一半客户来分，结果也是这样。", unsure: "群与群之间界线不清，换一半客户来分会有出入，请谨慎使用。",
    map: "分布", mapMeta: "越近越相似；图上能看到差异的 {{share}}", mapLabel: "{{n}} 个群的分布", howMany: "为什么是这么多群", howManyMeta: "轮廓系数越大分得越开；强度达到 0.8 才算稳", number: "群数", silhouette: "轮廓系数", strength: "预测强度", chosen: "数据选定", asked: "指定", agreement: "与另一种方法（混合分布）分出的群一致度 {{n}}（1 为完全一致）",
    customers: "{{n}} 人，占 {{share}}", revenue: "近一年", growth: "同比 {{share}}", everybody: "全体", persona: "人群画像", segment: "存为客群", name: "群的名称", rename: "改名：{{name}}", renamed: "已改名", moves: "这次重新分群后的移动", movesMeta: "上次在哪一群，这次在哪一群", gone: "已不存在的群",
  },
  goods: {
    none: "还没有足够的购买记录。每周在后台学习一次哪些商品会一起买、多久再买。", judged: "推荐得准不准", judgedMeta: "用 {{from}} 以前的订单学，用其后到 {{to}} 的订单检验", hits: "推荐的 10 件里，真的首次购买了其中一件", popular: "只推热销的 10 件：{{share}}", came: "说该复购的，真的买了", any: "不分时候：{{share}}", better: "检验了 {{n}} 位客户，比只推热销品更准。", noBetter: "检验了 {{n}} 位客户，没有比只推热销品更准，请按热销品推荐。",
    openings: "谁还缺什么", openingsMeta: "买过最常搭配的三件之一、却没买过它的客户；按人数 × 通常价格排列", noOpenings: "没有发现空白。", item: "商品", with: "常和它一起买的", price: "通常价格", have: "已买", lack: "还缺", save: "存为客群", comma: "、", how: "**怎么算的**：两件商品由同样的客户购买得越多就越相近；复购时间取同一客户两次购买之间天数的中位数。", next: "接下来可能买", due: "，约 {{day}}",
  },
  alike: {
    empty: "先有一个客群，才能找像它的人。", like: "像这个客群", size: "人数", tooFew: "这个客群里买过东西的人不足 30 位（或其他人不足 30 位），学不出他们像什么。", drivers: "他们像在哪里", driversMeta: "右边支持相似，左边反对", members: "客群成员", others: "其他人", weight: "作用", found: "最像的 {{n}} 人", of: "从 {{n}} 位不在客群里的买家中选", auc: "辨认力（AUC）", chance: "0.5 为瞎猜", lift: "前一成里的成员是随机的", times: "{{n}} 倍", judged: "用 {{n}} 位成员学习，每次留出五分之一检验。", poor: "用 {{n}} 位成员学习，留出的成员几乎认不出来：这群人在购买上与其他人没有多少不同，结果不可靠。", name: "名单名称", nameHint: "存成名单后人员固定，便于事后衡量触达效果", keep: "存为名单",
  },
  price: {
    none: "还没有购买记录。", accepted: "愿意多付多少", acceptedMeta: "按买过的每一行，与该品类通常价格相比；颜色越深占比越大", who: "群像", premium: "通常多付", step: "高 {{share}} 以上", discount: "打折时买", chasing: "追折扣", chasingHint: "打折时买的行数 ÷ 同商品同月份所有人应有的行数；大于 1 为等打折才买", elastic: "价格弹性", elasticMeta: "价格高 1%，销量变多少；只列说得准的", elasticity: "弹性", limits: "95% 区间", range: "价格范围", means: "意味着", verdict: { elastic: "降价能多卖，涨价要小心", inelastic: "涨价少卖不多，可试提价" }, cannotTell: "价格变动太少，数据说不出弹性。", rest: "另有 {{unclear}} 件价格变过但说不清，{{steady}} 件价格几乎没变或卖的周数太少。",
  },
  customer: { title: "与众不同之处", meta: "有同样特征的客户占比", hint: "打开有同样特征的客户" },
  compare: {
    test: "试验组", control: "对照组", measure: "比什么", of: { order_value: "客单价", conversion: "购买率", per_customer: "人均销售额" }, choose: "选出给了新东西的客群和没给的客群。试验开始前，用标签或名单把客户随机分成两组。",
    days: "时段", now: "{{from}} – {{to}}", before: "之前同样多天", difference: "相差", limits: "{{low}} 到 {{high}}", buyers: "{{n}} 位购买", both: "同在两组、没有算入的：{{n}} 位。", unlike: "两组之前就不一样：现在的差别不全是试验带来的。",
    said: { few: "购买的人还太少，说不准：有一组不到十位。目前 **{{test}}** 对 **{{control}}**。", better: "试验组的**{{what}}**是 **{{test}}**，对照组 {{control}}：**{{lift}}**，相差 {{by}}（{{low}} 到 {{high}}）。", worse: "试验组的**{{what}}**是 **{{test}}**，对照组 {{control}}：**{{lift}}**，相差 {{by}}（{{low}} 到 {{high}}）。", alike: "试验组 **{{test}}**，对照组 **{{control}}**：差别没有超出偶然（{{low}} 到 {{high}}）。" },
    meta: "区间为 95%。随机分的两组在试验之前是一样的，之后的差别就是试验带来的。",
  },
};
