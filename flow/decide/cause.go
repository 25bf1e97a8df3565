package decide

import "strings"

// causes says what is wrong with the records of a finding, as what stands after "14 records".
var causes = map[string]Sentence{
	"exact_repeat":         {"与另一行完全相同", "repeating another line exactly"},
	"duplicate_row":        {"与另一行完全相同", "repeating another line exactly"},
	"price_zero":           {"单价为零", "with a price of zero"},
	"price_negative":       {"单价为负", "with a price below zero"},
	"amount_zero":          {"金额为零", "with an amount of zero"},
	"quantity_zero":        {"数量为零", "with a quantity of zero"},
	"quantity_negative":    {"数量为负", "with a quantity below zero"},
	"negative_quantity":    {"数量为负", "with a quantity below zero"},
	"missing_customer":     {"没有客户", "with no customer"},
	"customer_missing":     {"没有客户", "with no customer"},
	"day_unreadable":       {"的日期无法识别", "with a day that cannot be read"},
	"instant_unreadable":   {"的时间无法识别", "with a time that cannot be read"},
	"day_impossible":       {"的日期不可能", "with an impossible date"},
	"instant_future":       {"的时间在将来", "lying in the future"},
	"birthday_impossible":  {"的生日不可能", "with an impossible birthday"},
	"phone_unusable":       {"的手机号无法使用", "with a phone number that cannot be used"},
	"phone_invalid":        {"的手机号无法使用", "with a phone number that cannot be used"},
	"email_unusable":       {"的邮箱无法使用", "with an email address that cannot be used"},
	"email_invalid":        {"的邮箱无法使用", "with an email address that cannot be used"},
	"name_missing":         {"没有姓名", "with no name"},
	"contact_shared":       {"与他人共用联系方式", "sharing a contact point with somebody else"},
	"name_conflict":        {"同一标识下姓名不同", "with different names under one identity"},
	"changed_since_import": {"在导入后被修改，撤销时保留", "changed after the import and kept when it was undone"},
}

func causeWords(code string) Sentence {
	if s, ok := causes[code]; ok {
		return s
	}
	words := strings.ReplaceAll(code, "_", " ")
	return Sentence{ZH: "有问题：" + words, EN: "to look at: " + words}
}

// causeTitle names the cause in a few words, as the subject of its line.
func causeTitle(code string) Sentence {
	s := causeWords(code)
	if _, known := causes[code]; !known {
		words := strings.ReplaceAll(code, "_", " ")
		return Sentence{ZH: words, EN: words}
	}
	en := "Records " + s.EN
	return Sentence{ZH: strings.TrimPrefix(s.ZH, "的"), EN: en}
}
