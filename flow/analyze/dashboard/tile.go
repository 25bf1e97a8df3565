package dashboard

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/report"
	"guanxi/guard"
)

// The kinds of tiles.
const (
	OfReport  = "report"
	OfReady   = "ready"
	OfMetric  = "metric"
	OfSegment = "segment"
	OfText    = "text"
)

// Tile is one field of a dashboard. They stand in rows of four columns, in the order they are listed.
type Tile struct {
	Key     string `json:"key" maxLength:"12" doc:"tells it from the others: lower case letters and digits"`
	Kind    string `json:"kind" enum:"report,ready,metric,segment,text"`
	Title   string `json:"title,omitempty" maxLength:"80" doc:"instead of the name of what it shows"`
	Wide    int    `json:"wide" minimum:"1" maximum:"4" doc:"columns of four"`
	Tall    int    `json:"tall" minimum:"1" maximum:"3" doc:"rows"`
	Report  api.ID `json:"report,omitempty"`
	Ready   string `json:"ready,omitempty" maxLength:"60" doc:"key of a ready report"`
	Metric  string `json:"metric,omitempty" maxLength:"60"`
	Segment api.ID `json:"segment,omitempty"`
	Text    string `json:"text,omitempty" maxLength:"2000"`
	Chart   string `json:"chart,omitempty" enum:",table,line,bar,stacked,pivot,heat,number" doc:"of a report, instead of its own"`
}

const (
	titleLength = 80
	textLength  = 2000
	columnCount = 4
	mostTall    = 3
)

var keyForm = regexp.MustCompile(`^[a-z0-9]{1,12}$`)

// check says what is wrong with a tile. Fault: invalid.
func (t *Tile) check(place string) error {
	asks := map[string]bool{OfReport: t.Report != 0, OfReady: t.Ready != "", OfMetric: t.Metric != "", OfSegment: t.Segment != 0, OfText: t.Text != ""}
	given, known := asks[t.Kind]
	switch {
	case !known:
		return fault.Invalid(place+".kind", "value_invalid")
	case !given:
		return fault.Invalid(place+"."+t.Kind, "is_missing")
	case !keyForm.MatchString(t.Key):
		return fault.Invalid(place+".key", "value_invalid")
	case t.Wide < 1 || t.Wide > columnCount:
		return fault.Invalid(place+".wide", "out_of_range", 1, columnCount)
	case t.Tall < 1 || t.Tall > mostTall:
		return fault.Invalid(place+".tall", "out_of_range", 1, mostTall)
	case utf8.RuneCountInString(t.Title) > titleLength:
		return fault.Invalid(place+".title", "too_long", titleLength)
	case utf8.RuneCountInString(t.Text) > textLength:
		return fault.Invalid(place+".text", "too_long", textLength)
	}
	return nil
}

// Asked is a tile and what of the whole dashboard goes before it. Dashboard is where it stands, 0 for one that is being made.
type Asked struct {
	Tile      Tile        `json:"tile"`
	Dashboard api.ID      `json:"dashboard,omitempty" doc:"where it stands: who shares a dashboard shares her reports on it"`
	Days      report.Days `json:"days,omitempty" doc:"instead of those of the tile"`
	Segment   api.ID      `json:"segment,omitempty" doc:"only customers in this segment"`
}

// TileView is what a tile shows; of Cross, Rows, Metric and Segment the one that fits its kind.
type TileView struct {
	Name       analyze.Text       `json:"name"`
	Definition *report.Definition `json:"definition,omitempty" doc:"of a report"`
	Cross      *analyze.Cross     `json:"cross,omitempty"`
	Rows       *report.SQLAnswer  `json:"rows,omitempty" doc:"of a report written in SQL"`
	Metric     *analyze.Item      `json:"metric,omitempty"`
	From       string             `json:"from,omitempty" doc:"of a metric"`
	To         string             `json:"to,omitempty"`
	Segment    *SegmentTile       `json:"segment,omitempty"`
}

// SegmentTile is how large a segment is and who came and went, within the reader's scope.
type SegmentTile struct {
	ID     api.ID        `json:"id"`
	Count  int64         `json:"count"`
	Of     *int64        `json:"of,omitempty" doc:"members in all, where the dashboard is of a segment and count of those in both"`
	Moves  analyze.Moves `json:"moves"`
	Course []*float64    `json:"course" doc:"members at the end of each of the last 30 days, for who sees every customer"`
}

func both(name string) analyze.Text { return analyze.Text{ZH: name, EN: name} }

// period gives the days of the whole, by default those of metrics.
func (b *Dashboards) period(ctx context.Context, d report.Days) (analyze.Period, error) {
	last, err := b.metrics.LastDay(ctx)
	if err != nil {
		return analyze.Period{}, err
	}
	return d.Period(last)
}

// Show answers one tile with the rights of who looks. Faults: invalid, not found, forbidden, conflict.
func (b *Dashboards) Show(ctx context.Context, a Asked) (*TileView, error) {
	if err := a.Tile.check("tile"); err != nil {
		return nil, err
	}
	switch a.Tile.Kind {
	case OfText:
		return &TileView{Name: both(a.Tile.Title)}, nil
	case OfMetric:
		return b.showMetric(ctx, a)
	case OfSegment:
		return b.showSegment(ctx, a)
	}
	return b.showReport(ctx, a)
}

func (b *Dashboards) showReport(ctx context.Context, a Asked) (*TileView, error) {
	v, definition := &TileView{}, report.Definition{}
	if a.Tile.Kind == OfReady {
		ready, err := report.ReadyOf(a.Tile.Ready)
		if err != nil {
			return nil, err
		}
		v.Name, definition = ready.Name, ready.Definition
	} else {
		by, err := b.showing(ctx, a)
		if err != nil {
			return nil, err
		}
		found, err := b.reports.Shown(ctx, int64(a.Tile.Report), by)
		if err != nil {
			return nil, err
		}
		if definition, err = found.Asks(); err != nil {
			return nil, err
		}
		v.Name = both(found.Name)
		if definition.SQL != "" {
			v.Definition = &definition
			v.Rows, err = b.reports.Rows(ctx, found)
			return v, err
		}
	}
	narrowed := report.Narrowed{Segment: int64(a.Segment)}
	if a.Days.Given() {
		p, err := b.period(ctx, a.Days)
		if err != nil {
			return nil, err
		}
		narrowed.From, narrowed.To = p.From.Format(dayForm), p.To.Format(dayForm)
	}
	var err error
	v.Definition = &definition
	v.Cross, err = b.reports.Run(ctx, definition, narrowed)
	return v, err
}

const dayForm = time.DateOnly

// showing gives who made the dashboard that a tile stands on, if the reader may see it and the tile is on it.
func (b *Dashboards) showing(ctx context.Context, a Asked) (*int64, error) {
	if a.Dashboard == 0 {
		return nil, nil
	}
	found, err := b.Get(ctx, int64(a.Dashboard))
	if err != nil {
		return nil, err
	}
	said, err := found.draft()
	if err != nil || !slices.ContainsFunc(said.Tiles, func(t Tile) bool { return t.Kind == OfReport && t.Report == a.Tile.Report }) {
		return nil, err
	}
	return found.StaffID, nil
}

func (b *Dashboards) showMetric(ctx context.Context, a Asked) (*TileView, error) {
	p, err := b.period(ctx, a.Days)
	if err != nil {
		return nil, err
	}
	item, err := b.metrics.Item(ctx, a.Tile.Metric, p, int64(a.Segment))
	if err != nil {
		return nil, err
	}
	return &TileView{Name: item.Label, Metric: item, From: p.From.Format(dayForm), To: p.To.Format(dayForm)}, nil
}

const courseDays = 30

func (b *Dashboards) showSegment(ctx context.Context, a Asked) (*TileView, error) {
	if err := guard.Authorize(ctx, "segments.read"); err != nil {
		return nil, err
	}
	found, err := b.segments.View(ctx, int64(a.Tile.Segment))
	if err != nil {
		return nil, err
	}
	shown := &SegmentTile{ID: found.ID, Count: found.Count, Moves: found.Moves, Course: []*float64{}}
	if a.Segment != 0 && a.Segment != a.Tile.Segment {
		within, err := b.segments.Preview(ctx, fmt.Appendf(nil, `{"all":[{"segment":"%d"},{"segment":"%d"}]}`, a.Tile.Segment, a.Segment))
		if err != nil {
			return nil, err
		}
		shown.Of, shown.Count = &found.Count, within.Count
	}
	if guard.ScopeOf(ctx, "customers").All() {
		today, err := time.Parse(dayForm, workspace.Of(ctx).Day(clock.Millis(ctx))) // civil days are midnights UTC
		if err != nil {
			return nil, err
		}
		course, err := b.segments.Course(ctx, int64(a.Tile.Segment), today.AddDate(0, 0, 1-courseDays), today)
		if err != nil {
			return nil, err
		}
		for _, day := range course {
			shown.Course = append(shown.Course, day.Count)
		}
	}
	return &TileView{Name: both(found.Name), Segment: shown}, nil
}
