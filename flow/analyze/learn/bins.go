package learn

import (
	"math"
	"slices"
)

// mostBins is how many parts the numbers of a feature are put into; splits are sought between them.
const mostBins = 64

// binned is a set with every value replaced by the part it falls into; the last part of a feature holds what is not known.
type binned struct {
	at     [][]uint8   // by feature, then row
	upTo   [][]float64 // by feature: the largest number of each part but the last; nil for levels
	counts []int       // by feature: parts, with that for unknown values
}

func bin(s *Set) *binned {
	b := &binned{at: make([][]uint8, len(s.Features)), upTo: make([][]float64, len(s.Features)), counts: make([]int, len(s.Features))}
	for f, feature := range s.Features {
		column := make([]uint8, len(s.X))
		if n := len(feature.Levels); feature.Levels != nil {
			n = min(n, math.MaxUint8)
			b.counts[f] = n + 1
			for i, x := range s.X {
				if v := x[f]; math.IsNaN(v) || v < 0 || int(v) >= n {
					column[i] = uint8(n)
				} else {
					column[i] = uint8(v)
				}
			}
			b.at[f] = column
			continue
		}
		var known []float64
		for _, x := range s.X {
			if !math.IsNaN(x[f]) {
				known = append(known, x[f])
			}
		}
		slices.Sort(known)
		b.upTo[f] = borders(known)
		b.counts[f] = len(b.upTo[f]) + 2
		for i, x := range s.X {
			if math.IsNaN(x[f]) {
				column[i] = uint8(b.counts[f] - 1)
			} else {
				at, _ := slices.BinarySearch(b.upTo[f], x[f])
				column[i] = uint8(at)
			}
		}
		b.at[f] = column
	}
	return b
}

// borders gives where sorted numbers are parted: halfway between neighbours, into parts of about the same size.
func borders(known []float64) (at []float64) {
	different := slices.Compact(slices.Clone(known))
	if len(different) <= mostBins {
		for i := 1; i < len(different); i++ {
			at = append(at, (different[i-1]+different[i])/2)
		}
		return at
	}
	for part := 1; part < mostBins; part++ {
		i := len(known) * part / mostBins
		next, _ := slices.BinarySearchFunc(known[i:], known[i], func(v, w float64) int {
			if v > w {
				return 1
			}
			return -1
		})
		if i += next; i >= len(known) {
			break
		}
		if border := (known[i-1] + known[i]) / 2; len(at) == 0 || border > at[len(at)-1] {
			at = append(at, border)
		}
	}
	return at
}
