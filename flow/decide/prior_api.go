package decide

import (
	"context"
	"fmt"
	"math"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// SignalPrior is what a kind of signal is scored with, and how that is known.
type SignalPrior struct {
	Kind    string              `json:"kind"`
	Area    Area                `json:"area"`
	Default SignalPriorFigures  `json:"default" doc:"of the catalogue"`
	Edited  *SignalPriorFigures `json:"edited" doc:"what was set instead; null when nothing was"`
	Used    SignalPriorFigures  `json:"used"`
	// Chance and effort are each measured when enough outcomes have come in; half-life is always a prior.
	ChanceSource string `json:"chance_source" enum:"prior,measured"`
	ChanceN      int64  `json:"chance_n" doc:"outcomes seen so far"`
	EffortSource string `json:"effort_source" enum:"prior,measured"`
	EffortN      int64  `json:"effort_n"`
	OutcomeDays  int    `json:"outcome_days" doc:"an order within so many days counts as the outcome; 0: not measured by orders"`
}

// SignalPriorFigures is the three figures.
type SignalPriorFigures struct {
	Chance          float64 `json:"chance" minimum:"0.001" maximum:"1" doc:"share of what is at stake that acting can change"`
	HalfLifeMinutes float64 `json:"half_life_minutes" minimum:"1" maximum:"5256000" doc:"how fast the chance fades, in calendar minutes"`
	EffortMinutes   float64 `json:"effort_minutes" minimum:"0.5" maximum:"1440"`
}

func body(p Prior) SignalPriorFigures {
	return SignalPriorFigures(p)
}

type priorsOut struct {
	Body struct {
		Items []SignalPrior `json:"items"`
	}
}

// SignalPriorSet is what a kind is to be scored with.
type SignalPriorSet struct {
	Kind string `json:"kind"`
	SignalPriorFigures
}

type priorsIn struct {
	Body struct {
		Items []SignalPriorSet `json:"items" doc:"what differs from the catalogue; a kind that is left out goes back to it" maxItems:"100"`
	}
}

func (s *Signals) registerPriors(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/today/priors", Permission: "settings.read", Tag: tag,
		Summary: "What each kind of signal is scored with: assumed or measured"},
		func(ctx context.Context, _ *struct{}) (*priorsOut, error) { return s.priors(ctx) })
	api.Register(a, api.Op{Method: "PUT", Path: "/today/priors", Permission: "settings.write", Tag: tag,
		Summary: "Set what is assumed until outcomes teach better; the list is ordered anew at once"},
		func(ctx context.Context, in *priorsIn) (*priorsOut, error) {
			set := map[string]Prior{}
			for i, item := range in.Body.Items {
				if _, known := kindByName[item.Kind]; !known {
					return nil, fault.Invalid(fmt.Sprintf("items[%d].kind", i), "kind_unknown", item.Kind)
				}
				for _, x := range []float64{item.Chance, item.HalfLifeMinutes, item.EffortMinutes} {
					if math.IsNaN(x) || math.IsInf(x, 0) {
						return nil, fault.Invalid(fmt.Sprintf("items[%d]", i), "number_unreadable")
					}
				}
				set[item.Kind] = Prior{item.Chance, item.HalfLifeMinutes, item.EffortMinutes}
			}
			if err := s.setPriors(ctx, set); err != nil {
				return nil, err
			}
			return s.priors(ctx)
		})
}

// setPriors replaces every edited prior, and scores the live signals with what holds now.
func (s *Signals) setPriors(ctx context.Context, set map[string]Prior) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw("delete from signal_priors").Exec(ctx); err != nil {
			return err
		}
		for kind, p := range set {
			if _, err := tx.NewRaw(`
insert into signal_priors (kind, chance, half_life_minutes, effort_minutes, updated_at)
values (?, ?, ?, ?, ?)`, kind, p.Chance, p.HalfLifeMinutes, p.EffortMinutes, clock.Millis(ctx)).Exec(ctx); err != nil {
				return err
			}
		}
		scored, err := estimates(ctx, tx)
		if err != nil {
			return err
		}
		for kind, e := range scored {
			if _, err := tx.NewRaw(`
update signals
set chance = ?, half_life_minutes = ?, effort_minutes = ?
where kind = ? and state in ('open', 'snoozed', 'delegated')`, e.Chance, e.HalfLifeMinutes, e.EffortMinutes, kind).Exec(ctx); err != nil {
				return err
			}
		}
		return guard.Audit(ctx, tx, "signal_priors.changed", "settings", "signal_priors", set)
	})
}

func (s *Signals) priors(ctx context.Context) (*priorsOut, error) {
	edited, err := editedPriors(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	scored, err := estimates(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	out := &priorsOut{}
	for _, k := range Catalogue {
		e := scored[k.Name]
		v := SignalPrior{Kind: k.Name, Area: k.Area, Default: body(k.Prior), Used: body(e.Prior), ChanceSource: "prior", EffortSource: "prior",
			ChanceN: e.ChanceN, EffortN: e.EffortN, OutcomeDays: k.OutcomeDays}
		if p, ok := edited[k.Name]; ok {
			b := body(p)
			v.Edited = &b
		}
		if e.ChanceMeasured {
			v.ChanceSource = "measured"
		}
		if e.EffortMeasured {
			v.EffortSource = "measured"
		}
		out.Body.Items = append(out.Body.Items, v)
	}
	return out, nil
}
