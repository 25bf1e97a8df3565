package customer

// The kinds of contact point.
const (
	ContactPhone  = "phone"
	ContactEmail  = "email"
	ContactWeChat = "wechat"
)

var contactKinds = []string{ContactPhone, ContactEmail, ContactWeChat}

// The states of a contact point. An invalid one keeps what was written, so that a person can put it right; nothing is
// ever sent to it and nobody is recognised by it.
const (
	ContactOK      = "ok"
	ContactInvalid = "invalid"
)

// ContactPoint is one address to reach a customer: value is normalised (E.164, lower-case mail), raw as it came.
type ContactPoint struct {
	ID         int64  `bun:"id" json:"id"`
	CustomerID int64  `bun:"customer_id" json:"customer_id"`
	Kind       string `bun:"kind" json:"kind"`
	Value      string `bun:"value" json:"value"`
	Raw        string `bun:"raw" json:"raw"`
	Verified   bool   `bun:"verified" json:"verified"`
	State      string `bun:"state" json:"state"`
	CreatedAt  int64  `bun:"created_at" json:"created_at"`
	Stopped    string `bun:"stopped" json:"stopped,omitempty"` // channels it must not be used for, separated by commas
}

const contactColumns = "id, customer_id, kind, value, raw, verified, state, created_at, stopped"

// normalContact gives the contact point that raw stands for. One that cannot be reached comes back as invalid with raw
// as its value.
func normalContact(kind, raw, region string) ContactPoint {
	value, ok := raw, true
	switch kind {
	case ContactPhone:
		value, ok = NormalPhone(raw, region)
	case ContactEmail:
		value, ok = NormalEmail(raw)
	}
	if !ok {
		return ContactPoint{Kind: kind, Value: raw, Raw: raw, State: ContactInvalid}
	}
	return ContactPoint{Kind: kind, Value: value, Raw: raw, State: ContactOK}
}
