package decide

import "strings"

// causes says what is wrong with the records of a finding, as what stands after "14 records".
var causes = map[string]Said{
	"exact_repeat":         {"与另一行完全相同", "repeating another line exactly"},
	"duplicate_in_file":    {"在同一文件里出现多次", "named more than once in one file"},
	"zero_price":           {"单价为零", "with a price of zero"},
	"price_zero":           {"单价为零", "with a price of zero"},
	"negative_price":       {"单价为负", "with a price below zero"},
	"negative_quantity":    {"数量为负", "with a quantity below zero"},
	"missing_customer":     {"没有客户", "without a customer"},
	"missing_product_name": {"没有商品名称", "without a product name"},
	"impossible_date":      {"的日期不可能", "with an impossible date"},
	"customer_conflict":    {"的客户与已有订单不一致", "naming another customer than the order has"},
	"identity_conflict":    {"的标识指向不同的客户", "with identities of different customers"},
	"row_short":            {"缺少列", "with columns missing"},
	"day_unreadable":       {"的日期无法识别", "with a day that cannot be read"},
	"instant_unreadable":   {"的时间无法识别", "with a time that cannot be read"},
	"number_unreadable":    {"的数字无法识别", "with a number that cannot be read"},
	"phone_invalid":        {"的手机号无法使用", "with a phone number that cannot be used"},
	"email_invalid":        {"的邮箱无法使用", "with an email address that cannot be used"},
	"gender_unreadable":    {"的性别无法识别", "with a gender that cannot be read"},
	"foreign_currency":     {"的币种与工作区不同", "in another currency than the workspace's"},
	"date_unreadable":      {"的日期无法识别", "with a date that cannot be read"},
	"date_impossible":      {"的日期不存在", "with a day that does not exist"},
	"bool_unreadable":      {"的是与否无法识别", "with a yes or no that cannot be read"},
	"number_not_whole":     {"的数字不是整数", "with a number that is not whole"},
	"number_out_of_range":  {"的数字太大", "with a number that is too large"},
	"phone_unreadable":     {"的手机号无法识别", "with a phone number that cannot be read"},
	"email_unreadable":     {"的邮箱无法识别", "with an email address that cannot be read"},
	"choice_unknown":       {"的值不在选项里", "with a value that is not one of the field's"},
	"city_not_in_province": {"的城市不在所写的省", "with a city outside its province"},
	"district_not_in_city": {"的区县不在所写的城市", "with a district outside its city"},
	"address_unreadable":   {"的地址无法读取", "with an address that cannot be read"},
	"month_day_unreadable": {"的月日无法识别", "with a month and day that cannot be read"},
	"text_unreadable":      {"的文字太长或已脱敏", "with a text that is too long or masked"},
	"record_unreadable":    {"记录号认不出", "with unreadable record numbers"},
	"customer_unknown":     {"指向不存在的客户", "naming a customer who is not there"},
	"field_archived":       {"带有已停用的字段", "with a field that is no longer used"},
	"field_not_for_kind":   {"带有不属于这类客户的字段", "with a field that is not for this kind of customer"},
	"changed_since_import": {"在导入后被修改，撤销时保留", "changed after the import and kept when it was undone"},
	"total_differs":        {"的合计与明细不符", "with a total that its lines do not come to"},
	"unknown_sku":          {"的商品不在商品库里", "for goods that no list of products has"},
	"delivery_differs":     {"的同一次推送说法不一", "told in two ways under one delivery"},
	"older_than_stored":    {"有晚到的旧推送", "of which something older was told late"},
	"event_unknown":        {"不在数据源的约定里", "that nobody has agreed on with the source"},
	"property_unknown":     {"带有没有约定的属性", "with properties nobody has agreed on"},
	"property_type_wrong":  {"的属性类型不对", "with properties of a wrong type"},
	"property_missing":     {"缺少约定的属性", "without agreed properties"},
	"event_names_too_many": {"来自名称太多的数据源", "from a source with too many names"},
	"merge_not_undone":     {"被导入合并，而保留的那位后来已删除，没能分开", "made one by an import and not parted, for the one kept was deleted since"},
}

func causeWords(code string) Said {
	if s, ok := causes[code]; ok {
		return s
	}
	words := strings.ReplaceAll(code, "_", " ")
	return Said{ZH: "需要核对：" + words, EN: "to look at: " + words}
}

// causeTitle names the cause in a few words, as the subject of its line.
func causeTitle(code string) Said {
	s := causeWords(code)
	if _, known := causes[code]; !known {
		words := strings.ReplaceAll(code, "_", " ")
		return Said{ZH: words, EN: words}
	}
	en := "Records " + s.EN
	return Said{ZH: strings.TrimPrefix(s.ZH, "的"), EN: en}
}
