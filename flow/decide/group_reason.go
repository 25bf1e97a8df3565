package decide

import (
	"math"
	"slices"
)

// groupReason sums up the figures of the members of a folded line: medians, means of money, the span of the middle
// four fifths of silence, and how many can be reached.
func groupReason(kind string, members []Row) Reason {
	lists := map[string][]float64{}
	reachable := 0
	for _, m := range members {
		v := m.values()
		for name := range v {
			if _, number := v[name].(float64); number {
				lists[name] = append(lists[name], v.Number(name))
			}
		}
		if yes, _ := v["reachable"].(bool); yes {
			reachable++
		}
	}
	sum := Values{"count": len(members), "reachable": reachable}
	for name, list := range lists {
		switch name {
		case "spent_12m", "amount", "order_value", "predicted":
			total := 0.0
			for _, x := range list {
				total += x
			}
			sum[name] = math.Round(total / float64(len(members)))
		default:
			sum[name] = median(list)
		}
	}
	if silent := slices.Sorted(slices.Values(lists["silent_days"])); len(silent) > 0 {
		sum["silent_low"], sum["silent_high"] = silent[len(silent)/10], silent[(len(silent)*9-1)/10]
	}
	return Reason{kind + "_group", sum}
}
