package analyze

import (
	"math"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// isPlaced counts who stands before a customer: among n, those of the top p percent have fewer than n × p ÷ 100, rounded up, before them.
func (b brute) isPlaced(s *shopper, op string, percent any, of func(*shopper) any) bool {
	mine := of(s)
	if mine == nil {
		return false
	}
	before, n := 0, 0
	for _, other := range b.all {
		v := of(other)
		if v == nil {
			continue
		}
		n++
		if op == "top_percent" && number(v) > number(mine) || op == "bottom_percent" && number(v) < number(mine) {
			before++
		}
	}
	return before < int(math.Ceil(float64(n)*number(percent)/100-1e-9))
}

// keepsLunar asks the calendar day by day what day of the moon it is.
func (b brute) keepsLunar(v any, days int) bool {
	var on time.Time
	switch x := v.(type) {
	case time.Time:
		on = x
	case instant:
		on = b.day(int64(x))
	default:
		return false
	}
	moon := func(d time.Time) *calendar.Lunar {
		return calendar.NewSolarFromYmd(d.Year(), int(d.Month()), d.Day()).GetLunar()
	}
	if !on.Before(b.today) {
		return false
	}
	born := moon(on)
	month := max(born.GetMonth(), -born.GetMonth())
	for i := 0; i <= days; i++ {
		d := b.today.AddDate(0, 0, i)
		l := moon(d)
		endsToday := l.GetDay() == 29 && moon(d.AddDate(0, 0, 1)).GetDay() == 1
		if l.GetMonth() == month && (l.GetDay() == born.GetDay() || born.GetDay() == 30 && endsToday) {
			return true
		}
	}
	return false
}
