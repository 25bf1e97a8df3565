package decide

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// TodayLog is a day's log: what was done, what it took and protected, what was left and what waiting cost.
type TodayLog struct {
	Day          string          `json:"day"`
	Entries      []TodayLogEntry `json:"entries"`
	DoneCount    int             `json:"done_count"`
	Minutes      float64         `json:"minutes"`
	Protected    money.Money     `json:"protected" doc:"estimated: what was at stake × what acting changes, of what was done"`
	ResolveCount int             `json:"resolved_count" doc:"ended by themselves"`
	LeftCount    int             `json:"left_count" doc:"lines still open at the end of the day"`
	Left         []TodayItem     `json:"left" doc:"the first of them, those that cost most by waiting first"`
	WaitingCost  money.Money     `json:"waiting_cost" doc:"estimated: what leaving them until the next working day cost"`
}

// TodayLogEntry is one act, or one thing the program noted. A batch is one entry.
type TodayLogEntry struct {
	ID          api.ID       `json:"id"`
	ActID       api.ID       `json:"act_id"`
	Item        TodayItem    `json:"item"`
	Act         string       `json:"act" enum:"done,snoozed,delegated,dismissed,pinned,unpinned,taken_out,put_back,resolved,returned,escalated"`
	At          time.Time    `json:"at"`
	By          *TodayStaff  `json:"by" doc:"null: the program, or a token"`
	Signals     int          `json:"signals" doc:"how many it was done on"`
	Minutes     *float64     `json:"minutes"`
	Protected   *money.Money `json:"protected"`
	Note        string       `json:"note"`
	Reason      string       `json:"reason" doc:"of a dismissed one"`
	DelegatedTo *TodayStaff  `json:"delegated_to"`
	Until       *time.Time   `json:"until"`
	CanUndo     bool         `json:"can_undo"`
}

type logIn struct {
	Day string `query:"day" doc:"YYYY-MM-DD in the workspace's time zone; today when absent"`
	Who string `query:"who" enum:"me,all" default:"me" doc:"me: one's own acts and what ended by itself; all: of everyone, as far as one may see the signals"`
}

type logOut struct{ Body TodayLog }

func (s *Signals) registerLog(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/today/log", Permission: "today.read", Tag: tag,
		Summary: "A day's log: done, time taken, protected, left and what waiting cost"},
		func(ctx context.Context, in *logIn) (*logOut, error) {
			view, err := s.dayLog(ctx, in)
			return &logOut{view}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/today/team", Permission: "today.team", Tag: tag,
		Summary: "The team's day: per person minutes planned, done, overdue, value protected"},
		func(ctx context.Context, _ *struct{}) (*teamOut, error) { return s.team(ctx) })
}

const leftShown = 10

func (s *Signals) dayLog(ctx context.Context, in *logIn) (TodayLog, error) {
	w := workspace.Of(ctx)
	day := clock.Now(ctx).In(w.Location)
	if in.Day != "" {
		parsed, err := w.ParseDay(in.Day)
		if err != nil {
			return TodayLog{}, fault.Invalid("day", "day_unreadable", in.Day)
		}
		day = parsed
	}
	from, to := w.DayStart(day), w.DayStart(day.AddDate(0, 0, 1))
	r, err := s.reading(ctx)
	if err != nil {
		return TodayLog{}, err
	}
	me := guard.ActorOf(ctx)
	where := mayAct(ctx).and("l.undone_at is null and l.happened_at >= ? and l.happened_at < ?", from, to)
	if in.Who == "me" {
		list := onList(ctx)
		where = where.and("(l.action not in ("+byProgram+") and coalesce(l.staff_id, 0) = ? or l.action in ("+byProgram+") and "+list.sql+")",
			append([]any{me.StaffID}, list.args...)...)
	}
	lines, err := s.logWhere(ctx, where)
	if err != nil {
		return TodayLog{}, err
	}
	v := TodayLog{Day: day.Format(time.DateOnly)}
	if v.Entries, err = s.logEntries(ctx, lines, r, me); err != nil {
		return v, err
	}
	var done []loggedLine
	var saved int64
	for _, l := range lines {
		switch l.Action {
		case actDone:
			done = append(done, l)
			v.DoneCount++
			if l.Saved != nil {
				saved += *l.Saved
			}
		case "resolved":
			v.ResolveCount++
		}
	}
	v.Minutes, v.Protected = math.Round(minutesOf(done)*10)/10, moneyOf(ctx, saved)
	err = s.leftOver(ctx, &v, r, to)
	return v, err
}

// leftOver adds what was open when the day ended.
func (s *Signals) leftOver(ctx context.Context, v *TodayLog, r reading, end int64) error {
	rows, err := s.rowsWhere(ctx, s.records.Read(), onList(ctx).and(
		"s.first_seen_at < ? and (s.state in ('open', 'delegated') or s.closed_at >= ?)", end, end), "")
	if err != nil {
		return err
	}
	lines := Arrange(rows, r.set)
	cost := 0.0
	for _, l := range lines {
		cost += max(l.Score.DelayLoss, l.Score.Promise)
	}
	slices.SortStableFunc(lines, func(a, b Line) int {
		return cmp.Compare(max(b.Score.DelayLoss, b.Score.Promise), max(a.Score.DelayLoss, a.Score.Promise))
	})
	v.LeftCount, v.WaitingCost = len(lines), moneyOf(ctx, int64(math.Round(cost)))
	v.Left, err = s.items(ctx, lines[:min(leftShown, len(lines))], r, 0)
	return err
}

const entriesShown = 300

// logEntries makes one entry of each act, newest first.
func (s *Signals) logEntries(ctx context.Context, lines []loggedLine, r reading, me guard.Actor) ([]TodayLogEntry, error) {
	byAct := map[int64][]loggedLine{}
	var acts []int64
	for _, l := range lines {
		if byAct[l.ActID] == nil {
			acts = append(acts, l.ActID)
		}
		byAct[l.ActID] = append(byAct[l.ActID], l)
	}
	acts = acts[:min(entriesShown, len(acts))]
	var shown []Line
	for _, id := range acts {
		shown = append(shown, actLine(byAct[id], r.set))
	}
	items, err := s.items(ctx, shown, r, 0)
	if err != nil {
		return nil, err
	}
	names, err := s.delegates(ctx, acts, byAct)
	if err != nil {
		return nil, err
	}
	entries, hide := make([]TodayLogEntry, len(acts)), unseenBy(ctx)
	for i, id := range acts {
		of := byAct[id]
		e := TodayLogEntry{ID: api.ID(of[0].LogID), ActID: api.ID(id), Item: items[i], Act: of[0].Action, At: time.UnixMilli(of[0].Happened).UTC(),
			Signals: len(of), Note: of[0].Note}
		if of[0].StaffID != nil && of[0].By != nil {
			e.By = &TodayStaff{api.ID(*of[0].StaffID), *of[0].By}
		}
		var detail actDetail
		if err := json.Unmarshal([]byte(of[0].Detail), &detail); err != nil {
			return nil, err
		}
		e.Reason, e.DelegatedTo = detail.Reason, names[detail.To]
		if detail.Until != 0 {
			e.Until = instant(&detail.Until)
		}
		var minutes float64
		var saved int64
		for _, l := range of {
			if l.Minutes != nil {
				minutes += *l.Minutes
				e.Minutes = &minutes
			}
			if l.Saved != nil {
				saved += *l.Saved
				if !hide.purchases {
					e.Protected = amount(&saved, l.Currency)
				}
			}
			mine := l.StaffID != nil && *l.StaffID == me.StaffID || leads(ctx) || l.StaffID == nil && me.StaffID == 0
			e.CanUndo = e.CanUndo || mine && detail.stillStands(l.Row)
		}
		entries[i] = e
	}
	return entries, nil
}

// actLine shows what an act was done on: a signal, or the folded line of a batch.
func actLine(of []loggedLine, set Setting) Line {
	if batch := kindByName[of[0].Kind].Batch; batch == nil || len(of) == 1 {
		return single(of[0].Row, set)
	}
	rows := make([]Row, len(of))
	for i, l := range of {
		rows[i] = l.Row
	}
	line := group(kindByName[of[0].Kind], rows, set)
	line.State = of[0].State
	return line
}

func (s *Signals) delegates(ctx context.Context, acts []int64, byAct map[int64][]loggedLine) (map[int64]*TodayStaff, error) {
	var mentioned []Line
	for _, id := range acts {
		var detail actDetail
		if json.Unmarshal([]byte(byAct[id][0].Detail), &detail) == nil && detail.To != 0 {
			mentioned = append(mentioned, Line{Row: Row{DelegatedTo: &detail.To}})
		}
	}
	return s.staffNames(ctx, mentioned)
}
