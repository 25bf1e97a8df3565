package analyze

import "time"

// springFestivals are the first days of the lunar year: the one festival that moves through the calendar and stops trade.
var springFestivals = []string{
	"2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01",
	"2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
	"2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08",
}

// festivalReach is how many days before and after the Spring Festival trade is not as usual.
const festivalReach = 16

// comparable gives the days of earlier years, as indices, that day at may repeat: the same date (shopping festivals such
// as 11-11), and the same distance from the Spring Festival.
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
	for i, text := range springFestivals {
		festival, err := time.Parse(time.DateOnly, text)
		off := int(d.Sub(festival) / (24 * time.Hour))
		if err != nil || off < -festivalReach || off > festivalReach {
			continue
		}
		for earlier := max(0, i-2); earlier < i; earlier++ {
			before, _ := time.Parse(time.DateOnly, springFestivals[earlier])
			add(before.AddDate(0, 0, off))
		}
	}
	return past
}
