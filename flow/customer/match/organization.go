package match

import (
	"strings"
	"unicode"
)

// legalForms are words of a company's name that say how it is set up, and little words; Latin ones stand alone, Chinese
// ones at the end.
var legalForms = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(`ltd limited inc incorporated llc llp lp plc gmbh mbh ag sa sarl sas srl spa bv nv oy ab as aps co company corp corporation pty kg ohg ug kk pte sdn bhd
		the and of for at s`) {
		words[w] = true
	}
	return words
}()

var hanForms = []string{"股份有限公司", "有限责任公司", "责任有限公司", "有限公司", "股份公司", "集团公司", "总公司", "分公司", "公司", "集团", "股份", "有限合伙", "普通合伙", "个体工商户"}

// organizationCore is the name of an organization without legal form, in words; a Chinese name in pairs of characters,
// which serve as its words.
func organizationCore(name string) string {
	s := fold(name)
	if s == "" {
		return ""
	}
	if hasHan(s) {
		s = strings.ReplaceAll(s, " ", "")
		for cut := true; cut; {
			cut = false
			for _, form := range hanForms {
				if rest, found := strings.CutSuffix(s, form); found && len(rest) >= 2*len("人") {
					s, cut = rest, true
				}
			}
		}
		return strings.Join(bigrams(s), " ")
	}
	words := strings.Fields(s)
	kept := words[:0]
	for _, w := range words {
		if !legalForms[w] {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		return s
	}
	return strings.Join(kept, " ")
}

func bigrams(s string) []string {
	runes := []rune(s)
	if len(runes) < 3 {
		return []string{s}
	}
	pairs := make([]string, len(runes)-1)
	for i := range pairs {
		pairs[i] = string(runes[i : i+2])
	}
	return pairs
}

var organizationWords = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(`ltd limited inc incorporated llc llp plc gmbh corp corporation company school center centre church association academy university college hospital
		institute foundation services learning daycare nursery kindergarten agency club community committee council ministry department library society bank hotel restaurant shop store group`) {
		words[w] = true
	}
	return words
}()

var hanOrganizations = []string{"公司", "集团", "中心", "学校", "医院", "银行", "大学", "学院", "事务所", "商行", "合作社", "研究院", "研究所", "工厂", "工作室", "旗舰店", "专卖店", "委员会", "协会"}

// LooksLikeOrganization says that a name is that of an organization, though nobody said so.
func LooksLikeOrganization(name string) bool {
	s := fold(name)
	if hasHan(s) {
		for _, w := range hanOrganizations {
			if strings.HasSuffix(s, w) {
				return true
			}
		}
		return false
	}
	words := strings.Fields(s)
	if len(words) > 5 {
		return true
	}
	for _, w := range words {
		if organizationWords[w] {
			return true
		}
	}
	return false
}

var streetWords = map[string]string{
	"street": "st", "avenue": "ave", "av": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln", "place": "pl", "court": "ct", "crescent": "cres", "circuit": "cct",
	"square": "sq", "highway": "hwy", "parkway": "pkwy", "north": "n", "south": "s", "east": "e", "west": "w", "suite": "ste", "apartment": "apt", "floor": "fl",
}

// addressParts gives a street address in one form, and its words and numbers apart. The words of a Chinese address are
// its pairs of characters; the city is left out, because it is a field of its own.
func addressParts(address, city string) (street string, tokens, numbers []string) {
	s := fold(address)
	if s == "" {
		return "", nil, nil
	}
	if hasHan(s) {
		s = strings.ReplaceAll(s, " ", "")
		if town := strings.TrimSuffix(fold(city), "市"); town != "" {
			if at := strings.Index(s, town); at >= 0 && at <= 12 {
				s = strings.TrimPrefix(s[at+len(town):], "市")
			}
		}
	}
	var run []rune
	digit := false
	end := func() {
		if len(run) == 0 {
			return
		}
		text := string(run)
		run = run[:0]
		switch {
		case digit:
			numbers = append(numbers, text)
			tokens = append(tokens, text)
		case hasHan(text):
			tokens = append(tokens, bigrams(text)...)
		default:
			if short := streetWords[text]; short != "" {
				text = short
			}
			tokens = append(tokens, text)
		}
	}
	for _, r := range s {
		isDigit := unicode.IsDigit(r)
		if r == ' ' || isDigit != digit {
			end()
		}
		if r != ' ' {
			digit = isDigit
			run = append(run, r)
		}
	}
	end()
	return strings.Join(tokens, " "), tokens, numbers
}
