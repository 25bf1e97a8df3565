package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Segment is a named condition; customers enter and leave it by themselves.
type Segment struct {
	ID          int64  `bun:"id"`
	Name        string `bun:"name"`
	Description string `bun:"description"`
	Condition   string `bun:"condition"` // in its normal form
	StaffID     *int64 `bun:"staff_id"`
	Place
	CreatedAt int64 `bun:"created_at"`
	UpdatedAt int64 `bun:"updated_at"`
	Version   int64 `bun:"version"`
}

// SegmentDraft is what a person says of a segment.
type SegmentDraft struct {
	Name        string
	Description string
	Condition   json.RawMessage
}

// Segments keeps segments and their live membership, and answers what can be asked of conditions.
type Segments struct {
	records *db.DB
	columns *columns.Store
	hot     *Hot
	touched *Touched
	waits   func(ctx context.Context)                  // until columns hold what was written before
	belongs func(ctx context.Context, tx *db.Tx) error // told when to whom a group belongs has changed
	named   map[string]func(ctx context.Context) (map[int64]string, error)

	mu      sync.Mutex
	bitmaps map[int64]segmentState // by segment; what was last read or written, never changed in place
	scores  string                 // fingerprint of customer_scores at the last sweep
	changes int64                  // counts the batches that changed anything about customers
	ranked  int64                  // how many of those the ranks have taken in
	rules   string                 // what pages were about at the last sweep
	live    []watched              // as they were last read, nil before that
	stages  *stageRules            // read with them
	values  valueCache
	settled atomic.Pointer[settled]
}

// settled is who is in each segment at a count of the commits of columns.
type settled struct {
	commits uint64
	members map[int64]*roaring64.Bitmap
}

// NewSegments joins segments to the stores; touched is the one given to Projections.
func NewSegments(records *db.DB, store *columns.Store, hot *Hot, touched *Touched) *Segments {
	return &Segments{records: records, columns: store, hot: hot, touched: touched, stages: &stageRules{}, bitmaps: map[int64]segmentState{}, changes: 1}
}

// Belonging names what is told, inside the change, when to whom a group belongs has changed. It must be called before the
// segments serve anybody.
func (s *Segments) Belonging(told func(ctx context.Context, tx *db.Tx) error) { s.belongs = told }

// NamesOf names what gives the names that sentences and fields have for references of a kind that records do not keep. It must
// be called before the segments serve anybody.
func (s *Segments) NamesOf(kind string, names func(ctx context.Context) (map[int64]string, error)) {
	if s.named == nil {
		s.named = map[string]func(ctx context.Context) (map[int64]string, error){}
	}
	s.named[kind] = names
}

// Waiting names what waits until columns hold what was written before, so that people read what they wrote. It must be
// called before the segments serve anybody.
func (s *Segments) Waiting(wait func(ctx context.Context)) { s.waits = wait }

func (s *Segments) await(ctx context.Context) {
	if s.waits != nil {
		s.waits(ctx)
	}
}

// segmentState is a row of segment_members. Version tells the conditions it was reckoned from; EvaluatedAt grows with
// every change of the row; knownFrom is 0 where the moves are known since the segment was made.
type segmentState struct {
	version, members, evaluatedAt, knownFrom int64
	bitmap                                   *roaring64.Bitmap
}

const (
	segmentNameLength        = 80
	segmentDescriptionLength = 500
)

// check reads the draft for segment id (0 for a new one) with the rights of the person asking.
func (s *Segments) check(ctx context.Context, id int64, d *SegmentDraft) error {
	d.Name = strings.TrimSpace(d.Name)
	if d.Name == "" {
		return fault.Invalid("name", "is_missing")
	}
	if utf8.RuneCountInString(d.Name) > segmentNameLength {
		return fault.Invalid("name", "too_long", segmentNameLength)
	}
	if utf8.RuneCountInString(d.Description) > segmentDescriptionLength {
		return fault.Invalid("description", "too_long", segmentDescriptionLength)
	}
	c, err := parseConditionOf(ctx, d.Condition, s.lookup(), id)
	if err != nil {
		return err
	}
	d.Condition, err = json.Marshal(c)
	return err
}

// Create saves a new segment. Faults: invalid with the place in the condition, conflict when the name is taken.
func (s *Segments) Create(ctx context.Context, d SegmentDraft) (*Segment, error) {
	if err := s.check(ctx, 0, &d); err != nil {
		return nil, err
	}
	now := clock.Millis(ctx)
	made := &Segment{Name: d.Name, Description: d.Description, Condition: string(d.Condition), CreatedAt: now, UpdatedAt: now, Version: 1}
	if a := guard.ActorOf(ctx); a.StaffID != 0 {
		made.StaffID = &a.StaffID
	}
	return made, nameTaken(s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if made.ID, err = tx.NextID(ctx, "segments"); err != nil {
			return err
		}
		if err := insertSegment(ctx, tx, made); err != nil {
			return err
		}
		tx.Feed("segments", made.ID)
		return guard.Audit(ctx, tx, "segment.created", "segment", jsonID(made.ID), map[string]any{"name": made.Name, "condition": d.Condition})
	}))
}

// Change saves an edit over the given version (0 for whichever is there). Faults: not found, invalid, stale, conflict.
func (s *Segments) Change(ctx context.Context, id, version int64, d SegmentDraft) (*Segment, error) {
	if err := s.check(ctx, id, &d); err != nil {
		return nil, err
	}
	var changed *Segment
	return changed, nameTaken(s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := segmentByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return fault.Stale()
		}
		after := *before
		after.Name, after.Description, after.Condition = d.Name, d.Description, string(d.Condition)
		after.UpdatedAt, after.Version = clock.Millis(ctx), before.Version+1
		if err := updateSegment(ctx, tx, &after); err != nil {
			return err
		}
		changed = &after
		tx.Feed("segments", id)
		return guard.Audit(ctx, tx, "segment.changed", "segment", jsonID(id), map[string]any{"name": after.Name,
			"before": json.RawMessage(before.Condition), "after": d.Condition})
	}))
}

// Get gives one segment. Fault: not found.
func (s *Segments) Get(ctx context.Context, id int64) (*Segment, error) {
	return segmentByID(ctx, s.records.Read(), id)
}

// lookup finds groups in the records as they are.
func (s *Segments) lookup() Lookup {
	return Lookup{
		Segment: func(ctx context.Context, id int64) (string, json.RawMessage, error) {
			found, err := s.Get(ctx, id)
			if err != nil {
				return "", nil, err
			}
			return found.Name, json.RawMessage(found.Condition), nil
		},
		List: func(ctx context.Context, id int64) (*ListTree, error) {
			nodes, err := listNodes(ctx, s.records.Read())
			if err != nil {
				return nil, err
			}
			return treeOf(nodes, id)
		},
		Event: s.eventKnown,
	}
}

// lookupAmong looks groups up as they were read before.
func lookupAmong(all []*Segment, nodes []groupNode) Lookup {
	return Lookup{
		Segment: func(_ context.Context, id int64) (string, json.RawMessage, error) {
			for _, s := range all {
				if s.ID == id {
					return s.Name, json.RawMessage(s.Condition), nil
				}
			}
			return "", nil, fault.NotFound("segment", id)
		},
		List:  func(_ context.Context, id int64) (*ListTree, error) { return treeOf(nodes, id) },
		Event: anyEvent,
	}
}

// anyEvent takes events as known, for conditions that were checked when they were saved.
func anyEvent(context.Context, string) (bool, error) { return true, nil }

// groups reads every live segment, and what lookupAmong needs to find what they build on.
func groups(ctx context.Context, from bun.IDB) (live []*Segment, among Lookup, err error) {
	if live, err = liveSegments(ctx, from); err != nil {
		return nil, Lookup{}, err
	}
	nodes, err := listNodes(ctx, from)
	return live, lookupAmong(live, nodes), err
}

// MemberQuery gives the customers who are in a group as a query of one column, for figures about it: a segment or, with
// its id below zero, a list.
// It asks the condition itself, with the rights of the person asking. Faults: not found, invalid.
func (s *Segments) MemberQuery(ctx context.Context, id int64) (sql string, args []any, err error) {
	c, err := s.groupCondition(ctx, id)
	if err != nil {
		return "", nil, err
	}
	p := newCompiler(ctx).holds(c, false).put("select c.id from customers c where ", "")
	return p.sql, p.args, nil
}

// groupCondition gives the condition of a segment or, with its id below zero, of a list.
func (s *Segments) groupCondition(ctx context.Context, id int64) (*Condition, error) {
	if id >= 0 {
		return s.conditionOf(ctx, id)
	}
	if _, err := listByID(ctx, s.records.Read(), -id, false); err != nil {
		return nil, err
	}
	return ParseCondition(ctx, []byte(`{"list":"`+jsonID(-id)+`"}`), s.lookup())
}

// conditionOf gives the checked condition of a saved segment.
func (s *Segments) conditionOf(ctx context.Context, id int64) (*Condition, error) {
	found, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	lookup := s.lookup()
	lookup.Event = anyEvent
	return parseConditionOf(ctx, []byte(found.Condition), lookup, id)
}

// walk visits the condition and everything in it, through segments it builds on.
func (c *Condition) walk(visit func(*Condition)) {
	visit(c)
	for _, list := range [][]*Condition{c.All, c.Any, c.Sequence, c.Without} {
		for _, child := range list {
			child.walk(visit)
		}
	}
	for _, one := range []*Condition{c.Not, c.Where} {
		if one != nil {
			one.walk(visit)
		}
	}
	if c.Segment != nil {
		c.Segment.Condition.walk(visit)
	}
	if c.List != nil {
		for _, within := range c.List.Segments {
			within.walk(visit)
		}
	}
}

func (c *Condition) builtOn(segment int64) (found bool) {
	c.walk(func(n *Condition) { found = found || n.Segment != nil && n.Segment.ID == segment })
	return found
}

// movesWithTime says that a day passing can change who is in.
func (c *Condition) movesWithTime() (moves bool) {
	c.walk(func(n *Condition) {
		moves = moves || n.Window.LastDays > 0 || n.Field != nil && n.Field.Type == TypeElapsed && n.Op != OpIsSet && n.Op != OpIsNotSet || n.Field != nil && n.Field.timed ||
			n.Op == OpInLastDays || n.Op == OpNotInLast || n.Op == OpAnniversary
	})
	return moves
}

// hears says that what sources send changes a field the condition asks for.
func (c *Condition) hears() (does bool) {
	c.walk(func(n *Condition) { does = does || n.Field != nil && n.Field.heard })
	return does
}

// relations gives the relations besides customers that the condition reads.
func (c *Condition) relations() map[string]bool {
	read := map[string]bool{}
	c.walk(func(n *Condition) {
		if n.Event != nil {
			read[n.Event.relation] = true
		}
		if n.Field != nil && (n.Field.scores || n.Field.scored) {
			read["customer_scores"] = true
		}
	})
	return read
}

// versionOf tells the conditions a membership was reckoned from: those of the segment and of all it builds on.
func versionOf(text string, c *Condition) int64 {
	h := fnv.New64a()
	fmt.Fprint(h, text)
	c.walk(func(n *Condition) {
		if n.Segment != nil {
			inner, _ := json.Marshal(n.Segment.Condition)
			fmt.Fprintf(h, "|%d:%s", n.Segment.ID, inner)
		}
		if n.List != nil {
			fmt.Fprintf(h, "|in %v", n.List.Lists)
		}
	})
	return int64(h.Sum64() >> 1)
}

func nameTaken(err error) error {
	if db.IsUnique(err) {
		return fault.Conflict("segment_name_taken")
	}
	return err
}
