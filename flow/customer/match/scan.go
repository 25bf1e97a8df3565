package match

import (
	"cmp"
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Set gathers records and finds the pairs among them.
type Set struct {
	persons, organizations *class
}

// NewSet gives an empty set. sound tells how a name is spoken, in plain letters; family names may have readings of
// their own.
func NewSet(sound func(text string, family bool) string) *Set {
	return &Set{newClass(false, sound), newClass(true, sound)}
}

// Add takes a record in. It must not be called by two goroutines at once.
func (s *Set) Add(r *Record) {
	if r.Organization || r.Given == "" && r.Family == "" && r.Gender == "" && r.Birthday == "" && LooksLikeOrganization(r.Name) {
		s.organizations.add(r)
		return
	}
	s.persons.add(r)
}

// Result is what a scan found: the pairs, best first, and how much work it was. Skipped is how many pairs shared a key
// but were in so large a block that only neighbours in it were compared.
type Result struct {
	Pairs    []Pair
	Records  int
	Compared int64
	Skipped  int64
	Learned  map[string]*Learned // person, organization
}

// Options bound a scan. Progress is told the share done, 0 to 1, now and then; it may be nil.
type Options struct {
	Least    float64 // pairs below this probability are not given
	Most     int     // at most so many pairs are given, the best ones
	Progress func(share float64)
}

// Scan learns the model and gives the pairs. Fault: the context's.
func (s *Set) Scan(ctx context.Context, o Options) (*Result, error) {
	r := &Result{Learned: map[string]*Learned{}}
	total := float64(max(len(s.persons.entries)+len(s.organizations.entries), 1))
	done := 0.0
	for _, c := range []*class{s.persons, s.organizations} {
		r.Records += len(c.entries)
		share := float64(len(c.entries)) / total
		progress := func(part float64) {
			if o.Progress != nil {
				o.Progress(done + share*part)
			}
		}
		if len(c.entries) > 1 {
			if err := c.scan(ctx, o, r, progress); err != nil {
				return nil, err
			}
		}
		done += share
	}
	slices.SortFunc(r.Pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	if o.Most > 0 && len(r.Pairs) > o.Most {
		r.Pairs = r.Pairs[:o.Most]
	}
	return r, nil
}

func (c *class) scan(ctx context.Context, o Options, r *Result, progress func(float64)) error {
	c.choose()
	c.weigh(false)
	rand := c.sample()
	model := start(c.organization, float64(len(c.entries)), rand)
	f := &finder{c: c, weights: model.weights(), floor: -model.Prior - keepBits}
	if err := f.find(ctx, func(share float64) { progress(0.9 * share) }); err != nil {
		return err
	}
	r.Compared += f.compared
	r.Skipped += f.skipped
	model.learn(f.seen, rand)
	learned := c.learned(model)
	for _, k := range f.kept {
		pair := learned.pair(c, &c.entries[k.a], &c.entries[k.b], k.levels)
		if pair.Score >= o.Least {
			r.Pairs = append(r.Pairs, pair)
		}
	}
	name := "person"
	if c.organization {
		name = "organization"
	}
	r.Learned[name] = learned
	progress(1)
	return nil
}

const (
	allPairs    = 2500    // up to so many records each is compared with each
	samplePairs = 1 << 18 // random pairs behind u
	blockWork   = 40_000_000
	keepBits    = 14 // how far below even odds, by the beliefs, a pair may be and still be kept for the learned model
	mostKept    = 6_000_000
	usualPairs  = 500 // the weight, in pairs, of what is usual: a few records alone do not tell what is rare
)

// sample takes the shares of levels among random pairs, all pairs where there are few. How often values are equal is
// known exactly from their frequencies.
func (c *class) sample() *random {
	n := len(c.entries)
	r := &random{all: float64(n) * float64(n-1) / 2}
	var counts [fieldCount][levelCount]float64
	count := func(p pattern) {
		for f := range fieldCount {
			counts[f][p.level(f)]++
		}
	}
	if n <= 1000 {
		for i := range n {
			for j := range i {
				count(c.compare(&c.entries[i], &c.entries[j]))
			}
		}
	} else {
		dice := rand.New(rand.NewPCG(uint64(n), 1969))
		for range samplePairs {
			i, j := dice.IntN(n), dice.IntN(n-1)
			if j >= i {
				j++
			}
			count(c.compare(&c.entries[i], &c.entries[j]))
		}
	}
	for f := range fieldCount {
		both, all := 0.0, 0.0
		for l := range levelCount {
			all += counts[f][l]
			if l != Missing {
				both += counts[f][l]
			}
		}
		if both == 0 {
			continue
		}
		r.pairs[f] = r.all * both / all
		equal := counts[f][Exact] / both
		if c.tallies[f].total > 1 {
			equal = c.tallies[f].chance()
		}
		rest := max(both-counts[f][Exact], 1)
		for l := Different; l < Exact; l++ {
			r.share[f][l] = max(counts[f][l], 0.5) / rest * (1 - equal)
		}
		r.share[f][Exact] = max(equal, 0.5/both)
		usual := usualShares(f)
		for l := range levelCount {
			r.share[f][l] = (r.share[f][l]*r.pairs[f] + usual[l]*usualPairs) / (r.pairs[f] + usualPairs)
		}
		r.pairs[f] += usualPairs
	}
	return r
}

// candidate is a pair that may be the same, by places in entries.
type candidate struct {
	a, b   uint32
	levels pattern
}

// finder brings records together and compares them.
type finder struct {
	c       *class
	weights [fieldCount][levelCount]float64
	floor   float64

	seen              histogram
	kept              []candidate
	compared, skipped int64
	mutex             sync.Mutex
}

// part is what one worker gathers.
type part struct {
	f                 *finder
	seen              histogram
	kept              []candidate
	compared, skipped int64
}

func (f *finder) part() *part { return &part{f: f, seen: histogram{}} }

func (p *part) compare(a, b int) {
	c := p.f.c
	levels := c.compare(&c.entries[a], &c.entries[b])
	p.compared++
	p.seen[levels]++
	if sum(&p.f.weights, levels) >= p.f.floor && len(p.kept) < mostKept/2 {
		p.kept = append(p.kept, candidate{uint32(min(a, b)), uint32(max(a, b)), levels})
	}
}

func (f *finder) add(p *part) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for levels, n := range p.seen {
		f.seen[levels] += n
	}
	f.kept = append(f.kept, p.kept...)
	f.compared += p.compared
	f.skipped += p.skipped
}

// halves shares out the numbers below n among the processors.
func halves(n int, work func(worker, from, to int)) {
	workers := min(max(runtime.GOMAXPROCS(0), 1), max(n, 1))
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() { work(w, n*w/workers, n*(w+1)/workers) })
	}
	all.Wait()
}

// find compares all that share a key.
func (f *finder) find(ctx context.Context, progress func(float64)) error {
	f.seen = histogram{}
	n := len(f.c.entries)
	if n <= allPairs {
		p := f.part()
		for i := range n {
			for j := range i {
				p.compare(i, j)
			}
		}
		f.add(p)
		return ctx.Err()
	}
	table := f.c.keyTable()
	progress(0.1)
	most := min(max(blockWork/n, 30), 1000)
	for k := range table.keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.block(table, k, most)
		progress(0.1 + 0.9*float64(k+1)/float64(len(table.keys)))
	}
	// a pair in two large blocks may have come twice
	slices.SortFunc(f.kept, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b)) })
	f.kept = slices.CompactFunc(f.kept, func(a, b candidate) bool { return a.a == b.a && a.b == b.b })
	return nil
}

// block compares the records that share a value of key k. A block of more than most records is put in order by name
// and birthday, and only near neighbours in it are compared (Hernández and Stolfo 1995, sorted neighbourhood).
func (f *finder) block(t *keyTable, k, most int) {
	members := make([]uint64, 0, len(f.c.entries))
	for i := range f.c.entries {
		values := t.of(i, k)
		for j, v := range values {
			if v != 0 && !slices.Contains(values[:j], v) {
				members = append(members, uint64(v)<<32|uint64(i))
			}
		}
	}
	slices.Sort(members)
	t.large[k] = map[uint32]bool{}
	var starts []int
	for i := 0; i < len(members); {
		end := i + 1
		for end < len(members) && members[end]>>32 == members[i]>>32 {
			end++
		}
		if end-i > most {
			t.large[k][uint32(members[i]>>32)] = true
		}
		if end-i > 1 {
			starts = append(starts, i, end)
		}
		i = end
	}
	var next sync.Mutex
	at := 0
	halves(runtime.GOMAXPROCS(0), func(int, int, int) {
		p := f.part()
		for {
			next.Lock()
			from := at
			at = min(at+512, len(starts))
			to := at
			next.Unlock()
			if from == to {
				break
			}
			for ; from < to; from += 2 {
				f.blockOf(p, t, k, members[starts[from]:starts[from+1]], most)
			}
		}
		f.add(p)
	})
}

const window = 8

func (f *finder) blockOf(p *part, t *keyTable, k int, members []uint64, most int) {
	reach := len(members)
	if len(members) > most {
		reach = window
		slices.SortFunc(members, func(x, y uint64) int {
			a, b := &f.c.entries[uint32(x)], &f.c.entries[uint32(y)]
			return cmp.Or(cmp.Compare(a.familySound, b.familySound), cmp.Compare(a.givenSound, b.givenSound), cmp.Compare(a.name, b.name),
				cmp.Compare(a.city, b.city), cmp.Compare(a.birthday, b.birthday), cmp.Compare(x, y))
		})
		n := int64(len(members))
		p.skipped += n*(n-1)/2 - (n*window - window*(window+1)/2)
	}
	for i := range members {
		for j := i + 1; j < min(len(members), i+1+reach); j++ {
			a, b := int(uint32(members[i])), int(uint32(members[j]))
			if k == 0 || !t.met(a, b, k) {
				p.compare(a, b)
			}
		}
	}
}
