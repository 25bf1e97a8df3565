package main

import (
	"context"
	"time"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/customer"
	"guanxi/flow/decide"
)

// contacts lets Today log contacts and end agreed next actions.
type contacts struct{ store *customer.Store }

// LogContact implements decide.Contacts.
func (c contacts) LogContact(ctx context.Context, tx *db.Tx, customerID int64, n decide.TodayContact) (int64, error) {
	activity := customer.NewActivity{Kind: n.Kind, Content: n.Content, Result: n.Result, NextAction: n.NextAction}
	if n.NextAt != "" {
		at, err := time.Parse(time.RFC3339, n.NextAt)
		if err != nil {
			return 0, fault.Invalid("contact.next_at", "date_unreadable")
		}
		activity.NextAt = &at
	}
	return c.store.LogIn(ctx, tx, customerID, activity)
}

// TakeBackContact implements decide.Contacts.
func (c contacts) TakeBackContact(ctx context.Context, tx *db.Tx, id int64) error {
	return c.store.RemoveActivityIn(ctx, tx, id)
}

// EndNextAction implements decide.Contacts.
func (c contacts) EndNextAction(ctx context.Context, tx *db.Tx, id int64, at *int64) error {
	return c.store.EndNextActionIn(ctx, tx, id, at)
}
