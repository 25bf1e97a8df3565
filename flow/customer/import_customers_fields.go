package customer

import "guanxi/flow/collect"

// customerFields are what a column of a customers file can be mapped to.
var customerFields = []collect.Field{
	{Name: "record", LabelZH: "关系记录号", LabelEN: "Guanxi record", Type: collect.Text, Clean: cleanRecord, Lenient: true},
	{Name: "external_id", LabelZH: "客户外部编号", LabelEN: "External id", Type: collect.Text, Identifier: true,
		Aliases: []string{"customer_id", "customerid", "id", "user_id", "member_id", "unique_id", "rec_id", "customer no", "客户编号", "客户id", "会员编号", "会员id", "会员号", "用户id", "用户编号", "买家id", "外部编号"}},
	{Name: "identity_source", LabelZH: "编号来源", LabelEN: "Source of external id", Type: collect.Text},
	{Name: "identities", LabelZH: "其他身份标识", LabelEN: "Other identities", Type: collect.Text},
	{Name: "kind", LabelZH: "客户类型", LabelEN: "Kind", Type: collect.Text, Clean: cleanKind,
		Aliases: []string{"customer kind", "customer type", "类型", "客户类别"}},
	{Name: "name", LabelZH: "姓名", LabelEN: "Name", Type: collect.Text, Personal: true,
		Aliases: []string{"full name", "customer name", "customer", "contact name", "客户姓名", "客户名称", "名称", "名字", "会员名", "会员姓名", "联系人", "收货人", "昵称"}},
	{Name: "given_name", LabelZH: "名", LabelEN: "Given name", Type: collect.Text, Personal: true,
		Aliases: []string{"first name", "firstname", "forename"}},
	{Name: "family_name", LabelZH: "姓", LabelEN: "Family name", Type: collect.Text, Personal: true,
		Aliases: []string{"last name", "lastname", "surname", "姓氏"}},
	{Name: "phone", LabelZH: "手机", LabelEN: "Phone", Type: collect.Text, Personal: true,
		Aliases: []string{"mobile", "mobile phone", "cellphone", "cell", "tel", "telephone", "phone number", "手机号", "手机号码", "电话", "联系电话", "联系方式", "收货人手机", "电话号码"}},
	{Name: "email", LabelZH: "邮箱", LabelEN: "E-mail", Type: collect.Text, Personal: true,
		Aliases: []string{"mail", "e-mail", "email address", "电子邮箱", "邮件", "电子邮件", "邮箱地址"}},
	{Name: "wechat", LabelZH: "微信", LabelEN: "WeChat", Type: collect.Text, Personal: true,
		Aliases: []string{"wechat id", "weixin", "wx", "微信号", "企业微信"}},
	{Name: "more_phones", LabelZH: "其他手机", LabelEN: "Other phones", Type: collect.Text, Personal: true,
		Aliases: []string{"other phone", "secondary phone", "alternative phone", "备用手机", "备用电话"}},
	{Name: "more_emails", LabelZH: "其他邮箱", LabelEN: "Other e-mails", Type: collect.Text, Personal: true,
		Aliases: []string{"other email", "secondary email", "additional email addresses", "备用邮箱"}},
	{Name: "gender", LabelZH: "性别", LabelEN: "Gender", Type: collect.Gender, Lenient: true, Aliases: []string{"sex"}},
	{Name: "birthday", LabelZH: "生日", LabelEN: "Birthday", Type: collect.Day, Lenient: true, Personal: true,
		Aliases: []string{"birth date", "date of birth", "dob", "birth", "出生日期", "出生年月"}},
	{Name: "country", LabelZH: "国家", LabelEN: "Country", Type: collect.Text, Aliases: []string{"nation", "国家地区"}},
	{Name: "province", LabelZH: "省份", LabelEN: "Province", Type: collect.Text, Clean: cleanProvince, Aliases: []string{"state", "region", "省", "所在省"}},
	{Name: "city", LabelZH: "城市", LabelEN: "City", Type: collect.Text, Aliases: []string{"town", "suburb", "市", "所在城市", "所在市"}},
	{Name: "district", LabelZH: "区县", LabelEN: "District", Type: collect.Text, Aliases: []string{"county", "区", "县", "行政区"}},
	{Name: "address", LabelZH: "地址", LabelEN: "Address", Type: collect.Text, Personal: true,
		Aliases: []string{"street", "street address", "address 1", "address line 1", "详细地址", "街道"}},
	{Name: "full_address", LabelZH: "整行地址（拆成省市区）", LabelEN: "Whole address (parted into places)", Type: collect.Text, Personal: true,
		Aliases: []string{"full address", "complete address", "完整地址", "收货地址", "收件地址", "收货人地址", "联系地址", "通讯地址"}},
	{Name: "postcode", LabelZH: "邮编", LabelEN: "Postcode", Type: collect.Text, Identifier: true, Aliases: []string{"zip", "zip code", "postal code", "邮政编码"}},
	{Name: "company", LabelZH: "公司", LabelEN: "Company", Type: collect.Text, Aliases: []string{"company name", "organisation", "organization", "公司名称", "单位", "工作单位", "企业名称"}},
	{Name: "industry", LabelZH: "行业", LabelEN: "Industry", Type: collect.Text, Aliases: []string{"sector", "所属行业"}},
	{Name: "lifecycle_stage", LabelZH: "生命周期阶段", LabelEN: "Lifecycle stage", Type: collect.Text, Clean: cleanStage, Lenient: true, Aliases: []string{"lifecycle", "stage", "客户阶段"}},
	{Name: "source", LabelZH: "来源", LabelEN: "Source", Type: collect.Text, Aliases: []string{"channel", "origin", "客户来源", "来源渠道", "渠道"}},
	{Name: "tags", LabelZH: "标签", LabelEN: "Tags", Type: collect.Tags, Aliases: []string{"labels", "tag", "客户标签"}},
	{Name: "owner", LabelZH: "负责人", LabelEN: "Owner", Type: collect.Text, Aliases: []string{"account manager", "sales rep", "所属员工", "跟进人", "客服", "归属人"}},
	{Name: "created_at", LabelZH: "注册时间", LabelEN: "Created at", Type: collect.Instant, Lenient: true,
		Aliases: []string{"created", "registered at", "signup date", "join date", "creation date", "创建时间", "注册日期", "入会时间", "建档时间", "加入时间"}},
	{Name: "consent.email", LabelZH: "同意邮件营销", LabelEN: "Consent to e-mail", Type: collect.Bool, Lenient: true, Aliases: []string{"email consent", "accepts email", "newsletter", "email opt in", "邮件授权", "同意邮件"}},
	{Name: "consent.sms", LabelZH: "同意短信营销", LabelEN: "Consent to SMS", Type: collect.Bool, Lenient: true, Aliases: []string{"sms consent", "accepts sms", "sms opt in", "短信授权", "同意短信"}},
	{Name: "consent.phone", LabelZH: "同意电话营销", LabelEN: "Consent to calls", Type: collect.Bool, Lenient: true, Aliases: []string{"phone consent", "accepts calls", "电话授权", "同意电话"}},
	{Name: "consent.wechat", LabelZH: "同意微信营销", LabelEN: "Consent to WeChat", Type: collect.Bool, Lenient: true, Aliases: []string{"wechat consent", "微信授权", "同意微信"}},
	{Name: "custom.*", LabelZH: "自定义字段", LabelEN: "Custom field", Type: collect.Text},
}

// customerFieldIndex holds the place of every field in a row's values.
type customerFieldIndex struct {
	text                                                                       []int // by textFields; -1 where a file cannot bring it
	externalID, phone, email, wechat, birthday, tags, owner, createdAt, custom int
	record, fullAddress, identitySource, identities, morePhones, moreEmails    int
	consents                                                                   []consentField
}

type consentField struct {
	channel string
	field   int
}

func (x customerFieldIndex) anyConsent(mapped []bool) bool {
	for _, c := range x.consents {
		if mapped[c.field] {
			return true
		}
	}
	return false
}

func indexCustomerFields() customerFieldIndex { return indexCustomerFieldsIn(customerFields, "") }

// indexCustomerFieldsIn finds the fields of a customer among those of a kind, where they begin with a prefix; the owner of a
// row stands there without one. -1 where the kind has none.
func indexCustomerFieldsIn(fields []collect.Field, prefix string) customerFieldIndex {
	at := func(name string) int { return fieldIndex(fields, prefix+name) }
	x := customerFieldIndex{
		externalID: at("external_id"), phone: at("phone"), email: at("email"), wechat: at("wechat"), birthday: at("birthday"),
		tags: at("tags"), owner: fieldIndex(fields, "owner"), createdAt: at("created_at"), custom: at("custom.*"),
		record: at("record"), fullAddress: at("full_address"), identitySource: at("identity_source"), identities: at("identities"), morePhones: at("more_phones"), moreEmails: at("more_emails"),
	}
	for _, f := range textFields {
		x.text = append(x.text, at(f.name))
	}
	for _, channel := range []string{"email", "sms", "phone", "wechat"} {
		x.consents = append(x.consents, consentField{channel, at("consent." + channel)})
	}
	return x
}

// fieldIndex gives the place of a field, -1 when the kind has none of that name.
func fieldIndex(fields []collect.Field, name string) int {
	for i, f := range fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

func cleanProvince(cell string) (string, string) { return NormalProvince(cell), "" }

func cleanKind(cell string) (string, string) {
	switch cell {
	case "organization", "organisation", "Organization", "company", "Company", "企业", "公司", "机构", "组织", "单位":
		return KindOrganization, ""
	case "person", "Person", "individual", "Individual", "个人", "自然人":
		return KindPerson, ""
	}
	return "", "kind_unknown"
}

func cleanStage(cell string) (string, string) {
	switch cell {
	case StageProspect, "Prospect", "潜在客户", "潜客":
		return StageProspect, ""
	case StageCustomer, "Customer", "客户", "成交客户", "正式客户":
		return StageCustomer, ""
	case StageFormer, "Former", "流失客户", "前客户":
		return StageFormer, ""
	}
	return "", "stage_unknown"
}
