package analyze

import (
	"sync"
	"time"

	"guanxi/base/china"
)

// festivalReach is how many days before and after the Spring Festival trade is not as usual, holidayReach that of the other public
// holidays with the days they are joined to.
const (
	festivalReach = 16
	holidayReach  = 5
)

// lunarFestivals are the festivals that move through the calendar, by lunar month and day; the first is the Spring Festival.
var lunarFestivals = []struct{ month, day int }{{1, 1}, {5, 5}, {8, 15}}

// solarFestivals are the public holidays with a fixed date, give or take a day.
var solarFestivals = []string{"01-01", "04-05", "05-01", "10-01"}

// comparable gives the days of earlier years, as indices, that day at may repeat: the same date (shopping festivals such as
// 11-11), the same distance from the Spring Festival, and all days about the same public holiday: which of them are free is
// decided anew each year.
func (b *baseline) comparable(at int) []int {
	d := b.first.AddDate(0, 0, at)
	var past []int
	add := func(then time.Time) {
		if i := int(then.Sub(b.first) / (24 * time.Hour)); i >= 0 && i < at && i < len(b.values) {
			past = append(past, i)
		}
	}
	for years := 1; years <= 2; years++ {
		add(d.AddDate(-years, 0, 0))
	}
	about := func(on time.Time, reach int, earlier func(years int) (time.Time, bool)) {
		if off := daysBetween(on, d); off < -reach || off > reach {
			return
		}
		for years := 1; years <= 2; years++ {
			if then, ok := earlier(years); ok {
				for k := -reach; k <= reach; k++ {
					add(then.AddDate(0, 0, k))
				}
			}
		}
	}
	// a festival of the turn of the year may be next year's
	for _, year := range []int{d.Year(), d.Year() + 1} {
		for _, text := range solarFestivals {
			on := festivalOn(year, text)
			about(on, holidayReach, func(years int) (time.Time, bool) { return on.AddDate(-years, 0, 0), true })
		}
		for n := range lunarFestivals {
			on, ok := lunarFestival(n, year)
			if !ok {
				continue
			}
			reach := holidayReach
			if n == 0 {
				reach = springHoliday
				b.springTwins(d, on, year, add)
			}
			about(on, reach, func(years int) (time.Time, bool) { return lunarFestival(n, year-years) })
		}
	}
	return past
}

// springHoliday is how far about the Spring Festival the free days can lie.
const springHoliday = 9

// springTwins adds the days of the two years before at the same distance from the Spring Festival.
func (b *baseline) springTwins(d, on time.Time, year int, add func(time.Time)) {
	off := daysBetween(on, d)
	if off < -festivalReach || off > festivalReach {
		return
	}
	for years := 1; years <= 2; years++ {
		if then, ok := lunarFestival(0, year-years); ok {
			add(then.AddDate(0, 0, off))
		}
	}
}

func festivalOn(year int, text string) time.Time {
	t, _ := time.Parse("01-02", text) // texts of ours
	return time.Date(year, t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// lunarDates are the civil days of the lunar festivals by festival and year.
var lunarDates = sync.OnceValue(func() map[[2]int]time.Time {
	dates := map[[2]int]time.Time{}
	from := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, l := range china.LunarDays(from, time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)) {
		for n, f := range lunarFestivals {
			if l.Month == f.month && l.Day == f.day && !l.Leap {
				on := from.AddDate(0, 0, i)
				dates[[2]int{n, on.Year()}] = on
			}
		}
	}
	return dates
})

// lunarFestival gives the civil day of a lunar festival; ok is false in years the tables do not know.
func lunarFestival(n, year int) (on time.Time, ok bool) {
	on, ok = lunarDates()[[2]int{n, year}]
	return on, ok
}

// festive says that a day lies about a public holiday.
func (b *baseline) festive(at int) bool {
	is, seen := b.feasts[at]
	if seen {
		return is
	}
	d := b.first.AddDate(0, 0, at)
	near := func(on time.Time, reach int) bool { off := daysBetween(on, d); return off >= -reach && off <= reach }
	for _, year := range []int{d.Year(), d.Year() + 1} {
		for _, text := range solarFestivals {
			is = is || near(festivalOn(year, text), holidayReach)
		}
		for n := range lunarFestivals {
			if on, ok := lunarFestival(n, year); ok {
				is = is || near(on, map[bool]int{true: springHoliday, false: holidayReach}[n == 0])
			}
		}
	}
	b.feasts[at] = is
	return is
}
