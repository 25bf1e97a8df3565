package customer

import "guanxi/flow/collect"

// Templates implements collect.Templated: the column sets that other programs' exports of customers have. Headers are
// compared without case, blanks and signs, so that "MobilePhone", "Mobile Phone" and "mobile_phone" are one. Columns that
// nothing here holds stay unmapped.
//
//   - Salesforce: names of the fields of Contact, Account and Lead, as Data Loader and the weekly export write them, and
//     their labels, as reports write them (developer.salesforce.com, Object Reference for the Salesforce Platform: Contact,
//     https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm).
//   - HubSpot: labels of the default properties of contacts and companies, as an export writes them
//     (https://developers.hubspot.com/docs/api/crm/contacts and
//     https://knowledge.hubspot.com/properties/hubspots-default-contact-properties).
//   - Zoho CRM: names of the standard fields of Contacts, Accounts and Leads (Standard Modules & Fields,
//     https://help.zoho.com/portal/en/kb/crm and https://ubicorp.zohodesk.com/portal/en/kb/articles/standard-modules-fields).
//   - 纷享销客: labels and API names of the preset fields of 客户 (AccountObj) and 联系人 (ContactObj)
//     (https://open.fxiaoke.com). A company may rename labels there, so both are known.
func (*customerKind) Templates() []collect.Template { return customerTemplates }

func columnsOf(pairs ...string) (columns []collect.TemplateColumn) {
	for i := 0; i+1 < len(pairs); i += 2 {
		columns = append(columns, collect.TemplateColumn{Header: pairs[i], Field: pairs[i+1]})
	}
	return columns
}

var customerTemplates = []collect.Template{
	{Name: "fxiaoke_accounts", LabelZH: "纷享销客 客户", LabelEN: "Fxiaoke accounts", Constants: map[string]string{"source": "fxiaoke", "kind": "organization"}, Columns: columnsOf(
		"客户编号", "external_id", "account_no", "external_id", "客户名称", "name", "name", "name", "电话", "phone", "tel", "phone", "邮件", "email", "email", "email",
		"行业", "industry", "1级行业", "industry", "industry_level1", "industry", "客户来源", "source", "account_source", "source",
		"国家", "country", "country", "country", "省", "province", "province", "province", "市", "city", "city", "city", "区", "district", "district", "district",
		"详细地址", "address", "address", "address", "负责人", "owner", "owner", "owner", "创建时间", "created_at", "create_time", "created_at", "客户标签", "tags")},
	{Name: "fxiaoke_contacts", LabelZH: "纷享销客 联系人", LabelEN: "Fxiaoke contacts", Constants: map[string]string{"source": "fxiaoke"}, Columns: columnsOf(
		"联系人编号", "external_id", "姓名", "name", "name", "name", "手机1", "phone", "mobile1", "phone", "手机", "phone", "电话1", "more_phones", "tel1", "more_phones",
		"邮件", "email", "email", "email", "微信", "wechat", "性别", "gender", "gender", "gender", "生日", "birthday", "date_of_birth", "birthday", "客户名称", "company", "account_id", "company",
		"地址", "address", "add", "address", "负责人", "owner", "owner", "owner", "创建时间", "created_at", "create_time", "created_at")},
	{Name: "salesforce_contacts", LabelZH: "Salesforce 联系人", LabelEN: "Salesforce contacts", Constants: map[string]string{"source": "salesforce"}, Columns: columnsOf(
		"Id", "external_id", "Contact ID", "external_id", "FirstName", "given_name", "LastName", "family_name", "Email", "email", "MobilePhone", "phone", "Mobile", "phone",
		"Phone", "more_phones", "Birthdate", "birthday", "MailingStreet", "address", "MailingCity", "city", "MailingState", "province", "MailingState/Province", "province",
		"MailingPostalCode", "postcode", "MailingZip/Postal Code", "postcode", "MailingCountry", "country", "LeadSource", "source", "Account Name", "company",
		"Contact Owner", "owner", "CreatedDate", "created_at")},
	{Name: "salesforce_accounts", LabelZH: "Salesforce 客户（企业）", LabelEN: "Salesforce accounts", Constants: map[string]string{"source": "salesforce", "kind": "organization"}, Columns: columnsOf(
		"Id", "external_id", "Account ID", "external_id", "Name", "name", "Account Name", "name", "Phone", "phone", "Industry", "industry", "BillingStreet", "address", "BillingCity", "city",
		"BillingState", "province", "BillingState/Province", "province", "BillingPostalCode", "postcode", "BillingZip/Postal Code", "postcode", "BillingCountry", "country",
		"AccountSource", "source", "Account Owner", "owner", "CreatedDate", "created_at")},
	{Name: "salesforce_leads", LabelZH: "Salesforce 线索", LabelEN: "Salesforce leads", Constants: map[string]string{"source": "salesforce", "lifecycle_stage": "prospect"}, Columns: columnsOf(
		"Id", "external_id", "Lead ID", "external_id", "FirstName", "given_name", "LastName", "family_name", "Company", "company", "Company / Account", "company", "Email", "email",
		"MobilePhone", "phone", "Mobile", "phone", "Phone", "more_phones", "Street", "address", "City", "city", "State", "province", "State/Province", "province",
		"PostalCode", "postcode", "Zip/Postal Code", "postcode", "Country", "country", "Industry", "industry", "LeadSource", "source", "Lead Owner", "owner", "CreatedDate", "created_at")},
	{Name: "hubspot_contacts", LabelZH: "HubSpot 联系人", LabelEN: "HubSpot contacts", Constants: map[string]string{"source": "hubspot"}, Columns: columnsOf(
		"Record ID", "external_id", "Contact ID", "external_id", "First Name", "given_name", "Last Name", "family_name", "Email", "email", "Additional email addresses", "more_emails",
		"Mobile Phone Number", "phone", "Phone Number", "more_phones", "Date of birth", "birthday", "Gender", "gender", "Street Address", "address", "City", "city", "State/Region", "province",
		"Postal Code", "postcode", "Country/Region", "country", "Company Name", "company", "Industry", "industry", "Original Source", "source", "Contact owner", "owner", "Create Date", "created_at")},
	{Name: "hubspot_companies", LabelZH: "HubSpot 公司", LabelEN: "HubSpot companies", Constants: map[string]string{"source": "hubspot", "kind": "organization"}, Columns: columnsOf(
		"Record ID", "external_id", "Company name", "name", "Phone Number", "phone", "Industry", "industry", "Street Address", "address", "City", "city", "State/Region", "province",
		"Postal Code", "postcode", "Country/Region", "country", "Company owner", "owner", "Create Date", "created_at")},
	{Name: "zoho_contacts", LabelZH: "Zoho CRM 联系人", LabelEN: "Zoho CRM contacts", Constants: map[string]string{"source": "zoho"}, Columns: columnsOf(
		"Record Id", "external_id", "Contact Id", "external_id", "First Name", "given_name", "Last Name", "family_name", "Email", "email", "Secondary Email", "more_emails", "Mobile", "phone",
		"Phone", "more_phones", "Date of Birth", "birthday", "Mailing Street", "address", "Mailing City", "city", "Mailing State", "province", "Mailing Zip", "postcode", "Mailing Country", "country",
		"Account Name", "company", "Lead Source", "source", "Tag", "tags", "Contact Owner", "owner", "Created Time", "created_at")},
	{Name: "zoho_accounts", LabelZH: "Zoho CRM 客户（企业）", LabelEN: "Zoho CRM accounts", Constants: map[string]string{"source": "zoho", "kind": "organization"}, Columns: columnsOf(
		"Record Id", "external_id", "Account Id", "external_id", "Account Name", "name", "Phone", "phone", "Industry", "industry", "Billing Street", "address", "Billing City", "city",
		"Billing State", "province", "Billing Code", "postcode", "Billing Country", "country", "Tag", "tags", "Account Owner", "owner", "Created Time", "created_at")},
	{Name: "zoho_leads", LabelZH: "Zoho CRM 线索", LabelEN: "Zoho CRM leads", Constants: map[string]string{"source": "zoho", "lifecycle_stage": "prospect"}, Columns: columnsOf(
		"Record Id", "external_id", "Lead Id", "external_id", "First Name", "given_name", "Last Name", "family_name", "Company", "company", "Email", "email", "Secondary Email", "more_emails",
		"Mobile", "phone", "Phone", "more_phones", "Street", "address", "City", "city", "State", "province", "Zip Code", "postcode", "Country", "country", "Industry", "industry",
		"Lead Source", "source", "Tag", "tags", "Lead Owner", "owner", "Created Time", "created_at")},
}
