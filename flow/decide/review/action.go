package review

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// The states of an action.
const (
	Open    = "open"
	Done    = "done"
	Dropped = "dropped"
)

// row is an action as it is kept. Instants are milliseconds UTC.
type row struct {
	ID        int64  `bun:"id"`
	Every     string `bun:"every"`
	FromDay   string `bun:"from_day"` // first day of the review it was raised in
	Title     string `bun:"title"`
	Metric    string `bun:"metric"` // what it is to change, "" for none
	OwnerID   int64  `bun:"owner_id"`
	Owner     string `bun:"owner"`
	DueDay    string `bun:"due_day"`
	State     string `bun:"state"`
	Note      string `bun:"note"`
	StaffID   *int64 `bun:"staff_id"`
	SettledAt *int64 `bun:"settled_at"`
	Version   int64  `bun:"version"`
}

// Action is something to be done about what a review found. It is carried over to the next review until it is settled; where it
// is about a metric, what that was when it was raised and is in the review at hand stand beside it.
type Action struct {
	ID         api.ID          `json:"id"`
	Title      string          `json:"title"`
	Metric     string          `json:"metric,omitempty"`
	Label      *analyze.Text   `json:"label,omitempty" doc:"of the metric"`
	Unit       analyze.Unit    `json:"unit,omitempty"`
	Then       *analyze.Number `json:"then,omitempty" doc:"the metric in the review it was raised in"`
	Now        *analyze.Number `json:"now,omitempty" doc:"the metric in this review"`
	OwnerID    api.ID          `json:"owner_id"`
	Owner      string          `json:"owner"`
	DueDay     string          `json:"due_day" format:"date"`
	Overdue    bool            `json:"overdue"`
	State      string          `json:"state" enum:"open,done,dropped"`
	Note       string          `json:"note"`
	FromDay    string          `json:"from_day" format:"date" doc:"first day of the review it was raised in"`
	Carried    int             `json:"carried" doc:"reviews it was carried over"`
	Changeable bool            `json:"changeable"`
	Version    int64           `json:"version"`
}

const (
	titleLength = 200
	noteLength  = 1000
	selected    = `select a.id, a.every, a.from_day, a.title, a.metric, a.owner_id, coalesce(s.name, '') as owner, a.due_day, a.state, a.note, a.staff_id, a.settled_at, a.version
from review_actions a
left join staff s on s.id = a.owner_id
where `
)

// seen says which actions (alias a) who asks may see: her own, those she raised, and all for who sees every customer.
func seen(ctx context.Context) (sql string, args []any) {
	if guard.ScopeOf(ctx, "customers").All() {
		return "(true)", nil
	}
	me := guard.ActorOf(ctx).StaffID
	return "(a.owner_id = ? or a.staff_id = ?)", []any{me, me}
}

// changeable says that who asks may change an action: its owner, who raised it, and who governs access.
func (a *row) changeable(ctx context.Context) bool {
	actor := guard.ActorOf(ctx)
	return actor.StaffID != 0 && a.OwnerID == actor.StaffID || a.StaffID != nil && *a.StaffID == actor.StaffID || actor.Can("access.write")
}

// actions gives those raised by this review or before that are not settled, or were since it began.
func (r *Reviews) actions(ctx context.Context, every string, p analyze.Period) ([]Action, error) {
	visible, args := seen(ctx)
	w := workspace.Of(ctx)
	var rows []row
	if err := r.records.Read().NewRaw(selected+visible+" and a.every = ? and a.from_day <= ? and (a.state = 'open' or a.settled_at >= ? or a.from_day = ?) order by case a.state when 'open' then 0 else 1 end, a.due_day, a.id",
		append(args, every, dayText(p.From), w.DayStart(local(w, p.From)), dayText(p.From))...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]Action, len(rows))
	for i := range rows {
		var err error
		if all[i], err = r.view(ctx, &rows[i], p); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r *Reviews) view(ctx context.Context, of *row, p analyze.Period) (Action, error) {
	a := Action{ID: api.ID(of.ID), Title: of.Title, OwnerID: api.ID(of.OwnerID), Owner: of.Owner, DueDay: of.DueDay, State: of.State, Note: of.Note, FromDay: of.FromDay,
		Overdue: of.State == Open && of.DueDay < workspace.Of(ctx).Day(clock.Millis(ctx)), Changeable: of.changeable(ctx), Version: of.Version}
	raised, _, err := period(ctx, of.Every, of.FromDay)
	if err != nil {
		return a, err
	}
	if days := p.From.Sub(raised.From); days > 0 {
		a.Carried = int(days / (7 * 24 * time.Hour))
		if of.Every == Month {
			a.Carried = (p.From.Year()-raised.From.Year())*12 + int(p.From.Month()-raised.From.Month())
		}
	}
	if of.Metric == "" {
		return a, nil
	}
	then, err := r.metrics.Item(ctx, of.Metric, raised, 0)
	if fault.Is(err, fault.KindForbidden) || fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindConflict) {
		return a, nil // a figure that is not hers to know
	}
	if err != nil {
		return a, err
	}
	now, err := r.metrics.Item(ctx, of.Metric, p, 0)
	if err != nil {
		return a, err
	}
	a.Metric, a.Label, a.Unit, a.Then, a.Now = of.Metric, &then.Label, then.Unit, &then.Value, &now.Value
	return a, nil
}

// Draft is an action as a person says it.
type Draft struct {
	Title  string
	Metric string
	Owner  int64
	DueDay string
	State  string
	Note   string
}

// check puts a draft in order. Faults: invalid, not found.
func (r *Reviews) check(ctx context.Context, from bun.IDB, d *Draft) error {
	d.Title = strings.TrimSpace(d.Title)
	switch {
	case d.Title == "":
		return fault.Invalid("title", "is_missing")
	case utf8.RuneCountInString(d.Title) > titleLength:
		return fault.Invalid("title", "too_long", titleLength)
	case utf8.RuneCountInString(d.Note) > noteLength:
		return fault.Invalid("note", "too_long", noteLength)
	case !slices.Contains([]string{Open, Done, Dropped}, d.State):
		return fault.Invalid("state", "value_invalid")
	}
	if _, err := time.Parse(time.DateOnly, d.DueDay); err != nil {
		return fault.Invalid("due_day", "day_invalid", d.DueDay)
	}
	if d.Metric != "" {
		if err := r.metrics.Known(d.Metric); err != nil {
			return err
		}
	}
	var roles []string
	if err := from.NewRaw("select role from staff where id = ? and active", d.Owner).Scan(ctx, &roles); err != nil {
		return err
	}
	if len(roles) == 0 || !guard.Can(ctx, roles[0], "metrics.read") { // she could not see it
		return fault.Invalid("owner_id", "staff_unknown", strconv.FormatInt(d.Owner, 10))
	}
	return nil
}

// Raise adds an action to the review of a week or month. Faults: as of check.
func (r *Reviews) Raise(ctx context.Context, every, day string, d Draft) (id int64, err error) {
	p, _, err := period(ctx, every, day)
	if err != nil {
		return 0, err
	}
	d.State = Open
	err = r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.check(ctx, tx, &d); err != nil {
			return err
		}
		if id, err = tx.NextID(ctx, "review_actions"); err != nil {
			return err
		}
		var by *int64
		if me := guard.ActorOf(ctx).StaffID; me != 0 {
			by = &me
		}
		now := clock.Millis(ctx)
		if _, err := tx.Do(ctx, "insert into review_actions (id, every, from_day, title, metric, owner_id, due_day, note, staff_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			id, every, dayText(p.From), d.Title, d.Metric, d.Owner, d.DueDay, d.Note, by, now, now); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "review.action_raised", "review_action", strconv.FormatInt(id, 10), map[string]any{"title": d.Title, "owner": d.Owner, "due": d.DueDay})
	})
	return id, err
}

// Change settles an action or says it otherwise. Faults: as of check; not found, stale, forbidden.
func (r *Reviews) Change(ctx context.Context, id, version int64, change func(*Draft)) error {
	return r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := find(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !of.changeable(ctx):
			return fault.Forbidden("action_of_another")
		case version != 0 && of.Version != version:
			return fault.Stale()
		}
		d := Draft{Title: of.Title, Metric: of.Metric, Owner: of.OwnerID, DueDay: of.DueDay, State: of.State, Note: of.Note}
		change(&d)
		if err := r.check(ctx, tx, &d); err != nil {
			return err
		}
		now, settled := clock.Millis(ctx), of.SettledAt
		switch {
		case d.State == Open:
			settled = nil
		case of.State == Open:
			settled = &now
		}
		if _, err := tx.Do(ctx, "update review_actions set title = ?, owner_id = ?, due_day = ?, state = ?, note = ?, settled_at = ?, updated_at = ?, version = version + 1 where id = ?",
			d.Title, d.Owner, d.DueDay, d.State, d.Note, settled, now, id); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "review.action_changed", "review_action", strconv.FormatInt(id, 10), map[string]any{"title": d.Title, "state": d.State, "owner": d.Owner, "due": d.DueDay})
	})
}

// find gives an action who asks may see. Fault: not found.
func find(ctx context.Context, from bun.IDB, id int64) (*row, error) {
	visible, args := seen(ctx)
	var rows []row
	if err := from.NewRaw(selected+visible+" and a.id = ?", append(args, id)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("review_action", id)
	}
	return &rows[0], nil
}
