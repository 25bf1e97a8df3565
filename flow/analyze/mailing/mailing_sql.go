package mailing

import (
	"context"
	"maps"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const selected = `select m.id, m.name, m.subject, m.repeat, m.recipients, m.format, m.active, m.staff_id, s.name as staff_name, m.next_at, m.sent_at, m.said, m.version
from mailings m
left join staff s on s.id = m.staff_id
where `

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

func where(ctx context.Context, from bun.IDB, text string, args ...any) (all []*Mailing, err error) {
	err = from.NewRaw(selected+text, args...).Scan(ctx, &all)
	return all, err
}

func byID(ctx context.Context, from bun.IDB, id int64, deleted bool) (*Mailing, error) {
	found, err := where(ctx, from, "m.id = ? and (m.deleted_at is not null) = ?", id, deleted)
	if err == nil && len(found) == 0 {
		err = fault.NotFound("mailing", id)
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// mine gives a mailing that who asks may change; version 0 is any. Faults: not found, stale, forbidden.
func mine(ctx context.Context, from bun.IDB, id, version int64, deleted bool) (*Mailing, error) {
	of, err := byID(ctx, from, id, deleted)
	switch {
	case err != nil:
		return nil, err
	case !of.seenBy(ctx):
		return nil, fault.NotFound("mailing", id)
	case !of.changeable(ctx):
		return nil, fault.Forbidden("mailing_of_another")
	case version != 0 && of.Version != version:
		return nil, fault.Stale()
	}
	return of, nil
}

func insert(ctx context.Context, tx *db.Tx, of *Mailing) error {
	now := clock.Millis(ctx)
	_, err := tx.Do(ctx, "insert into mailings (id, name, subject, repeat, recipients, format, active, staff_id, next_at, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		of.ID, of.Name, of.Subject, of.Repeat, of.Recipients, of.Format, of.Active, of.StaffID, of.NextAt, now, now)
	return err
}

func update(ctx context.Context, tx *db.Tx, of *Mailing) error {
	_, err := tx.Do(ctx, "update mailings set name = ?, subject = ?, repeat = ?, recipients = ?, format = ?, active = ?, next_at = ?, updated_at = ?, version = version + 1 where id = ?",
		of.Name, of.Subject, of.Repeat, of.Recipients, of.Format, of.Active, of.NextAt, clock.Millis(ctx), of.ID)
	return err
}

// markDeleted takes a mailing away or brings it back; what was due meanwhile is not made up for.
func markDeleted(ctx context.Context, tx *db.Tx, of *Mailing, deleted bool) error {
	d, err := of.draft()
	if err != nil {
		return err
	}
	now := clock.Millis(ctx)
	var at *int64
	if deleted {
		at = &now
	}
	_, err = tx.Do(ctx, "update mailings set deleted_at = ?, next_at = ?, version = version + 1 where id = ?", at, d.Repeat.nextOf(ctx), of.ID)
	return err
}

func stop(ctx context.Context, tx *db.Tx, id, staff int64, on bool) error {
	if !on {
		_, err := tx.Do(ctx, "delete from mailing_stops where mailing_id = ? and staff_id = ?", id, staff)
		return err
	}
	_, err := tx.Do(ctx, "insert into mailing_stops (mailing_id, staff_id, created_at) values (?, ?, ?) on conflict do nothing", id, staff, clock.Millis(ctx))
	return err
}

// stopped gives who wants no more of which mailing.
func stopped(ctx context.Context, from bun.IDB) (map[int64][]int64, error) {
	var rows []struct {
		Mailing int64 `bun:"mailing_id"`
		Staff   int64 `bun:"staff_id"`
	}
	err := from.NewRaw("select mailing_id, staff_id from mailing_stops order by mailing_id, staff_id").Scan(ctx, &rows)
	of := map[int64][]int64{}
	for _, r := range rows {
		of[r.Mailing] = append(of[r.Mailing], r.Staff)
	}
	return of, err
}

func audit(ctx context.Context, tx *db.Tx, act string, of *Mailing, more map[string]any) error {
	summary := map[string]any{"name": of.Name, "subject": of.Subject}
	maps.Copy(summary, more)
	return guard.Audit(ctx, tx, act, "mailing", itoa(of.ID), summary)
}
