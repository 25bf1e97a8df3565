package scenario

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"guanxi/test/served"
)

// T14 (C180): a school shows four courses to three kinds of people, all by one channel. Planted: working mothers take to the
// evening live class three times as often as any other pair converts, so that winning one of them costs a third. Asked where
// money should go the product names that pair first, with the figures a plain count of the planted rows gives; it tells what a
// shift would bring; and in the month after it, with the money moved, winning a customer costs 30% less.
func TestT14SegmentByProductMovesBudget(t *testing.T) {
	for engine, address := range engines(t) {
		t.Run(engine, func(t *testing.T) { movesBudget(openWith(t, served.Options{URL: address})) })
	}
}

var (
	learners = []string{"职场妈妈", "大学生", "退休"}
	courses  = []string{"晚间直播课", "周末面授", "录播课", "教辅书"}
)

// taught counts what was planted of one pair in one month.
type taught struct{ asked, bought int }

// school plants both months: in the first every pair is asked 60 times; in the second a third of the money goes to the pair.
func school() (months [2]map[string]taught) {
	for month := range months {
		months[month] = map[string]taught{}
		others := 0
		for _, who := range learners {
			for _, course := range courses {
				pair := taught{60, 6}
				switch best := who == learners[0] && course == courses[0]; {
				case best && month == 0:
					pair = taught{60, 18}
				case best:
					pair = taught{240, 72}
				case month == 1:
					pair = taught{43, 4}
					if others < 7 {
						pair.asked++ // 480 among eleven pairs
					}
					if others < 4 {
						pair.bought++ // of whom a tenth
					}
					others++
				}
				months[month][who+course] = pair
			}
		}
	}
	return months
}

const (
	monthlySpend = 7_200_000 // in fen, on each of the two months
	coursePrice  = 100_000
	courseCost   = 40_000
)

func movesBudget(c *company) {
	months := school()
	now := time.Now().UTC()
	first := func(month int) time.Time { // noon of the first day of the two months before this one
		return time.Date(now.Year(), now.Month(), 1, 4, 0, 0, 0, time.UTC).AddDate(0, month-2, 0)
	}
	last := func(month int) string { return first(month+1).AddDate(0, 0, -1).Format(time.DateOnly) }
	var made struct {
		Key string `json:"write_key"`
	}
	c.post("/sources", map[string]any{"name": "school", "kind": "server"}, &made)
	people, lines, products := "客户编号,姓名,来源,标签,其他身份标识\n", "订单号,下单时间,商品名,SKU,类目,数量,单价,客户外部编号\n", "SKU,商品名,类目,成本\n"
	var views []map[string]any
	id := 0
	for month, pairs := range months {
		for _, who := range learners {
			for n, course := range courses {
				pair := pairs[who+course]
				for i := range pair.asked {
					id++
					seen := first(month).AddDate(0, 0, i%24)
					people += fmt.Sprintf("p%d,学员%d,douyin,%s,school = p%d\n", id, id, who, id)
					views = append(views, map[string]any{"type": "track", "event": "course_viewed", "userId": fmt.Sprint("p", id), "messageId": fmt.Sprint("v", id), "timestamp": seen.Format(time.RFC3339), "properties": map[string]any{"category": course}})
					if i < pair.bought {
						lines += fmt.Sprintf("O%d,%s,%s,K%d,%s,1,1000.00,p%d\n", id, seen.AddDate(0, 0, 2).Format("2006-01-02 15:04"), course, n, course, id)
					}
				}
			}
		}
	}
	for n, course := range courses {
		products += fmt.Sprintf("K%d,%s,%s,400.00\n", n, course, course)
	}
	for i := range 5 { // nobody knows them: they are of no segment
		views = append(views, map[string]any{"type": "track", "event": "course_viewed", "anonymousId": fmt.Sprint("stranger", i), "messageId": fmt.Sprint("s", i), "timestamp": first(0).Format(time.RFC3339), "properties": map[string]any{"category": courses[0]}})
	}
	for _, file := range [][3]string{{"products", products, ""}, {"customers", people, `{"constants": {"identity_source": "till"}}`}, {"order_lines", lines, `{"constants": {"source": "till"}}`}} {
		path := filepath.Join(c.folder, "school-"+file[0]+".csv")
		if err := os.WriteFile(path, []byte(file[1]), 0o600); err != nil {
			c.t.Fatal(err)
		}
		if _, err := c.Import(c.t.Context(), path, map[string]string{"kind": file[0], "mapping": file[2]}); err != nil {
			c.t.Fatal(err)
		}
	}
	c.tell(made.Key, now.Format(time.RFC3339), views)
	for month := range months {
		day := first(month)
		c.post("/costs", map[string]any{"kind": "acquisition", "channel": "douyin", "from": day.Format(time.DateOnly), "to": last(month), "amount": map[string]any{"amount": monthlySpend, "currency": "CNY"}}, nil)
	}
	segments := map[string]string{}
	query := func(month int) string {
		text := fmt.Sprintf("from=%s&to=%s&by=segments&of=category&seen=course_viewed", first(month).Format(time.DateOnly), last(month))
		for _, who := range learners {
			text += "&segment=" + segments[who]
		}
		return text
	}
	for _, who := range learners {
		segments[who] = c.saved(who, map[string]any{"tag": who})
	}
	won := func(month int) (n int) {
		for _, pair := range months[month] {
			n += pair.bought
		}
		return n
	}
	c.eventually("both months", func() any {
		var now, then budgetBoard
		c.get("/budget?"+query(1), &now)
		c.get("/budget?"+query(0), &then)
		return fmt.Sprint(then.Whole.Won, now.Whole.Won, then.Whole.Cost.Amount, now.Whole.Cost.Amount, then.Unknown)
	}, fmt.Sprint(won(0), won(1), monthlySpend, monthlySpend, 5))

	var board budgetBoard
	c.get("/budget?"+query(0), &board)
	c.checkBoard(board, months[0])
	best := board.Cells[0]
	c.expect("the pair that comes first", best.Group.Label.ZH+best.Goods.Label.ZH, learners[0]+courses[0])
	c.expect("how it is judged", best.Verdict, "better")
	rest := board.Cells[1:]
	for _, cell := range rest {
		c.expect("times the conversion of "+cell.Goods.Label.ZH, math.Round(100*best.Conversion/cell.Conversion), 300)
		c.expect("times the acquisition cost of "+cell.Goods.Label.ZH, math.Round(100*float64(cell.CAC.Amount)/float64(best.CAC.Amount)), 300)
	}
	c.expect("buyers of the pair", c.count(best.Buyers), months[0][learners[0]+courses[0]].bought)
	c.expect("the segment of them", c.members(c.saved("Evening mothers", best.Buyers)), months[0][learners[0]+courses[0]].bought)

	// the plan: what 480 others were not asked for, three times sixty of the pair
	var plan budgetPlan
	var from []any
	for _, cell := range rest {
		from = append(from, map[string]any{"group": cell.Group.Key, "goods": cell.Goods.Key})
	}
	to := []any{map[string]any{"group": best.Group.Key, "goods": best.Goods.Key}}
	const moved = monthlySpend / 720 * 180
	c.post("/budget/plan?"+query(0), map[string]any{"from": from, "to": to, "amount": moved}, &plan)
	c.expect("customers more", math.Round(plan.Won.Value), 180*.3-180*.1)
	c.expect("what is brought more", math.Round(plan.Contribution.Value), float64((180*3-180)/10*(coursePrice-courseCost)))
	c.expect("acquisition cost now and then", fmt.Sprint(plan.CAC.Amount, plan.Then.Amount), fmt.Sprint(monthlySpend/84, monthlySpend/120))
	c.expect("more than was tried there", plan.Beyond, true)
	c.expect("what it may fall to", math.Round(100*plan.Holds), 33)
	if plan.Contribution.Low >= plan.Contribution.Value || plan.Contribution.High <= plan.Contribution.Value {
		c.t.Errorf("limits %+v", plan.Contribution)
	}
	if s := board.Suggested; s == nil || fmt.Sprint(s.To[0].Goods, len(s.From)) != fmt.Sprint(courses[0], 11) || s.Contribution.Low <= 0 {
		c.t.Errorf("the shift that is suggested: %+v", s)
	}

	// the month after: the money went as planned
	c.get("/budget?"+query(1), &board)
	c.checkBoard(board, months[1])
	c.expect("what a customer costs against the month before", math.Round(100*float64(board.Whole.CAC.Amount)/float64(board.Whole.Before.Amount)), 70)
}

type amount struct{ Amount int64 }

type budgetCell struct {
	Group, Goods *struct {
		Key   string
		Label struct {
			ZH string `json:"zh-CN"`
		}
	}
	Asked, Bought     int
	Conversion        float64
	Low, High         float64
	Won               int
	Cost              amount
	CAC               *amount
	Before            *amount `json:"cac_before"`
	Net, Contribution amount
	Margin, Return    float64
	Verdict           string
	Buyers            map[string]any
}

type spread struct{ Value, Low, High float64 }

type budgetPlan struct {
	From, To          []struct{ Group, Goods string }
	Won, Contribution spread
	Beyond            bool
	Holds             float64
	CAC               amount
	Then              amount `json:"cac_then"`
}

type budgetBoard struct {
	Basis                string
	Usual                float64
	Unknown              int
	Whole                budgetCell
	Groups, Goods, Cells []budgetCell
	Suggested            *budgetPlan
}

// checkBoard sets a board beside a plain count of what was planted.
func (c *company) checkBoard(b budgetBoard, pairs map[string]taught) {
	c.t.Helper()
	c.expect("what asking is known by", b.Basis, "seen")
	c.expect("cells", len(b.Cells), len(pairs))
	asked, bought, cost := 0, 0, int64(0)
	for _, pair := range pairs {
		asked, bought = asked+pair.asked, bought+pair.bought
	}
	for _, cell := range b.Cells {
		pair := pairs[cell.Group.Label.ZH+cell.Goods.Label.ZH]
		spent := math.Round(monthlySpend * float64(pair.asked) / float64(asked))
		want := fmt.Sprint(pair.asked, pair.bought, pair.bought, int64(spent), pair.bought*coursePrice, pair.bought*(coursePrice-courseCost))
		c.expect(cell.Group.Label.ZH+cell.Goods.Label.ZH, fmt.Sprint(cell.Asked, cell.Bought, cell.Won, cell.Cost.Amount, cell.Net.Amount, cell.Contribution.Amount), want)
		c.expect("what winning costs", cell.CAC.Amount, int64(math.Round(monthlySpend*float64(pair.asked)/float64(asked)/float64(pair.bought))))
		c.expect("what a unit brings", math.Round(1e6*cell.Return), math.Round(1e6*float64(pair.bought*(coursePrice-courseCost))/(monthlySpend*float64(pair.asked)/float64(asked))))
		if cell.Low >= cell.Conversion || cell.High <= cell.Conversion || math.Abs(cell.Margin-.6) > 1e-9 {
			c.t.Errorf("%+v", cell)
		}
		cost += cell.Cost.Amount
	}
	if math.Abs(float64(cost-monthlySpend)) > 12 {
		c.t.Errorf("cells cost %d of %d", cost, monthlySpend)
	}
	c.expect("usual", math.Round(1e6*b.Usual), math.Round(1e6*float64(bought)/float64(asked)))
	c.expect("whole", fmt.Sprint(b.Whole.Asked, b.Whole.Bought, b.Whole.Cost.Amount), fmt.Sprint(asked, bought, monthlySpend))
	for _, row := range slices.Concat(b.Groups, b.Goods) {
		want := taught{}
		for _, who := range learners {
			for _, course := range courses {
				if (row.Group == nil || row.Group.Label.ZH == who) && (row.Goods == nil || row.Goods.Label.ZH == course) {
					want.asked, want.bought = want.asked+pairs[who+course].asked, want.bought+pairs[who+course].bought
				}
			}
		}
		c.expect("a row of it", taught{row.Asked, row.Bought}, want)
	}
}
