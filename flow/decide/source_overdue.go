package decide

import (
	"context"
	"math"
	"strconv"
	"strings"

	"guanxi/base/columns"
)

func filled(text, stake, condition string) string {
	return strings.NewReplacer("{stake}", stake, "{condition}", condition, "{top}", strconv.Itoa(TopPerKind)).Replace(text)
}

// overdueRhythm finds valuable customers who are silent longer than their own rhythm, by more than it usually varies and
// at least a quarter of it. At stake: what is expected of her in 12 months × how likely she is lost. What is expected
// counts only as far as she still is a customer, so that the sum is greatest where it is open whether she comes back, and
// small where she has surely left or surely stays.
type overdueRhythm struct{ columns *columns.Store }

// Kinds implements Source.
func (overdueRhythm) Kinds() []string { return []string{OverdueRhythm} }

// Signals implements Source.
func (s overdueRhythm) Signals(ctx context.Context) ([]Signal, error) {
	list, err := chooseCustomers(ctx, s.columns, "predicted * (1 - stays)", "overdue")
	var signals []Signal
	for _, f := range list {
		g := f.signal(OverdueRhythm, "call")
		g.Reason.Values["cycle_days"], g.Reason.Values["silent_days"] = rounded(f.Cycle.Float64), rounded(f.Silent.Float64)
		g.Reason.Values["overdue_days"] = rounded(f.Overdue.Float64)
		g.Basis = Reason{"predicted_times_leaving", Values{"predicted": math.Round(f.Predicted.Float64), "leaving": share(1 - f.Stays.Float64)}}
		if f.ByRhythm {
			g.Basis.Code = "rhythm_times_leaving"
		}
		signals = append(signals, g)
	}
	return signals, err
}

// fellBy is the fall of the probability alive within a month, in points of a share, that is worth a look.
const fellBy = 0.2

// aliveFell finds valuable customers whose probability of still being one fell materially within a month while they are
// not overdue by a rhythm of their own (then overdueRhythm says so, more plainly). At stake: what the fall took from what
// is expected of her.
type aliveFell struct{ columns *columns.Store }

// Kinds implements Source.
func (aliveFell) Kinds() []string { return []string{AliveFell} }

// Signals implements Source.
func (s aliveFell) Signals(ctx context.Context) ([]Signal, error) {
	list, err := chooseCustomers(ctx, s.columns, "if_stays * (alive_before - alive)",
		"not overdue and alive_before - alive >= "+strconv.FormatFloat(fellBy, 'f', -1, 64))
	var signals []Signal
	for _, f := range list {
		g := f.signal(AliveFell, "call")
		g.Reason.Values["alive"], g.Reason.Values["alive_before"] = share(f.Alive.Float64), share(f.AliveBefore.Float64)
		g.Reason.Values["silent_days"] = rounded(f.Silent.Float64)
		predicted := math.Round(f.Predicted.Float64)
		g.Basis = Reason{"predicted_fall", Values{"before": predicted + float64(*g.AtStake), "predicted": predicted}}
		signals = append(signals, g)
	}
	return signals, err
}

// nextPurchase finds valuable customers whose next order is due within three days. At stake: that order. Rhythms under
// ten days are left out: such a customer would always be about to be due.
type nextPurchase struct{ columns *columns.Store }

// Kinds implements Source.
func (nextPurchase) Kinds() []string { return []string{NextPurchaseDue} }

// Signals implements Source.
func (s nextPurchase) Signals(ctx context.Context) ([]Signal, error) {
	list, err := chooseCustomers(ctx, s.columns, "order_value",
		"orders_count >= 3 and cycle_days >= 10 and next_due_day between as_of and as_of + 3")
	var signals []Signal
	for _, f := range list {
		if !fresh(ctx, f.AsOf) {
			break
		}
		g := f.signal(NextPurchaseDue, "call")
		g.Reason.Values["cycle_days"], g.Reason.Values["due_day"] = rounded(f.Cycle.Float64), f.DueDay.Time.Format("2006-01-02")
		g.Reason.Values["order_value"] = math.Round(f.OrderValue.Float64)
		g.Basis = Reason{"next_order", Values{"order_value": math.Round(f.OrderValue.Float64)}}
		signals = append(signals, g)
	}
	return signals, err
}

func rounded(days float64) float64 { return math.Round(days) }

// share keeps a share to the thousandth: what is behind that is noise, and would make a row look changed.
func share(x float64) float64 { return math.Round(min(max(x, 0), 1)*1000) / 1000 }
