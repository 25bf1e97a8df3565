export default {
  kind: { customers: "客户", orders: "订单", order_lines: "订单明细", products: "商品", activities: "跟进记录" },
  group: { key: "识别", profile: "资料", contact: "联系方式与客户", own: "自定义字段", figures: "分析结果（不会被导入）", order: "订单", product: "商品", activity: "跟进" },
  export: {
    button: "导出", title: "导出表格", kind: "内容", format: "格式", formatHint: { csv: "不限行数，任何程序都能读", xlsx: "最多 1,048,575 行，带类型和说明页" }, all: "你能看到的全部{{kind}}", filtered: "符合当前筛选条件的 {{count}} 位客户", filteredOf: "属于当前筛选的 {{count}} 位客户",
    from: "从", to: "到", fields: "列", picked: "已选 {{count}} / {{of}}", usual: "常用", every: "全选", none: "全不选", masked: "脱敏", maskedHint: "你只能看到这一列的一部分，文件里也是",
    reason: "导出原因", reasonHint: "写进审计日志和文件的说明页；每一行都带有本次导出的编号", start: "导出 {{count}} 列",
  },
  offer: { label: "对应方案", other: "全部方案…", keep: "保存这套对应", name: "名称，例如：有赞每周订单", save: "保存", kept: "已保存“{{name}}”，下次遇到同样的表头会自动推荐", forget: "删除选中的方案", forgotten: "方案已删除" },
  assign: { label: "新客户归谁", hint: "只对这次新建、且行里没写负责人的客户有效", nobody: "不分配，放入公海", teams: "团队轮流", team: "{{name}}（轮流分配）", staff: "一位员工" },
  list: {
    title: "导出", hint: "文件加密保留到所示时间，只有申请人能下载；谁在什么时候为什么导出了什么，审计日志一直记着。", what: "内容", state: "状态", rows: "行数", reason: "原因", by: "申请人", at: "时间", file: "文件", filtered: "有筛选", empty: "还没有导出过。客户列表右上角也可以导出当前筛选的客户。",
    cancel: "取消", until: "保留到 {{at}}", drop: "现在删除文件", dropped: "文件已删除", shortened: "{{count}} 个单元格过长被截断",
  },
  state: { queued: "等待中", running: "导出中", done: "可下载", failed: "没有导出", cancelled: "已取消", expired: "文件已过期" },
  error: { too_many_rows_for_xlsx: "行数超过 XLSX 上限，请改用 CSV", internal_error: "内部错误" },
};
