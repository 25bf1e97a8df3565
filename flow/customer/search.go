package customer

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// found is one thing the search box found. Match says by which trait.
type found struct {
	Type       string  `json:"type" enum:"customer,order,segment"`
	ID         api.ID  `json:"id"`
	Title      string  `json:"title"`
	Subtitle   string  `json:"subtitle"`
	Match      string  `json:"match" enum:"name,pinyin,phone,email,external_id,field,order_number"`
	CustomerID *api.ID `json:"customer_id,omitempty" doc:"of an order"`
}

// seeker gathers what a search finds, each customer once, by her strongest trait.
type seeker struct {
	store  *Store
	rights guard.Fields
	limit  int
	ids    []int64
	match  map[int64]string
}

func (k *seeker) full() bool { return len(k.ids) >= k.limit }

func (k *seeker) add(ids []int64, match string) {
	for _, id := range ids {
		if _, known := k.match[id]; !known && !k.full() {
			k.match[id] = match
			k.ids = append(k.ids, id)
		}
	}
}

// tailDigits is how many last digits of a phone number a mask leaves visible; to one who may see no more, only these
// can be searched, or the whole number.
const tailDigits = 4

// Search finds customers by name, pinyin, initials, phone, mail or external id, orders by number and segments by name,
// within what the reader may see and use. Exact traits come first.
func (s *Store) Search(ctx context.Context, q string, limit int) ([]found, error) {
	q = strings.TrimSpace(narrow(q))
	results := []found{}
	if q == "" {
		return results, nil
	}
	k := &seeker{store: s, rights: guard.FieldsOf(ctx, noun), limit: limit, match: map[int64]string{}}
	for _, by := range []func(context.Context, string) error{k.byPhone, k.byEmail, k.byExternalID, k.bySealed, k.byName, k.byPinyin, k.byPart} {
		if k.full() {
			break
		}
		if err := by(ctx, q); err != nil {
			return nil, err
		}
	}
	results, err := k.customers(ctx)
	if err != nil {
		return nil, err
	}
	actor := guard.ActorOf(ctx)
	if actor.Can("orders.read") {
		orders, err := s.ordersNumbered(ctx, q, limit)
		if err != nil {
			return nil, err
		}
		results = append(results, orders...)
	}
	if actor.Can("segments.read") {
		segments, err := s.segmentsNamed(ctx, q, limit)
		if err != nil {
			return nil, err
		}
		results = append(results, segments...)
	}
	return results[:min(len(results), limit)], nil
}

// byPhone finds a whole number, or the last digits that a mask shows anyway.
func (k *seeker) byPhone(ctx context.Context, q string) error {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, q)
	right := k.rights.Right("phone")
	if right == guard.None || len(digits) < tailDigits || strings.Trim(q, "0123456789+-() ") != "" {
		return nil
	}
	if number, ok := NormalPhone(q, workspace.Of(ctx).Country); ok {
		return k.collect(ctx, "phone", phoneSQL, number)
	}
	if right == guard.Masked && len(digits) != tailDigits {
		return nil
	}
	return k.collect(ctx, "phone", tailSQL(k.store.records.Engine()), digits[len(digits)-tailDigits:], "%"+digits)
}

func (k *seeker) byEmail(ctx context.Context, q string) error {
	email, ok := NormalEmail(q)
	if !ok || k.rights.Right("email") == guard.None {
		return nil
	}
	return k.collect(ctx, "email", emailSQL, email)
}

func (k *seeker) byExternalID(ctx context.Context, q string) error {
	if !k.rights.CanUse("external_id") || strings.HasPrefix(q, digestMark) {
		return nil
	}
	return k.collect(ctx, "external_id", externalIDSQL, q)
}

// bySealed finds whoever has exactly q in a sensitive field, for one who may read it.
func (k *seeker) bySealed(ctx context.Context, q string) error {
	if k.store.finder == nil || utf8.RuneCountInString(q) < 4 {
		return nil
	}
	for _, f := range field.Of(ctx).Live() {
		if !f.Sealed() || f.Type != field.Text && f.Type != field.Phone && f.Type != field.Email || !k.rights.CanUse(customPrefix+f.Key) || k.full() {
			continue
		}
		filter := jsonText(map[string]any{"field": customPrefix + f.Key, "op": "eq", "value": q})
		ids, _, _, err := k.store.finder.Find(ctx, FindQuery{Filter: filter, Limit: k.limit})
		if fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindUnavailable) {
			continue
		}
		if err != nil {
			return err
		}
		k.add(ids, "field")
	}
	return nil
}

// byName finds names, and names of companies, that begin with q.
func (k *seeker) byName(ctx context.Context, q string) error {
	return k.collect(ctx, "name", namePrefixSQL, q, afterPrefix(q))
}

// byPinyin finds names whose letters begin with q, then those whose initials do.
func (k *seeker) byPinyin(ctx context.Context, q string) error {
	if !isASCII(q) || strings.Contains(q, "@") {
		return nil
	}
	key, _ := latinKeys(q)
	if key == "" || strings.Trim(key, "0123456789") == "" {
		return nil
	}
	if err := k.collect(ctx, "pinyin", keyPrefixSQL, key, afterPrefix(key)); err != nil || k.full() || len(key) < 2 {
		return err
	}
	return k.collect(ctx, "pinyin", initialsPrefixSQL, key, afterPrefix(key))
}

// byPart finds q anywhere in a name: two Chinese characters or three letters at least, for anything shorter is in
// too many names to mean one.
func (k *seeker) byPart(ctx context.Context, q string) error {
	if strings.Contains(q, "@") {
		return nil
	}
	if isASCII(q) {
		key, _ := latinKeys(q)
		if len(key) < 3 || strings.Trim(key, "0123456789") == "" {
			return nil
		}
		return k.collect(ctx, "name", keyPartSQL, "%"+key+"%", scope(ctx, "n"))
	}
	if utf8.RuneCountInString(q) < 2 {
		return nil
	}
	return k.collect(ctx, "name", namePartSQL, "%"+likeText(q)+"%", scope(ctx, "n"))
}

func (s *Store) registerSearch(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/search", Permission: "customers.read", Tag: "search",
		Summary: "Find customers, orders and segments by name, pinyin, phone, mail, external id or order number"},
		func(ctx context.Context, in *struct {
			Q     string `query:"q" required:"true" minLength:"1" maxLength:"100"`
			Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
		}) (*struct {
			Body struct {
				Items []found `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []found `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Search(ctx, in.Q, in.Limit)
			return out, err
		})
}
