package match

import (
	"strings"
	"unicode/utf8"
)

// titles are what people write behind or before a name; some tell the gender.
var titles = map[string]string{
	"先生": "male", "女士": "female", "小姐": "female", "太太": "female", "老师": "", "总": "", "经理": "", "师傅": "", "同学": "", "医生": "", "阿姨": "female", "哥": "male", "姐": "female",
	"mr": "male", "mrs": "female", "ms": "female", "miss": "female", "dr": "", "prof": "", "sir": "male", "madam": "female", "jr": "", "sr": "",
}

var hanTitles = []string{"先生", "女士", "小姐", "太太", "老师", "经理", "师傅", "同学", "医生", "阿姨", "总", "哥", "姐"}

var doubleSurnames = map[string]bool{}

func init() { //nolint:gochecknoinits // fills the table above from its text
	for _, s := range strings.Fields(`欧阳 歐陽 太史 端木 上官 司马 司馬 东方 東方 独孤 獨孤 南宫 南宮 万俟 夏侯 诸葛 諸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔
		申屠 公孙 公孫 慕容 仲孙 钟离 长孙 長孫 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 西门`) {
		doubleSurnames[s] = true
	}
}

// nameParts splits a person's name: what is given apart stays apart, Chinese names by their surname, others by the last
// word, or the part before a comma. Titles go and may tell the gender; the stars of a masked name are missing.
func nameParts(name, given, family string) (g, f, gender string) {
	if given != "" || family != "" {
		g, gender = withoutTitle(fold(given))
		f, _ = withoutTitle(fold(family))
		if whole := fold(name); g == "" && f != "" && strings.HasPrefix(whole, f) && hasHan(f) {
			_, gender = withoutTitle(strings.TrimSpace(whole[len(f):]))
		}
		return g, f, gender
	}
	before, after, comma := strings.Cut(name, ",")
	whole, gender := withoutTitle(fold(name))
	if hasHan(whole) && !strings.ContainsFunc(whole, latinLetter) {
		runes := []rune(strings.ReplaceAll(whole, " ", ""))
		cut := 1
		if len(runes) > 2 && doubleSurnames[string(runes[:2])] {
			cut = 2
		}
		if len(runes) > 4 {
			return string(runes), "", gender // a nickname, or a shop
		}
		return string(runes[min(cut, len(runes)):]), string(runes[:min(cut, len(runes))]), gender
	}
	if comma && strings.TrimSpace(after) != "" {
		f, _ = withoutTitle(fold(before))
		g, gender = withoutTitle(fold(after))
		return g, f, gender
	}
	if at := strings.LastIndexByte(whole, ' '); at > 0 {
		return whole[:at], whole[at+1:], gender
	}
	return whole, "", gender
}

func latinLetter(r rune) bool { return r < utf8.RuneSelf && r >= 'a' && r <= 'z' }

func withoutTitle(name string) (rest, gender string) {
	if hasHan(name) {
		for _, t := range hanTitles {
			if cut, found := strings.CutSuffix(name, t); found && cut != "" && utf8.RuneCountInString(cut) <= 4 {
				if (t == "哥" || t == "姐" || t == "总") && utf8.RuneCountInString(cut) > 2 {
					continue
				}
				return strings.TrimSpace(cut), titles[t]
			}
		}
		if titles[name] != "" {
			return "", titles[name]
		}
		return name, ""
	}
	words := strings.Fields(name)
	kept := words[:0]
	for _, w := range words {
		if sex, is := titles[w]; is && ascii(w) && len(words) > 1 {
			if sex != "" {
				gender = sex
			}
			continue
		}
		kept = append(kept, w)
	}
	return strings.Join(kept, " "), gender
}

// alike are groups of characters that are easily taken for one another by their shape. Those that sound the same are
// found by their sound.
var alike = func() map[rune]int {
	groups := map[rune]int{}
	for i, g := range strings.Fields(`己已巳 未末 人入 大太 王玉主 土士 干千于 日曰 天夫 刀力 田由甲申 午牛 今令 白百自 李季 杨扬 陈阵 刘浏 孙逊 马驰 胡湖 郭敦 何河 梁粱 邓郑 谢射 唐塘 程呈 袁哀
		晴睛清情请靖静青 婷停亭 祥详洋 佳住娃 莉利俐 彬杉 梅海悔 莹荧萤 娟绢 妍研 媛暖 瑶摇遥 琪棋祺淇琦 瑜愉渝 璐路露 珊删 茜西 微薇徽 蕾雷 颖颍 玲铃岭聆 琳淋霖林 欣新 晨辰 晓烧 悦阅说 怡抬 惠慧 敏繁
		芬分 芳方坊 菲非绯 蓉容榕 华桦 红江虹 丽俪 娜那哪 雯斐 霞暇 伟炜纬 强墙 磊垒 君郡 杰洁 涛滔 朋鹏 辉晖挥 峰锋蜂烽 波坡 宇字 浩皓 航杭 凯铠 博搏 俊峻骏竣 健建 戍成诚 志忘 文丈 国围 钢刚 泽译 钰珏 烨晔 瀚翰`) {
		for _, r := range g {
			groups[r] = i + 1
		}
	}
	return groups
}()

// likeChar says that two characters are of one shape.
func likeChar(a, b rune) bool { return a == b || alike[a] != 0 && alike[a] == alike[b] }
