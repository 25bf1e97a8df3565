package analyze

import (
	"context"

	"guanxi/base/columns"
	"guanxi/base/feed"
)

// scoreWatcher scores the customers that a batch of the feed has touched.
type scoreWatcher struct {
	scores  *Scores
	touched *Touched
}

// Watcher gives what follows the feed. It must stand before the segments, whose conditions may ask for scores, and which
// empty what was touched.
func (s *Scores) Watcher(touched *Touched) feed.Watcher { return scoreWatcher{s, touched} }

// Changed implements feed.Watcher. Follow-ups change no score.
func (w scoreWatcher) Changed(ctx context.Context, to *columns.Tx, changed map[string][]int64) error {
	ids, everybody := w.touched.peek()
	switch {
	case everybody:
		w.scores.Due()
		return nil
	case len(changed["orders"]) == 0 && len(changed["customers"]) == 0:
		return nil
	}
	if _, err := w.scores.Valuation(ctx); err != nil { // after a start the last refresh is in the records
		return err
	}
	return w.scores.RefreshFor(ctx, to, ids)
}
