package customer

import (
	"strings"

	"guanxi/flow/collect"
)

const (
	organizationPrefix = "organization."
	personPrefix       = "person."
)

// relationFields are what a column of a relations file can be mapped to. Those of the two ends are fields of customers with
// a prefix; their headers carry what the end is called (公司, 联系人; account, contact) or, for a person, nothing.
var relationFields = append(append(append(
	endFields(organizationPrefix, "单位", "Organization", []string{"公司", "客户", "单位", "企业", "机构"}, []string{"account", "company", "organization", "organisation"},
		map[string][]string{"name": {"公司名称", "客户名称", "单位名称", "企业名称", "公司", "客户", "单位", "account name", "company name", "company", "account", "organization"},
			"external_id": {"公司编号", "客户编号", "account id", "account number", "company id"}, "phone": {"公司电话", "客户电话", "单位电话", "企业电话", "总机", "公司座机", "main phone"}, "industry": {"行业", "所属行业", "industry", "sector", "1级行业"},
			"province": {"省", "省份", "billing state", "billing state province"}, "city": {"市", "城市", "billing city"}, "country": {"国家", "billing country"}, "district": {"区", "区县"},
			"address": {"详细地址", "billing street", "公司地址"}, "postcode": {"邮编", "billing zip postal code", "billing postal code"}, "source": {"客户来源", "account source"}, "tags": {"客户标签", "标签"}},
		"external_id", "name", "phone", "email", "industry", "country", "province", "city", "district", "address", "postcode", "source", "tags"),
	endFields(personPrefix, "联系人", "Contact", []string{"联系人", "经办人", "对接人"}, []string{"contact", "person"},
		map[string][]string{"name": {"姓名", "联系人", "联系人姓名", "full name", "name", "contact", "contact name"}, "given_name": {"first name", "名"}, "family_name": {"last name", "surname", "姓"},
			"external_id": {"联系人编号", "contact id"}, "phone": {"手机", "手机号", "联系人电话", "手机1", "联系电话", "mobile", "mobile phone", "cell"}, "more_phones": {"电话", "电话1", "phone", "other phone"},
			"email": {"邮箱", "邮件", "电子邮箱", "email", "email address"}, "wechat": {"微信", "微信号"}, "gender": {"性别", "gender"}, "birthday": {"生日", "出生日期", "birthdate", "date of birth"},
			"city": {"mailing city"}, "address": {"mailing street"}},
		"external_id", "name", "given_name", "family_name", "phone", "more_phones", "email", "wechat", "gender", "birthday", "city", "address")...),
	collect.Field{Name: "role", LabelZH: "决策角色", LabelEN: "Role in decisions", Type: collect.Text, Clean: cleanRoles, Lenient: true, Aliases: []string{"角色", "联系人角色", "决策关系", "contact role", "buying role", "roles", "contact roles"}},
	collect.Field{Name: "title", LabelZH: "职务", LabelEN: "Title", Type: collect.Text, Aliases: []string{"职位", "岗位", "头衔", "job title", "position"}},
	collect.Field{Name: "department", LabelZH: "部门", LabelEN: "Department", Type: collect.Text, Aliases: []string{"所在部门", "dept"}},
	collect.Field{Name: "main", LabelZH: "主要联系人", LabelEN: "Main contact", Type: collect.Bool, Lenient: true, Aliases: []string{"主联系人", "首要联系人", "是否主要联系人", "primary", "primary contact", "is primary"}},
	collect.Field{Name: "since", LabelZH: "任职开始", LabelEN: "Contact since", Type: collect.Day, Lenient: true, Aliases: []string{"入职日期", "任职日期", "since"}},
	collect.Field{Name: "owner", LabelZH: "负责人", LabelEN: "Owner", Type: collect.Text, Aliases: []string{"account owner", "contact owner", "所属员工", "跟进人", "sales rep"}},
	collect.Field{Name: "order_number", LabelZH: "订单号", LabelEN: "Order number", Type: collect.Text, Identifier: true, Aliases: append([]string{"合同编号"}, orderNumberAliases...)}),
	collect.Field{Name: "ordered_at", LabelZH: "下单时间", LabelEN: "Ordered at", Type: collect.Instant, Aliases: orderedAtField.Aliases},
	collect.Field{Name: "amount", LabelZH: "金额", LabelEN: "Amount", Type: collect.Money, Aliases: []string{"订单金额", "合同金额", "总金额", "order amount", "order total", "total", "revenue"}},
	collect.Field{Name: "refunded", LabelZH: "退款金额", LabelEN: "Refunded", Type: collect.Money, Aliases: []string{"退款", "refund", "refund amount"}},
	collect.Field{Name: "status", LabelZH: "订单状态", LabelEN: "Status", Type: collect.Text, Clean: func(cell string) (string, string) { return NormalStatus(cell), "" }, Aliases: []string{"order status", "交易状态"}},
	collect.Field{Name: "shop", LabelZH: "店铺", LabelEN: "Shop", Type: collect.Text, Aliases: []string{"店铺名称", "store", "shop name"}},
	collect.Field{Name: "currency", LabelZH: "币种", LabelEN: "Currency", Type: collect.Text, Clean: cleanCurrency, Aliases: []string{"货币"}},
	collect.Field{Name: "custom.*", LabelZH: "自定义字段", LabelEN: "Custom field", Type: collect.Text},
)

// endFields gives the named fields of customers under a prefix. chinese and english are what the end is called: each of them
// before the field's own label is a header.
func endFields(prefix, labelZH, labelEN string, chinese, english []string, aliases map[string][]string, names ...string) []collect.Field {
	fields := make([]collect.Field, len(names))
	for i, name := range names {
		f := customerFields[fieldIndex(customerFields, name)]
		own := aliases[name]
		for _, called := range chinese {
			own = append(own, called+f.LabelZH)
		}
		for _, called := range english {
			own = append(own, called+" "+strings.ToLower(f.LabelEN))
		}
		f.Name, f.Aliases = prefix+name, own
		f.LabelZH, f.LabelEN = labelZH+f.LabelZH, labelEN+" "+strings.ToLower(f.LabelEN)
		fields[i] = f
	}
	return fields
}

// relationFieldIndex holds the place of every field that is not one of the two ends.
type relationFieldIndex struct {
	role, title, department, main, since, tags                  int
	number, orderedAt, amount, refunded, status, shop, currency int
}

func indexRelationFields() relationFieldIndex {
	at := func(name string) int { return fieldIndex(relationFields, name) }
	return relationFieldIndex{at("role"), at("title"), at("department"), at("main"), at("since"), at(organizationPrefix + "tags"),
		at("order_number"), at("ordered_at"), at("amount"), at("refunded"), at("status"), at("shop"), at("currency")}
}

// roleWords are what exports call the roles.
var roleWords = map[string]string{
	"decides": "decides", "decision maker": "decides", "decision-maker": "decides", "decider": "decides", "economic decision maker": "decides", "拍板": "decides", "决策": "decides", "决策者": "decides", "决策人": "decides", "最终决策者": "decides", "关键决策人": "decides",
	"pays": "pays", "payer": "pays", "economic buyer": "pays", "buyer": "pays", "budget holder": "pays", "付款": "pays", "付款人": "pays", "财务": "pays", "采购": "pays", "采购者": "pays", "采购人": "pays", "预算": "pays",
	"uses": "uses", "user": "uses", "end user": "uses", "business user": "uses", "使用": "uses", "使用者": "uses", "使用人": "uses", "最终用户": "uses", "用户": "uses",
	"influences": "influences", "influencer": "influences", "evaluator": "influences", "technical buyer": "influences", "影响": "influences", "影响者": "influences", "影响人": "influences", "评估": "influences", "评估人": "influences", "技术评估": "influences",
	"gatekeeps": "gatekeeps", "gatekeeper": "gatekeeps", "把关": "gatekeeps", "把关者": "gatekeeps", "把关人": "gatekeeps", "守门人": "gatekeeps",
	"champions": "champions", "champion": "champions", "coach": "champions", "executive sponsor": "champions", "sponsor": "champions", "支持": "champions", "支持者": "champions", "支持我们": "champions", "内线": "champions", "教练": "champions",
}

// cleanRoles reads one or several roles.
func cleanRoles(cell string) (clean, code string) {
	var roles []string
	for _, word := range strings.FieldsFunc(strings.ToLower(cell), func(r rune) bool { return strings.ContainsRune(",，、;；/|+", r) }) {
		role, known := roleWords[strings.TrimSpace(word)]
		if !known {
			return "", "role_unreadable"
		}
		roles = append(roles, role)
	}
	return joinRoles(roles), ""
}

// Templates implements collect.Templated: exports in which the account stands beside its contact.
//
//   - Salesforce: columns of the standard report "Contacts & Accounts" and of Contact with its Account by Data Loader.
//   - HubSpot: contacts exported with the properties of their associated company.
//   - 纷享销客: 联系人 (ContactObj) exported with the fields of 客户.
func (*relationKind) Templates() []collect.Template {
	return []collect.Template{
		{Name: "salesforce_relations", LabelZH: "Salesforce 联系人与客户", LabelEN: "Salesforce contacts & accounts", Constants: map[string]string{"source": "salesforce"}, Columns: columnsOf(
			"Contact ID", "person.external_id", "Id", "person.external_id", "Account ID", "organization.external_id", "AccountId", "organization.external_id", "Account Name", "organization.name", "Account.Name", "organization.name",
			"First Name", "person.given_name", "Last Name", "person.family_name", "Title", "title", "Department", "department", "Email", "person.email", "Mobile", "person.phone", "MobilePhone", "person.phone", "Phone", "person.more_phones",
			"Mailing City", "person.city", "Mailing Street", "person.address", "Birthdate", "person.birthday", "Industry", "organization.industry", "Account.Industry", "organization.industry", "Account Phone", "organization.phone", "Billing City", "organization.city",
			"Billing State/Province", "organization.province", "Billing Country", "organization.country", "Billing Street", "organization.address", "Account Source", "organization.source", "Role", "role", "Contact Role", "role", "Account Owner", "owner")},
		{Name: "hubspot_relations", LabelZH: "HubSpot 联系人与公司", LabelEN: "HubSpot contacts with company", Constants: map[string]string{"source": "hubspot"}, Columns: columnsOf(
			"Record ID - Contact", "person.external_id", "Record ID", "person.external_id", "Associated Company IDs", "organization.external_id", "Associated Company", "organization.name", "Company Name", "organization.name",
			"First Name", "person.given_name", "Last Name", "person.family_name", "Job Title", "title", "Email", "person.email", "Mobile Phone Number", "person.phone", "Phone Number", "person.more_phones", "Buying Role", "role",
			"Industry", "organization.industry", "Contact owner", "owner", "City", "person.city")},
		{Name: "fxiaoke_relations", LabelZH: "纷享销客 联系人与客户", LabelEN: "Fxiaoke contacts with accounts", Constants: map[string]string{"source": "fxiaoke"}, Columns: columnsOf(
			"联系人编号", "person.external_id", "姓名", "person.name", "客户名称", "organization.name", "客户编号", "organization.external_id", "职务", "title", "部门", "department", "手机1", "person.phone", "手机", "person.phone", "电话1", "person.more_phones",
			"邮件", "person.email", "微信", "person.wechat", "性别", "person.gender", "生日", "person.birthday", "决策关系", "role", "联系人角色", "role", "主要联系人", "main", "1级行业", "organization.industry", "行业", "organization.industry",
			"省", "organization.province", "市", "organization.city", "区", "organization.district", "详细地址", "organization.address", "负责人", "owner")},
	}
}
