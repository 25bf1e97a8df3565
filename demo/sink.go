package demo

import (
	"context"
	"time"
)

// Sink takes the rows of a company in the order they are made: staff and
// products, then customers, then orders by time, then what refers to them.
// Rows refer to one another by Number, counted from 1 for each noun, so a sink
// that hands out its own ids needs one offset per noun and no look-up.
type Sink interface {
	Staff(ctx context.Context, s Staff) error
	Product(ctx context.Context, p Product) error
	Customer(ctx context.Context, c Customer) error
	Order(ctx context.Context, o Order) error
	Activity(ctx context.Context, a Activity) error
	Segment(ctx context.Context, s Segment) error
	Target(ctx context.Context, t Target) error
	Finding(ctx context.Context, f Finding) error
}

// Staff is one person of the company. Team is empty for those of no team.
type Staff struct {
	Number                  int
	Name, Email, Role, Team string
	CapacityMinutes         int
	CreatedAt               time.Time
}

// Product is one article of the catalogue; Price is in fen.
type Product struct {
	Number                           int
	SKU, Name, Category, Brand, Tier string
	Price                            int64
	CreatedAt                        time.Time
}

// Customer is a person or an organization. Phone is E.164 from a range that no
// carrier has been given, or empty; Email ends in a reserved example domain, or
// is broken on purpose (EmailBroken); Birthday is YYYY-MM-DD or empty. Owner is
// a Staff number, 0 for nobody.
type Customer struct {
	Number                      int
	Kind                        string
	FamilyName, GivenName, Name string
	Gender, Birthday            string
	Province, City, District    string
	Address, Company, Industry  string
	Phone, Email                string
	EmailBroken                 bool
	Stage, Source, ExternalID   string
	Owner                       int
	Tags                        []string
	Consents                    []Consent
	CreatedAt                   time.Time
}

// Consent is one recorded yes or no to marketing on a channel.
type Consent struct {
	Channel string
	Granted bool
	At      time.Time
}

// Order is one order or refund with its lines. Customer is 0 for orders of
// nobody. Gross and Refunded are fen and never negative.
type Order struct {
	Number          int
	Shop, Code      string
	Kind, Status    string
	Customer        int
	OrderedAt       time.Time
	Province, City  string
	Gross, Refunded int64
	Lines           []Line
}

// Line is one line of an order. Price is the unit price in fen; Quantity and
// Amount are negative in a refund.
type Line struct {
	Product  *Product
	Quantity int
	Price    int64
	Discount int64
	Amount   int64
}

// Activity is a logged contact with what was agreed next. NextAt is zero where
// nothing was, NextDoneAt while it has not been done.
type Activity struct {
	Number, Customer, Staff           int
	Kind, Content, Result, NextAction string
	At, NextAt, NextDoneAt            time.Time
}

// Segment is a saved condition in the language of the API.
type Segment struct {
	Number                       int
	Name, Description, Condition string
	Owner                        int
	CreatedAt                    time.Time
}

// Target is what the company wants a metric to reach. Direction is at_least or
// at_most; Period is the time that a sum is for, empty for what does not add up.
type Target struct {
	Metric    string
	Target    float64
	Direction string
	Period    string
}

// Finding is one oddity in the data that somebody should look at. SubjectType
// is customer or order, Subject the number of that row.
type Finding struct {
	Number              int
	Cause, SubjectType  string
	Subject             int
	Label, Field, Value string
	At                  time.Time
}
