package decide

import (
	"context"
	"fmt"
	"strconv"

	"guanxi/base/db"
	"guanxi/flow/collect/schedule"
)

// failingSchedules are those by which data should come in or go out and does not. Every figure may rest on them, none says
// how much: they are not valued.
type failingSchedules struct{ records *db.DB }

// Kinds implements Source.
func (failingSchedules) Kinds() []string { return []string{ScheduleFails} }

// Signals implements Source.
func (s failingSchedules) Signals(ctx context.Context) ([]Signal, error) {
	found, err := schedule.Troubles(ctx, s.records.Read(), TopPerKind)
	if err != nil {
		return nil, err
	}
	var signals []Signal
	for _, t := range found {
		id := strconv.FormatInt(t.ID, 10)
		reason := Reason{ScheduleFails, Values{"count": t.Failures, "why_zh": schedule.Why(t.ErrorCode, "zh-CN"), "why_en": schedule.Why(t.ErrorCode, "en-US")}}
		if t.Failures == 0 {
			reason = Reason{"schedule_late", Values{"count": 1, "was_due": t.NextAt}}
		}
		signals = append(signals, Signal{
			Key: fmt.Sprintf("%s:schedule:%s:%d", ScheduleFails, id, t.LastGood), Kind: ScheduleFails,
			Subject: Subject{Type: "schedule", ID: id, Name: t.Name}, Reason: reason,
			Actions: []TodayAction{{Code: "open_schedule", Primary: true, Target: id}},
		})
	}
	return signals, nil
}
