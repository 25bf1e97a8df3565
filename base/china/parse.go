package china

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Parsed is a line of an address in its parts. The levels are nil where the line does not say them, or says what may be
// several places; a level above one that is said is filled.
type Parsed struct {
	Province, City, District *Division
	Rest                     string // what comes after the levels: street, house, flat
	Postcode                 string
	// Several are the places the line may mean where it fits more than one equally well.
	Several []*Division
	// Conflict is a place the line names after one it does not lie in: 杭州市 of 广东省杭州市.
	Conflict *Division
}

// Found says that the line names a place of China.
func (p Parsed) Found() bool { return p.Province != nil }

// Deepest gives the lowest division the line names, nil for none.
func (p Parsed) Deepest() *Division {
	for _, d := range []*Division{p.District, p.City, p.Province} {
		if d != nil {
			return d
		}
	}
	return nil
}

func (p *Parsed) set(d *Division) {
	p.Province, p.City, p.District = d.Up(ProvinceLevel), d.Up(CityLevel), d.Up(DistrictLevel)
	if p.City == nil && municipalities[p.Province.Short] {
		p.City = p.Province.Children[0]
	}
}

// longestLine bounds what is read, in characters.
const longestLine = 500

var (
	heading      = regexp.MustCompile(`^(收货|收件|详细|联系|家庭|公司|办公|通讯|通信|邮寄)?(地址|住址)[:：]\s*`)
	country      = regexp.MustCompile(`^(中华人民共和国|中国大陆|中国)`)
	namedCode    = regexp.MustCompile(`[,，;；(（]?\s*(?:邮政编码|邮编|P\.?C\.?)[:：]?\s*(\d{6})[)）]?`)
	leadingCode  = regexp.MustCompile(`^(\d{6})[\s,，;；]*(\D)`)
	trailingCode = regexp.MustCompile(`([号室楼栋座层院村镇]|[^\d#-][\s,，;；(（]+)(\d{6})[)）]?$`)
)

// Parse parts a line of an address as people write it: 广东省深圳市南山区科技园1号, 深圳南山科技园, 北京市朝阳区..., 仙桃市..., with
// blanks and signs between, names said twice, the code before or after; also in letters, "Nanshan District, Shenzhen".
func Parse(line string) Parsed {
	var p Parsed
	text := strings.TrimSpace(norm.NFKC.String(line))
	if runes := []rune(text); len(runes) > longestLine {
		text = string(runes[:longestLine])
	}
	text = strings.TrimLeft(heading.ReplaceAllString(text, ""), "【[（( ")
	text = p.takeCode(text)
	p.Rest = text
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		p.parseLatin(text)
		return p
	}
	runes := []rune(country.ReplaceAllString(text, ""))
	w := walk{known(), runes, nil}
	w.read(0, nil, 0)
	d, end := w.decide(&p)
	if d == nil {
		return p
	}
	p.set(d)
	rest := w.skip(end, d)
	p.Rest = strings.TrimSpace(string(runes[rest:]))
	p.Conflict = w.conflict(rest, d)
	return p
}

// takeCode takes the postcode from a line. Six digits at an end are one only where such a code is given out.
func (p *Parsed) takeCode(text string) string {
	if m := namedCode.FindStringSubmatchIndex(text); m != nil {
		p.Postcode = text[m[2]:m[3]]
		return strings.TrimSpace(text[:m[0]] + text[m[1]:])
	}
	if m := leadingCode.FindStringSubmatchIndex(text); len(m) > 4 && ProvinceOfPostcode(text[m[2]:m[3]]) != "" {
		p.Postcode = text[m[2]:m[3]]
		return strings.TrimSpace(text[m[4]:])
	}
	if m := trailingCode.FindStringSubmatchIndex(text); len(m) > 5 && m[4] > 0 && ProvinceOfPostcode(text[m[4]:m[5]]) != "" {
		p.Postcode = text[m[4]:m[5]]
		return strings.TrimRight(text[:m[3]], " ,，;；(（")
	}
	return text
}

// walk tries every way to read the names at the beginning of a line.
type walk struct {
	*table
	text []rune
	ends []ending
}

// ending is one way: the deepest place, where the names end, and how many of them said what kind of place they are.
type ending struct {
	of    *Division
	end   int
	whole int
}

func (w *walk) read(at int, in *Division, whole int) {
	if in != nil {
		w.ends = append(w.ends, ending{in, at, whole})
	}
	at = w.skip(at, in)
	for n := min(w.longest, len(w.text)-at); n >= 2; n-- {
		for _, f := range w.forms[string(w.text[at:at+n])] {
			if !f.fits(in, n) || !f.whole && w.goesOn(at+n) {
				continue
			}
			more := whole
			if f.whole {
				more++
			}
			w.read(at+n, f.of, more)
		}
	}
}

// fits says that a name may stand where it stands: below what was said before. At the beginning a district counts only with
// its kind: 南山 alone may be anything.
func (f form) fits(in *Division, n int) bool {
	switch {
	case in != nil:
		return f.of.Level > in.Level && f.of.Within(in)
	case f.of.Level == DistrictLevel:
		return f.whole && n >= 3
	}
	return true
}

// onward begins what makes a short name part of another: 南京路, 深圳大学, 吉林市 behind 吉林.
var onward = regexp.MustCompile(`^(省|市|区|县|州|盟|旗|地区|自治|(东|西|南|北|中)?(一|二|三|四|五|六)?(路|街|大道|道)|大街|巷|弄|胡同|里|村|镇|乡|广场|大厦|花园|小区|公园|大学|学院|医院|公司|银行|酒店|饭店|站|商城|商场)`)

func (w *walk) goesOn(at int) bool {
	return onward.MatchString(string(w.text[at:min(at+5, len(w.text))]))
}

// skip passes what stands between names: signs, the name of what was just said once more, and words of the statistics that
// name no place.
func (w *walk) skip(at int, in *Division) int {
	for moved := true; moved; {
		moved = false
		for at < len(w.text) && (unicode.IsSpace(w.text[at]) || strings.ContainsRune(",，、/|·-—_.。;；:：[]【】()（）", w.text[at])) && in != nil {
			at, moved = at+1, true
		}
		for _, filler := range []string{"市辖区", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖县", "省直辖"} {
			if in != nil && w.begins(at, filler) {
				at, moved = at+len([]rune(filler)), true
			}
		}
		if in != nil && in.Up(ProvinceLevel).Short == "重庆" && w.begins(at, "县") {
			at, moved = at+1, true
		}
		for d := in; d != nil; d = d.Parent {
			for _, name := range []string{d.Name, d.Short} {
				short := name != d.Name
				if n := len([]rune(name)); w.begins(at, name) && !(short && (in.Level == DistrictLevel || w.goesOn(at+n))) && !w.deeper(at, n, in) {
					at, moved = at+n, true
					break
				}
			}
		}
	}
	return at
}

// deeper says that a longer name stands at a place: 承德县 is not 承德 once more.
func (w *walk) deeper(at, n int, in *Division) bool {
	for more := n; more <= min(w.longest, len(w.text)-at); more++ {
		for _, f := range w.forms[string(w.text[at:at+more])] {
			if f.fits(in, more) && (f.whole || more > n) {
				return true
			}
		}
	}
	return false
}

func (w *walk) begins(at int, with string) bool {
	n := len([]rune(with))
	return at+n <= len(w.text) && string(w.text[at:at+n]) == with
}

// decide gives the reading that takes in most of the line; of several the one with more kinds said, then the deepest. What
// stays open is settled by the postcode or not at all.
func (w *walk) decide(p *Parsed) (*Division, int) {
	var best []ending
	for _, e := range w.ends {
		better := len(best) == 0 || e.end > best[0].end || e.end == best[0].end && e.whole > best[0].whole
		switch {
		case better:
			best = []ending{e}
		case e.end == best[0].end && e.whole == best[0].whole:
			best = append(best, e)
		}
	}
	if len(best) == 0 {
		return nil, 0
	}
	deepest := best[0]
	for _, e := range best[1:] {
		if e.of.Within(deepest.of) {
			deepest = e
		}
	}
	var others, coded []*Division
	for _, e := range best {
		if !deepest.of.Within(e.of) {
			others = append(others, e.of)
		}
		if e.of.Up(ProvinceLevel).Short == ProvinceOfPostcode(p.Postcode) {
			coded = append(coded, e.of)
		}
	}
	switch {
	case len(others) == 0:
		return deepest.of, deepest.end
	case len(coded) == 1:
		return coded[0], deepest.end
	}
	others = append(others, deepest.of)
	p.Several = others
	return nil, 0
}

// conflict finds a place said with its kind behind one that it does not lie in.
func (w *walk) conflict(at int, in *Division) *Division {
	for n := min(w.longest, len(w.text)-at); n >= 3; n-- {
		var found *Division
		for _, f := range w.forms[string(w.text[at:at+n])] {
			if !f.whole || f.of.Within(in) || in.Within(f.of) || f.of.Level == DistrictLevel && in.Level == DistrictLevel {
				continue
			}
			if found != nil {
				return nil
			}
			found = f.of
		}
		if found != nil {
			return found
		}
	}
	return nil
}
