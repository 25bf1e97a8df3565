package analyze

import (
	"fmt"
	"strconv"
	"strings"
)

// Some metrics look at what each customer did within a window: came again, came back, fell silent. Windows overlap (the
// thirty points of a spark are windows of a month, one day apart), so that counting customers window by window would read
// every order thirty times. But windows come in order, so the windows that hold a day are a run of numbers, and so are
// those of which a given order is the first, or the second, of its customer. A windowed relation therefore has rows
// (customer_id, k_from, k_to, hit): in the windows k_from to k_to the customer counts, in the divisor or, with hit, above it.
//
// In the text {steps} stands for the days of the windows (day, lo, hi: the first and last window that holds it),
// {steps_before} for the days of the periods before them, {first} and {last} for the first and last day of all.

// A relation ends in silence: after silenceFactor times the customer's own mean purchase cycle, at least leastSilence
// days; singleSilence days where there was one purchase only. Reckoned as of each purchase, so that no later purchase
// changes what was said earlier.
const (
	leastSilence  = 30
	singleSilence = 180
	silenceFactor = 2
)

var (
	repeatSource = &source{name: "repeats", kind: windowed, customers: true, relation: `
select customer_id, k_from, k_to, hit
from (
  with placed as (
    select f.customer_id, s.lo, s.hi, lag(s.hi) over past as hi1, lag(s.hi, 2) over past as hi2
    from orders f
    join {steps} s on s.day = f.day
    where ` + purchase + ` and f.customer_id is not null
    window past as (partition by f.customer_id order by f.day)
  )
  select customer_id, greatest(lo, coalesce(hi1 + 1, lo)) as k_from, hi as k_to, false as hit from placed
  union all
  select customer_id, greatest(lo, coalesce(hi2 + 1, lo)), hi1, true from placed where hi1 is not null
)
where k_from <= k_to`}

	returnSource = &source{name: "returns", kind: windowed, customers: true, relation: `
select customer_id, k_from, k_to, hit
from (
  with before as (
    select f.customer_id, greatest(s.lo, coalesce(lag(s.hi) over past + 1, s.lo)) as k_from, s.hi as k_to
    from orders f
    join {steps_before} s on s.day = f.day
    where ` + purchase + ` and f.customer_id is not null
    window past as (partition by f.customer_id order by f.day)
  ), now as (
    select f.customer_id, greatest(s.lo, coalesce(lag(s.hi) over past + 1, s.lo)) as k_from, s.hi as k_to
    from orders f
    join {steps} s on s.day = f.day
    where ` + purchase + ` and f.customer_id is not null
    window past as (partition by f.customer_id order by f.day)
  )
  select customer_id, k_from, k_to, false as hit from before
  union all
  select b.customer_id, greatest(b.k_from, n.k_from), least(b.k_to, n.k_to), true
  from before b
  join now n on n.customer_id = b.customer_id
)
where k_from <= k_to`}

	stretchSource = &source{name: "stretches", kind: windowed, customers: true, relation: `
select customer_id, k_from, k_to, hit
from (
  with days as (
    select distinct customer_id, day
    from orders f
    where ` + purchase + ` and customer_id is not null and day <= {last}
  ), history as (
    select customer_id, min(day) as first_day, max(day) filter (where day < {first}) as last_day, count(*) filter (where day < {first}) as n
    from days
    group by customer_id
  ), purchases as (
    select customer_id, last_day as day, last_day - first_day as span, n - 1 as earlier from history where n > 0
    union all
    select d.customer_id, d.day, d.day - h.first_day, h.n + row_number() over (partition by d.customer_id order by d.day) - 1
    from days d
    join history h on h.customer_id = d.customer_id
    where d.day >= {first}
  ), paced as (
    select customer_id, day, lead(day) over (partition by customer_id order by day) as next_day,
      day + 1 + case when earlier = 0 then {single} else greatest({least}, cast(ceil({factor} * span / earlier) as integer)) end as end_day
    from purchases
  ), known as (
    select customer_id, day, least(coalesce(next_day, end_day), end_day) as until, coalesce(next_day >= end_day, true) as ended
    from paced
    where least(coalesce(next_day, end_day), end_day) >= {first}
  ), spans as (
    select k.customer_id, k.until, k.ended, a.lo, z.lo as end_lo, z.hi,
      lag(z.hi) over past as hi1, coalesce(lag(k.ended) over past, true) as anew
    from known k
    join {steps} a on a.day = greatest(k.day, {first})
    join {steps} z on z.day = least(k.until, {last})
    window past as (partition by k.customer_id order by k.day)
  )
  select customer_id, case when anew then lo else greatest(lo, hi1 + 1) end as k_from, hi as k_to, false as hit from spans
  union all
  select customer_id, end_lo, hi, true from spans where ended and until <= {last}
)
where k_from <= k_to`}
)

// windowedRelation writes a windowed relation for the given windows, none shorter than least days. Windows that do not
// come in order are reckoned apart.
func windowedRelation(relation string, windows []bucket, least int) string {
	var chains []string
	for start := 0; start < len(windows); {
		end := start + 1
		for end < len(windows) && inOrder(windows[end-1].AtLeast(least), windows[end].AtLeast(least)) {
			end++
		}
		chains = append(chains, chain(relation, windows[start:end], start, least))
		start = end
	}
	return "(" + strings.Join(chains, "\nunion all\n") + ")"
}

// inOrder reports whether b begins and ends no earlier than a, as do the periods before them, and leaves no gap.
func inOrder(a, b Period) bool {
	return !b.From.Before(a.From) && !b.To.Before(a.To) && !b.From.After(a.To.AddDate(0, 0, 1)) &&
		!b.Before().From.Before(a.Before().From)
}

func chain(relation string, windows []bucket, offset, least int) string {
	now, before := make([]string, len(windows)), make([]string, len(windows))
	for i, b := range windows {
		w := b.AtLeast(least)
		now[i] = fmt.Sprintf("(%d, %s, %s)", offset+i, literal(w.From), literal(w.To))
		before[i] = fmt.Sprintf("(%d, %s, %s)", offset+i, literal(w.Before().From), literal(w.Before().To))
	}
	first, last := windows[0].AtLeast(least), windows[len(windows)-1].AtLeast(least)
	return strings.NewReplacer(
		"{steps}", stepsSQL(now, Period{first.From, last.To}),
		"{steps_before}", stepsSQL(before, Period{first.Before().From, last.Before().To}),
		"{first}", literal(first.From), "{last}", literal(last.To),
		"{single}", strconv.Itoa(singleSilence), "{least}", strconv.Itoa(leastSilence), "{factor}", strconv.Itoa(silenceFactor)+".0",
	).Replace(relation)
}

// stepsSQL writes the days of p with the windows that hold them.
func stepsSQL(windows []string, p Period) string {
	return fmt.Sprintf(`(
  select d.day, min(w.k) as lo, max(w.k) as hi
  from (select cast(unnest(generate_series(timestamp '%s', timestamp '%s', interval 1 day)) as date) as day) d
  join (values %s) w(k, from_day, to_day) on d.day between w.from_day and w.to_day
  group by d.day
)`, dayText(p.From), dayText(p.To), strings.Join(windows, ", "))
}

// windowedSQL adds up a windowed relation: first the customers of each run of windows, then the runs over each window.
func windowedSQL(v, relation, where string, q question) string {
	return fmt.Sprintf(`
select v, cast(w.k as varchar), false, false, sum(n) filter (where hit), sum(n) filter (where not hit)
from (
  select v, k_from, k_to, hit, count(*) as n
  from (
    select %s as v, f.k_from, f.k_to, f.hit
    from %s f
    %s
    where %s
  )
  group by all
) g
join range(%d) w(k) on w.k between g.k_from and g.k_to
group by v, w.k`, v, relation, joins(v+where), where, len(q.buckets)+1)
}
