package customer

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/clock"
	"guanxi/base/fault"

	"context"
)

// Text is a text of a request body that knows whether it was sent; null and "" both clear the field.
type Text struct {
	Sent  bool
	Value string
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	t.Sent = true
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, &t.Value)
}

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.Value) }

// Schema describes the text in the document.
func (Text) Schema(huma.Registry) *huma.Schema {
	most := 2000
	s := &huma.Schema{Type: huma.TypeString, Nullable: true, MaxLength: &most}
	s.PrecomputeMessages()
	return s
}

// CustomerFields are what people may write about a customer. Fields that are absent stay as they are; "" or null clears.
type CustomerFields struct {
	Kind           Text `json:"kind,omitempty" doc:"person or organization"`
	Name           Text `json:"name,omitempty"`
	GivenName      Text `json:"given_name,omitempty"`
	FamilyName     Text `json:"family_name,omitempty"`
	Gender         Text `json:"gender,omitempty" doc:"female, male, unknown; the usual words are understood"`
	Country        Text `json:"country,omitempty"`
	Province       Text `json:"province,omitempty"`
	City           Text `json:"city,omitempty"`
	District       Text `json:"district,omitempty"`
	Address        Text `json:"address,omitempty"`
	Postcode       Text `json:"postcode,omitempty"`
	Company        Text `json:"company,omitempty"`
	Industry       Text `json:"industry,omitempty"`
	LifecycleStage Text `json:"lifecycle_stage,omitempty" doc:"as set by hand: prospect, customer, former, or a stage of the lifecycle that has no rule"`
	Source         Text `json:"source,omitempty"`

	Birthday Text            `json:"birthday,omitempty" doc:"YYYY-MM-DD"`
	Phone    Text            `json:"phone,omitempty" doc:"the first phone number; kept as E.164"`
	Email    Text            `json:"email,omitempty" doc:"the first e-mail address"`
	OwnerID  Text            `json:"owner_id,omitempty"`
	Tags     *[]string       `json:"tags,omitempty" maxItems:"100" doc:"replaces all tags"`
	Custom   *map[string]any `json:"custom,omitempty" doc:"merged into the custom fields; null removes one"`
}

// texts are the plain attributes in the order of textFields.
func (f *CustomerFields) texts() []*Text {
	return []*Text{&f.Kind, &f.Name, &f.GivenName, &f.FamilyName, &f.Gender, &f.Country, &f.Province, &f.City, &f.District,
		&f.Address, &f.Postcode, &f.Company, &f.Industry, &f.LifecycleStage, &f.Source}
}

// sent gives the names of the fields that the request brings, as rights know them.
func (f *CustomerFields) sent() (names []string) {
	for i, t := range f.texts() {
		if t.Sent {
			names = append(names, textFields[i].name)
		}
	}
	for name, sent := range map[string]bool{"birthday": f.Birthday.Sent, "phone": f.Phone.Sent, "email": f.Email.Sent,
		"owner": f.OwnerID.Sent, "tags": f.Tags != nil} {
		if sent {
			names = append(names, name)
		}
	}
	if f.Custom != nil {
		for name := range *f.Custom {
			names = append(names, customPrefix+name)
		}
	}
	return names
}

const (
	longestText = 200
	longestTag  = 50
)

// apply writes the plain attributes onto c and says what is wrong with them.
func (f *CustomerFields) apply(ctx context.Context, c *Customer) (wrong []fault.Field) {
	for i, t := range f.texts() {
		if !t.Sent {
			continue
		}
		value, key := normalText(ctx, textFields[i].name, t.Value)
		if key != "" {
			wrong = append(wrong, fault.Field{Field: textFields[i].name, Key: key})
			continue
		}
		*textFields[i].of(c) = value
	}
	if f.Birthday.Sent {
		if key := setBirthday(ctx, c, f.Birthday.Value); key != "" {
			wrong = append(wrong, fault.Field{Field: "birthday", Key: key})
		}
	}
	if f.Custom != nil {
		wrong = append(wrong, setCustom(ctx, c, *f.Custom)...)
	}
	if f.Tags != nil {
		for _, tag := range *f.Tags {
			if n := utf8.RuneCountInString(tag); n == 0 || n > longestTag {
				wrong = append(wrong, fault.Field{Field: "tags", Key: "length_out_of_range", Args: []any{1, longestTag}})
				break
			}
		}
	}
	c.settle()
	if c.Name == "" {
		wrong = append(wrong, fault.Field{Field: "name", Key: "required"})
	}
	return wrong
}

// normalText brings one attribute to its normal form; a key says why it cannot be.
func normalText(ctx context.Context, field, raw string) (value, key string) {
	value = trimmed(raw)
	switch field {
	case "kind":
		if value, key = cleanKind(value); key != "" {
			return "", "not_one_of"
		}
	case "lifecycle_stage":
		if LifecycleOf(ctx).takesByHand(value) {
			return value, ""
		}
		if value, key = cleanStage(value); key != "" {
			return "", "not_one_of"
		}
	case "gender":
		var known bool
		if value, known = NormalGender(value); !known {
			return "", "not_one_of"
		}
	case "address":
		if value != "" && onlyStars(value) {
			return "", "value_is_masked"
		}
	}
	most := longestText
	if field == "address" {
		most = 500
	}
	if utf8.RuneCountInString(value) > most {
		return "", "too_long"
	}
	return value, ""
}

func setBirthday(ctx context.Context, c *Customer, value string) (key string) {
	if value == "" {
		c.Birthday = nil
		return ""
	}
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return "day_invalid"
	}
	if day.Year() < 1850 || day.After(clock.Now(ctx).AddDate(0, 0, 1)) {
		return "date_impossible"
	}
	c.Birthday = &value
	return ""
}
