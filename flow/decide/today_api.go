package decide

import (
	"context"
	"slices"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/page"
	"guanxi/base/workspace"
)

const tag = "Today"

// Today is the answer of GET /today.
type Today struct {
	Items          []TodayItem   `json:"items"`
	Count          int           `json:"count" doc:"lines in all, of which items are the first"`
	Areas          []TodayArea   `json:"areas"`
	Capacity       TodayCapacity `json:"capacity"`
	Backlog        TodayBacklog  `json:"backlog"`
	DoneCount      int           `json:"done_count" doc:"signals the reader did today"`
	SnoozedCount   int           `json:"snoozed_count"`
	DelegatedCount int           `json:"delegated_count" doc:"delegated to others and not done yet"`
	AsOf           time.Time     `json:"as_of" doc:"when the sources were last asked"`
}

type todayIn struct {
	Area    string `query:"area" enum:"watch,behaviour,marketing,feedback,relations,data"`
	Subject string `query:"subject" doc:"TYPE:ID, for example customer:17: whatever concerns it and the reader may see, on her list or not" maxLength:"100"`
	State   State  `query:"state" enum:"open,snoozed,delegated,done,dismissed,resolved" default:"open"`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"200"`
}

type todayOut struct{ Body Today }

// Register adds the operations of Today.
func (s *Signals) Register(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/today", Permission: "today.read", Tag: tag,
		Summary: "What to do now, in order, each line with its reason and what is at stake"},
		func(ctx context.Context, in *todayIn) (*todayOut, error) {
			view, err := s.view(ctx, in)
			return &todayOut{view}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/today/{id}/members", Permission: "today.read", Tag: tag,
		Summary: "The signals a folded line stands for"}, s.members)
	s.registerActs(a)
	s.registerLog(a)
	s.registerPriors(a)
}

func (s *Signals) view(ctx context.Context, in *todayIn) (Today, error) {
	var v Today
	r, err := s.reading(ctx)
	if err != nil {
		return v, err
	}
	rows, err := s.rowsWhere(ctx, s.records.Read(), onList(ctx).and(openNow), "")
	if err != nil {
		return v, err
	}
	all := Arrange(rows, r.set)
	if r.sourceLate, err = s.anySourceLate(ctx); err != nil {
		return v, err
	}
	v.Areas, v.Capacity, v.Backlog = areas(all, r), capacity(all, r), backlog(all, workspace.Of(ctx), r.set.Now)
	v.AsOf = time.UnixMilli(r.state.At).UTC()
	if err := s.tallies(ctx, &v); err != nil {
		return v, err
	}
	lines, ranked := all, 1
	if in.Subject != "" || in.State != Open {
		ranked = 0
		if lines, err = s.listed(ctx, in, r); err != nil {
			return v, err
		}
	}
	v.Count = len(lines)
	shown := lines[:min(in.Limit, len(lines))]
	if in.Area == "" {
		v.Items, err = s.items(ctx, shown, r, ranked)
		return v, err
	}
	// the rank is that of the whole list: an area shows where its lines stand in the day
	ranks := map[string]int{}
	var some []Line
	for i, l := range lines {
		if l.Area == in.Area {
			some = append(some, l)
			ranks[l.Key] = i + 1
		}
	}
	v.Count = len(some)
	some = some[:min(in.Limit, len(some))]
	v.Items, err = s.items(ctx, some, r, 0)
	for i := range v.Items {
		if ranked > 0 {
			v.Items[i].Rank = ranks[some[i].Key]
		}
	}
	return v, err
}

// listed gives the lines of a subject or of a state other than open: none of them folds.
func (s *Signals) listed(ctx context.Context, in *todayIn, r reading) ([]Line, error) {
	where, tail := onList(ctx), "order by s.closed_at desc, s.id desc limit 500"
	if in.State == Delegated {
		where = mayAct(ctx)
	}
	if in.Subject != "" {
		kind, id, found := strings.Cut(in.Subject, ":")
		if !found {
			return nil, fault.Invalid("subject", "subject_unreadable", in.Subject)
		}
		where = mayAct(ctx).and("s.subject_type = ? and s.subject_id = ?", kind, id)
	}
	switch in.State {
	case Open:
		where = where.and(openNow)
	case Delegated:
		away := s.away(ctx)
		where = where.and(away.sql, away.args...)
	default:
		where = where.and("s.state = ?", string(in.State))
	}
	rows, err := s.rowsWhere(ctx, s.records.Read(), where, tail)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(rows))
	for i, row := range rows {
		lines[i] = single(row, r.set)
	}
	if in.State.live() {
		slices.SortFunc(lines, before)
	}
	return lines, nil
}

func (s *Signals) tallies(ctx context.Context, v *Today) (err error) {
	away := s.away(ctx)
	if v.SnoozedCount, err = s.tally(ctx, onList(ctx).and("s.state = 'snoozed'")); err != nil {
		return err
	}
	if v.DelegatedCount, err = s.tally(ctx, mayAct(ctx).and(away.sql, away.args...)); err != nil {
		return err
	}
	v.DoneCount, err = s.doneToday(ctx)
	return err
}

type membersIn struct {
	ID string `path:"id"`
	page.Query
}

type membersOut struct {
	ETag string `header:"ETag"`
	Body page.List[TodayItem]
}

// members gives the signals of a folded line, those with most at stake first; none, where it has been worked off meanwhile.
func (s *Signals) members(ctx context.Context, in *membersIn) (*membersOut, error) {
	kind, group := isGroup(in.ID)
	if !group {
		return nil, fault.NotFound("signal", in.ID)
	}
	line, err := s.folded(ctx, kind)
	if err != nil {
		return nil, err
	}
	r, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	from := 0
	if err := page.DecodeCursor(in.Cursor, &from); err != nil {
		return nil, err
	}
	from = min(max(from, 0), len(line.Members))
	to := min(from+in.Limit, len(line.Members))
	out := &membersOut{ETag: api.ETag(line.Version)}
	var lines []Line
	for _, m := range line.Members[from:to] {
		lines = append(lines, single(m, r.set))
	}
	if out.Body.Items, err = s.items(ctx, lines, r, 0); err != nil {
		return nil, err
	}
	if to < len(line.Members) {
		out.Body.NextCursor = page.EncodeCursor(to)
	}
	if in.Total {
		total := int64(len(line.Members))
		out.Body.Total = &total
	}
	return out, nil
}

// moneyOf gives minor units of the workspace's currency; nothing, where the reader may not know what customers bring.
func moneyOf(ctx context.Context, minor int64) money.Money {
	if unseenBy(ctx).purchases {
		minor = 0
	}
	return money.Of(minor, workspace.Of(ctx).Currency)
}
