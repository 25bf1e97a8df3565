package customer

import (
	"time"

	"guanxi/base/api"
	"guanxi/base/money"
)

// personalFormat names the shape of personalData, for programs that read it.
const personalFormat = "guanxi personal data, version 1"

// personalData is everything held about one customer, as she may have it or take it elsewhere: contact points in full, and
// no word of another customer or of who on the staff did what.
type personalData struct {
	Format        string           `json:"format"`
	MadeAt        time.Time        `json:"made_at"`
	Profiles      []personProfile  `json:"profiles" doc:"her own record, then those of customers that were found to be her"`
	ContactPoints []personContact  `json:"contact_points"`
	Identities    []personIdentity `json:"identities"`
	Tags          []personTag      `json:"tags"`
	Consents      []ConsentView    `json:"consents" doc:"everything she agreed to and withdrew, with its proof, oldest first"`
	Orders        []personOrder    `json:"orders"`
	Activities    []personActivity `json:"activities"`
	SpeaksFor     []personSpeaks   `json:"speaks_for" doc:"organizations she is a contact of, and as what"`
	Timeline      []personEvent    `json:"timeline" doc:"all of the above that has an instant, newest first"`
	Merges        []personMerge    `json:"merges"`
	History       []personChange   `json:"history" doc:"what each field of hers was and became"`
	Findings      []personFoundOdd `json:"findings"`
	Segments      []string         `json:"segments"`
	Lists         []string         `json:"lists"`
	Visitors      []Visitor        `json:"visitors" doc:"browsers and devices that are hers, and what they did"`
	Corrections   []personSaid     `json:"corrections" doc:"what she has said of herself on her own page"`
	Files         []personFile     `json:"files" doc:"files that are held about her; the archive has them"`
	Derived       *Figures         `json:"derived" doc:"what was reckoned from the above"`
	Further       map[string]any   `json:"further" doc:"what other parts of the program keep about her"`
	Audit         []personAct      `json:"audit" doc:"what was done with her record"`
}

type personProfile struct {
	ID         api.ID            `json:"id"`
	Fields     map[string]string `json:"fields"`
	Birthday   *string           `json:"birthday"`
	Custom     map[string]any    `json:"custom"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
	FromImport *api.ID           `json:"from_import,omitempty"`
}

type personSaid struct {
	Field string    `json:"field"`
	Value string    `json:"value"`
	State string    `json:"state"`
	At    time.Time `json:"at"`
}

type personContact struct {
	Kind     string    `json:"kind"`
	Value    string    `json:"value"`
	Given    string    `json:"given" doc:"as it came in"`
	Verified bool      `json:"verified"`
	State    string    `json:"state"`
	At       time.Time `json:"created_at"`
}

type personIdentity struct {
	Source     string    `json:"source"`
	ExternalID string    `json:"external_id"`
	At         time.Time `json:"created_at"`
}

type personTag struct {
	Tag string    `json:"tag"`
	At  time.Time `json:"created_at"`
}

type personOrder struct {
	ID        api.ID       `json:"id"`
	Shop      string       `json:"shop"`
	Number    string       `json:"number"`
	Kind      string       `json:"kind"`
	Status    string       `json:"status"`
	OrderedAt time.Time    `json:"ordered_at"`
	Gross     money.Money  `json:"gross"`
	Refunded  money.Money  `json:"refunded"`
	Country   string       `json:"country"`
	Province  string       `json:"province"`
	City      string       `json:"city"`
	Lines     []personLine `json:"lines"`
}

type personLine struct {
	SKU         string      `json:"sku"`
	ProductName string      `json:"product_name"`
	Category    string      `json:"category"`
	Brand       string      `json:"brand"`
	Quantity    float64     `json:"quantity"`
	Amount      money.Money `json:"amount"`
}

type personActivity struct {
	Kind       string     `json:"kind"`
	Content    string     `json:"content"`
	Result     string     `json:"result"`
	NextAction string     `json:"next_action"`
	NextAt     *time.Time `json:"next_at"`
	DoneAt     *time.Time `json:"next_done_at"`
	At         time.Time  `json:"happened_at"`
}

type personSpeaks struct {
	Organization string    `json:"organization"`
	Roles        []string  `json:"roles"`
	Title        string    `json:"title"`
	Department   string    `json:"department"`
	Main         bool      `json:"main"`
	Since        *string   `json:"since"`
	Until        *string   `json:"until"`
	At           time.Time `json:"created_at"`
}

// personEvent is one line of her timeline. What says where above the thing itself stands: its list and place in it.
type personEvent struct {
	At    time.Time `json:"at"`
	Code  string    `json:"code"`
	List  string    `json:"list"`
	Place int       `json:"place"`
}

type personMerge struct {
	At     time.Time `json:"at"`
	Merged api.ID    `json:"merged" doc:"id of the record above that was joined"`
}

type personChange struct {
	Field  string    `json:"field"`
	Before string    `json:"before"`
	After  string    `json:"after"`
	Source string    `json:"source"`
	At     time.Time `json:"at"`
}

type personFoundOdd struct {
	Cause string    `json:"cause"`
	Field string    `json:"field"`
	Value string    `json:"value"`
	State string    `json:"state"`
	At    time.Time `json:"at"`
}

type personAct struct {
	At      time.Time      `json:"at"`
	Action  string         `json:"action"`
	ByRole  string         `json:"by_role"`
	Summary map[string]any `json:"summary"`
}

func instantOrNil(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	at := instant(*ms)
	return &at
}

// view puts a person into the shape in which she gets it.
func (p *person) view(now time.Time) *personalData {
	v := &personalData{Format: personalFormat, MadeAt: now.UTC(), Profiles: []personProfile{}, ContactPoints: []personContact{},
		Identities: []personIdentity{}, Tags: []personTag{}, Consents: []ConsentView{}, Orders: []personOrder{}, Activities: []personActivity{}, SpeaksFor: []personSpeaks{},
		Timeline: []personEvent{}, Merges: []personMerge{}, History: []personChange{}, Findings: []personFoundOdd{}, Segments: []string{}, Lists: append([]string{}, p.lists...), Visitors: p.visitors,
		Further: map[string]any{}, Audit: []personAct{}, Corrections: []personSaid{}}
	for _, k := range p.corrected {
		v.Corrections = append(v.Corrections, personSaid{k.Field, k.Value, k.State, instant(k.CreatedAt)})
	}
	for i := range p.customers {
		c := &p.customers[i]
		profile := personProfile{ID: api.ID(c.ID), Fields: map[string]string{}, Birthday: c.Birthday, Custom: customFields(c.Custom),
			CreatedAt: instant(c.CreatedAt), UpdatedAt: instant(c.UpdatedAt), FromImport: (*api.ID)(c.CreatedImportID)}
		for _, f := range textFields {
			profile.Fields[f.name] = *f.of(c)
		}
		v.Profiles = append(v.Profiles, profile)
	}
	for _, c := range p.contacts {
		v.ContactPoints = append(v.ContactPoints, personContact{c.Kind, c.Value, c.Raw, c.Verified, c.State, instant(c.CreatedAt)})
	}
	for _, i := range p.identities {
		v.Identities = append(v.Identities, personIdentity{i.Source, i.ExternalID, instant(i.CreatedAt)})
	}
	for _, t := range p.tags {
		v.Tags = append(v.Tags, personTag{t.Tag, instant(t.CreatedAt)})
	}
	for _, c := range p.consents {
		v.Consents = append(v.Consents, viewConsent(c))
	}
	v.Orders = p.orderViews()
	for _, a := range p.activities {
		v.Activities = append(v.Activities, personActivity{a.Kind, a.Content, a.Result, a.NextAction, instantOrNil(a.NextAt), instantOrNil(a.NextDoneAt), instant(a.HappenedAt)})
	}
	for _, k := range p.speaks {
		v.SpeaksFor = append(v.SpeaksFor, personSpeaks{k.Organization, k.roles(), k.Title, k.Department, k.Main, k.Since, k.Until, instant(k.CreatedAt)})
	}
	for _, m := range p.merges {
		v.Merges = append(v.Merges, personMerge{instant(m.CreatedAt), api.ID(m.MergedID)})
	}
	for _, h := range p.history {
		v.History = append(v.History, personChange{h.Field, h.Before, h.After, h.Source, instant(h.HappenedAt)})
	}
	for _, f := range p.findings {
		v.Findings = append(v.Findings, personFoundOdd{f.Cause, f.Field, f.Value, f.State, instant(f.CreatedAt)})
	}
	v.tellTimeline()
	return v
}

func (p *person) orderViews() []personOrder {
	lines := map[int64][]Line{}
	for _, l := range p.lines {
		lines[l.OrderID] = append(lines[l.OrderID], l)
	}
	views := make([]personOrder, 0, len(p.orders))
	for _, o := range p.orders {
		order := personOrder{ID: api.ID(o.ID), Shop: o.Shop, Number: o.Number, Kind: o.Kind, Status: o.Status, OrderedAt: instant(o.OrderedAt),
			Gross: money.Of(o.Gross, o.Currency), Refunded: money.Of(o.Refunded, o.Currency), Country: o.Country, Province: o.Province, City: o.City, Lines: []personLine{}}
		for _, l := range lines[o.ID] {
			order.Lines = append(order.Lines, personLine{l.SKU, l.ProductName, l.Category, l.Brand, l.Quantity, money.Of(l.Amount, o.Currency)})
		}
		views = append(views, order)
	}
	return views
}
