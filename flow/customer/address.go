package customer

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"guanxi/base/china"
	"guanxi/base/field"
)

// readAddress reads an address from its parts, or from a line of them. A place of China stands under its everyday names, as in
// the customer's own address: 广东, 深圳, 南山区.
func readAddress(given any) (value any, key string) {
	switch v := given.(type) {
	case string:
		return readAddressLine(v)
	case map[string]any:
		return readAddressParts(v)
	}
	return nil, "type_invalid"
}

func readAddressLine(line string) (value any, key string) {
	if strings.HasPrefix(line, "{") {
		var parts map[string]any
		if json.Unmarshal([]byte(line), &parts) == nil {
			return readAddressParts(parts)
		}
	}
	if onlyStars(line) {
		return nil, "value_is_masked"
	}
	p := china.Parse(line)
	if p.Conflict != nil {
		return nil, placeConflict(p.Conflict)
	}
	return addressValue(parsedAddress(p))
}

// parsedAddress gives what was read off a line as parts of an address.
func parsedAddress(p china.Parsed) map[string]string {
	parts := map[string]string{"address": p.Rest, "postcode": p.Postcode}
	if p.Province != nil {
		parts["province"] = p.Province.Short
	}
	if p.City != nil {
		parts["city"] = p.City.Short
	}
	if p.District != nil {
		parts["district"] = p.District.Name
	}
	return parts
}

func readAddressParts(given map[string]any) (value any, key string) {
	parts := map[string]string{}
	for name, each := range given {
		text, isText := each.(string)
		if !slices.Contains(field.AddressParts, name) || each != nil && !isText {
			return nil, "type_invalid"
		}
		if _, forged := sealedText(each); forged {
			return nil, "type_invalid"
		}
		parts[name] = trimmed(text)
	}
	if onlyStars(parts["address"]) && parts["address"] != "" {
		return nil, "value_is_masked"
	}
	if key := normalPlace(parts); key != "" {
		return nil, key
	}
	return addressValue(parts)
}

// addressValue is the address as the record keeps it, nil for one that says nothing.
func addressValue(parts map[string]string) (value any, key string) {
	kept := map[string]any{}
	for name, text := range parts {
		switch most := longestText; {
		case name == "address" && utf8.RuneCountInString(text) > longestAddress, name != "address" && utf8.RuneCountInString(text) > most:
			return nil, "too_long"
		case text != "":
			kept[name] = text
		}
	}
	if len(kept) == 0 {
		return nil, ""
	}
	return kept, ""
}

const longestAddress = 500

// normalPlace brings the levels of a place in China to their everyday names and fills those above one that is named alone. It
// refuses a city or district that is known to lie elsewhere; names nobody knows stay, for divisions change.
func normalPlace(parts map[string]string) (key string) {
	if country := parts["country"]; country != "" && RegionOf(country) != "CN" {
		return ""
	}
	parts["province"], parts["city"] = normalRegion(parts["province"], parts["city"])
	at := china.Province(parts["province"])
	if at == nil && parts["province"] != "" {
		return ""
	}
	if city := china.Below(at, china.CityLevel, parts["city"]); city != nil {
		at, parts["province"], parts["city"] = city, city.Parent.Short, city.Short
	} else if elsewhere := china.Below(nil, china.CityLevel, parts["city"]); elsewhere != nil {
		return placeConflict(elsewhere)
	}
	if parts["district"] == "" || at == nil {
		return ""
	}
	district := china.Below(at, china.DistrictLevel, parts["district"])
	switch elsewhere := china.Below(nil, china.DistrictLevel, parts["district"]); {
	case district != nil && (parts["city"] == "" || at.Level == china.CityLevel):
		parts["city"], parts["district"] = district.Parent.Short, district.Name
	case district == nil && elsewhere != nil && elsewhere.Name == parts["district"]:
		return placeConflict(elsewhere)
	}
	return ""
}

// placeConflict says why a place cannot stand where it was said.
func placeConflict(place *china.Division) string {
	if place.Level == china.DistrictLevel {
		return "district_not_in_city"
	}
	return "city_not_in_province"
}

// AddressLine writes an address as one line, as it is written where it is: from the province down in China, from the street
// up in letters.
func AddressLine(address map[string]any) string {
	part := func(name string) string { text, _ := address[name].(string); return text }
	var names []string
	for _, level := range field.AddressLevels {
		if text := part(level); text != "" {
			names = append(names, text)
		}
	}
	if !strings.ContainsFunc(strings.Join(names, "")+part("address"), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		slices.Reverse(names)
		return strings.Join(slices.DeleteFunc(append([]string{part("address")}, append(names, part("postcode"))...), func(s string) bool { return s == "" }), ", ")
	}
	line := part("country")
	p := china.Province(part("province"))
	if p == nil {
		return strings.TrimSpace(line + part("province") + part("city") + part("district") + part("address") + " " + part("postcode"))
	}
	line += p.Name
	if city := china.Below(p, china.CityLevel, part("city")); city == nil {
		line += part("city")
	} else if city.Name != p.Name {
		line += city.Name
	}
	return strings.TrimSpace(line + part("district") + part("address") + " " + part("postcode"))
}

// AddressText writes an address into one cell so that it is read as the same one again: as a line, or in its parts where a line
// would say something else.
func AddressText(kept map[string]any) string {
	line := AddressLine(kept)
	if again, key := readAddressLine(line); key == "" && sameValue(again, kept) {
		return line
	}
	return jsonText(kept)
}

// AddressOf gives a kept value as an address. What was kept before its field was defined as one is still a line.
func AddressOf(kept any) (address map[string]any, ok bool) {
	if line, is := kept.(string); is {
		if value, key := readAddressLine(line); key == "" {
			kept = value
		} else {
			kept = map[string]any{"address": line}
		}
	}
	address, ok = kept.(map[string]any)
	return address, ok
}

// withoutStreet gives an address without what tells the house: what columns may hold of it, and who may not see addresses.
func withoutStreet(kept map[string]any, stars bool) map[string]any {
	levels := map[string]any{}
	for _, level := range field.AddressLevels {
		if text, named := kept[level]; named {
			levels[level] = text
		}
	}
	if kept["address"] != nil && stars {
		levels["address"] = "****"
	}
	return levels
}

// keepStreet puts the street that stands into an address that was sent with stars in its place: who may not see it may still
// change the rest.
func keepStreet(given, stands any) any {
	parts, is := given.(map[string]any)
	kept, held := AddressOf(stands)
	if street, _ := parts["address"].(string); !is || !held || street == "" || !onlyStars(street) {
		return given
	}
	whole := map[string]any{}
	for name, each := range parts {
		whole[name] = each
	}
	whole["address"] = kept["address"]
	if _, said := parts["postcode"]; !said && kept["postcode"] != nil {
		whole["postcode"] = kept["postcode"]
	}
	return whole
}
