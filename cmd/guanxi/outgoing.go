package main

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/workspace"
	"guanxi/flow/collect/schedule"
	"guanxi/flow/customer"
)

// outgoing lets schedules take tables out.
type outgoing struct{ customers *customer.Store }

// Check implements schedule.Outgoing.
func (o outgoing) Check(ctx context.Context, kind string, c schedule.Content) error {
	return o.customers.CheckExport(ctx, wanted(ctx, kind, c))
}

// Write implements schedule.Outgoing.
func (o outgoing) Write(ctx context.Context, kind string, c schedule.Content, path string) (schedule.Written, error) {
	e, err := o.customers.ExportFile(ctx, wanted(ctx, kind, c), path, nil)
	return schedule.Written{ExportID: e.ID, Rows: e.Written, Format: e.Format}, err
}

// wanted is the export that a content is today.
func wanted(ctx context.Context, kind string, c schedule.Content) customer.NewExport {
	n := customer.NewExport{Kind: kind, Format: c.Format, Fields: c.Fields, Filter: c.Filter, Language: c.Language, Reason: c.Reason}
	if c.Days > 0 {
		w, now := workspace.Of(ctx), clock.Now(ctx)
		today := w.Time(w.DayStart(now))
		n.Orders.From, n.Orders.To = today.AddDate(0, 0, -c.Days).Format("2006-01-02"), today.AddDate(0, 0, -1).Format("2006-01-02")
	}
	return n
}
