export default {
  title: "联系人", titleOf: "任职单位", more: "显示更多", noName: "客户 {{id}}", main: "主要", mainLong: "有事首先找这位",
  addShort: "添加", required: "必填", none: "还没有联系人", noneOf: "未填", add: "添加联系人", addOf: "添加任职单位", edit: "修改", remove: "移除", moreOf: "{{name}} 的更多操作", since: "{{at}} 起", until: "{{at}} 离开",
  added: "已添加 {{name}}", changed: "{{name}} 的角色已更新", removed: "已移除 {{name}}",
  addTitle: "{{name}} 的联系人", addTitleOf: "{{name}} 的任职单位", editTitle: "修改 {{name}}", who: "是谁", known: "已有客户", new: "新建", person: "个人客户", organization: "单位客户",
  name: "姓名", nameOf: "单位名称", phone: "手机", email: "邮箱", role: "在决策中的角色", position: "职务", department: "部门", from: "开始日期", to: "离开日期", toHint: "填了就是已离开",
  roles: { decides: "拍板", pays: "付款", uses: "使用", influences: "影响", gatekeeps: "把关", champions: "支持我们" },
};
