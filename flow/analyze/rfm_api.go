package analyze

import (
	"context"
	"encoding/json"
	"slices"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Register adds the operations on RFM and value.
func (s *Scores) Register(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/rfm", Permission: "metrics.read", Tag: "value",
		Summary: "Grid of recency and frequency with movement and classes"}, s.getRFM)
	api.Register(a, api.Op{Method: "PUT", Path: "/rfm/cuts", Permission: "settings.write", Tag: "value",
		Summary: "Choose window, cuts and classes"}, s.putCuts)
	s.registerValue(a)
}

type rfmInput struct {
	AsOf        string `query:"as_of" doc:"YYYY-MM-DD; today when absent, or the last day with an order when nothing was ordered in the window"`
	Cuts        string `query:"cuts" doc:"JSON {\"r\": [...], \"f\": [...], \"m\": [...]}, four ascending values each; a part left out is as in the settings"`
	WindowDays  int    `query:"window_days" minimum:"1" maximum:"3650" doc:"as in the settings when absent"`
	CompareDays int    `query:"compare_days" minimum:"1" maximum:"730" default:"30" doc:"how far back the movement begins"`
}

type rfmOutput struct {
	Body struct {
		RFM
		Chosen ValueSettings `json:"settings" doc:"as chosen; null cuts are quintiles"`
	}
}

func (s *Scores) getRFM(ctx context.Context, in *rfmInput) (*rfmOutput, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	out := &rfmOutput{}
	out.Body.Chosen = settings
	if in.WindowDays > 0 {
		settings.WindowDays = in.WindowDays
	}
	if in.Cuts != "" {
		var cuts RFMCuts
		if err := json.Unmarshal([]byte(in.Cuts), &cuts); err != nil {
			return nil, fault.Invalid("cuts", "not_json")
		}
		settings.take(cuts)
	}
	if err := settings.check(); err != nil {
		return nil, err
	}
	q := rfmQuery{settings: settings, compareDays: in.CompareDays}
	if in.AsOf == "" {
		q.asOf, err = s.today(ctx, settings.WindowDays)
	} else if q.asOf, err = dayOf(in.AsOf); err != nil {
		err = fault.Invalid("as_of", "not_a_day", in.AsOf)
	}
	if err != nil {
		return nil, err
	}
	grid, err := s.rfm(ctx, q)
	if err != nil {
		return nil, err
	}
	out.Body.RFM = *grid
	return out, nil
}

type cutsInput struct {
	Body struct {
		WindowDays   int             `json:"window_days,omitempty" minimum:"1" maximum:"3650"`
		Cuts         *RFMCutChoice   `json:"cuts,omitempty"`
		Classes      *RFMClassChoice `json:"classes,omitempty"`
		DiscountRate *float64        `json:"discount_rate,omitempty" minimum:"0" maximum:"1" doc:"a year, as a share"`
	}
}

// RFMCutChoice replaces all three lists of cuts; null is quintiles.
type RFMCutChoice struct {
	R []int64 `json:"r" nullable:"true" required:"false"`
	F []int64 `json:"f" nullable:"true" required:"false"`
	M []int64 `json:"m" nullable:"true" required:"false"`
}

// RFMClassChoice replaces both borders; null of value is the top half and the top fifth of those who bought.
type RFMClassChoice struct {
	Frequency []int64 `json:"frequency"`
	Value     []int64 `json:"value" nullable:"true" required:"false"`
}

type cutsOutput struct{ Body ValueSettings }

// putCuts stores the choice with its audit entry; the scores follow within seconds.
func (s *Scores) putCuts(ctx context.Context, in *cutsInput) (*cutsOutput, error) {
	before, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	next := before
	if in.Body.WindowDays > 0 {
		next.WindowDays = in.Body.WindowDays
	}
	if c := in.Body.Cuts; c != nil {
		next.RCuts, next.FCuts, next.MCuts = c.R, c.F, c.M
	}
	if c := in.Body.Classes; c != nil {
		next.FrequencyClasses, next.ValueClasses = c.Frequency, c.Value
	}
	if in.Body.DiscountRate != nil {
		next.DiscountRate = *in.Body.DiscountRate
	}
	if err := next.check(); err != nil {
		return nil, err
	}
	if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, settingsKey, next); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "rfm.cuts_changed", "settings", settingsKey, map[string]any{"before": before, "after": next})
	}); err != nil {
		return nil, err
	}
	s.Due()
	return &cutsOutput{Body: next}, nil
}

// take replaces the cuts that are given.
func (v *ValueSettings) take(c RFMCuts) {
	for _, part := range []struct {
		to   *[]int64
		from []int64
	}{{&v.RCuts, c.R}, {&v.FCuts, c.F}, {&v.MCuts, c.M}} {
		if part.from != nil {
			*part.to = part.from
		}
	}
}

// check says which cuts or borders cannot be used: each list has its fixed length and does not fall.
func (v ValueSettings) check() error {
	var wrong []fault.Field
	for _, list := range []struct {
		field  string
		values []int64
		length int
		chosen bool
	}{
		{"cuts.r", v.RCuts, 4, false}, {"cuts.f", v.FCuts, 4, false}, {"cuts.m", v.MCuts, 4, false},
		{"classes.frequency", v.FrequencyClasses, 2, true}, {"classes.value", v.ValueClasses, 2, false},
	} {
		switch {
		case list.values == nil && !list.chosen:
		case len(list.values) != list.length:
			wrong = append(wrong, fault.Field{Field: list.field, Key: "wrong_number_of_values", Args: []any{list.length}})
		case !slices.IsSorted(list.values):
			wrong = append(wrong, fault.Field{Field: list.field, Key: "not_ascending"})
		}
	}
	if wrong != nil {
		return fault.Invalids(wrong)
	}
	return nil
}
