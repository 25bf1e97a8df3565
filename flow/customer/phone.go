package customer

import (
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// NormalPhone gives the E.164 form of a phone number as people write it ("139 1234-5521", "0086 13912345521",
// "(010) 6552 9988", full-width digits) and whether it can be one. Region is the ISO 3166 alpha-2 code that a number
// without country code belongs to. A number in national form must be valid for its region; one that names its country
// must only have a possible length, because numbering plans change faster than tables.
func NormalPhone(raw, region string) (string, bool) {
	if mobile, ok := chineseMobile(raw, region); ok {
		return mobile, true
	}
	s := strings.TrimSpace(narrow(raw))
	if strings.HasPrefix(s, "00") {
		s = "+" + s[2:]
	}
	if len(s) < 5 || len(s) > 40 {
		return "", false
	}
	n, err := phonenumbers.Parse(s, region)
	if err != nil {
		return "", false
	}
	if !phonenumbers.IsValidNumber(n) && (s[0] != '+' || !phonenumbers.IsPossibleNumber(n)) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// chineseMobile is the fast way for what nearly every row of a Chinese shop holds: eleven digits, 1[3-9] first, with
// or without country code, spaces and hyphens. A million rows cannot wait for the full parser.
func chineseMobile(raw, region string) (string, bool) {
	var buf [16]byte
	n := 0
	for i := range len(raw) {
		c := raw[i]
		switch {
		case c >= '0' && c <= '9':
			if n == len(buf)-1 {
				return "", false
			}
			buf[n+1] = c // one place is kept free for the plus
			n++
		case c == ' ' || c == '-':
		case c == '+' && n == 0:
			region = "CN" // then the country code must follow
			if !strings.HasPrefix(strings.TrimLeft(raw[i:], "+ "), "86") {
				return "", false
			}
		default:
			return "", false
		}
	}
	digits := buf[1 : n+1]
	switch {
	case n == 13 && digits[0] == '8' && digits[1] == '6':
		digits = digits[2:]
	case n == 15 && string(digits[:4]) == "0086":
		digits = digits[4:]
	case n == 11 && region == "CN":
	default:
		return "", false
	}
	if digits[0] != '1' || digits[1] < '3' {
		return "", false
	}
	return "+86" + string(digits), true
}

// RegionOf gives the ISO 3166 alpha-2 code of a country named in English, in Chinese or by its code; "" when unknown.
func RegionOf(country string) string {
	country = strings.TrimSpace(country)
	if country == "" {
		return ""
	}
	return regionNames()[strings.ToLower(country)]
}

var regionNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{"uk": "GB", "usa": "US", "england": "GB", "中华人民共和国": "CN", "香港": "HK", "澳门": "MO", "台湾": "TW", "eire": "IE"}
	english, chinese := display.English.Regions(), display.Chinese.Regions()
	for region := range phonenumbers.GetSupportedRegions() {
		r, err := language.ParseRegion(region)
		if err != nil {
			continue
		}
		names[strings.ToLower(region)] = region
		names[strings.ToLower(english.Name(r))] = region
		names[chinese.Name(r)] = region
	}
	return names
})

// narrow turns full-width letters, digits and signs into plain ones.
func narrow(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.Map(func(r rune) rune {
				switch {
				case r >= 0xFF01 && r <= 0xFF5E:
					return r - 0xFEE0
				case r == 0x3000, r == 0xA0:
					return ' '
				case r == 0x2013, r == 0x2014, r == 0x2212:
					return '-'
				case r == 0xFEFF, r == 0x200B, r == 0x200E, r == 0x202A, r == 0x202C, r == 0x202D:
					return -1
				}
				return r
			}, s)
		}
	}
	return s
}
