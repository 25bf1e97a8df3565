package customer

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Activity is a follow-up: what was said with a customer, how it ended and what is to happen next, when. NextAt and
// NextDoneAt are milliseconds UTC; a next action without NextDoneAt is open and shows up in Today.
type Activity struct {
	ID         int64  `bun:"id"`
	CustomerID int64  `bun:"customer_id"`
	Kind       string `bun:"kind"`
	Content    string `bun:"content"`
	Result     string `bun:"result"`
	NextAction string `bun:"next_action"`
	NextAt     *int64 `bun:"next_at"`
	NextDoneAt *int64 `bun:"next_done_at"`
	StaffID    int64  `bun:"staff_id"`
	HappenedAt int64  `bun:"happened_at"`
	CreatedAt  int64  `bun:"created_at"`
	Version    int64  `bun:"version"`
}

const activityColumns = "id, customer_id, kind, content, result, next_action, next_at, next_done_at, staff_id, happened_at, created_at, version"

// ActivityKinds are the ways of a follow-up.
var ActivityKinds = []string{"call", "wechat", "visit", "note", "email", "sms"}

// results are codes, not a fixed list: what a call and a visit may end in differs, and a shop adds its own.
var resultCode = regexp.MustCompile(`^[a-z][a-z_]{0,39}$|^$`)

// NewActivity is a follow-up to log. HappenedAt is now when absent.
type NewActivity struct {
	Kind       string     `json:"kind" enum:"call,wechat,visit,note,email,sms"`
	Content    string     `json:"content,omitempty" maxLength:"2000"`
	Result     string     `json:"result,omitempty" maxLength:"40" doc:"how it ended, as a code: reached, no_answer, call_later, ..."`
	NextAction string     `json:"next_action,omitempty" maxLength:"200"`
	NextAt     *time.Time `json:"next_at,omitempty"`
	HappenedAt *time.Time `json:"happened_at,omitempty"`
}

// activity checks n. Fault: invalid.
func (n NewActivity) activity(ctx context.Context) (Activity, error) {
	now := clock.Millis(ctx)
	a := Activity{Kind: n.Kind, Content: trimmed(n.Content), Result: n.Result, NextAction: trimmed(n.NextAction), HappenedAt: now, CreatedAt: now, Version: 1,
		StaffID: guard.ActorOf(ctx).StaffID}
	var wrong []fault.Field
	if !slices.Contains(ActivityKinds, a.Kind) {
		wrong = append(wrong, fault.Field{Field: "kind", Key: "not_one_of"})
	}
	if !resultCode.MatchString(a.Result) {
		wrong = append(wrong, fault.Field{Field: "result", Key: "code_invalid"})
	}
	if a.Content == "" && a.Result == "" && a.NextAction == "" && n.NextAt == nil {
		wrong = append(wrong, fault.Field{Field: "content", Key: "required"})
	}
	if n.NextAt != nil {
		at := n.NextAt.UnixMilli()
		a.NextAt = &at
	} else if a.NextAction != "" {
		wrong = append(wrong, fault.Field{Field: "next_at", Key: "required"})
	}
	if n.HappenedAt != nil {
		if a.HappenedAt = n.HappenedAt.UnixMilli(); a.HappenedAt > now+24*3600*1000 || a.HappenedAt < earliest {
			wrong = append(wrong, fault.Field{Field: "happened_at", Key: "date_impossible"})
		}
	}
	if len(wrong) > 0 {
		return a, fault.Invalids(wrong)
	}
	return a, nil
}

// Log records a follow-up with a customer. What was open with her and is due by now counts as done by it, unless it is
// only a note. Faults: not found, invalid.
func (s *Store) Log(ctx context.Context, customerID int64, n NewActivity) (id int64, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err = s.LogIn(ctx, tx, customerID, n)
		return err
	})
	return id, err
}

// LogIn is Log as a part of the change tx.
func (s *Store) LogIn(ctx context.Context, tx *db.Tx, customerID int64, n NewActivity) (id int64, err error) {
	a, err := n.activity(ctx)
	if err != nil {
		return 0, err
	}
	a.CustomerID = customerID
	c, err := s.find(ctx, tx, customerID)
	if err != nil {
		return 0, err
	}
	if a.ID, err = tx.NextID(ctx, "activities"); err != nil {
		return 0, err
	}
	if a.Kind != "note" {
		if err := closeDue(ctx, tx, customerID, a.HappenedAt); err != nil {
			return 0, err
		}
	}
	if err := insertActivity(ctx, tx, &a); err != nil {
		return 0, err
	}
	tx.Feed("activities", a.ID)
	return a.ID, guard.Audit(ctx, tx, "activity.logged", "customer", strconv.FormatInt(customerID, 10),
		map[string]any{"name": c.Name, "activity": a.ID, "kind": a.Kind, "result": a.Result, "next_at": a.NextAt})
}

// ActivityChange closes, moves or rewords the next action of a follow-up.
type ActivityChange struct {
	Done       *bool      `json:"done,omitempty" doc:"true closes the next action, false opens it again"`
	NextAt     *time.Time `json:"next_at,omitempty" doc:"moves the next action"`
	NextAction *string    `json:"next_action,omitempty" maxLength:"200"`
	Content    *string    `json:"content,omitempty" maxLength:"2000" doc:"only by who wrote it"`
	Result     *string    `json:"result,omitempty" maxLength:"40"`
}

// ChangeActivity changes a follow-up. Faults: not found, stale, invalid, forbidden (the words of somebody else).
func (s *Store) ChangeActivity(ctx context.Context, id int64, ifMatch string, n ActivityChange) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.findActivity(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := matches(ifMatch, a.Version); err != nil {
			return err
		}
		before := a.Activity
		if err := n.apply(ctx, &a.Activity); err != nil {
			return err
		}
		a.Version++
		if err := updateActivity(ctx, tx, &a.Activity); err != nil {
			return err
		}
		tx.Feed("activities", id)
		changed := difference{}
		changed.note("next_action", before.NextAction, a.NextAction)
		changed.note("next_at", value(before.NextAt), value(a.NextAt))
		changed.note("next_done_at", value(before.NextDoneAt), value(a.NextDoneAt))
		changed.note("content", before.Content, a.Content)
		changed.note("result", before.Result, a.Result)
		return guard.Audit(ctx, tx, "activity.changed", "customer", strconv.FormatInt(a.CustomerID, 10), map[string]any{"activity": id, "changed": changed})
	})
}

func (n ActivityChange) apply(ctx context.Context, a *Activity) error {
	actor := guard.ActorOf(ctx)
	if (n.Content != nil || n.Result != nil) && a.StaffID != actor.StaffID && !actor.System {
		return fault.Forbidden("activity_of_others")
	}
	if n.Result != nil && !resultCode.MatchString(*n.Result) {
		return fault.Invalid("result", "code_invalid")
	}
	if n.NextAt != nil {
		at := n.NextAt.UnixMilli()
		a.NextAt, a.NextDoneAt = &at, nil
	}
	set := func(to, from *string) {
		if from != nil {
			*to = trimmed(*from)
		}
	}
	set(&a.NextAction, n.NextAction)
	set(&a.Content, n.Content)
	set(&a.Result, n.Result)
	if n.Done != nil {
		a.NextDoneAt = nil
		if *n.Done {
			if a.NextAt == nil {
				return fault.Conflict("activity_without_next_action")
			}
			now := clock.Millis(ctx)
			a.NextDoneAt = &now
		}
	}
	return nil
}

// RemoveActivity takes a follow-up away, which is how its logging is undone; only by who wrote it, within a day.
// Faults: not found, forbidden.
func (s *Store) RemoveActivity(ctx context.Context, customerID, id int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.findActivity(ctx, tx, id)
		if err != nil {
			return err
		}
		if a.CustomerID != customerID {
			return fault.NotFound("activity", id)
		}
		return s.RemoveActivityIn(ctx, tx, id)
	})
}

// RemoveActivityIn is RemoveActivity as a part of the change tx.
func (s *Store) RemoveActivityIn(ctx context.Context, tx *db.Tx, id int64) error {
	a, err := s.findActivity(ctx, tx, id)
	if err != nil {
		return err
	}
	actor := guard.ActorOf(ctx)
	if !actor.System && a.StaffID != actor.StaffID {
		return fault.Forbidden("activity_of_others")
	}
	if clock.Millis(ctx)-a.CreatedAt > 24*3600*1000 {
		return fault.Forbidden("activity_too_old")
	}
	if _, err := tx.NewRaw("delete from activities where id = ?", id).Exec(ctx); err != nil {
		return err
	}
	// what its logging had closed is open again
	var reopened []int64
	if err := tx.NewRaw("update activities set next_done_at = null, version = version + 1 where customer_id = ? and next_done_at = ? returning id",
		a.CustomerID, a.HappenedAt).Scan(ctx, &reopened); err != nil {
		return err
	}
	tx.Feed("activities", append(reopened, id)...)
	return guard.Audit(ctx, tx, "activity.removed", "customer", strconv.FormatInt(a.CustomerID, 10), map[string]any{"activity": id, "kind": a.Kind, "content": a.Content})
}

// EndNextActionIn notes, as a part of the change tx, when the next action of a follow-up was done; nil opens it again.
func (s *Store) EndNextActionIn(ctx context.Context, tx *db.Tx, id int64, at *int64) error {
	a, err := s.findActivity(ctx, tx, id)
	if err != nil {
		return err
	}
	a.NextDoneAt = at
	a.Version++
	tx.Feed("activities", id)
	return updateActivity(ctx, tx, &a.Activity)
}
