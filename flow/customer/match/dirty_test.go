package match

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
)

// company makes customers of a Chinese shop, a share of whom were entered twice with the mistakes people make. It
// knows nothing of how they are matched.
type company struct {
	dice    *rand.Rand
	records []Record
	real    truth
}

var (
	// the commonest family names with their share of the population in thousandths (census of 2020)
	commonNames = strings.Fields(`王72 李71 张67 刘53 陈45 杨31 黄22 赵22 吴20 周19 徐16 孙15 马14 朱13 胡13 郭12 何12 林11 高10 罗10 郑9 梁9 谢8 宋8 唐7 许7 韩7 邓7 冯7 曹6
		彭6 曾6 肖6 田6 董6 潘5 袁5 蔡5 蒋5 余5 于5 杜5 叶5 程5 魏4 苏4 吕4 丁4 任4 卢4 姚4 沈4 钟4 姜4 崔4 谭4 陆4 范4 汪4 廖4 石3 金3 韦3 贾3 夏3 付3 方3 邹3 熊3 白3 孟3 秦3 邱3
		侯3 江3 尹3 薛3 闫3 段3 雷3 龙3 史3 黎3 贺3 陶3 毛3 郝3 顾3 龚3 邵3 万3 覃2 武2 钱2 戴2 严2 莫2 孔2 向2 常2 欧阳1 上官1 诸葛1`)
	givenChars = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彬斌鹏浩宇轩梓涵欣怡思嘉佳俊博文雨晨雪梅兰竹菊志建国庆海波云龙飞翔凯旋毅然宁静安康乐天晓东春夏秋冬婷婉清若曦诗琪子墨一诺可馨")
	towns      = strings.Fields("上海 北京 广州 深圳 杭州 成都 重庆 武汉 南京 苏州 天津 西安 郑州 长沙 青岛 宁波 无锡 佛山 合肥 大连 福州 厦门 哈尔滨 济南 温州 沈阳 泉州 长春 石家庄 南宁 金华 贵阳 南昌 常州 嘉兴 太原 徐州 惠州 珠海 中山")
	roads      = strings.Fields("人民 解放 中山 建设 和平 新华 文化 南京 北京 延安 淮海 长江 黄河 友谊 光明 胜利 东风 红旗 朝阳 学院 湖滨 西湖 滨江 迎宾 科技 工业 花园 金水 玉泉 青年")
	hosts      = strings.Fields("qq.com 163.com 126.com gmail.com outlook.com sina.com foxmail.com")
	alikeChars = map[rune]rune{'芳': '方', '婷': '亭', '静': '靖', '丽': '莉', '伟': '炜', '强': '墙', '军': '君', '洋': '阳', '杰': '洁', '明': '铭', '鹏': '朋', '华': '桦', '怡': '仪', '欣': '新', '雪': '薛', '清': '青'}
)

func makeCompany(customers int, twice float64) *company {
	c := &company{dice: rand.New(rand.NewPCG(7, uint64(customers))), real: truth{}}
	var names []string
	for _, n := range commonNames {
		name := strings.TrimRight(n, "0123456789")
		weight := 0
		_, _ = fmt.Sscan(n[len(name):], &weight)
		for range weight {
			names = append(names, name)
		}
	}
	id := int64(0)
	for i := range customers {
		r := c.person(names)
		id++
		r.ID = id
		c.records = append(c.records, r)
		c.real[id] = fmt.Sprint(i)
		if c.dice.Float64() < twice {
			id++
			r = c.again(r)
			r.ID = id
			c.records = append(c.records, r)
			c.real[id] = fmt.Sprint(i)
		}
	}
	c.dice.Shuffle(len(c.records), func(i, j int) { c.records[i], c.records[j] = c.records[j], c.records[i] })
	return c
}

func pick[T any](c *company, list []T) T { return list[c.dice.IntN(len(list))] }

func (c *company) person(names []string) Record {
	family := pick(c, names)
	given := string(pick(c, givenChars))
	if c.dice.Float64() < 0.85 {
		given += string(pick(c, givenChars))
	}
	r := Record{Name: family + given, City: pick(c, towns), Gender: pick(c, []string{"female", "female", "male", "unknown"})}
	if c.dice.Float64() < 0.6 {
		r.Birthday = time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, c.dice.IntN(20000)).Format(time.DateOnly)
	}
	if c.dice.Float64() < 0.9 {
		r.Phones = []string{fmt.Sprintf("+861%d%09d", 3+c.dice.IntN(7), c.dice.IntN(1e9))}
	}
	if c.dice.Float64() < 0.4 {
		r.Emails = []string{fmt.Sprintf("%c%d@%s", 'a'+rune(c.dice.IntN(26)), c.dice.IntN(1e8), pick(c, hosts))}
	}
	if c.dice.Float64() < 0.5 {
		r.Address = fmt.Sprintf("%s路%d号%d幢%d室", pick(c, roads), 1+c.dice.IntN(999), 1+c.dice.IntN(30), 101+c.dice.IntN(2500))
	}
	return r
}

// again enters a person a second time: two mistakes or omissions.
func (c *company) again(r Record) Record {
	for range 2 {
		switch c.dice.IntN(8) {
		case 0:
			name := []rune(r.Name)
			if twin, ok := alikeChars[name[len(name)-1]]; ok {
				name[len(name)-1] = twin
			}
			r.Name = string(name)
		case 1:
			if len(r.Birthday) == 10 && r.Birthday[8:] <= "12" {
				r.Birthday = r.Birthday[:5] + r.Birthday[8:] + "-" + r.Birthday[5:7]
			}
		case 2:
			if len(r.Phones) > 0 && len(r.Emails)+len(r.Birthday) > 0 {
				r.Phones = nil
			}
		case 3:
			if len(r.Phones) > 0 {
				digits := []byte(r.Phones[0])
				digits[4+c.dice.IntN(9)] = byte('0' + c.dice.IntN(10))
				r.Phones = []string{string(digits)}
			}
		case 4:
			r.Address, r.Birthday = "", ""
		case 5:
			r.City = pick(c, towns)
		case 6:
			r.Emails, r.Gender = nil, ""
		case 7:
			name := []rune(r.Name)
			r.Name = string(name[1:]) + string(name[:1])
		}
	}
	return r
}

// BenchmarkScan tells how long a scan takes and how well it finds the twentieth of records that was entered twice:
// go test -bench Scan -benchtime 1x ./flow/customer/match
func BenchmarkScan(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := makeCompany(n*20/21, 0.05)
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				began := time.Now()
				s := NewSet(plainSound)
				for i := range c.records {
					s.Add(&c.records[i])
				}
				added := time.Since(began)
				r, err := s.Scan(context.Background(), Options{Least: 0.05, Most: 500_000})
				if err != nil {
					b.Fatal(err)
				}
				took := time.Since(began)
				runtime.ReadMemStats(&after)
				at := Suggested(r.Pairs)
				precision, recall, f1 := figures(r.Pairs, c.real, at)
				b.ReportMetric(took.Seconds(), "s")
				b.ReportMetric(added.Seconds(), "s-add")
				b.ReportMetric(float64(r.Compared)/took.Seconds(), "pairs/s")
				b.ReportMetric(float64(r.Compared), "compared")
				b.ReportMetric(float64(r.Skipped), "skipped")
				b.ReportMetric(float64(len(r.Pairs)), "pairs")
				b.ReportMetric(precision, "precision")
				b.ReportMetric(recall, "recall")
				b.ReportMetric(f1, "F1")
				b.ReportMetric(float64(after.HeapSys-before.HeapSys)/1e6, "MB")
			}
		})
	}
}
