package china

import (
	"regexp"
	"slices"
	"strings"
)

var (
	latinCountry = regexp.MustCompile(`(?i)^(the )?(people'?s republic of china|p\.? ?r\.? ?(of )?(china|c\.?)|china|cn|mainland china)\.?$`)
	latinKind    = regexp.MustCompile(`(?i)[\s-]+(province|city|municipality|prefecture|district|county|new area|new district|autonomous region|zhuang autonomous region|uygh?ur autonomous region|hui autonomous region|shi|sheng|qu|xian|sar)\.?$`)
	latinCode    = regexp.MustCompile(`(^|\s)(\d{6})(\s|$)`)
)

// parseLatin parts an address written in letters, its parts between commas, the widest last as abroad or first as in China.
// A city or province must be said: a district alone may be a street.
func (p *Parsed) parseLatin(text string) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	var places [][]*Division
	var kept []string
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if m := latinCode.FindStringSubmatchIndex(part); m != nil && p.Postcode == "" && ProvinceOfPostcode(part[m[4]:m[5]]) != "" {
			p.Postcode = part[m[4]:m[5]]
			part = strings.TrimSpace(part[:m[4]] + part[m[5]:])
		}
		switch found := known().latin[plain(latinKind.ReplaceAllString(part, ""))]; {
		case part == "" || latinCountry.MatchString(part):
		case len(found) > 0:
			places, kept = append(places, found), append(kept, part)
		default:
			places, kept = append(places, nil), append(kept, part)
		}
	}
	d, used := together(places)
	if d == nil {
		return
	}
	p.set(d)
	var rest []string
	for i, part := range kept {
		if !slices.Contains(used, i) {
			rest = append(rest, part)
		}
	}
	p.Rest = strings.Join(rest, ", ")
}

// together finds the one place that most of the parts name, each a level of it; used are those parts.
func together(places [][]*Division) (best *Division, used []int) {
	var several bool
	for i := range places {
		for _, d := range places[i] {
			in, levels := []int{i}, map[int]bool{d.Level: true}
			for j := range places {
				for _, other := range places[j] {
					if j != i && !levels[other.Level] && d.Level > other.Level && d.Within(other) {
						in, levels[other.Level] = append(in, j), true
						break
					}
				}
			}
			switch {
			case d.Level == DistrictLevel && len(in) == 1:
			case best == nil || len(in) > len(used):
				best, used, several = d, in, false
			case len(in) == len(used) && d.Within(best):
				best = d
			case len(in) == len(used) && !best.Within(d):
				several = true
			}
		}
	}
	if several {
		return nil, nil
	}
	return best, used
}
