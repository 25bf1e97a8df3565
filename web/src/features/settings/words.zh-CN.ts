export default {
  staff: {
    title: "员工与角色", people: "员工", roles: "角色权限", invite: "邀请员工", name: "姓名", email: "邮箱", role: "角色", team: "团队", state: "状态", seen: "最近使用", never: "从未",
    stateOf: { active: "在用", invited: "已邀请", disabled: "已停用" }, none: "还没有同事，邀请第一位吧", disable: "停用", enable: "恢复使用", resend: "重新生成邀请链接", disabled: "已停用 {{name}}，会话已结束",
    enabled: "{{name}} 已恢复", changed: "{{name}} 的角色改为 {{role}}", linkTitle: "{{name}} 的邀请链接", linkHint: "发给本人。只能用一次，过期后可重新生成。", send: "生成邀请链接", roleOf: "{{name}}的角色", actionsOf: "{{name}}的操作",
  },
  roles: {
    permission: "权限", scope: "范围", field: "字段", scopeOf: { own: "本人的", team: "本团队", all: "全部" }, rightOf: { none: "不可见", masked: "脱敏", read: "可看", write: "可改" }, has: "有", hasNot: "没有",
    permissions: "能做什么", scopes: "看到哪些记录", fields: "看到哪些字段",
    noun: { customers: "客户", orders: "订单", products: "商品", imports: "导入", segments: "客群", metrics: "指标", today: "今日", findings: "数据发现", staff: "员工", audit: "审计", settings: "设置", reveal: "明文查看", export: "导出", activities: "跟进", teams: "团队", tokens: "令牌", retention: "留存", rfm: "价值", behaviour: "行为", sources: "来源" },
    verb: { read: "查看", write: "修改", contact: "联系方式", all: "全部", manage: "管理", run: "运行", verify: "校验", delete: "删除", team: "团队" },
  },
  sessions: {
    title: "会话与令牌", mine: "登录会话", device: "设备", address: "地址", since: "登录时间", seen: "最近使用", current: "当前", end: "结束", ended: "会话已结束", none: "没有其他会话", tokens: "API 令牌", tokensHint: "给程序用，带一个角色的权限",
    tokenName: "名称", role: "角色", created: "创建", used: "最近使用", never: "从未", revoke: "吊销", revoked: "令牌已吊销", create: "新建令牌", newTitle: "新建令牌", newHint: "按用途起名，例如“商城对接”", made: "只显示这一次，请现在复制", tokensNone: "还没有令牌", show: "生成",
  },
  audit: {
    title: "审计日志", at: "时间", actor: "谁", action: "做了什么", subject: "对象", summary: "摘要", address: "来自", none: "这段时间没有记录", noneYet: "还没有记录", from: "从", to: "到", anyActor: "任何人", anyAction: "任何动作", allActions: "全部动作",
    verify: "校验完整", ok: "完整：{{entries}} 条，{{sealed}} 条已封存", broken: "在 {{at}} 处断开，记录可能被改动", actionFilter: "动作", actorFilter: "员工", system: "系统", intact: "没有被改动",
    act: { create: "新建", created: "新建", update: "修改", updated: "修改", change: "修改", changed: "修改", delete: "删除", deleted: "删除", remove: "删除", removed: "删除", merge: "合并", undo: "撤销", undone: "撤销", reveal: "查看明文", revealed: "查看明文", sign_in: "登录", signed_in: "登录", sign_out: "退出", signed_out: "退出", sign_in_failed: "登录失败", invite: "邀请", invited: "邀请", issued: "签发", revoked: "吊销", ended: "结束", export: "导出", exported: "导出", import: "导入", cancel: "取消", cancelled: "取消", redeemed: "使用链接", entered: "使用链接", dismiss: "忽略", dismissed: "忽略", done: "办完", snooze: "稍后", snoozed: "稍后", delegate: "转交", delegated: "转交", pin: "置顶", pinned: "置顶", denied: "被拒绝", refused: "被拒绝", closed: "关闭", set_up: "完成设置", setup: "完成设置" },
    noun: { customer: "客户", customers: "客户", activity: "跟进", activities: "跟进", staff: "员工", session: "会话", sessions: "会话", token: "令牌", tokens: "令牌", workspace: "工作区", segment: "客群", segments: "客群", import: "导入", imports: "导入", order: "订单", orders: "订单", product: "商品", products: "商品", finding: "发现", findings: "发现", signal: "今日事项", signals: "今日事项", today: "今日事项", settings: "设置", link: "链接", sign_in_link: "登录链接", rfm: "价值分组", password: "密码", contact: "联系方式", consent: "授权同意", tag: "标签", audit: "审计日志" },
  },
  workspace: {
    title: "工作区", name: "公司名称", timeZone: "时区", timeZoneHint: "改了以后，按天的数字会重新归到新的日子", currency: "币种", language: "默认语言", saved: "已保存", display: "显示", theme: "外观", languageMine: "我的语言", displayHint: "只影响这台设备上的你", save: "保存",
  },
};
