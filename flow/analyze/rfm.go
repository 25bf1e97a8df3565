package analyze

// RFMCuts are the borders between the scores. A customer starts with F = 1 and M = 1 and gains a point for each cut that
// her orders, or their amount in minor units, exceed; she starts with R = 5 and loses one for each cut that the days
// since her last order exceed. So customers who are equal score equally.
type RFMCuts struct {
	R []int64 `json:"r" minItems:"4" maxItems:"4" doc:"days since the last order"`
	F []int64 `json:"f" minItems:"4" maxItems:"4" doc:"orders in the window"`
	M []int64 `json:"m" minItems:"4" maxItems:"4" doc:"amount in the window net of refunds, minor units"`
}

// ClassThresholds part customers into low, medium and high: from the first value on medium, from the second on high.
type ClassThresholds struct {
	Frequency []int64 `json:"frequency" minItems:"2" maxItems:"2" doc:"orders in the window"`
	Value     []int64 `json:"value" minItems:"2" maxItems:"2" doc:"amount in the window net of refunds, minor units"`
}

// rfmSegment is one of the eleven usual names for a part of the grid of R and F.
type rfmSegment struct {
	Name  string
	Label Text
}

// rfmSegments stand in order of worth.
var rfmSegments = []rfmSegment{
	{"champions", Text{"重要价值客户", "Champions"}},
	{"loyal", Text{"忠诚客户", "Loyal"}},
	{"potential_loyalist", Text{"潜力客户", "Potential loyalists"}},
	{"new", Text{"新客户", "New"}},
	{"promising", Text{"有望客户", "Promising"}},
	{"need_attention", Text{"需关注客户", "Need attention"}},
	{"about_to_sleep", Text{"即将沉睡客户", "About to sleep"}},
	{"at_risk", Text{"流失风险客户", "At risk"}},
	{"cannot_lose", Text{"重要挽留客户", "Cannot lose them"}},
	{"hibernating", Text{"沉睡客户", "Hibernating"}},
	{"lost", Text{"流失客户", "Lost"}},
}

// segmentOfCell names the part that cell (r-1)*5 + f-1 belongs to; every cell belongs to exactly one.
var segmentOfCell = []string{
	"lost", "hibernating", "at_risk", "at_risk", "cannot_lose",
	"hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose",
	"about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal",
	"promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal",
	"new", "potential_loyalist", "potential_loyalist", "champions", "champions",
}
