package guard

import "strings"

// MaskPhone keeps the first three and last four digits of a national number: +8613912345521 becomes 139****5521.
func MaskPhone(e164 string) string {
	national := strings.TrimPrefix(e164, "+86")
	if len(national) < 8 {
		return "****"
	}
	return national[:len(national)-8] + "****" + national[len(national)-4:]
}

// MaskEmail keeps the first three characters, at most half, of the local part, and the domain: lin****@163.com.
func MaskEmail(email string) string {
	local, domain, found := strings.Cut(email, "@")
	if !found {
		return "****"
	}
	letters := []rune(local)
	return string(letters[:min(3, len(letters)/2)]) + "****@" + domain
}

// MaskAddress keeps nothing of a street address but that there is one.
func MaskAddress(address string) string {
	if address == "" {
		return ""
	}
	return "****"
}
