package quality

import (
	"slices"
	"strings"

	"guanxi/flow/analyze"
)

// Dimension is one way in which a record can be good or bad.
type Dimension string

// The five dimensions.
const (
	Completeness Dimension = "completeness" // what should be there is there
	Validity     Dimension = "validity"     // a value can be one
	Consistency  Dimension = "consistency"  // values do not contradict one another
	Uniqueness   Dimension = "uniqueness"   // one customer is one record
	Timeliness   Dimension = "timeliness"   // it was confirmed not too long ago
)

// Dimensions are the five in the order they are shown, with what each is worth of a record's score.
var Dimensions = []Dimension{Completeness, Validity, Consistency, Uniqueness, Timeliness}

var worth = map[Dimension]float64{Completeness: 0.30, Validity: 0.25, Consistency: 0.20, Uniqueness: 0.15, Timeliness: 0.10}

// Method is a way to repair what a rule has found.
type Method string

// The methods.
const (
	FixDefault Method = "default"      // put a given value where there is none
	FixDerive  Method = "derive"       // put what other details of the same record say, or the same value written right
	FixSource  Method = "source"       // put the last good value that the field had before, from any source
	FixAsk     Method = "ask"          // have the owner ask the customer
	FixAskHer  Method = "ask_customer" // ask the customer on her own page
	FixCap     Method = "cap"          // bring it to the nearest usual value
	FixClear   Method = "clear"        // take the value away
	FixExclude Method = "exclude"      // let analysis do without the value
	FixConfirm Method = "confirm"      // it is right
	FixDelete  Method = "delete"       // delete the record; it can be restored
)

// Rule is one thing that is asked of records.
type Rule struct {
	Key       string
	Dimension Dimension
	Label     analyze.Label
	Say       analyze.Label // the finding as a sentence; {value}, {other} and {expected} stand for what was found
	Weight    float64
	Threshold float64  // its meaning stands in Unit; 0: none
	Unit      string   // days, share, customers
	Fields    []string // the fields asked, where that can be chosen
	Field     string   // the field it is about, where there is one
	Reads     []string // fields a reader must be able to see something of to be told
	Fixes     []Method
	Subject   string // customer, order, source
	Active    bool
	Own       bool
	Condition string // JSON; of a rule of the workspace's own: whom it holds for is a finding
	Version   int64

	least, most float64 // of the threshold
	check       func(e *exam)
}

// The keys of rules that others must know.
const (
	ruleStale        = "stale"
	ruleOrderOutlier = "order_outlier"
	ruleVolume       = "source_volume"
	ruleNulls        = "source_nulls"
	ruleContactBad   = "contact_bad"
)

const ownRulePrefix = "own."

func said(zh, en string) analyze.Label { return analyze.Label{Chinese: zh, English: en} }

// builtin gives the product's own rules, each as it is until the workspace changes it.
func builtin() []*Rule {
	rules := []*Rule{
		{Key: "missing", Dimension: Completeness, Label: said("缺少重要资料", "Important detail missing"), Say: said("没有填写", "Not filled in"),
			Fields: []string{"name", "phone", "email", "gender", "birthday", "province", "city", "address", "industry"},
			Fixes:  []Method{FixDerive, FixSource, FixDefault, FixAsk}, check: checkMissing},
		{Key: "required", Dimension: Completeness, Weight: 2, Label: said("缺少该阶段必填的资料", "Detail required at this stage missing"), Say: said("所在阶段要求填写", "Required at the customer's stage"),
			Fixes: []Method{FixSource, FixDefault, FixAsk}, check: checkRequired},

		{Key: "phone_invalid", Dimension: Validity, Weight: 2, Field: "phone", Label: said("手机号无法使用", "Phone number cannot be one"), Say: said("{value} 不是有效号码", "{value} is no valid number"),
			Fixes: []Method{FixDerive, FixAsk, FixClear, FixConfirm}, check: checkPhone},
		{Key: "phone_fake", Dimension: Validity, Field: "phone", Label: said("疑似假号码", "Number looks made up"), Say: said("{value} 像是随手填的", "{value} looks typed at random"),
			Fixes: []Method{FixAsk, FixClear, FixConfirm}, check: checkFakePhone},
		{Key: "email_invalid", Dimension: Validity, Weight: 2, Field: "email", Label: said("邮箱无法使用", "E-mail address cannot be one"), Say: said("{value} 不是有效邮箱", "{value} is no valid address"),
			Fixes: []Method{FixDerive, FixAsk, FixClear, FixConfirm}, check: checkEmail},
		{Key: "email_typo", Dimension: Validity, Field: "email", Label: said("邮箱域名疑似拼错", "E-mail domain looks misspelt"), Say: said("{value} 可能是 {expected}", "{value} may mean {expected}"),
			Fixes: []Method{FixDerive, FixConfirm, FixAsk, FixClear}, check: checkEmailTypo},
		{Key: ruleContactBad, Dimension: Validity, Weight: 2, Label: said("联系方式已失效", "Contact point fails"), Say: said("{value}：{other}", "{value}: {other}"),
			Reads: []string{"phone", "email"}, Fixes: []Method{FixAsk, FixClear}, check: checkBadContact},
		{Key: "birthday_invalid", Dimension: Validity, Field: "birthday", Threshold: 110, Unit: "years", least: 60, most: 130, Label: said("生日不可能", "Birthday impossible"), Say: said("生日 {value} 不可能", "A birthday of {value} is impossible"),
			Fixes: []Method{FixDerive, FixSource, FixAsk, FixClear, FixExclude, FixConfirm}, check: checkBirthday},
		{Key: "birthday_placeholder", Dimension: Validity, Field: "birthday", Label: said("生日像是默认值", "Birthday looks like a default"), Say: said("{value} 出现得太多，像是系统默认值", "{value} is far too common: it looks like a default"),
			Fixes: []Method{FixDerive, FixAsk, FixClear, FixExclude, FixConfirm}, check: checkDefaultBirthday},
		{Key: "id_invalid", Dimension: Validity, Weight: 2, Label: said("证件号校验不通过", "Document number fails its check"), Say: said("{value} 的校验位不对", "{value} fails its check digit"),
			Fixes: []Method{FixSource, FixAsk, FixClear, FixConfirm}, check: checkDocuments},
		{Key: "name_placeholder", Dimension: Validity, Weight: 2, Field: "name", Label: said("姓名不是真实姓名", "Name is not a name"), Say: said("“{value}”不像姓名", "“{value}” is no name"),
			Fixes: []Method{FixSource, FixAsk, FixConfirm, FixDelete}, check: checkName},
		{Key: "postcode_invalid", Dimension: Validity, Field: "postcode", Label: said("邮编不正确", "Postcode cannot be one"), Say: said("{value} 不是六位邮编", "{value} is no postcode of six digits"),
			Fixes: []Method{FixDerive, FixAsk, FixClear, FixConfirm}, check: checkPostcode},
		{Key: "region_unknown", Dimension: Validity, Field: "province", Label: said("省份无法识别", "Province unknown"), Say: said("中国没有“{value}”", "China has no province “{value}”"),
			Fixes: []Method{FixDerive, FixSource, FixAsk, FixClear, FixConfirm}, check: checkRegion},
		{Key: "city_unknown", Dimension: Validity, Field: "city", Label: said("城市无法识别", "City unknown"), Say: said("中国没有城市“{value}”", "China has no city “{value}”"),
			Fixes: []Method{FixDerive, FixSource, FixAsk, FixClear, FixConfirm}, check: checkCity},
		{Key: "district_unknown", Dimension: Validity, Field: "district", Label: said("区县无法识别", "District unknown"), Say: said("中国没有区县“{value}”", "China has no district “{value}”"),
			Fixes: []Method{FixDerive, FixSource, FixAsk, FixClear, FixConfirm}, check: checkDistrict},
		{Key: "own_address", Dimension: Validity, Label: said("地址里的省市区无法识别", "Place of an address unknown"), Say: said("“{value}”认不出省市区", "No place of China is known by “{value}”"),
			Fixes: []Method{FixSource, FixAsk, FixClear, FixConfirm}, check: checkOwnAddress},
		{Key: "format", Dimension: Validity, Threshold: 0.97, Unit: "share", least: 0.8, most: 1, Label: said("格式与其他记录不同", "Written unlike all others"), Say: said("{value}：其他记录写成 {expected}", "{value}: others are written {expected}"),
			Fixes: []Method{FixAsk, FixClear, FixConfirm}, check: checkFormat},
		{Key: "outlier", Dimension: Validity, Threshold: 0.05, Unit: "share", least: 0.0001, most: 0.5, Label: said("数值异常", "Value far from all others"), Say: said("{value}：通常在 {expected} 之间", "{value}: usually between {expected}"),
			Fixes: []Method{FixCap, FixAsk, FixExclude, FixClear, FixConfirm}, check: checkOutlier},
		{Key: ruleOrderOutlier, Subject: "order", Dimension: Validity, Field: "amount", Threshold: 0.05, Unit: "share", least: 0.0001, most: 0.5, Label: said("订单金额异常", "Order amount far from all others"), Say: said("{value}：通常在 {expected} 之间", "{value}: usually between {expected}"),
			Fixes: []Method{FixExclude, FixConfirm}},

		{Key: "phone_country", Dimension: Consistency, Field: "country", Reads: []string{"phone"}, Label: said("国家与手机区号矛盾", "Country contradicts the phone's prefix"), Say: said("国家是 {value}，号码却属于 {other}", "The country is {value}, the number belongs to {other}"),
			Fixes: []Method{FixDerive, FixAsk, FixConfirm}, check: checkPhoneCountry},
		{Key: "city_province", Dimension: Consistency, Field: "province", Label: said("城市与省份矛盾", "City contradicts province"), Say: said("{other} 不在 {value}，在 {expected}", "{other} is not in {value} but in {expected}"),
			Fixes: []Method{FixDerive, FixAsk, FixConfirm}, check: checkCityProvince},
		{Key: "district_city", Dimension: Consistency, Field: "city", Reads: []string{"district"}, Label: said("区县与城市矛盾", "District contradicts city"), Say: said("{other} 不在 {value}，在 {expected}", "{other} is not in {value} but in {expected}"),
			Fixes: []Method{FixDerive, FixAsk, FixConfirm}, check: checkDistrictCity},
		{Key: "postcode_province", Dimension: Consistency, Field: "province", Label: said("邮编与省份矛盾", "Postcode contradicts province"), Say: said("邮编 {other} 属于 {expected}，省份却是 {value}", "Postcode {other} belongs to {expected}, the province is {value}"),
			Fixes: []Method{FixDerive, FixAsk, FixConfirm}, check: checkPostcodeProvince},
		{Key: "landline_province", Dimension: Consistency, Field: "province", Reads: []string{"phone"}, Label: said("固话区号与省份矛盾", "Landline code contradicts province"), Say: said("固话属于 {expected}，省份却是 {value}", "The landline belongs to {expected}, the province is {value}"),
			Fixes: []Method{FixDerive, FixAsk, FixConfirm}, check: checkLandline},
		{Key: "gender_title", Dimension: Consistency, Field: "gender", Label: said("性别与称呼矛盾", "Gender contradicts title"), Say: said("称呼是“{other}”，性别却是 {value}", "Called “{other}”, but the gender is {value}"),
			Fixes: []Method{FixDerive, FixAsk, FixConfirm}, check: checkTitle},
		{Key: "person_company", Dimension: Consistency, Field: "kind", Label: said("个人用了单位的名字", "Person with an organization's name"), Say: said("“{other}”是单位名称，类型却是个人", "“{other}” names an organization, the kind is person"),
			Fixes: []Method{FixDerive, FixConfirm}, check: checkKind},
		{Key: "id_birthday", Dimension: Consistency, Weight: 2, Field: "birthday", Label: said("生日与身份证矛盾", "Birthday contradicts the identity number"), Say: said("身份证上是 {expected}，生日却是 {value}", "The identity number says {expected}, the birthday is {value}"),
			Fixes: []Method{FixDerive, FixAsk, FixClear, FixConfirm}, check: checkCitizenBirthday},
		{Key: "id_gender", Dimension: Consistency, Field: "gender", Label: said("性别与身份证矛盾", "Gender contradicts the identity number"), Say: said("身份证上是 {expected}，性别却是 {value}", "The identity number says {expected}, the gender is {value}"),
			Fixes: []Method{FixDerive, FixAsk, FixConfirm}, check: checkCitizenGender},
		{Key: "stage_orders", Dimension: Consistency, Field: "lifecycle_stage", Label: said("已下单却还是潜在客户", "Has ordered but is still a prospect"), Say: said("已有 {other} 单，阶段还是潜在客户", "Has {other} orders, the stage is prospect"),
			Fixes: []Method{FixDerive, FixConfirm}, check: checkStageOrders},

		{Key: "duplicate", Dimension: Uniqueness, Label: said("很可能与另一位重复", "Likely the same as another customer"), Say: said("有一对待处理的重复记录", "Stands in an open pair of duplicates"), check: checkTwin},

		{Key: ruleStale, Dimension: Timeliness, Threshold: 365, Unit: "days", least: 7, most: 3650, Label: said("长期未确认", "Not confirmed for long"), Say: said("{value} 之后没有更新、下单或联系", "No change, order or contact since {value}"),
			Fixes: []Method{FixAsk, FixConfirm, FixDelete}, check: checkStale},

		{Key: ruleVolume, Subject: "source", Dimension: Timeliness, Threshold: 4, Unit: "deviations", least: 2, most: 20, Label: said("来源数据量异常", "Volume of a source unusual"), Say: said("昨日 {value} 条，同一星期几通常 {expected} 条", "{value} yesterday; {expected} are usual on that weekday")},
		{Key: ruleNulls, Subject: "source", Dimension: Completeness, Threshold: 0.2, Unit: "share", least: 0.05, most: 0.9, Label: said("来源的字段突然变空", "Field of a source suddenly empty"), Say: said("近 7 天有 {value} 为空，此前 {expected}", "{value} empty in the last 7 days, {expected} before")},
	}
	for _, r := range rules {
		r.Active = true
		if r.Weight == 0 {
			r.Weight = 1
		}
		if r.Subject == "" {
			r.Subject = "customer"
		}
		if r.Field != "" {
			r.Reads = append(r.Reads, r.Field)
		}
	}
	return rules
}

// fixes says whether the rule knows the way; whom it can be asked of is another matter.
func (r *Rule) fixes(m Method) bool {
	return slices.Contains(r.Fixes, m) || m == FixAskHer && slices.Contains(r.Fixes, FixAsk)
}

func ownKey(field string) (key string, own bool) { return strings.CutPrefix(field, "custom.") }
