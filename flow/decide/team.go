package decide

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/money"
	"guanxi/guard"
)

// TodayPerson is one person's day as her manager sees it.
type TodayPerson struct {
	Staff            TodayStaff  `json:"staff"`
	CapacityMinutes  float64     `json:"capacity_minutes"`
	AvailableMinutes float64     `json:"available_minutes" doc:"capacity less what was spent today"`
	PlannedMinutes   float64     `json:"planned_minutes" doc:"of the lines that fit"`
	SpentMinutes     float64     `json:"spent_minutes"`
	Open             int         `json:"open" doc:"lines"`
	Overdue          int         `json:"overdue" doc:"lines whose promised instant has passed"`
	Escalated        int         `json:"escalated"`
	Later            int         `json:"later" doc:"lines that do not fit today"`
	Done             int         `json:"done" doc:"signals done today"`
	AtStake          money.Money `json:"at_stake" doc:"of the open lines that can be valued"`
	Protected        money.Money `json:"protected" doc:"estimated, of what was done today"`
}

type teamOut struct {
	Body struct {
		People []TodayPerson `json:"people"`
	}
}

type teamStaff struct {
	ID       int64  `bun:"id"`
	Name     string `bun:"name"`
	Role     string `bun:"role"`
	TeamID   *int64 `bun:"team_id"`
	Capacity int64  `bun:"capacity_minutes"`
}

// team gives the day of everybody a manager is there for: her team; of all for an admin. What counts as a person's is
// what is owned by or delegated to her, not what she only may see.
func (s *Signals) team(ctx context.Context) (*teamOut, error) {
	a := guard.ActorOf(ctx)
	where := condition{sql: "st.active"}
	switch {
	case a.System || leads(ctx):
	case a.TeamID != nil:
		where = where.and("st.team_id = ?", *a.TeamID)
	default:
		where = where.and("st.id = ?", a.StaffID)
	}
	var people []teamStaff
	if err := s.records.Read().NewRaw(`
select st.id, st.name, st.role, st.team_id, st.capacity_minutes
from staff st
where `+where.sql+`
order by st.name, st.id`, where.args...).Scan(ctx, &people); err != nil {
		return nil, err
	}
	out := &teamOut{}
	out.Body.People = []TodayPerson{}
	ids := []int64{0}
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	rows, err := s.rowsWhere(ctx, s.records.Read(), condition{openNow + ` and coalesce(s.delegated_to, s.owner_id) in (?)`, []any{bun.List(ids)}}, "")
	if err != nil {
		return nil, err
	}
	from, to := today(ctx)
	done, err := s.logWhere(ctx, condition{"l.action = 'done' and l.undone_at is null and l.staff_id in (?) and l.happened_at >= ? and l.happened_at < ?",
		[]any{bun.List(ids), from, to}})
	if err != nil {
		return nil, err
	}
	r, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	hers, did := map[int64][]Row{}, map[int64][]loggedLine{}
	for _, row := range rows {
		owner := row.DelegatedTo
		if owner == nil {
			owner = row.OwnerID
		}
		hers[*owner] = append(hers[*owner], row)
	}
	for _, d := range done {
		did[*d.StaffID] = append(did[*d.StaffID], d)
	}
	for _, p := range people {
		if !guard.Can(ctx, p.Role, "today.write") {
			continue
		}
		out.Body.People = append(out.Body.People, personDay(ctx, p, hers[p.ID], did[p.ID], r.set))
	}
	return out, nil
}

func personDay(ctx context.Context, p teamStaff, rows []Row, done []loggedLine, set Setting) TodayPerson {
	d := TodayPerson{Staff: TodayStaff{api.ID(p.ID), p.Name}, CapacityMinutes: float64(p.Capacity), SpentMinutes: minutesOf(done), Done: len(done)}
	d.AvailableMinutes = max(d.CapacityMinutes-d.SpentMinutes, 0)
	set.Minutes = d.AvailableMinutes
	var atStake, saved int64
	for _, l := range Arrange(rows, set) {
		d.Open++
		if l.Fits {
			d.PlannedMinutes += l.Factors.EffortMinutes
		} else {
			d.Later++
		}
		if l.DueAt != nil && *l.DueAt < set.Now.UnixMilli() {
			d.Overdue++
		}
		if l.EscalatedAt != nil {
			d.Escalated++
		}
		if l.AtStake != nil {
			atStake += *l.AtStake
		}
	}
	for _, l := range done {
		if l.Saved != nil {
			saved += *l.Saved
		}
	}
	d.AtStake, d.Protected = moneyOf(ctx, atStake), moneyOf(ctx, saved)
	return d
}
