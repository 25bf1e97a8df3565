package analyze

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/guard"
)

// SegmentMove is one customer entering or leaving a segment, and why.
type SegmentMove struct {
	Customer MovedCustomer `json:"customer"`
	At       time.Time     `json:"at"`
	Day      string        `json:"day" format:"date"`
	Entered  bool          `json:"entered" doc:"came in, else left"`
	Cause    string        `json:"cause" doc:"as in the history"`
	Parts    []MovePart    `json:"parts" doc:"the single conditions that decided; none where they were not kept"`
}

// MovedCustomer is who moved. Who is gone has no name; of one merged into another it is told into whom.
type MovedCustomer struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
	Gone string `json:"gone,omitempty" enum:"merged,deleted,erased"`
	Into *Named `json:"into,omitempty"`
}

// MovesAsked narrows moves: both directions and all causes where they are empty.
type MovesAsked struct {
	First, Last time.Time
	Direction   string // entered | left
	Cause       string
	Part        string // key of a single condition that decided
	Cursor      string
	Limit       int
}

// moveCursor is the move after which a page goes on.
type moveCursor struct {
	At       int64 `json:"t"`
	Customer int64 `json:"c"`
	Entered  bool  `json:"e"`
}

// MovesOf lists who entered and left a segment, the latest first, of the customers in the reader's scope. Faults: not found, invalid.
func (s *Segments) MovesOf(ctx context.Context, id int64, asked MovesAsked) (*page.List[SegmentMove], error) {
	if _, err := s.readable(ctx, id); err != nil {
		return nil, err
	}
	s.await(ctx)
	teller, err := s.partsTeller(ctx)
	if err != nil {
		return nil, err
	}
	which := ofSegment(ctx, id, asked.First, asked.Last)
	if asked.Direction != "" {
		which = glue(" and ", which, sqlPiece("m.entered = ?", asked.Direction == "entered"))
	}
	if asked.Cause != "" {
		which = glue(" and ", which, sqlPiece("m.cause = ?", asked.Cause))
	}
	if asked.Part != "" {
		groups, err := s.moveGroups(ctx, id, asked.First, asked.Last)
		if err != nil {
			return nil, err
		}
		which = glue(" and ", which, sqlPiece("m.parts in (select unnest(?::varchar[]))", withPart(teller, groups, asked.Part)))
	}
	list := &page.List[SegmentMove]{Items: []SegmentMove{}}
	if asked.Cursor == "" {
		var n int64
		count := which.put("select count(*) from segment_moves m where ", "")
		if err := s.columns.QueryRow(ctx, count.sql, count.args...).Scan(&n); err != nil {
			return nil, err
		}
		list.Total = &n
	} else {
		var after moveCursor
		if err := page.DecodeCursor(asked.Cursor, &after); err != nil {
			return nil, err
		}
		which = glue(" and ", which, sqlPiece("(m.ts, m.customer_id, m.entered) < (?, ?, ?)", after.At, after.Customer, after.Entered))
	}
	rows, err := s.readMoves(ctx, which, asked.Limit+1)
	if err != nil {
		return nil, err
	}
	if len(rows) > asked.Limit {
		rows = rows[:asked.Limit]
		last := rows[asked.Limit-1]
		list.NextCursor = page.EncodeCursor(moveCursor{last.ts, last.customer, last.entered})
	}
	who, err := s.movedCustomers(ctx, rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		m := SegmentMove{who[r.customer], time.UnixMilli(r.ts).UTC(), r.day, r.entered, r.cause, teller.parts(r.parts)}
		if m.Parts == nil {
			m.Parts = []MovePart{}
		}
		list.Items = append(list.Items, m)
	}
	return list, nil
}

// withPart gives the kept texts in which a single condition decided, by its key.
func withPart(teller *partsTeller, groups []moveGroup, key string) []string {
	texts := []string{}
	for _, g := range groups {
		if !slices.Contains(texts, g.parts) && slices.ContainsFunc(teller.parts(g.parts), func(p MovePart) bool { return p.Key == key }) {
			texts = append(texts, g.parts)
		}
	}
	return texts
}

type moveRow struct {
	segment, customer, ts int64
	day, cause, parts     string
	entered               bool
}

// readMoves reads the latest of the moves m that which holds for.
func (s *Segments) readMoves(ctx context.Context, which piece, limit int) (moves []moveRow, err error) {
	query := which.put(`
select m.segment_id, m.customer_id, m.ts, cast(m.day as varchar), m.entered, coalesce(m.cause, ''), coalesce(m.parts, '')
from segment_moves m
where `, `
order by m.ts desc, m.customer_id desc, m.entered desc, m.segment_id desc
limit `+strconv.Itoa(limit))
	rows, err := s.columns.Query(ctx, query.sql, query.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m moveRow
		if err := rows.Scan(&m.segment, &m.customer, &m.ts, &m.day, &m.entered, &m.cause, &m.parts); err != nil {
			return nil, err
		}
		moves = append(moves, m)
	}
	return moves, rows.Err()
}

// movedCustomers tells who moved by id: the rows are of customers the reader may see, or she sees all.
func (s *Segments) movedCustomers(ctx context.Context, moves []moveRow) (map[int64]MovedCustomer, error) {
	who := map[int64]MovedCustomer{}
	var ids []int64
	for _, m := range moves {
		if _, seen := who[m.customer]; !seen {
			ids = append(ids, m.customer)
			who[m.customer] = MovedCustomer{ID: api.ID(m.customer), Gone: "erased"}
		}
	}
	if len(ids) == 0 {
		return who, nil
	}
	var rows []struct {
		ID      int64   `bun:"id"`
		Name    string  `bun:"name"`
		Deleted *int64  `bun:"deleted_at"`
		Into    *int64  `bun:"merged_into"`
		Kept    *string `bun:"kept"`
	}
	if err := s.records.Read().NewRaw(`
select c.id, c.name, c.deleted_at, c.merged_into, k.name as kept
from customers c
left join customers k on k.id = c.merged_into and k.deleted_at is null
where c.id in (?)`, bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var named []SegmentMember
	for _, r := range rows {
		m := MovedCustomer{ID: api.ID(r.ID)}
		switch {
		case r.Into != nil:
			m.Gone = "merged"
			if r.Kept != nil && guard.ScopeOf(ctx, "customers").All() {
				m.Into = &Named{ID: api.ID(*r.Into), Name: *r.Kept}
			}
		case r.Deleted != nil:
			m.Gone = "deleted"
		default:
			named = append(named, SegmentMember{ID: m.ID, Name: r.Name})
		}
		who[r.ID] = m
	}
	if err := s.callUnnamed(ctx, named); err != nil {
		return nil, err
	}
	for _, m := range named {
		who[int64(m.ID)] = MovedCustomer{ID: m.ID, Name: strings.TrimSpace(m.Name)}
	}
	return who, nil
}
