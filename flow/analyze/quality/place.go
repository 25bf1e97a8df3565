package quality

import (
	"guanxi/base/china"
	"guanxi/flow/customer"
)

// provinceOfCity gives the province that a city of China lies in, "" for a name that is not known or that is a province's as
// well (海南). 朝阳 is none either: it is a city of Liaoning, and what people call a district of Beijing.
func provinceOfCity(city string) string {
	named := china.Province(city)
	switch d := china.Below(nil, china.CityLevel, city); {
	case d != nil && city != "朝阳" && (named == nil || named == d.Parent):
		return d.Parent.Short
	case d == nil && named != nil && (named.Short == "香港" || named.Short == "澳门"):
		return named.Short
	}
	return ""
}

// provinceKnown says that a text names a province of China.
func provinceKnown(name string) bool { return china.Province(name) != nil }

// provinceOfPostcode gives the province of a postcode of China, "" for what is none.
func provinceOfPostcode(code string) string { return china.ProvinceOfPostcode(code) }

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// chinese says that a record's place is in the mainland of China as far as it says anything.
func (r *Record) chinese(home string) bool {
	if r.Country == "" {
		return home == "CN"
	}
	return customer.RegionOf(r.Country) == "CN"
}
