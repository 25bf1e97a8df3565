package analyze

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var monday = time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)

// shopDays is a daily series with a weekly season, a trend of one percent a week and Poisson-like noise.
func shopDays(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	season := [7]float64{1, 0.9, 0.95, 1.05, 1.2, 1.5, 1.4}
	days := make([]float64, n)
	for i := range days {
		mean := 100 * season[i%7] * math.Pow(1.01, float64(i)/7)
		days[i] = max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
	}
	return days
}

func counts(days []float64) []sum {
	sums := make([]sum, len(days))
	for i, v := range days {
		sums[i] = sum{num: v, known: true}
	}
	return sums
}

func mustMetric(t *testing.T, name string) *Metric {
	t.Helper()
	m, err := metricOf(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Thirty series of two years: what is injected is found, what is not is left alone.
func TestBaseline(t *testing.T) {
	orders := mustMetric(t, "orders")
	injected := map[string]struct {
		change func([]float64)
		at     int
		found  bool
	}{
		"an ordinary day":                         {func([]float64) {}, 700, false},
		"a day that lost 60 percent":              {func(d []float64) { d[700] *= 0.4 }, 700, true},
		"a day that doubled":                      {func(d []float64) { d[700] *= 2 }, 700, true},
		"a day without an order":                  {func(d []float64) { d[700] = 0 }, 700, true},
		"the day after an outage":                 {func(d []float64) { d[699] = 0 }, 700, false},
		"the day after a promotion of three days": {func(d []float64) { d[697] *= 3; d[698] *= 3; d[699] *= 3 }, 700, false},
		"a month after sales fell by a third": {func(d []float64) {
			for i := 670; i < len(d); i++ {
				d[i] *= 0.67
			}
		}, 700, false},
		"a yearly festival by date":    {func(d []float64) { d[335] *= 4; d[700] *= 4 }, 700, false},
		"a festival that did not come": {func(d []float64) { d[335] *= 4 }, 700, false},
		"less than half on a festival": {func(d []float64) { d[335] *= 4; d[700] *= 0.3 }, 700, true},
	}
	for name, row := range injected {
		t.Run(name, func(t *testing.T) {
			found := 0
			for seed := range uint64(30) {
				days := shopDays(720, seed)
				row.change(days)
				b := newBaseline(orders, monday, counts(days))
				j, ok := b.judge(row.at, row.at)
				if !ok {
					t.Fatal("two years are too short")
				}
				if j.anomaly() {
					found++
				}
				if j.anomaly() != (days[row.at] < j.Low || days[row.at] > j.High) {
					t.Fatalf("z %.2f against %.0f in %.0f..%.0f", j.Z, days[row.at], j.Low, j.High)
				}
			}
			if row.found && found < 30 || !row.found && found > 1 {
				t.Errorf("called an anomaly in %d of 30 series", found)
			}
		})
	}
}

func TestBaseline_says_nothing_before_six_weeks(t *testing.T) {
	b := newBaseline(mustMetric(t, "orders"), monday, counts(shopDays(60, 1)))
	if _, ok := b.judge(41, 41); ok {
		t.Error("judged a day after 41 days")
	}
	if _, ok := b.judge(42, 42); !ok {
		t.Error("did not judge a day after 42 days")
	}
}

func TestBaseline_expects_what_the_series_does(t *testing.T) {
	orders := mustMetric(t, "orders")
	var off, inside, n float64
	for seed := range uint64(10) {
		days := shopDays(300, seed)
		b := newBaseline(orders, monday, counts(days))
		for at := 200; at < 300; at++ {
			j, _ := b.judge(at, at)
			off += math.Abs(j.Expected-days[at]) / days[at]
			if !j.anomaly() {
				inside++
			}
			n++
		}
	}
	// the noise alone is about ten percent of a day, so no method can be nearer than 0.08 on the mean
	if off/n > 0.09 {
		t.Errorf("off by %.3f on the mean", off/n)
	}
	if inside/n < 0.99 {
		t.Errorf("only %.3f of ordinary days are inside the range", inside/n)
	}
}

// Closed on Saturdays, as the shop of the online_retail data was.
func TestBaseline_knows_a_closed_weekday(t *testing.T) {
	days := shopDays(200, 3)
	for i := 5; i < len(days); i += 7 {
		days[i] = 0
	}
	b := newBaseline(mustMetric(t, "orders"), monday, counts(days))
	saturday := 194
	if j, ok := b.judge(saturday, saturday); !ok || j.anomaly() || j.Expected > 1 {
		t.Errorf("a closed Saturday: %+v", j)
	}
	if j, _ := b.judge(saturday+1, saturday+1); j.anomaly() {
		t.Errorf("the Sunday after: %+v", j)
	}
}
