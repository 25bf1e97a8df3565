export default {
  title: "邮件", hint: "选择了邮件通知的员工会收到导入、导出和定时任务的结果：只有数字和链接，不含客户信息。",
  server: "发信服务器", host: "服务器（SMTP）", hostHint: "留空则不发邮件", security: "加密", securities: { starttls: "STARTTLS（常用，端口 587）", tls: "全程 TLS（端口 465）", none: "不加密（仅限本机，端口 25）" }, port: "端口", portHint: "留空用默认端口",
  login: "用户名", loginHint: "留空则不登录", password: "密码", passwordKept: "已保存，填写则更换", from: "发件地址", fromName: "发件人名称", save: "保存", saved: "发信服务器已保存",
  test: "给我发测试邮件", testHint: "按已保存的设置，发到你自己的邮箱", tested: "服务器已接收，收件人 {{to}}", failed: "没有发到 {{to}}：{{why}}", answer: "服务器的回答：{{answer}}",
  log: "发送记录", to: "收件人", customer: "一位客户", subject: "主题", state: "状态", at: "时间", tries: "次数", again: "重发", planned: "正在发出", empty: "还没有发过邮件。在导入向导、导出窗口和定时任务里可以选择邮件通知。",
  states: { planned: "待发送", in_flight: "发送中", sent: "已发送", failed: "未发出", in_doubt: "待核实" }, next: "下次尝试 {{at}}", doubt: "服务器没有回答就断开了，邮件可能已送达。确认对方没收到再重发。",
};
