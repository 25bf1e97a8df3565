package decide

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
)

// sources are the suppliers that read the stores themselves.
func sources(records *db.DB, columns *columns.Store) []Source {
	return []Source{
		overdueRhythm{columns}, aliveFell{columns}, firstOrder{columns}, nextPurchase{columns},
		followUps{records, columns}, &findings{records: records}, duplicates{records}, recordsGotWorse{records}, customerAsks{records, columns}, unreachable{columns}, lateSources{records}, failingSchedules{records}, personRequests{records},
	}
}

// customerFacts are the figures of one customer that the sources of customer signals share. What a source does not ask
// for is not valid.
type customerFacts struct {
	ID                     int64
	Name                   string
	Owner, Team            *int64
	HasPhone, HasEmail     bool
	AsOf, LastDay          sql.NullTime
	Spent, Spent12M        sql.NullInt64 // minor units, net
	Silent, Cycle, Overdue sql.NullFloat64
	DueDay                 sql.NullTime
	Alive, AliveBefore     sql.NullFloat64
	Stays                  sql.NullFloat64 // how likely she still is a customer
	Predicted              sql.NullFloat64 // minor units, the next 12 months, as far as she stays
	OrderValue             sql.NullFloat64 // minor units
	ByRhythm               bool            // Stays is her own rhythm's, not the model's
	Stake                  float64
}

// customerBase joins customers with at least one purchase to their scores, as of the day the scores are of, and says
// who is valuable: by what a year of her is worth as long as she stays, the top fifth of all. Whoever bought after that
// day waits for the next scores, as all do while an import is still coming in: the old ones know nothing of her purchase.
//
// stays is how likely she still is a customer: by the model, or, if that is less, by her own rhythm, of which every
// cycle of silence beyond its usual variation leaves half. A model fitted to everybody can be blind to the one who
// always came every 24 days and has not for 200.
const customerBase = `
with scored as (
  select
    c.id, coalesce(c.name, '') as name, c.owner_id, c.team_id,
    coalesce(c.has_phone, false) as has_phone, coalesce(c.has_email, false) as has_email, c.orders_count, c.orders_last_day,
    c.orders_gross - c.orders_refunded as spent,
    s.as_of, s.as_of - c.orders_last_day as silent, s.cycle_days, s.overdue_days, s.next_due_day,
    s.alive_probability as alive, s.alive_probability_before as alive_before, s.expected_order_value as order_value,
    coalesce(s.stays, 1 - s.churn_risk, s.alive_probability, 1)::double as model_stays,
    case when c.orders_count >= 3 and s.cycle_days > 0
      then 2 ** (-greatest(s.overdue_days - coalesce(s.cycle_sd_days, 0), 0) / s.cycle_days) else 1 end as rhythm_stays,
    coalesce(s.predicted_value / greatest(coalesce(s.stays, 1 - s.churn_risk), 0.05), c.orders_gross / c.orders_count * 365 / s.cycle_days)::double as if_stays,
    c.orders_count >= 3 and s.cycle_days > 0
      and s.overdue_days >= greatest(coalesce(s.cycle_sd_days, 0), s.cycle_days / 4, 1) as overdue
  from customer_scores s
  join customers c on c.id = s.customer_id
  where c.orders_count > 0
),
judged as (
  select *, least(model_stays, rhythm_stays) as stays, rhythm_stays < model_stays as by_rhythm, if_stays * least(model_stays, rhythm_stays) as predicted
  from scored
),
bars as (
  select quantile_cont(if_stays, 0.8) as valuable, avg(spent / orders_count) as ordinary
  from judged
),
chosen as (
  select judged.*, {stake} as stake
  from judged, bars
  where if_stays >= bars.valuable and if_stays > 0 and silent >= 0 and ({condition})
  qualify stake >= ordinary / 4 and row_number() over (order by stake desc, id) <= {top}
),
year as (
  select o.customer_id, sum(o.gross - o.refunded)::bigint as spent
  from orders o
  join chosen on chosen.id = o.customer_id
  where o.day > chosen.as_of - 365 and o.day <= chosen.as_of and (o.kind = 'refund' or o.status <> 'cancelled')
  group by o.customer_id
)
select chosen.id, name, owner_id, team_id, has_phone, has_email, as_of, orders_last_day, chosen.spent, year.spent,
  silent, cycle_days, overdue_days, next_due_day, alive, alive_before, stays, predicted, order_value, by_rhythm, stake
from chosen
left join year on year.customer_id = chosen.id
order by stake desc, chosen.id`

// chooseCustomers runs customerBase with the stake and the condition of one kind: both fixed texts.
func chooseCustomers(ctx context.Context, from *columns.Store, stake, condition string) ([]customerFacts, error) {
	rows, err := from.Query(ctx, filled(customerBase, stake, condition))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []customerFacts
	for rows.Next() {
		var f customerFacts
		if err := rows.Scan(&f.ID, &f.Name, &f.Owner, &f.Team, &f.HasPhone, &f.HasEmail, &f.AsOf, &f.LastDay, &f.Spent, &f.Spent12M,
			&f.Silent, &f.Cycle, &f.Overdue, &f.DueDay, &f.Alive, &f.AliveBefore, &f.Stays, &f.Predicted, &f.OrderValue, &f.ByRhythm, &f.Stake); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// signal gives what every signal about a customer has. episode tells one happening from the next: the day of the last
// order, because a new order ends it.
func (f customerFacts) signal(kind, action string) Signal {
	id := strconv.FormatInt(f.ID, 10)
	episode := ""
	if f.LastDay.Valid {
		episode = f.LastDay.Time.Format(time.DateOnly)
	}
	actions := []TodayAction{{Code: action, Primary: true, Target: id}}
	if action == "call" && !f.HasPhone {
		actions[0].Code = "log_contact"
	} else {
		actions = append(actions, TodayAction{Code: "log_contact", Target: id})
	}
	values := Values{"reachable": f.HasPhone || f.HasEmail}
	positive(values, "spent", f.Spent)
	positive(values, "spent_12m", f.Spent12M)
	if f.AsOf.Valid {
		values["as_of"] = f.AsOf.Time.Format(time.DateOnly)
	}
	return Signal{
		Key: fmt.Sprintf("%s:customer:%s:%s", kind, id, episode), Kind: kind,
		Subject: Subject{Type: "customer", ID: id, Name: f.Name}, OwnerID: f.Owner, TeamID: f.Team,
		Reason: Reason{Code: kind, Values: values}, AtStake: stake(f.Stake), Actions: actions,
	}
}

// positive sets a sum that says something: a sentence leaves out what is not there.
func positive(v Values, name string, sum sql.NullInt64) {
	if sum.Valid && sum.Int64 > 0 {
		v[name] = sum.Int64
	}
}

// fresh says whether facts reach to the present: what must happen within days is not said from the books of the past.
func fresh(ctx context.Context, asOf sql.NullTime) bool {
	return asOf.Valid && clock.Now(ctx).Sub(asOf.Time) < booksOfThePast
}

const booksOfThePast = 7 * 24 * time.Hour
