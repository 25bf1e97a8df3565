package decide

import (
	"math"
	"testing"
	"time"
)

var shanghai = func() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return loc
}()

// at gives an instant in Shanghai; 2026-03-09 is a Monday.
func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func ms(text string) *int64 { n := at(text).UnixMilli(); return &n }

func ptr[T any](v T) *T { return &v }

func TestRate(t *testing.T) {
	monday, friday := "2026-03-09 09:22", "2026-03-13 09:22"
	for _, row := range []struct {
		name                  string
		now                   string
		f                     Factors
		delay, promise, score float64
	}{
		// 410400 × 0.31 × (1 − 2^(−1440/12960)) = 127224 × 0.0741253 = 9430.5; / 6 = 1571.8
		{"a lapsing customer loses a ninth of a half-life by tomorrow", monday,
			Factors{Stake: 410400, Chance: .31, HalfLifeMinutes: 12960, EffortMinutes: 6}, 9430.5, 0, 1571.8},
		// the next working day is three days off: 127224 × (1 − 2^(−1/3)) = 127224 × 0.2062995 = 26246.2; / 6 = 4374.4
		{"on a Friday the weekend counts", friday,
			Factors{Stake: 410400, Chance: .31, HalfLifeMinutes: 12960, EffortMinutes: 6}, 26246.2, 0, 4374.4},
		// 390000 × 0.5 × (1 − 2^(−48)) = 195000; / 10 = 19500
		{"a web lead with a half-life of 30 minutes is all lost by tomorrow", monday,
			Factors{Stake: 390000, Chance: .5, HalfLifeMinutes: 30, EffortMinutes: 10}, 195000, 0, 19500},
		// slack 38 − 12 = 26 minutes: 186000 × 0.6 × e^(−26/120) = 111600 × 0.8051984 = 89860.1; delay 111600 × (1 − 2^(−6)) = 109856.2
		{"what fades within hours costs more than the promise to answer", monday,
			Factors{Stake: 186000, Chance: .6, HalfLifeMinutes: 240, EffortMinutes: 12, DueAt: ms("2026-03-09 10:00")}, 109856.2, 89860.1, 9154.7},
		// slack 98 − 6 = 92: 15500 × e^(−92/120) = 15500 × 0.4645585 = 7200.7; delay 15500 × (1 − 2^(−0.5)) = 4539.8; / 6 = 1200.1
		{"a call agreed for eleven weighs by how likely it is missed", monday,
			Factors{Stake: 31000, Chance: .5, HalfLifeMinutes: 2880, EffortMinutes: 6, DueAt: ms("2026-03-09 11:00")}, 4539.8, 7200.7, 1200.1},
		// slack 98 + 540 − 6 = 632: 15500 × e^(−632/120) = 80.0, so the delay rules: 4539.8 / 6 = 756.6
		{"the same call agreed for tomorrow is no hurry", monday,
			Factors{Stake: 31000, Chance: .5, HalfLifeMinutes: 2880, EffortMinutes: 6, DueAt: ms("2026-03-10 11:00")}, 4539.8, 80.0, 756.6},
		// P = 1: 15500 / 6 = 2583.3
		{"a promise that has passed weighs in full", monday,
			Factors{Stake: 31000, Chance: .5, HalfLifeMinutes: 2880, EffortMinutes: 6, DueAt: ms("2026-03-09 08:52")}, 4539.8, 15500, 2583.3},
		// Saturday 20:00 from Saturday 18:00 is 120 minutes, though nobody works: 15500 × e^(−114/120) = 5994.5; waiting until Monday: 15500 × 0.5 = 7750; / 6 = 1291.7
		{"a promise for an evening counts all time until then", "2026-03-14 18:00",
			Factors{Stake: 31000, Chance: .5, HalfLifeMinutes: 2880, EffortMinutes: 6, DueAt: ms("2026-03-14 20:00")}, 7750, 5994.5, 1291.7},
		{"nothing at stake scores nothing", monday, Factors{Chance: .5, HalfLifeMinutes: 30, EffortMinutes: 10}, 0, 0, 0},
		// 10000 × (1 − 2^(−1)) / 0.5 = 10000
		{"an effort of zero counts as half a minute", monday, Factors{Stake: 10000, Chance: 1, HalfLifeMinutes: 1440}, 5000, 0, 10000},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := Rate(row.f, at(row.now), OfficeHours(shanghai))
			near(t, "delay loss", s.DelayLoss, row.delay)
			near(t, "promise", s.Promise, row.promise)
			near(t, "score", s.PerMinute, row.score)
		})
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.06 {
		t.Errorf("%s is %.3f, want %.3f", what, got, want)
	}
}

func TestSettle(t *testing.T) {
	for _, row := range []struct {
		name               string
		ordered, now, want float64
	}{
		{"a new row takes its score", 0, 80, 80},
		{"a rounding does not move it", 100, 100.4, 100},
		{"nor does a twentieth", 100, 95, 100},
		{"a real rise does", 100, 105.1, 105.1},
		{"a real fall does", 100, 94.9, 94.9},
		{"nothing left is nothing", 100, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := settle(row.ordered, row.now); got != row.want {
				t.Errorf("settle(%v, %v) = %v, want %v", row.ordered, row.now, got, row.want)
			}
		})
	}
}

func TestHours(t *testing.T) {
	h := OfficeHours(shanghai)
	for _, row := range []struct {
		name     string
		from, to string
		want     time.Duration
	}{
		{"within a day", "2026-03-09 09:22", "2026-03-09 11:00", 98 * time.Minute},
		{"before opening nothing is worked", "2026-03-09 06:00", "2026-03-09 09:30", 30 * time.Minute},
		{"after closing nothing is worked", "2026-03-09 17:30", "2026-03-09 23:00", 30 * time.Minute},
		{"a night is no working time", "2026-03-09 17:00", "2026-03-10 10:00", 2 * time.Hour},
		{"nor is a weekend", "2026-03-13 17:00", "2026-03-16 10:00", 2 * time.Hour},
		{"from Saturday to Sunday there is none", "2026-03-14 10:00", "2026-03-15 16:00", 0},
		{"backwards is negative", "2026-03-10 10:00", "2026-03-09 17:00", -2 * time.Hour},
		{"four weeks and a day", "2026-03-09 09:00", "2026-04-07 09:00", 21 * 9 * time.Hour}, // 2026-04-07 is a Tuesday
		{"across a year's end", "2025-12-31 17:00", "2026-01-01 10:00", 2 * time.Hour},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := h.Between(at(row.from), at(row.to)); got != row.want {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
	for now, days := range map[string]int{"2026-03-09 09:00": 1, "2026-03-12 23:00": 1, "2026-03-13 00:01": 3, "2026-03-14 12:00": 2, "2026-03-15 12:00": 1} {
		if got := h.Wait(at(now)); got != time.Duration(days)*24*time.Hour {
			t.Errorf("from %s to the next working day: %v, want %d days", now, got, days)
		}
	}
	for now, open := range map[string]string{"2026-03-09 08:00": "2026-03-09 09:00", "2026-03-09 09:00": "2026-03-10 09:00", "2026-03-13 12:00": "2026-03-16 09:00"} {
		if got := h.NextOpen(at(now)); !got.Equal(at(open)) {
			t.Errorf("after %s work begins %v, want %s", now, got, open)
		}
	}
}
