package china

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func civil(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, day)
	require.NoError(t, err)
	return d
}

// The days are those of the conversion tables of the Hong Kong Observatory.
func TestLunarDaysAreThoseOfTheObservatory(t *testing.T) {
	for _, row := range []struct {
		civil string
		is    LunarDay
	}{
		{"1900-01-31", LunarDay{1900, 1, 1, false, false}},
		{"1949-10-01", LunarDay{1949, 8, 10, false, false}},
		{"1985-02-20", LunarDay{1985, 1, 1, false, false}},
		{"1954-02-03", LunarDay{1954, 1, 1, false, false}}, // where astronomy alone is a day off
		{"1987-07-26", LunarDay{1987, 6, 1, true, false}},
		{"2017-07-23", LunarDay{2017, 6, 1, true, false}},   // a leap sixth month
		{"2020-05-23", LunarDay{2020, 4, 1, true, false}},   // a leap fourth
		{"2023-03-22", LunarDay{2023, 2, 1, true, false}},   // a leap second
		{"2023-04-19", LunarDay{2023, 2, 29, true, true}},   // of 29 days
		{"2025-07-25", LunarDay{2025, 6, 1, true, false}},   // a leap sixth
		{"2033-12-22", LunarDay{2033, 11, 1, true, false}},  // the year that old programs get wrong
		{"2024-02-09", LunarDay{2023, 12, 30, false, true}}, // New Year's Eve on the 30th
		{"2025-01-28", LunarDay{2024, 12, 29, false, true}}, // and on the 29th
		{"2025-10-06", LunarDay{2025, 8, 15, false, false}}, // Mid-Autumn
		{"2026-02-17", LunarDay{2026, 1, 1, false, false}},
	} {
		d := civil(t, row.civil)
		assert.Equal(t, []LunarDay{row.is}, LunarDays(d, d), row.civil)
	}
}

func TestEveryDayHasOneLunarDay(t *testing.T) {
	months := lunarMonths()
	for i, m := range months[1:] {
		require.Equal(t, months[i].first.AddDate(0, 0, months[i].days), m.first, "%d-%d", m.year, m.month)
		require.Contains(t, []int{29, 30}, m.days)
	}
	var leaps []int
	for _, m := range months {
		if m.leap && m.year > 2000 && m.year < 2034 {
			leaps = append(leaps, m.year*100+m.month)
		}
	}
	require.Equal(t, []int{200104, 200402, 200607, 200905, 201204, 201409, 201706, 202004, 202302, 202506, 202805, 203103, 203311}, leaps, "the leap months of the Observatory")
}

func TestLunarAnniversaries(t *testing.T) {
	for _, row := range []struct {
		born, on string
		kept     bool
		why      string
	}{
		{"1985-02-20", "2026-02-17", true, "born at New Year, kept at New Year"},
		{"1985-02-20", "2026-02-20", false, "not on the day of the other calendar"},
		{"2017-07-23", "2025-06-25", true, "of a leap sixth month, kept in the sixth"},
		{"2017-07-23", "2025-07-25", false, "and not in the leap month of a later year"},
		{"2017-06-24", "2025-07-25", false, "an ordinary one has no second birthday in a leap month"},
		{"2024-02-09", "2025-01-28", true, "the 30th, kept on the 29th where the month ends with it"},
		{"2024-02-09", "2027-02-05", true, "and so in the year after the next"},
		{"2024-02-08", "2025-01-28", true, "the 29th stays the 29th"},
	} {
		on := civil(t, row.on)
		born := LunarTwins(on, on)
		if row.kept {
			assert.Contains(t, born, civil(t, row.born), row.why)
		} else {
			assert.NotContains(t, born, civil(t, row.born), row.why)
		}
	}
}
