export default {
  title: "个人信息",
  tab: { overview: "授权总览", purposes: "用途与告知", requests: "个人请求", retention: "保存期限", register: "处理登记", settings: "设置" },
  save: "保存", more: "更早的",
  channel: { email: "邮件", sms: "短信", wechat: "微信", phone: "电话", post: "邮寄" },
  basis: { consent: "以同意为前提", contract: "履行合同所必需", legal_obligation: "履行法定义务", legitimate_interest: "正当利益" },
  source: { manual: "员工记录", preference_page: "客户本人的页面", one_click: "一键退订", suppression: "清除前的不同意", restore: "恢复前的撤回" },
  reach: {
    nobody: "还没有人表态",
    title: "现在能联系到谁", of: "共 {{n}} 位客户", what: "能联系到：有可用的联系方式、没有停用，并且同意了这一用途（不以同意为前提的用途，只要没有拒绝）。点任何数字看名单。",
    purpose: "用途", reachable: "可联系 {{n}} 人", yes: "同意 {{n}}", no: "拒绝 {{n}}", askAgain: "待重新征得 {{n}}",
  },
  trend: { title: "近 13 周表态", all: "全部用途", none: "近 13 周没有人表态", week: "周", yes: "同意", no: "拒绝或撤回" },
  said: { title: "谁说了什么", show: "显示", no: "拒绝与撤回", yes: "同意", all: "全部", none: "还没有", customer: "客户", what: "表态", when: "时间", how: "方式", agreed: "同意", refused: "不同意", notice: "告知第 {{n}} 版" },
  purpose: {
    create: "新增用途", edit: "修改", saved: "用途已保存", archived: "已停用", labelZH: "中文名称", labelEN: "英文名称", aboutZH: "中文说明", aboutEN: "英文说明", key: "标识",
    basis: "依据", basisHint: "以同意为前提时，未表态按不同意处理", channels: "渠道", archive: "停用：不再征求，已有表态保留",
  },
  notice: {
    next: "发布新版告知", titleOf: "{{name}}：新版告知文本", none: "还没有告知文本", version: "第 {{n}} 版", present: "现行", askAgain: "须重新征得同意", published: "新版告知已发布", what: "这是第 {{n}} 版。此前的表态仍以当时出示的版本为准，不会改变。",
    textZH: "中文全文", textEN: "英文全文", further: "内容超出以前同意的范围，须重新征得同意", consequence_zero: "目前没有人因此需要重新征得同意。", consequence_other: "约 {{n}} 位已同意的客户在重新同意之前，不再因这一用途被联系。", publish: "发布",
  },
  request: {
    waiting: "待答复", closed: "已办结", none: "没有待答复的请求", noneClosed: "还没有办结的请求", customer: "客户", erased: "已彻底清除", what: "请求", state: "状态", source: "来自", due: "法定答复期限", closedAt: "办结", answer: "办理",
    kind: { copy: "信息副本", erasure: "删除信息", correction: "更正信息" }, states: { open: "待核实", verified: "已核实", done: "已完成", refused: "未予办理" },
    asked: "{{at}} 提出，{{due}} 前答复", verifyTitle: "先核实是本人", code: "对方报出的核实码", codeHint: "客户提出请求时，页面只给本人看过的六位数字；输错 5 次作废", means: "或用其他办法核实", meansHint: "例如：按档案里的号码回拨，核对了最近一笔订单", verify: "已核实",
    verifiedBy: "已核实：{{means}}", byCode: "核实码", todo: { copy: "在客户页的菜单里导出个人信息，交给本人。", erasure: "在客户页的菜单里彻底清除；请求会随之办结。", correction: "在客户页更正。" }, openCustomer: "打开客户", outcome: "办理说明", outcomeHint: "未予办理时必须说明理由", refuse: "未予办理", close: "办结", done: "请求已办结",
  },
  retention: {
    title: "保存多久", what: "到期的内容每 6 小时真正删除一次：从业务库、分析库、历史和搜索中一并消失；恢复旧备份后会再次删除。", item: "内容", days: "保存", forever: "不限期", daysOf_other: "{{count}} 天", due: "下次删除", soon: "30 天内", run: "现在删除到期的", ran: "已删除 {{n}} 条", ranNothing: "没有到期的内容", edit: "设置 {{name}}",
    purpose: "用途", basis: "依据", noBasis: "未说明", daysField: "保存天数", daysHint: "留空表示不按期限删除", daysLeast: "依法至少 {{n}} 天", ownHint: "自定义字段的期限在客户字段里设", saved: "已保存", runs: "删除记录", noRuns: "还没有删除过", deleted_other: "删除 {{n}} 条", holds: "法律保全", noHolds: "没有客户处于法律保全", holdsWhat: "保全期间，与这位客户有关的一切都不删除。在客户页的菜单里设置。", since: "{{at}} 起", lift: "解除", lifted: "已解除",
  },
  register: {
    title: "个人信息处理活动登记", made: "{{company}}，{{at}} 按当前配置生成", print: "打印", export: "下载 JSON", csv: "下载 CSV", notes: "补充说明", notesHint: "委托处理、跨境提供、安全措施、影响评估等", saveNotes: "保存说明", notesSaved: "说明已保存", item: "数据项", purpose: "用途", basis: "依据", days: "保存", owner: "负责人", held: "已有", findings: "待处理问题", readers: "谁能看", edit: "登记 {{name}}", fields: "字段", records: "记录",
    sensitivity: { normal: "一般", personal: "个人", sensitive: "敏感" }, sealed: "加密保存", inColumns: { value: "分析库有值", presence: "分析库只知有无", count: "分析库只知个数", index: "分析库只有盲索引", nothing: "不进分析库" },
    trace: "从来源到使用", sources: "来源", noSources: "还没有值", uses: "使用它的客群", noUses: "没有客群用到", rights: { none: "不可见", masked: "脱敏", read: "可见", write: "可改" }, from: { import_other: "导入：{{name}}，{{count}} 次", staff_other: "员工填写，{{count}} 次", merge_other: "合并带来，{{count}} 次", repair_other: "清洗修正，{{count}} 次" },
    definition: "定义", rule: "填写与校验规则", recipients: "提供给谁", noOwner: "未指定", none: "未说明",
  },
  settings: {
    saved: "已保存", responsible: "个人信息负责人", responsibleHint: "请求会出现在这个人的今日里", everyAdmin: "每位管理员", due: "答复期限（天）", dueHint: "个人信息保护法要求及时答复；国标 GB/T 35273 最长 30 天", link: "偏好中心链接有效期（天）", linkHint: "退订链接要长期有效",
    corrections: "客户在本人页面上的更正", correctionsHint: "姓名、手机、邮箱总要由人接受", by: { staff: "由工作人员接受后写入", at_once: "直接写入" }, confirm: "新填的邮箱", confirmHint: "先向该邮箱发确认链接，确认前不能接受。没有设置邮件服务器时只由工作人员核对。", confirmBy: { yes: "发链接确认", no: "只由工作人员核对" },
    uploads: "导入文件保留天数", uploadsHint: "导入结束后，原文件加密保留这么久，随后删除；清除某人时立即删除", exports: "导出文件保留天数", exportsHint: "导出文件加密保留这么久，随后删除；清除某人时立即删除",
    contact: "联系方式", contactHint: "写在客户本人的页面上，例如 privacy@example.com",
  },
};
