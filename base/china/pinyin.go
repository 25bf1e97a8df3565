package china

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// Spelled gives a name in pinyin without tones and blanks, and the first letters of its syllables: 南山区 nanshanqu, nsq.
func Spelled(name string) (key, initials string) {
	for i, r := range name {
		s := reading(name, i, r)
		if s == "" {
			continue
		}
		key += s
		initials += s[:1]
	}
	return key, initials
}

// readings are those of characters that are read otherwise in names of places than the dictionary's first one says.
var readings = map[rune]string{
	'都': "du", '重': "chong", '厦': "xia", '曾': "zeng", '藏': "zang", '单': "shan", '什': "shi", '圩': "xu", '涡': "guo", '犍': "qian", '蚌': "beng",
	'泌': "bi", '泊': "bo", '浚': "xun", '陂': "pi", '长': "chang", '坻': "di", '伽': "jia", '珲': "hun", '称': "chen", '筠': "jun", '枞': "zong", '覃': "qin",
	'蔚': "yu", '柞': "zha", '铅': "yan", '番': "pan", '淖': "nao", '斡': "wo",
}

// namedOtherwise are names in which a character is read as nowhere else: the character and its reading there.
var namedOtherwise = map[string]string{
	"长子": "长zhang", "乐清": "乐yue", "乐亭": "乐lao", "乐陵": "乐lao", "六合": "六lu", "六安": "六lu", "尉犁": "尉yu", "大埔": "埔bu", "吴堡": "堡bu", "红寺堡": "堡pu",
	"洪洞": "洞tong", "中牟": "牟mu", "牟平": "牟mu", "吐鲁番": "番fan", "荥经": "荥ying", "闵行": "行hang", "东阿": "阿e",
}

func reading(name string, at int, r rune) string {
	for place, said := range namedOtherwise {
		if c, read := said[:len("长")], said[len("长"):]; string(r) == c {
			if start := strings.Index(name, place); start >= 0 && start <= at && at < start+len(place) {
				return read
			}
		}
	}
	if read, known := readings[r]; known {
		return read
	}
	first, _, _ := strings.Cut(pinyin.PinyinDict[int(r)], ",")
	return plain(strings.ReplaceAll(norm.NFD.String(first), "u\u0308", "v"))
}

// plain gives the letters of a text in lower case, without accents, blanks and signs.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFD.String(text))
}

// spelledOtherwise are places known abroad by other names than their pinyin. Where the first one begins with =, the pinyin
// itself means another place.
var spelledOtherwise = map[string][]string{
	"内蒙古": {"innermongolia", "neimenggu", "neimongol"}, "西藏": {"tibet"}, "陕西": {"=shaanxi"}, "香港": {"hongkong", "hk"}, "澳门": {"macau", "macao"}, "台湾": {"taiwan"},
	"哈尔滨": {"harbin"}, "齐齐哈尔": {"qiqihar"}, "呼和浩特": {"hohhot"}, "乌鲁木齐": {"urumqi"}, "鄂尔多斯": {"ordos"}, "拉萨": {"lhasa"}, "吐鲁番": {"turpan"},
	"喀什": {"kashgar"}, "日喀则": {"shigatse", "xigaze"}, "台北": {"taipei"}, "高雄": {"kaohsiung"}, "台中": {"taichung"}, "台南": {"tainan"}, "九龙": {"kowloon"}, "新界": {"newterritories"},
}

// latinKeys gives how a division is written in letters.
func latinKeys(d *Division) []string {
	key, _ := Spelled(d.Short)
	keys := []string{key}
	if d.Level != ProvinceLevel || !municipalities[d.Short] {
		if more := spelledOtherwise[d.Short]; d.Level != DistrictLevel && len(more) > 0 {
			if other, instead := strings.CutPrefix(more[0], "="); instead {
				return []string{other}
			}
			keys = append(keys, more...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
