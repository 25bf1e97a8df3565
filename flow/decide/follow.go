package decide

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"guanxi/base/clock"
)

// How often Run looks for new facts, how many times a refresh's own length lies between two, and the longest that may be:
// a clock that was moved meanwhile makes a refresh look endless.
const (
	looksEvery  = 5 * time.Second
	restsFor    = 20
	longestRest = 3 * time.Minute
)

// Run refreshes whenever the facts have changed, so that Today says within seconds what an import, a new score or a
// logged contact means. It ends with ctx. The job that refreshes every few minutes sees to what only time changes.
func (s *Signals) Run(ctx context.Context) {
	var seen string
	ticks := time.NewTicker(looksEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		facts, err := s.facts(ctx)
		if err == nil && facts == seen {
			continue
		}
		began := clock.Now(ctx)
		if err == nil {
			err = s.Refresh(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			slog.Error("the signals could not be refreshed", "error", err)
		}
		seen = facts
		if rest := min(restsFor*clock.Now(ctx).Sub(began), longestRest); rest > looksEvery {
			ticks.Reset(rest)
		} else {
			ticks.Reset(looksEvery)
		}
	}
}

// facts tells one state of what the sources read from another.
func (s *Signals) facts(ctx context.Context) (string, error) {
	var columns, findings, sources, alerts string
	if err := s.columns.QueryRow(ctx, `
select concat_ws(':', p.txid, p.id, s.n, s.day, s.worth)
from feed_position p, (select count(*) as n, max(as_of) as day, sum(predicted_value) as worth from customer_scores) s`).Scan(&columns); err != nil {
		return "", err
	}
	if err := s.records.Read().NewRaw("select coalesce(max(id), 0) || ':' || coalesce(max(closed_at), 0) from findings").Scan(ctx, &findings); err != nil {
		return "", err
	}
	if err := s.records.Read().NewRaw("select count(*) || ':' || coalesce(max(last_fact_at), 0) from sources").Scan(ctx, &sources); err != nil {
		return "", err
	}
	err := s.records.Read().NewRaw(`
select (select count(*) || ':' || coalesce(max(updated_at), 0) from alerts) || ':' || (select coalesce(max(updated_at), 0) from alert_rules)`).Scan(ctx, &alerts)
	return fmt.Sprint(columns, " ", findings, " ", sources, " ", alerts), err
}
