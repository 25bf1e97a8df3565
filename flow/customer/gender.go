package customer

import "strings"

// The genders a record may hold.
const (
	GenderUnknown = "unknown"
	GenderFemale  = "female"
	GenderMale    = "male"
)

// NormalGender understands the usual words for a gender in Chinese and English; ok is false for a word it does not know.
func NormalGender(raw string) (gender string, ok bool) {
	switch strings.ToLower(strings.TrimSpace(narrow(raw))) {
	case "female", "f", "woman", "女", "女性", "女士", "小姐", "ms", "ms.", "mrs", "mrs.", "miss":
		return GenderFemale, true
	case "male", "m", "man", "男", "男性", "先生", "mr", "mr.":
		return GenderMale, true
	case "", "unknown", "u", "未知", "保密", "其他", "other", "-", "n/a", "0":
		return GenderUnknown, true
	}
	return GenderUnknown, false
}
