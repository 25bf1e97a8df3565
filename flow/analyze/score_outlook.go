package analyze

import (
	"context"
	"math"

	"golang.org/x/sync/errgroup"

	"guanxi/base/columns"
)

// outlook is what living customers are expected to order in the coming year, by repeats and age in days: a table of a
// few ten thousand rows however many customers there are, because both are whole numbers.
type outlook struct {
	repeats, age       []int64
	orders, discounted []float64
}

// readOutlook reckons the outlook of every pair that occurs in score_history; m is in days.
func readOutlook(ctx context.Context, tx *columns.Tx, m BGNBD, rate float64) (outlook, error) {
	rows, err := tx.Query(ctx, outlookKeysSQL)
	if err != nil {
		return outlook{}, err
	}
	defer rows.Close()
	var o outlook
	for rows.Next() {
		var repeats, age int64
		if err := rows.Scan(&repeats, &age); err != nil {
			return outlook{}, err
		}
		o.repeats, o.age = append(o.repeats, repeats), append(o.age, age)
	}
	if err := rows.Err(); err != nil {
		return outlook{}, err
	}
	o.orders, o.discounted = make([]float64, len(o.age)), make([]float64, len(o.age))
	const chunk = 2048
	var reckoning errgroup.Group
	for from := 0; from < len(o.age); from += chunk {
		reckoning.Go(func() error {
			for i := from; i < min(from+chunk, len(o.age)); i++ {
				o.discounted[i] = discounted(rate, func(months float64) float64 {
					o.orders[i] = m.ExpectedIfAlive(float64(o.repeats[i]), float64(o.age[i]), months*horizonDays/12)
					return o.orders[i]
				})
			}
			return nil
		})
	}
	return o, reckoning.Wait()
}

// discounted gives the present worth of what comes within twelve months, each month's share counted as of its middle.
// until(m) is what comes within the first m months; it is asked for twelve last. rate is a year's discount.
func discounted(rate float64, until func(months float64) float64) float64 {
	worth, before := 0.0, 0.0
	for month := 1.0; month <= 12; month++ {
		now := until(month)
		worth += (now - before) * math.Pow(1+rate, -(month-0.5)/12)
		before = now
	}
	return worth
}
