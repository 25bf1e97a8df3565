package analyze

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/fault"
)

// The two sorts of groups: a list is picked by hand, a segment is a condition. Either may stand under a list.
const (
	GroupList    = "list"
	GroupSegment = "segment"
)

// listField is what columns know of lists: the ids, as text, of those that hold the customer. Conditions ask for it by
// {"list": "ID"} only, because a list means those below it too.
var listField = &Field{Name: "lists", Type: TypeSet, Label: Label{"名单", "Lists"}, expr: "c.lists", never: true}

// members gives the list as a condition: picked into it or one below, or in a segment that stands in one of them.
func (r *ListReference) members() *Condition {
	ids := make([]string, len(r.Lists))
	for i, id := range r.Lists {
		ids[i] = jsonID(id)
	}
	picked := &Condition{Field: listField, Op: OpIn, Value: Value{Texts: ids}}
	if len(r.Segments) == 0 {
		return picked
	}
	return &Condition{Any: append([]*Condition{picked}, r.Segments...)}
}

// picked gives the list without the segments in it.
func (r *ListReference) picked(place string) *Condition {
	return &Condition{List: &ListReference{ID: r.ID, Name: r.Name, Lists: r.Lists}, place: place}
}

// groupNode is the place of a group in the tree of groups.
type groupNode struct {
	Kind   string `bun:"kind"`
	ID     int64  `bun:"id"`
	Name   string `bun:"name"`
	Parent *int64 `bun:"parent_id"`
}

// listNodes gives every live group.
func listNodes(ctx context.Context, from bun.IDB) (nodes []groupNode, err error) {
	err = from.NewRaw(`
select 'list' as kind, id, name, parent_id from lists where deleted_at is null
union all
select 'segment' as kind, id, name, parent_id from segments where deleted_at is null
order by kind, id`).Scan(ctx, &nodes)
	return nodes, err
}

// treeOf gives a list with all that stands below it. Fault: not found.
func treeOf(nodes []groupNode, id int64) (*ListTree, error) {
	at := slices.IndexFunc(nodes, func(n groupNode) bool { return n.Kind == GroupList && n.ID == id })
	if at < 0 {
		return nil, fault.NotFound("list", id)
	}
	tree := &ListTree{Name: nodes[at].Name, Lists: []int64{id}}
	for next := 0; next < len(tree.Lists); next++ {
		for _, n := range nodes {
			if n.Parent == nil || *n.Parent != tree.Lists[next] {
				continue
			}
			if n.Kind == GroupSegment {
				tree.Segments = append(tree.Segments, n.ID)
			} else if !slices.Contains(tree.Lists, n.ID) {
				tree.Lists = append(tree.Lists, n.ID)
			}
		}
	}
	return tree, nil
}

// listsAbove gives the lists a list stands under, the nearest first.
func listsAbove(nodes []groupNode, id int64) (above []int64) {
	for parent := parentOf(nodes, GroupList, id); parent != nil && !slices.Contains(above, *parent); parent = parentOf(nodes, GroupList, *parent) {
		above = append(above, *parent)
	}
	return above
}

func parentOf(nodes []groupNode, kind string, id int64) *int64 {
	for _, n := range nodes {
		if n.Kind == kind && n.ID == id {
			return n.Parent
		}
	}
	return nil
}
