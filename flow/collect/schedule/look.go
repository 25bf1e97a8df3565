package schedule

import (
	"context"
	"errors"
	"time"

	"guanxi/base/api"
)

// Probe is a place to be looked at before a schedule uses it.
type Probe struct {
	Direction string  `json:"direction" enum:"in,out"`
	Place     Place   `json:"place"`
	Secret    *Secret `json:"secret,omitempty"`
	Schedule  *api.ID `json:"schedule_id,omitempty" doc:"take the secret of this schedule where none is given and host, port and login are the same"`
}

// Looked is what was found at a place.
type Looked struct {
	OK      bool   `json:"ok"`
	Code    string `json:"code,omitempty"`
	Detail  string `json:"detail,omitempty"`
	HostKey string `json:"host_key,omitempty" doc:"sftp: the key that the server shows, to be compared and confirmed"`
	Files   []Seen `json:"files" doc:"in: some of those that fit"`
	Count   int    `json:"count" doc:"in: how many fit"`
}

// lookTime bounds a look at a place.
const lookTime = 45 * time.Second

// Look tries a place as a schedule would use it. An SFTP server whose key was not confirmed only shows its key: nothing is
// said to it. Faults: invalid, forbidden, not found.
func (s *Schedules) Look(ctx context.Context, p Probe) (found Looked, err error) {
	found.Files = []Seen{}
	if err := s.mayRun(ctx, &Schedule{Direction: p.Direction}); err != nil {
		return found, err
	}
	if err := p.Place.check(p.Direction); err != nil {
		return found, err
	}
	secret := Secret{}
	if p.Secret != nil {
		secret = *p.Secret
	}
	if p.Schedule != nil && secret == (Secret{}) {
		of, err := findSchedule(ctx, s.records.Read(), int64(*p.Schedule))
		if err != nil {
			return found, err
		}
		if err := s.mayRun(ctx, &of); err != nil {
			return found, err
		}
		if of.place().about() == p.Place.about() {
			if secret, err = s.secretOf(ctx, &of); err != nil {
				return found, err
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if err := s.lookAt(ctx, p, secret, &found); err != nil {
		var place *PlaceError
		switch {
		case errors.As(err, &place):
			found.Code, found.Detail = place.Code, place.Detail
		case ctx.Err() != nil:
			found.Code = "place_silent"
		default:
			return found, err
		}
		if found.Code == "host_key_changed" {
			found.HostKey = found.Detail
		}
		return found, nil
	}
	found.OK = true
	return found, nil
}

const shownFiles = 10

func (s *Schedules) lookAt(ctx context.Context, p Probe, secret Secret, found *Looked) error {
	if p.Place.Type == SFTP && p.Place.HostKey == "" {
		key, err := hostKey(ctx, s.Dialer, p.Place)
		if err != nil {
			return err
		}
		found.HostKey = key
		return &PlaceError{Code: "host_key_needed"}
	}
	at, err := s.open(ctx, p.Place, secret, p.Direction)
	if err != nil {
		return err
	}
	defer at.Close()
	files, err := at.look(ctx)
	if err != nil {
		return err
	}
	if p.Direction == In {
		found.Count, found.Files = len(files), files[:min(len(files), shownFiles)]
		if found.Files == nil {
			found.Files = []Seen{}
		}
	}
	found.HostKey = p.Place.HostKey
	return nil
}
