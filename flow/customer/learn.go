package customer

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"guanxi/base/db"
	"guanxi/base/field"
	"guanxi/base/workspace"
)

// traitNames are what the clients of the Segment specification call attributes of a customer.
var traitNames = map[string][]string{
	"name":        {"name", "fullName", "full_name"},
	"given_name":  {"firstName", "first_name", "givenName", "given_name"},
	"family_name": {"lastName", "last_name", "familyName", "family_name"},
	"gender":      {"gender"},
	"country":     {"country", "address.country"},
	"province":    {"province", "state", "address.province", "address.state"},
	"city":        {"city", "address.city"},
	"district":    {"district", "address.district"},
	"address":     {"address.street", "street", "address"},
	"postcode":    {"postcode", "postalCode", "address.postalCode", "address.postal_code", "address.postcode"},
	"company":     {"company.name", "company"},
	"industry":    {"industry", "company.industry"},
}

// trait gives what traits say under one of the names; a dot leads into an object. "" is nothing.
func trait(traits map[string]any, names ...string) string {
	for _, name := range names {
		at := traits
		for {
			head, rest, deeper := strings.Cut(name, ".")
			if !deeper {
				switch v := at[head].(type) {
				case string:
					if v = trimmed(strings.ReplaceAll(v, "\x00", "")); v != "" {
						return v
					}
				case json.Number:
					return v.String()
				}
				break
			}
			inner, is := at[head].(map[string]any)
			if !is {
				break
			}
			at, name = inner, rest
		}
	}
	return ""
}

// ContactKeys gives the phone number and mail address among traits as keys; what cannot be one is none.
func ContactKeys(ctx context.Context, traits map[string]any) (keys []Identifier) {
	for kind, names := range map[string][]string{ContactEmail: {"email"}, ContactPhone: {"phone", "mobile", "phoneNumber"}} {
		given := trait(traits, names...)
		if given == "" || len(given) > longestText {
			continue
		}
		if p := normalContact(kind, given, workspace.Of(ctx).Country); p.State == ContactOK {
			keys = append(keys, Identifier{Kind: kind, Value: p.Value})
		}
	}
	return keys
}

// LearnIn writes what a source says of a customer into her profile, each value by itself: what cannot be one is left out.
// A source fills in what nobody has said and changes what it said itself; a word of staff, of an import or of another source
// stands.
func (s *Store) LearnIn(ctx context.Context, tx *db.Tx, id int64, source string, traits map[string]any) error {
	stored, err := s.find(ctx, tx, id)
	if err != nil {
		return err
	}
	known := stored.Customer
	news, err := news(ctx, tx, &known, source, traits)
	if err != nil || len(news) == 0 {
		return err
	}
	_, _, err = s.changeIn(ctx, tx, id, "", "customer.changed", source, func(ctx context.Context, _ *db.Tx, c *Customer) (difference, error) {
		before := *c
		for _, learn := range news {
			learn(c)
		}
		c.settle()
		return differences(ctx, &before, c), nil
	})
	return err
}

// news gives what traits change of a customer.
func news(ctx context.Context, tx *db.Tx, c *Customer, source string, traits map[string]any) (learn []func(*Customer), err error) {
	may := func(name, held string) bool {
		if held == "" || name == "gender" && held == GenderUnknown {
			return true
		}
		var said []string
		if err == nil {
			err = tx.Ask(ctx, &said, "select source from field_history where customer_id = ? and field = ? order by happened_at desc, id desc limit 1", c.ID, name)
		}
		return len(said) == 1 && said[0] == source
	}
	for _, f := range textFields {
		value, wrong := normalText(ctx, f.name, trait(traits, traitNames[f.name]...))
		if held := *f.of(c); value != "" && wrong == "" && value != held && f.name != "kind" && f.name != "lifecycle_stage" && may(f.name, held) {
			learn = append(learn, func(c *Customer) { *f.of(c) = value })
		}
	}
	if day := trait(traits, "birthday"); len(day) >= len("2006-01-02") {
		trial := *c
		if held := c.attribute("birthday"); setBirthday(ctx, &trial, day[:10]) == "" && trial.attribute("birthday") != held && may("birthday", held) {
			learn = append(learn, func(c *Customer) { c.Birthday = trial.Birthday })
		}
	}
	held := customFields(c.Custom)
	for name, given := range traits {
		own, known := field.Of(ctx).Find(snake(name))
		if !known || own.Type == field.Formula {
			continue
		}
		if number, is := given.(json.Number); is {
			given, _ = number.Float64()
		}
		was, trial := "", *c
		if held[own.Key] != nil {
			was = valueText(held[own.Key])
		}
		change := map[string]any{own.Key: given}
		if len(setCustom(ctx, &trial, change)) == 0 && valueText(customFields(trial.Custom)[own.Key]) != was && may(customPrefix+own.Key, was) {
			learn = append(learn, func(c *Customer) { setCustom(ctx, c, change) })
		}
	}
	return learn, err
}

var humps = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// snake writes a name of a trait as keys of fields are: skinType is skin_type.
func snake(name string) string {
	return strings.ReplaceAll(strings.ToLower(humps.ReplaceAllString(name, "${1}_$2")), " ", "_")
}

// groupKey is under which identity a source knows an organization; a user and an organization may have the same id.
const groupKey = "group "

// JoinIn makes a customer a contact of the organization that a source knows by a group id, which is made when it is new and
// learns what the traits say. Somebody who is no person stays as she is.
func (s *Store) JoinIn(ctx context.Context, tx *db.Tx, id int64, source, group string, traits map[string]any) error {
	person, err := s.find(ctx, tx, id)
	if err != nil || person.Kind == KindOrganization {
		return err
	}
	r, err := s.resolve(ctx, tx, source, []Identifier{{Kind: KeyExternalID, Value: groupKey + group}}, true, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return namelessOf(ctx, tx, source, KindOrganization)
	})
	if err != nil || r.Customer == id {
		return err
	}
	if err := s.LearnIn(ctx, tx, r.Customer, source, traits); err != nil {
		return err
	}
	return addMember(ctx, tx, r.Customer, id)
}
