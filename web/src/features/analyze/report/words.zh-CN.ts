/** Words of reports. */
export default {
  title: "报表", tabs: "报表的各部分", tab: { reports: "报表", sql: "SQL", bi: "BI 数据" }, list: "报表目录", mine: "我的与共享的", none: "还没有保存过报表。打开下面任何一张，改成你要的样子再保存。", choose: "选一张报表",
  create: "新建报表", edit: "调整", done: "收起", save: "保存", saveAs: "另存一份", copy: "复制一份", remove: "删除", removed: "已删除「{{name}}」", saved: "已保存「{{name}}」", restored: "随产品提供，改动后另存一份，原样始终在这里。", export: "导出", name: "名称", description: "说明", share: "共享给角色", dirty: "有改动未保存", reset: "还原", newName: "未命名报表", by: "由 {{name}} 制作", forbidden: "你的权限看不到这张报表的数字",
  builder: { measures: "看什么", addMeasure: "加一个指标", metrics: "指标", dimensions: "按什么拆分", addDimension: "加一个维度", by: "时间步长", against: "对比", period: "时段", chart: "图形", where: "只看", addWhere: "加一个限制", sort: "排序", top: "显示前", remove: "去掉「{{name}}」", is: "是", not: "不是", value: "值", unknown: "未知", pick: "请选择", apply: "加上", byName: "按名称", up: "从低到高", down: "从高到低", rows: "{{n}} 项" },
  do: { count: "{{of}}条数", customers: "{{of}}的客户数", sum: "{{of}}合计", average: "{{of}}平均", minimum: "{{of}}最小", maximum: "{{of}}最大" },
  step: { none: "不分时间", day: "按天", week: "按周", month: "按月", quarter: "按季", year: "按年" },
  againstOf: { none: "不对比", previous: "与上期", year: "与去年同期" },
  span: { last_7_days: "近 7 天", last_30_days: "近 30 天", last_90_days: "近 90 天", last_12_months: "近 12 个月", this_month: "本月", last_month: "上月", this_quarter: "本季", last_quarter: "上季", this_year: "今年", last_year: "去年" },
  chart: { table: "表格", line: "折线", bar: "条形", stacked: "堆积", pivot: "透视表", heat: "热力", number: "大数" },
  range: "{{from}} 至 {{to}}", compared: "对比 {{from}} 至 {{to}}", total: "合计", other: "其他", unknown: "未知", before: "对比期", change: "变化", nothing: "这些条件下没有数字。换一个时段或少加些限制。", quality: "资料质量 {{share}}", qualityHint: "这些数字所依据的客户资料的平均完整度，有未处理问题的客户按 0 计", steady: "当前值，不随时段变化", stale: "正在重算",
  sql: { keep: "存为报表", open: "在 SQL 页打开", none: "没有一行", tables: "可查询的表", query: "SQL 语句", run: "运行", stop: "停止", hint: "Ctrl+Enter 运行；只读，20 秒、1,000 行以内，只含你有权看的行和列，每次都会记入审计。", empty: "写一条 SELECT，左边是可查询的表和列。", rows: "{{n}} 行，{{ms}} 毫秒", cut: "前 {{n}} 行，{{ms}} 毫秒；还有更多", csv: "下载 CSV", result: "查询结果" },
  bi: { how: "BI 工具用令牌读取整张表（Parquet），只含该令牌有权看的行和列；未变化时用 ETag 得到 304。示例见 docs/bi.md。", tables: "可读取的表", table: "表", what: "内容", columns: "列", address: "地址", fetch: "下载 Parquet", none: "你的角色没有可读取的表" },
  open: { title: "背后是谁", customers: "查看这些客户", segment: "做成客群", rows: "共 {{count}} 条", order: "订单 {{number}}", empty: "背后没有可列出的记录", nobody: "未识别的客户", more: "只列出前 {{n}} 条" },
};
