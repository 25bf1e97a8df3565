/** 看板的文字。 */
export default {
  title: "看板", tabs: "看板各部分", tab: { boards: "看板", review: "复盘", mail: "邮件发送" }, choose: "选择看板", mine: "我的与共享的", ready: "现成看板", create: "新建看板", newName: "未命名看板", edit: "排布", save: "保存", cancel: "取消", copy: "存为我的", more: "更多", remove: "删除", removed: "已删除「{{name}}」", saved: "已保存「{{name}}」", full: "全屏", by: "{{name}} 制作", send: "邮件发送",
  name: "名称", description: "说明", shared: "谁能看", sharedWith: { nobody: "只有我", team: "我的团队", everybody: "所有人" }, sharedHint: "共享的是排布：每个人看到的数字只含自己能看的客户。",
  days: "时段", ownDays: "各卡片自己的时段", nothing: "没有这样的数据", empty: "这块看板还是空的。把你每天要看的数字放上来。", add: "添加卡片", before: "较上期", unusual: "超出预期", within: "共 {{n}} 人", moves: "7 天进入 {{entered}}，离开 {{left}}", members: "当前人数",
  heading: "标题", titleOf: "「{{name}}」的标题", move: "移动「{{name}}」：拖动，或用方向键", size: "调整「{{name}}」大小：拖动右下角，或用方向键", takeOut: "移出「{{name}}」", movedTo: "「{{name}}」现为第 {{n}} 张，共 {{of}} 张", sizedTo: "占 4 列中的 {{wide}} 列，{{tall}} 行",
  kind: { report: "报表", ready: "现成报表", metric: "指标", segment: "客群", text: "文字" }, what: "显示什么", text: "文字", chart: "显示为", asReport: "按报表的样子", put: "添加", none: "还没有可选的", hint: "拖动手柄移动卡片，拖动右下角改大小；方向键同样可用。",
};
