// Package schedule brings files in and takes tables out by the clock: from and to folders, SFTP servers and addresses. A
// schedule acts with the rights that whoever set it up has now. Its runs are rows with a lease, so that of several
// processes one works on a schedule at a time and another takes up what a dead one left; what was fetched is known again
// by its content, so that a file is imported once however often it is seen.
package schedule

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/dial"
	"guanxi/base/job"
	"guanxi/flow/collect"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// The directions.
const (
	In  = "in"
	Out = "out"
)

// Schedule says what the clock brings in or takes out. Instants are milliseconds UTC.
type Schedule struct {
	ID         int64        `bun:"id"`
	Name       string       `bun:"name"`
	Direction  string       `bun:"direction"`
	Kind       string       `bun:"kind"`
	MappingID  *int64       `bun:"mapping_id"`
	Mode       collect.Mode `bun:"mode"`
	Assign     string       `bun:"assign"`  // JSON, "" = as the mapping says
	Content    string       `bun:"content"` // JSON of Content
	Place      string       `bun:"place"`   // JSON of Place
	Secret     string       `bun:"secret"`  // sealed JSON of Secret
	Repeat     string       `bun:"repeat"`  // JSON of Repeat
	ReportTo   string       `bun:"report_to"`
	Active     bool         `bun:"active"`
	Actor      string       `bun:"actor"` // JSON
	StaffID    *int64       `bun:"staff_id"`
	Marks      string       `bun:"marks"` // JSON of Marks
	Failures   int64        `bun:"failures"`
	ErrorCode  string       `bun:"error_code"`
	NextAt     int64        `bun:"next_at"`
	RetryAt    *int64       `bun:"retry_at"`
	RunID      *int64       `bun:"run_id"`
	Fence      int64        `bun:"fence"`
	LeaseUntil int64        `bun:"lease_until"`
	CreatedAt  int64        `bun:"created_at"`
	Version    int64        `bun:"version"`
}

// Content is what a schedule takes out. It is what POST /exports takes, with days that move along.
type Content struct {
	Format   string   `json:"format,omitempty" enum:"csv,xlsx" default:"csv"`
	Fields   []string `json:"fields,omitempty" maxItems:"300" doc:"names of GET /exports/fields; the usual ones when absent"`
	Filter   string   `json:"filter,omitempty" maxLength:"50000" doc:"condition on the customers as JSON text"`
	Days     int      `json:"days,omitempty" minimum:"0" maximum:"3660" doc:"of orders, order lines and follow-ups: only those of so many whole days before; all when 0"`
	Language string   `json:"language,omitempty" enum:"zh-CN,en-US"`
	Reason   string   `json:"reason,omitempty" maxLength:"500"`
}

// Written is a table that was taken out to a file.
type Written struct {
	ExportID int64
	Rows     int64
	Format   string
}

// Outgoing takes tables out, as the person in the context. It is implemented where the records are.
type Outgoing interface {
	// Check says what is wrong with a content. Faults: invalid, forbidden.
	Check(ctx context.Context, kind string, c Content) error
	// Write writes the table to the file at path.
	Write(ctx context.Context, kind string, c Content, path string) (Written, error)
}

// Options of schedules. An empty folder is none: places of that type are refused then.
type Options struct {
	Dir          string // where tables lie on their way out
	ImportFolder string
	ExportFolder string
	Dialer       *dial.Dialer
	Mails        *mails.Mails
	Outgoing     Outgoing
}

// Schedules are all of them.
type Schedules struct {
	Options
	records *db.DB
	imports *collect.Engine
	jobs    *job.Registry
}

// New gives the schedules over records and adds their jobs to the registry.
func New(records *db.DB, imports *collect.Engine, jobs *job.Registry, o Options) *Schedules {
	s := &Schedules{Options: o, records: records, imports: imports, jobs: jobs}
	if jobs != nil {
		job.Register(jobs, job.Kind[tickArgs]{Run: func(ctx context.Context, _ tickArgs) error { return s.Tick(ctx) }, Every: 15 * time.Second, MaxAttempts: 1})
		job.Register(jobs, job.Kind[runArgs]{Run: func(ctx context.Context, a runArgs) error { return s.work(ctx, a.Schedule, a.Fence) }, Timeout: -1, MaxAttempts: 1, Unique: true})
	}
	return s
}

type tickArgs struct{}

// Kind implements job.Args.
func (tickArgs) Kind() string { return "schedules.tick" }

// runArgs name a run by the fence it was begun with, or taken up with.
type runArgs struct {
	Schedule int64 `json:"schedule"`
	Fence    int64 `json:"fence"`
}

// Kind implements job.Args.
func (runArgs) Kind() string { return "schedules.run" }

func (s *Schedule) place() (p Place) {
	_ = json.Unmarshal([]byte(s.Place), &p) // our own writing
	return p
}

func (s *Schedule) content() (c Content) {
	_ = json.Unmarshal([]byte(s.Content), &c)
	return c
}

func (s *Schedule) repeat() (r Repeat) {
	_ = json.Unmarshal([]byte(s.Repeat), &r)
	return r
}

func (s *Schedule) marks() (m Marks) {
	_ = json.Unmarshal([]byte(s.Marks), &m)
	return m
}

func (s *Schedule) actor() (a guard.Actor) {
	_ = json.Unmarshal([]byte(s.Actor), &a)
	return a
}

func jsonText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// Late says that a schedule should long have run and has not, at now: nothing is working on it.
func (s *Schedule) Late(now int64) bool {
	return s.Active && s.RunID == nil && s.NextAt < now-lateAfter.Milliseconds()
}

const lateAfter = 30 * time.Minute

// usable says whether a type of place can be used on this server.
func (s *Schedules) usable() map[string]bool {
	there := func(folder string) bool {
		info, err := os.Stat(folder)
		return folder != "" && err == nil && info.IsDir()
	}
	private := s.Dialer.May(netip.MustParseAddr("10.0.0.1"))
	return map[string]bool{"import_folder": there(s.ImportFolder), "export_folder": there(s.ExportFolder), "private_networks": private}
}

func millis(ctx context.Context) int64 { return clock.Millis(ctx) }
