package collect

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var shanghai = time.FixedZone("", 8*3600)

func TestReadDate(t *testing.T) {
	for _, row := range []struct {
		order dateOrder
		cell  string
		want  string // RFC 3339, or a code
	}{
		{0, "2024-07-13", "2024-07-13T00:00:00+08:00"},
		{0, "2024-07-13 21:05", "2024-07-13T21:05:00+08:00"},
		{0, "2010-12-01 08:26:00", "2010-12-01T08:26:00+08:00"},
		{0, "2024-07-13T21:05:06Z", "2024-07-14T05:05:06+08:00"},
		{0, "2024-07-13T21:05:06.789+02:00", "2024-07-14T03:05:06.789+08:00"},
		{0, "2024-07-13 21:05:06 UTC", "2024-07-14T05:05:06+08:00"},
		{0, "2024/7/3 9:05", "2024-07-03T09:05:00+08:00"},
		{0, "2024.07.03", "2024-07-03T00:00:00+08:00"},
		{0, "20240713", "2024-07-13T00:00:00+08:00"},
		{0, "202407132105", "2024-07-13T21:05:00+08:00"},
		{0, "20240713210506", "2024-07-13T21:05:06+08:00"},
		{0, "1720875906", "2024-07-13T21:05:06+08:00"},
		{0, "1720875906789", "2024-07-13T21:05:06.789+08:00"},
		{0, "45486", "2024-07-13T00:00:00+08:00"},
		{0, "45486.878541667", "2024-07-13T21:05:06+08:00"},
		{0, "45486.5", "2024-07-13T12:00:00+08:00"},
		{0, "2024年7月13日", "2024-07-13T00:00:00+08:00"},
		{0, "2024年7月13日 21时05分06秒", "2024-07-13T21:05:06+08:00"},
		{0, "2024年07月13日21:05", "2024-07-13T21:05:00+08:00"},
		{0, "2024-07-13 下午9:05", "2024-07-13T21:05:00+08:00"},
		{0, "２０２４－０７－１３", "2024-07-13T00:00:00+08:00"},
		{monthFirst, "12/1/2010 8:26", "2010-12-01T08:26:00+08:00"},
		{dayFirst, "12/1/2010 8:26", "2010-01-12T08:26:00+08:00"},
		{monthFirst, "12/1/10 8:26", "2010-12-01T08:26:00+08:00"},
		{0, "12/1/2010", "2010-12-01T00:00:00+08:00"},
		{0, "1.12.2010", "2010-12-01T00:00:00+08:00"},
		{0, "7/13/2024 9:05 PM", "2024-07-13T21:05:00+08:00"},
		{0, "7/13/2024 12:05 AM", "2024-07-13T00:05:00+08:00"},
		{0, "13 Jul 2024", "2024-07-13T00:00:00+08:00"},
		{0, "13-Jul-24", "2024-07-13T00:00:00+08:00"},
		{0, "July 13, 2024 9:05 PM", "2024-07-13T21:05:00+08:00"},
		{yearFirst, "24/07/13", "2024-07-13T00:00:00+08:00"},
		{0, "2024-02-29", "2024-02-29T00:00:00+08:00"},
		{0, "2023-02-29", "date_impossible"},
		{0, "2024-13-01", "date_impossible"},
		{0, "2024-07-13 25:00", "date_impossible"},
		{monthFirst, "13/13/2024", "date_impossible"},
		{0, "24/13/07 21:05", "date_impossible"},
		{0, "昨天 18:20", "date_unreadable"},
		{0, "abc", "date_unreadable"},
		{0, "12", "date_unreadable"},
		{0, "2024-07", "date_unreadable"},
		{0, "2024-07-13x", "date_unreadable"},
		{0, "99999999999999999", "date_unreadable"},
	} {
		form := dateForm{order: row.order, zone: shanghai}
		c, _, code := form.read(row.cell)
		got := code
		if code == "" {
			got = time.UnixMilli(form.millis(c)).In(shanghai).Format(time.RFC3339Nano)
		}
		if got != row.want {
			t.Errorf("%q in order %d reads as %s, want %s", row.cell, row.order, got, row.want)
		}
	}
}

// Every instant written in any of the layouts reads as what package time makes of it.
func TestReadDateAgreesWithTime(t *testing.T) {
	layouts := []struct {
		layout string
		order  dateOrder
		step   time.Duration
	}{
		{"2006-01-02 15:04:05", 0, time.Second}, {"2006-1-2 15:04", 0, time.Minute}, {"2006/01/02 15:04:05", 0, time.Second}, {time.RFC3339, 0, time.Second},
		{time.RFC3339Nano, 0, time.Millisecond}, {"1/2/2006 15:04", monthFirst, time.Minute}, {"02/01/2006 15:04:05", dayFirst, time.Second}, {"02.01.2006 15:04", dayFirst, time.Minute},
		{"20060102150405", 0, time.Second}, {"2006年1月2日 15时04分", 0, time.Minute}, {"Jan 2, 2006 3:04 PM", 0, time.Minute}, {"2 January 2006 15:04:05", 0, time.Second},
		{"01/02/06 03:04:05 PM", monthFirst, time.Second}, {"2006-01-02T15:04:05.000Z07:00", 0, time.Millisecond},
	}
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(layouts).Draw(t, "layout")
		at := time.UnixMilli(rapid.Int64Range(0, 3_000_000_000_000).Draw(t, "at")).In(shanghai).Truncate(l.step)
		form := dateForm{order: l.order, zone: shanghai}
		cell := at.Format(l.layout)
		c, _, code := form.read(cell)
		if code != "" || form.millis(c) != at.UnixMilli() {
			t.Fatalf("%q reads as %+v %s, want %s", cell, c, code, at)
		}
	})
}

func TestReadDateNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("0123456789-/.: TZ+年月日时分秒上午下PMAJulfeb,"))).Draw(t, "cell")
		form := dateForm{zone: shanghai}
		if c, _, code := form.read(cell); code == "" {
			_ = form.millis(c)
		}
	})
}

// Serial days agree with the calendar: 25569 is 1970-01-01 in the 1900 system, 24107 in that of 1904.
func TestSerialDays(t *testing.T) {
	for _, row := range []struct {
		cell     string
		date1904 bool
		want     string
	}{{"25569", false, "1970-01-01"}, {"24107", true, "1970-01-01"}, {"40513", false, "2010-12-01"}, {"36585", false, "2000-02-29"}} {
		form := dateForm{zone: time.UTC, date1904: row.date1904}
		if c, _, code := form.read(row.cell); code != "" || c.day10() != row.want {
			t.Errorf("%s is %s %s, want %s", row.cell, c.day10(), code, row.want)
		}
	}
}
