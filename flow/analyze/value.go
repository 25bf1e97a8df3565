package analyze

import "time"

// horizonDays is how far ahead value looks: twelve months.
const horizonDays = 365

// Names of the models in customer_scores and in answers.
const (
	modelBGNBD = "bg_nbd"
	modelRFM   = "rfm"
)

// ValueSettings are the company's choices. A nil cut list means quintiles of the customers who bought in the window,
// reckoned anew at each refresh. Monetary cuts and classes are minor units.
type ValueSettings struct {
	WindowDays       int     `json:"window_days"`
	RCuts            []int64 `json:"r_cuts"`
	FCuts            []int64 `json:"f_cuts"`
	MCuts            []int64 `json:"m_cuts"`
	FrequencyClasses []int64 `json:"frequency_classes"` // orders in the window from which on medium, and high
	ValueClasses     []int64 `json:"value_classes"`     // amount in the window from which on medium, and high; nil: top half and top fifth
	DiscountRate     float64 `json:"discount_rate"`     // a year, as a share
}

func defaultValueSettings() ValueSettings {
	return ValueSettings{WindowDays: 365, FrequencyClasses: []int64{2, 4}, DiscountRate: 0.1}
}

// Valuation is everything needed to score one customer without looking at the others: models, cuts and averages as of
// the last refresh. It is kept in the records under value.model.
type Valuation struct {
	FittedAt    int64           `json:"fitted_at"`    // milliseconds UTC
	RefreshedAt int64           `json:"refreshed_at"` // when every score was last reckoned anew
	TrainedTo   string          `json:"trained_to"`   // last day the models saw
	Orders      int64           `json:"orders"`       // purchase days the models saw
	Buying      Buying          `json:"buying"`
	Spending    Spending        `json:"spending"`
	AsOf        string          `json:"as_of"` // day the cuts and averages are of
	Cuts        RFMCuts         `json:"cuts"`
	Cycle       CycleBase       `json:"cycle"`
	OrderValue  float64         `json:"order_value"` // mean amount of a purchase day, minor units
	Repeats     *RepeatRates    `json:"repeats"`     // set where buying falls back on the RFM rule
	Settings    ValueSettings   `json:"settings"`
	Classes     ClassThresholds `json:"classes"`
}

// Buying is the model of when customers order, in weeks, or the reason why there is none.
type Buying struct {
	BGNBDFit
	Reason string `json:"reason,omitempty"`
}

// Spending is the model of what an order is worth, in major units of the currency, or the reason why there is none.
// Correlation is that between number and mean amount of repeat orders, which the model takes to be none.
type Spending struct {
	GammaGammaFit
	Correlation float64 `json:"correlation"`
	Reason      string  `json:"reason,omitempty"`
}

// CycleBase describes the purchase cycle of customers at large: the median over customers of their mean gap in days,
// and the median coefficient of variation of their gaps.
type CycleBase struct {
	Days      float64 `json:"days"`
	Variation float64 `json:"variation"`
}

const (
	settingsKey  = "value.settings"
	valuationKey = "value.model"
)

// dayOf reads YYYY-MM-DD as midnight UTC, which is how columns take a date.
func dayOf(day string) (time.Time, error) { return time.Parse(time.DateOnly, day) }
