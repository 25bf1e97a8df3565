package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/api"
)

// Reach says whether a customer may be reached, and why.
type Reach struct {
	OK     bool
	Reason string
}

// The reasons for which a customer may or may not be reached.
const (
	ReachAgreed     = "agreed"            // her last word is a yes, and it covers the present notice
	ReachOtherBasis = "basis"             // the purpose does not rest on consent, and she has not refused
	ReachGone       = "customer_gone"     // erased, deleted, or merged into somebody else
	ReachNoPurpose  = "purpose_unknown"   // not a purpose in use
	ReachNotAsked   = "channel_not_asked" // the purpose is not asked for on this channel
	ReachNoContact  = "contact_gone"      // not one of her contact points, or not one for this channel
	ReachInvalid    = "contact_invalid"   // nothing can be sent to it
	ReachStopped    = "stopped"           // on the list of those never to be written to, whatever she agreed to
	ReachRefused    = "refused"           // her last word is a no
	ReachSilent     = "never_agreed"      // she has said nothing, and silence is a no
	ReachAskAgain   = "ask_again"         // she agreed to an earlier notice that does not cover the present one
)

// MayReach says whether a customer may be reached for a purpose on a channel by one of her contact points (0 for post, which
// goes to her address). Whatever sends must ask it in the transaction that marks a message in flight, together with
// workspace.Held: what was true when a list was made may not be true any more.
func MayReach(ctx context.Context, tx bun.IDB, customerID, contactPointID int64, purpose, channel string) (Reach, error) {
	no := func(reason string) (Reach, error) { return Reach{Reason: reason}, nil }
	var customers []struct {
		Address string `bun:"address"`
	}
	if err := tx.NewRaw("select address from customers where id = ? and deleted_at is null and merged_into is null", customerID).Scan(ctx, &customers); err != nil {
		return Reach{}, err
	}
	if len(customers) == 0 {
		return no(ReachGone)
	}
	if channel == "post" {
		if customers[0].Address == "" {
			return no(ReachNoContact)
		}
	} else {
		var points []ContactPoint
		if err := tx.NewRaw("select "+contactColumns+" from contact_points where id = ? and customer_id = ?", contactPointID, customerID).Scan(ctx, &points); err != nil {
			return Reach{}, err
		}
		if len(points) == 0 || !slices.Contains(channelsOf[points[0].Kind], channel) {
			return no(ReachNoContact)
		}
		if reason := points[0].unusable(channel); reason != "" {
			return no(reason)
		}
	}
	all, err := loadPurposes(ctx, tx)
	if err != nil {
		return Reach{}, err
	}
	p := findPurpose(all, purpose)
	if p == nil || p.Archived {
		return no(ReachNoPurpose)
	}
	var said []Consent
	if err := tx.NewRaw("select "+consentColumns+`
from consents
where customer_id = ? and purpose = ? and channel = ?
order by happened_at desc, id desc
limit 1`, customerID, purpose, channel).Scan(ctx, &said); err != nil {
		return Reach{}, err
	}
	return p.reached(channel, said), nil
}

// unusable says why a contact point must not be used for a channel, "" when it may.
func (p *ContactPoint) unusable(channel string) string {
	switch {
	case p.State != ContactOK:
		return ReachInvalid
	case slices.Contains(strings.Split(p.Stopped, ","), channel):
		return ReachStopped
	}
	return ""
}

// reached judges by what was said last (none or one).
func (p *Purpose) reached(channel string, said []Consent) Reach {
	switch {
	case !p.Asks(channel):
		return Reach{Reason: ReachNotAsked}
	case len(said) > 0 && !said[0].Granted:
		return Reach{Reason: ReachRefused}
	case p.Basis != BasisConsent:
		return Reach{OK: true, Reason: ReachOtherBasis}
	case len(said) == 0:
		return Reach{Reason: ReachSilent}
	case !p.Covered(said[0].Notice, said[0].HappenedAt):
		return Reach{Reason: ReachAskAgain}
	}
	return Reach{OK: true, Reason: ReachAgreed}
}

// ReachView is one answer of MayReach, as the customer's page shows it.
type ReachView struct {
	Purpose string  `json:"purpose"`
	Channel string  `json:"channel"`
	Contact *api.ID `json:"contact_point_id" doc:"null for post, and where she has none for the channel"`
	OK      bool    `json:"ok"`
	Reason  string  `json:"reason" enum:"agreed,basis,purpose_unknown,channel_not_asked,contact_gone,contact_invalid,stopped,refused,never_agreed,ask_again"`
}

// Reaches answers MayReach for every purpose and channel, by the first contact point that can be used. Fault: not found.
func (s *Store) Reaches(ctx context.Context, id int64) ([]ReachView, error) {
	c, err := s.find(ctx, s.records, id)
	if err != nil {
		return nil, err
	}
	points, err := contactsOf(ctx, s.records.Read(), []int64{id})
	if err != nil {
		return nil, err
	}
	said, err := consentsOf(ctx, s.records.Read(), []int64{id})
	if err != nil {
		return nil, err
	}
	last := standing(said)
	views := []ReachView{}
	for _, p := range s.purposes.All() {
		if p.Archived {
			continue
		}
		for _, channel := range p.Channels {
			v := ReachView{Purpose: p.Key, Channel: channel}
			at := slices.IndexFunc(last, func(c Consent) bool { return c.Purpose == p.Key && c.Channel == channel })
			word := []Consent{}
			if at >= 0 {
				word = last[at : at+1]
			}
			r := p.reached(channel, word)
			if contact, reason := by(c, points, channel); reason != "" {
				r = Reach{Reason: reason}
			} else if contact != nil {
				v.Contact = (*api.ID)(&contact.ID)
			}
			v.OK, v.Reason = r.OK, r.Reason
			views = append(views, v)
		}
	}
	return views, nil
}

// by gives the contact point that a channel reaches her by, or why there is none.
func by(c *storedCustomer, points []ContactPoint, channel string) (*ContactPoint, string) {
	if channel == "post" {
		if c.Address == "" {
			return nil, ReachNoContact
		}
		return nil, ""
	}
	reason := ReachNoContact
	for i := range points {
		if !slices.Contains(channelsOf[points[i].Kind], channel) {
			continue
		}
		if reason = points[i].unusable(channel); reason == "" {
			return &points[i], ""
		}
	}
	return nil, reason
}

// ChannelsOf gives the channels that a contact point of a kind may be used for, without those it is stopped for.
func ChannelsOf(kind, stopped string) []string {
	channels := channelsOf[kind]
	if stopped == "" {
		return channels
	}
	return slices.DeleteFunc(slices.Clone(channels), func(c string) bool { return slices.Contains(strings.Split(stopped, ","), c) })
}

// Coverage tells whether a yes to a notice (0: unknown which) said at an instant holds for what its purpose is today.
func Coverage(ctx context.Context, from bun.IDB) (func(purpose string, notice, at int64) bool, error) {
	all, err := loadPurposes(ctx, from)
	return func(purpose string, notice, at int64) bool {
		p := findPurpose(all, purpose)
		if p == nil {
			return true
		}
		if notice == 0 {
			return p.Covered(nil, at)
		}
		return p.Covered(&notice, at)
	}, err
}
