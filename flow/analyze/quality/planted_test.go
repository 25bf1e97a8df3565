package quality

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

const day = 24 * 60 * 60 * 1000

// Each fault stands in one record among clean ones; the number of an identity document is that of GB 11643's own example.
var planted = []struct {
	name  string
	row   fields
	finds []string
}{
	{"a phone that is none", fields{"phone": "12345", "phone_state": "invalid"}, []string{"phone_invalid phone"}},
	{"a phone typed at random", fields{"phone": "+8613988888888"}, []string{"phone_fake phone"}},
	{"a mail address that is none", fields{"email": "lin.163.com", "email_state": "invalid"}, []string{"email_invalid email"}},
	{"a mail domain misspelt", fields{"email": "lin@gmial.com"}, []string{"email_typo email"}},
	{"no phone", fields{"phone": ""}, []string{"missing phone"}},
	{"no gender", fields{"gender": "unknown"}, []string{"missing gender"}},
	{"a birthday to come", fields{"birthday": "2031-01-02"}, []string{"birthday_invalid birthday"}},
	{"older than anybody", fields{"birthday": "1870-01-02"}, []string{"birthday_invalid birthday"}},
	{"a name that is none", fields{"name": "测试"}, []string{"name_placeholder name"}},
	{"a postcode of five digits", fields{"postcode": "31000"}, []string{"postcode_invalid postcode"}},
	{"a province that is none", fields{"province": "江浙"}, []string{"region_unknown province"}},
	{"a city of another province", fields{"province": "江苏", "city": "杭州"}, []string{"city_province province"}},
	{"a city that is none", fields{"city": "杭周"}, []string{"city_unknown city"}},
	{"a county that stands as a city", fields{"city": "义乌"}, nil},
	{"a district of another city", fields{"city": "宁波", "district": "西湖区"}, []string{"district_city city"}},
	{"a district that is none", fields{"city": "杭州", "district": "西胡区"}, []string{"district_unknown district"}},
	{"a district of the city", fields{"city": "杭州", "district": "西湖区"}, nil},
	{"an address kept as a text before its field was one", fields{"custom": fields{"home": "广东省深圳市南山区科技园1号"}}, nil},
	{"an address with a city that is none", fields{"custom": fields{"home": fields{"province": "浙江", "city": "杭周"}}}, []string{"own_address custom.home"}},
	{"a postcode of another province", fields{"postcode": "200000"}, []string{"postcode_province province"}},
	{"a landline of another province", fields{"phone": "+862163219876"}, []string{"landline_province province"}},
	{"a country that the phone does not belong to", fields{"country": "美国", "province": "", "city": ""}, []string{"phone_country country"}},
	{"a gender that the title contradicts", fields{"name": "王先生", "gender": "female"}, []string{"gender_title gender"}},
	{"an organization as a person", fields{"name": "杭州木禾食品有限公司"}, []string{"person_company kind"}},
	{"an identity number with a wrong check digit", fields{"custom": fields{"id_card": "11010519491231002X"[:17] + "1"}}, []string{"id_invalid custom.id_card"}},
	{"a birthday that the identity number contradicts", fields{"birthday": "1949-12-30", "custom": fields{"id_card": "11010519491231002X"}}, []string{"id_birthday birthday"}},
	{"a gender that the identity number contradicts", fields{"gender": "male", "birthday": "1949-12-31", "custom": fields{"id_card": "11010519491231002X"}}, []string{"id_gender gender"}},
	{"nothing heard of for two years", fields{"updated_at": int64(1)}, []string{"stale"}},
	{"a height of seventeen metres", fields{"custom": fields{"height": 1700}}, []string{"outlier custom.height"}},
	{"a member number of another form", fields{"custom": fields{"member": "vip"}}, []string{"format custom.member"}},
}

func (c *clinic) define() {
	c.Helper()
	for key, kind := range map[string]string{"height": "number", "home": "address", "id_card": "text", "member": "text"} {
		label := fields{"zh-CN": map[string]string{"height": "身高", "home": "住址", "id_card": "身份证号", "member": "会员号"}[key], "en-US": key}
		c.call(201, "POST", "/customer-fields", fields{"key": key, "label": label, "applies_to": "person", "type": kind, "sensitivity": "normal"})
	}
}

// numbered gives clean customers values of the workspace's own fields, too.
func numbered(n int) []fields {
	rows := clean(n)
	for i, r := range rows {
		r["custom"] = fields{"height": 150 + i*13%40, "member": "M-" + strconv.Itoa(1000+i)}
	}
	return rows
}

func TestEveryPlantedFaultIsFoundAndNothingElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d)
		c.define()
		const good = 300
		c.raw(1, numbered(good)...)
		var want []string
		for i, p := range planted {
			row := fields{"gender": "female", "birthday": "1988-05-0" + strconv.Itoa(1+i%9)}
			for k, v := range p.row {
				row[k] = v
			}
			c.raw(1001+int64(i), row)
			for _, f := range p.finds {
				want = append(want, strconv.Itoa(1001+i)+" "+f)
			}
		}
		report := c.search()
		found := c.found("")
		for i, p := range planted {
			for _, f := range p.finds {
				assert.Contains(t, found, strconv.Itoa(1001+i)+" "+f, p.name)
			}
		}
		for _, f := range found {
			assert.Contains(t, want, f, "nobody planted that")
		}
		require.Len(t, found, len(want))
		assert.EqualValues(t, len(want), report.Get("findings").Int())
		assert.EqualValues(t, good+len(planted), report.Get("customers").Int())
		slices.Sort(want)
	})
}
