package schedule

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// Draft is a schedule as people enter it.
type Draft struct {
	Name      string          `json:"name" minLength:"1" maxLength:"100"`
	Direction string          `json:"direction" enum:"in,out" doc:"in: files are imported; out: a table is taken out"`
	Kind      string          `json:"kind" maxLength:"40" doc:"in: as POST /imports; out: as POST /exports"`
	MappingID *api.ID         `json:"mapping_id,omitempty" doc:"in: of GET /imports/mappings; guessed from the headers of each file when absent"`
	Mode      collect.Mode    `json:"mode,omitempty" enum:"create,update,upsert" default:"upsert"`
	Assign    *collect.Assign `json:"assign,omitempty" doc:"in: whose new customers are; as the mapping says when absent"`
	Export    *Content        `json:"export,omitempty" doc:"out: what is taken out"`
	Place     Place           `json:"place"`
	Secret    *Secret         `json:"secret,omitempty" doc:"absent: as it is, unless host, port or login change"`
	Repeat    Repeat          `json:"repeat"`
	Notify    []string        `json:"notify,omitempty" maxItems:"50" doc:"who is told by mail how it went: me, or ids of staff"`
	Active    *bool           `json:"active,omitempty" doc:"true when absent"`
}

// apply checks a draft and puts it into of; before is what there was, the zero Schedule for a new one. Faults: invalid,
// forbidden, not found.
func (s *Schedules) apply(ctx context.Context, of *Schedule, d Draft) error {
	if d.Name = strings.TrimSpace(d.Name); d.Name == "" || strings.ContainsAny(d.Name, "\r\n\x00") {
		return fault.Invalid("name", "required")
	}
	if of.ID != 0 && of.Direction != d.Direction {
		return fault.Invalid("direction", "schedule_direction_fixed")
	}
	if err := d.Repeat.check(); err != nil {
		return err
	}
	if err := d.Place.check(d.Direction); err != nil {
		return err
	}
	if d.Place.Type == SFTP && d.Place.HostKey == "" {
		return fault.Invalid("place.host_key", "host_key_needed")
	}
	of.Name, of.Direction, of.Kind, of.Mode, of.Assign, of.Content, of.MappingID = d.Name, d.Direction, d.Kind, d.Mode, "", "{}", nil
	if of.Mode == "" {
		of.Mode = collect.ModeUpsert
	}
	if err := s.applyContent(ctx, of, d); err != nil {
		return err
	}
	if err := s.applySecret(ctx, of, d); err != nil {
		return err
	}
	to, err := mails.Recipients(ctx, s.records.Read(), "notify", d.Notify)
	if err != nil {
		return err
	}
	actor := guard.ActorOf(ctx)
	of.Place, of.Repeat, of.ReportTo, of.Actor = jsonText(d.Place), jsonText(d.Repeat), mails.Stored(to), jsonText(actor)
	of.StaffID = nil
	if actor.StaffID != 0 {
		of.StaffID = &actor.StaffID
	}
	now := millis(ctx)
	of.NextAt = d.Repeat.next(now, now, workspace.Of(ctx))
	of.Active = d.Active == nil || *d.Active
	return nil
}

func (s *Schedules) applyContent(ctx context.Context, of *Schedule, d Draft) error {
	if d.Direction == Out {
		c := Content{}
		if d.Export != nil {
			c = *d.Export
		}
		of.Content = jsonText(c)
		return s.Outgoing.Check(ctx, d.Kind, c)
	}
	if _, err := s.imports.KindNamed(d.Kind); err != nil {
		return err
	}
	switch of.Mode {
	case collect.ModeCreate, collect.ModeUpdate, collect.ModeUpsert:
	default:
		return fault.Invalid("mode", "not_one_of", "create, update, upsert")
	}
	if d.MappingID != nil {
		m := int64(*d.MappingID)
		kind, err := s.imports.KindOfMapping(ctx, m)
		if err != nil || kind != d.Kind {
			return fault.Invalid("mapping_id", "mapping_of_another_kind")
		}
		of.MappingID = &m
	}
	if d.Assign != nil {
		if err := d.Assign.Check(ctx, s.records.Read()); err != nil {
			return err
		}
		of.Assign = jsonText(d.Assign)
	}
	return nil
}

// applySecret seals a secret that is given. One that is not stays, unless it would be shown elsewhere than it was given for.
func (s *Schedules) applySecret(ctx context.Context, of *Schedule, d Draft) (err error) {
	kept := of.Secret
	if of.place().about() != d.Place.about() || d.Place.Type == Folder {
		kept = ""
	}
	of.Secret = kept
	if d.Secret != nil && *d.Secret != (Secret{}) && d.Place.Type != Folder {
		if strings.ContainsAny(d.Secret.Password, "\r\n\x00") {
			return fault.Invalid("secret.password", "line_break")
		}
		if d.Place.Type == SFTP {
			if _, err := d.Secret.auth(); err != nil {
				return err
			}
		}
		of.Secret, err = keys.Seal(ctx, purpose, jsonText(d.Secret), d.Place.about())
		return err
	}
	if of.Secret == "" && d.Place.Type == SFTP {
		return fault.Invalid("secret.password", "required")
	}
	return nil
}

// Create makes a schedule. Faults: invalid; forbidden; conflict for a name that is taken.
func (s *Schedules) Create(ctx context.Context, d Draft) (of Schedule, err error) {
	if err := s.apply(ctx, &of, d); err != nil {
		return of, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.nameFree(ctx, tx, of.Name, 0); err != nil {
			return err
		}
		of.CreatedAt, of.Version = millis(ctx), 1
		if err := insertSchedule(ctx, tx, &of); err != nil {
			return err
		}
		return auditSchedule(ctx, tx, "schedule.created", &of)
	})
	return of, err
}

func (s *Schedules) nameFree(ctx context.Context, tx *db.Tx, name string, except int64) error {
	var taken int
	if err := tx.NewRaw("select count(*) from schedules where name = ? and id <> ?", name, except).Scan(ctx, &taken); err != nil {
		return err
	}
	if taken > 0 {
		return fault.Conflict("name_taken", name)
	}
	return nil
}

// Change changes a schedule; from then on it acts with the rights of who changes it. Faults: invalid; not found; forbidden;
// stale; conflict for a name that is taken.
func (s *Schedules) Change(ctx context.Context, id int64, ifMatch string, d Draft) (of Schedule, err error) {
	before, err := findSchedule(ctx, s.records.Read(), id)
	if err != nil {
		return of, err
	}
	if err := s.mayRun(ctx, &before); err != nil {
		return of, err
	}
	of = before
	if err := s.apply(ctx, &of, d); err != nil {
		return of, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := findSchedule(ctx, tx, id)
		if err != nil {
			return err
		}
		if now.Version != before.Version || ifMatch != "" && api.ETag(now.Version) != ifMatch {
			return fault.Stale()
		}
		if err := s.nameFree(ctx, tx, of.Name, id); err != nil {
			return err
		}
		if err := updateSchedule(ctx, tx, &of); err != nil {
			return err
		}
		if of, err = findSchedule(ctx, tx, id); err != nil {
			return err
		}
		return auditSchedule(ctx, tx, "schedule.changed", &of)
	})
	return of, err
}

// SetActive pauses a schedule or lets it go on; a run that is under way ends. Faults: not found, forbidden.
func (s *Schedules) SetActive(ctx context.Context, id int64, active bool) (of Schedule, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if of, err = findSchedule(ctx, tx, id); err != nil {
			return err
		}
		if err := s.mayRun(ctx, &of); err != nil {
			return err
		}
		now := millis(ctx)
		if _, err := tx.Do(ctx, "update schedules set active = ?, next_at = ?, retry_at = null, failures = 0, error_code = '', updated_at = ?, version = version + 1 where id = ?",
			active, of.repeat().next(now, now, workspace.Of(ctx)), now, id); err != nil {
			return err
		}
		if of, err = findSchedule(ctx, tx, id); err != nil {
			return err
		}
		return auditSchedule(ctx, tx, map[bool]string{true: "schedule.resumed", false: "schedule.paused"}[active], &of)
	})
	return of, err
}

// Delete forgets a schedule with its runs; what it imported stays. Faults: not found, forbidden.
func (s *Schedules) Delete(ctx context.Context, id int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := findSchedule(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayRun(ctx, &of); err != nil {
			return err
		}
		if err := deleteSchedule(ctx, tx, id); err != nil {
			return err
		}
		return auditSchedule(ctx, tx, "schedule.deleted", &of)
	})
}

// mayRun says whether whoever asks may have a hand in a schedule: who may not take tables out may not in one that does.
func (s *Schedules) mayRun(ctx context.Context, of *Schedule) error {
	if of.Direction == Out && !guard.ActorOf(ctx).Can("export") {
		return fault.Forbidden("not_permitted", "export")
	}
	return nil
}

func auditSchedule(ctx context.Context, tx *db.Tx, action string, of *Schedule) error {
	var assign any
	_ = json.Unmarshal([]byte(of.Assign), &assign)
	place := of.place()
	summary := map[string]any{"name": of.Name, "direction": of.Direction, "kind": of.Kind, "mode": of.Mode, "repeat": of.repeat(), "active": of.Active,
		"place": map[string]any{"type": place.Type, "host": place.Host, "path": place.Path, "pattern": place.Pattern, "host_key": place.HostKey}}
	if assign != nil {
		summary["assign"] = assign
	}
	if of.Direction == Out {
		summary["export"] = of.content()
	}
	return guard.Audit(ctx, tx, action, "schedule", strconv.FormatInt(of.ID, 10), summary)
}
