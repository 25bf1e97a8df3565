package behaviour

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

// sums are the columns that scanVisits reads.
const sums = `count(*), count(distinct f.visitor_id), count(distinct f.customer_id), cast(coalesce(sum(f.pages), 0) as bigint), avg(f.duration), avg(f.pages), avg(cast(f.bounced as int))`

func (v *Visits) into() []any {
	return []any{&v.Sessions, &v.Visitors, &v.Customers, &v.PageViews, &v.Duration, &v.Depth, &v.Bounce}
}

// from gives the sessions f of some days that the reader sees, with the customer c and her scores s where joined says so.
func (b *Behaviour) from(ctx context.Context, q analyze.Rows, joined bool) (analyze.SQL, error) {
	text := " from sessions f"
	if joined {
		text += " left join customers c on c.id = f.customer_id left join customer_scores s on s.customer_id = f.customer_id"
	}
	text += fmt.Sprintf(" where f.day between date '%s' and date '%s'", q.From.Format("2006-01-02"), q.To.Format("2006-01-02"))
	among, err := b.segments.Among(ctx, q.Group)
	if err != nil || among.Text == "" {
		return analyze.SQL{Text: text}, err
	}
	return analyze.SQL{Text: text + " and f.customer_id in (" + among.Text + ")", Args: among.Args}, nil
}

func (b *Behaviour) each(ctx context.Context, q analyze.SQL, scan func(rows *sql.Rows) error) error {
	return each(ctx, b.columns, q, scan)
}

// each gives scan the rows of a query to columns, or to the temporary tables of one question.
func each(ctx context.Context, from interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, q analyze.SQL, scan func(rows *sql.Rows) error) error {
	rows, err := from.Query(ctx, q.Text, q.Args...)
	if err != nil {
		return fmt.Errorf("behaviour: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// BoardQuery asks for the board of some sessions. Top is how many landing pages, sources, exits and parts are told.
type BoardQuery struct {
	analyze.Rows
	By    string
	Split string
	Top   int
}

// Board reads sessions over a period. Faults: invalid, forbidden, not found.
func (b *Behaviour) Board(ctx context.Context, q BoardQuery) (*Board, error) {
	q.By = cmp.Or(q.By, q.Step())
	starts, err := q.Starts(q.By)
	if err != nil {
		return nil, err
	}
	from, err := b.from(ctx, q.Rows, false)
	if err != nil {
		return nil, err
	}
	before, err := b.from(ctx, analyze.Rows{Period: q.Before(), Group: q.Group}, false)
	if err != nil {
		return nil, err
	}
	board := &Board{From: q.From.Format("2006-01-02"), To: q.To.Format("2006-01-02"), By: q.By, Split: q.Split, AsOf: b.freshness(), Series: []VisitsAt{}}
	if board.Settings, err = b.Settings(ctx); err != nil {
		return nil, err
	}
	opens, err := b.opens(q.Rows, nil)
	if err != nil {
		return nil, err
	}
	board.Opens = *opens
	if err := b.columns.QueryRow(ctx, "select "+sums+before.Text, before.Args...).Scan(board.Before.into()...); err != nil {
		return nil, err
	}
	var p [5]sql.NullFloat64
	if err := b.columns.QueryRow(ctx, "select "+sums+", quantile_cont(f.duration, 0.25), quantile_cont(f.duration, 0.5), quantile_cont(f.duration, 0.75), quantile_cont(f.duration, 0.9), quantile_cont(f.duration, 0.95)"+from.Text,
		from.Args...).Scan(append(board.Whole.into(), &p[0], &p[1], &p[2], &p[3], &p[4])...); err != nil {
		return nil, err
	}
	if board.Whole.Sessions > 0 {
		board.Spread = &Spread{p[0].Float64, p[1].Float64, p[2].Float64, p[3].Float64, p[4].Float64}
	}
	if err := b.series(ctx, board, from, starts); err != nil {
		return nil, err
	}
	for _, bands := range []struct {
		into   *[]Band
		column string
		least  []int64
	}{{&board.Depths, "pages", depths}, {&board.Lengths, "duration", lengths}} {
		if *bands.into, err = b.bands(ctx, q.Rows, board.Whole.Sessions, from, bands.column, bands.least); err != nil {
			return nil, err
		}
	}
	if board.Landing, err = b.parts(ctx, q, board.Whole.Sessions, "entry_page"); err != nil {
		return nil, err
	}
	if board.Sources, err = b.parts(ctx, q, board.Whole.Sessions, "came_from"); err != nil {
		return nil, err
	}
	exits, err := b.parts(ctx, q, board.Whole.Sessions, "exit_page")
	if err != nil {
		return nil, err
	}
	board.Exits = []Exit{}
	for _, x := range exits {
		if x.Key != nil {
			board.Exits = append(board.Exits, Exit{*x.Key, x.Label, x.Sessions, x.Share, x.Opens})
		}
	}
	if q.Split != "" {
		board.Parts, err = b.parts(ctx, q, board.Whole.Sessions, q.Split)
	}
	return board, err
}

func (b *Behaviour) series(ctx context.Context, board *Board, from analyze.SQL, starts []string) error {
	at := map[string]int{}
	for i, start := range starts {
		at[start] = i
		board.Series = append(board.Series, VisitsAt{At: start})
	}
	text := fmt.Sprintf("select cast(cast(date_trunc('%s', f.day) as date) as varchar) as at_day, %s%s group by at_day", board.By, sums, from.Text)
	return b.each(ctx, analyze.SQL{Text: text, Args: from.Args}, func(rows *sql.Rows) error {
		var start string
		var v Visits
		if err := rows.Scan(append([]any{&start}, v.into()...)...); err != nil {
			return err
		}
		if i, ok := at[start]; ok {
			board.Series[i].Visits = v
		}
		return nil
	})
}

// The first values of the bands that sessions are counted in.
var (
	depths  = []int64{1, 2, 3, 4, 5, 6, 8, 11, 21}
	lengths = []int64{0, 1, 11, 31, 61, 181, 601, 1801}
)

func (b *Behaviour) bands(ctx context.Context, q analyze.Rows, all int64, from analyze.SQL, column string, least []int64) ([]Band, error) {
	bands := make([]Band, len(least))
	var place strings.Builder
	for i := range least {
		bands[i].Least = least[i]
		of := []any{map[string]any{"field": column, "op": "gte", "value": least[i]}}
		if i+1 < len(least) {
			most := least[i+1] - 1
			bands[i].Most = &most
			of = append(of, map[string]any{"field": column, "op": "lt", "value": least[i+1]})
			fmt.Fprintf(&place, "when f.%s < %d then %d ", column, least[i+1], i)
		}
		opens, err := b.opens(q, map[string]any{"all": of})
		if err != nil {
			return nil, err
		}
		bands[i].Opens = opens
	}
	text := fmt.Sprintf("select case %selse %d end as band, count(*)%s group by band", place.String(), len(least)-1, from.Text)
	return bands, b.each(ctx, analyze.SQL{Text: text, Args: from.Args}, func(rows *sql.Rows) error {
		var i int
		var n int64
		if err := rows.Scan(&i, &n); err != nil {
			return err
		}
		bands[i].Sessions, bands[i].Share = n, share(n, all)
		return nil
	})
}

func share(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// parts gives the commonest parts of a split, those that it says nothing about among them.
func (b *Behaviour) parts(ctx context.Context, q BoardQuery, all int64, split string) ([]VisitsOf, error) {
	expr, own := splits[split]
	if !own {
		var err error
		if expr, err = analyze.CustomerSplit(ctx, split); err != nil {
			return nil, err
		}
	}
	from, err := b.from(ctx, q.Rows, !own)
	if err != nil {
		return nil, err
	}
	parts := []VisitsOf{}
	text := fmt.Sprintf("select %s as part, %s%s group by part order by count(*) desc, part limit %d", expr, sums, from.Text, cmp.Or(q.Top, 10))
	if err := b.each(ctx, analyze.SQL{Text: text, Args: from.Args}, func(rows *sql.Rows) error {
		var v VisitsOf
		if err := rows.Scan(append([]any{&v.Key}, v.into()...)...); err != nil {
			return err
		}
		if v.Key != nil {
			v.Label = *v.Key
		}
		v.Share = share(v.Sessions, all)
		parts = append(parts, v)
		return nil
	}); err != nil {
		return nil, err
	}
	for i := range parts {
		if parts[i].Opens, err = b.opensPart(q.Rows, split, parts[i].Key); err != nil {
			return nil, err
		}
	}
	return parts, b.name(ctx, split, parts)
}

// name puts the names of staff and teams in the place of their ids.
func (b *Behaviour) name(ctx context.Context, split string, parts []VisitsOf) error {
	if split == "entry_page" || split == "exit_page" {
		return b.namePages(ctx, parts)
	}
	table := map[string]string{"owner": "staff", "team": "teams"}[split]
	if table == "" {
		return nil
	}
	for i := range parts {
		if parts[i].Key == nil {
			continue
		}
		var names []string
		if err := b.records.Read().NewRaw("select name from "+table+" where cast(id as text) = ?", *parts[i].Key).Scan(ctx, &names); err != nil {
			return err
		}
		if len(names) == 1 {
			parts[i].Label = names[0]
		}
	}
	return nil
}

// checkSplit says whether a board can be parted by split. Faults: invalid.
func checkSplit(split string) error {
	if split != "" && asked[split] == "" && splits[split] == "" {
		return fault.Invalid("split", "split_unknown", split)
	}
	return nil
}
