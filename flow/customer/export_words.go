package customer

// Words of codes in exports; the importer understands both languages, so what has no word here stays as its code.
var exportWords = map[string]map[string]string{
	"zh-CN": {
		GenderFemale: "女", GenderMale: "男", KindPerson: "个人", KindOrganization: "机构",
		"stage." + StageProspect: "潜在客户", "stage." + StageCustomer: "客户", "stage." + StageFormer: "流失客户",
		"status." + StatusPlaced: "已下单", "status." + StatusPaid: "已付款", "status." + StatusShipped: "已发货", "status." + StatusCompleted: "已完成",
		"status." + StatusCancelled: "已取消", "status." + StatusRefunded: "已退款",
		"order.order": "订单", "order.refund": "退款", "yes": "是", "no": "否",
		"activity.call": "电话", "activity.wechat": "微信", "activity.visit": "拜访", "activity.note": "备注", "activity.email": "邮件", "activity.sms": "短信",
	},
	"en-US": {
		"stage." + StageProspect: "Prospect", "stage." + StageCustomer: "Customer", "stage." + StageFormer: "Former",
	},
}

// word gives the word of a code in the export's language; prefix keeps codes of different things apart.
func (x *exporter) word(prefix, code string) string {
	if word, known := exportWords[x.e.Language][prefix+code]; known {
		return word
	}
	return code
}

func (x *exporter) yesNo(yes bool) string {
	if yes {
		return x.word("", "yes")
	}
	return x.word("", "no")
}

// noteWords are the lines of the note sheet: %s are who, when, number, reason, what.
var noteWords = map[string]struct {
	title, by, reason, what, personal, trace string
	kinds                                    map[string]string
}{
	"zh-CN": {"导出说明", "由 %s 于 %s 导出，导出编号 %d", "导出原因：%s", "内容：%s，来自%s", "本表可能含有个人信息：仅限用于上述原因，用完请删除，勿转发。",
		"“关系记录号”的末段是本次导出的编号，可据此查到每一行由谁导出。再次导入时按记录号认人。",
		map[string]string{"customers": "客户", "orders": "订单", "order_lines": "订单明细", "products": "商品", "activities": "跟进记录"}},
	"en-US": {"About this export", "Exported by %s at %s, export number %d", "Reason: %s", "Content: %s of %s",
		"This table may hold personal data: use it for the reason above only, delete it afterwards, do not pass it on.",
		"The last part of each Guanxi record number is the number of this export, so that every row tells who took it out. Imported again, customers are known by it.",
		map[string]string{"customers": "customers", "orders": "orders", "order_lines": "order lines", "products": "products", "activities": "follow-ups"}},
}
