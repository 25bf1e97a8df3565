package customer

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"guanxi/base/china"
)

// Where a customer is, as seen from the workspace's own country (境内, 境外: Hong Kong, Macao and Taiwan are regions of their
// own in ISO 3166, as at the customs).
const (
	LocationDomestic = "domestic"
	LocationForeign  = "foreign"
)

// LocationOf tells domestic from foreign customers by what is known, the surest first: the country, a Chinese province where
// the home is China, the calling code of a phone number in E.164. It gives "" where nothing tells.
func LocationOf(country, province string, phones []string, home string) string {
	at := func(domestic bool) string {
		if domestic {
			return LocationDomestic
		}
		return LocationForeign
	}
	if region := RegionOf(country); region != "" {
		return at(region == home)
	}
	if p := china.Province(province); p != nil {
		region := map[string]string{"香港": "HK", "澳门": "MO", "台湾": "TW"}[p.Short]
		return at(region == home || region == "" && home == "CN")
	}
	code := "+" + strconv.Itoa(phonenumbers.GetCountryCodeForRegion(home))
	for _, phone := range phones {
		if strings.HasPrefix(phone, "+") {
			return at(strings.HasPrefix(phone, code))
		}
	}
	return ""
}
