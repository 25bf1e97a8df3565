package collect

import "strings"

// Words holds what codes mean, in Chinese and in English.
type Words map[string][2]string

// In gives a code in words of a language; codes without words read as English by themselves.
func (w Words) In(code, language string) string {
	words, known := w[code]
	switch {
	case !known:
		return strings.ReplaceAll(code, "_", " ")
	case Chinese(language):
		return words[0]
	}
	return words[1]
}

// Chinese says whether a language is told in Chinese; every other is in English.
func Chinese(language string) bool { return strings.HasPrefix(language, "zh") }

// reasons of rejected rows and findings in words, for errors.csv; the web application has its own catalogue.
var reasons = Words{
	"value_missing":          {"必填的值为空", "a required value is missing"},
	"too_many_cells":         {"这一行的单元格比表头多，可能有没加引号的分隔符", "more cells than columns, perhaps an unquoted delimiter"},
	"event_unknown":          {"没有约定的事件", "an event nobody has agreed on"},
	"property_unknown":       {"带有没有约定的属性", "a property nobody has agreed on"},
	"property_type_wrong":    {"属性类型与约定不符", "a property not of the agreed type"},
	"property_missing":       {"缺少约定的属性", "an agreed property is missing"},
	"date_unreadable":        {"日期认不出", "not readable as a date"},
	"date_impossible":        {"没有这一天或这一刻", "there is no such day or time"},
	"number_unreadable":      {"数字认不出", "not readable as a number"},
	"number_out_of_range":    {"数字太大", "the number is too large"},
	"number_not_whole":       {"不是整数", "not a whole number"},
	"gender_unreadable":      {"性别认不出", "not readable as a gender"},
	"bool_unreadable":        {"是与否认不出", "not readable as yes or no"},
	"phone_unreadable":       {"手机号或电话不对", "not a phone number"},
	"email_unreadable":       {"邮箱不对", "not an e-mail address"},
	"not_found":              {"没有这条记录，仅更新模式不会新建", "no such record, and this import only updates"},
	"amount_too_large":       {"金额太大", "the amount is too large"},
	"purpose_unknown":        {"没有这个用途，或已停用", "there is no such purpose, or it is archived"},
	"channel_not_of_purpose": {"这个用途不用这个渠道", "the purpose is not asked for on this channel"},
	"channel_unknown":        {"认不出的渠道", "not a known channel"},
	"no_is_kept":             {"客户在记录被清除前说过不同意，名单不能推翻", "the customer said no before the record was erased; a list cannot overrule it"},
	"customer_of_others":     {"客户不在你的权限范围内", "the customer is outside what you may change"},
	"nothing_to_know_by":     {"没有姓名、手机号、邮箱或编号", "no name, phone, e-mail address or number to know it by"},
	"choice_unknown":         {"不在这个字段的选项里", "not one of the values of this field"},
	"role_unreadable":        {"决策角色认不出", "not a known role in decisions"},
	"city_not_in_province":   {"城市不在这个省", "the city is not in this province"},
	"district_not_in_city":   {"区县不在这个城市", "the district is not in this city"},
	"address_unreadable":     {"地址太长或已脱敏", "an address too long, or masked"},
	"month_day_unreadable":   {"月日认不出", "not readable as a month and a day"},
	"text_unreadable":        {"文字太长或已脱敏", "the text is too long or masked"},
	"customer_unknown":       {"没有这个客户", "there is no such customer"},
	"required_at_stage":      {"这个阶段的必填字段为空", "a field that this stage requires is empty"},
	"out_of_scope":           {"这条记录不在你的权限范围内", "this record is outside what you may change"},
	"record_unreadable":      {"记录号认不出", "not readable as a Guanxi record number"},
}
