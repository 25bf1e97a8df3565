/** Words of personas and of whom customers are like. */
export default {
  title: "群像", tabs: "群像的各部分", tab: { personas: "人群画像" }, meta: { personas: "一群人与全体客户有何不同" },
  orders_one: "{{count}} 单", orders_other: "{{count}} 单",
  part: { basics: "基本信息", behaviour: "行为", spending: "消费" }, nothing: { basics: "还没有档案信息", behaviour: "还没有行为数据", spending: "还没有消费，或你无权查看" },
  persona: {
    of: "客群", open: "打开客群", make: "新建客群", empty: "先有一个客群，才能看它的人群画像。", nobody: "这个条件下现在没有人。", noDifference: "与全体客户没有可确认的不同", like: "在所有已知的方面，成员与全体客户都差不多。",
    members: "{{n}} 人，占全体 {{share}}", differences: "与全体客户的不同", differencesMeta: "按差异大小排序，只列有把握的", detail: "特征", index: "指数", indexHint: "TGI：成员中的占比 ÷ 全体中的占比 × 100", limits: "99% 区间", share: "成员占比", base: "全体占比", count: "人数",
    median: "中位 {{of}}，全体 {{base}}", known: "{{share}} 的成员有值", hint: "指数 {{index}}：成员 {{members}}，全体 {{base}}",
  },
  customer: { title: "与众不同之处", meta: "有同样特征的客户占比", hint: "打开有同样特征的客户" },
};
