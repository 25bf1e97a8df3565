export default {
  title: "数据源", hint: "每个网站、应用、门店或合作方一个数据源。带写入密钥的数据源可以实时发送事件；导入的文件也在这里留名。",
  create: "新建数据源", empty: "还没有数据源。新建一个，把代码放进网站或应用，事件就会实时进来。", back: "全部数据源",
  list: { name: "名称", kind: "类型", last: "最近一条", week: "7 天事件", refused: "未收下", key: "写入密钥", never: "还没有", sends: "已启用", none: "无" },
  kind: { web: "网站", app: "应用", server: "服务器", shop: "网店", till: "收银", partner: "合作方", import: "导入", pos: "收银", other: "其他" },
  form: { name: "名称", nameHint: "与导入文件时写的来源同名，就按同一个来源识别客户", kind: "类型", make: "新建", made: "“{{name}}”已建好，把下面的代码放进去就能收到事件" },
  tab: { connect: "接入", live: "实时事件", schema: "事件与属性", set: "设置" },
  connect: {
    key: "写入密钥", keyOff: "这个数据源没有写入密钥，不能发送事件。", keyHidden: "写入密钥只给能管理数据源的人看。", issue: "生成写入密钥", renew: "换一个密钥", revoke: "作废", issued: "已换成新的写入密钥，旧的不再收", issuedFirst: "写入密钥已生成", revoked: "写入密钥已作废，不再收这个数据源的事件",
    script: "网页代码", scriptHint: "放进每个页面的 <head>。自动记录浏览、来源、停留和单页切换；在得到同意之前不写 Cookie，也不在浏览器里存任何东西。", calls: "自己记录的事件", callsHint: "点击可以不写代码：给元素加 data-gx-event=\"名称\"，其他 data-gx-* 就是属性。",
    consent: "访客同意之后", npm: "Segment 的浏览器库", node: "Node.js", go: "Go", http: "HTTP", httpHint: "与 Segment 的接口相同：track、identify、page、screen、group、alias、batch。每次最多 500 kB，每个事件最多 32 kB；messageId 相同的 48 小时内只算一次。", copy: "复制", copied: "已复制",
  },
  live: { hint: "最近 100 条，每 2 秒更新", at: "时间", event: "事件", who: "是谁", where: "页面", properties: "属性", visitor: "访客 {{id}}", customer: "客户", bot: "爬虫", empty: "还没有收到事件。放好代码，打开一个页面试试。", refused: "没有收下的", code: "原因", field: "位置", count: "次数", last: "最近" },
  why: { required: "缺少必填的内容", not_one_of: "类型不认识", date_impossible: "时间不可能", date_unreadable: "时间读不出", too_long: "太长", too_many_requests: "超过每秒上限", needs_at_least_one: "没有事件" },
  schema: { hint: "从收到的事件里看出来的；属性取自最近 2 万条", names: "{{number}} 种事件", most: "只列出最多的 {{count}} 种", event: "事件", count: "次数", last: "最近", properties: "属性", share: "出现在 {{share}}", empty: "收到事件以后，这里会列出事件和属性。", type: { text: "文字", number: "数字", boolean: "是否", list: "列表", object: "对象" } },
  set: { origins: "允许的网站", originsHint: "每行一个，如 https://www.muhe.cn 或 *.muhe.cn；留空则都可以。只限制浏览器里的页面", rate: "每秒最多事件", rateHint: "超出的请对方稍后再发，不会丢；0 为不限", expected: "多久没有数据算迟到（小时）", expectedHint: "到时会出现在“今日”里；留空不提醒", save: "保存", saved: "已保存" },
};
