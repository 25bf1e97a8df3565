package behaviour

import (
	"time"

	"guanxi/flow/analyze"
)

// Parts of what people care about.
const (
	interest = "interest" // what they look at and come back to
	focus    = "focus"    // where they stay long
	pain     = "pain"     // where they leave, fail, press again, go to and fro, and look for help
)

// Concerns is what people of a group are interested in, where their minds dwell and where it hurts, over a period.
type Concerns struct {
	From        string    `json:"from" format:"date"`
	To          string    `json:"to" format:"date"`
	People      int64     `json:"people" doc:"who did anything; of a segment or list its members"`
	Customers   int64     `json:"customers" doc:"the known ones"`
	Base        int64     `json:"base" doc:"whom they are compared with: every known customer who did anything; without a segment or list the same as people"`
	Compared    bool      `json:"compared" doc:"there is a segment or list, and so an index"`
	LongSeconds *float64  `json:"long_seconds" doc:"a quarter of all looks at a page took longer; null without any"`
	Interest    []Concern `json:"interest"`
	Focus       []Concern `json:"focus"`
	Pain        []Concern `json:"pain"`
	AsOf        time.Time `json:"as_of"`
}

// Concern is one of them. The index is 100 × the share of the group's people it holds for ÷ the share of everybody, with the
// limits it lies within at 99% confidence.
type Concern struct {
	Kind      string                 `json:"kind" enum:"page,product,category,topic,exit,error,rage,loop,help"`
	Key       string                 `json:"key"`
	Page      *string                `json:"page" doc:"of an error or of what was pressed again and again the page it was on, of a loop the other page"`
	PageLabel *string                `json:"page_label" doc:"name of the product that page is of"`
	Label     *string                `json:"label" doc:"name of the product, also of one whose SKU the path of a page ends with; else the title of the page or the name that was sent"`
	People    int64                  `json:"people"`
	Customers int64                  `json:"customers"`
	Times     int64                  `json:"times"`
	Of        int64                  `json:"of" doc:"focus: looks at the page, times being the long ones; exit: views, times being the exits"`
	Returned  int64                  `json:"returned" doc:"people who came to it on more than one day"`
	Median    *float64               `json:"median_seconds" doc:"focus: of a look"`
	Total     *float64               `json:"total_seconds" doc:"focus: of all looks"`
	Base      int64                  `json:"base"`
	Share     float64                `json:"share" doc:"of people"`
	BaseShare float64                `json:"base_share"`
	Index     *float64               `json:"index" doc:"null without a segment or list"`
	Low       *float64               `json:"low"`
	High      *float64               `json:"high"`
	Sure      bool                   `json:"sure" doc:"the limits are on one side of 100 and there is evidence enough"`
	Opens     *analyze.ConditionJSON `json:"opens" doc:"lists the customers; null where no condition can ask for it"`
}

// ConcernQuery asks for the concerns of a group; Top is how many of each kind are told.
type ConcernQuery struct {
	analyze.Rows
	Top int
}

// Concerned is who has a concern.
type Concerned struct {
	Customers int64                  `json:"customers"`
	Opens     *analyze.ConditionJSON `json:"opens" doc:"lists them, or the first thousand; null where there are none"`
}
