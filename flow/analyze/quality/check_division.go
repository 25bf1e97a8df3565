package quality

import (
	"guanxi/base/china"
	"guanxi/base/field"
	"guanxi/flow/customer"
)

// checkCity asks whether a city in a province of China is known. A county-level city (昆山) counts as one.
func checkCity(x *exam) {
	if x.City == "" || latin(x.City) || !x.inChina() {
		return
	}
	x.ask()
	if china.Below(nil, china.CityLevel, x.City) != nil || countyKnown(x.City) || china.Province(x.City) != nil {
		return
	}
	x.fails(Found{Value: x.City, Proposed: x.cityMeant()})
}

// checkDistrict asks whether a district is known where its city has any.
func checkDistrict(x *exam) {
	city := x.cityPlace()
	if x.District == "" || latin(x.District) || city == nil || len(city.Children) == 0 {
		return
	}
	x.ask()
	if china.Below(city, china.DistrictLevel, x.District) != nil || countyKnown(x.District) {
		return
	}
	f := Found{Value: x.District}
	if d := china.Parse(x.Address).District; d != nil && d.Within(city) {
		f.Proposed = d.Name
	} else if d := china.Parse(city.Parent.Name + city.Name + x.District).District; d != nil {
		f.Proposed = d.Name
	}
	x.fails(f)
}

// checkDistrictCity asks whether a district that is known lies in the city.
func checkDistrictCity(x *exam) {
	city := x.cityPlace()
	if x.District == "" || city == nil || !countyKnown(x.District) {
		return
	}
	x.ask()
	if china.Below(city, china.DistrictLevel, x.District) != nil {
		return
	}
	f := Found{Value: x.City, Other: x.District}
	if lies := china.Below(city.Parent, china.DistrictLevel, x.District); lies != nil {
		f.Expected, f.Proposed = lies.Parent.Short, lies.Parent.Short
	} else if lies := china.Below(nil, china.DistrictLevel, x.District); lies != nil {
		f.Expected = lies.Up(china.ProvinceLevel).Short + lies.Parent.Short
	}
	x.fails(f)
}

// checkOwnAddress asks whether addresses in fields of the workspace's own name places that are known.
func checkOwnAddress(x *exam) {
	for _, f := range x.own.All() {
		if f.Type != field.Address || f.Archived() || f.Sealed() || !f.For(x.Kind) || x.Own[f.Key] == nil {
			continue
		}
		x.ask()
		address, _ := customer.AddressOf(x.Own[f.Key])
		if unknown := unknownPlace(address); unknown != "" {
			x.fails(Found{Field: "custom." + f.Key, Value: unknown})
		}
	}
}

// unknownPlace gives the first level of an address in China that nobody knows, "" for none.
func unknownPlace(address map[string]any) string {
	part := func(name string) string { text, _ := address[name].(string); return text }
	if country := part("country"); country != "" && customer.RegionOf(country) != "CN" {
		return ""
	}
	p := china.Province(part("province"))
	switch city := part("city"); {
	case p == nil && part("province") != "" && !latin(part("province")):
		return part("province")
	case p == nil || latin(city):
		return ""
	case china.Below(p, china.CityLevel, city) == nil:
		return city
	case part("district") != "" && !latin(part("district")) && !countyKnown(part("district")):
		return part("district")
	}
	return ""
}

// countyKnown says that China has a place at county level of this name, be there several.
func countyKnown(name string) bool {
	for _, d := range china.Named(name) {
		if d.Level == china.DistrictLevel {
			return true
		}
	}
	return false
}

// cityPlace gives the city of a record in China where it lies in the province that the record names.
func (x *exam) cityPlace() *china.Division {
	if !x.inChina() {
		return nil
	}
	return china.Below(china.Province(x.Province), china.CityLevel, x.City)
}

// cityMeant gives the city that the rest of the address says, "" for none or for one outside the province.
func (x *exam) cityMeant() string {
	p := china.Province(x.Province)
	if p == nil {
		return ""
	}
	if d := china.Below(p, china.DistrictLevel, x.District); d != nil {
		return d.Parent.Short
	}
	for _, line := range []string{x.Address, p.Name + x.City} {
		if city := china.Parse(line).City; city != nil && city.Parent == p {
			return city.Short
		}
	}
	return ""
}
