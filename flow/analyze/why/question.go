package why

import (
	"context"
	"net/http"
	"slices"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/cost"
)

// Question is one that a business asks again and again.
type Question struct {
	Code string        `json:"code"`
	Text analyze.Label `json:"text"`
}

// Answer is today's answer to a question: a sentence, the figures behind it, and what further data would tell more.
type Answer struct {
	Question
	State    string         `json:"state" enum:"answered,needs" doc:"needs: without the data named there is nothing to say"`
	Sentence analyze.Label  `json:"sentence"`
	From     string         `json:"from" format:"date"`
	To       string         `json:"to" format:"date"`
	Heads    []AnswerHead   `json:"heads" doc:"what the figures of a row are"`
	Parts    *analyze.Label `json:"parts,omitempty" doc:"by what the rows are parts"`
	Rows     []AnswerRow    `json:"rows"`
	Total    *AnswerRow     `json:"total,omitempty" doc:"the sum of the rows"`
	Drawn    int            `json:"drawn" doc:"which figure is drawn as a bar"`
	Needs    []AnswerNeed   `json:"needs"`
	Metric   string         `json:"metric,omitempty" doc:"the figure to take apart further"`
	Against  string         `json:"against,omitempty"`
}

// AnswerHead is what one figure of each row is.
type AnswerHead struct {
	Label analyze.Label `json:"label"`
	Unit  analyze.Unit  `json:"unit" enum:"money,count,share,days,seconds,ratio"`
	Moved bool          `json:"moved" doc:"a difference, shown with its sign"`
}

// AnswerRow is one part. Condition is who stands behind it, where a condition can say.
type AnswerRow struct {
	Label     analyze.Label          `json:"label"`
	Figures   []analyze.Number       `json:"figures"`
	Condition *analyze.ConditionJSON `json:"condition"`
	Metric    string                 `json:"metric,omitempty"`
}

// AnswerNeed is data that is not there, and where it is brought in.
type AnswerNeed struct {
	Text analyze.Label `json:"text"`
	To   string        `json:"to" enum:"imports,sources,metrics,segments"`
}

// figuresOf gives figures of one unit.
func figuresOf(ctx context.Context, unit analyze.Unit, values ...float64) []analyze.Number {
	figures := make([]analyze.Number, len(values))
	for i, v := range values {
		figures[i] = analyze.NumberOf(ctx, unit, v)
	}
	return figures
}

// asked is a question with what answers it.
type asked struct {
	Question
	days   int // looked at where no period is named
	answer func(w *Why, ctx context.Context, a *Answer, p analyze.Period, group int64) error
}

func label(zh, en string) analyze.Label { return analyze.Label{Chinese: zh, English: en} }

// questions are those of the plan of a customer programme (C246 to C253), in its order.
var questions = []asked{
	{Question{"return_rate", label("为什么客户的回头率变了？", "Why has the rate at which customers come back changed?")}, 90, (*Why).returnRate},
	{Question{"customer_number", label("为什么客户数量一年年变化这么大？", "Why does the number of customers change from year to year?")}, 365, (*Why).customerNumber},
	{Question{"against_plan", label("为什么没有达到计划？", "Why was the plan not reached?")}, 30, (*Why).againstPlan},
	{Question{"product_sales", label("为什么商品的销售变了：卖得少了，还是价格变了？", "Why have sales of products changed: fewer sold, or other prices?")}, 90, (*Why).productSales},
	{Question{"why_buy", label("客户为什么向我们买？", "Why do customers buy from us?")}, 90, (*Why).whyBuy},
	{Question{"response_rate", label("为什么触达的响应率变低了？", "Why do fewer respond than before?")}, 90, (*Why).responseRate},
	{Question{"margins", label("为什么商品之间的利润差这么多？", "Why do goods earn so differently?")}, 365, (*Why).margins},
}

// costQuestions are those only for who may know what was spent (C251, C254, C295).
var costQuestions = []asked{
	{Question{"channel_cost", label("为什么渠道花费变了：人多了，还是单价变了？", "Why has spending on channels changed: more customers won, or dearer ones?")}, 90, (*Why).channelCost},
	{Question{"demand_cost", label("为什么赢得一位客户的成本变了？", "Why has the cost of winning a customer changed?")}, 90, (*Why).demandCost},
	{Question{"keep_or_win", label("留住一位客户比赢得一位便宜多少？", "How much cheaper is it to keep a customer than to win one?")}, 365, (*Why).keepOrWin},
}

// offered are the questions that the reader may ask.
func offered(ctx context.Context) []asked {
	if cost.MayKnow(ctx) != nil {
		return questions
	}
	return slices.Concat(questions, costQuestions)
}

type questionInput struct {
	Code    string `path:"code" maxLength:"40"`
	From    string `query:"from" format:"date"`
	To      string `query:"to" format:"date"`
	Segment api.ID `query:"segment" doc:"only customers in this segment"`
}

// Answer answers one question. Faults: not found, invalid, forbidden.
func (w *Why) Answer(ctx context.Context, code string, from, to string, group int64) (*Answer, error) {
	for _, q := range slices.Concat(questions, costQuestions) {
		if q.Code != code {
			continue
		}
		p, err := analyze.PeriodOf(ctx, from, to, q.days)
		if err != nil {
			return nil, err
		}
		a := &Answer{Question: q.Question, State: "answered", From: p.From.Format(time.DateOnly), To: p.To.Format(time.DateOnly), Heads: []AnswerHead{}, Rows: []AnswerRow{}, Needs: []AnswerNeed{}}
		return a, q.answer(w, ctx, a, p, group)
	}
	return nil, fault.NotFound("question", code)
}

// needs says that there is nothing to tell, and what would.
func (a *Answer) needs(said analyze.Label, what ...AnswerNeed) error {
	a.State, a.Sentence, a.Needs = "needs", said, what
	return nil
}

func (w *Why) registerQuestions(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/why/questions", Permission: "metrics.read", Tag: "why", Summary: "The ready questions"},
		func(ctx context.Context, _ *struct{}) (*struct {
			Body struct {
				Items []Question `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Question `json:"items"`
				}
			}{}
			for _, q := range offered(ctx) {
				out.Body.Items = append(out.Body.Items, q.Question)
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/why/questions/{code}", Permission: "metrics.read", Tag: "why", Timeout: time.Minute, Summary: "Today's answer to a ready question"},
		func(ctx context.Context, in *questionInput) (*api.Answered[Answer], error) {
			return api.Answer(w.Answer(ctx, in.Code, in.From, in.To, int64(in.Segment)))
		})
}
