package quality

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"guanxi/base/china"
	"guanxi/flow/customer"
)

func checkPostcode(x *exam) {
	if x.Postcode == "" || !x.chinese(x.home) {
		return
	}
	x.ask()
	if len(x.Postcode) == 6 && digitsOnly(x.Postcode) {
		return
	}
	f := Found{Value: x.Postcode}
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == 'O' || r == 'o':
			return '0'
		case unicode.IsSpace(r) || r == '-':
			return -1
		}
		return r
	}, x.Postcode)
	if provinceOfPostcode(plain) != "" {
		f.Proposed = plain
	}
	x.fails(f)
}

func checkRegion(x *exam) {
	if x.Province == "" || !x.chinese(x.home) {
		return
	}
	x.ask()
	if !provinceKnown(x.Province) && !latin(x.Province) {
		x.fails(Found{Value: x.Province, Proposed: x.placeBut("")})
	}
}

// latin says that a name is written in letters, as a foreigner writes a province of China.
func latin(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return true
}

func (x *exam) inChina() bool {
	return x.Province != "" && x.chinese(x.home) && provinceKnown(x.Province)
}

func checkCityProvince(x *exam) {
	if !x.inChina() {
		return
	}
	lies := provinceOfCity(x.City)
	if lies == "" {
		return
	}
	x.ask()
	if lies != customer.NormalProvince(x.Province) {
		x.fails(Found{Value: x.Province, Other: x.City, Expected: lies, Proposed: lies})
	}
}

func checkPostcodeProvince(x *exam) {
	if !x.inChina() {
		return
	}
	lies, province := provinceOfPostcode(x.Postcode), customer.NormalProvince(x.Province)
	if lies == "" {
		return
	}
	x.ask()
	if lies != province && !china.ServedAcross(province, lies) {
		f := Found{Value: x.Province, Other: x.Postcode, Expected: lies}
		if city := provinceOfCity(x.City); city == "" || city == lies {
			f.Proposed = lies
		}
		x.fails(f)
	}
}

// checkLandline asks of landlines only: a mobile number moves with its owner.
func checkLandline(x *exam) {
	if !x.inChina() {
		return
	}
	for _, p := range x.points(customer.ContactPhone) {
		if p.State != customer.ContactOK || !landline(p.Value) {
			continue
		}
		province, _ := placeOfPhone(p.Value)
		if province == "" {
			continue
		}
		x.ask()
		if province != customer.NormalProvince(x.Province) {
			x.fails(Found{Value: x.Province, Expected: province, Proposed: x.placeBut(customer.NormalProvince(x.Province))})
			return
		}
	}
}

func landline(e164 string) bool {
	return strings.HasPrefix(e164, "+86") && len(e164) > 4 && e164[3] != '1' || strings.HasPrefix(e164, "+8610")
}

// placeOfPhone gives the province and city that a number of China was given out in, from the library's tables.
func placeOfPhone(e164 string) (province, city string) {
	if !strings.HasPrefix(e164, "+86") {
		return "", ""
	}
	n, err := phonenumbers.Parse(e164, "CN")
	if err != nil {
		return "", ""
	}
	said, err := phonenumbers.GetGeocodingForNumber(n, "zh")
	if err != nil || said == "" {
		return "", ""
	}
	for _, p := range china.Provinces() {
		name := p.Short
		rest, found := strings.CutPrefix(said, name)
		if !found {
			continue
		}
		for _, suffix := range []string{"维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"} {
			if after, cut := strings.CutPrefix(rest, suffix); cut {
				rest = after
				break
			}
		}
		if city = customer.NormalCity(rest, name); provinceOfCity(city) != name {
			city = ""
		}
		if city == "" && provinceOfCity(name) == name {
			city = name
		}
		return name, city
	}
	return "", ""
}

// placeBut gives the province that the city, the postcode, the address or a phone number say, in that order; not the one named.
func (x *exam) placeBut(not string) string {
	candidates := []string{provinceOfCity(x.City), provinceOfPostcode(x.Postcode)}
	if p := china.Parse(x.Address).Province; p != nil {
		candidates = append(candidates, p.Short)
	}
	for _, p := range x.points(customer.ContactPhone) {
		if p.State == customer.ContactOK {
			province, _ := placeOfPhone(p.Value)
			candidates = append(candidates, province)
		}
	}
	for _, c := range candidates {
		if c != "" && c != not {
			return c
		}
	}
	return ""
}

// derive gives what the other details of a record say about a field, "" for nothing.
func (x *exam) derive(name string) string {
	switch name {
	case "gender":
		if _, gender := x.title(); gender != "" {
			return gender
		}
		c, _ := x.citizen()
		return c.gender
	case "birthday":
		c, _ := x.citizen()
		return c.birthday
	case "province":
		return x.placeBut("")
	case "district":
		if d := china.Parse(x.Address).District; d != nil && (x.City == "" || d.Parent.Short == x.City) && (x.Province == "" || d.Up(china.ProvinceLevel).Short == x.Province) {
			return d.Name
		}
	case "city":
		if city := china.Parse(x.Address).City; city != nil && (x.Province == "" || city.Parent.Short == x.Province) {
			return city.Short
		}
		for _, p := range x.points(customer.ContactPhone) {
			if p.State != customer.ContactOK {
				continue
			}
			if province, city := placeOfPhone(p.Value); city != "" && (x.Province == "" || province == customer.NormalProvince(x.Province)) {
				return city
			}
		}
	case "country":
		if provinceKnown(x.Province) || provinceOfCity(x.City) != "" {
			return countryName("CN", "中国")
		}
		for _, p := range x.points(customer.ContactPhone) {
			if n, err := phonenumbers.Parse(p.Value, ""); err == nil && p.State == customer.ContactOK {
				if code := phonenumbers.GetRegionCodeForNumber(n); code != "" {
					return countryName(code, "中国")
				}
			}
		}
	case "name":
		if x.Kind == customer.KindOrganization {
			return x.Company
		}
	}
	return ""
}

// countryName names a region in the script that like is written in.
func countryName(code, like string) string {
	region, err := language.ParseRegion(code)
	switch {
	case err != nil:
		return ""
	case len(like) == 2 && latin(like):
		return code
	case latin(like):
		return display.English.Regions().Name(region)
	}
	return display.Chinese.Regions().Name(region)
}
