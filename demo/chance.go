package demo

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// Every row draws from its own stream, named by what is drawn and for whom. A
// customer is therefore the same person in a company of five thousand and of a
// million, and can be made again at any time instead of being kept in memory.
type stream uint64

const (
	streamIdentity stream = iota + 1
	streamHabit
	streamOrder
	streamNobody
	streamContact
	streamDirt
	streamVisit
	streamVisitBuyer
	streamTrouble
)

// chance is a source of random draws that can be re-aimed without allocating.
type chance struct {
	pcg *rand.PCG
	*rand.Rand
	seed uint64
}

func newChance(seed uint64) *chance {
	pcg := rand.NewPCG(seed, 0)
	return &chance{pcg: pcg, Rand: rand.New(pcg), seed: seed}
}

// of aims the source at draw i, j of a stream.
func (c *chance) of(s stream, i, j int) *chance {
	c.pcg.Seed(c.seed^uint64(s)<<56, mix(uint64(i)<<32|uint64(uint32(j))))
	return c
}

// mix is the finalizer of splitmix64 (Steele, Lea and Flood, 2014): it spreads
// neighbouring numbers over the whole range.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// gamma draws from a gamma distribution of the given shape and mean.
func (c *chance) gamma(shape, mean float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: shape / mean, Src: c.pcg}.Rand()
}

// beta draws a share from a beta distribution.
func (c *chance) beta(a, b float64) float64 {
	return distuv.Beta{Alpha: a, Beta: b, Src: c.pcg}.Rand()
}

// lognormal draws a factor whose median is 1.
func (c *chance) lognormal(sigma float64) float64 {
	return math.Exp(sigma * c.NormFloat64())
}

// yes is true with probability p.
func (c *chance) yes(p float64) bool { return c.Float64() < p }

// one picks an element of list.
func one[T any](c *chance, list []T) T { return list[c.IntN(len(list))] }

// weights picks indexes in proportion to what they weigh.
type weights []float64

func (w *weights) add(weight float64) {
	if n := len(*w); n > 0 {
		weight += (*w)[n-1]
	}
	*w = append(*w, weight)
}

func (w weights) pick(c *chance) int {
	at := c.Float64() * w[len(w)-1]
	low, high := 0, len(w)-1
	for low < high {
		if mid := (low + high) / 2; w[mid] <= at {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}
