package dashboard

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/mailing"
	"guanxi/flow/analyze/report"
	"guanxi/guard/mails"
)

// rowsOnPaper is how many rows of each report a mail shows.
const rowsOnPaper = 10

var words = map[string][2]string{ // zh-CN, en-US
	"open": {"打开看板", "Open the dashboard"}, "figures": {"数字", "Figures"}, "now": {"现在", "Now"}, "change": {"较上期", "Against the period before"},
	"customers": {"人", " customers"}, "moves": {"7 天进出", "In and out in 7 days"}, "not_yours": {"你没有查看这些数字的权限", "Your role may not read these figures"},
}

func word(name, language string) string {
	if language == "en-US" {
		return words[name][1]
	}
	return words[name][0]
}

func in(t analyze.Text, language string) string {
	if language == "en-US" {
		return t.EN
	}
	return t.ZH
}

// Paper writes a saved dashboard for who asks, to be sent by mail. Faults: not found; forbidden when she may read none of it.
func (b *Dashboards) Paper(ctx context.Context, key, language string) (*mailing.Paper, error) {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		id = 0
	}
	found, err := b.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	said, err := found.draft()
	if err != nil {
		return nil, err
	}
	return b.paper(ctx, said, api.ID(id), key, language)
}

// ReadyPaper writes a ready dashboard for who asks. Faults: as of Paper.
func (b *Dashboards) ReadyPaper(ctx context.Context, key, language string) (*mailing.Paper, error) {
	at := slices.IndexFunc(readyDashboards, func(r Ready) bool { return r.Key == key })
	if at < 0 {
		return nil, fault.NotFound("dashboard", key)
	}
	of := readyDashboards[at]
	return b.paper(ctx, Draft{Name: in(of.Name, language), Tiles: of.Tiles}, 0, key, language)
}

// paper writes every tile: metrics and segments as lines of one table, a table for each report. What the reader may not know
// is said to be so, as on the screen.
func (b *Dashboards) paper(ctx context.Context, said Draft, id api.ID, key, language string) (*mailing.Paper, error) {
	p := &mailing.Paper{Report: mails.Report{Title: said.Name, Path: "/dashboards?board=" + key, Button: word("open", language)}}
	figures := mails.Table{Heads: []string{word("figures", language), word("now", language), word("change", language)}}
	read, asked := 0, 0
	var refused error
	for _, tile := range said.Tiles {
		v, err := b.Show(ctx, Asked{Tile: tile, Dashboard: id, Days: said.Days, Segment: api.ID(said.Segment)})
		if tile.Kind != OfText {
			asked++
		}
		var why *fault.Error
		switch {
		case errors.As(err, &why) && (why.Kind == fault.KindForbidden || why.Kind == fault.KindNotFound || why.Kind == fault.KindInvalid || why.Kind == fault.KindConflict):
			refused = err
			p.Tables = append(p.Tables, mails.Table{Title: tile.Title, Note: word("not_yours", language)})
			continue
		case err != nil:
			return nil, err
		}
		name := tile.Title
		if name == "" {
			name = in(v.Name, language)
		}
		if tile.Kind != OfText {
			read++
		}
		switch {
		case tile.Kind == OfText:
			p.Tables = append(p.Tables, mails.Table{Title: name, Note: tile.Text})
		case v.Metric != nil:
			figures.Rows = append(figures.Rows, []string{name, report.Said(v.Metric.Unit, v.Metric.Value, language), report.Change(v.Metric.Unit, v.Metric.Value, v.Metric.Previous, language)})
		case v.Segment != nil:
			figures.Rows = append(figures.Rows, []string{name, strconv.FormatInt(v.Segment.Count, 10) + word("customers", language),
				word("moves", language) + " +" + strconv.FormatInt(v.Segment.Moves.Entered7d, 10) + " −" + strconv.FormatInt(v.Segment.Moves.Left7d, 10)})
		case v.Rows != nil:
			t := v.Rows.Small(rowsOnPaper, language)
			t.Title = name
			p.Tables = append(p.Tables, t)
		case v.Cross != nil:
			t := report.Small(v.Cross, language, rowsOnPaper)
			t.Title = name
			p.Tables = append(p.Tables, t)
		}
	}
	if asked > 0 && read == 0 {
		return nil, refused
	}
	if len(figures.Rows) > 0 {
		p.Tables = append([]mails.Table{figures}, p.Tables...)
	}
	return p, nil
}
