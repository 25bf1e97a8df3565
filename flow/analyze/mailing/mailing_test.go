package mailing

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/dial"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/mail"
	"guanxi/base/mail/mailtest"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// office is a company with a mail server and four people: Ann (1) in charge, Bob (2) who sells, Wang (3) who reads English,
// Cy (4) of service, who may read no figures.
type office struct {
	*testing.T
	*Mailings
	ctx, ann, bob, cy context.Context
	clock             *clock.Fake
	server            *mailtest.Server
	d                 *db.DB
	asked             int // papers written
}

func open(t *testing.T, d *db.DB) *office {
	t.Helper()
	k, err := keys.OpenOrCreate(t.TempDir() + "/" + keys.FileName)
	require.NoError(t, err)
	// Monday 2 March 2026, 10:00 in Shanghai
	o := &office{T: t, d: d, clock: clock.NewFake(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)), server: mailtest.Open(t, "starttls")}
	o.ctx = guard.System(workspace.With(keys.With(clock.With(context.Background(), o.clock), k), workspace.Default()))
	as := func(staff int64, role string) context.Context {
		return guard.With(o.ctx, guard.Actor{StaffID: staff, Name: role, Role: role})
	}
	o.ann, o.bob, o.cy = as(1, "admin"), as(2, "sales"), as(4, "service")
	post := mails.New(d, nil, "https://crm.shop.example", &dial.Dialer{})
	post.Trust(o.server.Roots)
	o.exec(`insert into staff (id, email, name, role, language, password_hash, created_at, updated_at) values
(1, 'ann@shop.example', 'Ann', 'admin', 'zh-CN', '', 1, 1), (2, 'bob@shop.example', 'Bob', 'sales', '', '', 1, 1),
(3, 'wang@shop.example', 'Wang', 'operator', 'en-US', '', 1, 1), (4, 'cy@shop.example', 'Cy', 'service', '', '', 1, 1)`)
	password := mailtest.Password
	require.NoError(t, post.SetSettings(o.ann, mails.Settings{Host: "127.0.0.1", Port: o.server.Port, Security: mail.StartTLS, Login: mailtest.Login, From: "crm@shop.example"}, &password))
	o.Mailings = New(d, nil, post, map[string]Source{"report": func(ctx context.Context, key, language string) (*Paper, error) {
		o.asked++
		if key != "7" {
			return nil, fault.NotFound("report", 0)
		}
		name := guard.ActorOf(ctx).Role
		return &Paper{Report: mails.Report{Title: "Sales " + language, Path: "/reports?report=7", Button: "Open", Tables: []mails.Table{{Title: "By shop", Heads: []string{"Shop", "Net"}, Rows: [][]string{{"<web>", "seen as " + name}}}}},
			Header: []string{"shop", "net"}, Rows: [][]sheet.Cell{{sheet.Of("web of " + name), sheet.Plain("12.5")}}}, nil
	}})
	return o
}

func (o *office) exec(text string, args ...any) {
	o.Helper()
	require.NoError(o, o.d.Write(o.ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Do(ctx, text, args...); return err }))
}

// pass moves the clock and does what the jobs do.
func (o *office) pass(d time.Duration) {
	o.Helper()
	o.clock.Advance(d)
	require.NoError(o, o.SendDue(o.ctx))
	require.NoError(o, o.mails.SendDue(o.ctx))
}

// got gives what arrived since, as "to subject-language".
func (o *office) got(since int) (all []string) {
	for _, r := range o.server.Received()[since:] {
		to, _, _ := strings.Cut(r.To, "@")
		language := "zh-CN"
		if strings.Contains(r.Data, "Sales en-US") {
			language = "en-US"
		}
		all = append(all, to+" "+language)
	}
	return all
}

func (o *office) kind(err error, kind fault.Kind, about string) {
	o.Helper()
	require.True(o, fault.Is(err, kind), "%s: %v", about, err)
}

var weekly = Repeat{Every: "week", At: "08:30", Weekday: 2}

func TestMailing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		id, err := o.Create(o.ann, Draft{Name: "Sales", Subject: "report:7", Repeat: weekly, Recipients: []string{"me", "2", "3", "4"}, Format: "csv", Active: true})
		require.NoError(t, err)
		o.pass(22 * time.Hour) // Tuesday 08:00
		require.Empty(t, o.got(0), "not yet")
		o.pass(30 * time.Minute)
		require.Equal(t, []string{"ann zh-CN", "bob zh-CN", "wang en-US"}, o.got(0), "each in her language; Cy may read no figures")
		o.pass(time.Minute)
		require.Len(t, o.got(0), 3, "once")

		first, second := o.server.Received()[0].Data, o.server.Received()[1].Data
		for _, part := range []string{"seen as admin", "&lt;web&gt;", "https://crm.shop.example/reports?report=3D7", "tab=3Dmail&amp;stop=3D1", "filename=\"2026-03-03.csv\""} {
			require.Contains(t, strings.ReplaceAll(first, "=\r\n", ""), part)
		}
		_, attached, _ := strings.Cut(first, "filename=\"2026-03-03.csv\"")
		_, attached, _ = strings.Cut(attached, "\r\n\r\n")
		content, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(strings.SplitN(attached, "\r\n--", 2)[0], "\r\n", ""))
		require.Contains(t, string(content), "web of admin,12.5")
		require.Contains(t, second, "seen as sales", "with the rights of each")
		require.NotContains(t, second, "filename", "who may not export gets no file")

		var kept []string
		require.NoError(t, d.Read().NewRaw("select body || html || file from mails").Scan(o.ctx, &kept))
		require.Equal(t, []string{"", "", ""}, kept, "figures leave the journal with the mail")
		var said string
		require.NoError(t, d.Read().NewRaw("select said from mailings").Scan(o.ctx, &said))
		require.JSONEq(t, `[{"staff":1},{"staff":2},{"staff":3},{"staff":4,"code":"not_permitted"}]`, said)

		// Wang stops it, Bob leaves
		wang := guard.With(o.ctx, guard.Actor{StaffID: 3, Role: "operator"})
		require.NoError(t, o.Stop(wang, id, true))
		o.exec("update staff set active = ? where id = 2", false)
		o.pass(7 * 24 * time.Hour)
		require.Equal(t, []string{"ann zh-CN"}, o.got(3))
		require.NoError(t, o.Stop(wang, id, false))
		o.pass(7 * 24 * time.Hour)
		require.Equal(t, []string{"ann zh-CN", "wang en-US"}, o.got(4))
		o.kind(o.Stop(guard.With(o.ctx, guard.Actor{StaffID: 9, Role: "admin"}), id, true), fault.KindNotFound, "nobody stops what she does not get")

		// held: it stays due, and goes out once released, one mail for all that was missed
		require.NoError(t, d.Write(o.ctx, func(ctx context.Context, tx *db.Tx) error {
			return workspace.HoldSending(ctx, tx, workspace.Hold{Since: o.clock.Now(), Reason: workspace.HoldPerson})
		}))
		o.pass(3 * 7 * 24 * time.Hour)
		require.Empty(t, o.got(6))
		o.kind(o.Try(o.ann, id), fault.KindConflict, "nor is a trial sent")
		require.NoError(t, d.Write(o.ctx, workspaceRelease))
		o.pass(time.Minute)
		require.Equal(t, []string{"ann zh-CN", "wang en-US"}, o.got(6))

		// deleted it is silent; restored it goes on at the next time
		require.NoError(t, o.Delete(o.ann, id, 0))
		o.pass(7 * 24 * time.Hour)
		require.Len(t, o.got(0), 8)
		require.NoError(t, o.Restore(o.ann, id))
		o.pass(time.Hour)
		require.Len(t, o.got(0), 8, "what was due meanwhile is not made up for")
		require.NoError(t, o.Try(o.ann, id))
		o.pass(0)
		require.Equal(t, []string{"ann zh-CN"}, o.got(8), "a trial goes to who asks alone")
	})
}

func workspaceRelease(ctx context.Context, tx *db.Tx) error { return workspace.ReleaseSending(ctx, tx) }

// Killed between the planning and the sending, or while the server is asked: each is sent at most once, and planned once.
func TestMailingIsSentOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		_, err := o.Create(o.ann, Draft{Name: "Sales", Subject: "report:7", Repeat: Repeat{Every: "day", At: "12:00"}, Recipients: []string{"me", "3"}, Active: true})
		require.NoError(t, err)
		o.clock.Advance(2 * time.Hour)
		stale, err := byID(o.ctx, d.Read(), 1, false)
		require.NoError(t, err)
		require.NoError(t, o.SendDue(o.ctx)) // and the process ends here
		require.NoError(t, o.send(o.ctx, stale), "another process that saw it due")
		require.NoError(t, o.SendDue(o.ctx))
		var planned int
		require.NoError(t, d.Read().NewRaw("select count(*) from mails").Scan(o.ctx, &planned))
		require.Equal(t, 2, planned)
		o.server.Behave(mailtest.Behaviour{Break: func(c *smtp.Conn) { _ = c.Conn().Close() }}) // the answer is lost
		require.NoError(t, o.mails.SendDue(o.ctx))
		o.server.Behave(mailtest.Behaviour{})
		o.pass(time.Hour)
		require.Len(t, o.got(0), 2, "in doubt, not repeated")
	})
}

func TestMailingRefuses(t *testing.T) {
	o := open(t, dbtest.SQLite(t))
	good := Draft{Name: "Sales", Subject: "report:7", Repeat: weekly, Recipients: []string{"me"}, Active: true}
	for name, row := range map[string]struct {
		who  context.Context
		with func(*Draft)
		kind fault.Kind
	}{
		"no name":                          {o.ann, func(d *Draft) { d.Name = " " }, fault.KindInvalid},
		"nobody to send to":                {o.ann, func(d *Draft) { d.Recipients = nil }, fault.KindInvalid},
		"an unknown person":                {o.ann, func(d *Draft) { d.Recipients = []string{"77"} }, fault.KindInvalid},
		"an unknown subject":               {o.ann, func(d *Draft) { d.Subject = "moon:1" }, fault.KindInvalid},
		"a report that is none":            {o.ann, func(d *Draft) { d.Subject = "report:8" }, fault.KindNotFound},
		"no time of day":                   {o.ann, func(d *Draft) { d.Repeat.At = "25:00" }, fault.KindInvalid},
		"the 32nd":                         {o.ann, func(d *Draft) { d.Repeat = Repeat{Every: "month", At: "08:00", Day: 32} }, fault.KindInvalid},
		"others, by who may not share":     {o.bob, func(d *Draft) { d.Recipients = []string{"1"} }, fault.KindForbidden},
		"a file, by who may not export":    {o.bob, func(d *Draft) { d.Format = "csv" }, fault.KindForbidden},
		"figures, by who may not read any": {o.cy, func(*Draft) {}, fault.KindForbidden},
	} {
		d := good
		row.with(&d)
		_, err := o.Create(row.who, d)
		o.kind(err, row.kind, name)
	}
	id, err := o.Create(o.bob, good)
	require.NoError(t, err)
	o.kind(o.Change(guard.With(o.ctx, guard.Actor{StaffID: 3, Role: "operator"}), id, 0, func(*Draft) {}), fault.KindNotFound, "what is another's is not there")
	require.NoError(t, o.Change(o.ann, id, 1, func(d *Draft) { d.Recipients = []string{"2", "3"} }))
	o.kind(o.Change(guard.With(o.ctx, guard.Actor{StaffID: 3, Role: "operator"}), id, 0, func(*Draft) {}), fault.KindForbidden, "received, not to be changed")
	o.kind(o.Change(o.bob, id, 1, func(*Draft) {}), fault.KindStale, "an old version")
}

func TestRepeat(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for name, row := range map[string]struct {
		repeat Repeat
		now    string
		want   string
	}{
		"later today":                    {Repeat{Every: "day", At: "08:00"}, "2026-03-02 07:59", "2026-03-02 08:00"},
		"now is over":                    {Repeat{Every: "day", At: "08:00"}, "2026-03-02 08:00", "2026-03-03 08:00"},
		"next Sunday":                    {Repeat{Every: "week", At: "08:00", Weekday: 7}, "2026-03-02 08:00", "2026-03-08 08:00"},
		"a month without a 31st":         {Repeat{Every: "month", At: "08:00", Day: 31}, "2026-04-01 00:00", "2026-04-30 08:00"},
		"after February":                 {Repeat{Every: "month", At: "08:00", Day: 30}, "2026-02-28 08:00", "2026-03-30 08:00"},
		"an hour the clocks leave out":   {Repeat{Every: "day", At: "02:30"}, "2026-03-29 00:00", "2026-03-29 03:30"},
		"an hour that the clocks repeat": {Repeat{Every: "day", At: "02:30"}, "2026-10-25 03:30", "2026-10-26 02:30"},
	} {
		w := workspace.Workspace{Location: berlin}
		now, err := time.ParseInLocation("2006-01-02 15:04", row.now, berlin)
		require.NoError(t, err)
		require.Equal(t, row.want, time.UnixMilli(row.repeat.next(now.UnixMilli(), w)).In(berlin).Format("2006-01-02 15:04"), name)
	}
}
