package scenario

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/test/served"
)

// T02 (C126), T09 (C152), T18 (C194) and T26 (C213): four audiences that sellers told of, in one company whose truth is
// planted: who would be a good audience is known of each customer when the files are written, and must be found by a condition
// as a person would build it; the persona says what sets them apart.
func TestT02T09T18T26Audiences(t *testing.T) {
	for engine, url := range engines(t) {
		t.Run(engine, func(t *testing.T) { audiences(openWith(t, served.Options{URL: url})) })
	}
}

// planted is what is true of a customer by the way she was made.
type planted struct {
	female, eco, premium, spends, advises bool
	age, feedback                         int
	spicy, visits, shares                 int // of a dish with chili, sessions, shared posts
}

func plant(i int) planted {
	p := planted{female: i%2 == 0, age: 22 + i%40, eco: i%5 == 0, premium: i%3 != 0, spends: i%7 < 2, feedback: i % 6}
	if i%4 == 0 {
		p.spicy, p.visits, p.shares = 1+i%3, 3+i%2, i%8/4
	}
	p.advises = p.spends && p.feedback >= 3
	return p
}

const planters = 240

type indexed struct {
	Detail, Value string
	Members, Base int
	Index         float64
	Sure          bool
}

type persona struct {
	Members, Base int
	Headline      map[string]string
	Differences   []indexed
}

func (p persona) index(detail, value string) float64 {
	for _, d := range p.Differences {
		if d.Detail == detail && d.Value == value && d.Sure {
			return d.Index
		}
	}
	return 0
}

func audiences(c *company) {
	truth := map[string]int{}
	people, lines := "客户编号,姓名,性别,生日,其他身份标识\n", "订单号,下单时间,商品名,SKU,类目,档次,数量,单价,客户外部编号\n"
	for i := range planters {
		p := plant(i)
		count := func(name string, holds bool) {
			if holds {
				truth[name]++
			}
		}
		count("eco", p.eco)
		count("T09", p.female && p.age >= 35 && p.premium && p.spends)
		count("T26", p.advises)
		count("T18", p.spicy > 0 && p.visits >= 3 && p.shares > 0)
		people += fmt.Sprintf("c%d,客户%d,%s,%s,\"pos = c%[1]d\nsite = c%[1]d\ncommunity = c%[1]d\"\n", i, i, map[bool]string{true: "女", false: "男"}[p.female], time.Now().AddDate(-p.age, 0, -100).Format(time.DateOnly))
		add := func(n int, name, category, tier string, price int) {
			lines += fmt.Sprintf("N%d-%d,%s,%s,%s,%s,%s,1,%d.00,c%d\n", i, n, time.Now().AddDate(0, 0, -20-n*30).Format("2006-01-02 15:04"), name, name, category, tier, price, i)
		}
		if p.eco {
			add(1, "可回收礼盒", "环保", "中端", 140)
			add(2, "竹纤维袋", "环保", "中端", 60)
		}
		if p.premium {
			add(3, "精华液", "护肤", "高端", 900)
		} else {
			add(3, "洗面奶", "护肤", "低端", 90)
		}
		if p.spends {
			add(4, "礼品订制", "礼品", "中端", 21000+i)
		}
		for n := range p.spicy {
			add(5+n, "水煮鱼", "热菜", "中端", 88)
		}
	}
	for _, file := range [][2]string{{"customers", people}, {"order_lines", lines}} {
		path := filepath.Join(c.folder, "audience-"+file[0]+".csv")
		if err := os.WriteFile(path, []byte(file[1]), 0o600); err != nil {
			c.t.Fatal(err)
		}
		mapping := `{"constants": {"source": "till"}}`
		if file[0] == "customers" {
			mapping = `{"constants": {"identity_source": "till"}}`
		}
		if _, err := c.Import(c.t.Context(), path, map[string]string{"kind": file[0], "mapping": mapping}); err != nil {
			c.t.Fatal(err)
		}
	}
	c.sends()

	all := func(conditions ...any) map[string]any { return map[string]any{"all": conditions} }
	field := func(name, op string, value any) any {
		return map[string]any{"field": name, "op": op, "value": value}
	}
	event := func(name, measure, op string, value any, days int, where any) any {
		asked := map[string]any{"event": name, "measure": measure, "op": op, "value": value, "window": map[string]any{"last_days": days}}
		if where != nil {
			asked["where"] = where
		}
		return asked
	}
	eco := all(event("item_purchased", "count", "gte", 2, 365, field("category", "eq", "环保")))
	described := func(condition any) (p persona) {
		c.post("/personas", map[string]any{"condition": condition}, &p)
		return p
	}

	c.play("T02: who buys for the environment, and what else sets them apart", func() {
		c.eventually("the group", func() any { return c.count(eco) }, truth["eco"])
		p := described(eco)
		c.expect("members and everybody", []int{p.Members, p.Base}, []int{truth["eco"], planters})
		if got, want := p.index("category", "环保"), 100*float64(planters)/float64(truth["eco"]); got < want-.01 || got > want+.01 {
			c.t.Errorf("index of eco products %v, want %v: all members and nobody else", got, want)
		}
		c.expect("gender, which is spread evenly", p.index("gender", "female"), 0)
		id := c.saved("环保人群", eco)
		var of persona
		c.get("/segments/"+id+"/persona", &of)
		c.expect("the persona of the segment", of.Headline, p.Headline)
	})

	c.play("T09: women of 35 and over who buy high-end and spend the most", func() {
		began := time.Now()
		condition := all(field("gender", "eq", "female"), field("age", "gte", 35),
			event("item_purchased", "count", "gte", 1, 3650, field("tier", "in", []string{"高端", "high"})), field("rfm.monetary", "gt", 2_000_000))
		c.eventually("the audience", func() any { return c.count(condition) }, truth["T09"])
		c.members(c.saved("35+ 高消费女性", condition))
		if took := time.Since(began); took > time.Minute {
			c.t.Errorf("the audience took %v", took)
		}
	})

	c.play("T26: more than 20,000 spent in a year and three times of feedback", func() {
		condition := all(event("order_placed", "sum:amount", "gt", 2_000_000, 365, nil), event("feedback_given", "count", "gte", 3, 365, nil))
		c.eventually("the product experience officers", func() any { return c.count(condition) }, truth["T26"])
		p := described(condition)
		c.expect("members", p.Members, truth["T26"])
	})

	c.play("T18: taste, visits and sharing of one customer from three sources", func() {
		condition := all(event("Dish Ordered", "count", "gte", 1, 365, field("properties.taste", "eq", "微辣")),
			event("session", "count", "gte", 3, 365, nil), event("Post Shared", "count", "gte", 1, 365, nil))
		c.eventually("who likes it hot, comes often and shares", func() any { return c.count(condition) }, truth["T18"])
		var list struct{ Items []struct{ ID, Name string } }
		filter, err := json.Marshal(condition)
		if err != nil {
			c.t.Fatal(err)
		}
		c.get("/customers?limit=5&filter="+queryEscape(string(filter)), &list)
		for _, dish := range []string{"水煮鱼", "豆腐"} {
			want := 0
			for i := range planters {
				if p := plant(i); p.spicy > 0 && dish == "水煮鱼" {
					want++
				}
			}
			c.expect("customers who asked for "+dish+" a little hot", c.count(all(event("Dish Ordered", "count", "gte", 1, 365,
				all(field("properties.dish", "eq", dish), field("properties.taste", "eq", "微辣"))))), want)
		}
		var of struct {
			Parts []struct {
				Part    string
				Details []struct {
					Name  string
					Items []indexed
				}
			}
		}
		c.get("/customers/"+list.Items[0].ID+"/persona", &of)
		seen := map[string]bool{}
		for _, part := range of.Parts {
			for _, d := range part.Details {
				for _, item := range d.Items {
					seen[d.Name+" "+item.Value] = true
				}
			}
		}
		for _, want := range []string{"product 水煮鱼", "did Dish Ordered", "did Post Shared"} {
			if !seen[want] {
				c.t.Errorf("the customer's persona lacks %q: %v", want, seen)
			}
		}
	})
}

// sends plays three sources of events: the till, the site and the community, each with a key of its own.
func (c *company) sends() {
	messages := map[string][]map[string]any{}
	at := func(days int) string { return time.Now().UTC().AddDate(0, 0, -days).Format(time.RFC3339) }
	for i := range planters {
		p, who := plant(i), fmt.Sprint("c", i)
		for n := range p.feedback {
			messages["site"] = append(messages["site"], map[string]any{"type": "track", "event": "feedback_given", "userId": who, "messageId": fmt.Sprint("f", i, "-", n), "timestamp": at(2 + n)})
		}
		for n := range p.spicy {
			messages["pos"] = append(messages["pos"], map[string]any{"type": "track", "event": "Dish Ordered", "userId": who, "messageId": fmt.Sprint("d", i, "-", n), "timestamp": at(5 + n),
				"properties": map[string]any{"dish": "水煮鱼", "taste": "微辣"}})
		}
		for n := range p.visits {
			messages["site"] = append(messages["site"], map[string]any{"type": "page", "name": "菜单", "userId": who, "messageId": fmt.Sprint("p", i, "-", n), "timestamp": at(10 + n)})
		}
		for n := range p.shares {
			messages["community"] = append(messages["community"], map[string]any{"type": "track", "event": "Post Shared", "userId": who, "messageId": fmt.Sprint("s", i, "-", n), "timestamp": at(3 + n)})
		}
	}
	for _, name := range []string{"pos", "site", "community"} {
		var made struct {
			Key string `json:"write_key"`
		}
		c.post("/sources", map[string]any{"name": name, "kind": "server"}, &made)
		c.tell(made.Key, at(0), messages[name])
	}
}

func queryEscape(text string) string {
	return strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", " ", "%20", "#", "%23").Replace(text)
}
