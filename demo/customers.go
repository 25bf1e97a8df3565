package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// unusedPhonePrefixes are the two mobile ranges of which no part has been given
// to a carrier (Ministry of Industry and Information Technology, numbering plan
// of 2019 and since), yet which look like mobile numbers: 1, then 3 to 9.
var unusedPhonePrefixes = [...]string{"154", "194"}

// exampleDomains can never receive mail (RFC 2606).
var exampleDomains = []string{"example.com", "example.net", "example.org", "mail.example", "post.example"}

// phoneOf gives customer i a number nobody else in the company has.
func phoneOf(i int) string {
	// 40,961,531 is prime to 10^8, so that neighbours do not get neighbouring numbers
	return fmt.Sprintf("+86%s%08d", unusedPhonePrefixes[i&1], (uint64(i>>1)*40_961_531+3_141_592)%100_000_000)
}

// externalID is how a shop knows a customer: no two numbers give the same.
func externalID(shop, number int) string {
	// 618,033,989 is prime to 10^9
	return fmt.Sprintf("%s%09d", shopCode[shop], uint64(number)*618_033_989%1_000_000_000)
}

// makeCustomers makes everybody in the order they joined, then the twins: the
// same people entered a second time, with another spelling.
func (m *maker) makeCustomers(ctx context.Context) error {
	c := newChance(m.options.Seed)
	for i := range m.options.Customers {
		n := m.customerOf(c, i)
		if err := m.sink.Customer(ctx, n); err != nil {
			return err
		}
		if err := m.doubts(ctx, n); err != nil {
			return err
		}
	}
	for k := range m.twins() {
		if err := m.sink.Customer(ctx, m.twinOf(c, k)); err != nil {
			return err
		}
	}
	return nil
}

// customerOf gives customer i, counted from 0.
func (m *maker) customerOf(c *chance, i int) Customer {
	h := m.habitOf(c, i)
	c.of(streamIdentity, i, 0)
	n := Customer{Number: i + 1, Stage: "customer"}
	if h.cast == browser {
		n.Stage = "prospect"
	}
	at := m.places[m.placeWeight.pick(c)]
	n.Province, n.City, n.District = at.province, at.city, at.district
	if isOrganization(i, h) {
		m.nameOrganization(c, &n)
	} else {
		m.namePerson(c, &n)
	}
	if c.yes(0.7) {
		n.Address = fmt.Sprintf("%s%d号%d栋%d室", one(c, streets), 1+c.IntN(388), 1+c.IntN(30), 101+100*c.IntN(28)+c.IntN(6))
	}
	n.Source = Shops[h.shop]
	n.ExternalID = externalID(h.shop, n.Number)
	n.CreatedAt = m.joinedAt(c, h)
	m.reach(c, &n, i)
	n.Consents = m.consentsOf(c, n)
	n.Tags = tagsOf(c, h, n)
	n.Owner = m.ownerOf(c, h, n)
	return n
}

// joinedAt is up to an hour and a half before the first purchase,
// or a day of the years before the history.
func (m *maker) joinedAt(c *chance, h habit) time.Time {
	if h.joined < 0 {
		return m.season.start[0].Add(time.Duration(h.joined * 24 * float64(time.Hour))).Truncate(time.Second)
	}
	before := time.Duration(2+c.IntN(90)) * time.Minute
	return m.season.at(m.season.seconds(h.joined)).Add(-before)
}

func (m *maker) namePerson(c *chance, n *Customer) {
	n.Kind = "person"
	n.Gender = "female"
	if c.yes(0.24) {
		n.Gender = "male"
	}
	n.FamilyName = m.surnames[m.surnameWeight.pick(c)]
	n.GivenName = one(c, m.given[n.Gender])
	n.Name = n.FamilyName + n.GivenName
	if c.yes(0.68) {
		age := 18 + c.gamma(2.2, 15)
		day := m.season.start[len(m.season.start)-1].AddDate(0, 0, -int(age*365.25))
		n.Birthday = day.Format(time.DateOnly)
	} else if c.yes(0.03) {
		n.Birthday = one(c, impossibleBirthdays)
	}
	if c.yes(0.12) {
		n.Gender = "unknown"
	}
}

// isOrganization says who buys gift boxes for a company instead of for a home.
func isOrganization(i int, h habit) bool { return i%83 == 11 && h.cast == ordinary }

func (m *maker) nameOrganization(c *chance, n *Customer) {
	n.Kind, n.Gender = "organization", "unknown"
	n.Industry = one(c, []string{"酒店", "餐饮", "美容", "教育", "科技", "贸易", "物业"})
	suffix := map[string]string{
		"酒店": "酒店管理有限公司", "餐饮": "餐饮管理有限公司", "美容": "美容服务有限公司", "教育": "教育咨询有限公司",
		"科技": "科技有限公司", "贸易": "贸易有限公司", "物业": "物业服务有限公司",
	}[n.Industry]
	city := []rune(n.City)
	n.Name = string(city[:2]) + one(c, firmNames) + one(c, firmNames) + suffix
	n.Company = n.Name
}

// reach gives telephone and mail; some leave none, and some mail addresses were
// mistyped and never checked.
func (m *maker) reach(c *chance, n *Customer, i int) {
	if !c.yes(0.06) {
		n.Phone = phoneOf(i)
	}
	if !c.yes(0.45) {
		return
	}
	local := "u" + strconv.FormatUint(mix(uint64(i)+7)%100_000_000, 36) + strconv.Itoa(i)
	n.Email = local + "@" + one(c, exampleDomains)
	if c.yes(0.025) {
		n.EmailBroken = true
		n.Email = one(c, []string{local + "@example", local + "example.com", local + "@@example.net", local + "@example,org"})
	}
}

// consentsOf records who agreed to be written to, and who changed their mind.
func (m *maker) consentsOf(c *chance, n Customer) (consents []Consent) {
	end := m.season.at(m.season.lastSecond())
	for _, channel := range []struct {
		name  string
		share float64
	}{{"sms", 0.72}, {"wechat", 0.48}, {"email", 0.35}} {
		if channel.name == "sms" && n.Phone == "" || channel.name == "email" && n.Email == "" || !c.yes(0.86) {
			continue
		}
		granted := c.yes(channel.share)
		consents = append(consents, Consent{channel.name, granted, n.CreatedAt})
		if granted && c.yes(0.07) {
			later := n.CreatedAt.Add(time.Duration(c.Float64() * float64(end.Sub(n.CreatedAt))))
			consents = append(consents, Consent{channel.name, false, later.Truncate(time.Second)})
		}
	}
	return consents
}

// tagsOf gives the labels the shop's people use. The cards follow what somebody
// may be expected to spend.
func tagsOf(c *chance, h habit, n Customer) (tags []string) {
	switch worth := h.worth(); {
	case h.cast == overdue || worth > goldWorth:
		tags = append(tags, "金卡")
	case worth > silverWorth:
		tags = append(tags, "银卡")
	}
	if n.Kind == "organization" {
		return append(tags, "企业采购")
	}
	if h.taste[0] > 2.5 && c.yes(0.4) {
		tags = append(tags, one(c, []string{"敏感肌", "油皮", "干皮", "混合肌"}))
	}
	if h.taste[5] > 2 && c.yes(0.3) {
		tags = append(tags, "母婴家庭")
	}
	if c.yes(0.02) {
		tags = append(tags, "老客推荐")
	}
	return tags
}

// ownerOf gives organizations and high spenders to sales, some others to service.
func (m *maker) ownerOf(c *chance, h habit, n Customer) int {
	switch {
	case n.Kind == "organization" || h.cast == overdue || h.worth() > goldWorth:
		return one(c, m.withRole("sales"))
	case h.cast == newcomer || h.worth() > silverWorth && c.yes(0.6) || c.yes(0.08):
		return one(c, m.withRole("service"))
	}
	return 0
}

var (
	shopCode = []string{"tb", "dy", "wx", "vip"}
	streets  = []string{"人民路", "解放路", "中山路", "建设路", "文化路", "新华街", "和平路", "学府路", "滨河路", "长江路", "花园路", "青年路", "湖滨路", "科技路", "朝阳街", "东风路", "友谊路", "光明路", "梧桐路", "云杉路"}
	// what forms are filled with by those who do not want to say
	impossibleBirthdays = []string{"1900-01-01", "1888-08-08", "2099-01-01"}
	firmNames           = []string{"云", "禾", "瑞", "嘉", "泽", "启", "宏", "星", "悦", "盛", "安", "和", "远", "景", "澜", "卓", "晟", "润", "恒", "雅"}
)
