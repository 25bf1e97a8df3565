package quality

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/base/field"
	"guanxi/flow/customer"
)

func checkMissing(x *exam) {
	person := x.Kind != customer.KindOrganization
	for _, name := range x.rule.Fields {
		switch name {
		case "gender", "birthday", "given_name", "family_name":
			if !person {
				continue
			}
		case "industry", "company":
			if name == "industry" && person {
				continue
			}
		case "province", "city", "district", "postcode":
			if !x.chinese(x.home) {
				continue // other countries are written in as many ways as there are
			}
		}
		if key, own := ownKey(name); own {
			f, known := x.own.Find(key)
			if !known || f.Archived() || !f.For(x.Kind) {
				continue
			}
		}
		x.ask()
		if x.text(name) != "" || contactKind(name) && len(x.points(name)) > 0 {
			continue
		}
		f := Found{Field: name}
		if x.propose {
			f.Proposed = x.derive(name)
		}
		x.fails(f)
	}
}

func contactKind(name string) bool {
	return name == customer.ContactPhone || name == customer.ContactEmail || name == customer.ContactWeChat
}

func checkRequired(x *exam) {
	for _, f := range x.own.All() {
		if f.Archived() || !f.For(x.Kind) || !slices.Contains(f.RequiredAt, x.LifecycleStage) {
			continue
		}
		x.ask()
		if x.Own[f.Key] == nil {
			x.fails(Found{Field: "custom." + f.Key})
		}
	}
}

func checkBirthday(x *exam) {
	if x.Birthday == nil {
		return
	}
	x.ask()
	if x.learned.Defaults[*x.Birthday] {
		return // that it is no birthday at all is told by the rule of defaults
	}
	born, err := time.Parse(time.DateOnly, *x.Birthday)
	if err == nil && !born.After(x.today) && born.AddDate(int(x.rule.Threshold), 0, 0).After(x.today) {
		return
	}
	x.fails(Found{Value: *x.Birthday, Proposed: x.derive("birthday")})
}

func checkDefaultBirthday(x *exam) {
	if x.Birthday == nil {
		return
	}
	x.ask()
	if x.learned.Defaults[*x.Birthday] {
		x.fails(Found{Value: *x.Birthday, Proposed: x.derive("birthday")})
	}
}

// documents are fields of the workspace's own that hold numbers of documents with a check digit, told by their label.
func (e *examiner) documents(kind string) (fields []*field.Field) {
	for _, f := range e.own.All() {
		if f.Type == field.Text && !f.Archived() && f.For(kind) && (citizenField.MatchString(f.Label.Chinese+" "+f.Label.English) || companyField.MatchString(f.Label.Chinese+" "+f.Label.English)) {
			fields = append(fields, f)
		}
	}
	return fields
}

var (
	citizenField = regexp.MustCompile(`(?i)身份证|resident id|identity (card|number)|id card`)
	companyField = regexp.MustCompile(`(?i)统一社会信用|信用代码|social credit`)
)

func checkDocuments(x *exam) {
	for _, f := range x.documents(x.Kind) {
		text, held := x.Own[f.Key].(string)
		if !held || text == "" {
			continue
		}
		x.ask()
		_, good := readCitizen(text)
		if !citizenField.MatchString(f.Label.Chinese + " " + f.Label.English) {
			good = goodCompanyCode(text)
		}
		if !good {
			x.fails(Found{Field: "custom." + f.Key, Value: text})
		}
	}
}

// citizen gives what the customer's identity number says of her.
func (x *exam) citizen() (c citizen, ok bool) {
	if x.Own == nil {
		return c, false
	}
	for _, f := range x.documents(x.Kind) {
		if text, held := x.Own[f.Key].(string); held && citizenField.MatchString(f.Label.Chinese+" "+f.Label.English) {
			if c, ok = readCitizen(text); ok {
				return c, true
			}
		}
	}
	return c, false
}

func checkCitizenBirthday(x *exam) {
	if c, known := x.citizen(); known && x.Birthday != nil {
		x.ask()
		if *x.Birthday != c.birthday {
			x.fails(Found{Value: *x.Birthday, Expected: c.birthday, Proposed: c.birthday})
		}
	}
}

func checkCitizenGender(x *exam) {
	if c, known := x.citizen(); known && x.text("gender") != "" {
		x.ask()
		if x.Gender != c.gender {
			x.fails(Found{Value: x.Gender, Expected: c.gender, Proposed: c.gender})
		}
	}
}

var noNames = regexp.MustCompile(`(?i)^(test\d*|demo|asdf+|qwer(ty)?|abc|aaa+|xxx+|n/?a|null|none|nil|undefined|unknown|anonymous|user|customer|guest|admin|测试\d*|未知|匿名|无|没有|不详|暂无|顾客|客户|用户|会员|散客|先生|女士|小姐|[\d\W_]+)$`)

func checkName(x *exam) {
	if x.Name == "" {
		return
	}
	x.ask()
	if name := strings.TrimSpace(x.Name); isASCIIOrKnown(name) && noNames.MatchString(name) {
		x.fails(Found{Value: x.Name})
	}
}

// isASCIIOrKnown keeps the pattern's \W, which takes every character beyond ASCII for a sign, from names in other scripts.
func isASCIIOrKnown(name string) bool {
	for _, r := range name {
		if r >= utf8.RuneSelf {
			return knownNoName[strings.TrimRight(name, "0123456789")]
		}
	}
	return true
}

var knownNoName = map[string]bool{"测试": true, "未知": true, "匿名": true, "无": true, "没有": true, "不详": true, "暂无": true, "顾客": true, "客户": true,
	"用户": true, "会员": true, "散客": true, "先生": true, "女士": true, "小姐": true}

// titles say who is called by them; at the end of a Chinese name, in front of a Western one.
var titlesAfter = map[string]string{"先生": customer.GenderMale, "女士": customer.GenderFemale, "小姐": customer.GenderFemale, "太太": customer.GenderFemale}

var titlesBefore = map[string]string{"mr": customer.GenderMale, "mister": customer.GenderMale, "herr": customer.GenderMale, "mrs": customer.GenderFemale, "ms": customer.GenderFemale, "miss": customer.GenderFemale, "frau": customer.GenderFemale}

// title gives the title in a person's name and the gender that goes with it, "" for none.
func (r *Record) title() (title, gender string) {
	for t, g := range titlesAfter {
		if strings.HasSuffix(r.Name, t) && len(r.Name) > len(t) {
			return t, g
		}
	}
	first, _, found := strings.Cut(strings.TrimSpace(r.Name), " ")
	if g := titlesBefore[strings.ToLower(strings.TrimSuffix(first, "."))]; found && g != "" {
		return first, g
	}
	return "", ""
}

func checkTitle(x *exam) {
	if x.Kind == customer.KindOrganization || x.text("gender") == "" {
		return
	}
	title, gender := x.title()
	if title == "" {
		return
	}
	x.ask()
	if x.Gender != gender {
		x.fails(Found{Value: x.Gender, Other: title, Proposed: gender})
	}
}

// organizations end in these, or are called so and nothing else.
var organization = regexp.MustCompile(`(?i)(公司|集团|有限责任|工作室|事务所|研究院|委员会|合作社|超市|酒店|医院|大学|银行|商行|经营部)$|\b(ltd|limited|inc|gmbh|llc|corp|corporation|s\.?a\.?r\.?l|co\.,? ?ltd|plc|pty)\.?$`)

func checkKind(x *exam) {
	if x.Kind == customer.KindOrganization || x.Name == "" {
		return
	}
	x.ask()
	if organization.MatchString(strings.TrimSpace(x.Name)) {
		x.fails(Found{Value: x.Kind, Other: x.Name, Proposed: customer.KindOrganization})
	}
}

func checkStageOrders(x *exam) {
	if x.Orders == 0 {
		return
	}
	x.ask()
	if x.LifecycleStage == customer.StageProspect {
		x.fails(Found{Value: x.LifecycleStage, Other: strconv.FormatInt(x.Orders, 10), Proposed: customer.StageCustomer})
	}
}

func checkTwin(x *exam) {
	x.ask()
	if x.Twin {
		x.fails(Found{})
	}
}

func checkStale(x *exam) {
	x.ask()
	at := x.confirmedAt()
	if x.now-at > int64(x.rule.Threshold)*24*60*60*1000 {
		x.fails(Found{Value: x.at.Day(at)})
	}
}
