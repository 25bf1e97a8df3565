package decide

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/guard"
)

// personal kinds are the promise of one person: nobody else's list shows them before they escalate.
var personal = []string{FollowUpDue, PersonRequest}

// condition is a part of a where clause with its arguments.
type condition struct {
	sql  string
	args []any
}

func (c condition) and(sql string, args ...any) condition {
	return condition{c.sql + " and " + sql, append(append([]any{}, c.args...), args...)}
}

// mayAct is which signals (alias s) the person asking may see and act on: those of subjects in her scope, those of the
// company that are her role's work, those delegated to her; a manager also whatever escalated.
func mayAct(ctx context.Context) condition {
	a := guard.ActorOf(ctx)
	seen := guard.ScopeOf(ctx, "customers")
	if a.System || leads(ctx) {
		return condition{sql: "(true)"}
	}
	scope, args := seen.WhereAbout("s", aboutCustomer)
	return condition{`((s.audience = '' and ` + scope + `) or s.audience like ? or s.delegated_to = ?
  or (s.escalated_at is not null and s.audience <> '' and ? = 'manager'))`,
		append(args, "%,"+a.Base()+",%", a.StaffID, a.Base())}
}

// aboutCustomer gives the customer that a signal (alias s) is about; subjects are told by text.
const aboutCustomer = "(case when s.subject_type = 'customer' then cast(s.subject_id as bigint) end)"

// leads says that the person asking is there for the whole company: an administrator who sees all of it.
func leads(ctx context.Context) bool {
	return guard.ActorOf(ctx).Base() == guard.Admin && guard.ScopeOf(ctx, "customers").All()
}

// onList is what stands on the list of the person asking, a part of mayAct: what is hers to do. Nobody is buried under
// what others do: a row of a subject with an owner is the owner's; operators, whose work all customers are, see it too
// unless it is a promise; managers when it escalated. What nobody owns is its team's, the managers' and the
// operators'. An admin sees all. What was delegated is only on the list of the one it was delegated to.
func onList(ctx context.Context) condition {
	a := guard.ActorOf(ctx)
	may := mayAct(ctx).and(`(s.delegated_to is null or s.delegated_to = ?)`, a.StaffID)
	if a.System || leads(ctx) {
		return may
	}
	return may.and(`(s.delegated_to = ? or s.owner_id = ? or s.audience <> ''
  or (? = 'operator' and (s.owner_id is null or s.kind not in (?)))
  or (? = 'manager' and (s.owner_id is null or s.escalated_at is not null))
  or (s.owner_id is null and s.team_id = ?))`,
		a.StaffID, a.StaffID, a.Base(), bun.List(personal), a.Base(), teamOf(a))
}

func teamOf(a guard.Actor) int64 {
	if a.TeamID == nil {
		return 0
	}
	return *a.TeamID
}

// openNow is what is to be done: open, or delegated, which onList has narrowed to those delegated to the reader.
const openNow = "s.state in ('open', 'delegated')"

// rowsWhere reads signals.
func (s *Signals) rowsWhere(ctx context.Context, from bun.IDB, c condition, tail string, args ...any) ([]Row, error) {
	var rows []Row
	err := from.NewRaw(`
select `+signalColumns+`
from signals s
where `+c.sql+" "+tail, append(c.args, args...)...).Scan(ctx, &rows)
	return rows, err
}

// reading is what a reader's list is made with.
type reading struct {
	set      Setting
	state    refreshed
	staff    staffFacts
	spent    float64 // minutes of today's work already done
	language string
	// sourceLate: what some source brings is missing
	sourceLate bool
}

type staffFacts struct {
	Capacity int64  `bun:"capacity_minutes"`
	Language string `bun:"language"`
}
