package likeness

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/learn"
)

// Clusters are the groups that customers who have bought make up by themselves.
type Clusters struct {
	Version    int64            `json:"version"`
	TrainedAt  int64            `json:"trained_at"`
	ToldOn     string           `json:"told_on,omitempty"`
	Reason     string           `json:"reason,omitempty"` // why there are none
	Asked      int              `json:"asked,omitempty"`  // how many a person wants; 0 lets the customers say
	Sure       bool             `json:"sure"`             // they come again in halves of the customers
	Tried      []learn.Standing `json:"tried,omitempty"`
	Agreement  float64          `json:"agreement"` // adjusted Rand index with a mixture of as many groups
	Categories []string         `json:"categories,omitempty"`
	Scale      *Scale           `json:"scale,omitempty"`
	Plane      *learn.Plane     `json:"plane,omitempty"`
	Base       []float64        `json:"base,omitempty"` // of everybody, as Cluster.Typical
	Clusters   []Cluster        `json:"clusters,omitempty"`
	Moves      []ClusterMove    `json:"moves,omitempty"`
	Next       int64            `json:"next"` // the key of the next cluster that is like none before
}

// Cluster is one of them. Key stays with the customers: of clusters learned anew the one that shares most of them has it.
type Cluster struct {
	Key     int64     `json:"key"`
	Name    string    `json:"name,omitempty"` // given by a person
	Center  []float64 `json:"center"`
	Typical []float64 `json:"typical"` // of each feature the median, the mean of a share; NaN is kept as -1e300
	Effect  []float64 `json:"effect"`  // of each feature Cohen's d against the others
	Size    int64     `json:"size"`
	Before  int64     `json:"before"` // members when clusters were last learned before
}

// ClusterMove is how many customers went from one to another when clusters were learned anew.
type ClusterMove struct {
	From      int64 `json:"from"`
	To        int64 `json:"to"`
	Customers int64 `json:"customers"`
}

const (
	clustersKey  = "likeness.clusters"
	mostRows     = 10_000 // that clusters are learned from
	fewestRows   = 60
	mostClusters = 8
	unknown      = -1e300
	reasonFew    = "few_customers"
	notLearned   = "not_learned_yet"
)

// Clusters gives the clusters learned last; nil before.
func (l *Likeness) Clusters(ctx context.Context) (*Clusters, error) {
	var c Clusters
	if kept, err := db.Setting(ctx, l.records.Read(), clustersKey, &c); err != nil || !kept {
		return nil, err
	}
	return &c, nil
}

// LearnClusters finds the clusters of customers who have bought, keeps them, and tells each customer's.
// asked is how many groups a person wants from now on: 0 lets the customers say, below 0 leaves it as it was.
func (l *Likeness) LearnClusters(ctx context.Context, asked int) error {
	l.learning.Lock()
	defer l.learning.Unlock()
	before, err := l.Clusters(ctx)
	if err != nil {
		return err
	}
	c := &Clusters{TrainedAt: clock.Millis(ctx), Next: 1, Asked: max(asked, 0)}
	if before != nil {
		c.Version, c.Next = before.Version, before.Next
		if asked < 0 {
			c.Asked = before.Asked
		}
	}
	if c.Categories, err = l.tastes(ctx); err != nil {
		return err
	}
	var ids []int64
	var rows [][]float64
	if err := l.each(ctx, c.Categories, fmt.Sprintf("true order by hash(b.customer_id) limit %d", mostRows), func(id int64, x []float64) error {
		ids, rows = append(ids, id), append(rows, slices.Clone(x))
		return nil
	}); err != nil {
		return err
	}
	if len(rows) < fewestRows {
		c.Reason = reasonFew
		return l.tellClusters(ctx, c, before)
	}
	all := withTastes(c.Categories)
	c.Scale = scaleOf(all, rows)
	scaled := make([][]float64, len(rows))
	for i, row := range rows {
		scaled[i] = c.Scale.of(row)
	}
	found, tried, sure := learn.StrongKMeans(scaled, mostClusters, 1)
	if c.Asked > 0 && c.Asked != found.K {
		found = learn.KMeans(scaled, c.Asked, 1)
		sure = slices.ContainsFunc(tried, func(s learn.Standing) bool { return s.K == c.Asked && s.Strong() })
	}
	c.Tried, c.Sure, c.Plane = tried, sure, learn.PlaneOf(scaled)
	c.Agreement = learn.AdjustedRand(found.Of, learn.Mixture(scaled, found.K, 1).Of)
	c.Base = typical(all, rows, nil, 0)
	plain := c.Scale.plain(rows)
	for g := range found.K {
		c.Clusters = append(c.Clusters, Cluster{Center: found.Centers[g], Typical: typical(all, rows, found.Of, g), Effect: effects(plain, c.Scale, found.Of, g)})
	}
	if err := l.match(ctx, c, before, ids, found.Of); err != nil {
		return err
	}
	return l.tellClusters(ctx, c, before)
}

func (l *Likeness) tastes(ctx context.Context) ([]string, error) {
	rows, err := l.columns.Query(ctx, fill(ctx, fmt.Sprint(tastesSQL, mostTastes)))
	if err != nil {
		return nil, err
	}
	return columns.Collect[string](rows)
}

// typical is what rows of a group have of each feature, of all rows where of is nil.
func typical(all []feature, rows [][]float64, of []int, group int) []float64 {
	found := make([]float64, len(all))
	for j, f := range all {
		var values []float64
		for i, row := range rows {
			if (len(of) == 0 || of[i] == group) && !math.IsNaN(row[j]) {
				values = append(values, row[j])
			}
		}
		switch {
		case len(values) == 0:
			found[j] = unknown
		case f.unit == "share":
			found[j], _ = moments(values)
		default:
			slices.Sort(values)
			found[j] = values[len(values)/2]
		}
	}
	return found
}

// effects is by how much a group differs from the others in each feature: Cohen's d, the difference of the means in pooled
// standard deviations (Cohen 1988).
func effects(scaled [][]float64, s *Scale, of []int, group int) []float64 {
	found := make([]float64, len(s.Spread))
	for j := range found {
		if s.Spread[j] == 0 {
			continue
		}
		var inside, outside []float64
		for i, row := range scaled {
			if of[i] == group {
				inside = append(inside, row[j])
			} else {
				outside = append(outside, row[j])
			}
		}
		mean, deviation := moments(inside)
		mean2, deviation2 := moments(outside)
		n, m := float64(len(inside)), float64(len(outside))
		if pooled := math.Sqrt((n*deviation*deviation + m*deviation2*deviation2) / (n + m)); pooled > 1e-9 {
			found[j] = (mean - mean2) / pooled
		}
	}
	return found
}

// match gives each cluster the key of the one before that shares most of its customers (by Jaccard's index, the surest match
// first, and none below a fifth), or a new one.
func (l *Likeness) match(ctx context.Context, c, before *Clusters, ids []int64, of []int) error {
	was, err := l.told(ctx)
	if err != nil {
		return err
	}
	shared, sizes, old := map[[2]int64]int64{}, make([]int64, len(c.Clusters)), map[int64]int64{}
	for i, id := range ids {
		sizes[of[i]]++
		if key, known := was[id]; known {
			old[key]++
			shared[[2]int64{key, int64(of[i])}]++
		}
	}
	type pair struct {
		key, to int64
		alike   float64
	}
	var pairs []pair
	for at, n := range shared {
		pairs = append(pairs, pair{at[0], at[1], float64(n) / float64(old[at[0]]+sizes[at[1]]-n)})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.alike, a.alike), cmp.Compare(a.key, b.key), cmp.Compare(a.to, b.to))
	})
	taken := map[int64]bool{}
	for _, p := range pairs {
		if to := &c.Clusters[p.to]; to.Key == 0 && !taken[p.key] && p.alike >= .2 {
			to.Key, taken[p.key] = p.key, true
		}
	}
	for i := range c.Clusters {
		to := &c.Clusters[i]
		if to.Key == 0 {
			to.Key, c.Next = c.Next, c.Next+1
		}
		if earlier := before.find(to.Key); earlier != nil {
			to.Name, to.Before = earlier.Name, earlier.Size
		}
	}
	return nil
}

func (c *Clusters) find(key int64) *Cluster {
	if c == nil {
		return nil
	}
	for i := range c.Clusters {
		if c.Clusters[i].Key == key {
			return &c.Clusters[i]
		}
	}
	return nil
}

// nearest gives the cluster of a row and how far its centre is, with the place on the map.
func (c *Clusters) nearest(x []float64) (of *Cluster, distance float64, place [2]float64) {
	z := c.Scale.of(x)
	distance = math.Inf(1)
	for i := range c.Clusters {
		sum := 0.
		for j, v := range z {
			d := v - c.Clusters[i].Center[j]
			sum += d * d
		}
		if sum < distance {
			of, distance = &c.Clusters[i], sum
		}
	}
	return of, math.Sqrt(distance), c.Plane.Of(z)
}

// today is the day of the workspace, as text.
func today(ctx context.Context) string { return workspace.Of(ctx).Day(clock.Millis(ctx)) }

// name says in a few words what sets a cluster apart, of what may be told: who they are first, then how they buy.
func (c *Clusters) name(of *Cluster, may func(feature) bool) analyze.Label {
	if of.Name != "" {
		return analyze.Label{Chinese: of.Name, English: of.Name}
	}
	all := withTastes(c.Categories)
	type said struct {
		phrase analyze.Label
		order  int
		effect float64
	}
	var words []said
	for j, f := range all {
		if phrase, ok := c.phrase(of, all, j); ok && may(f) {
			words = append(words, said{phrase, slices.Index(nameOrder, f.aspect), math.Abs(of.Effect[j])})
		}
	}
	slices.SortStableFunc(words, func(a, b said) int { return cmp.Compare(b.effect, a.effect) })
	words = words[:min(len(words), 4)]
	slices.SortStableFunc(words, func(a, b said) int { return cmp.Compare(a.order, b.order) })
	var l analyze.Label
	for i, w := range words {
		if i > 0 {
			l.Chinese, l.English = l.Chinese+" · ", l.English+" · "
		}
		l.Chinese, l.English = l.Chinese+w.phrase.Chinese, l.English+w.phrase.English
	}
	if len(words) == 0 {
		return analyze.Label{Chinese: fmt.Sprint("中间人群 ", of.Key), English: fmt.Sprint("in the middle ", of.Key)}
	}
	return l
}

var nameOrder = []string{aspectPerson, aspectPrice, aspectTaste, aspectAmount, aspectTiming, aspectVisits}

const leastNamed = .5 // Cohen's d of the middle size

var phrases = map[string][2]analyze.Label{ // low, high
	"recency":     {{Chinese: "最近下过单", English: "ordered recently"}, {Chinese: "久未下单", English: "long silent"}},
	"frequency":   {{Chinese: "买得少", English: "buy seldom"}, {Chinese: "买得勤", English: "buy often"}},
	"order_value": {{Chinese: "客单低", English: "small orders"}, {Chinese: "客单高", English: "large orders"}},
	"pieces":      {{Chinese: "一次买得少", English: "few pieces at once"}, {Chinese: "一次买得多", English: "many pieces at once"}},
	"discounted":  {{Chinese: "原价购买", English: "pay full price"}, {Chinese: "打折才买", English: "wait for discounts"}},
	"visits":      {{Chinese: "很少来逛", English: "seldom visit"}, {Chinese: "常来逛", English: "visit often"}},
	"female":      {{Chinese: "男性", English: "men"}, {Chinese: "女性", English: "women"}},
}

// phrase is what a feature says of a cluster where it sets it apart.
func (c *Clusters) phrase(of *Cluster, all []feature, j int) (l analyze.Label, ok bool) {
	effect, value := of.Effect[j], of.Typical[j]
	if math.Abs(effect) < leastNamed || value == unknown {
		return l, false
	}
	f := all[j]
	if said, known := phrases[f.name]; known {
		if effect < 0 {
			return said[0], true
		}
		return said[1], true
	}
	switch {
	case f.name == "age":
		years := int(math.Round(value))
		return analyze.Label{Chinese: fmt.Sprintf("约 %d 岁", years), English: fmt.Sprintf("about %d years old", years)}, true
	case f.name == "price_level" && effect > 0:
		return analyze.Label{Chinese: "多付 " + analyze.Percent(math.Round(100*(math.Exp(value)-1))/100), English: "pay " + analyze.Percent(math.Round(100*(math.Exp(value)-1))/100) + " more"}, math.Exp(value) > 1.005
	case f.name == "price_level":
		return analyze.Label{Chinese: "挑便宜的", English: "pick the cheaper"}, true
	case f.aspect == aspectTaste && effect > 0:
		category := c.Categories[j-len(features)]
		return analyze.Label{Chinese: "买" + category, English: "buy " + category}, true
	}
	return l, false
}
