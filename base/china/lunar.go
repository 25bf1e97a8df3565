package china

import (
	"sync"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// LunarDay is a day of the lunar calendar 农历. In a leap month 闰月 Leap is set; Month is that of the month it repeats.
// Last says that its month ends with it: months have 29 or 30 days.
type LunarDay struct {
	Year, Month, Day int
	Leap, Last       bool
}

// The first and last lunar year that are known: those for which tables have been published.
const (
	firstLunarYear = 1900
	lastLunarYear  = 2100
)

// lunarMonth is a month by its first civil day.
type lunarMonth struct {
	first       time.Time // midnight UTC
	days        int
	year, month int
	leap        bool
}

// lunarMonths are all months that are known, in order, each beginning where the one before ends.
var lunarMonths = sync.OnceValue(func() (all []lunarMonth) {
	for y := firstLunarYear; y <= lastLunarYear; y++ {
		months := calendar.NewLunarYear(y).GetMonthsInYear()
		for e := months.Front(); e != nil; e = e.Next() {
			m := e.Value.(*calendar.LunarMonth)
			s := calendar.NewSolarFromJulianDay(m.GetFirstJulianDay())
			all = append(all, lunarMonth{time.Date(s.GetYear(), time.Month(s.GetMonth()), s.GetDay(), 0, 0, 0, 0, time.UTC),
				m.GetDayCount(), y, max(m.GetMonth(), -m.GetMonth()), m.IsLeap()})
		}
	}
	return all
})

// LunarDays gives the days of the lunar calendar from one civil day (midnight UTC) to another, both included; those outside
// of the years 1900 to 2100 are left out.
func LunarDays(from, to time.Time) (days []LunarDay) {
	for _, m := range lunarMonths() {
		for d := range m.days {
			if on := m.first.AddDate(0, 0, d); !on.Before(from) && !on.After(to) {
				days = append(days, m.at(d))
			}
		}
	}
	return days
}

func (m lunarMonth) at(d int) LunarDay {
	return LunarDay{m.year, m.month, d + 1, m.leap, d == m.days-1}
}

// LunarAnniversary says whether somebody whose lunar birthday is the day of that month keeps it on l. A birthday in a leap month is
// kept in the month it repeats, never in the leap month of a later year; one on the 30th on the 29th where a month ends with it.
func (l LunarDay) LunarAnniversary(month, day int) bool {
	return !l.Leap && l.Month == month && (l.Day == day || l.Last && l.Day == 29 && day == 30)
}

// LunarTwins gives the civil days before a day that have their lunar anniversary on one of the days from there to another.
func LunarTwins(from, to time.Time) (born []time.Time) {
	kept := LunarDays(from, to)
	for _, m := range lunarMonths() {
		if !m.first.Before(from) {
			break
		}
		for d := range m.days {
			on := m.first.AddDate(0, 0, d)
			if !on.Before(from) {
				break
			}
			for _, l := range kept {
				if l.LunarAnniversary(m.month, d+1) {
					born = append(born, on)
					break
				}
			}
		}
	}
	return born
}
