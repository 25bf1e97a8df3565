package behaviour

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

// PathQuery asks which way people go through pages, from where their session begins or from the first time on Start.
type PathQuery struct {
	analyze.Rows
	Of    string // pages or events
	Start string
	Steps int // columns of the picture
	Top   int // pages told apart at each step
}

// PathNode is one page at one step. Page is null for all that are not told apart.
type PathNode struct {
	ID       string  `json:"id"`
	Step     int     `json:"step" doc:"from 1 on"`
	Page     *string `json:"page"`
	Label    *string `json:"label" doc:"name of the product whose SKU the path of the page ends with"`
	Sessions int64   `json:"sessions"`
	Ends     int64   `json:"ends" doc:"sessions that went no further"`
}

// PathLink is how many went from one node to one of the next step.
type PathLink struct {
	Source   string `json:"source"`
	Target   string `json:"target"`
	Sessions int64  `json:"sessions"`
}

// Paths is the ways of many as a flow that narrows.
type Paths struct {
	From     string     `json:"from" format:"date"`
	To       string     `json:"to" format:"date"`
	Of       string     `json:"of" enum:"pages,events"`
	Start    string     `json:"start,omitempty"`
	Sessions int64      `json:"sessions" doc:"that begin in the first step"`
	Nodes    []PathNode `json:"nodes"`
	Links    []PathLink `json:"links"`
	AsOf     time.Time  `json:"as_of"`
}

// walked writes the ways as a relation: who, at which step (n), on which page, and where she went next; a page seen twice
// in a row counts once.
func (b *Behaviour) walked(ctx context.Context, q PathQuery) (analyze.SQL, error) {
	from, err := b.from(ctx, q.Rows, false)
	if err != nil {
		return analyze.SQL{}, err
	}
	what, which := "coalesce(e.path, e.title, e.event)", "e."+view
	if q.Of == "events" {
		what, which = "e.event", "e.kind in ('track', 'page', 'screen') and e.seconds is null"
	}
	args := from.Args
	begin := "1"
	if q.Start != "" {
		begin = "min(n) filter (where page = ?) over (partition by visitor_id, began)"
		args = append(args[:len(args):len(args)], q.Start)
	}
	text := fmt.Sprintf(`
with visits as (select f.visitor_id, f.customer_id, f.ts as began, f.ended_at%s),
seen as (
  select v.visitor_id, v.customer_id, v.began, %s as page, e.ts, e.batch_id, e.position
  from visits v
  join events e on e.visitor_id = v.visitor_id and e.ts between v.began and v.ended_at
  where not e.bot and %s and e.day between date '%s' and date '%s'
),
changed as (
  select *
  from seen
  qualify page is distinct from lag(page) over (partition by visitor_id, began order by ts, batch_id, position)
),
counted as (
  select *, row_number() over (partition by visitor_id, began order by ts, batch_id, position) as n
  from changed
),
begun as (select *, %s as first_n from counted),
steps as (
  select visitor_id, customer_id, began, page, n - first_n + 1 as n, lead(page) over (partition by visitor_id, began order by n) as next
  from begun
  where n >= first_n
  qualify n - first_n < %[8]d
),
ranked as (
  select n, page, count(*) as sessions, row_number() over (partition by n order by count(*) desc, page) as place
  from steps
  group by n, page
),
told as (
  select s.visitor_id, s.customer_id, s.began, s.n, case when r.place <= %[7]d then s.page end as page, s.next is null as ends,
    case when t.place <= %[7]d then s.next end as next
  from steps s
  join ranked r on r.n = s.n and r.page = s.page
  left join ranked t on t.n = s.n + 1 and t.page = s.next
)`, from.Text, what, which, q.From.Format(time.DateOnly), q.To.AddDate(0, 0, 1).Format(time.DateOnly), begin, q.Top, q.Steps)
	return analyze.SQL{Text: text, Args: args}, nil
}

func nodeID(step int, page sql.NullString) string {
	if !page.Valid {
		return fmt.Sprintf("%d", step)
	}
	return fmt.Sprintf("%d:%s", step, page.String)
}

// Paths reads the ways of all sessions. Faults: invalid, not found.
func (b *Behaviour) Paths(ctx context.Context, q PathQuery) (*Paths, error) {
	walked, err := b.walked(ctx, q)
	if err != nil {
		return nil, err
	}
	p := &Paths{From: q.From.Format(time.DateOnly), To: q.To.Format(time.DateOnly), Of: q.Of, Start: q.Start, Nodes: []PathNode{}, Links: []PathLink{}, AsOf: b.freshness()}
	text := walked.Text + `
select n, page, ends, next, count(*), grouping(ends) = 1
from told
group by grouping sets ((n, page), (n, page, ends, next))
order by n, grouping(ends) desc, count(*) desc, page, next`
	at := map[string]int{}
	err = b.each(ctx, analyze.SQL{Text: text, Args: walked.Args}, func(rows *sql.Rows) error {
		var step int
		var page, next sql.NullString
		var ends sql.NullBool
		var sessions int64
		var whole bool
		if err := rows.Scan(&step, &page, &ends, &next, &sessions, &whole); err != nil {
			return err
		}
		id := nodeID(step, page)
		switch {
		case whole:
			n := PathNode{ID: id, Step: step, Sessions: sessions}
			if page.Valid {
				n.Page = &page.String
			}
			if step == 1 {
				p.Sessions += sessions
			}
			at[id] = len(p.Nodes)
			p.Nodes = append(p.Nodes, n)
		case ends.Bool:
			p.Nodes[at[id]].Ends = sessions
		case step < q.Steps:
			p.Links = append(p.Links, PathLink{id, nodeID(step+1, next), sessions})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, b.nameNodes(ctx, p.Nodes)
}

// Walkers are the known customers who went through a node, or from one to the next.
type Walkers struct {
	Customers int64                  `json:"customers"`
	Sessions  int64                  `json:"sessions" doc:"those of visitors nobody knows among them"`
	Opens     *analyze.ConditionJSON `json:"opens" doc:"lists them, or the first thousand; null where there are none"`
}

// Walkers finds who stands behind a node, or a link when next is the id of another. Faults: invalid.
func (b *Behaviour) Walkers(ctx context.Context, q PathQuery, node, next string) (*Walkers, error) {
	walked, err := b.walked(ctx, q)
	if err != nil {
		return nil, err
	}
	where, args := "", walked.Args
	for i, id := range []string{node, next} {
		if id == "" {
			continue
		}
		step, page, told := strings.Cut(id, ":")
		n, err := strconv.Atoi(step)
		if err != nil || n < 1 {
			field := []string{"node", "next"}[i]
			return nil, fault.Invalid(field, "path_node_unknown", id)
		}
		column := "page"
		if i == 0 {
			where += fmt.Sprintf(" and n = %d", n)
		} else {
			column = "next"
			where += " and not ends"
		}
		if told {
			where += " and " + column + " = ?"
			args = append(args[:len(args):len(args)], page)
		} else {
			where += " and " + column + " is null"
		}
	}
	w := &Walkers{}
	if err := b.columns.QueryRow(ctx, walked.Text+" select count(distinct customer_id), count(*) from told where true"+where, args...).Scan(&w.Customers, &w.Sessions); err != nil {
		return nil, err
	}
	ids := []string{}
	if err := b.each(ctx, analyze.SQL{Text: walked.Text + " select distinct cast(customer_id as varchar) from told where customer_id is not null" + where + " order by 1 limit 1000", Args: args}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}); err != nil || len(ids) == 0 {
		return w, err
	}
	text, err := json.Marshal(map[string]any{"field": "id", "op": "in", "value": ids})
	opens := analyze.ConditionJSON(text)
	w.Opens = &opens
	return w, err
}

// Way is one session of a customer, step by step.
type Way struct {
	At       time.Time `json:"at"`
	Duration float64   `json:"duration" doc:"seconds"`
	CameFrom *string   `json:"came_from"`
	Device   *string   `json:"device"`
	Steps    []WayStep `json:"steps" doc:"the first two hundred"`
}

// WayStep is one thing she did.
type WayStep struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind" enum:"page,screen,track"`
	Event string    `json:"event"`
	Page  *string   `json:"page"`
	Label *string   `json:"label" doc:"name of the product whose SKU the path of the page ends with"`
}

// Ways reads the last sessions of one customer. Faults: not found for one who is not there or not in scope.
func (b *Behaviour) Ways(ctx context.Context, customer int64, limit int) ([]Way, error) {
	if err := analyze.FindCustomer(ctx, b.columns, b.records, customer); err != nil {
		return nil, err
	}
	ways := []Way{}
	var last int64
	text := fmt.Sprintf(`
with visits as (select visitor_id, ts, ended_at, duration, came_from, device from sessions where customer_id = ? order by ts desc, visitor_id limit %d)
select v.visitor_id, v.ts, v.duration, v.came_from, v.device, e.ts, e.kind, e.event, coalesce(e.path, e.title)
from visits v
join events e on e.visitor_id = v.visitor_id and e.ts between v.ts and v.ended_at
where not e.bot and e.kind in ('track', 'page', 'screen')
qualify row_number() over (partition by v.visitor_id, v.ts order by e.ts, e.batch_id, e.position) <= 200
order by v.ts desc, v.visitor_id, e.ts, e.batch_id, e.position`, limit)
	var visitor int64
	if err := b.each(ctx, analyze.SQL{Text: text, Args: []any{customer}}, func(rows *sql.Rows) error {
		var w Way
		var s WayStep
		var of, began, at int64
		if err := rows.Scan(&of, &began, &w.Duration, &w.CameFrom, &w.Device, &at, &s.Kind, &s.Event, &s.Page); err != nil {
			return err
		}
		if len(ways) == 0 || of != visitor || began != last {
			w.At, w.Steps = time.UnixMilli(began).UTC(), []WayStep{}
			ways, visitor, last = append(ways, w), of, began
		}
		s.At = time.UnixMilli(at).UTC()
		ways[len(ways)-1].Steps = append(ways[len(ways)-1].Steps, s)
		return nil
	}); err != nil {
		return nil, err
	}
	return ways, b.nameWays(ctx, ways)
}

// PathInput is what operations on ways share.
type PathInput struct {
	RowsInput
	Of    string `query:"of" enum:"pages,events" default:"pages"`
	Start string `query:"start" maxLength:"400" doc:"the page or event it begins with; by default where sessions begin"`
	Steps int    `query:"steps" minimum:"2" maximum:"10" default:"5"`
	Top   int    `query:"top" minimum:"1" maximum:"20" default:"8" doc:"told apart at each step; the others are one"`
}

func (in *PathInput) query(ctx context.Context) (PathQuery, error) {
	rows, err := in.rows(ctx)
	return PathQuery{rows, in.Of, in.Start, in.Steps, in.Top}, err
}

type walkersInput struct {
	PathInput
	Node string `query:"node" maxLength:"500" doc:"id of a node; without it everybody whose way is told"`
	Next string `query:"next" maxLength:"500" doc:"id of a node of the step after, for a link"`
}

type waysInput struct {
	ID    api.ID `path:"id"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

// WayList is the last sessions of one customer, the latest first.
type WayList struct {
	Items []Way `json:"items"`
}

func (b *Behaviour) registerPaths(a *api.API) {
	read := func(path, permission, summary string) api.Op {
		return api.Op{Method: "GET", Path: path, Permission: permission, Tag: "behaviour", Summary: summary}
	}
	api.Register(a, read("/behaviour/paths", "metrics.read", "Which way people go through pages, as a flow of sessions from step to step"),
		func(ctx context.Context, in *PathInput) (*api.Answered[Paths], error) {
			q, err := in.query(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(b.Paths(ctx, q))
		})
	api.Register(a, read("/behaviour/paths/customers", "customers.read", "Who went through a page at a step, or from there to the next"),
		func(ctx context.Context, in *walkersInput) (*api.Answered[Walkers], error) {
			q, err := in.query(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(b.Walkers(ctx, q, in.Node, in.Next))
		})
	api.Register(a, read("/customers/{id}/paths", "customers.read", "The last sessions of one customer, step by step"),
		func(ctx context.Context, in *waysInput) (*api.Answered[WayList], error) {
			ways, err := b.Ways(ctx, int64(in.ID), in.Limit)
			return api.Answer(&WayList{ways}, err)
		})
}
