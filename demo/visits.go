package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// VisitShop is the shop whose mini program and site tell what people do there.
var VisitShop = Shops[miniProgram]

const (
	visitDays  = 45
	visitBatch = 300 // events in one request
)

// visited is a place people look at, and how often.
type visited struct {
	path, title string
	weight      float64
}

var pagesOfShop = []visited{
	{"/", "首页", 30}, {"/category/skincare", "护肤", 16}, {"/category/makeup", "彩妆", 12}, {"/category/home", "家居香氛", 9},
	{"/sale", "限时优惠", 10}, {"/search", "搜索", 9}, {"/account", "我的", 7}, {"/help", "帮助", 4}, {"/article/sensitive-skin", "敏感肌护理指南", 5},
}

// topicsOfShop says what some pages are about, as the shop sends it along.
var topicsOfShop = map[string]string{"/category/skincare": "日常护肤", "/category/makeup": "妆容灵感", "/category/home": "居家香氛", "/sale": "优惠", "/article/sensitive-skin": "敏感肌护理"}

// ways are where visits come from: a campaign, a foreign page, or neither.
var ways = []struct {
	source, medium, campaign, referrer string
	weight                             float64
}{
	{"", "", "", "", 38}, {"", "", "", "https://www.baidu.com/", 16}, {"wechat", "message", "会员日", "", 17}, {"xiaohongshu", "social", "春日新品", "", 15},
	{"sms", "message", "回归礼", "", 8}, {"", "", "", "https://www.zhihu.com/", 6},
}

var agents = []string{
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36",
}

// shopper is somebody who visits: a known customer by the number the shop has for her, or a browser nobody knows.
type shopper struct {
	userID, anonymousID string
	agent               string
}

// surfer writes the events of visits as the shop sends them.
type surfer struct {
	c     *chance
	take  func(body []byte) error
	batch []map[string]any
	goods []looked
}

// looked is a product of the catalogue that people look at.
type looked struct {
	SKU      string `bun:"sku"`
	Category string `bun:"category"`
	Price    int64  `bun:"price"`
}

// taste says which of the three categories of the shop somebody is keen on: who is known comes for the same again.
func taste(userID string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(userID))
	return 1 + int(h.Sum32()%3)
}

// Visits gives take the requests that VisitShop has sent in the last weeks: what its customers did before they ordered,
// what they looked at without ordering, and visitors nobody knows. The help page is where people leave; the page of the
// sale makes them come back; who comes by a message about the members' day buys more often. Some go to and fro between search
// and skin care, some press the coupon again and again, and payments fail.
func Visits(ctx context.Context, d *db.DB, seed uint64, take func(body []byte) error) error {
	now := clock.Now(ctx)
	var orders []struct {
		ExternalID string `bun:"external_id"`
		At         int64  `bun:"ordered_at"`
	}
	if err := d.Read().NewRaw(`
select i.external_id, o.ordered_at
from orders o
join identities i on i.customer_id = o.customer_id and i.source = o.shop
where o.shop = ? and o.kind = 'order' and o.ordered_at between ? and ?
order by o.ordered_at, i.external_id
limit 3000`, VisitShop, now.AddDate(0, 0, -visitDays).UnixMilli(), now.UnixMilli()).Scan(ctx, &orders); err != nil {
		return err
	}
	var known []string
	if err := d.Read().NewRaw("select external_id from identities where source = ? order by external_id limit 800", VisitShop).Scan(ctx, &known); err != nil {
		return err
	}
	s := &surfer{c: newChance(seed), take: take}
	if err := d.Read().NewRaw("select sku, category, coalesce(price, 9900) as price from products order by id limit 120").Scan(ctx, &s.goods); err != nil {
		return err
	}
	if len(s.goods) == 0 {
		return nil
	}
	for i, o := range orders {
		if err := s.visit(streamVisitBuyer, i, o.ExternalID, time.UnixMilli(o.At), true); err != nil {
			return err
		}
	}
	for day := range visitDays {
		for i := range 44 {
			c := s.c.of(streamVisit, day, i)
			who := ""
			if len(known) > 0 && c.yes(0.6) {
				who = known[c.IntN(len(known))]
			}
			at := now.AddDate(0, 0, day-visitDays).Add(time.Duration(c.IntN(86_400)) * time.Second)
			if err := s.visit(streamVisit, day*1000+i+1_000_000, who, at, false); err != nil {
				return err
			}
		}
	}
	return s.send()
}

// visit makes one session; of a buyer it ends with the order at the given moment, which the shop tells by itself.
func (s *surfer) visit(stream stream, number int, userID string, at time.Time, buys bool) error {
	c := s.c.of(stream, number, 1)
	who := shopper{userID: userID, anonymousID: fmt.Sprintf("d%d-%d", stream, number), agent: agents[c.IntN(len(agents))]}
	if userID != "" {
		who.anonymousID = "k-" + userID
	}
	weights := make([]float64, len(ways))
	for i, w := range ways {
		weights[i] = w.weight
	}
	way := ways[pickOf(c, weights)]
	type step struct {
		event, path, title string
		properties         map[string]any
		seconds            int
	}
	var steps []step
	look := func(p visited) {
		steps = append(steps, step{event: "", path: p.path, title: p.title, seconds: 8 + c.IntN(110)})
	}
	if way.campaign != "" && c.yes(0.6) {
		look(pagesOfShop[4])
	} else {
		look(pagesOfShop[0])
	}
	article := s.goods[c.IntN(len(s.goods))]
	sku, product := article.SKU, map[string]any{"sku": article.SKU, "price": float64(article.Price) / 100, "category": article.Category}
	interest, goesOn := 0.62, 0.45
	if way.campaign == "会员日" {
		interest, goesOn = 0.8, 0.6
	}
	for buys || c.yes(interest) {
		weights := make([]float64, len(pagesOfShop))
		for i, p := range pagesOfShop {
			weights[i] = p.weight
		}
		if userID != "" {
			weights[taste(userID)] *= 4
		}
		p := pagesOfShop[pickOf(c, weights)]
		look(p)
		if p.path == "/help" && !buys || len(steps) > 9 || buys && len(steps) > 2 {
			break
		}
	}
	trouble := s.c.of(streamTrouble, int(stream), number)
	if len(steps) > 1 && trouble.yes(0.07) {
		for range 2 {
			steps = append(steps, step{path: "/search", title: "搜索", seconds: 4 + trouble.IntN(8)}, step{path: "/category/skincare", title: "护肤", seconds: 4 + trouble.IntN(8)})
		}
	}
	if buys || len(steps) > 1 && steps[len(steps)-1].path != "/help" && c.yes(0.6) {
		steps = append(steps, step{event: "", path: "/product/" + sku, title: "商品", seconds: 20 + c.IntN(160)}, step{event: "product_viewed", path: "/product/" + sku, properties: product, seconds: 5})
		if buys || c.yes(goesOn) {
			steps = append(steps, step{event: "cart_updated", path: "/cart", properties: product, seconds: 10 + c.IntN(60)})
			if buys || c.yes(0.35) {
				steps = append(steps, step{event: "checkout_started", path: "/checkout", properties: product, seconds: 20 + c.IntN(90)})
				if trouble.yes(0.15) {
					coupon := step{event: "element_clicked", path: "/checkout", properties: map[string]any{"text": "使用优惠券"}}
					steps = append(steps, coupon, coupon, coupon)
				}
				if !buys && trouble.yes(0.5) || trouble.yes(0.05) {
					steps = append(steps, step{event: "payment_failed", path: "/checkout", properties: map[string]any{"reason": "银行未授权"}, seconds: 15})
				}
			}
		}
	}
	away := "" // some sign in while they travel
	if trip := s.c.of(stream, number, 2); userID != "" && trip.yes(0.15) {
		away = []string{"上海市", "北京市", "广东省", "浙江省"}[trip.IntN(4)]
	}
	total := 0
	for _, st := range steps {
		total += st.seconds
	}
	begin := at
	if buys {
		begin = at.Add(-time.Duration(total) * time.Second)
	}
	for i, st := range steps {
		context := map[string]any{"userAgent": who.agent}
		where := map[string]any{"url": "https://shop.muhe.example" + st.path, "path": st.path}
		if i == 0 && way.referrer != "" {
			where["referrer"] = way.referrer
		}
		if i == 0 && way.source != "" {
			context["campaign"] = map[string]any{"source": way.source, "medium": way.medium, "name": way.campaign}
		}
		if st.title != "" {
			where["title"] = st.title
		}
		context["page"] = where
		if i == 0 && away != "" {
			context["location"] = map[string]any{"region": away}
		}
		m := map[string]any{"type": "page", "anonymousId": who.anonymousID, "messageId": fmt.Sprintf("demo-%d-%d-%d", stream, number, i), "timestamp": begin.UTC().Format(time.RFC3339Nano), "context": context}
		if who.userID != "" {
			m["userId"] = who.userID
		}
		if st.event != "" {
			m["type"], m["event"], m["properties"] = "track", st.event, st.properties
		} else {
			seen := maps.Clone(where)
			if topic := topicsOfShop[st.path]; topic != "" {
				seen["topic"] = topic
			}
			m["properties"] = seen
		}
		s.batch = append(s.batch, m)
		begin = begin.Add(time.Duration(st.seconds) * time.Second)
	}
	if len(s.batch) >= visitBatch {
		return s.send()
	}
	return nil
}

func (s *surfer) send() error {
	if len(s.batch) == 0 {
		return nil
	}
	body, err := json.Marshal(map[string]any{"batch": s.batch})
	if err != nil {
		return err
	}
	s.batch = slices.Delete(s.batch, 0, len(s.batch))
	return s.take(body)
}

// pickOf draws an index by its weight.
func pickOf(c *chance, weights []float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	at := c.Float64() * total
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}
