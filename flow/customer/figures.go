package customer

import (
	"context"

	"guanxi/base/money"
)

// Figures is what analysis knows about one customer, as lists and the customer page show it.
// A nil block means that there is nothing to say yet: no order, or no model that fits.
type Figures struct {
	Orders *OrderFigures  `json:"orders"`
	RFM    *RFMFigures    `json:"rfm"`
	Value  *ValueFigures  `json:"value"`
	Rhythm *RhythmFigures `json:"rhythm"`
	Stage  *StageView     `json:"stage"`
}

// OrderFigures are totals over all orders of a customer. Count counts orders, not refunds;
// Total is gross sales minus refunds; FirstAt and LastAt are milliseconds UTC of orders.
type OrderFigures struct {
	Count   int64
	Total   money.Money
	FirstAt int64
	LastAt  int64
}

// PeriodFigures are the same totals over the 365 days to today.
type PeriodFigures struct {
	Orders int64       `json:"orders"`
	Total  money.Money `json:"total"`
}

// RFMFigures are the scores of the customer in the current RFM window (R, F and M from 1 to 5)
// and the name of the segment they fall into.
type RFMFigures struct {
	RecencyDays int64  `json:"recency_days"`
	R           int    `json:"r"`
	F           int    `json:"f"`
	M           int    `json:"m"`
	Segment     string `json:"segment"`
}

// ValueFigures are what she is expected to bring in the coming twelve months, how likely she still is a
// customer (share 0..1) and what she brought so far, net of refunds.
type ValueFigures struct {
	Predicted        money.Money `json:"predicted"`
	AliveProbability *float64    `json:"alive_probability"`
	ToDate           money.Money `json:"to_date"`
}

// RhythmFigures compare the time since the last order with the customer's own purchase cycle. Days;
// DueDay is a civil day of the workspace; OverdueDays is negative while the next order is not yet due.
type RhythmFigures struct {
	CycleDays   float64 `json:"cycle_days"`
	SilentDays  float64 `json:"silent_days"`
	DueDay      string  `json:"due_day"`
	OverdueDays float64 `json:"overdue_days"`
}

// FigureSource supplies the derived block of customers. Analysis implements it; ids without figures are absent.
type FigureSource interface {
	Figures(ctx context.Context, ids []int64) (map[int64]Figures, error)
}

// Membership is one segment a customer is in now.
type Membership struct {
	ID   int64  `bun:"id"`
	Name string `bun:"name"`
}

// Memberships tells which live segments a customer is in. Analysis implements it.
type Memberships interface {
	MembershipsOf(ctx context.Context, customerID int64) ([]Membership, error)
}
