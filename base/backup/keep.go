package backup

import (
	"fmt"
	"time"

	"guanxi/base/vault"
)

// Keeping says how many backups stay when time goes by: all of the last hours, then the newest of each day, week and month.
type Keeping struct {
	Hours  int `json:"hours" minimum:"1" maximum:"720" doc:"every backup of the last hours"`
	Days   int `json:"days" minimum:"0" maximum:"366" doc:"one a day for so many days"`
	Weeks  int `json:"weeks" minimum:"0" maximum:"520" doc:"one a week for so many weeks"`
	Months int `json:"months" minimum:"0" maximum:"240" doc:"one a month for so many months"`
}

// drop names the generations that need not stay at the instant now, in the calendar of loc. The newest always stays.
func (k Keeping) drop(all []vault.Generation, now time.Time, loc *time.Location) (names []string) {
	taken := map[string]bool{}
	for i, g := range all { // newest first
		at, age := g.TakenAt.In(loc), now.Sub(g.TakenAt)
		stays := i == 0 || age <= time.Duration(k.Hours)*time.Hour
		year, week := at.ISOWeek()
		for _, span := range []struct {
			name  string
			until time.Time
		}{
			{at.Format("day 2006-01-02"), at.AddDate(0, 0, k.Days)},
			{fmt.Sprintf("week %d-%d", year, week), at.AddDate(0, 0, 7*k.Weeks)},
			{at.Format("month 2006-01"), at.AddDate(0, k.Months, 0)},
		} {
			if !taken[span.name] && span.until.After(now) {
				taken[span.name], stays = true, true
			}
		}
		if !stays {
			names = append(names, g.Name)
		}
	}
	return names
}

// Thin deletes the backups that need not stay, and gives back their room.
func Thin(v *vault.Vault, k Keeping, now time.Time, loc *time.Location) error {
	return v.Prune(func(all []vault.Generation) []string { return k.drop(all, now, loc) })
}
