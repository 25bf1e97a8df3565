package backups_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/backup"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/job"
	"guanxi/base/keys"
	"guanxi/guard"
	"guanxi/guard/backups"
)

// keeper is an instance with its backups, whose clock is moved by hand.
type keeper struct {
	*testing.T
	*backups.Backups
	records *db.DB
	options backups.Options
	clock   *clock.Fake
	ctx     context.Context
	server  *httptest.Server
	broken  bool // the look at restored records finds something
}

func each(t *testing.T, fn func(k *keeper)) {
	t.Run("sqlite", func(t *testing.T) { fn(newKeeper(t, "")) })
	t.Run("postgres", func(t *testing.T) { fn(newKeeper(t, dbtest.PostgresURL(t))) })
}

func newKeeper(t *testing.T, url string) *keeper {
	t.Helper()
	k := &keeper{T: t, clock: clock.NewFake(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))}
	k.ctx = clock.With(guard.System(t.Context()), k.clock)
	secret, err := keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	k.options = backups.Options{Dir: dir, Place: filepath.Join(t.TempDir(), "vault"), PostgresURL: url, Release: "test", Schema: dbtest.Schema(), Keys: secret,
		Lasting: []backup.Lasting{guard.Access{}},
		Look: func(ctx context.Context, records *db.DB, _ string) ([]backup.Check, error) {
			state, err := guard.VerifyAudit(ctx, records)
			return []backup.Check{{Name: "the audit log is whole", OK: state.OK && !k.broken}}, err
		}}
	if k.records, err = db.Open(k.ctx, db.Options{Dir: dir, PostgresURL: url, Schema: dbtest.Schema()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.records.Close() })
	if err := job.Migrate(k.ctx, k.records); err != nil {
		t.Fatal(err)
	}
	k.Backups = backups.New(k.ctx, k.records, k.options)
	return k
}

// serve offers the operations to whoever holds a role, with jobs that run.
func (k *keeper) serve() {
	registry := job.NewRegistry()
	k.RegisterJobs(registry)
	queue, err := job.New(k.records, registry, "test", func(ctx context.Context) context.Context { return clock.With(guard.System(ctx), k.clock) })
	if err != nil {
		k.Fatal(err)
	}
	if err := queue.Start(k.ctx); err != nil {
		k.Fatal(err)
	}
	k.Cleanup(func() { _ = queue.Stop(context.Background()) })
	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := guard.With(clock.With(r.Context(), k.clock), guard.Actor{StaffID: 1, Name: "Gu", Role: r.Header.Get("Role")})
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	})
	k.Register(api.New(router, api.Options{Title: "test", Version: "1", Authorize: guard.Authorize}), registry)
	k.server = httptest.NewServer(router)
	k.Cleanup(k.server.Close)
}

func (k *keeper) call(role, method, path, body string) (int, backups.Overview) {
	k.Helper()
	request, err := http.NewRequestWithContext(k.ctx, method, k.server.URL+api.Prefix+path, strings.NewReader(body))
	if err != nil {
		k.Fatal(err)
	}
	request.Header.Set("Role", role)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		k.Fatal(err)
	}
	defer answer.Body.Close()
	var o backups.Overview
	_ = json.NewDecoder(answer.Body).Decode(&o)
	return answer.StatusCode, o
}

func (k *keeper) audited(action string) (n int) {
	k.Helper()
	if err := k.records.Read().NewRaw("select count(*) from audit_entries where action = ?", action).Scan(k.ctx, &n); err != nil {
		k.Fatal(err)
	}
	return n
}

func TestSchedule(t *testing.T) {
	each(t, func(k *keeper) {
		must := func(err error) {
			k.Helper()
			if err != nil {
				k.Fatal(err)
			}
		}
		must(k.SetSettings(k.ctx, backups.Settings{EveryMinutes: 30, TrialHours: 24, Keep: backup.Keeping{Hours: 3, Days: 2}}))
		for _, row := range []struct {
			name          string
			advance       time.Duration
			taken, trials int
		}{
			{"not before one period has gone by", 29 * time.Minute, 0, 0},
			{"the first", 2 * time.Minute, 1, 0},
			{"a trial once there is something to try", time.Minute, 1, 1},
			{"nothing between", 20 * time.Minute, 1, 1},
			{"the second", 10 * time.Minute, 2, 1},
			{"one, however long nobody looked", 10 * time.Hour, 3, 1},
			{"a trial a day after the last", 14*time.Hour + 31*time.Minute, 4, 1},
			{"which comes after the backup that was due too", time.Minute, 4, 2},
		} {
			k.clock.Advance(row.advance)
			must(k.DoDue(k.ctx))
			if taken, trials := k.audited("backup.taken"), k.audited("backup.tried"); taken != row.taken || trials != row.trials {
				k.Fatalf("%s: %d backups and %d trials, want %d and %d", row.name, taken, trials, row.taken, row.trials)
			}
		}
		if o, err := k.Overview(k.ctx); err != nil || len(o.Items) != 2 || o.LastFailure != nil || o.Items[0].Trial == nil || !o.Items[0].Trial.OK {
			k.Errorf("two of four should stay, the newest tried: %+v %v", o, err)
		}
	})
}

func TestWhatFailsIsSaid(t *testing.T) {
	k := newKeeper(t, "")
	if err := os.WriteFile(k.options.Place, []byte("a file where the folder should be"), 0o600); err != nil {
		t.Fatal(err)
	}
	k.clock.Advance(2 * time.Hour)
	if err := k.DoDue(k.ctx); err == nil {
		t.Error("a backup into a file")
	}
	o, err := k.Overview(k.ctx)
	if err != nil || o.LastFailure == nil || o.LastFailure.Kind != "backup" || k.audited("backup.failed") != 1 {
		t.Errorf("%+v %v", o.LastFailure, err)
	}
	k.clock.Advance(time.Minute)
	if _ = k.DoDue(k.ctx); k.audited("backup.failed") != 1 {
		t.Error("tried again at once")
	}
	if err := os.Remove(k.options.Place); err != nil {
		t.Fatal(err)
	}
	k.clock.Advance(10 * time.Minute)
	if err := k.DoDue(k.ctx); err != nil {
		t.Error(err)
	}
	if o, err := k.Overview(k.ctx); err != nil || o.LastFailure != nil || len(o.Items) != 1 {
		t.Errorf("%+v %v", o, err)
	}
	k.broken = true
	if r, err := k.Try(k.ctx, ""); err == nil || r.OK {
		t.Error("a broken copy passed")
	}
	if o, err := k.Overview(k.ctx); err != nil || o.LastFailure == nil || o.LastFailure.Kind != "trial" || o.Items[0].Trial.OK {
		t.Errorf("%+v %v", o, err)
	}
}

func TestOperations(t *testing.T) {
	k := newKeeper(t, "")
	k.serve()
	for _, role := range []string{"manager", "operator", "sales", "service", "analyst", "auditor"} {
		for _, call := range [][3]string{{"GET", "/backups", ""}, {"POST", "/backups", ""}, {"PUT", "/backups/settings", "{}"}, {"POST", "/backups/x/trial", ""}} {
			if status, _ := k.call(role, call[0], call[1], call[2]); status != http.StatusForbidden {
				t.Errorf("%s %s as %s: %d", call[0], call[1], role, status)
			}
		}
	}
	await := func(what string, done func(o backups.Overview) bool) (o backups.Overview) {
		t.Helper()
		for range 600 {
			if _, o = k.call("admin", "GET", "/backups", ""); done(o) {
				return o
			}
			time.Sleep(20 * time.Millisecond) // the jobs run in real time
		}
		t.Fatalf("%s did not come: %+v", what, o)
		return o
	}
	if status, _ := k.call("admin", "POST", "/backups", ""); status != http.StatusAccepted {
		t.Fatal(status)
	}
	o := await("the backup", func(o backups.Overview) bool { return len(o.Items) == 1 })
	one := o.Items[0]
	if one.Reason != "person" || one.Size == 0 || one.NewBytes == 0 || one.Rows == 0 || o.KeyFingerprint == "" || o.StoredBytes == 0 || o.FreeBytes == 0 {
		t.Errorf("%+v", o)
	}
	for _, id := range []string{"x", "..%2fvault.json", "20261122T100000.000Z-none"} {
		if status, _ := k.call("admin", "POST", "/backups/"+id+"/trial", ""); status != http.StatusNotFound {
			t.Errorf("trial of %s: %d", id, status)
		}
	}
	if status, _ := k.call("admin", "POST", "/backups/"+one.ID+"/trial", ""); status != http.StatusAccepted {
		t.Fatal(status)
	}
	await("the trial", func(o backups.Overview) bool { return o.Items[0].Trial != nil && o.Items[0].Trial.OK })
	if status, _ := k.call("admin", "PUT", "/backups/settings", `{"every_minutes": -1, "trial_hours": 0, "keep": {"hours": 1, "days": 0, "weeks": 0, "months": 0}}`); status != http.StatusUnprocessableEntity {
		t.Error(status)
	}
	status, o := k.call("admin", "PUT", "/backups/settings", `{"every_minutes": 5, "trial_hours": 0, "keep": {"hours": 1, "days": 0, "weeks": 0, "months": 0}}`)
	if status != http.StatusOK || o.Settings.EveryMinutes != 5 || !o.NextAt.Equal(one.TakenAt.Add(5*time.Minute)) || k.audited("backup.settings_changed") != 1 {
		t.Errorf("%d %+v", status, o)
	}
}
