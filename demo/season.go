package demo

import (
	"math"
	"sort"
	"time"
)

// season is how willing the whole market is to buy, day by day, and at what
// hour. Customers live in demand time, which runs fast when demand is high: a
// gap of thirty demand days is shorter than thirty calendar days around 11.11
// and longer at the Spring Festival. On average both run at the same pace.
type season struct {
	start  []time.Time   // midnight of each day in the workspace's time zone, and of the day after the last
	demand []float64     // of each day, mean 1
	until  []float64     // demand time at the end of each day
	hours  weights       // of the hours of a day
	today  time.Duration // how much of the last day has passed
}

// springFestivals are the first days of the lunar years.
var springFestivals = []string{
	"2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
	"2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08",
}

// weekday factors: people order less on Fridays and Saturdays, most on Mondays
// and Sunday evenings.
var weekdayDemand = [7]float64{1.08, 1.06, 1.02, 1.0, 0.98, 0.9, 0.96}

// hourDemand peaks in the evening.
var hourDemand = [24]float64{6, 3, 2, 1, 1, 1, 3, 8, 16, 26, 34, 34, 36, 34, 32, 32, 32, 32, 34, 42, 58, 62, 48, 22}

// newSeason covers the given number of days up to and with the day of now, whose
// demand ends at now.
func newSeason(now time.Time, days int) *season {
	s := &season{}
	for _, weight := range hourDemand {
		s.hours.add(weight)
	}
	last := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	total := 0.0
	for i := range days {
		day := last.AddDate(0, 0, i-days+1)
		demand := dayDemand(day) * math.Pow(1.18, float64(i)/365)
		if i == days-1 {
			s.today = max(now.Sub(day), time.Minute) // so that there is always a today
			demand *= s.weightUntil(s.today) / s.hours[23]
		}
		s.start = append(s.start, day)
		s.demand = append(s.demand, demand)
		total += demand
	}
	s.start = append(s.start, last.AddDate(0, 0, 1))
	sum := 0.0
	for i := range s.demand {
		s.demand[i] *= float64(days) / total
		sum += s.demand[i]
		s.until = append(s.until, sum)
	}
	return s
}

// dayDemand is the demand of a day apart from growth: the weekday, the shopping
// festivals of 3.8, 6.18, 11.11 and 12.12 with their run-up and the lull after,
// and the Spring Festival, when parcels do not move.
func dayDemand(day time.Time) float64 {
	demand := weekdayDemand[day.Weekday()]
	date := int(day.Month())*100 + day.Day()
	switch {
	case date >= 306 && date <= 308:
		demand *= 1.7
	case date == 601 || date >= 616 && date <= 618:
		demand *= 2.4
	case date > 601 && date < 616:
		demand *= 1.3
	case date > 618 && date <= 624:
		demand *= 0.75
	case date >= 1020 && date <= 1031:
		demand *= 1.25
	case date == 1101 || date >= 1109 && date <= 1111:
		demand *= 2.8
	case date > 1101 && date < 1109:
		demand *= 1.4
	case date == 1212:
		demand *= 1.6
	}
	for _, festival := range springFestivals {
		first, _ := time.ParseInLocation(time.DateOnly, festival, day.Location())
		switch away := int(math.Round(day.Sub(first).Hours() / 24)); {
		case away >= -14 && away < -4:
			demand *= 1.3
		case away >= -3 && away <= 6:
			demand *= 0.4
		}
	}
	return demand
}

// end is the demand time of now.
func (s *season) end() float64 { return s.until[len(s.until)-1] }

// day is the index of the day in which demand time t falls; t below 0 is the
// first day.
func (s *season) day(t float64) int {
	return min(sort.SearchFloat64s(s.until, t), len(s.until)-1)
}

// seconds turns demand time into whole seconds after the first midnight: within
// a day demand runs through the hours in proportion to their weight, on the last
// day as far as it has come.
func (s *season) seconds(t float64) uint32 {
	day := s.day(t)
	weight := s.hours[23]
	if day == len(s.until)-1 {
		weight = s.weightUntil(s.today)
	}
	weight *= max(0, min(1-(s.until[day]-t)/s.demand[day], 1))
	hour := sort.SearchFloat64s(s.hours, weight)
	begun := s.hours[hour] - hourDemand[hour]
	within := (float64(hour) + (weight-begun)/hourDemand[hour]) * 3600
	return uint32(s.start[day].Sub(s.start[0]).Seconds() + within)
}

// weightUntil is the demand of a day up to a time of day, in units of hourDemand.
func (s *season) weightUntil(timeOfDay time.Duration) float64 {
	hour := int(timeOfDay.Hours())
	return s.hours[hour] - hourDemand[hour]*(float64(hour+1)-timeOfDay.Hours())
}

// lastSecond is the present, in seconds after the first midnight.
func (s *season) lastSecond() uint32 {
	return uint32(s.start[len(s.start)-2].Sub(s.start[0]).Seconds() + s.today.Seconds())
}

// at is the instant that many seconds after the first midnight.
func (s *season) at(seconds uint32) time.Time {
	return s.start[0].Add(time.Duration(seconds) * time.Second)
}
