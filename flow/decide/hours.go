package decide

import "time"

// Hours are the working hours of the workspace: from Open to Close, in hours of the day, Monday to Friday, in Zone.
type Hours struct {
	Open, Close int
	Zone        *time.Location
}

// OfficeHours are 09:00 to 18:00, Monday to Friday.
func OfficeHours(zone *time.Location) Hours { return Hours{Open: 9, Close: 18, Zone: zone} }

func works(day time.Weekday) bool { return day != time.Saturday && day != time.Sunday }

// Wait is how long a thing lies when it is left for the next working day: to the same time of day then. It is one
// day from Monday to Thursday and three on Friday, and does not change within a day, so that waiting costs the same
// at nine and at five.
func (h Hours) Wait(now time.Time) time.Duration {
	days := 1
	for day := now.In(h.Zone).Weekday() + 1; !works(day % 7); day++ {
		days++
	}
	return time.Duration(days) * 24 * time.Hour
}

// Between is the working time from one instant to another; negative when to lies before from.
func (h Hours) Between(from, to time.Time) time.Duration {
	if to.Before(from) {
		return -h.Between(to, from)
	}
	from, to = from.In(h.Zone), to.In(h.Zone)
	perDay := time.Duration(h.Close-h.Open) * time.Hour
	if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		return h.spent(to) - h.spent(from)
	}
	total := -h.spent(from)
	// Whole weeks in one step, so that a due date years away costs no more than one tomorrow.
	first, last := midnight(from), midnight(to)
	days := int(last.Sub(first).Hours()/24 + 0.5)
	total += time.Duration(days/7*5) * perDay
	for day := first.AddDate(0, 0, days/7*7); day.Before(last); day = day.AddDate(0, 0, 1) {
		if works(day.Weekday()) {
			total += perDay
		}
	}
	return total + h.spent(to)
}

// spent is the working time of t's day that lies before t.
func (h Hours) spent(t time.Time) time.Duration {
	if !works(t.Weekday()) {
		return 0
	}
	y, m, d := t.Date()
	open := time.Date(y, m, d, h.Open, 0, 0, 0, h.Zone)
	full := time.Duration(h.Close-h.Open) * time.Hour
	return min(max(t.Sub(open), 0), full)
}

// During says whether t is in working hours, their ends included.
func (h Hours) During(t time.Time) bool {
	t = t.In(h.Zone)
	since := t.Sub(midnight(t))
	return works(t.Weekday()) && since >= time.Duration(h.Open)*time.Hour && since <= time.Duration(h.Close)*time.Hour
}

// Day is the length of one working day.
func (h Hours) Day() time.Duration { return time.Duration(h.Close-h.Open) * time.Hour }

// NextOpen is when work next begins after t: today's opening when it is still to come, else that of the next
// working day.
func (h Hours) NextOpen(t time.Time) time.Time {
	t = t.In(h.Zone)
	y, m, d := t.Date()
	open := time.Date(y, m, d, h.Open, 0, 0, 0, h.Zone)
	for !open.After(t) || !works(open.Weekday()) {
		open = open.AddDate(0, 0, 1)
	}
	return open
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
