package customer

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	secret "guanxi/base/keys"
	"guanxi/guard"
)

// A customer's own link opens the page on which she says what she may be reached for. What it names is sealed (AES-256-GCM,
// key of the instance): nobody can make one, change one, or read from it whose it is. Purpose and channel, where given, are
// those of the message it stood in, for one-click withdrawal.
type preferenceLink struct {
	customerID, createdAt int64 // both, because after a restore an id may be given again
	expires               int64 // seconds
	purpose, channel      string
}

// linkBound is what links are sealed for.
var linkBound = []byte("preference link 1")

func linkCipher(ctx context.Context) (secret.Cipher, error) {
	k := secret.Of(ctx)
	if k == nil {
		return nil, fault.Unavailable("keys_missing", nil)
	}
	return k.Cipher("preference links")
}

func (l preferenceLink) token(ctx context.Context) (string, error) {
	cipher, err := linkCipher(ctx)
	if err != nil {
		return "", err
	}
	text := binary.AppendVarint(nil, l.customerID)
	text = binary.AppendVarint(text, l.createdAt)
	text = binary.AppendVarint(text, l.expires)
	text = append(text, l.purpose+"/"+l.channel...)
	sealed, err := cipher.Encrypt(text, linkBound)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// readLink opens a token. Fault: not found, for whatever is wrong with it.
func readLink(ctx context.Context, token string) (l preferenceLink, err error) {
	wrong := fault.NotFound("link", "")
	if len(token) > 400 {
		return l, wrong
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return l, wrong
	}
	cipher, err := linkCipher(ctx)
	if err != nil {
		return l, err
	}
	text, err := cipher.Decrypt(sealed, linkBound)
	if err != nil {
		return l, wrong
	}
	for _, into := range []*int64{&l.customerID, &l.createdAt, &l.expires} {
		value, n := binary.Varint(text)
		if n <= 0 {
			return l, wrong
		}
		*into, text = value, text[n:]
	}
	l.purpose, l.channel, _ = strings.Cut(string(text), "/")
	if clock.Now(ctx).Unix() > l.expires {
		return l, wrong
	}
	return l, nil
}

// holder gives the customer a link is about, or the one she was merged into; also one that staff have deleted, for what is
// kept about her is kept all the same. Fault: not found.
func (l preferenceLink) holder(ctx context.Context, from bun.IDB) (*Customer, error) {
	type row struct {
		Customer
		MergedInto *int64 `bun:"merged_into"`
	}
	id := l.customerID
	for first := true; ; first = false {
		var rows []row
		if err := from.NewRaw("select "+customerColumns+", merged_into from customers where id = ?", id).Scan(ctx, &rows); err != nil {
			return nil, err
		}
		if len(rows) == 0 || first && rows[0].CreatedAt != l.createdAt {
			return nil, fault.NotFound("link", "")
		}
		if rows[0].MergedInto == nil {
			return &rows[0].Customer, nil
		}
		id = *rows[0].MergedInto
	}
}

// PublishedAt says under which address people reach the program; customers' own links begin with it.
func (s *Store) PublishedAt(url string) { s.publicURL = strings.TrimSuffix(url, "/") }

// Unsubscribe are the headers of RFC 8058 that a message to a customer carries.
type Unsubscribe struct {
	Link    string    `json:"link" doc:"the customer's own page"`
	Header  string    `json:"list_unsubscribe" doc:"value of List-Unsubscribe"`
	Post    string    `json:"list_unsubscribe_post" doc:"value of List-Unsubscribe-Post"`
	Expires time.Time `json:"expires_at"`
}

// PreferenceLink makes a customer's own link, for a message of a purpose on a channel or ("", "") for no message. Any number
// of them works at once; they end by themselves and with the customer. Faults: not found, unavailable.
func (s *Store) PreferenceLink(ctx context.Context, from bun.IDB, customerID int64, purpose, channel string) (*Unsubscribe, error) {
	settings, err := privacyOf(ctx, from)
	if err != nil {
		return nil, err
	}
	var created []int64
	if err := from.NewRaw("select c.created_at from customers c where c.id = ? and "+living, customerID).Scan(ctx, &created); err != nil {
		return nil, err
	}
	if len(created) == 0 {
		return nil, fault.NotFound("customer", customerID)
	}
	expires := clock.Now(ctx).AddDate(0, 0, settings.LinkDays)
	token, err := preferenceLink{customerID, created[0], expires.Unix(), purpose, channel}.token(ctx)
	if err != nil {
		return nil, err
	}
	link := s.publicURL + preferencePath + token
	return &Unsubscribe{Link: link, Header: "<" + link + "/unsubscribe>", Post: oneClick, Expires: expires.UTC().Truncate(time.Second)}, nil
}

func (s *Store) registerPreferences(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/preference-link", Permission: "customers.write", Tag: "consents",
		Summary: "Make a customer's own link: what she agrees to, a copy of her data, erasure; to be given to nobody else"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Purpose string `json:"purpose,omitempty" maxLength:"40" doc:"of the message it will stand in"`
				Channel string `json:"channel,omitempty" enum:"email,sms,wechat,phone,post"`
			}
		}) (*struct{ Body *Unsubscribe }, error) {
			c, err := s.find(ctx, s.records, int64(in.ID))
			if err != nil {
				return nil, err
			}
			if in.Body.Purpose != "" && findPurpose(s.purposes.All(), in.Body.Purpose) == nil {
				return nil, fault.Invalid("purpose", "purpose_unknown", in.Body.Purpose)
			}
			link, err := s.PreferenceLink(ctx, s.records.Read(), c.ID, in.Body.Purpose, in.Body.Channel)
			if err != nil {
				return nil, err
			}
			return &struct{ Body *Unsubscribe }{link}, s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return guard.Audit(ctx, tx, "customer.link_made", "customer", strconv.FormatInt(c.ID, 10), map[string]any{"name": c.Name})
			})
		})
}
