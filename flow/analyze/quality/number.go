package quality

import (
	"strings"
	"time"
)

// citizen is what a resident identity number of China says of its holder (GB 11643-1999).
type citizen struct {
	birthday string // YYYY-MM-DD
	gender   string
}

// readCitizen reads a resident identity number: 17 digits with a birthday in them and a check character by ISO 7064
// MOD 11-2. ok is false for one that cannot be right.
func readCitizen(number string) (c citizen, ok bool) {
	number = strings.ToUpper(strings.TrimSpace(number))
	if len(number) != 18 || !digitsOnly(number[:17]) {
		return c, false
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(number[i]-'0') * weight
	}
	if "10X98765432"[sum%11] != number[17] {
		return c, false
	}
	born, err := time.Parse("20060102", number[6:14])
	if err != nil || born.Year() < 1850 {
		return c, false
	}
	c = citizen{born.Format(time.DateOnly), "female"}
	if (number[16]-'0')%2 == 1 {
		c.gender = "male"
	}
	return c, true
}

// goodCompanyCode says whether a unified social credit code of China can be right (GB 32100-2015: 18 characters without
// I, O, S, V and Z, the last one a check character modulo 31).
func goodCompanyCode(code string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	code = strings.ToUpper(strings.TrimSpace(code))
	if len(code) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		at := strings.IndexByte(alphabet, code[i])
		if at < 0 {
			return false
		}
		sum, weight = sum+at*weight, weight*3%31
	}
	return alphabet[(31-sum%31)%31] == code[17]
}
