// What a person reads on the way round the loop, in each language.
export const words = {
  "zh-CN": {
    today: "今日", importFile: "导入文件", orderLines: /^订单明细/, pick: "选择文件", columns: "订单明细的列对应", guessed: "自动", shop: "店铺（固定值）", currency: "币种（固定值）",
    fields: { InvoiceNo: "订单号", StockCode: "SKU", Description: "商品名", Quantity: "数量", InvoiceDate: "下单时间", UnitPrice: "单价", CustomerID: "客户外部编号", Country: "国家" },
    tryIt: "试运行", nothingYet: /还没有写入任何数据/, run: "开始导入 541,909 行", underWay: /后完成，已处理|马上完成|正在/, imported: "541,909 行已导入", created: "新建", otherEnds: ["更新", "未变", "重复，跳过", "拒绝"],
    oddities: [["数量为负", "10,624"], ["整行重复", "5,268"], ["没有客户的订单", "3,710"], ["单价为零", "2,515"], ["没有商品名称", "1,454"], ["单价为负", "2"]],
    seeToday: "看今日", list: "今日清单", overdue: "该下单未下单", sentence: /[一-龥]{4,}/, stake: /^(£[\d,.]+( 万)?|—)/, whyRank: /^为什么排第 \d+$/, scoreParts: ["可能损失", "可改变", "等到明天", "用时", "得分"],
    rhythm: /次下单，平均间隔 \d+ 天/, done: "办完了", doneCount: (n) => `已完成 ${n}`, undo: "撤销", moreFor: (name) => `${name}的更多操作`, later: /^稍后/, tomorrow: /^明天 09:00/, snoozedCount: (n) => `稍后 ${n}`,
    log: "记跟进", timeline: "动态", ordered: /^下单 [\d,]+ 件/, whatWasSaid: "聊了什么？一句话就够", reached: "接通", save: "记下",
    conditions: "条件", condition: "条件", segmentName: "客群名称", british: "三单以上的英国客户", ordersField: "累计订单数", countryField: "国家或地区", threeOrders: /累计订单数.*3/, sentenceOf: /累计订单数.*3.*国家或地区.*United Kingdom/, saveSegment: "保存客群", members: "成员",
    allMembers: "全部 1,824 人", customers: "客户列表", memberCount: "1,824 人", customerName: /^客户 \d+$/, metrics: "指标", figures: { "销售额": "£10,666,684.54", "退款额": "£918,936.61", "净销售额": "£9,747,747.93" },
  },
  "en-US": {
    today: "Today", importFile: "Import a file", orderLines: /^Order lines/, pick: "Choose a file", columns: "Columns of Order lines", guessed: "auto", shop: "Shop (fixed)", currency: "Currency (fixed)",
    fields: { InvoiceNo: "Order number", StockCode: "SKU", Description: "Product name", Quantity: "Quantity", InvoiceDate: "Ordered at", UnitPrice: "Unit price", CustomerID: "Customer id", Country: "Country" },
    tryIt: "Try it", nothingYet: /Nothing has been written yet/, run: "Import 541,909 rows", underWay: /left,|Nearly done|Checking|Writing/, imported: "541,909 rows imported", created: "Created", otherEnds: ["Updated", "Unchanged", "Repeated, skipped", "Rejected"],
    oddities: [["Quantity below zero", "10,624"], ["Exact repeats", "5,268"], ["Orders without a customer", "3,710"], ["Price of zero", "2,515"], ["No product name", "1,454"], ["Price below zero", "2"]],
    seeToday: "See Today", list: "Today's list", overdue: "Overdue to order", sentence: /[a-z]{3,} [a-z]+/, stake: /^(£[\d,.]+[KM]?|—)/, whyRank: /^Why it is number \d+$/, scoreParts: ["At stake", "Can change", "By tomorrow", "Effort", "Score"],
    rhythm: /Orders in the last 12 months: \d+, \d+ days apart/, done: "Done", doneCount: (n) => `Done ${n}`, undo: "Undo", moreFor: (name) => `More for ${name}`, later: /^Later/, tomorrow: /^Tomorrow 09:00/, snoozedCount: (n) => `Later ${n}`,
    log: "Log contact", timeline: "Timeline", ordered: /^Ordered [\d,]+ items?/, whatWasSaid: "What was said? One sentence will do", reached: "Reached", save: "Log it",
    conditions: "Conditions", condition: "Condition", segmentName: "Name of the segment", british: "British, three orders or more", ordersField: "Orders in total", countryField: "Country", threeOrders: /Orders in total is at least 3/, sentenceOf: /Orders in total is at least 3.*country is .*United Kingdom/, saveSegment: "Save segment", members: "Members",
    allMembers: "All 1,824", customers: "All customers", memberCount: "1,824 customers", customerName: /^Customer \d+$/, metrics: "Metrics", figures: { "Gross sales": "£10,666,684.54", Refunds: "£918,936.61", "Net sales": "£9,747,747.93" },
  },
};
