package decide

import (
	"context"
	"strings"

	"guanxi/base/api"
	"guanxi/base/fault"
)

// TodayLine names the line an act is on, and the version it was read at.
type TodayLine struct {
	ID      string `path:"id" doc:"a signal's id, or group-KIND for a folded line"`
	IfMatch string `header:"If-Match"`
}

// TodayExcept leaves members of a folded line out of an act.
type TodayExcept struct {
	Except []api.ID `json:"except,omitempty" doc:"members of a folded line that are left out" maxItems:"2000"`
}

type actOut struct {
	ETag string `header:"ETag"`
	Body TodayAct
}

// TodayAct is what an act came to.
type TodayAct struct {
	ActID   api.ID       `json:"act_id" doc:"0 when nothing had to change"`
	Changed int          `json:"changed" doc:"signals it applies to; members of a folded line that somebody else acted on meanwhile are left out"`
	Signals []TodayActed `json:"signals"`
}

// TodayActed is how one signal stands after an act.
type TodayActed struct {
	ID      api.ID `json:"id"`
	State   State  `json:"state"`
	Version int64  `json:"version"`
}

func outcome(result acted, err error) (*actOut, error) {
	if err != nil {
		return nil, err
	}
	out := &actOut{Body: TodayAct{ActID: api.ID(result.ActID), Changed: len(result.Changed), Signals: []TodayActed{}}}
	for _, r := range result.Changed {
		out.Body.Signals = append(out.Body.Signals, TodayActed{api.ID(r.ID), r.State, r.Version})
	}
	if len(result.Changed) == 1 {
		out.ETag = api.ETag(result.Changed[0].Version)
	}
	return out, nil
}

func (s *Signals) registerActs(a *api.API) {
	op := func(name, summary string) api.Op {
		return api.Op{Method: "POST", Path: "/today/{id}/" + name, Permission: "today.write", Tag: tag, Summary: summary}
	}
	api.Register(a, op("done", "Say that it is done, with the time it took; a contact can be logged with it"),
		func(ctx context.Context, in *struct {
			TodayLine
			Body *struct {
				Minutes *float64      `json:"minutes,omitempty" minimum:"0" maximum:"1440"`
				Note    string        `json:"note,omitempty" maxLength:"2000"`
				Contact *TodayContact `json:"activity,omitempty" doc:"a contact with the customer to log"`
				TodayExcept
			}
		}) (*actOut, error) {
			do := act{name: actDone}
			if in.Body != nil {
				do.minutes, do.note, do.contact, do.except = in.Body.Minutes, in.Body.Note, in.Body.Contact, ids(in.Body.Except)
			}
			return s.onLine(ctx, in.TodayLine, do)
		})
	api.Register(a, op("snooze", "Put it away until a time"),
		func(ctx context.Context, in *struct {
			TodayLine
			Body struct {
				Until string `json:"until" doc:"later_today, tomorrow, next_week, or an instant (RFC 3339) within a year" example:"tomorrow"`
				TodayExcept
			}
		}) (*actOut, error) {
			until, err := snoozeUntil(ctx, in.Body.Until)
			if err != nil {
				return nil, err
			}
			return s.onLine(ctx, in.TodayLine, act{name: actSnoozed, until: until, except: ids(in.Body.Except)})
		})
	api.Register(a, op("delegate", "Move it to a colleague"),
		func(ctx context.Context, in *struct {
			TodayLine
			Body struct {
				StaffID api.ID `json:"staff_id"`
				Note    string `json:"note,omitempty" maxLength:"2000"`
				TodayExcept
			}
		}) (*actOut, error) {
			return s.onLine(ctx, in.TodayLine, act{name: actDelegated, to: int64(in.Body.StaffID), note: in.Body.Note, except: ids(in.Body.Except)})
		})
	api.Register(a, op("dismiss", "Say that it needs nothing, and why; it returns when it got half as bad again"),
		func(ctx context.Context, in *struct {
			TodayLine
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"a code or a few words: not_relevant, already_handled, wrong_data, not_worth_it, ..."`
				Note   string `json:"note,omitempty" maxLength:"2000"`
				TodayExcept
			}
		}) (*actOut, error) {
			reason := strings.TrimSpace(in.Body.Reason)
			if reason == "" {
				return nil, fault.Invalid("reason", "value_missing")
			}
			return s.onLine(ctx, in.TodayLine, act{name: actDismissed, reason: reason, note: in.Body.Note, except: ids(in.Body.Except)})
		})
	api.Register(a, op("pin", "Keep it on top of the list, or no longer"),
		func(ctx context.Context, in *struct {
			TodayLine
			Body struct {
				Pinned bool `json:"pinned"`
			}
		}) (*actOut, error) {
			name := actUnpinned
			if in.Body.Pinned {
				name = actPinned
			}
			return s.onSignal(ctx, in.TodayLine, act{name: name})
		})
	api.Register(a, op("take-out", "Take a member out of its folded line, or put it back"),
		func(ctx context.Context, in *struct {
			TodayLine
			Body struct {
				Alone bool `json:"alone"`
			}
		}) (*actOut, error) {
			name := actPutBack
			if in.Body.Alone {
				name = actTakenOut
			}
			return s.onSignal(ctx, in.TodayLine, act{name: name})
		})
	api.Register(a, op("undo", "Take back one's last act on it; the signal stands again as before"),
		func(ctx context.Context, in *TodayLine) (*actOut, error) { return outcome(s.undo(ctx, in.ID)) })
	api.Register(a, api.Op{Method: "POST", Path: "/today/undo", Permission: "today.write", Tag: tag, Summary: "Take back one's last act"},
		func(ctx context.Context, _ *struct{}) (*actOut, error) { return outcome(s.undo(ctx, "")) })
}

func (s *Signals) onLine(ctx context.Context, in TodayLine, do act) (*actOut, error) {
	version, err := api.Version(in.IfMatch)
	if err != nil {
		return nil, err
	}
	do.version = version
	return outcome(s.perform(ctx, in.ID, do))
}

// onSignal is for acts that make no sense on a folded line. Fault: conflict.
func (s *Signals) onSignal(ctx context.Context, in TodayLine, do act) (*actOut, error) {
	if _, group := isGroup(in.ID); group {
		return nil, fault.Conflict("not_for_a_group")
	}
	return s.onLine(ctx, in, do)
}

func ids(list []api.ID) []int64 {
	plain := make([]int64, len(list))
	for i, id := range list {
		plain[i] = int64(id)
	}
	return plain
}
