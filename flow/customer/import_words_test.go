package customer

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"guanxi/flow/collect"
)

// Whatever can be imported has a name in both languages: in the mail that tells of it, and in the wizard.
func TestKindsHaveWords(t *testing.T) {
	for _, k := range Kinds(nil, nil) {
		if word := collect.KindWord(k.Name(), "zh-CN"); !strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s is called %q in a Chinese mail", k.Name(), word)
		}
		if word := collect.KindWord(k.Name(), "en-US"); strings.Contains(word, "_") || word == "" {
			t.Errorf("%s is called %q in an English mail", k.Name(), word)
		}
		for _, language := range []string{"zh-CN", "en-US"} {
			text, err := os.ReadFile("../../web/src/features/collect/words." + language + ".ts")
			if err != nil {
				t.Fatal(err)
			}
			for _, group := range []string{"kind", "kindHint"} {
				if !regexp.MustCompile(`(?s)\b` + group + `: \{[^}]*\b` + k.Name() + `: "`).Match(text) {
					t.Errorf("words.%s.ts has no %s.%s", language, group, k.Name())
				}
			}
		}
	}
}
