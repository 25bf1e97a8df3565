/** Words of where money should go. */
export default {
  by: "客户按", segments: "客群", goods: "商品按", of: { category: "品类", product: "商品", brand: "品牌" }, seen: "看过的依据", seenAll: "任何浏览或消息", pickSegments: "选几个要放在一起比的客群。", nothing: "这段时间没有人看过，也没有人买。",
  best: "**{{group}} × {{goods}}** 的转化率是 **{{share}}**，平常是 {{usual}}；在这里每花 {{unit}} 带来 **{{back}}**。", bestUnspent: "**{{group}} × {{goods}}** 的转化率是 **{{share}}**，平常是 {{usual}}；每触达一人带来 **{{each}}**。", alike: "平常的转化率是 **{{usual}}**，没有哪一对肯定高于它。",
  seenMeta: "触达：这段时间看过它的已知客户（{{events}}）；购买：其中看过之后在这段时间里买了它的。另有 {{unknown}} 位不知是谁的访客，不属于任何客群。", membersMeta: "没有数据说明谁看过什么，客群里的人都算触达。把浏览商品的事件带上 category 或 sku 属性送来，就能知道得更准。",
  costMeta: "获客花费 {{spent}}，其中 {{placed}} 用在被触达的客户身上：按每位客户到来的月份和渠道平均分摊。", noCost: "记下获客花费，这里就能说出每一对花多少、带来多少。", overlap: "一位客户可能同时在几个客群里，各算一次。",
  grid: "转化率", gridMeta: "下面是赢得一位的成本；▲▼ 表示肯定高于或低于平常", everything: "全部商品", everybody: "全部客户", unset: "未填", other: "其余", few: "人少", cell: "{{group}}、{{goods}}：触达 {{asked}} 人，购买 {{bought}} 人",
  ranked: "每花 {{unit}}，哪里带来最多", rankedMeta: "按每花 {{unit}} 带来的贡献排列；触达不到 30 人的排在最后", rankedAsked: "按每触达一人带来的贡献排列；不到 30 人的排在最后", pair: "客群 × 商品", asked: "触达", converts: "转化率", limits: "{{low}}–{{high}}", orderValue: "客单价", margin: "毛利率", cac: "获客成本", before: "上期 {{cac}}", back: "每 {{unit}} 带来", verdict: { few: "人太少，说不准", better: "更好", worse: "更差", alike: "差别不明显" },
  buyers: "看谁买了", segment: "把 {{pair}} 做成客群", save: "做成客群", more: "再看 {{n}} 对", move: "预算", take: "减", give: "加", takeOf: "{{pair}} 少花一些", giveOf: "{{pair}} 多花一些",
  plan: "挪动预算", planMeta: "假定客户仍像这段时间那样反应；区间按转化率的 95% 上下限", suggested: "数字支持这样挪", useSuggested: "用建议的挪法", choose: "在上面的表里标出哪里少花、哪里多花。", amount: "挪动金额", from: "少花", to: "多花", spent: "已花 {{spent}}", reckon: "算一算",
  said: "挪动 **{{amount}}**：新客 **{{won}}** 位（{{wonLow}} 到 {{wonHigh}}），贡献 **{{by}}**（{{low}} 到 {{high}}）。", cacThen: "获客成本：{{now}} → **{{then}}**（{{low}} 到 {{high}}）。", sure: "即使取最坏的上下限也划算。", unsure: "取最坏的上下限就不划算：先小额试一试。", holds: "只要挪过去的钱带来的不低于以往的 **{{share}}**，就划算。", beyond: "{{amount}} 比那里花过的（{{tried}}）还多：能不能照样有效，数据说不出。分步挪动，再看结果。",
};
