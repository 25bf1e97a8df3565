package customer

import (
	"context"
	"encoding/hex"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
	secret "guanxi/base/keys"
)

// marker makes keyed hashes: nobody without the key file can tell, or guess, whose they are.
type marker struct{ namer secret.Namer }

// markerOf gives the marker of the instance. Fault: unavailable, where its keys are not known.
func markerOf(ctx context.Context) (marker, error) {
	k := secret.Of(ctx)
	if k == nil {
		return marker{}, fault.Unavailable("keys_missing", nil)
	}
	namer, err := k.Namer("persons")
	return marker{namer}, err
}

func (m marker) mark(parts ...string) (string, error) {
	text := []byte{}
	for _, p := range parts {
		text = append(strconv.AppendInt(text, int64(len(p)), 10), ':')
		text = append(text, p...)
	}
	name, err := m.namer.Name(text)
	return hex.EncodeToString(name), err
}

// customer gives the mark of a customer's record. With its instant of creation, which another one that gets the same id
// after a restore does not share.
func (m marker) customer(id, createdAt int64) (string, error) {
	return m.mark("customer", strconv.FormatInt(id, 10), strconv.FormatInt(createdAt, 10))
}

func (m marker) contact(p ContactPoint) (string, error) { return m.mark("contact", p.Kind, p.Value) }

// channelsOf are the channels that a contact point is reached by.
var channelsOf = map[string][]string{ContactPhone: {"phone", "sms"}, ContactEmail: {"email"}, ContactWeChat: {"wechat"}}

// suppressedSource is the source of a no that was said before the customer was erased.
const suppressedSource = "suppression"

type suppression struct {
	Mark    string `bun:"mark" json:"mark"`
	Purpose string `bun:"purpose" json:"purpose"`
	Channel string `bun:"channel" json:"channel"`
	Since   int64  `bun:"since" json:"since"`
}

// suppressions gives what must outlive the person: the last word of hers for a purpose and channel, where it is a no, for
// each contact point that it holds for.
func (p *person) suppressions(m marker) ([]suppression, error) {
	last := map[[2]string]Consent{}
	for _, c := range p.consents { // of each customer oldest first; of several the newest holds
		if key := [2]string{c.Purpose, c.Channel}; last[key].HappenedAt <= c.HappenedAt {
			last[key] = c
		}
	}
	var all []suppression
	for _, point := range p.contacts {
		mark, err := m.contact(point)
		if err != nil {
			return nil, err
		}
		for _, channel := range channelsOf[point.Kind] {
			for key, c := range last {
				if key[1] == channel && !c.Granted {
					all = append(all, suppression{mark, c.Purpose, channel, c.HappenedAt})
				}
			}
		}
	}
	return all, nil
}

func keepSuppressions(ctx context.Context, tx *db.Tx, all []suppression) error {
	for _, s := range all {
		if _, err := tx.Do(ctx, "insert into suppressions (mark, purpose, channel, since) values (?, ?, ?, ?) on conflict (mark, purpose, channel) do nothing",
			s.Mark, s.Purpose, s.Channel, s.Since); err != nil {
			return err
		}
	}
	return nil
}

// honour writes a no for new contact points that somebody who was erased had said it for: whoever comes in with them again
// is not written to until she agrees anew. It comes after what came in with them, so that a list brought in does not
// overrule her.
func honour(ctx context.Context, tx *db.Tx, points []ContactPoint, now int64) error {
	if len(points) == 0 || secret.Of(ctx) == nil {
		return nil
	}
	var any []int
	if err := tx.Ask(ctx, &any, "select 1 from suppressions union all select 1 from contact_stops limit 1"); err != nil || len(any) == 0 {
		return err
	}
	m, err := markerOf(ctx)
	if err != nil {
		return err
	}
	customers := map[string][]int64{}
	marks := make([]string, len(points))
	for i, p := range points {
		if marks[i], err = m.contact(p); err != nil {
			return err
		}
		customers[marks[i]] = append(customers[marks[i]], p.CustomerID)
	}
	if err := markStopped(ctx, tx, points, marks); err != nil {
		return err
	}
	return inChunks(marks, lookUpChunk, func(chunk []string) error {
		var found []suppression
		if err := tx.NewRaw("select mark, purpose, channel, since from suppressions where mark in (?) order by mark, purpose, channel", bun.List(chunk)).Scan(ctx, &found); err != nil {
			return err
		}
		for _, s := range found {
			for _, customer := range customers[s.Mark] {
				if err := insertConsents(ctx, tx, []Consent{{CustomerID: customer, Purpose: s.Purpose, Channel: s.Channel, Proof: "said on " + instantText(s.Since),
					Source: suppressedSource, HappenedAt: now}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
