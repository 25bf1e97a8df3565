package guard

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// AuditWatch is what was found when the chain of the audit log was reckoned last, by the program or by a person.
type AuditWatch struct {
	OK        bool       `json:"ok"`
	CheckedAt time.Time  `json:"checked_at"`
	By        string     `json:"by" doc:"who had it reckoned; empty for the program itself, which does so every hour"`
	Since     *time.Time `json:"since,omitempty" doc:"when it was first found broken"`
	BrokenAt  int64      `json:"broken_at,omitempty" doc:"number of the first seal that does not fit"`
	First     int64      `json:"first_entry,omitempty" doc:"the first entry of that seal: those before it are whole"`
	Reason    string     `json:"reason,omitempty"`
}

const auditWatchKey = "audit.watch"

// WatchedAudit gives what was found last, nil where nobody has looked yet.
func WatchedAudit(ctx context.Context, records *db.DB) (*AuditWatch, error) {
	var w AuditWatch
	if kept, err := db.Setting(ctx, records.Read(), auditWatchKey, &w); err != nil || !kept {
		return nil, err
	}
	return &w, nil
}

// WatchAudit reckons the whole chain again and notes what it finds, where the screen tells of it; that it is broken is an
// entry of the log itself, once.
func WatchAudit(ctx context.Context, records *db.DB) (AuditState, error) {
	state, err := VerifyAudit(ctx, records)
	if err != nil {
		return state, err
	}
	before, err := WatchedAudit(ctx, records)
	if err != nil {
		return state, err
	}
	now := AuditWatch{OK: state.OK, CheckedAt: clock.Now(ctx).UTC(), BrokenAt: state.BrokenAt, First: state.First, Reason: state.Reason}
	if a := ActorOf(ctx); !a.System {
		now.By = a.Name
	}
	fresh := !now.OK && (before == nil || before.OK)
	if now.Since = &now.CheckedAt; now.OK {
		now.Since = nil
	} else if !fresh {
		now.Since = before.Since
	}
	return state, records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, auditWatchKey, now); err != nil || !fresh {
			return err
		}
		return Audit(ctx, tx, "audit.broken", "audit", "", map[string]any{"seal": state.BrokenAt, "first_entry": state.First, "reason": state.Reason})
	})
}
