package quality

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"guanxi/flow/customer"
)

// points gives the contact points of a kind that were not tried in vain.
func (r *Record) points(kind string) (points []customer.ContactPoint) {
	for _, p := range r.Contacts {
		if p.Kind == kind && !p.Bad() {
			points = append(points, p)
		}
	}
	return points
}

// region is the one that numbers without a country code are read in.
func (x *exam) region() string {
	if region := customer.RegionOf(x.Country); region != "" {
		return region
	}
	return x.home
}

func checkPhone(x *exam) {
	for _, p := range x.points(customer.ContactPhone) {
		x.ask()
		if _, good := customer.NormalPhone(p.Value, x.region()); p.State == customer.ContactOK && good {
			continue
		}
		f := Found{Value: p.Value, Contact: p.ID, State: p}
		if x.propose {
			f.Proposed = mendPhone(p.Raw, x.region())
		}
		x.fails(f)
		return // one finding says that there is something to mend
	}
}

// mendPhone reads a number as people mistype it: letters for digits, two numbers in one cell, a word beside it. "" when
// it cannot be told which number is meant.
func mendPhone(raw, region string) string {
	for _, part := range strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune("/;,、；，|", r) }) {
		digits := strings.Map(func(r rune) rune {
			switch r {
			case 'O', 'o', 'Ｏ':
				return '0'
			case 'l', 'I', '|':
				return '1'
			}
			if r >= '0' && r <= '9' || r == '+' || r == '-' || r == ' ' || r >= '０' && r <= '９' {
				return r
			}
			return -1
		}, part)
		if number, good := customer.NormalPhone(digits, region); good {
			return number
		}
	}
	return ""
}

// checkFakePhone asks whether the subscriber's part of a number is one digit, a straight run, or a pair of digits
// repeated: no network gives out as many of those as people type.
func checkFakePhone(x *exam) {
	for _, p := range x.points(customer.ContactPhone) {
		if p.State != customer.ContactOK || len(p.Value) < 9 {
			continue
		}
		x.ask()
		if tail := p.Value[len(p.Value)-8:]; madeUp(tail) {
			x.fails(Found{Value: p.Value, Contact: p.ID, State: p})
			return
		}
	}
}

func madeUp(digits string) bool {
	same, up, down := true, true, true
	for i := 1; i < len(digits); i++ {
		same = same && digits[i] == digits[0]
		up = up && digits[i] == '0'+(digits[i-1]-'0'+1)%10
		down = down && digits[i] == '0'+(digits[i-1]-'0'+9)%10
	}
	return same || up || down
}

func checkEmail(x *exam) {
	for _, p := range x.points(customer.ContactEmail) {
		x.ask()
		if p.State == customer.ContactOK {
			if _, good := customer.NormalEmail(p.Value); good {
				continue
			}
		}
		f := Found{Value: p.Value, Contact: p.ID, State: p}
		if x.propose {
			f.Proposed = mendEmail(p.Raw)
		}
		x.fails(f)
		return
	}
}

// mendEmail reads an address as people mistype it: a Chinese dot or full-width sign, blanks, "#" or two signs for "@", a
// comma for a dot, a dot at the end. "" when it is still none.
func mendEmail(raw string) string {
	s := strings.NewReplacer("。", ".", "，", ".", ",", ".", "＠", "@", " ", "", "\u3000", "", "@@", "@", "..", ".", "(at)", "@", "[at]", "@").Replace(strings.TrimSpace(raw))
	if !strings.Contains(s, "@") && strings.Count(s, "#") == 1 {
		s = strings.Replace(s, "#", "@", 1)
	}
	address, good := customer.NormalEmail(strings.Trim(s, "."))
	if !good {
		return ""
	}
	return address
}

// slips are domains that nobody receives mail under, each one key away from a large one.
var slips = map[string]string{
	"gmial.com": "gmail.com", "gmai.com": "gmail.com", "gamil.com": "gmail.com", "gmail.con": "gmail.com", "gmail.cn": "gmail.com", "gmail.co": "gmail.com", "gmal.com": "gmail.com", "gnail.com": "gmail.com",
	"hotmial.com": "hotmail.com", "hotmal.com": "hotmail.com", "hotmail.con": "hotmail.com", "hotmai.com": "hotmail.com", "outlok.com": "outlook.com", "outlook.con": "outlook.com", "outloo.com": "outlook.com",
	"yaho.com": "yahoo.com", "yahoo.con": "yahoo.com", "yhoo.com": "yahoo.com", "iclould.com": "icloud.com", "icloud.con": "icloud.com",
	"qq.con": "qq.com", "qq.cm": "qq.com", "qq.co": "qq.com", "qq.ocm": "qq.com", "q.com": "qq.com", "qqq.com": "qq.com",
	"163.con": "163.com", "163.cm": "163.com", "163.co": "163.com", "163.ocm": "163.com", "126.con": "126.com", "126.cm": "126.com", "126.co": "126.com",
	"sina.con": "sina.com", "sian.com": "sina.com", "sohu.con": "sohu.com", "139.con": "139.com", "foxmial.com": "foxmail.com", "foxmail.con": "foxmail.com", "aliyun.con": "aliyun.com",
}

func checkEmailTypo(x *exam) {
	for _, p := range x.points(customer.ContactEmail) {
		if p.State != customer.ContactOK {
			continue
		}
		x.ask()
		local, domain, _ := strings.Cut(p.Value, "@")
		if meant := slips[domain]; meant != "" {
			x.fails(Found{Value: p.Value, Expected: local + "@" + meant, Proposed: local + "@" + meant, Contact: p.ID, State: p})
			return
		}
	}
}

// checkBadContact asks of each kind of contact point whether one was tried in vain and no good one has come since.
func checkBadContact(x *exam) {
	for _, kind := range []string{customer.ContactPhone, customer.ContactEmail, customer.ContactWeChat} {
		at := slices.IndexFunc(x.Contacts, func(p customer.ContactPoint) bool { return p.Kind == kind && p.Bad() })
		good := slices.ContainsFunc(x.Contacts, func(p customer.ContactPoint) bool { return p.Kind == kind && p.State == customer.ContactOK })
		if at < 0 && !good {
			continue
		}
		x.ask()
		if at >= 0 && !good {
			p := x.Contacts[at]
			x.fails(Found{Field: kind, Value: p.Value, Other: p.State, Contact: p.ID, State: p})
		}
	}
}

// greater China shares people and numbers to and fro: a number of one is no contradiction to an address in another.
var greaterChina = []string{"CN", "HK", "MO", "TW"}

func checkPhoneCountry(x *exam) {
	country := customer.RegionOf(x.Country)
	if country == "" {
		return
	}
	for _, p := range x.points(customer.ContactPhone) {
		if p.State != customer.ContactOK {
			continue
		}
		x.ask()
		code, belongs := "", false
		if strings.HasPrefix(p.Value, "+86") {
			code, belongs = "CN", country == "CN"
		} else if n, err := phonenumbers.Parse(p.Value, ""); err == nil {
			code = phonenumbers.GetRegionCodeForNumber(n)
			belongs = slices.Contains(phonenumbers.GetRegionCodesForCountryCode(int(n.GetCountryCode())), country)
		}
		if code == "" || belongs || slices.Contains(greaterChina, code) && slices.Contains(greaterChina, country) {
			continue
		}
		x.fails(Found{Value: x.Country, Other: code, Proposed: countryName(code, x.Country)})
		return
	}
}
