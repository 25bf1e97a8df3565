export default {
  alike: {
    title_other: "{{count}} 行很像已有的客户", checked: "比对了 {{count}} 行将新建的客户。", unchecked: "另有 {{count}} 行没有比对。", above: "相像程度", least: "至少 {{score}}（{{count}} 行）", all: "这些行", row: "行", customer: "已有客户", score: "相像", why: "凭什么", act: "怎么办", actOf: "第 {{row}} 行怎么办", asAll: "按上面的", more: "显示更多",
    do: { update: "更新已有的客户", skip: "跳过", create: "照样新建" }, done: "相像的行：更新已有客户 {{updated}}，跳过 {{skipped}}",
  },
  made: { title: "其中", organizations: "单位", persons: "个人", contacts: "联系人关系", orders: "订单", counts: "新增 {{created}}，更新 {{updated}}" },
  kind: { order_lines: "订单明细", orders: "订单", customers: "客户", relations: "单位与联系人", products: "商品", consents: "授权同意" },
  kindHint: {
    order_lines: "一行一个商品：订单号、时间、SKU、数量、单价，可带客户信息",
    orders: "一行一张订单：时间、金额，可带客户信息",
    customers: "一行一位客户：姓名、手机号、邮箱、地区、标签",
    products: "一行一个商品：SKU、名称、品类、品牌、价格",
    relations: "一行一个联系人：单位、姓名、手机、职务、决策角色，可带订单",
    consents: "一行一次表态：客户、用途、渠道、同意或不同意、时间、凭证",
  },
  file: { gone: "文件已不再保留", until: "文件加密保留到 {{at}}" },
  mode: { upsert: "新建并更新", create: "只新建", update: "只更新" },
  state: { queued: "排队中", running: "导入中", done: "已完成", failed: "没有导入", cancelled: "已取消", undone: "已撤销" },
  stage: { checking: "正在检查文件", applying: "正在写入", taking_back: "正在恢复原样" },
  list: {
    title: "导入", create: "导入文件", file: "文件", kind: "内容", state: "状态", rows: "行数", created: "新建", updated: "更新", rejected: "拒绝", by: "谁", at: "开始",
    empty: "还没有导入过。把店铺导出的订单或客户表格拖进来，几秒后就能看到客户、指标和今日。", trial: "试运行", sources: "数据来源", last: "最近数据",
  },
  steps: { label: "导入步骤", file: "选文件", mapping: "对应列", trial: "试运行", run: "导入中", result: "结果" },
  choose: {
    title: "导入文件", kind: "文件里是什么", drop: "把 CSV 或 XLSX 文件拖到这里", or: "或", pick: "选择文件", looking: "正在看文件", hint: "UTF-8、GBK、UTF-16 都能认，逗号、分号、制表符分隔都行，也可以是 .gz 压缩的 CSV。",
    again: "同一个文件导两次不会重复；导入后 30 天内可以整体撤销。",
  },
  map: {
    title: "{{kind}}的列对应", column: "文件里的列", sample: "前几行", field: "导入为", skip: "不导入", auto: "自动", unsure: "请确认", manual: "手动", constants: "整个文件固定的值", constantOf: "{{field}}（固定值）", mode: "遇到已有的",
    options: "怎么读", encoding: "编码", delimiter: "分隔", dates: "日期", rows: "约 {{rows}} 行", missing: "还没有对应：{{fields}}", trial: "试运行", back: "换一个文件", taken: "{{field}} 已对应到别的列",
    fieldOf: "“{{column}}”导入为", required: "必填", refundPrefix: "退款单号开头",
  },
  trial: { title: "试运行结果", nothing: "还没有写入任何数据", run: "开始导入 {{count}} 行", back: "改对应", failed: "这个文件不能导入" },
  run: {
    left: "约 {{span}}", soon: "马上完成", after: "后完成，已处理 **{{processed}}** ／ {{total}} 行，{{share}}", sofar: "已处理 **{{processed}}** ／ {{total}} 行，{{share}}", rate: "每秒 {{rate}} 行", cancel: "取消导入", leave: "离开，后台继续", cancelled: "正在取消，已写入的会恢复原样",
    created: "新建", updated: "更新", unchanged: "未变", duplicates: "重复，跳过", rejected: "拒绝", progress: "已处理 {{share}}",
  },
  result: {
    done: "{{count}} 行已导入", trial: "试运行：{{count}} 行可以导入", failed: "没有导入", cancelled: "已取消，数据恢复原样", undone: "已撤销，数据恢复原样", took: "用时 {{span}}", undo: "撤销这次导入", undone2: "正在撤销", customers: "看客户", today: "看今日", again: "再导一个",
    undoTitle: "可以整体撤销", undoText: "**{{day}}** 前都能撤销：删掉新建的 **{{created}}** 行，把更新过的 **{{updated}}** 行恢复成导入前的值。导入后又被人改过的会保留并列出来。",
    takenBack: "删除 {{removed}}，恢复 {{restored}}，保留 {{kept}}（导入后被人改过）",
  },
  rejects: { title: "拒绝的行", hint: "{{count}} 行，不影响其余行；可改好后只导这些", csv: "下载这些行和原因 CSV", reason: "原因", rows: "行数", column: "列", examples: "原值举例", row: "第 {{row}} 行", none: "没有拒绝的行", empty: "空" },
  corrections: { title: "已自动整理", hint: "原始文件一直保留", what: "整理", example: "例子" },
  mapping: { title: "列的对应", constant: "固定", fixed: "固定值 {{value}}" },
  look: { title: "导完要看的", none: "没有发现问题" },
  correction: {
    date_unified: "日期写法统一", identifier_cleaned: "编号去掉小数尾巴", number_unified: "数字写法统一", trimmed: "去掉首尾空格", phone_normalized: "手机号统一写法", email_normalized: "邮箱统一小写", region_normalized: "地区写法统一", encoding_converted: "编码转换",
    text_normalized: "文字写法已统一",
  },
  problem: {
    required_field_unmapped: "必填的“{{field}}”还没有对应的列", date_order_unsure: "“{{column}}”的日期分不清月和日，请确认", headers_guessed: "文件没有表头，按内容猜了列名", header_repeated: "表头“{{column}}”出现多次", no_rows: "文件里没有数据行",
  },
  reason: {
    value_missing: "必填的值为空", too_many_cells: "单元格比表头多", date_unreadable: "日期认不出", date_impossible: "没有这一天", instant_unreadable: "时间认不出", day_unreadable: "日期认不出", number_unreadable: "数字认不出", number_out_of_range: "数字太大",
    number_not_whole: "不是整数", gender_unreadable: "性别认不出", choice_unknown: "不在选项里", role_unreadable: "决策角色认不出", city_not_in_province: "城市不在这个省", district_not_in_city: "区县不在这个城市", address_unreadable: "地址太长或已脱敏", month_day_unreadable: "月日认不出", text_unreadable: "文字太长或已脱敏", record_unreadable: "关系记录号认不出", customer_unknown: "没有这个客户", required_at_stage: "这个阶段的必填字段为空", bool_unreadable: "是与否认不出", phone_unreadable: "手机号不对", email_unreadable: "邮箱不对", phone_invalid: "手机号不对", email_invalid: "邮箱不对", not_found: "没有这条记录", out_of_scope: "不在你的权限范围内", nothing_to_know_by: "没有姓名、手机号、邮箱或编号",
    quote_unclosed: "引号没有闭合", not_text: "不是文本文件", empty_file: "文件是空的", no_rows: "文件里没有数据行", line_too_long: "有一行太长", too_many_columns: "列太多", encoding_unreadable: "编码认不出", xlsx_broken: "XLSX 文件损坏", xlsx_too_large: "XLSX 解开后太大", xlsx_encrypted: "XLSX 有密码",
    gzip_broken: "压缩文件损坏", unpacked_too_large: "解压后太大", group_too_large: "一张订单的行太多", disk_full: "服务器磁盘已满",
    amount_too_large: "金额太大", customer_of_others: "客户不归你管", purpose_unknown: "没有这个用途", channel_not_of_purpose: "用途不用这个渠道", channel_unknown: "认不出的渠道", no_is_kept: "客户说过不同意，名单不能推翻", file_gone: "文件已不在",
  },
  cause: {
    exact_repeat: "整行重复", duplicate_in_file: "同一文件里出现多次", zero_price: "单价为零", price_zero: "单价为零", negative_price: "单价为负", negative_quantity: "数量为负", missing_customer: "没有客户的订单", missing_product_name: "没有商品名称", impossible_date: "日期不可能",
    customer_conflict: "客户与已有订单不一致", identity_conflict: "标识指向不同客户", row_short: "缺少列", day_unreadable: "日期认不出", instant_unreadable: "时间认不出", number_unreadable: "数字认不出", phone_invalid: "手机号无法使用", email_invalid: "邮箱无法使用", gender_unreadable: "性别认不出", changed_since_import: "导入后被改，撤销时保留", foreign_currency: "币种与工作区不同",
    email_unreadable: "邮箱认不出", phone_unreadable: "手机号认不出", choice_unknown: "不在选项里的值", role_unreadable: "决策角色认不出", city_not_in_province: "城市不在所写的省", district_not_in_city: "区县不在所写的城市", address_unreadable: "地址读不出", month_day_unreadable: "月日认不出", text_unreadable: "文字太长或已脱敏", record_unreadable: "关系记录号认不出", customer_unknown: "指向不存在的客户", field_archived: "字段已停用", field_not_for_kind: "字段不属于这类客户", bool_unreadable: "是与否认不出", date_unreadable: "日期认不出", date_impossible: "没有这一天", number_not_whole: "不是整数", number_out_of_range: "数字太大",
  },
  field: {
    record: "关系记录号", customer_record: "关系记录号", identity_source: "编号来源", identities: "其他身份标识", more_phones: "其他手机", more_emails: "其他邮箱", refunded: "退款金额",
    active: "在售", address: "地址", amount: "金额", birthday: "生日", brand: "品牌", category: "类目", city: "城市", company: "公司",
    consent_email: "同意邮件营销", consent_phone: "同意电话营销", consent_sms: "同意短信营销", consent_wechat: "同意微信营销", country: "国家", created_at: "注册时间", currency: "币种", customer: "客户",
    customer_city: "城市", customer_country: "国家", customer_email: "客户邮箱", customer_external_id: "客户外部编号", customer_name: "客户姓名", customer_phone: "客户手机", customer_province: "省份", discount: "折扣",
    district: "区县", email: "邮箱", external_id: "客户外部编号", family_name: "姓", gender: "性别", given_name: "名", industry: "行业", kind: "客户类型",
    lifecycle_stage: "生命周期阶段", name: "名称", order_number: "订单号", ordered_at: "下单时间", owner: "负责人", phone: "手机", postcode: "邮编", price: "价格",
    product_name: "商品名", province: "省份", quantity: "数量", shop: "店铺", sku: "SKU", source: "来源", status: "订单状态", tags: "标签",
    tier: "档次", unit_price: "单价", wechat: "微信",
  },
  causeHint: {
    exact_repeat: "同一张订单里两行完全相同。可能是真的买了两件，也可能是导出时重复。", zero_price: "赠品、样品，或漏填的价格。", negative_quantity: "按退货计，不计入订单。", missing_customer: "这些订单计入销售额，不计入任何客户。", negative_price: "冲账或坏账调整，按退款计。", missing_product_name: "商品库里看不出卖的是什么。", foreign_currency: "汇总金额时按面额计入，不换算。",
  },
  findings: {
    title: "数据质量", all: "全部", open: "待看", resolved: "已处理", ignored: "已忽略", meta: "{{count}} 处待看", cause: "问题", count: "处", subject: "记录", row: "文件行", field: "字段", value: "原值", at: "发现", none: "没有待看的问题", noneOf: "这里没有记录", pick: "选一类问题看看是哪些记录",
    resolve: "标为已处理", ignore: "忽略", resolveAll: "全部标为已处理", ignoreAll: "全部忽略", reopened: "重新打开", closed: "{{count}} 处已标记", importOnly: "只看这次导入", openImport: "打开导入", state: "状态",
  },
};
