package analyze

import (
	"encoding/json"
	"fmt"
	"time"

	"guanxi/base/china"
)

// The calendars an anniversary can be kept by; the civil one stands where none is named.
const (
	calendarSolar = "solar"
	calendarLunar = "lunar"
)

// lunarMax bounds the days ahead in which a lunar anniversary is looked for.
const lunarMax = 90

// lunarOf reads the calendar of an anniversary.
func lunarOf(raw json.RawMessage, place string, op Op) (bool, error) {
	if raw == nil {
		return false, nil
	}
	if op != OpAnniversary {
		return false, wrong(place, "", "unknown_key")
	}
	name, err := oneText(raw, place)
	if err == nil && name != calendarSolar && name != calendarLunar {
		err = wrong(place, "", "unknown_choice", name)
	}
	return name == calendarLunar, err
}

// lunarAnniversary holds for a day before today whose lunar month and day come up today or in the next days: the days of all
// years that share them are listed, for the engine knows no lunar calendar. A day of every year without its year is one of the
// lunar calendar already.
func (k *compiler) lunarAnniversary(o operand, x piece, days int) piece {
	last := k.today.AddDate(0, 0, days)
	var when []any
	if o.kind == TypeMonthDay {
		for _, l := range china.LunarDays(k.today, last) {
			for _, day := range []int{l.Day, 30} {
				if l.LunarAnniversary(l.Month, day) && (day == l.Day || l.Last) {
					when = append(when, fmt.Sprintf("%02d-%02d", l.Month, day))
				}
			}
		}
		if len(when) == 0 { // all of them of a leap month
			return sqlPiece("false")
		}
		return ordered(x, OpIn, "?", once(when))
	}
	born := china.LunarTwins(k.today, last)
	if o.kind == TypeInstant && o.day.sql == "" {
		spans := make([]piece, 0, len(born))
		for i := 0; i < len(born); {
			end := i + 1
			for end < len(born) && daysBetween(born[end-1], born[end]) == 1 {
				end++
			}
			spans = append(spans, insideSpan(x, dayStart(k.workspace, born[i]), dayStart(k.workspace, born[end-1].AddDate(0, 0, 1))))
			i = end
		}
		return both("or", spans)
	}
	if o.kind == TypeInstant {
		x = o.day
	}
	texts := make([]string, len(born))
	for i, d := range born {
		texts[i] = date(d)
	}
	if len(texts) == 0 {
		return sqlPiece("false")
	}
	return glue("", x, sqlPiece(" in (select unnest(?::varchar[])::date)", texts))
}

// lunarReturns gives the days on which a day comes round by the lunar calendar within the horizon of what is foretold.
func lunarReturns(of, today time.Time) (days []time.Time) {
	born := china.LunarDays(of, of)
	for i, l := range china.LunarDays(today, today.AddDate(0, 0, nextHorizon+lunarMax)) {
		if len(born) > 0 && l.LunarAnniversary(born[0].Month, born[0].Day) {
			days = append(days, today.AddDate(0, 0, i))
		}
	}
	return days
}
