package customer

import (
	"context"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// compare finds whom the organizations and persons look like that the rows would make.
func (k *relationKind) compare(ctx context.Context, tx *db.Tx, w *related) error {
	var all []*arrival
	for i := range w.rows {
		if w.b.Outcomes[i].State != collect.Pending {
			continue
		}
		for at, end := range k.ends(&w.rows[i]) {
			if end.row == nil {
				continue
			}
			told := *end.row
			if found, _ := w.find(&told, end.kind); found != nil || w.run.seenBefore(told.keys, w.b.Rows[i].Number) {
				continue
			}
			if n := w.roster.arrival(w.b, w.b.Rows[i].Number, end.kind, told.NameKey, told.keys, told.record); n != nil {
				w.arrivals[i][at], all = n, append(all, n)
			}
		}
	}
	if err := w.roster.compare(ctx, tx, w.b, all); err != nil {
		return err
	}
	_, err := w.roster.loadLate(ctx, tx, all, rosterParts{contacts: true, tags: w.b.Mapped[k.at.tags]})
	return err
}

// decided sets whom one end of a row is about instead of somebody new, and says whether the row is to be left out.
func (w *related) decided(i, at int, found **entry) (skip bool) {
	n := w.arrivals[i][at]
	instead, skip := n.decided(w.b)
	if instead != nil {
		*found = instead
		w.b.Alikes.Updated++
	}
	return skip
}
