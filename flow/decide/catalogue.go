package decide

import "time"

// The kinds of signals there are.
const (
	OverdueRhythm        = "overdue_rhythm"        // a valuable customer is silent longer than her own rhythm
	AliveFell            = "alive_fell"            // the probability that a customer still is one fell materially
	ThankFirstOrder      = "thank_first_order"     // a new customer began with a large order
	NextPurchaseDue      = "next_purchase_due"     // a valuable customer is about to be due
	FollowUpDue          = "follow_up_due"         // an agreed next action is due or late
	DataFindings         = "data_findings"         // one cause of doubtful records
	DuplicateCustomers   = "duplicate_customers"   // pairs of customers that are likely one
	PersonRequest        = "person_request"        // somebody asked for her own data, and the law says by when
	CustomersUnreachable = "customers_unreachable" // valuable customers without any contact point
	QualityFell          = "quality_fell"          // the last search found the records clearly worse
	ContactFails         = "contact_fails"         // the only contact point of a kind was tried in vain
	AskDetail            = "ask_detail"            // a detail that the owner is to ask the customer for
	SheCorrects          = "she_corrects"          // a customer has corrected details on her own page
	SourceLate           = "source_late"           // a source is silent longer than its rhythm
	ScheduleFails        = "schedule_fails"        // what should come in or go out by the clock does not
	MetricBroke          = "metric_broke"          // a metric left its expected range for the worse
	VisitsBroke          = "visits_broke"          // what people do on site and in app left its expected range for the worse
	AlertRaised          = "alert_raised"          // a rule about a metric or a segment fired
	CustomerAlert        = "customer_alert"        // a rule about customers fired for one
)

// Prior is what is assumed about a kind until outcomes teach better.
type Prior struct {
	Chance          float64 // 0..1
	HalfLifeMinutes float64
	EffortMinutes   float64
}

// Batch is how many signals of one kind are dealt with at once.
type Batch struct {
	Action  string  // the button of the grouped row
	Chance  float64 // as a share of the chance of a person acting on one
	Minutes float64 // for the whole group
}

// Kind is an entry of the catalogue.
type Kind struct {
	Name     string
	Area     Area
	Audience []string // roles whose work it is, when it concerns the company; empty: whoever the subject belongs to
	Prior    Prior
	Batch    *Batch // nil: never grouped
	// Measure names the value that says how bad it is where no money can.
	Measure string
	// Episode: every time it happens has a key of its own, so that one closed by a person stays closed when it ends.
	Episode bool
	// Rest is how long one that was done is left alone, however bad it gets: the customer was just called.
	Rest time.Duration
	// OutcomeDays is how long after acting an order of the customer counts as its outcome; 0: no order can show it.
	OutcomeDays int
	// NeedsOrders: says nothing without orders.
	NeedsOrders bool
	// NeedsEvents: says nothing without events of site, app or till.
	NeedsEvents bool
}

const (
	day  = 24 * 60.0 // minutes
	week = 7 * day
)

var companyWide = []string{"admin", "manager", "operator", "analyst"}

// Catalogue is every kind, in the order of areas. Its chances, half-lives and efforts are judgements until outcomes
// teach better; docs/decisions/0007 lists them with the reasons.
var Catalogue = []Kind{
	{Name: MetricBroke, Area: Watch, Audience: companyWide, Prior: Prior{0.25, 3 * day, 15}, Measure: "severity",
		Episode: true, NeedsOrders: true},
	{Name: VisitsBroke, Area: Behaviour, Audience: companyWide, Prior: Prior{0.25, 3 * day, 15}, Measure: "severity", Episode: true, NeedsEvents: true},
	{Name: AlertRaised, Area: Watch, Prior: Prior{0.25, 2 * day, 15}, Episode: true},
	{Name: CustomerAlert, Area: Watch, Prior: Prior{0.20, 7 * day, 8}, Batch: &Batch{"open_alerts", 0.25, 15}, Episode: true, OutcomeDays: 30},
	{Name: AliveFell, Area: Watch, Prior: Prior{0.20, 14 * day, 8}, Batch: &Batch{"open_customers", 0.25, 10},
		Episode: true, Rest: 14 * 24 * time.Hour, OutcomeDays: 30, NeedsOrders: true},
	{Name: SourceLate, Area: Watch, Audience: []string{"admin", "manager", "operator"}, Prior: Prior{0.9, 1 * day, 6}, Measure: "silent_hours",
		Episode: true},
	{Name: ScheduleFails, Area: Watch, Audience: []string{"admin", "manager", "operator"}, Prior: Prior{0.9, 1 * day, 8}, Measure: "count", Episode: true},
	{Name: OverdueRhythm, Area: Relations, Prior: Prior{0.31, 9 * day, 6}, Batch: &Batch{"open_customers", 0.25, 10},
		Episode: true, Rest: 7 * 24 * time.Hour, OutcomeDays: 30, NeedsOrders: true},
	{Name: FollowUpDue, Area: Relations, Prior: Prior{0.50, 2 * day, 6}, Episode: true},
	{Name: ThankFirstOrder, Area: Relations, Prior: Prior{0.08, 4 * day, 4}, Batch: &Batch{"open_customers", 0.5, 10},
		Episode: true, Rest: 30 * 24 * time.Hour, OutcomeDays: 60, NeedsOrders: true},
	{Name: NextPurchaseDue, Area: Relations, Prior: Prior{0.10, 5 * day, 4}, Batch: &Batch{"open_customers", 0.5, 10},
		Episode: true, Rest: 14 * 24 * time.Hour, OutcomeDays: 14, NeedsOrders: true},
	{Name: PersonRequest, Area: Relations, Prior: Prior{0.95, 3 * day, 15}, Episode: true},
	{Name: DataFindings, Area: Data, Audience: companyWide, Prior: Prior{0.50, 4 * week, 15}, Measure: "count"},
	{Name: DuplicateCustomers, Area: Data, Audience: []string{"admin", "operator"}, Prior: Prior{0.40, 4 * week, 20}, Measure: "count"},
	{Name: QualityFell, Area: Data, Audience: companyWide, Prior: Prior{0.40, 2 * week, 20}, Measure: "new", Episode: true},
	{Name: ContactFails, Area: Data, Prior: Prior{0.40, 2 * week, 6}, Episode: true, Rest: 14 * 24 * time.Hour},
	{Name: AskDetail, Area: Data, Prior: Prior{0.40, 4 * week, 4}, Episode: true, Rest: 14 * 24 * time.Hour},
	{Name: SheCorrects, Area: Data, Prior: Prior{0.90, 1 * week, 2}, Episode: true},
	{Name: CustomersUnreachable, Area: Data, Audience: []string{"admin", "manager", "operator"}, Prior: Prior{0.30, 4 * week, 60},
		Measure: "count", NeedsOrders: true},
}

var kindByName = func() map[string]Kind {
	kinds := map[string]Kind{}
	for _, k := range Catalogue {
		kinds[k.Name] = k
	}
	return kinds
}()
