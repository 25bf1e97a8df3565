package collect

import (
	"slices"

	"github.com/zeebo/xxh3"
)

// groupHash tells the group of a record by a hash that is the same in every process; 0 = the row stands alone. Two
// groups that share a hash by accident are only applied together, which is harmless.
type groupHash struct {
	columns []int // by place in GroupBy, -1 where a constant or nothing fills it
	fields  []Field
	scratch []byte
}

func newGroupHash(p *plan) *groupHash {
	g := &groupHash{}
	for _, field := range p.group {
		column := -1
		for _, t := range p.targets {
			if t.field == field {
				column = t.column
			}
		}
		g.columns = append(g.columns, column)
		g.fields = append(g.fields, p.fields[field])
	}
	return g
}

func (g *groupHash) of(record []string) uint64 {
	g.scratch = g.scratch[:0]
	for i, column := range g.columns {
		last := i == len(g.columns)-1
		if column < 0 || column >= len(record) {
			if last {
				return 0
			}
			continue
		}
		cell := trimCell(record[column])
		if last && blankCell(cell) {
			return 0
		}
		if g.fields[i].Identifier {
			cell = cleanIdentifier(foldWidth(cell))
		}
		g.scratch = append(append(g.scratch, cell...), 0)
	}
	return max(xxh3.Hash(g.scratch), 1)
}

// groupFinder finds groups whose rows stand apart, in twelve bytes for each run of rows of one group.
type groupFinder struct {
	hash   *groupHash
	runs   []uint64
	sizes  []uint32 // bytes of each run's cells
	last   uint64
	length int
}

func newGroupFinder(p *plan) *groupFinder {
	if len(p.group) == 0 {
		return nil
	}
	return &groupFinder{hash: newGroupHash(p)}
}

func (g *groupFinder) add(record []string, number int64) error {
	h := g.hash.of(record)
	if h == 0 {
		g.last = 0
		return nil
	}
	if h != g.last {
		g.last, g.length = h, 0
		g.runs, g.sizes = append(g.runs, h), append(g.sizes, 0)
	}
	if g.length++; g.length > maxGroupRows {
		return &FileError{Code: "group_too_large", Line: number}
	}
	run := &g.sizes[len(g.sizes)-1]
	*run = uint32(min(int64(*run)+recordBytes(record), 1<<31))
	return nil
}

// scattered gives the groups with more than one run, sorted, and how many bytes they have together.
func (g *groupFinder) scattered() (split []uint64, bytes int64) {
	sorted := slices.Clone(g.runs)
	slices.Sort(sorted)
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] && (len(split) == 0 || split[len(split)-1] != sorted[i]) {
			split = append(split, sorted[i])
		}
	}
	if len(split) == 0 {
		return nil, 0
	}
	for i, h := range g.runs {
		if _, found := slices.BinarySearch(split, h); found {
			bytes += int64(g.sizes[i])
		}
	}
	return split, bytes
}

// recordBytes estimates the memory a kept record takes.
func recordBytes(record []string) int64 {
	size := int64(48)
	for _, cell := range record {
		size += int64(len(cell)) + 16
	}
	return size
}
