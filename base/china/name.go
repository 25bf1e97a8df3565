package china

import (
	"slices"
	"strings"
)

// ProvinceName gives the short everyday name of a Chinese province however it was written: 沪, 上海市, 上海市辖区 and 上海
// are 上海; 内蒙 and 内蒙古自治区 are 内蒙古. Anything else comes back trimmed.
func ProvinceName(raw string) string {
	s := strings.TrimSpace(raw)
	if latin(s) {
		return s
	}
	if short, ok := provinceShort[s]; ok {
		return short
	}
	for _, suffix := range provinceKinds {
		if name, found := strings.CutSuffix(s, suffix); found {
			if short, ok := provinceShort[name]; ok {
				return short
			}
		}
	}
	return s
}

var provinceKinds = []string{"特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "市辖区", "辖区", "省", "市"}

// CityName gives the short name of a Chinese city: 杭州市 is 杭州, 恩施土家族苗族自治州 is 恩施, and the 市辖区 or 县 of a
// municipality is the municipality (province, its everyday name). Anything else comes back trimmed.
func CityName(raw, province string) string {
	s := strings.TrimSpace(raw)
	if latin(s) {
		return s
	}
	if municipalities[province] {
		switch {
		case s == "市辖区", s == "辖区", s == "县", s == "省直辖县级行政区划", ProvinceName(s) == province:
			return province
		}
	}
	if name, found := strings.CutSuffix(s, "自治州"); found {
		return withoutPeoples(name)
	}
	for _, suffix := range []string{"地区", "市", "盟"} {
		if name, found := strings.CutSuffix(s, suffix); found && len(name) >= 2*len("州") {
			return name
		}
	}
	return s
}

// DistrictName gives the official name of a district of a city however it was written: 南山 of 深圳 is 南山区, 密云县 of 北京
// is 密云区. Anything else comes back trimmed.
func DistrictName(raw, province, city string) string {
	s := strings.TrimSpace(raw)
	if latin(s) {
		return s
	}
	p := Province(province)
	if p == nil {
		return s
	}
	in := p
	if city != "" {
		if in = Below(p, CityLevel, city); in == nil {
			return s
		}
	}
	if d := Below(in, DistrictLevel, s); d != nil {
		return d.Name
	}
	return s
}

// districtShort gives the everyday name of a place at county level, the whole name where only one character would be left.
func districtShort(name string) string {
	for _, suffix := range []string{"自治县", "自治旗"} {
		if rest, found := strings.CutSuffix(name, suffix); found {
			return withoutPeoples(rest)
		}
	}
	for _, suffix := range []string{"新区", "特区", "林区", "区", "县", "市"} {
		if rest, found := strings.CutSuffix(name, suffix); found && len(rest) >= 2*len("州") {
			return rest
		}
	}
	return name
}

// withoutPeoples takes the peoples a place is autonomous for from its name.
func withoutPeoples(name string) string {
	for cut := true; cut; {
		cut = false
		for _, people := range peoples {
			if rest, found := strings.CutSuffix(name, people); found && len(rest) >= 2*len("州") {
				name, cut = rest, true
				break
			}
		}
	}
	return name
}

// peoples are the names of peoples in names of places, longer ones before those they end in.
var peoples = func() []string {
	all := strings.Fields(`蒙古族 蒙古 藏族 羌族 彝族 苗族 布依族 侗族 土家族 哈尼族 壮族 傣族 白族 景颇族 傈僳族 回族 哈萨克族 哈萨克 柯尔克孜 朝鲜族
满族 畲族 瑶族 各族 仫佬族 毛南族 黎族 仡佬族 水族 拉祜族 佤族 布朗族 独龙族 怒族 纳西族 裕固族 保安族 东乡族 撒拉族 土族 塔吉克 锡伯 达斡尔族 普米族`)
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}()

var municipalities = map[string]bool{"北京": true, "上海": true, "天津": true, "重庆": true}

// Municipality says that a province is a city itself.
func Municipality(province string) bool { return municipalities[province] }

// latin says that a name holds no Chinese character, as foreigners write one.
func latin(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// provinceShort maps every short form, and the one-character names on number plates, to the everyday name.
var provinceShort = map[string]string{
	"北京": "北京", "京": "北京", "天津": "天津", "津": "天津", "河北": "河北", "冀": "河北", "山西": "山西", "晋": "山西",
	"内蒙古": "内蒙古", "内蒙": "内蒙古", "蒙": "内蒙古", "辽宁": "辽宁", "辽": "辽宁", "吉林": "吉林", "吉": "吉林",
	"黑龙江": "黑龙江", "黑": "黑龙江", "上海": "上海", "沪": "上海", "申": "上海", "江苏": "江苏", "苏": "江苏",
	"浙江": "浙江", "浙": "浙江", "安徽": "安徽", "皖": "安徽", "福建": "福建", "闽": "福建", "江西": "江西", "赣": "江西",
	"山东": "山东", "鲁": "山东", "河南": "河南", "豫": "河南", "湖北": "湖北", "鄂": "湖北", "湖南": "湖南", "湘": "湖南",
	"广东": "广东", "粤": "广东", "广西": "广西", "桂": "广西", "海南": "海南", "琼": "海南", "重庆": "重庆", "渝": "重庆",
	"四川": "四川", "川": "四川", "蜀": "四川", "贵州": "贵州", "黔": "贵州", "贵": "贵州", "云南": "云南", "滇": "云南", "云": "云南",
	"西藏": "西藏", "藏": "西藏", "陕西": "陕西", "陕": "陕西", "秦": "陕西", "甘肃": "甘肃", "甘": "甘肃", "陇": "甘肃",
	"青海": "青海", "青": "青海", "宁夏": "宁夏", "宁": "宁夏", "新疆": "新疆", "新": "新疆", "香港": "香港", "港": "香港",
	"澳门": "澳门", "澳": "澳门", "台湾": "台湾", "台": "台湾", "臺灣": "台湾",
}
