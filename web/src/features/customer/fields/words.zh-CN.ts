export default {
  formula: { label: "公式", hint: "如 round(custom.weight / (custom.height / 100) ** 2, 1)，或 orders.total >= 10000 ? \"A\" : \"B\"", unit: "单位；写币种则结果是金额", fields: "插入字段", functions: "函数：round abs floor ceil min max · lower upper trim len join string · year month day days months years daysSince yearsSince today date · isSet；a ? b : c、??、and or not、in、contains。缺值时结果为空。", gives: "结果是{{type}}", trying: "试算", nothing: "空" },
  address: { label: "地址", place: "省 / 市 / 区县", country: "国家或地区", province: "省份", city: "城市", district: "区县", address: "街道门牌，可整行粘贴", postcode: "邮编", abroad: "中国大陆以外",
    problem: { city_not_in_province: "城市不在这个省", district_not_in_city: "区县不在这个城市", several_places: "可能在这几个地方：{{places}}" } },
  none: "未选", monthDayHint: "月-日，如 03-08", findCustomer: "按姓名查找客户", required: "这个阶段必填",
  files: { putIn: "放入 {{name}}", takenOut: "拿掉 {{name}}", add: "添加文件", replace: "换一个文件", hint: "或拖到这里，每个不超过 {{most}}", pick: "选择文件：{{field}}", remove: "拿掉 {{name}}", removed: "已拿掉 {{name}}，30 天内可以放回", dismiss: "不再显示 {{name}}", sending: "正在上传 {{name}}", tooLarge: "超过 {{most}}", look: "查看 {{name}}", save: "下载 {{name}}", download: "下载", count_other: "{{count}} 个文件",
    rules: "文件要求", multiple: "可以放多个", most: "最多几个", maxSize: "单个不超过（MB）", sorts: "收哪些文件", sortsHint: "按扩展名和文件内容两样检查",
    sort: { image: "图片", pdf: "PDF、OFD", document: "文档", sheet: "表格", slides: "演示文稿", text: "文本", mail: "邮件", archive: "压缩包", audio: "音频", video: "视频", page: "网页、SVG（只能下载）" } },
  history: { title: "{{field}}从哪来", open: "{{field}}的来历", none: "还没有记录", cleared: "清空", source: { staff: "手工填写", manual: "手工填写", import: "导入", bulk: "批量修改", merge: "合并客户" } },
  settings: {
    title: "客户字段", create: "新建字段", edit: "修改字段", empty: "还没有自定义字段。新建后马上可以用在表单、导入、筛选和客群里。", label: "名称", key: "标识", keyHint: "小写字母、数字和下划线，建好后不能改", labelZH: "中文名称", labelEN: "英文名称", type: "类型", typeHint: "建好后不能改", appliesTo: "适用于", unit: "单位", currency: "币种",
    purpose: "为什么要收集", purposeHint: "填写时会显示给同事看", sensitivity: "敏感程度", retention: "保留天数", retentionHint: "空着表示与客户同在", requiredAt: "在这些阶段必填", group: "分组", groupHint: "表单里的小标题", position: "顺序", state: "状态", used: "使用中", archived: "已停用", showArchived: "显示已停用的",
    values: "选项", value: "取值", valueZH: "中文", valueEN: "英文", aliases: "导入时也认作", aliasesHint: "用逗号分开，如：偏干，D", addValue: "加一个选项", removeValue: "去掉选项 {{name}}", save: "保存", made: "{{name}}可以用了", saved: "{{name}}已更新", archive: "停用", archivedDone: "{{name}}已停用，填过的内容都留着", restore: "恢复使用", restoredDone: "{{name}}恢复使用", actionsOf: "{{name}}的操作",
    types: { text: "文字", number: "数字", money: "金额", day: "日期", month_day: "日期（不含年）", choice: "单选", choices: "多选", boolean: "是与否", phone: "电话", email: "邮箱", customer: "另一位客户", address: "地址", file: "文件", formula: "公式" },
    kinds: { person: "个人", organization: "机构", both: "个人和机构" },
    sensitivities: { normal: "普通", personal: "个人信息（不碰联系方式的角色看不到）", sensitive: "敏感（没有权限的人只看到脱敏）" }, level: { normal: "普通", personal: "个人信息", sensitive: "敏感" },
    stages: { prospect: "潜在客户", customer: "成交客户", former: "流失客户" },
  },
};
