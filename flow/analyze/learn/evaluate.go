package learn

import (
	"cmp"
	"math"
	"slices"
)

// Report says how good probabilities were, by what came of rows the model had not seen.
type Report struct {
	Rows        int           `json:"rows"`
	Rate        float64       `json:"rate" doc:"share in which it came to be, 0..1"`
	AUC         float64       `json:"auc" doc:"chance that of two rows the one in which it came to be has the higher probability; 0.5 is guessing"`
	LogLoss     float64       `json:"log_loss" doc:"mean of minus the log of the probability given to what came to be, nats"`
	Brier       float64       `json:"brier" doc:"mean squared error of the probabilities"`
	Calibration []Calibration `json:"calibration" doc:"ten parts of equal size, the least likely first"`
	Error       float64       `json:"calibration_error" doc:"mean distance between told and come to be over the parts"`
	Lift        []Lift        `json:"lift"`
}

// Calibration holds what was told against what came to be in a tenth of the rows.
type Calibration struct {
	Rows int     `json:"rows"`
	Told float64 `json:"told"`
	Came float64 `json:"came"`
}

// Lift says how much of what came to be stands in the likeliest part of the rows.
type Lift struct {
	Share float64 `json:"share" doc:"of all rows, the likeliest first, 0..1"`
	Found float64 `json:"found" doc:"of all in which it came to be, 0..1"`
	Times float64 `json:"times" doc:"as often as in a part taken by chance"`
}

// Judge compares probabilities with what came to be.
func Judge(told []float64, came []bool) Report {
	order := make([]int, len(told))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(told[a], told[b]) })
	r := Report{Rows: len(told), AUC: AUC(told, came)}
	n := float64(max(1, len(told)))
	for i, p := range told {
		y := value(came[i])
		r.Rate += y / n
		r.Brier += (p - y) * (p - y) / n
		q := min(max(p, 1e-15), 1-1e-15)
		r.LogLoss -= (y*math.Log(q) + (1-y)*math.Log(1-q)) / n
	}
	const parts = 10
	for part := range parts {
		from, to := len(order)*part/parts, len(order)*(part+1)/parts
		if from == to {
			continue
		}
		c := Calibration{Rows: to - from}
		for _, i := range order[from:to] {
			c.Told += told[i] / float64(c.Rows)
			c.Came += value(came[i]) / float64(c.Rows)
		}
		r.Calibration = append(r.Calibration, c)
		r.Error += math.Abs(c.Told-c.Came) * float64(c.Rows) / n
	}
	for _, share := range []float64{.05, .1, .2, .3, .5} {
		top := order[len(order)-int(math.Round(share*float64(len(order)))):]
		if len(top) == 0 || r.Rate == 0 {
			continue
		}
		found := 0.0
		for _, i := range top {
			found += value(came[i])
		}
		r.Lift = append(r.Lift, Lift{Share: share, Found: found / (r.Rate * n), Times: found / float64(len(top)) / r.Rate})
	}
	return r
}

// AUC is the area under the receiver operating characteristic, from the ranks (Mann and Whitney 1947; ties count half); 0.5
// where there is but one outcome.
func AUC(told []float64, came []bool) float64 {
	order := make([]int, len(told))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(told[a], told[b]) })
	var ranks, yes float64
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && told[order[to]] == told[order[from]] {
			to++
		}
		rank := float64(from+to+1) / 2
		for _, i := range order[from:to] {
			if came[i] {
				ranks += rank
				yes++
			}
		}
		from = to
	}
	no := float64(len(told)) - yes
	if yes == 0 || no == 0 {
		return 0.5
	}
	return (ranks - yes*(yes+1)/2) / (yes * no)
}

// CrossValidate gives for every row the probability told by a model that was fitted without it: k parts with the same share of
// either outcome, each told by the model of the others. seed fixes the parts.
func CrossValidate(s *Set, k int, seed uint64, fit func(*Set) (Model, error)) ([]float64, error) {
	told := make([]float64, len(s.X))
	parts := s.folds(k, seed)
	for at, part := range parts {
		var others []int
		for i, p := range parts {
			if i != at {
				others = append(others, p...)
			}
		}
		m, err := fit(s.Only(others))
		if err != nil {
			return nil, err
		}
		for _, r := range part {
			told[r] = m.Probability(s.X[r])
		}
	}
	return told, nil
}
