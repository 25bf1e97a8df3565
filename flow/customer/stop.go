package customer

import (
	"context"
	"slices"
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

// stop is a hard stop on a contact point for a channel: nothing goes there whatever anybody has agreed to, and whoever
// comes in with it, by import, by hand or after having been erased, has it too. Only its keyed hash is kept.
type stop struct {
	Mark    string `bun:"mark" json:"mark"`
	Channel string `bun:"channel" json:"channel"`
	Reason  string `bun:"reason" json:"reason"`
	Note    string `bun:"note" json:"note"`
	StaffID *int64 `bun:"staff_id" json:"staff_id"`
	Since   int64  `bun:"since" json:"since"`
}

const stopColumns = "mark, channel, reason, note, staff_id, since"

func (s stop) insert(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Do(ctx, "insert into contact_stops ("+stopColumns+") values (?, ?, ?, ?, ?, ?) on conflict (mark, channel) do nothing",
		s.Mark, s.Channel, s.Reason, s.Note, s.StaffID, s.Since)
	return err
}

// stopped gives the channels that contact points are stopped for, by mark.
func stoppedChannels(ctx context.Context, tx bun.IDB, marks []string) (map[string][]string, error) {
	found := map[string][]string{}
	err := inChunks(marks, lookUpChunk, func(chunk []string) error {
		var rows []stop
		err := tx.NewRaw("select "+stopColumns+" from contact_stops where mark in (?) order by mark, channel", bun.List(chunk)).Scan(ctx, &rows)
		for _, r := range rows {
			found[r.Mark] = append(found[r.Mark], r.Channel)
		}
		return err
	})
	return found, err
}

// StopInput says why nothing more goes to a contact point.
type StopInput struct {
	Channels []string `json:"channels,omitempty" enum:"email,sms,wechat,phone" doc:"all that it serves when absent"`
	Reason   string   `json:"reason" enum:"complaint,bounce,law,request"`
	Note     string   `json:"note,omitempty" maxLength:"300"`
}

// point reads one contact point of a customer within the reader's scope.
func (s *Store) point(ctx context.Context, tx *db.Tx, customerID, pointID int64) (ContactPoint, error) {
	var points []ContactPoint
	if err := tx.NewRaw("select "+contactColumns+" from contact_points where id = ? and customer_id = ?", pointID, customerID).Scan(ctx, &points); err != nil {
		return ContactPoint{}, err
	}
	if len(points) == 0 {
		return ContactPoint{}, fault.NotFound("contact_point", pointID)
	}
	if !guard.FieldsOf(ctx, noun).CanWrite(points[0].Kind) {
		return ContactPoint{}, fault.Forbidden("field_not_writable", points[0].Kind)
	}
	return points[0], nil
}

// Stop puts a contact point on the list of those never to be used, for everybody who has it. Faults: not found, invalid,
// forbidden, unavailable (no keys).
func (s *Store) Stop(ctx context.Context, customerID, pointID int64, in StopInput) error {
	return s.setStops(ctx, customerID, pointID, "customer.contact_stopped", func(ctx context.Context, tx *db.Tx, mark string, p ContactPoint) error {
		channels := in.Channels
		if len(channels) == 0 {
			channels = channelsOf[p.Kind]
		}
		for _, channel := range channels {
			if !slices.Contains(channelsOf[p.Kind], channel) {
				return fault.Invalid("channels", "channel_not_of_contact", channel)
			}
			if err := (stop{mark, channel, in.Reason, trimmed(in.Note), actingStaff(ctx), clock.Millis(ctx)}).insert(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}, map[string]any{"reason": in.Reason})
}

// Unstop takes a contact point off the list. Faults: not found, forbidden, unavailable.
func (s *Store) Unstop(ctx context.Context, customerID, pointID int64) error {
	return s.setStops(ctx, customerID, pointID, "customer.contact_released", func(ctx context.Context, tx *db.Tx, mark string, _ ContactPoint) error {
		n, err := tx.Do(ctx, "delete from contact_stops where mark = ?", mark)
		if err == nil && n == 0 {
			err = fault.NotFound("stop", pointID)
		}
		return err
	}, map[string]any{})
}

func (s *Store) setStops(ctx context.Context, customerID, pointID int64, action string, set func(ctx context.Context, tx *db.Tx, mark string, p ContactPoint) error, told map[string]any) error {
	m, err := markerOf(ctx)
	if err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.find(ctx, tx, customerID)
		if err != nil {
			return err
		}
		p, err := s.point(ctx, tx, customerID, pointID)
		if err != nil {
			return err
		}
		mark, err := m.contact(p)
		if err != nil {
			return err
		}
		if err := set(ctx, tx, mark, p); err != nil {
			return err
		}
		now, err := stoppedChannels(ctx, tx, []string{mark})
		if err != nil {
			return err
		}
		var holders []int64
		if err := tx.NewRaw("update contact_points set stopped = ? where kind = ? and value = ? returning customer_id", strings.Join(now[mark], ","), p.Kind, p.Value).Scan(ctx, &holders); err != nil {
			return err
		}
		tx.Feed("customers", holders...)
		told["name"], told["field"], told["value"], told["channels"] = c.Name, p.Kind, mask(p.Kind, p.Value), now[mark]
		return guard.Audit(ctx, tx, action, "customer", strconv.FormatInt(customerID, 10), told)
	})
}

// StopView is why a contact point is not used.
type StopView struct {
	Channel string    `json:"channel"`
	Reason  string    `json:"reason" enum:"complaint,bounce,law,request"`
	Note    string    `json:"note,omitempty"`
	Since   time.Time `json:"since"`
}

// stopsOf tells why contact points of a customer are not used, by their id.
func (s *Store) stopsOf(ctx context.Context, points []ContactPoint) (map[int64][]StopView, error) {
	found := map[int64][]StopView{}
	if secret.Of(ctx) == nil {
		return found, nil
	}
	var m *marker
	for _, p := range points {
		if p.Stopped == "" {
			continue
		}
		if m == nil {
			made, err := markerOf(ctx)
			if err != nil {
				return nil, err
			}
			m = &made
		}
		mark, err := m.contact(p)
		if err != nil {
			return nil, err
		}
		var rows []stop
		if err := s.records.Read().NewRaw("select "+stopColumns+" from contact_stops where mark = ? order by channel", mark).Scan(ctx, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[p.ID] = append(found[p.ID], StopView{r.Channel, r.Reason, r.Note, instant(r.Since)})
		}
	}
	return found, nil
}

// Pointed names one contact point of a customer in a path.
type Pointed struct {
	ID    api.ID `path:"id"`
	Point api.ID `path:"point"`
}

func (s *Store) registerStops(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/contact-points/{point}/stop", Permission: "customers.write", Tag: "consents",
		Summary: "Never use a contact point again, whoever has it and whatever was agreed to"},
		func(ctx context.Context, in *struct {
			Pointed
			Body StopInput
		}) (*customerOutput, error) {
			if err := s.Stop(ctx, int64(in.ID), int64(in.Point), in.Body); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/customers/{id}/contact-points/{point}/stop", Permission: "privacy.write", Tag: "consents", Status: 204,
		Summary: "Take a contact point off the list of those never to be used"},
		func(ctx context.Context, in *Pointed) (*struct{}, error) {
			return nil, s.Unstop(ctx, int64(in.ID), int64(in.Point))
		})
}

// markStopped puts the stops of the contact points with these marks on their rows.
func markStopped(ctx context.Context, tx *db.Tx, points []ContactPoint, marks []string) error {
	stops, err := stoppedChannels(ctx, tx, marks)
	if err != nil || len(stops) == 0 {
		return err
	}
	for i, p := range points {
		if channels := stops[marks[i]]; len(channels) > 0 {
			if _, err := tx.Do(ctx, "update contact_points set stopped = ? where kind = ? and value = ? and customer_id = ?",
				strings.Join(channels, ","), p.Kind, p.Value, p.CustomerID); err != nil {
				return err
			}
		}
	}
	return nil
}

// stopAgain puts the stops in force on contact points that were brought back as they had been.
func stopAgain(ctx context.Context, tx *db.Tx, points []ContactPoint) error {
	if len(points) == 0 || secret.Of(ctx) == nil {
		return nil
	}
	m, err := markerOf(ctx)
	if err != nil {
		return err
	}
	marks := make([]string, len(points))
	for i, p := range points {
		if marks[i], err = m.contact(p); err != nil {
			return err
		}
	}
	return markStopped(ctx, tx, points, marks)
}

// stopListed puts stops that an older state of the records does not know back, on the list and on contact points.
func stopListed(ctx context.Context, tx *db.Tx, m marker, stops []stop) error {
	if len(stops) == 0 {
		return nil
	}
	for _, s := range stops {
		if err := s.insert(ctx, tx); err != nil {
			return err
		}
	}
	for after := int64(0); ; {
		var points []ContactPoint
		if err := tx.NewRaw("select "+contactColumns+" from contact_points where id > ? order by id limit ?", after, lookUpChunk).Scan(ctx, &points); err != nil || len(points) == 0 {
			return err
		}
		marks := make([]string, len(points))
		for i, p := range points {
			var err error
			if marks[i], err = m.contact(p); err != nil {
				return err
			}
		}
		if err := markStopped(ctx, tx, points, marks); err != nil {
			return err
		}
		after = points[len(points)-1].ID
	}
}
