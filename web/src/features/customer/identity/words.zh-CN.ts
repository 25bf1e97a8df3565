export default {
  title: "身份识别", about: "每个来源凭什么认出客户", edit: "修改", editOf: "修改{{source}}的规则", save: "保存", cancel: "取消", toDefaults: "恢复默认规则", changed: "与默认规则不同", byDefault: "默认规则", defaultsFor: "没有单独设定的来源都按这些", own: "单独设定", ownOf: "单独设定{{source}}的规则", saved: "已保存{{source}}的规则",
  customers_other: "{{number}} 位客户",
  kind: { external_id: "来源编号", member_no: "会员号", unionid: "微信 unionid", openid: "微信 openid", phone: "手机", email: "邮箱", device: "设备", anonymous_id: "浏览器" },
  conflict: { ask: "交给人判断", keep: "留给对方", take: "转过来，以最新为准", merge: "两人合为一人" },
  say: { comma: "，", colon: "：", verified: "仅限已验证", most: "最多 {{count}} 人共用", ask: "如指向别人，交给人判断是否同一人", keep: "如指向别人，留给对方", take: "如指向别人，转过来，以最新为准", merge: "如指向别人，两人合为一人（可撤销）" },
  said: { named: "指向这位客户", nobody: "新的，没有指向任何人", other: "指向别人：", too_many: "共用的人太多，不作依据", not_verified: "未验证，不作依据", no_rule: "这个来源不凭它认人" },
  form: { conflict: "如指向别人", most: "最多共用人数（0 不限）", verified: "仅限已验证", up: "{{kind}}往前", down: "{{kind}}往后", remove: "不再凭{{kind}}认人", add: "再凭这项认人", pick: "请选择" },
  add: { title: "其他来源", name: "来源名称", do: "设定规则" },
  test: { title: "这会是谁，为什么", source: "来源", kind: "标识类型", value: "标识", verified: "已验证", more: "再加一个", remove: "去掉这个", do: "试一试", is: "这是", new: "不认识：会新建一位客户", visitor: "还不认识：先记为访客，认出后经历归她" },
  visitors: { by: "凭{{keys}}认出", title: "浏览器与设备", tied: "{{at}} 起", untie: "不是本人", untied: "已分开，连同 {{count}} 条经历", last: "最近 {{at}}" },
};
