package schedule

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/dial"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// shelf is a kind of one column: a row is a product.
type shelf struct{}

func (shelf) Name() string      { return "shelf" }
func (shelf) GroupBy() []string { return nil }
func (shelf) Fields() []collect.Field {
	return []collect.Field{{Name: "sku", LabelZH: "编码", LabelEN: "SKU", Type: collect.Text, Required: true, Aliases: []string{"code"}}}
}

func (shelf) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	for i, row := range b.Rows {
		if b.Outcomes[i].State == collect.Rejected {
			continue
		}
		if row.Values[0].Text == "never" {
			return fault.Invalid("sku", "record_unreadable")
		}
		id, err := tx.NextID(ctx, "products")
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into products (id, sku, name, created_import_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?)",
			id, fmt.Sprint(row.Values[0].Text, " by ", b.StaffID, " #", id), "", b.ImportID, b.Now, b.Now); err != nil {
			return err
		}
		b.Outcomes[i].State = collect.Created
	}
	return nil
}

func (shelf) Undo(ctx context.Context, tx *db.Tx, importID int64, _ int) (collect.Undone, error) {
	_, err := tx.Do(ctx, "delete from products where created_import_id = ?", importID)
	return collect.Undone{}, err
}

// room is an instance with schedules, one member of staff and a clock that stands.
type room struct {
	*testing.T
	*Schedules
	ctx     context.Context
	clock   *clock.Fake
	d       *db.DB
	in, out string
	wrote   int // tables taken out
	failing error
}

// Check and Write implement Outgoing.
func (r *room) Check(_ context.Context, kind string, c Content) error {
	if kind != "customers" || c.Reason == "" {
		return fault.Invalid("reason", "required")
	}
	return nil
}

func (r *room) Write(ctx context.Context, _ string, _ Content, path string) (Written, error) {
	r.wrote++
	if r.failing != nil {
		return Written{}, r.failing
	}
	return Written{ExportID: int64(r.wrote), Rows: 2, Format: "csv"}, os.WriteFile(path, fmt.Appendf(nil, "table %d of %s\n", r.wrote, guard.ActorOf(ctx).Key()), 0o600)
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	imports, err := collect.New(d, nil, collect.Settings{Dir: t.TempDir(), Node: "test"})
	if err != nil {
		t.Fatal(err)
	}
	imports.Register(shelf{})
	k, err := keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName))
	if err != nil {
		t.Fatal(err)
	}
	dialer, err := dial.New("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, d: d, clock: clock.NewFake(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)), in: t.TempDir(), out: t.TempDir()}
	post := mails.New(d, nil, "https://crm.example", dialer)
	imports.ReportBy(post)
	r.Schedules = New(d, imports, nil, Options{Dir: t.TempDir(), ImportFolder: r.in, ExportFolder: r.out, Dialer: dialer, Outgoing: r, Mails: post})
	r.ctx = keys.With(clock.With(workspace.With(context.Background(), workspace.Default()), r.clock), k)
	r.ctx = guard.With(r.ctx, guard.Actor{StaffID: 1, Name: "Ann", Role: "operator"})
	for _, table := range []string{"mails", "schedule_files", "schedule_runs", "schedules", "imports", "products"} {
		r.exec("delete from " + table) //nolint:gosec // names of tables
	}
	r.exec("insert into staff (id, email, name, role, created_at, updated_at) values (1, 'ann@shop.example', 'Ann', 'operator', 1, 1) on conflict (id) do update set active = true, role = 'operator'")
	return r
}

func (r *room) exec(text string, args ...any) {
	r.Helper()
	if err := r.d.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Do(ctx, text, args...); return err }); err != nil {
		r.Fatal(err)
	}
}

func (r *room) put(name, text string) {
	r.Helper()
	path := filepath.Join(r.in, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.Fatal(err)
	}
}

func (r *room) make(d Draft) Schedule {
	r.Helper()
	if d.Direction == "" {
		d.Direction = In
	}
	if d.Kind == "" {
		d.Kind = map[string]string{In: "shelf", Out: "customers"}[d.Direction]
	}
	if d.Name == "" {
		d.Name = r.Name()
	}
	if d.Repeat == (Repeat{}) {
		d.Repeat = Repeat{EveryMinutes: 60}
	}
	of, err := r.Create(r.ctx, d)
	if err != nil {
		r.Fatal(err)
	}
	return of
}

// system is the context jobs have.
func (r *room) system() context.Context { return guard.System(r.ctx) }

// turn lets the clock tick and works on what it began, as the queue would.
func (r *room) turn() {
	r.Helper()
	if err := r.Tick(r.system()); err != nil {
		r.Fatal(err)
	}
	r.workAll()
}

func (r *room) workAll() {
	r.Helper()
	all, err := allSchedules(r.ctx, r.d.Read())
	if err != nil {
		r.Fatal(err)
	}
	for _, of := range all {
		if of.RunID != nil {
			if err := r.work(r.system(), of.ID, of.Fence); err != nil {
				r.Fatal(err)
			}
		}
	}
}

// turns goes on by a while and turns.
func (r *room) later(d time.Duration) { r.Helper(); r.clock.Advance(d); r.turn() }

// rows gives what was imported, in order.
func (r *room) rows() string {
	r.Helper()
	var skus []string
	if err := r.d.Read().NewRaw("select sku from products order by id").Scan(r.ctx, &skus); err != nil {
		r.Fatal(err)
	}
	for i, s := range skus {
		skus[i], _, _ = strings.Cut(s, " #")
	}
	return strings.Join(skus, ", ")
}

// last gives the newest run of a schedule in words.
func (r *room) last(id int64) string {
	r.Helper()
	runs, err := runsOf(r.ctx, r.d.Read(), id, 1<<62, 1)
	if err != nil || len(runs) == 0 {
		return fmt.Sprint("none ", err)
	}
	l := runs[0]
	return strings.TrimSpace(fmt.Sprintf("%s %s files=%d known=%d failed=%d rows=%d %s", l.Cause, l.State, l.Files, l.Known, l.Failed, l.Written, l.ErrorCode))
}

func (r *room) wantLast(id int64, want string) {
	r.Helper()
	if got := r.last(id); got != want {
		r.Errorf("the last run: %s, want %s", got, want)
	}
}

func (r *room) wantRows(want string) {
	r.Helper()
	if got := r.rows(); got != want {
		r.Errorf("imported: %s, want %s", got, want)
	}
}
