package decide

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"guanxi/base/columns"
	"guanxi/base/db"
)

// sources are the suppliers that read the stores themselves.
func sources(records *db.DB, columns *columns.Store) []Source {
	return []Source{
		overdueRhythm{columns}, aliveFell{columns}, firstOrder{columns}, nextPurchase{columns},
		followUps{records, columns}, &findings{records: records}, unreachable{columns}, lateSources{records},
	}
}

// customerFacts are the figures of one customer that the sources of customer signals share. What a source does not ask
// for is not valid.
type customerFacts struct {
	ID                     int64
	Name                   string
	Owner, Team            *int64
	HasPhone, HasEmail     bool
	LastDay                sql.NullTime
	Spent, Spent12M        sql.NullInt64 // minor units, net
	Silent, Cycle, Overdue sql.NullFloat64
	DueDay                 sql.NullTime
	Alive, AliveBefore     sql.NullFloat64
	Leaving                sql.NullFloat64
	Predicted              sql.NullFloat64 // minor units, the next 12 months
	OrderValue             sql.NullFloat64 // minor units
	Modelled               bool            // Predicted is a model's, not her own rhythm's
	Stake                  float64
}

// customerBase joins customers with at least one purchase to their scores, as of the day the scores are of, and says
// who is valuable: by what a year of her is worth as long as she stays, the top fifth of all.
const customerBase = `
with scored as (
  select
    c.id, c.name, c.owner_id, c.team_id, c.has_phone, c.has_email, c.orders_count, c.orders_last_day,
    c.orders_gross - c.orders_refunded as spent,
    s.as_of, s.as_of - c.orders_last_day as silent, s.cycle_days, s.cycle_sd_days, s.overdue_days, s.next_due_day,
    s.alive_probability as alive, s.alive_probability_before as alive_before, s.expected_order_value as order_value,
    s.predicted_value is not null as modelled,
    coalesce(s.churn_risk, 1 - s.alive_probability, 1 - 2 ** (-greatest(s.overdue_days, 0) / s.cycle_days)) as leaving,
    coalesce(s.predicted_value, c.orders_gross / c.orders_count * 365 / s.cycle_days)::double as predicted,
    c.orders_count >= 3 and s.cycle_days > 0
      and s.overdue_days >= greatest(coalesce(s.cycle_sd_days, 0), s.cycle_days / 4, 1) as overdue
  from customer_scores s
  join customers c on c.id = s.customer_id
  where c.orders_count > 0
),
bars as (
  select quantile_cont(predicted / greatest(1 - leaving, 0.05), 0.8) as valuable, avg(spent / orders_count) as ordinary
  from scored
),
chosen as (
  select scored.*, {stake} as stake
  from scored, bars
  where predicted / greatest(1 - leaving, 0.05) >= bars.valuable and predicted > 0 and ({condition})
  qualify stake >= ordinary / 4 and row_number() over (order by stake desc, id) <= {top}
),
year as (
  select o.customer_id, sum(o.gross - o.refunded)::bigint as spent
  from orders o
  join chosen on chosen.id = o.customer_id
  where o.day > chosen.as_of - 365 and o.day <= chosen.as_of and (o.kind = 'refund' or o.status <> 'cancelled')
  group by o.customer_id
)
select chosen.id, name, owner_id, team_id, has_phone, has_email, orders_last_day, chosen.spent, year.spent,
  silent, cycle_days, overdue_days, next_due_day, alive, alive_before, leaving, predicted, order_value, modelled, stake
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
		if err := rows.Scan(&f.ID, &f.Name, &f.Owner, &f.Team, &f.HasPhone, &f.HasEmail, &f.LastDay, &f.Spent, &f.Spent12M,
			&f.Silent, &f.Cycle, &f.Overdue, &f.DueDay, &f.Alive, &f.AliveBefore, &f.Leaving, &f.Predicted, &f.OrderValue, &f.Modelled, &f.Stake); err != nil {
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
	actions := []Action{{Code: action, Primary: true, Target: id}}
	if action == "call" && !f.HasPhone {
		actions[0].Code = "log_contact"
	} else {
		actions = append(actions, Action{Code: "log_contact", Target: id})
	}
	values := Values{"reachable": f.HasPhone || f.HasEmail}
	positive(values, "spent", f.Spent)
	positive(values, "spent_12m", f.Spent12M)
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
