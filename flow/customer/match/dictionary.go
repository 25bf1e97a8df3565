package match

import "sync"

// word is one distinct text of a dictionary. 0 stands for no text.
type word = uint32

// dictionary numbers distinct texts, so that records hold numbers, and remembers how unequal texts compare.
type dictionary struct {
	ids    map[string]word
	texts  []string
	shards [16]decisions
}

// decisions are comparisons made before.
type decisions struct {
	mutex sync.RWMutex
	known map[uint64]Level
}

func newDictionary() *dictionary {
	d := &dictionary{ids: map[string]word{}, texts: []string{""}}
	for i := range d.shards {
		d.shards[i].known = map[uint64]Level{}
	}
	return d
}

func (d *dictionary) add(text string) word {
	if text == "" {
		return 0
	}
	if id, known := d.ids[text]; known {
		return id
	}
	id := word(len(d.texts))
	d.ids[text] = id
	d.texts = append(d.texts, text)
	return id
}

// mostDecided bounds the memory of comparisons, for each shard.
const mostDecided = 1 << 16

// level gives what decide says about two unequal texts, asked once.
func (d *dictionary) level(a, b word, decide func(a, b string) Level) Level {
	if a > b {
		a, b = b, a
	}
	key := uint64(a)<<32 | uint64(b)
	shard := &d.shards[(key*0x9E3779B97F4A7C15)>>60]
	shard.mutex.RLock()
	l, known := shard.known[key]
	shard.mutex.RUnlock()
	if known {
		return l
	}
	l = decide(d.texts[a], d.texts[b])
	shard.mutex.Lock()
	if len(shard.known) < mostDecided {
		shard.known[key] = l
	}
	shard.mutex.Unlock()
	return l
}

// tally counts how many records hold each value of a field.
type tally struct {
	counts []uint32
	total  float64
}

func (t *tally) add(id word) {
	if id == 0 {
		return
	}
	for int(id) >= len(t.counts) {
		t.counts = append(t.counts, make([]uint32, max(1024, len(t.counts)))...)
	}
	t.counts[id]++
	t.total++
}

// frequency is the share, 0 to 1, of the filled records that hold the value.
func (t *tally) frequency(id word) float64 {
	if int(id) >= len(t.counts) {
		return 0
	}
	return float64(t.counts[id]) / max(t.total, 1)
}

// chance is the probability that two different records with a value have the same one.
func (t *tally) chance() float64 {
	if t.total < 2 {
		return 0
	}
	sum := 0.0
	for _, n := range t.counts {
		sum += float64(n) * max(float64(n)-1, 0)
	}
	return sum / (t.total * (t.total - 1))
}
