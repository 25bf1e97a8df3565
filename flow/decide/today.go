package decide

import (
	"context"
	"math"
	"slices"
	"time"

	"guanxi/base/clock"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// reading gathers what the list of the person asking is made with.
func (s *Signals) reading(ctx context.Context) (reading, error) {
	w := workspace.Of(ctx)
	r := reading{language: w.Language}
	state, err := lastRefresh(ctx, s.records.Read())
	if err != nil {
		return r, err
	}
	r.state = state
	if r.staff, err = s.staffFacts(ctx); err != nil {
		return r, err
	}
	if r.staff.Language != "" {
		r.language = r.staff.Language
	}
	if r.spent, err = s.spentToday(ctx, guard.ActorOf(ctx).StaffID); err != nil {
		return r, err
	}
	now := clock.Now(ctx).In(w.Location)
	r.set = Setting{Now: now, Hours: OfficeHours(w.Location), OrdinaryOrder: state.OrdinaryOrder,
		Minutes: max(float64(r.staff.Capacity)-r.spent, 0), Unseen: unseenBy(ctx)}
	if r.set.Unseen.purchases {
		r.set.OrdinaryOrder = unseenStake
	}
	return r, nil
}

// TodayAreaState says whether an area of daily work needs anybody.
type TodayAreaState string

// The states of an area. An area is well only when nothing is open and what feeds it is fresh.
const (
	AreaWell     TodayAreaState = "well"
	AreaAction   TodayAreaState = "action"
	AreaStale    TodayAreaState = "stale"
	AreaNoSource TodayAreaState = "no_source"
)

// TodayArea is one area as far as the reader may see it.
type TodayArea struct {
	Name    Area           `json:"name" enum:"watch,behaviour,marketing,feedback,relations,data"`
	State   TodayAreaState `json:"state" enum:"well,action,stale,no_source" doc:"well: nothing open and the sources fresh; stale: nothing open, but what feeds it is late; no_source: nothing feeds it yet"`
	Count   int            `json:"count" doc:"lines of the list"`
	DueSoon int            `json:"due_soon" doc:"lines whose promised instant passes within the hour or has passed"`
}

// staleAfter is how old a refresh may be before nothing it says is fresh any more.
const staleAfter = 15 * time.Minute

// areas tells the state of the six from the reader's lines.
func areas(lines []Line, r reading) []TodayArea {
	old := r.set.Now.Sub(time.UnixMilli(r.state.At)) > staleAfter
	past := r.set.Now.Sub(time.UnixMilli(r.state.FactsTo)) > booksOfThePast
	views := make([]TodayArea, len(Areas))
	for i, name := range Areas {
		v := TodayArea{Name: name, State: AreaNoSource}
		for _, k := range Catalogue {
			if k.Area != name || !slices.Contains(r.state.Kinds, k.Name) || k.NeedsOrders && !r.state.Orders || k.NeedsEvents && !r.state.Events || !r.state.Customers && !r.state.Orders {
				continue
			}
			if v.State == AreaNoSource {
				v.State = AreaWell
			}
			if _, failed := r.state.Failed[k.Name]; failed || old || r.sourceLate || k.NeedsOrders && past {
				v.State = AreaStale
			}
		}
		for _, l := range lines {
			if l.Area != string(name) {
				continue
			}
			v.Count++
			v.State = AreaAction
			if l.DueAt != nil && time.UnixMilli(*l.DueAt).Sub(r.set.Now) <= time.Hour {
				v.DueSoon++
			}
		}
		views[i] = v
	}
	return views
}

// TodayBacklog is what lies since before today.
type TodayBacklog struct {
	Count      int   `json:"count" doc:"lines first seen before today"`
	OldestDays int   `json:"oldest_days"`
	NewToday   int   `json:"new_today"`
	Ages       []int `json:"ages" doc:"lines by age: today, one day, two or three, older"`
}

func backlog(lines []Line, w workspace.Workspace, now time.Time) TodayBacklog {
	b := TodayBacklog{Ages: make([]int, 4)}
	today := w.DayStart(now)
	for _, l := range lines {
		days := int(math.Ceil(float64(today-l.FirstSeenAt) / (24 * 60 * 60 * 1000)))
		switch {
		case days <= 0:
			b.NewToday++
			b.Ages[0]++
			continue
		case days == 1:
			b.Ages[1]++
		case days <= 3:
			b.Ages[2]++
		default:
			b.Ages[3]++
		}
		b.Count++
		b.OldestDays = max(b.OldestDays, days)
	}
	return b
}

// TodayCapacity is the reader's day in minutes.
type TodayCapacity struct {
	AvailableMinutes float64 `json:"available_minutes" doc:"her working minutes less those spent today"`
	PlannedMinutes   float64 `json:"planned_minutes" doc:"of the lines that fit"`
	SpentMinutes     float64 `json:"spent_minutes" doc:"on what was done today"`
	LaterCount       int     `json:"later_count" doc:"lines that do not fit today"`
	LaterCost        float64 `json:"later_cost" doc:"what leaving them until the next working day costs, minor units"`
}

func capacity(lines []Line, r reading) TodayCapacity {
	c := TodayCapacity{AvailableMinutes: r.set.Minutes, SpentMinutes: r.spent}
	for _, l := range lines {
		if l.Fits {
			c.PlannedMinutes += l.Factors.EffortMinutes
			continue
		}
		c.LaterCount++
		c.LaterCost += math.Round(max(l.Score.DelayLoss, l.Score.Promise))
	}
	return c
}
