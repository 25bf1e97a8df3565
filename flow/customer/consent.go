package customer

// The purposes a customer is asked for.
const (
	PurposeMarketing = "marketing"
	PurposeService   = "service"
)

// Consent is a customer's recorded yes or no for one purpose and channel. The latest word holds; silence is a no.
// HappenedAt is milliseconds UTC.
type Consent struct {
	ID          int64  `bun:"id"`
	CustomerID  int64  `bun:"customer_id"`
	Purpose     string `bun:"purpose"`
	Channel     string `bun:"channel"`
	Granted     bool   `bun:"granted"`
	TextVersion string `bun:"text_version"`
	Proof       string `bun:"proof"`
	Source      string `bun:"source"`
	HappenedAt  int64  `bun:"happened_at"`
}

const consentColumns = "id, customer_id, purpose, channel, granted, text_version, proof, source, happened_at"
