package mailing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/mail"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// recipient is a member of staff with the rights she has now.
type recipient struct {
	ID       int64  `bun:"id"`
	Name     string `bun:"name"`
	Role     string `bun:"role"`
	TeamID   *int64 `bun:"team_id"`
	Language string `bun:"language"`
}

// as gives a context in which the recipient asks.
func (r recipient) as(ctx context.Context) context.Context {
	return guard.With(ctx, guard.Actor{StaffID: r.ID, Name: r.Name, Role: r.Role, TeamID: r.TeamID})
}

// SendDue plans the mails of every mailing that is due; not while sending is held: then it stays due. One that fails for
// now is tried again at the next tick and does not stop the others.
func (m *Mailings) SendDue(ctx context.Context) error {
	if held, err := workspace.Held(ctx, m.records.Read()); err != nil || held != nil {
		return err
	}
	due, err := where(ctx, m.records.Read(), "m.active and m.deleted_at is null and m.next_at <= ? order by m.next_at, m.id limit 200", clock.Millis(ctx))
	if err != nil {
		return err
	}
	for _, of := range due {
		if err := m.send(ctx, of); err != nil {
			if ctx.Err() != nil {
				return err
			}
			api.Log(ctx).Error("a mailing could not be written", "mailing", of.ID, "error", err)
		}
	}
	return nil
}

// send writes a mailing for each of its recipients and plans it together with the next time.
func (m *Mailings) send(ctx context.Context, of *Mailing) error {
	d, err := of.draft()
	if err != nil {
		return err
	}
	to, err := m.recipients(ctx, of)
	if err != nil {
		return err
	}
	type written struct {
		to   recipient
		said mails.Report
	}
	var all []written
	said := []Told{}
	for _, r := range to {
		report, err := m.write(ctx, of, r)
		told := Told{Staff: r.ID}
		var why *fault.Error
		switch {
		case err == nil:
			all = append(all, written{r, *report})
		case errors.As(err, &why) && why.Kind != fault.KindInternal && why.Kind != fault.KindTooMany && why.Kind != fault.KindUnavailable:
			told.Code = why.Key // she may not read it any more, or it is gone
		default:
			return err
		}
		said = append(said, told)
	}
	text, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if held, err := workspace.Held(ctx, tx); err != nil || held != nil {
			return err
		}
		n, err := tx.Do(ctx, "update mailings set next_at = ?, sent_at = ?, said = ? where id = ? and next_at = ? and version = ? and deleted_at is null and active",
			d.Repeat.nextOf(ctx), clock.Millis(ctx), string(text), of.ID, of.NextAt, of.Version)
		if err != nil || n == 0 { // another was quicker, or it was changed meanwhile
			return err
		}
		for _, w := range all {
			if err := m.mails.Plan(ctx, tx, mails.Letter{Once: "mailing:" + itoa(of.ID) + ":" + itoa(of.NextAt), To: []int64{w.to.ID},
				Say: func(context.Context, string) mails.Report { return w.said }}); err != nil {
				return err
			}
		}
		return audit(ctx, tx, "mailing.sent", of, map[string]any{"told": said, "format": of.Format})
	})
}

// recipients gives those of a mailing who are still there and have not stopped it.
func (m *Mailings) recipients(ctx context.Context, of *Mailing) (all []recipient, err error) {
	to := mails.Of(of.Recipients)
	if len(to) == 0 {
		return nil, nil
	}
	stops, err := stopped(ctx, m.records.Read())
	if err != nil {
		return nil, err
	}
	err = m.records.Read().NewRaw("select id, name, role, team_id, language from staff where id in (?) and active order by id", bun.List(to)).Scan(ctx, &all)
	return slices.DeleteFunc(all, func(r recipient) bool { return slices.Contains(stops[of.ID], r.ID) }), err
}

var words = map[string][2]string{ // zh-CN, en-US
	"stop":   {"不再接收这份邮件", "Stop sending me this"},
	"footer": {"这封邮件由 Guanxi 关系按计划自动发送，数字只含你有权查看的客户。请勿回复。", "Sent by Guanxi on schedule; figures are of the customers you may see. Please do not reply."},
}

func word(name, language string) string {
	if language == "en-US" {
		return words[name][1]
	}
	return words[name][0]
}

// write gives a mailing as a recipient may read it, with the file if she may export.
func (m *Mailings) write(ctx context.Context, of *Mailing, r recipient) (*mails.Report, error) {
	ctx = r.as(ctx)
	language := r.Language
	if language == "" {
		language = workspace.Of(ctx).Language
	}
	paper, err := m.paper(ctx, of.Subject, language)
	if err != nil {
		return nil, err
	}
	said := paper.Report
	said.Subject, said.Passing, said.Stop, said.StopSay, said.Footer = said.Title, true, "/dashboards?tab=mail&stop="+itoa(of.ID), word("stop", language), word("footer", language)
	if of.Format != "" && paper.Header != nil && guard.ActorOf(ctx).Can("export") {
		said.File, err = file(ctx, of, paper)
	}
	return &said, err
}

// file writes the rows of a paper.
func file(ctx context.Context, of *Mailing, paper *Paper) (*mail.File, error) {
	var b bytes.Buffer
	w, err := sheet.New(&b, of.Format, paper.Header, true, sheet.Mark{Title: "Guanxi", By: guard.ActorOf(ctx).Name, ID: of.Name, At: clock.Now(ctx), Lines: []string{workspace.Of(ctx).Name + " · " + paper.Title}}, "")
	if err != nil {
		return nil, err
	}
	for _, row := range paper.Rows {
		if err := w.Row(row); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	kind := "text/csv; charset=utf-8"
	if of.Format == sheet.XLSX {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return &mail.File{Name: workspace.Of(ctx).Day(clock.Millis(ctx)) + "." + of.Format, Kind: kind, Content: b.Bytes()}, nil
}

// Try plans a mailing at once for who asks alone, whenever it is due. Faults: not found, conflict while sending is held.
func (m *Mailings) Try(ctx context.Context, id int64) error {
	of, err := byID(ctx, m.records.Read(), id, false)
	if err != nil || !of.seenBy(ctx) {
		return orNotFound(err, id)
	}
	a := guard.ActorOf(ctx)
	if a.StaffID == 0 {
		return fault.Invalid("recipients", "not_a_person")
	}
	var me []recipient
	if err := m.records.Read().NewRaw("select id, name, role, team_id, language from staff where id = ?", a.StaffID).Scan(ctx, &me); err != nil || len(me) == 0 {
		return orNotFound(err, id)
	}
	said, err := m.write(ctx, of, me[0])
	if err != nil {
		return err
	}
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if held, err := workspace.Held(ctx, tx); err != nil || held != nil {
			if err == nil {
				err = fault.Conflict("sending_held")
			}
			return err
		}
		return m.mails.Plan(ctx, tx, mails.Letter{Once: "mailing:" + itoa(of.ID) + ":try:" + itoa(clock.Millis(ctx)), To: []int64{a.StaffID},
			Say: func(context.Context, string) mails.Report { return *said }})
	})
}
