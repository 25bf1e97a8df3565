package decide

import (
	"context"
	"math"

	"guanxi/base/money"
)

// DoneOver is what was done on Today over some time, as far as the reader may see the signals.
type DoneOver struct {
	Acts      int         `json:"acts" doc:"signals done"`
	Minutes   float64     `json:"minutes"`
	Protected money.Money `json:"protected" doc:"estimated: what was at stake × what acting changes"`
	Dismissed int         `json:"dismissed"`
	Resolved  int         `json:"resolved" doc:"ended by themselves"`
}

// DoneBetween tells what was done from one instant to another, both in milliseconds UTC. What things are worth is left out for who
// may not know it.
func (s *Signals) DoneBetween(ctx context.Context, from, to int64) (*DoneOver, error) {
	lines, err := s.logWhere(ctx, mayAct(ctx).and("l.undone_at is null and l.happened_at >= ? and l.happened_at < ?", from, to))
	if err != nil {
		return nil, err
	}
	d, hide := &DoneOver{}, unseenBy(ctx)
	var done []loggedLine
	var saved int64
	for _, l := range lines {
		switch l.Action {
		case actDone:
			done = append(done, l)
			if l.Saved != nil && !hide.purchases && !hide.hides(&l.Row) {
				saved += *l.Saved
			}
		case "dismissed":
			d.Dismissed++
		case "resolved":
			d.Resolved++
		}
	}
	d.Acts, d.Minutes, d.Protected = len(done), math.Round(minutesOf(done)), moneyOf(ctx, saved)
	return d, nil
}
