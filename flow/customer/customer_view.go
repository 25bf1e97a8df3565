package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Named is a person or a team as far as a row has to name it.
type Named struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
}

// CustomerItem is a customer as a list shows it. What the reader may not see, and what is not known, is null.
type CustomerItem struct {
	ID             api.ID        `json:"id"`
	Kind           string        `json:"kind" enum:"person,organization"`
	Name           string        `json:"name"`
	ExternalID     *string       `json:"external_id" doc:"the first key a source knows the customer by: her name when she has none"`
	Gender         *string       `json:"gender"`
	Birthday       *string       `json:"birthday" format:"date"`
	Age            *int          `json:"age" doc:"whole years today"`
	Country        *string       `json:"country"`
	Province       *string       `json:"province"`
	City           *string       `json:"city"`
	Company        *string       `json:"company"`
	Phone          *string       `json:"phone" doc:"masked"`
	Email          *string       `json:"email" doc:"masked"`
	Tags           []string      `json:"tags"`
	Owner          *Named        `json:"owner"`
	Team           *Named        `json:"team"`
	LifecycleStage *string       `json:"lifecycle_stage" doc:"as set by hand"`
	Stage          *StageView    `json:"stage" doc:"where she stands in the lifecycle the company has defined; null where it has none or her in no stage of it"`
	Source         *string       `json:"source"`
	CreatedAt      time.Time     `json:"created_at"`
	Orders         *orderTotals  `json:"orders"`
	RFM            *RFMFigures   `json:"rfm"`
	Value          *ValueFigures `json:"value"`
	Rhythm         *rhythmView   `json:"rhythm"`
	Version        int64         `json:"version"`
}

type orderTotals struct {
	Count   int64       `json:"count"`
	Total   money.Money `json:"total" doc:"gross minus refunds"`
	FirstAt *time.Time  `json:"first_at"`
	LastAt  *time.Time  `json:"last_at"`
}

type rhythmView struct {
	RhythmFigures
	Orders []rhythmOrder `json:"orders,omitempty" doc:"orders of the last twelve months, oldest first"`
}

type rhythmOrder struct {
	Day    string      `json:"day" format:"date"`
	Amount money.Money `json:"amount"`
}

// customerPage is one customer, whole.
type customerPage struct {
	CustomerItem
	ContactPoints []contactView          `json:"contact_points"`
	Identities    []identityView         `json:"identities"`
	Address       addressView            `json:"address"`
	Industry      *string                `json:"industry"`
	GivenName     *string                `json:"given_name"`
	FamilyName    *string                `json:"family_name"`
	Consents      []ConsentView          `json:"consents" doc:"the latest word for each purpose and channel"`
	Custom        map[string]any         `json:"custom"`
	Completeness  float64                `json:"completeness" doc:"share 0..1 of the profile that is filled"`
	Segments      []segmentView          `json:"segments"`
	Lists         []segmentView          `json:"lists" doc:"lists that hold the customer, not those above them"`
	Last12M       *PeriodFigures         `json:"last12m"`
	UpdatedAt     time.Time              `json:"updated_at"`
	MayChange     bool                   `json:"may_change" doc:"false where she is shared for reading only"`
	Rights        map[string]guard.Right `json:"rights" doc:"what the reader may do with each field: none, masked, read, write"`
}

type contactView struct {
	ID       api.ID     `json:"id"`
	Kind     string     `json:"kind"`
	Value    string     `json:"value" doc:"masked"`
	Verified bool       `json:"verified"`
	State    string     `json:"state"`
	Stops    []StopView `json:"stops,omitempty" doc:"channels it is never used for, and why"`
}

type identityView struct {
	Source     string `json:"source"`
	ExternalID string `json:"external_id"`
}

type addressView struct {
	Country  *string `json:"country"`
	Province *string `json:"province"`
	City     *string `json:"city"`
	District *string `json:"district"`
	Address  *string `json:"address" doc:"masked"`
	Postcode *string `json:"postcode"`
}

type segmentView struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
}

// storedCustomer is a record with the names it points at.
type storedCustomer struct {
	Customer
	OwnerName *string `bun:"owner_name"`
	TeamName  *string `bun:"team_name"`
}

// item shows a record to the reader of ctx, without its contact points, tags and figures.
func (c *storedCustomer) item(ctx context.Context) CustomerItem {
	i := CustomerItem{
		ID: api.ID(c.ID), Kind: c.Kind, Name: c.Name, Gender: orNull(c.Gender), Birthday: c.Birthday, Country: orNull(c.Country),
		Province: orNull(c.Province), City: orNull(c.City), Company: orNull(c.Company), Tags: []string{}, Owner: named(c.OwnerID, c.OwnerName),
		Team: named(c.TeamID, c.TeamName), LifecycleStage: orNull(c.LifecycleStage), Source: orNull(c.Source),
		CreatedAt: instant(c.CreatedAt), Version: c.Version,
	}
	if c.Birthday != nil {
		i.Age = ageOn(*c.Birthday, workspace.Of(ctx).Day(clock.Millis(ctx)))
	}
	return i
}

// callBy shows the first identity that is not a digest.
func (i *CustomerItem) callBy(identities []identityView) {
	if len(identities) > 0 {
		i.ExternalID = &identities[0].ExternalID
	}
}

// StageView is the stage of the lifecycle a customer is in. Since is null where she was in it when the stages were defined.
type StageView struct {
	Key      string      `json:"key"`
	Name     field.Label `json:"name"`
	Since    *time.Time  `json:"since"`
	ByHand   bool        `json:"by_hand"`
	Strategy string      `json:"strategy"`
}

// setFigures shows the derived block.
func (i *CustomerItem) setFigures(f Figures) {
	i.Stage = f.Stage
	if f.Orders != nil {
		i.Orders = &orderTotals{Count: f.Orders.Count, Total: f.Orders.Total, FirstAt: instantOrNull(f.Orders.FirstAt), LastAt: instantOrNull(f.Orders.LastAt)}
	}
	i.RFM, i.Value = f.RFM, f.Value
	if f.Rhythm != nil {
		i.Rhythm = &rhythmView{RhythmFigures: *f.Rhythm}
	}
}

// setContacts shows the first phone number and address that can be used.
func (i *CustomerItem) setContacts(rights guard.Fields, points []ContactPoint) {
	for _, p := range points {
		to := &i.Phone
		switch p.Kind {
		case ContactPhone:
		case ContactEmail:
			to = &i.Email
		default:
			continue
		}
		if *to == nil && p.State == ContactOK {
			*to = orNull(shown(rights, p.Kind, p.Value))
		}
	}
}

// ageOn gives whole years between two civil days, nil for a birthday that is none.
func ageOn(birthday, today string) *int {
	born, err := time.Parse(time.DateOnly, birthday)
	if err != nil {
		return nil
	}
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return nil
	}
	age := now.Year() - born.Year()
	if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
		age--
	}
	if age < 0 || age > 130 {
		return nil
	}
	return &age
}

// completeness is the share, 0 to 1, of the details that make a customer workable: for a person name, phone, e-mail,
// gender, birthday, province or country, city, address; for an organization industry instead of gender and birthday.
func completeness(c *Customer, points []ContactPoint) float64 {
	phone, email := false, false
	for _, p := range points {
		phone = phone || p.Kind == ContactPhone && p.State == ContactOK
		email = email || p.Kind == ContactEmail && p.State == ContactOK
	}
	have := []bool{c.Name != "", phone, email, c.Province != "" || c.Country != "", c.City != "", c.Address != ""}
	if c.Kind == KindOrganization {
		have = append(have, c.Industry != "")
	} else {
		have = append(have, c.Gender != "" && c.Gender != GenderUnknown, c.Birthday != nil)
	}
	filled := 0
	for _, h := range have {
		if h {
			filled++
		}
	}
	return float64(filled) / float64(len(have))
}

func named(id *int64, name *string) *Named {
	if id == nil {
		return nil
	}
	n := Named{ID: api.ID(*id)}
	if name != nil {
		n.Name = *name
	}
	return &n
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func instantOrNull(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := instant(ms)
	return &t
}
