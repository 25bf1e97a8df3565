package decide

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/job"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Signals keeps what needs a decision: one row per thing, from all sources.
type Signals struct {
	records *db.DB
	columns *columns.Store
	sources []Source

	contacts Contacts // nil: nothing is logged with an act
	alerts   Alerts   // nil: no rule raises any
	running  sync.Mutex
}

// New gives the signals of both stores, with the sources of this stage and those that upstream stages supply.
func New(records *db.DB, columns *columns.Store, upstream ...Source) *Signals {
	s := &Signals{records: records, columns: columns}
	s.sources = append(sources(records, columns), upstream...)
	return s
}

// Use names who logs contacts. It is called once, before anything else.
func (s *Signals) Use(c Contacts) { s.contacts = c }

// UseAlerts names whose alerts stand on Today. It is called once, before anything else.
func (s *Signals) UseAlerts(a Alerts) {
	s.alerts = a
	s.sources = append(s.sources, AlertSource(a))
}

// Refreshing is the job that runs Refresh: every few minutes, and whenever somebody inserts it, as after an import.
type Refreshing struct{}

// Kind implements job.Args.
func (Refreshing) Kind() string { return "refresh_signals" }

// RegisterJobs adds the job.
func (s *Signals) RegisterJobs(r *job.Registry) {
	job.Register(r, job.Kind[Refreshing]{
		Every:   refreshEvery,
		Unique:  true,
		Timeout: 5 * time.Minute,
		Run: func(ctx context.Context, _ Refreshing) error {
			// whoever follows the facts may just have done so; what only time changes can wait until the next turn
			if last, err := lastRefresh(ctx, s.records.Read()); err != nil || clock.Millis(ctx)-last.At < refreshEvery.Milliseconds()/2 {
				return err
			}
			return s.Refresh(ctx)
		},
	})
}

// refreshed is what a refresh leaves behind for readers, in settings.
type refreshed struct {
	At            int64             `json:"at"`
	OrdinaryOrder float64           `json:"ordinary_order"` // minor units
	Orders        bool              `json:"orders"`         // there are orders to say something about
	Customers     bool              `json:"customers"`
	Events        bool              `json:"events"`   // something ever came from site, app or till
	FactsTo       int64             `json:"facts_to"` // the newest order
	Kinds         []string          `json:"kinds"`    // that have a source
	Failed        map[string]string `json:"failed"`   // kind -> what its source said
	MeasuredAt    int64             `json:"measured_at"`
}

const refreshEvery = 3 * time.Minute

const measureEvery = 20 * time.Hour

// Refresh asks every source what is true now: new signals open, known ones take the new figures, those no longer true
// resolve themselves, snoozed ones return at their time, and what is late for more than a working day escalates. What a
// person did is never overwritten. A source that fails leaves its signals as they were; the others go on. Running it twice changes
// nothing the second time.
func (s *Signals) Refresh(ctx context.Context) error {
	s.running.Lock()
	defer s.running.Unlock()
	ctx = guard.System(ctx)
	before, err := lastRefresh(ctx, s.records.Read())
	if err != nil {
		return err
	}
	state := refreshed{At: clock.Millis(ctx), Failed: map[string]string{}, MeasuredAt: before.MeasuredAt}
	var failures []error
	if state.At-before.MeasuredAt >= measureEvery.Milliseconds() {
		failures = append(failures, s.Measure(ctx))
		state.MeasuredAt = state.At
	}
	if err := s.takeStock(ctx, &state); err != nil {
		return err
	}
	scored, err := estimates(ctx, s.records.Read())
	if err != nil {
		return err
	}
	for _, source := range s.sources {
		state.Kinds = append(state.Kinds, source.Kinds()...)
		signals, err := source.Signals(ctx)
		if err == nil {
			err = s.keep(ctx, source.Kinds(), signals, scored, state)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("signals of %s: %w", strings.Join(source.Kinds(), ", "), err))
			for _, kind := range source.Kinds() {
				state.Failed[kind] = err.Error()
			}
		}
	}
	slices.Sort(state.Kinds)
	failures = append(failures, s.wake(ctx), s.escalate(ctx), s.remember(ctx, state))
	return errors.Join(failures...)
}

// keep brings the rows of these kinds in line with what is true now.
func (s *Signals) keep(ctx context.Context, kinds []string, signals []Signal, scored map[string]Estimate, state refreshed) error {
	wanted := map[string]Row{}
	set := Setting{Now: clock.Now(ctx), Hours: OfficeHours(workspace.Of(ctx).Location), OrdinaryOrder: state.OrdinaryOrder}
	for _, signal := range signals {
		if !slices.Contains(kinds, signal.Kind) {
			return fmt.Errorf("a signal of kind %q, which its source does not name", signal.Kind)
		}
		row, err := newRow(ctx, signal, scored)
		if err != nil {
			return err
		}
		wanted[row.Key] = row
	}
	known, err := s.known(ctx, kinds, wanted)
	if err != nil {
		return err
	}
	var changes []change
	for key, now := range wanted {
		was, seen := known[key]
		if !seen {
			now.RankScore = single(now, set).Ordered
			changes = append(changes, change{op: opens, now: now})
			continue
		}
		if c, needed := meet(was, now, set); needed {
			changes = append(changes, c)
		}
	}
	for key, was := range known {
		if _, still := wanted[key]; !still && (was.State.live() || !kindByName[was.Kind].Episode && was.State != Resolved) {
			changes = append(changes, change{op: resolves, was: was})
		}
	}
	return s.apply(ctx, changes)
}

// meet says what a known row needs when its source says it again.
func meet(was, now Row, set Setting) (change, bool) {
	kind := kindByName[was.Kind]
	now.RankScore = was.RankScore
	now.RankScore = single(now, set).Ordered
	switch was.State {
	case Resolved:
		now.RankScore = 0
		now.RankScore = single(now, set).Ordered
		return change{op: returns, was: was, now: now}, true
	case Done, Dismissed:
		rested := was.State == Dismissed || was.ClosedAt == nil || set.Now.UnixMilli()-*was.ClosedAt >= kind.Rest.Milliseconds()
		if rested && was.ClosedWeight != nil && now.weight() > *was.ClosedWeight && now.weight() >= Worse**was.ClosedWeight {
			return change{op: returns, was: was, now: now}, true
		}
		return change{}, false
	}
	return change{op: updates, was: was, now: now}, !sameContent(was, now)
}

// newRow makes the row of a signal, open and new.
func newRow(ctx context.Context, signal Signal, scored map[string]Estimate) (Row, error) {
	kind, known := kindByName[signal.Kind]
	if !known {
		return Row{}, fmt.Errorf("unknown kind of signal %q", signal.Kind)
	}
	if signal.AtStake != nil && *signal.AtStake < 0 {
		return Row{}, fmt.Errorf("%s: a stake below zero", signal.Key)
	}
	e := scored[signal.Kind]
	now := clock.Millis(ctx)
	row := Row{Key: signal.Key, Kind: signal.Kind, Area: string(kind.Area), SubjectType: signal.Subject.Type, SubjectID: signal.Subject.ID,
		SubjectName: signal.Subject.Name, OwnerID: signal.OwnerID, TeamID: signal.TeamID, ReasonCode: signal.Reason.Code, AtStake: signal.AtStake,
		Currency: workspace.Of(ctx).Currency, Chance: e.Chance, HalfLifeMinutes: e.HalfLifeMinutes, EffortMinutes: e.EffortMinutes, DueAt: signal.DueAt,
		State: Open, FirstSeenAt: now, UpdatedAt: now, Version: 1}
	if len(kind.Audience) > 0 {
		row.Audience = "," + strings.Join(kind.Audience, ",") + ","
	}
	if signal.Reason.Values == nil {
		signal.Reason.Values = Values{}
	}
	if signal.Actions == nil {
		signal.Actions = []TodayAction{}
	}
	values, err := json.Marshal(signal.Reason.Values)
	basis, err2 := json.Marshal(signal.Basis)
	actions, err3 := json.Marshal(signal.Actions)
	row.ReasonValues, row.StakeBasis, row.Actions = string(values), string(basis), string(actions)
	return row, errors.Join(err, err2, err3)
}
