// Package china knows the divisions of China in the three levels people write in an address: province, city, district. It
// tells which lies in which, gives them their everyday names, and parts a line of an address into them.
package china

import (
	_ "embed" // the tables
	"slices"
	"strings"
	"sync"
)

//go:generate go run generate.go ../../../shared/data/china_divisions

var (
	//go:embed divisions.txt
	divisions string
	//go:embed divisions_beyond.txt
	beyond string
)

// The levels of divisions. What a province governs without a city between (仙桃市, 定安县) stands as a city without districts.
const (
	ProvinceLevel = 1
	CityLevel     = 2
	DistrictLevel = 3
)

// Division is one place of the table. Code is its number in GB/T 2260, of 2, 4 or 6 digits; Name its official name, Short its
// everyday one: 广西壮族自治区 and 广西, 恩施土家族苗族自治州 and 恩施, 南山区 and 南山.
type Division struct {
	Code, Name, Short string
	Level             int
	Parent            *Division // nil for a province
	Children          []*Division
}

// Up gives the division of a level that d lies in, itself for its own level, nil for one below.
func (d *Division) Up(level int) *Division {
	for d != nil && d.Level > level {
		d = d.Parent
	}
	if d == nil || d.Level != level {
		return nil
	}
	return d
}

// Within says that d is other or lies in it.
func (d *Division) Within(other *Division) bool { return other != nil && d.Up(other.Level) == other }

type table struct {
	provinces []*Division
	all       []*Division
	forms     map[string][]form // every way of writing a name
	longest   int               // of all forms, in characters
	latin     map[string][]*Division
}

// form is a division a text may stand for; whole where the text says what kind of place it is (南山区), not where it is only
// the short name (南山).
type form struct {
	of    *Division
	whole bool
}

var known = sync.OnceValue(func() *table {
	t := &table{forms: map[string][]form{}, latin: map[string][]*Division{}}
	for line := range strings.Lines(divisions + beyond) {
		if words := strings.Fields(line); len(words) > 0 && !strings.HasPrefix(line, "#") {
			t.read(words)
		}
	}
	for _, d := range t.all {
		t.learn(d)
	}
	return t
})

// read reads a line of the table: a province, or a city with its districts.
func (t *table) read(words []string) {
	code, name := words[0][:2], words[0][2:]
	if name[0] > '9' {
		p := &Division{Code: code, Name: name, Short: ProvinceName(name), Level: ProvinceLevel}
		t.provinces, t.all = append(t.provinces, p), append(t.all, p)
		return
	}
	p := t.provinces[len(t.provinces)-1]
	code, name = words[0][:4], words[0][4:]
	city := &Division{Code: code, Name: name, Level: CityLevel, Parent: p}
	switch {
	case strings.Contains(name, "直辖县级"):
		for _, w := range words[1:] {
			t.add(&Division{Code: code + w[:2], Name: w[2:], Short: CityName(w[2:], p.Short), Level: CityLevel, Parent: p})
		}
		return
	case name == "县": // those of Chongqing, beside its districts
		city = p.Children[0]
	case municipalities[p.Short]:
		city.Name = p.Name
	}
	if city.Short == "" {
		city.Short = CityName(city.Name, p.Short)
		t.add(city)
	}
	for _, w := range words[1:] {
		if w[2:] != city.Name { // 东莞 and its like have no districts
			t.add(&Division{Code: code + w[:2], Name: w[2:], Short: districtShort(w[2:]), Level: DistrictLevel, Parent: city})
		}
	}
}

func (t *table) add(d *Division) {
	d.Parent.Children = append(d.Parent.Children, d)
	t.all = append(t.all, d)
}

// learn notes every way of writing d.
func (t *table) learn(d *Division) {
	note := func(text string, whole bool) {
		n := len([]rune(text))
		if n < 2 || slices.ContainsFunc(t.forms[text], func(f form) bool { return f.of == d }) {
			return
		}
		t.forms[text] = append(t.forms[text], form{d, whole})
		t.longest = max(t.longest, n)
	}
	note(d.Name, true)
	switch d.Level {
	case ProvinceLevel:
		note(d.Short+"省", true) // 广西省, as many write
		note(d.Short+"自治区", true)
		if d.Short == "内蒙古" {
			note("内蒙", false)
		}
	case CityLevel:
		if strings.HasSuffix(d.Name, "自治州") {
			note(d.Short+"州", true)
		}
	case DistrictLevel:
		if d.Short != d.Name {
			for _, kind := range []string{"县", "区", "市"} { // 密云县 has become 密云区
				if !slices.ContainsFunc(d.Parent.Children, func(other *Division) bool { return other.Name == d.Short+kind }) {
					note(d.Short+kind, false)
				}
			}
		}
	}
	note(d.Short, false)
	for _, key := range latinKeys(d) {
		t.latin[key] = append(t.latin[key], d)
	}
}

// Provinces gives the provinces with all below them, in the order of the codes. Nobody may change them.
func Provinces() []*Division { return known().provinces }

// All gives every division, each after the one it lies in.
func All() []*Division { return known().all }

// Province finds a province by any of its names, nil for a text that is none.
func Province(name string) *Division {
	short := ProvinceName(name)
	for _, p := range known().provinces {
		if p.Short == short {
			return p
		}
	}
	return nil
}

// Below finds a division of a level in another by any of its names: a city of a province, a district of a city or of a
// province. Of several none is found, and in nil only one whose name stands for no other of the country.
func Below(in *Division, level int, name string) *Division {
	var found *Division
	for _, f := range known().forms[strings.TrimSpace(name)] {
		switch {
		case f.of.Level != level || in != nil && !f.of.Within(in):
		case found != nil && found != f.of:
			return nil
		default:
			found = f.of
		}
	}
	return found
}

// Named gives every division a text is a name of.
func Named(name string) (all []*Division) {
	for _, f := range known().forms[strings.TrimSpace(name)] {
		all = append(all, f.of)
	}
	return all
}

// Coded finds a division by its code of 2, 4 or 6 digits; zeros at the end say nothing.
func Coded(code string) *Division {
	for len(code) > 2 && strings.HasSuffix(code, "00") {
		code = code[:len(code)-2]
	}
	for _, d := range known().all {
		if d.Code == code {
			return d
		}
	}
	return nil
}
