package learn

import "math"

// Tree is a regression tree; its first node is the root.
type Tree struct {
	Nodes []Node `json:"nodes"`
}

// Node asks one feature and goes left or right, or is a leaf.
type Node struct {
	Feature     int     `json:"feature"`                // leaf where it is -1
	Threshold   float64 `json:"threshold,omitempty"`    // of a number: up to it goes left
	Levels      []bool  `json:"levels,omitempty"`       // of a level: whether it goes left
	MissingLeft bool    `json:"missing_left,omitempty"` // where it is not known
	Left        int     `json:"left,omitempty"`
	Right       int     `json:"right,omitempty"`
	Value       float64 `json:"value,omitempty"` // of a leaf: log odds
	Rows        float64 `json:"rows"`            // how many came by when it was fitted
}

const leaf = -1

func (n *Node) left(x []float64) bool {
	v := x[n.Feature]
	switch {
	case math.IsNaN(v):
		return n.MissingLeft
	case n.Levels != nil:
		at := int(v)
		if at < 0 || at >= len(n.Levels) {
			return n.MissingLeft
		}
		return n.Levels[at]
	default:
		return v <= n.Threshold
	}
}

func (t *Tree) value(x []float64) float64 {
	at := 0
	for t.Nodes[at].Feature != leaf {
		n := &t.Nodes[at]
		if n.left(x) {
			at = n.Left
		} else {
			at = n.Right
		}
	}
	return t.Nodes[at].Value
}

// mean is the value of the tree for the rows it was fitted to, on average.
func (t *Tree) mean() (sum float64) {
	for _, n := range t.Nodes {
		if n.Feature == leaf {
			sum += n.Value * n.Rows
		}
	}
	return sum / t.Nodes[0].Rows
}

// shapley adds to drivers what each feature gives to the value of x, by Shapley's division over the orders in which features
// may come to be known. It is algorithm 2 of Lundberg, Erion and Lee, Consistent Individualized Feature Attribution for Tree
// Ensembles (2018), which takes time in proportion to leaves times depth squared.
func (t *Tree) shapley(x, drivers []float64) {
	t.descend(x, drivers, 0, nil, 1, 1, leaf)
}

// step is a feature on the way down: the share of rows that flow through when it is not known, and when it is, with the
// weight of all sets of features of one size.
type step struct {
	feature              int
	zero, one, setWeight float64
}

func (t *Tree) descend(x, drivers []float64, at int, way []step, zero, one float64, feature int) {
	way = extend(way, zero, one, feature)
	n := &t.Nodes[at]
	if n.Feature == leaf {
		for i := 1; i < len(way); i++ {
			weight := 0.0
			for _, s := range unwind(way, i) {
				weight += s.setWeight
			}
			drivers[way[i].feature] += weight * (way[i].one - way[i].zero) * n.Value
		}
		return
	}
	hot, cold := n.Left, n.Right
	if !n.left(x) {
		hot, cold = cold, hot
	}
	before := step{zero: 1, one: 1}
	for i := 1; i < len(way); i++ {
		if way[i].feature == n.Feature {
			before = way[i]
			way = unwind(way, i)
			break
		}
	}
	t.descend(x, drivers, hot, way, before.zero*t.Nodes[hot].Rows/n.Rows, before.one, n.Feature)
	t.descend(x, drivers, cold, way, before.zero*t.Nodes[cold].Rows/n.Rows, 0, n.Feature)
}

func extend(way []step, zero, one float64, feature int) []step {
	l := len(way)
	longer := make([]step, l+1)
	copy(longer, way)
	longer[l] = step{feature: feature, zero: zero, one: one}
	if l == 0 {
		longer[l].setWeight = 1
	}
	for i := l - 1; i >= 0; i-- {
		longer[i+1].setWeight += one * longer[i].setWeight * float64(i+1) / float64(l+1)
		longer[i].setWeight *= zero * float64(l-i) / float64(l+1)
	}
	return longer
}

// unwind takes step i back.
func unwind(way []step, i int) []step {
	l := len(way) - 1
	shorter := make([]step, l+1)
	copy(shorter, way)
	next, gone := shorter[l].setWeight, way[i]
	for j := l - 1; j >= 0; j-- {
		if gone.one != 0 {
			was := shorter[j].setWeight
			shorter[j].setWeight = next * float64(l+1) / (float64(j+1) * gone.one)
			next = was - shorter[j].setWeight*gone.zero*float64(l-j)/float64(l+1)
		} else {
			shorter[j].setWeight *= float64(l+1) / (gone.zero * float64(l-j))
		}
	}
	for j := i; j < l; j++ {
		weight := shorter[j].setWeight
		shorter[j] = shorter[j+1]
		shorter[j].setWeight = weight
	}
	return shorter[:l]
}
