package customer

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// The kinds of customer.
const (
	KindPerson       = "person"
	KindOrganization = "organization"
)

// NameKeys gives what a name is sorted and searched by: key is the full pinyin or the plain letters in lower case
// without spaces ("林婉清" linwanqing, "Zoë O'Neil" zoeoneil), initials the first letter of every syllable or word
// (lwq, zo). The family name of a person takes its own reading: 曾 zeng, 单 shan, 仇 qiu.
func NameKeys(kind, name string) (key, initials string) {
	if isASCII(name) {
		return latinKeys(name)
	}
	runes := []rune(norm.NFKC.String(name))
	var k, i strings.Builder
	k.Grow(len(runes) * 6)
	start := 0
	if kind == KindPerson {
		start = writeSurname(runes, &k, &i)
	}
	wordStart := true
	for _, r := range runes[start:] {
		if s := syllable(r); s != "" {
			k.WriteString(s)
			i.WriteByte(s[0])
			wordStart = true
			continue
		}
		wordStart = writeLetter(r, wordStart, &k, &i)
	}
	return k.String(), i.String()
}

func latinKeys(name string) (key, initials string) {
	var k, i strings.Builder
	k.Grow(len(name))
	wordStart := true
	for _, r := range name {
		wordStart = writeLetter(r, wordStart, &k, &i)
	}
	return k.String(), i.String()
}

// writeLetter adds a letter or digit that is not Chinese, without its accent, and says whether the next one starts a word.
func writeLetter(r rune, wordStart bool, key, initials *strings.Builder) bool {
	if r >= 0x80 {
		r, _ = utf8.DecodeRuneInString(norm.NFD.String(string(r)))
	}
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return wordStart || r != '\'' // O'Neil is one word
	}
	r = unicode.ToLower(r)
	key.WriteRune(r)
	if wordStart {
		initials.WriteRune(r)
	}
	return false
}

// writeSurname writes the family name where it has a reading of its own and gives how many characters it has. Names of
// one character are left alone, as are texts too long to be a name.
func writeSurname(runes []rune, key, initials *strings.Builder) int {
	if len(runes) < 2 || len(runes) > 6 {
		return 0
	}
	if reading, ok := doubleSurnames[string(runes[:2])]; ok {
		for _, s := range reading {
			key.WriteString(s)
			initials.WriteByte(s[0])
		}
		return 2
	}
	if reading, ok := surnames[runes[0]]; ok {
		key.WriteString(reading)
		initials.WriteByte(reading[0])
		return 1
	}
	return 0
}

// Family names read otherwise than the same character elsewhere.
var surnames = map[rune]string{
	'曾': "zeng", '单': "shan", '單': "shan", '仇': "qiu", '查': "zha", '解': "xie", '任': "ren", '朴': "piao", '区': "ou", '區': "ou",
	'盖': "ge", '蓋': "ge", '乐': "yue", '樂': "yue", '秘': "bi", '繁': "po", '种': "chong", '冼': "xian", '洗': "xian", '折': "she",
	'黑': "he", '员': "yun", '員': "yun", '召': "shao", '缪': "miao", '繆': "miao", '宓': "mi", '燕': "yan", '宁': "ning", '覃': "qin",
	'翟': "zhai", '重': "chong", '纪': "ji", '紀': "ji", '那': "na", '晟': "cheng", '笮': "ze", '么': "yao", '能': "nai", '祭': "zhai",
	'盛': "sheng", '尉': "wei", '隗': "wei", '郗': "xi", '臧': "zang", '佴': "nai", '适': "kuo", '句': "gou", '谌': "chen", '阚': "kan",
	'褚': "chu", '尹': "yin", '牟': "mu", '卜': "bu", '车': "che", '車': "che", '沈': "shen", '石': "shi", '葛': "ge", '柏': "bai", '贾': "jia", '賈': "jia",
}

var doubleSurnames = map[string][]string{
	"尉迟": {"yu", "chi"}, "尉遲": {"yu", "chi"}, "万俟": {"mo", "qi"}, "萬俟": {"mo", "qi"}, "长孙": {"zhang", "sun"}, "長孫": {"zhang", "sun"},
	"单于": {"chan", "yu"}, "澹台": {"tan", "tai"}, "令狐": {"ling", "hu"}, "夏侯": {"xia", "hou"}, "宰父": {"zai", "fu"}, "鲜于": {"xian", "yu"},
	"皇甫": {"huang", "fu"}, "濮阳": {"pu", "yang"}, "呼延": {"hu", "yan"}, "乐正": {"yue", "zheng"}, "漆雕": {"qi", "diao"}, "亓官": {"qi", "guan"},
}

const firstHan, lastHan = 0x4E00, 0x9FFF

// syllable gives the most usual reading of a Chinese character without its tone, "" for anything else.
func syllable(r rune) string {
	if r < firstHan || r > lastHan {
		return ""
	}
	return syllables()[r-firstHan]
}

var syllables = sync.OnceValue(func() *[lastHan - firstHan + 1]string {
	var table [lastHan - firstHan + 1]string
	seen := map[string]string{} // some 400 distinct syllables for 20,000 characters
	for code, readings := range pinyin.PinyinDict {
		if code < firstHan || code > lastHan {
			continue
		}
		first, _, _ := strings.Cut(readings, ",")
		plain := strings.Map(withoutTone, strings.ReplaceAll(norm.NFD.String(first), "u\u0308", "v")) // lü is typed lv
		if known, ok := seen[plain]; ok {
			plain = known
		} else {
			seen[plain] = plain
		}
		table[code-firstHan] = plain
	}
	return &table
})

func withoutTone(r rune) rune {
	if unicode.Is(unicode.Mn, r) {
		return -1
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
