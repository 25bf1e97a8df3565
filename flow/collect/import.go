package collect

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/guard"
)

// State of an import. Running also covers checking the file before and taking rows back after; see Stage.
type State string

// The states of the contract.
const (
	StateQueued    State = "queued"
	StateRunning   State = "running"
	StateDone      State = "done"
	StateFailed    State = "failed"
	StateCancelled State = "cancelled"
	StateUndone    State = "undone"
)

// Stage says what a running import is doing.
type Stage string

// The stages of a running import.
const (
	StageChecking   Stage = "checking"    // first pass over the file
	StageApplying   Stage = "applying"    // rows are written
	StageTakingBack Stage = "taking_back" // a cancel, an undo or a failure removes what was written
)

// UndoDays is how long a finished import can be undone.
const UndoDays = 30

// Import is one file brought in, or on its way. Instants are milliseconds UTC.
type Import struct {
	ID          int64  `bun:"id"`
	Kind        string `bun:"kind"`
	FileName    string `bun:"file_name"`
	FileSize    int64  `bun:"file_size"`
	FileSHA256  string `bun:"file_sha256"`
	StoredAs    string `bun:"stored_as"`
	MappingJSON string `bun:"mapping"`
	Mode        Mode   `bun:"mode"`
	DryRun      bool   `bun:"dry_run"`
	State       State  `bun:"state"`
	StaffID     *int64 `bun:"staff_id"`
	ReportTo    string `bun:"report_to"`   // JSON list of the staff who are told by mail how it ended
	ScheduleID  *int64 `bun:"schedule_id"` // that fetched the file
	Counts
	CheckpointJSON  string `bun:"checkpoint"`
	DetectedJSON    string `bun:"detected"`
	CorrectionsJSON string `bun:"corrections"`
	Fence           int64  `bun:"fence"`
	LeaseUntil      int64  `bun:"lease_until"`
	ErrorCode       string `bun:"error_code"`
	ErrorDetail     string `bun:"error_detail"`
	CreatedAt       int64  `bun:"created_at"`
	StartedAt       *int64 `bun:"started_at"`
	FinishedAt      *int64 `bun:"finished_at"`
	UndoneAt        *int64 `bun:"undone_at"`
	Version         int64  `bun:"version"`
}

// Counts of rows. Total is known after the first pass; Processed = Created + Updated + Unchanged + Rejected + Duplicates.
type Counts struct {
	Total      int64 `bun:"total" json:"total"`
	Processed  int64 `bun:"processed" json:"processed"`
	Created    int64 `bun:"created" json:"created"`
	Updated    int64 `bun:"updated" json:"updated"`
	Unchanged  int64 `bun:"unchanged" json:"unchanged"`
	Rejected   int64 `bun:"rejected" json:"rejected"`
	Duplicates int64 `bun:"duplicates" json:"duplicates"`
	Findings   int64 `bun:"findings" json:"findings"`
}

// Progress is what ImportFile tells while it runs. Rate is rows a second, SecondsLeft is -1 while unknown.
type Progress struct {
	Stage Stage
	Counts
	Rate        float64
	SecondsLeft float64
}

// checkpoint is what a process that takes over an import must know, and what a progress bar shows.
type checkpoint struct {
	position
	Stage    Stage                `json:"stage,omitempty"`
	Then     State                `json:"then,omitempty"` // set while rows are taken back: the state to end in
	Node     string               `json:"node,omitempty"` // who runs it
	Attempts int                  `json:"attempts,omitempty"`
	Rate     float64              `json:"rate,omitempty"`
	Found    map[string]int64     `json:"found,omitempty"` // findings by cause of a dry run, which stores none
	Made     map[string]NounCount `json:"made,omitempty"`  // records by noun, of kinds that tell them
	Alike    *AlikeCount          `json:"alike,omitempty"`
	Removed  int64                `json:"removed,omitempty"`
	Restored int64                `json:"restored,omitempty"`
	Kept     int64                `json:"kept,omitempty"`
	Actor    *guard.Actor         `json:"actor,omitempty"` // who imports, and with which rights
}

// actor gives ctx with whoever imports acting in it: an import may do no more than the person who started it.
func (c checkpoint) actor(ctx context.Context) context.Context {
	if c.Actor == nil {
		return guard.System(ctx)
	}
	return guard.Changing(guard.With(ctx, *c.Actor))
}

func (i *Import) checkpoint() (c checkpoint) {
	_ = json.Unmarshal([]byte(i.CheckpointJSON), &c) // our own writing; the zero checkpoint starts over
	return c
}

func (c checkpoint) json() string {
	b, _ := json.Marshal(c)
	return string(b)
}

// Mapping the import was made with.
func (i *Import) Mapping() (m Mapping) {
	_ = json.Unmarshal([]byte(i.MappingJSON), &m)
	return m
}

// Detected is how the file turned out to be written; zero before the first pass.
func (i *Import) Detected() (l Layout) {
	_ = json.Unmarshal([]byte(i.DetectedJSON), &l)
	return l
}

// Made counts the records made and changed so far by noun, for kinds that tell them.
func (i *Import) Made() map[string]NounCount { return i.checkpoint().Made }

// Alike is what comparing rows with customers has found so far, nil where none were compared.
func (i *Import) Alike() *AlikeCount { return i.checkpoint().Alike }

// Corrections made so far, by code.
func (i *Import) Corrections() map[string]*Correction {
	found := map[string]*Correction{}
	_ = json.Unmarshal([]byte(i.CorrectionsJSON), &found)
	return found
}

// ErrorPlace says where a failed import went wrong; Line counts text lines, 0 when no line is to blame.
type ErrorPlace struct {
	Line   int64  `json:"line,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// ErrorPlace of a failed import.
func (i *Import) ErrorPlace() (p ErrorPlace) {
	_ = json.Unmarshal([]byte(i.ErrorDetail), &p)
	return p
}

// CanUndo says whether Undo is possible at now.
func (i *Import) CanUndo(now int64) bool {
	return i.State == StateDone && !i.DryRun && i.FinishedAt != nil && now-*i.FinishedAt < UndoDays*24*time.Hour.Milliseconds()
}

// Ended says that nothing will change any more by itself.
func (i *Import) Ended() bool { return i.State != StateQueued && i.State != StateRunning }

func (i *Import) progress() Progress {
	c := i.checkpoint()
	p := Progress{Stage: c.Stage, Counts: i.Counts, Rate: c.Rate, SecondsLeft: -1}
	if c.Rate > 0 && i.State == StateRunning && c.Stage == StageApplying {
		p.SecondsLeft = float64(i.Total-i.Processed) / c.Rate
	}
	return p
}
