package customer

import "guanxi/base/china"

// NormalProvince gives the short everyday name of a Chinese province however it was written: 沪, 上海市, 上海市辖区
// and 上海 are 上海. Anything else comes back trimmed.
func NormalProvince(raw string) string { return china.ProvinceName(raw) }

// NormalCity gives the short name of a Chinese city: 杭州市 is 杭州, and the 市辖区 of a municipality is the municipality
// (province, already normalised). Anything else comes back trimmed.
func NormalCity(raw, province string) string { return china.CityName(raw, province) }

// normalRegion normalises both; a municipality's name in either place fills the other.
func normalRegion(province, city string) (string, string) {
	province = NormalProvince(province)
	city = NormalCity(city, province)
	switch {
	case province == "" && city != "" && china.Municipality(NormalProvince(city)):
		province = NormalProvince(city)
		city = province
	case city == "" && china.Municipality(province):
		city = province
	}
	return province, city
}
