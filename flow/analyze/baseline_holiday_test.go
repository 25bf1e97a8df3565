package analyze

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"guanxi/test/testdata"
)

// offDays gives the days of public holidays from 2018 on by name, from the published lists.
func offDays(t *testing.T) map[string]string {
	t.Helper()
	off := map[string]string{}
	for year := 2018; year <= 2025; year++ {
		text, err := os.ReadFile(testdata.Path("holiday_cn/" + time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006") + ".json"))
		if err != nil {
			t.Fatal(err)
		}
		var list struct {
			Days []struct {
				Name, Date string
				IsOffDay   bool
			}
		}
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatal(err)
		}
		for _, d := range list.Days {
			if d.IsOffDay {
				off[d.Date] = d.Name
			}
		}
	}
	return off
}

// What holidays do to trade in the generated series: the Spring Festival nearly stops it, the National Day's Golden Week and the
// short holidays lower it.
var holidayEffect = map[string]float64{"元旦": 0.8, "春节": 0.35, "清明节": 0.8, "劳动节": 0.7, "端午节": 0.75, "中秋节": 0.75, "国庆节": 0.55, "国庆节、中秋节": 0.55}

// Six series of five years with a week's season, a trend, noise and the public holidays of China as they were; in the last two
// years twenty-four days each have lost 30%. How many of what is called an anomaly were planted (precision), how many of the planted
// are found (recall), and how many days of holidays alarm.
func TestBaseline_holidays_do_not_alarm_and_planted_falls_do(t *testing.T) {
	off := offDays(t)
	first := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)
	n := (Period{first, last}).Days()
	near := func(i, reach int) bool {
		for k := -reach; k <= reach; k++ {
			if off[dayText(first.AddDate(0, 0, i+k))] != "" {
				return true
			}
		}
		return false
	}
	orders := mustMetric(t, "orders")
	season := [7]float64{1, 0.92, 0.95, 1.0, 1.1, 1.35, 1.3}
	var found, planted, alarms, holidays, holidayAlarms, ordinary, ordinaryAlarms float64
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 28))
		days, is := make([]float64, n), make([]bool, n)
		for i := range days {
			mean := 900 * season[i%7] * math.Pow(1.06, float64(i)/365)
			if effect := holidayEffect[off[dayText(first.AddDate(0, 0, i))]]; effect != 0 {
				mean *= effect
			}
			days[i] = math.Round(mean + 1.5*math.Sqrt(mean)*r.NormFloat64())
		}
		begin := n - 2*365
		for k := 0; k < 24; {
			at := begin + r.IntN(2*365)
			if is[at] || near(at, 7) {
				continue
			}
			is[at], days[at] = true, math.Round(days[at]*0.7)
			k++
		}
		b := newBaseline(orders, first, counts(days))
		for at := begin; at < n; at++ {
			j, ok := b.judge(at, at)
			if !ok {
				t.Fatal("five years are too short")
			}
			holiday := off[dayText(first.AddDate(0, 0, at))] != ""
			switch {
			case is[at]:
				planted++
				if j.anomaly() {
					found++
				}
			case holiday:
				holidays++
				if j.anomaly() {
					holidayAlarms++
				}
			default:
				ordinary++
				if j.anomaly() {
					ordinaryAlarms++
				}
			}
			if j.anomaly() {
				alarms++
			}
		}
	}
	precision, recall := found/alarms, found/planted
	t.Logf("precision %.3f, recall %.3f; of %.0f days of holidays %.0f alarm, of %.0f others %.0f", precision, recall, holidays, holidayAlarms, ordinary, ordinaryAlarms)
	if recall < 0.9 {
		t.Errorf("recall is %.3f", recall)
	}
	if precision < 0.9 {
		t.Errorf("precision is %.3f", precision)
	}
	if holidayAlarms/holidays > 0.02 {
		t.Errorf("%.0f of %.0f days of holidays alarm", holidayAlarms, holidays)
	}
}
