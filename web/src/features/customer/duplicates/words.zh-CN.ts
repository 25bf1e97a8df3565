export default {
  title: "重复客户",
  tab: { open: "待处理", bulk: "批量合并", later: "稍后再看", different: "不是同一人" },
  scan: { start: "全部查一遍", running: "正在查找，{{share}}", done: "{{at}} 查过 {{records}} 位客户，比对 {{compared}} 对，找到 {{found}} 对", failed: "上次查找没有完成，请再查一遍", skipped: "{{count}} 对未逐一比对", skippedHint: "有些特征同时属于太多客户，只比对了其中姓名和生日相邻的" },
  queue: { none: "没有待处理的重复客户", noneOf: "这里没有", count: "{{count}} 对", more: "再看一些" },
  compare: { field: "字段", keep: "保留这份", take: "采用“{{value}}”", phone: "电话", email: "邮箱", orders: "订单", ordersOf: "{{count}} 单，{{total}}", identities: "身份标识", tags: "标签", since: "建档" },
  why: { import: "来自这次导入", title: "是同一客户的可能 {{share}}", bits: "证据合计 {{bits}} 比特", bitsHint: "每多 1 比特，是同一客户的几率翻一倍；负数表示不像" },
  act: { merge: "合并", different: "不是同一人", later: "稍后", open: "放回待处理", mergeHint: "订单、跟进、授权、标签都会并过来，随时可以撤销" },
  said: { merged: "已合并", different: "{{a}} 和 {{b}} 不会再被提起", later: "{{a}} 和 {{b}} 30 天后再看", open: "{{a}} 和 {{b}} 放回待处理" },
  bulk: {
    what: "先抽一些分数够高的配对，由你判断对不对；看到准确率之后选一个分数，把高于它的一次合并。每档至少判断 {{count}} 对。", table: "各分数以上的准确率", score: "分数", pairs: "待合并", labelled: "已判断", precision: "准确率", range: "95% 区间", rangeHint: "Wilson 区间：按已判断的数量，真实准确率很可能落在其中",
    label: "判断一批", merge: "合并 {{count}} 对", wrong: "按区间估计，其中会有 {{low}}–{{high}} 对合并错；可以整批撤销", more: "再判断 {{count}} 对才能合并",
  },
  batch: { queued: "等待合并", merging: "正在合并", done: "合并完成", undoing: "正在撤销", undone: "已整批撤销", counts: "已合并 {{merged}} 对，留给人判断 {{left}} 对，已撤销 {{undone}} 对", undo: "整批撤销" },
  label: { same: "是同一客户", different: "不是", unsure: "看不出", at: "第 {{at}} ／ {{of}} 对", end: "先到这里", none: "没有可以判断的配对" },
  check: { title: "可能已经有这位客户", open: "打开", outside: "公司里可能已有这位客户，由{{team}}负责", outsideNoTeam: "公司里可能已有这位客户，不在你的范围内" },
};
