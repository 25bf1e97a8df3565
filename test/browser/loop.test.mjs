// The loop turns once: an empty instance, a shop's real order history in through the wizard, a ranked Today out, a
// customer behind a row, a segment and its members, and figures that add up; in both languages.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { accessible, withPage } from "./page.mjs";
import { setUp } from "./setup.test.mjs";
import { moveClock, startServer } from "./server.mjs";

const file = resolve(import.meta.dirname, "../../../shared/data/online_retail/online_retail_all.csv.gz");
/** The Monday after the file's last order, Friday 9 December 2011. */
const now = "2011-12-12T09:30:00Z";

/** What a person reads, in each language. */
const words = {
  "zh-CN": {
    today: "今日", nothingYet: "导入文件", importTitle: "导入文件", lines: /^订单明细/, pick: "选择文件", columnsOf: "订单明细的列对应", becomes: (column, field) => [`“${column}”导入为`, field],
    fields: { InvoiceNo: "订单号", StockCode: "SKU", Description: "商品名称", Quantity: "数量", InvoiceDate: "下单时间", UnitPrice: "单价", CustomerID: "客户编号", Country: "国家" },
    shop: "店铺（固定值）", currency: "币种（固定值）", trial: "试运行", trialDone: "试运行结果", nothingWritten: "还没有写入任何数据", run: /^开始导入 [\d,]+ 行$/, running: /已处理/, done: /^[\d,]+ 行已导入$/, toToday: "看今日",
    ends: ["新建", "更新", "未变", "重复，跳过", "拒绝"], list: "今日清单", stake: /^£[\d,.]+( 万)?$/, why: /^为什么排第 1$/, more: /的更多操作$/, finished: "办完了", later: "稍后", tomorrow: /^明天 09:00/, undo: "撤销",
    said: "聊了什么？一句话就够", save: "记下", logged: "已记下", timeline: "动态",
  },
  "en-US": {
    today: "Today", nothingYet: "Import a file", importTitle: "Import a file", lines: /^Order lines/, pick: "Choose a file", columnsOf: "Columns of Order lines", becomes: (column, field) => [`“${column}” becomes`, field],
    fields: { InvoiceNo: "Order number", StockCode: "SKU", Description: "Product name", Quantity: "Quantity", InvoiceDate: "Ordered at", UnitPrice: "Unit price", CustomerID: "Customer id", Country: "Country" },
    shop: "Shop (fixed)", currency: "Currency (fixed)", trial: "Try it", trialDone: "Result of the trial", nothingWritten: "Nothing has been written yet", run: /^Import [\d,]+ rows$/, running: /left,/, done: /^[\d,]+ rows imported$/, toToday: "See Today",
    ends: ["Created", "Updated", "Unchanged", "Repeated, skipped", "Rejected"], list: "Today's list", stake: /^£[\d,.]+[KM]?$/, why: /^Why it ranks 1/, more: /^More for /, finished: "Done", later: "Later", tomorrow: /^Tomorrow 09:00/, undo: "Undo",
    said: "What was said? One sentence will do", save: "Log it", logged: "Logged", timeline: "Timeline",
  },
};
