package customer

import (
	"encoding/csv"
	"os"
	"testing"

	"guanxi/base/china"
	"guanxi/test/testdata"
)

func TestNormalPhone(t *testing.T) {
	for _, row := range []struct {
		raw, region, want string
		ok                bool
	}{
		{"13912345521", "CN", "+8613912345521", true},
		{" 139 1234-5521 ", "CN", "+8613912345521", true},
		{"+86 139 1234 5521", "GB", "+8613912345521", true},
		{"8613912345521", "CN", "+8613912345521", true},
		{"0086-13912345521", "CN", "+8613912345521", true},
		{"１３９１２３４５５２１", "CN", "+8613912345521", true},
		{"(+86)13912345521", "CN", "+8613912345521", true},
		{"010-65529988", "CN", "+861065529988", true},
		{"(021) 6329 9999", "CN", "+862163299999", true},
		{"+44 20 7946 0958", "CN", "+442079460958", true},
		{"020 7946 0958", "GB", "+442079460958", true},
		{"+1 202 555 0143", "CN", "+12025550143", true},
		{"12912345521", "CN", "", false}, // no such mobile range
		{"1391234552", "CN", "", false},  // a digit short
		{"139123455211", "CN", "", false},
		{"12345", "CN", "", false},
		{"保密", "CN", "", false},
		{"", "CN", "", false},
		{"+", "CN", "", false},
	} {
		if got, ok := NormalPhone(row.raw, row.region); got != row.want || ok != row.ok {
			t.Errorf("NormalPhone(%q, %s) = %q %v, want %q %v", row.raw, row.region, got, ok, row.want, row.ok)
		}
	}
}

func TestRegionOf(t *testing.T) {
	for country, want := range map[string]string{"中国": "CN", "United Kingdom": "GB", "EIRE": "IE", "germany": "DE", "日本": "JP", "fr": "FR", "Atlantis": "", "": ""} {
		if got := RegionOf(country); got != want {
			t.Errorf("RegionOf(%q) = %q, want %q", country, got, want)
		}
	}
}

func TestNormalEmail(t *testing.T) {
	for _, row := range []struct {
		raw, want string
		ok        bool
	}{
		{" Lin.Wanqing@163.COM ", "lin.wanqing@163.com", true},
		{"mailto:a@b.cn", "a@b.cn", true},
		{"<a+b@b.co.uk>", "a+b@b.co.uk", true},
		{"a＠b.cn", "a@b.cn", true},
		{"a@b", "", false},
		{"a@@b.cn", "", false},
		{"a@b@c.cn", "", false},
		{"a b@c.cn", "", false},
		{".a@c.cn", "", false},
		{"a@c..cn", "", false},
		{"a@c.cn\r\nBcc: x@y.cn", "", false},
		{"a@c.c", "", false},
		{"无", "", false},
	} {
		if got, ok := NormalEmail(row.raw); got != row.want || ok != row.ok {
			t.Errorf("NormalEmail(%q) = %q %v, want %q %v", row.raw, got, ok, row.want, row.ok)
		}
	}
}

func TestNormalGender(t *testing.T) {
	for raw, want := range map[string]string{"女": "female", "F": "female", "Female": "female", "女士": "female", "男": "male", "M": "male", "male ": "male", "": "unknown", "保密": "unknown"} {
		if got, ok := NormalGender(raw); got != want || !ok {
			t.Errorf("NormalGender(%q) = %q %v, want %q", raw, got, ok, want)
		}
	}
	if _, ok := NormalGender("abc"); ok {
		t.Error("abc is no gender")
	}
}

func TestNameKeys(t *testing.T) {
	for _, row := range []struct{ kind, name, key, initials string }{
		{KindPerson, "林婉清", "linwanqing", "lwq"},
		{KindPerson, "曾国藩", "zengguofan", "zgf"},
		{KindPerson, "单雄信", "shanxiongxin", "sxx"},
		{KindPerson, "仇英", "qiuying", "qy"},
		{KindPerson, "查良镛", "zhaliangyong", "zly"},
		{KindPerson, "解缙", "xiejin", "xj"},
		{KindPerson, "尉迟恭", "yuchigong", "ycg"},
		{KindPerson, "万俟卨", "moqixie", "mqx"},
		{KindPerson, "任我行", "renwoxing", "rwx"},
		{KindPerson, "吕布", "lvbu", "lb"},
		{KindPerson, "沈括", "shenkuo", "sk"},
		{KindOrganization, "单位食堂", "danweishitang", "dwst"},
		{KindPerson, "Brion Stark", "brionstark", "bs"},
		{KindPerson, "Zoë O'Neil", "zoeoneil", "zo"},
		{KindPerson, "张三 Anna", "zhangsananna", "zsa"},
		{KindOrganization, "沐禾生活3店", "muheshenghuo3dian", "mhsh3d"},
		{KindPerson, "", "", ""},
		{KindPerson, "🌸", "", ""},
	} {
		if key, initials := NameKeys(row.kind, row.name); key != row.key || initials != row.initials {
			t.Errorf("NameKeys(%q) = %q %q, want %q %q", row.name, key, initials, row.key, row.initials)
		}
	}
}

func TestNormalRegion(t *testing.T) {
	for _, row := range []struct{ province, city, wantProvince, wantCity string }{
		{"沪", "", "上海", "上海"},
		{"上海市", "市辖区", "上海", "上海"},
		{"", "上海市", "上海", "上海"},
		{"内蒙古自治区", "锡林郭勒盟", "内蒙古", "锡林郭勒"},
		{"湖北省", "恩施土家族苗族自治州", "湖北", "恩施"},
		{"新疆维吾尔自治区", "克孜勒苏柯尔克孜自治州", "新疆", "克孜勒苏"},
		{"浙江", "杭州市", "浙江", "杭州"},
		{"England", "London", "England", "London"},
		{"", "", "", ""},
	} {
		if p, c := normalRegion(row.province, row.city); p != row.wantProvince || c != row.wantCity {
			t.Errorf("normalRegion(%q, %q) = %q %q, want %q %q", row.province, row.city, p, c, row.wantProvince, row.wantCity)
		}
	}
}

// Every division of the official table must keep a name of its own, and a normal name must stay as it is.
func TestNormalRegionOnTheOfficialTable(t *testing.T) {
	short := map[string]string{} // by code
	for _, row := range divisions(t, "provinces.csv") {
		short[row["code"]] = NormalProvince(row["name"])
	}
	seen := map[string]bool{}
	for _, p := range short {
		if seen[p] || NormalProvince(p) != p || NormalProvince(p+"省") != p {
			t.Errorf("province %q is not unique and stable", p)
		}
		seen[p] = true
	}
	cities := map[string]string{}
	for _, row := range divisions(t, "cities.csv") {
		province := short[row["provinceCode"]]
		city := NormalCity(row["name"], province)
		if NormalCity(city, province) != city {
			t.Errorf("city %q is not stable", city)
		}
		if other, taken := cities[province+"/"+city]; taken && !china.Municipality(province) {
			t.Errorf("%q and %q are both %q", row["name"], other, city)
		}
		cities[province+"/"+city] = row["name"]
	}
}

func divisions(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(testdata.Need(t, "china_divisions/"+file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func BenchmarkNormalisation(b *testing.B) {
	for b.Loop() {
		NormalPhone("13912345521", "CN")
		NormalEmail("lin.wanqing@163.com")
		NameKeys(KindPerson, "林婉清")
	}
}
