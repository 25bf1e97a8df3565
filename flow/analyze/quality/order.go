package quality

import (
	"context"
	"database/sql/driver"
	"slices"
	"strconv"

	"guanxi/base/db"
)

// searchOrders finds orders whose amount is far from all others in their currency.
func (q *Quality) searchOrders(ctx context.Context, rules []*Rule, l *learned, now int64) error {
	rule := ruleNamed(rules, ruleOrderOutlier)
	var found []finding
	for currency, usual := range l.Orders {
		if !rule.Active {
			break
		}
		some, err := q.unusualOrders(ctx, currency, usual)
		if err != nil {
			return err
		}
		found = append(found, some...)
	}
	said, err := q.saidOf(ctx, "order", ruleOrderOutlier)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(f finding) bool { return said[f.subjectID.(int64)] == strconv.FormatInt(f.evidence.Amount, 10) })
	return q.replace(ctx, ruleOrderOutlier, found, now)
}

// unusualOrders gives the orders in a currency whose amount is not among the usual ones.
func (q *Quality) unusualOrders(ctx context.Context, currency string, usual bounds) (found []finding, err error) {
	rows, err := q.columns.Query(ctx, "select id, number, customer_id, gross from orders where kind = 'order' and currency = ? and gross > 0 and (gross < ? or gross > ?) order by id", currency, usual.Low, usual.High)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		f := finding{subjectType: "order", field: "amount"}
		var id, gross int64
		var buyer *int64
		if err := rows.Scan(&id, &f.subjectName, &buyer, &gross); err != nil {
			return nil, err
		}
		f.subjectID = id
		if buyer != nil {
			f.customerID = *buyer
		}
		f.evidence = evidence{Value: majorUnits(float64(gross), currency), Expected: majorUnits(usual.Low, currency) + " – " + majorUnits(usual.High, currency), Amount: gross, Currency: currency}
		found = append(found, f)
	}
	return found, rows.Err()
}

// saidOf gives the values that people have said something about under a rule, by subject.
func (q *Quality) saidOf(ctx context.Context, subjectType, rule string) (map[int64]string, error) {
	said := map[int64]string{}
	err := db.Each(ctx, q.records.Read(), func(c []driver.Value) error {
		said[cellNumber(c[0])] = cellText(c[1])
		return nil
	}, "select subject_id, value from quality_marks where subject_type = ? and rule = ?", subjectType, rule)
	return said, err
}
