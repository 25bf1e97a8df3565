package customer

// pageWords are the texts of customers' own page.
var pageWords = map[pageLanguage]map[string]string{
	pageChinese: {
		"title": "我的授权与个人信息", "switch": "English", "other": "en-US",
		"intro": "您可以随时更改主意，改动立即生效。", "reached": "我们留有您的联系方式：", "no_contact": "我们没有您的可用联系方式。",
		"agree": "您同意我们为以下用途联系您吗？", "purpose": "用途", "notice": "查看告知全文", "needed": "与您的订单或账户有关，取消勾选即不再发送", "not_offered": "不用于此用途",
		"save": "保存", "none": "全部撤回", "none_hint": "撤回所有需要您同意的用途。",
		"withdraw_title": "退订", "withdraw": "确认退订", "withdraw_what": "不再接收：", "withdraw_all": "不再接收任何需要您同意的信息",
		"data": "您的个人信息", "data_hint": "您可以要求得到一份我们保存的您的信息，或要求更正、删除。我们会先与您核实身份。",
		"ask.copy": "索取我的信息副本", "ask.erasure": "删除我的信息", "ask.correction": "更正我的信息",
		"request.copy": "信息副本", "request.erasure": "删除", "request.correction": "更正",
		"state.open": "待核实", "state.verified": "处理中", "state.done": "已完成", "state.refused": "未予办理", "due": "答复期限", "what": "请求", "state": "状态",
		"said.saved": "已保存，立即生效。", "said.withdrawn": "已退订，立即生效。", "said.asked": "已收到您的请求。", "said.waits": "这一请求已在处理中。",
		"code": "核实码", "code_hint": "工作人员联系您核实时，请告诉对方这六位数字。它只显示这一次，请勿告诉他人。",
		"gone": "这个链接已失效。请使用最近一封来信中的链接，或直接与我们联系。", "slow": "操作过于频繁，请稍后再试。", "failed": "没有成功，请稍后再试。",
		"contact": "联系我们：", "by": "・", "channel.email": "邮件", "channel.sms": "短信", "channel.wechat": "微信", "channel.phone": "电话", "channel.post": "邮寄",
	},
	pageEnglish: {
		"title": "Your choices and your data", "switch": "中文", "other": "zh-CN",
		"intro": "You can change your mind at any time; changes hold at once.", "reached": "We have these for reaching you:", "no_contact": "We have no way to reach you on record.",
		"agree": "May we contact you for the following?", "purpose": "For", "notice": "Read the full notice", "needed": "About your orders or account; clear a box to receive none", "not_offered": "not used for this",
		"save": "Save", "none": "Withdraw all", "none_hint": "Withdraws everything that needs your agreement.",
		"withdraw_title": "Unsubscribe", "withdraw": "Unsubscribe", "withdraw_what": "You will no longer receive: ", "withdraw_all": "You will receive nothing more that needs your agreement",
		"data": "Your data", "data_hint": "You can ask for a copy of what we hold about you, or for it to be corrected or erased. We will first make sure that it is you who asks.",
		"ask.copy": "Ask for a copy", "ask.erasure": "Ask for erasure", "ask.correction": "Ask for a correction",
		"request.copy": "Copy", "request.erasure": "Erasure", "request.correction": "Correction",
		"state.open": "to be confirmed", "state.verified": "in progress", "state.done": "done", "state.refused": "not done", "due": "Answer by", "what": "Request", "state": "State",
		"said.saved": "Saved; it holds from now on.", "said.withdrawn": "You are unsubscribed; it holds from now on.", "said.asked": "We have your request.", "said.waits": "This request is being dealt with already.",
		"code": "Your code", "code_hint": "When our staff contact you to make sure it was you, tell them these six digits. They are shown only now; tell nobody else.",
		"gone": "This link no longer works. Please use the one in our latest message, or contact us.", "slow": "Too many tries; please wait a moment.", "failed": "That did not work; please try again later.",
		"contact": "Contact us: ", "by": " by ", "channel.email": "e-mail", "channel.sms": "SMS", "channel.wechat": "WeChat", "channel.phone": "phone", "channel.post": "post",
	},
}
