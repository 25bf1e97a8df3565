package likeness

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/db/dbtest"
)

func find(p *Persona, detail, value string) (PersonaItem, *PersonaDetail) {
	for _, part := range p.Parts {
		for i, d := range part.Details {
			for _, item := range d.Items {
				if d.Name == detail && item.Value == value {
					return item, &part.Details[i]
				}
			}
		}
	}
	return PersonaItem{}, nil
}

// Of 400 customers 100 are tagged eco. Of those 80 are women and 60 buy eco; of the others 150 and 30. What the index must be
// follows by hand.
func TestPersonaTellsWhatIsPlanted(t *testing.T) {
	c := newCompany(t)
	for id := int64(1); id <= 400; id++ {
		eco, n := id <= 100, (id-1)%100
		more := map[string]any{"gender": "male", "birthday": day(365*40 + 10), "province": []string{"浙江省", "上海市"}[id%2]}
		if eco && n < 80 || !eco && n < 50 {
			more["gender"] = "female"
		}
		if eco {
			more["tags"], more["birthday"] = []string{"eco"}, day(365*30+8)
		}
		if id%10 == 0 {
			more["gender"], more["birthday"] = "unknown", nil
		}
		c.exists(id, more)
		switch {
		case eco && n < 60, !eco && n < 10:
			c.buys(id, 30, line{"bag", "环保", 20000 + id, 1})
		default:
			c.buys(id, 30, line{"cup", "家居", 10000, 1})
		}
	}
	c.move()
	l := c.likeness(dbtest.SQLite(t))
	p, err := l.Persona(at(noon), []byte(`{"tag":"eco"}`))
	require.NoError(t, err)
	require.EqualValues(t, 100, p.Members)
	require.EqualValues(t, 400, p.Base)

	women, of := find(p, "gender", "female")
	require.EqualValues(t, 90, of.Known, "a tenth is unknown")
	require.EqualValues(t, 360, of.KnownBase)
	require.EqualValues(t, 72, women.Members)
	require.EqualValues(t, 72+3*45, women.Base)
	require.InDelta(t, 100*(72./90)/(207./360), women.Index, 1e-9)
	require.True(t, women.Sure)
	require.Less(t, women.Low, women.Index)
	require.Greater(t, women.High, women.Index)

	buys, _ := find(p, "category", "环保")
	require.InDelta(t, 100*(60./100)/(90./400), buys.Index, 1e-9)
	require.True(t, buys.Sure)
	age, _ := find(p, "age", "25-34")
	require.EqualValues(t, 90, age.Members)
	require.InDelta(t, 400, age.Index, 1e-9)

	province, _ := find(p, "province", "浙江省")
	require.InDelta(t, 100, province.Index, 1e-9)
	require.False(t, province.Sure, "what is spread evenly sets nobody apart")
	require.Contains(t, p.Headline.English, "aged 25–34")
	require.Contains(t, p.Headline.Chinese, "25–34 岁")

	spent, of := find(p, "order_value", "high")
	require.InDelta(t, 20000, *of.Median, 100)
	require.Equal(t, 10000., *of.BaseMedian)
	require.InDelta(t, 1-45./400, *of.Rank, .1)
	require.Greater(t, spent.Index, 200.)
	require.Nil(t, spent.Condition, "no condition asks for it")

	one, err := l.OfCustomer(at(noon), 1)
	require.NoError(t, err)
	bag, _ := find(one, "product", "bag")
	require.InDelta(t, .225, bag.BaseShare, 1e-9)
	_, err = l.OfCustomer(at(noon), 4000)
	require.ErrorContains(t, err, "not_found")
	everybody, err := l.Persona(at(noon), []byte(`{"all":[]}`))
	require.NoError(t, err)
	require.Empty(t, everybody.Differences, "everybody is like everybody")
}

// The limits hold what is true about as often as they say: of groups drawn by chance from everybody 99 in 100 have 100 inside.
func TestIndexLimitsHoldTheTruth(t *testing.T) {
	held, tries := 0, 0
	for a := 0.; a <= 60; a++ { // hypergeometric: 60 of 600 drawn, of whom 150 have it
		weight := math.Exp(choose(150, a) + choose(450, 60-a) - choose(600, 60))
		low, high := limits(a, 60, 150-a, 540)
		count := int(math.Round(weight * 1e6))
		tries += count
		if low <= 100 && 100 <= high {
			held += count
		}
	}
	require.InDelta(t, .99, float64(held)/float64(tries), .008)
}

func choose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}
