package china

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"guanxi/test/testdata"
)

func (p Parsed) String() string {
	var names []string
	for _, d := range []*Division{p.Province, p.City, p.District} {
		if d == nil {
			names = append(names, "-")
			continue
		}
		if d.Level == DistrictLevel {
			names = append(names, d.Name)
		} else {
			names = append(names, d.Short)
		}
	}
	return strings.Join(names, " ") + " | " + p.Rest + " | " + p.Postcode
}

// Every place of the table is found again by its full name, by the names of the statistics, and with a street behind.
func TestEveryDivisionParsesToItself(t *testing.T) {
	leaves := 0
	for _, d := range All() {
		if len(d.Children) > 0 {
			continue
		}
		leaves++
		full := d.Name
		for up := d.Parent; up != nil; up = up.Parent {
			if !strings.HasPrefix(full, up.Name) || up.Level != ProvinceLevel {
				full = up.Name + full
			}
		}
		for _, line := range []string{full, full + "人民路1号", "中国" + full + "8栋", strings.Join([]string{d.Up(ProvinceLevel).Name, d.Up(CityLevel).Name, d.Name}, " ")} {
			if p := Parse(line); p.Deepest() != d {
				t.Errorf("%s: %s %v", line, p, p.Several)
			}
		}
	}
	if leaves < 2900 {
		t.Errorf("only %d places", leaves)
	}
}

// The table holds what the data set holds, each place under its code and in its city.
func TestTableIsTheDataSet(t *testing.T) {
	f, err := os.Open(testdata.Need(t, "china_divisions/areas.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		d := Coded(row[0])
		if d == nil {
			if city := Coded(row[2]); city == nil || city.Name != row[1] {
				t.Errorf("%v is missing", row)
			}
			continue
		}
		if d.Name != row[1] || d.Up(ProvinceLevel).Code != row[3] {
			t.Errorf("%v: %+v", row, d)
		}
		if line := Parse(d.Up(ProvinceLevel).Name + cityInStatistics(t, row[2]) + row[1]); line.Deepest() != d {
			t.Errorf("%v as the statistics write it: %s", row, line)
		}
	}
	if len(Provinces()) != 34 {
		t.Errorf("%d provinces", len(Provinces()))
	}
}

func cityInStatistics(t *testing.T, code string) string {
	switch {
	case strings.HasSuffix(code, "90"):
		return "省直辖县级行政区划"
	case code == "5002":
		return "县"
	case strings.HasPrefix(code, "11"), strings.HasPrefix(code, "12"), strings.HasPrefix(code, "31"), code == "5001":
		return "市辖区"
	}
	d := Coded(code)
	if d == nil {
		t.Fatalf("no city %s", code)
	}
	return d.Name
}

func TestParse(t *testing.T) {
	for line, want := range map[string]string{
		"广东省深圳市南山区科技园1号":                  "广东 深圳 南山区 | 科技园1号 | ",
		"广东深圳南山科技园1号":                     "广东 深圳 南山区 | 科技园1号 | ",
		"深圳市南山区科技园1号":                     "广东 深圳 南山区 | 科技园1号 | ",
		"深圳南山区 科技园 1 号":                   "广东 深圳 南山区 | 科技园 1 号 | ",
		"广东省 深圳市 南山区 科技园1号 518057":        "广东 深圳 南山区 | 科技园1号 | 518057",
		"518057 广东省深圳市南山区科技园1号":           "广东 深圳 南山区 | 科技园1号 | 518057",
		"广东省深圳市南山区科技园1号（邮编：518057）":       "广东 深圳 南山区 | 科技园1号 | 518057",
		"广东省深圳市广东省深圳市南山区科技园1号":            "广东 深圳 南山区 | 科技园1号 | ",
		"广东省南山区科技园1号":                     "广东 深圳 南山区 | 科技园1号 | ",
		"收货地址：中国广东省广州市天河区体育西路103号维多利广场A塔": "广东 广州 天河区 | 体育西路103号维多利广场A塔 | ",
		"北京市朝阳区建国路88号":                    "北京 北京 朝阳区 | 建国路88号 | ",
		"北京朝阳区建国路88号":                     "北京 北京 朝阳区 | 建国路88号 | ",
		"北京北京市朝阳区建国路88号":                  "北京 北京 朝阳区 | 建国路88号 | ",
		"北京市市辖区朝阳区建国路88号":                 "北京 北京 朝阳区 | 建国路88号 | ",
		"北京市密云县鼓楼东大街3号":                   "北京 北京 密云区 | 鼓楼东大街3号 | ",
		"上海市浦东新区张江路200号":                  "上海 上海 浦东新区 | 张江路200号 | ",
		"上海浦东张江路200号":                     "上海 上海 浦东新区 | 张江路200号 | ",
		"上海南京西路1266号恒隆广场":                 "上海 上海 - | 南京西路1266号恒隆广场 | ",
		"上海市徐汇区上海南站":                      "上海 上海 徐汇区 | 上海南站 | ",
		"重庆市县城口县葛城街道1号":                   "重庆 重庆 城口县 | 葛城街道1号 | ",
		"重庆渝中区解放碑步行街":                     "重庆 重庆 渝中区 | 解放碑步行街 | ",
		"内蒙古呼和浩特市新城区中山东路1号":               "内蒙古 呼和浩特 新城区 | 中山东路1号 | ",
		"内蒙古自治区锡林郭勒盟锡林浩特市额尔敦路":            "内蒙古 锡林郭勒 锡林浩特市 | 额尔敦路 | ",
		"内蒙赤峰松山区玉龙大街":                     "内蒙古 赤峰 松山区 | 玉龙大街 | ",
		"广西省南宁市青秀区民族大道1号":                 "广西 南宁 青秀区 | 民族大道1号 | ",
		"广西壮族自治区桂林市阳朔县西街":                 "广西 桂林 阳朔县 | 西街 | ",
		"湖北省恩施州恩施市舞阳大道":                   "湖北 恩施 恩施市 | 舞阳大道 | ",
		"湖北恩施土家族苗族自治州利川市":                 "湖北 恩施 利川市 |  | ",
		"湖北省仙桃市沔州大道":                      "湖北 仙桃 - | 沔州大道 | ",
		"湖北省省直辖县级行政区划潜江市章华中路":             "湖北 潜江 - | 章华中路 | ",
		"江苏省昆山市花桥镇光明路":                    "江苏 苏州 昆山市 | 花桥镇光明路 | ",
		"昆山市花桥镇":                          "江苏 苏州 昆山市 | 花桥镇 | ",
		"浙江省义乌市福田街道":                      "浙江 金华 义乌市 | 福田街道 | ",
		"河北省承德县下板城镇":                      "河北 承德 承德县 | 下板城镇 | ",
		"河北承德双桥区避暑山庄":                     "河北 承德 双桥区 | 避暑山庄 | ",
		"吉林省吉林市昌邑区解放大路":                   "吉林 吉林 昌邑区 | 解放大路 | ",
		"吉林市船营区北京路":                       "吉林 吉林 船营区 | 北京路 | ",
		"海南省三亚市海棠区":                       "海南 三亚 海棠区 |  | ",
		"广东省东莞市长安镇振安路":                    "广东 东莞 - | 长安镇振安路 | ",
		"云南大理白族自治州大理市下关镇":                 "云南 大理 大理市 | 下关镇 | ",
		"新疆维吾尔自治区自治区直辖县级行政区划石河子市北四路":      "新疆 石河子 - | 北四路 | ",
		"新疆乌鲁木齐天山区":                       "新疆 乌鲁木齐 天山区 |  | ",
		"香港九龙油尖旺区弥敦道":                     "香港 九龙 油尖旺区 | 弥敦道 | ",
		"香港特别行政区中西区皇后大道中1号":               "香港 香港岛 中西区 | 皇后大道中1号 | ",
		"澳门特别行政区氹仔官也街":                    "澳门 - - | 氹仔官也街 | ",
		"杭州西湖区文三路 90 号":                   "浙江 杭州 西湖区 | 文三路 90 号 | ",
		"浙江省，杭州市，西湖区，文三路90号":              "浙江 杭州 西湖区 | 文三路90号 | ",
		"浙江省/杭州市/西湖区/文三路90号":              "浙江 杭州 西湖区 | 文三路90号 | ",
		"【浙江省 杭州市】西湖区文三路90号":              "浙江 杭州 西湖区 | 文三路90号 | ",
		"陕西省西安市雁塔区小寨东路１２６号":               "陕西 西安 雁塔区 | 小寨东路126号 | ",
		"鼓楼区中山路18号":                       "- - - | 鼓楼区中山路18号 | ",
		"350001 鼓楼区东街8号":                  "福建 福州 鼓楼区 | 东街8号 | 350001",
		"南京路步行街":                          "- - - | 南京路步行街 | ",
		"深圳大学粤海校区":                        "- - - | 深圳大学粤海校区 | ",
		"北京路168号":                         "- - - | 北京路168号 | ",
		"科技园南区R2-A栋 518000":               "- - - | 科技园南区R2-A栋 | 518000",
		"科技园1号518057":                     "- - - | 科技园1号 | 518057",
		"科技园1号 订单123456":                  "- - - | 科技园1号 订单123456 | ",
		"浙江省杭州市西湖区文三路90号-310012":          "浙江 杭州 西湖区 | 文三路90号-310012 | ",
		"": "- - - |  | ",
		"Nanshan District, Shenzhen, Guangdong, China":                     "广东 深圳 南山区 |  | ",
		"1 Keji Road, Nanshan District, Shenzhen, Guangdong 518057, China": "广东 深圳 南山区 | 1 Keji Road | 518057",
		"88 Jianguo Rd, Chaoyang District, Beijing":                        "北京 北京 朝阳区 | 88 Jianguo Rd | ",
		"Xi'an, Shaanxi":          "陕西 西安 - |  | ",
		"Taiyuan City, Shanxi":    "山西 太原 - |  | ",
		"Taizhou, Jiangsu":        "江苏 泰州 - |  | ",
		"Taizhou":                 "- - - | Taizhou | ",
		"Hohhot, Inner Mongolia":  "内蒙古 呼和浩特 - |  | ",
		"Chaoyang":                "辽宁 朝阳 - |  | ",
		"12 Main St, Springfield": "- - - | 12 Main St, Springfield | ",
	} {
		if got := Parse(line).String(); got != want {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
}

func TestParseTellsWhatDoesNotFit(t *testing.T) {
	if p := Parse("广东省杭州市西湖区文三路"); p.Conflict == nil || p.Conflict.Short != "杭州" || p.Province.Short != "广东" {
		t.Errorf("Hangzhou in Guangdong: %s, conflict %v", p, p.Conflict)
	}
	if p := Parse("鼓楼区中山路"); len(p.Several) < 4 || p.Found() {
		t.Errorf("one of several 鼓楼区: %v", p.Several)
	}
	if p := Parse(strings.Repeat("广东省", 5000)); p.Province == nil || len(p.Rest) > 3*longestLine {
		t.Errorf("a line without end: %s", p)
	}
}

func TestNames(t *testing.T) {
	for _, row := range [][4]string{ // raw district, province, city, want
		{"南山", "广东", "深圳", "南山区"}, {"南山区", "广东", "深圳", "南山区"}, {"密云县", "北京", "北京", "密云区"}, {"朝阳", "北京", "", "朝阳区"},
		{"景宁", "浙江", "丽水", "景宁畲族自治县"}, {"不知道", "广东", "深圳", "不知道"}, {"Nanshan", "广东", "深圳", "Nanshan"}, {"南山", "广东", "广州", "南山"},
	} {
		if got := DistrictName(row[0], row[1], row[2]); got != row[3] {
			t.Errorf("%v: %s", row, got)
		}
	}
	for name, want := range map[string]string{"南山区": "nanshanqu nsq", "重庆": "chongqing cq", "厦门": "xiamen xm", "长治": "changzhi cz", "长子县": "zhangzixian zzx", "六安": "luan la",
		"蚌埠": "bengbu bb", "成都": "chengdu cd", "台州": "taizhou tz", "荥阳": "xingyang xy", "闵行区": "minhangqu mhq", "乐清": "yueqing yq", "吕梁": "lvliang ll"} {
		if key, initials := Spelled(name); key+" "+initials != want {
			t.Errorf("%s: %s %s", name, key, initials)
		}
	}
}
