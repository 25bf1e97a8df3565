package likeness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/learn"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// Alike is the customers most like the members of a segment, of those who are not in it, and how surely that is told.
type Alike struct {
	State     string        `json:"state" enum:"ok,none" doc:"none: fewer than 30 members have bought, or as few others"`
	Seed      int64         `json:"seed" doc:"members of the segment who have bought"`
	Others    int64         `json:"others" doc:"who have bought and are not in it"`
	AUC       float64       `json:"auc" doc:"how often a member left out of the learning comes before somebody else; 0.5 is chance"`
	Lift      float64       `json:"lift" doc:"members left out that are among the first tenth, ÷ those chance would put there"`
	Drivers   []AlikeDriver `json:"drivers" doc:"what makes somebody like the members, the strongest first"`
	Customers []AlikeOne    `json:"customers" doc:"the most alike first, as many as were asked for"`
}

// AlikeDriver is a detail by which members differ from the others, with what they have of it.
type AlikeDriver struct {
	Name    string        `json:"name"`
	Label   analyze.Label `json:"label"`
	Unit    string        `json:"unit,omitempty" enum:"days,orders,share,money,years,"`
	Weight  float64       `json:"weight" doc:"log odds for each deviation above the average; below 0 speaks against"`
	Members *float64      `json:"members" doc:"the median, the mean of a share"`
	Others  *float64      `json:"others"`
}

// AlikeOne is one customer with her likeness.
type AlikeOne struct {
	ID    api.ID  `json:"id"`
	Score float64 `json:"score" doc:"times as likely a member as the average of those asked"`
}

const (
	alikePenalty = 10
	mostAlike    = 5000
)

// AlikeWish is whom somebody wants more of.
type AlikeWish struct {
	Segment api.ID `json:"segment" doc:"the members to be like"`
	Size    int    `json:"size" minimum:"1" maximum:"5000" doc:"how many"`
	Name    string `json:"name,omitempty" maxLength:"80" doc:"of the list, where one is made"`
}

// AlikeList is a list that was made, and the change that fills it.
type AlikeList struct {
	List api.ID `json:"list"`
	Edit api.ID `json:"edit" doc:"see /bulk-edits/{id}"`
}

func (l *Likeness) registerAlike(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/likeness/alike", Permission: "segments.read", Tag: "likeness",
		Summary: "The customers most like the members of a segment who are not in it, and how surely that is told"},
		func(ctx context.Context, in *struct{ Body AlikeWish }) (*api.Answered[Alike], error) {
			return api.Answer(l.Alike(ctx, int64(in.Body.Segment), in.Body.Size))
		})
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/likeness/alike/list", Permission: "segments.write", Tag: "likeness", Status: http.StatusCreated,
		Summary: "Keep the customers most like the members of a segment as a list; who is in it stays, whoever becomes alike later"},
		func(ctx context.Context, in *struct{ Body AlikeWish }) (*api.Answered[AlikeList], error) {
			return api.Answer(l.KeepAlike(ctx, int64(in.Body.Segment), in.Body.Size, in.Body.Name))
		})
}

// Alike learns what sets the members of a segment who have bought apart from others who have, and gives the size others the most
// like them, of customers the reader may see. What it learns from are the features of the reader's rights. Faults: not found,
// forbidden.
func (l *Likeness) Alike(ctx context.Context, segment int64, size int) (*Alike, error) {
	if err := mayKnow(ctx); err != nil {
		return nil, err
	}
	members, args, err := l.segments.MemberQuery(ctx, segment)
	if err != nil {
		return nil, err
	}
	rows, err := l.columns.Query(ctx, members, args...)
	if err != nil {
		return nil, err
	}
	chosen, err := columns.Collect[int64](rows)
	if err != nil {
		return nil, err
	}
	in := make(map[int64]bool, len(chosen))
	for _, id := range chosen {
		in[id] = true
	}
	categories, err := l.tastes(ctx)
	if err != nil {
		return nil, err
	}
	all, may := withTastes(categories), mayTell(ctx)
	scope, bound := guard.ScopeOf(ctx, "customers").Where("c")
	set, ids, out := &learn.Set{}, []int64{}, &Alike{State: "none", Drivers: []AlikeDriver{}, Customers: []AlikeOne{}}
	for _, f := range all {
		set.Features = append(set.Features, learn.Feature{Name: f.name})
	}
	if err := l.each(ctx, categories, scope, func(id int64, x []float64) error {
		row := slices.Clone(x)
		for j, f := range all {
			switch {
			case !may(f):
				row[j] = math.NaN()
			case f.log:
				row[j] = logged(row[j])
			}
		}
		ids, set.X, set.Y = append(ids, id), append(set.X, row), append(set.Y, in[id])
		return nil
	}, bound...); err != nil {
		return nil, err
	}
	sample := balanced(set)
	fit := func(s *learn.Set) (learn.Model, error) { return learn.FitLogistic(s, alikePenalty) }
	told, err := learn.CrossValidate(sample, 5, 1, fit)
	if errors.Is(err, learn.ErrTooFew) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("likeness: %w", err)
	}
	model, err := learn.FitLogistic(sample, alikePenalty)
	if errors.Is(err, learn.ErrTooFew) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("likeness: %w", err)
	}
	report := learn.Judge(told, sample.Y)
	out.State, out.AUC = "ok", report.AUC
	for _, lift := range report.Lift {
		if math.Abs(lift.Share-.1) < 1e-9 {
			out.Lift = lift.Times
		}
	}
	mean := 0.
	for i, x := range set.X {
		if set.Y[i] {
			out.Seed++
			continue
		}
		out.Others++
		p := model.Probability(x)
		mean += p
		out.Customers = append(out.Customers, AlikeOne{api.ID(ids[i]), p})
	}
	slices.SortFunc(out.Customers, func(a, b AlikeOne) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	out.Customers = out.Customers[:min(len(out.Customers), size, mostAlike)]
	for i := range out.Customers {
		out.Customers[i].Score /= max(mean/float64(max(1, out.Others)), 1e-12)
	}
	out.Drivers = alikeDrivers(all, set, model)
	return out, nil
}

// balanced takes all members, at most ten thousand, and twenty others for each, at most twenty thousand: more would teach nothing
// new. Rows stand in no order that has to do with either.
func balanced(s *learn.Set) *learn.Set {
	var members, others []int
	for i, y := range s.Y {
		if y {
			members = append(members, i)
		} else {
			others = append(others, i)
		}
	}
	thin := func(rows []int, most int) []int {
		if len(rows) <= most {
			return rows
		}
		kept := make([]int, most)
		for i := range kept {
			kept[i] = rows[i*len(rows)/most]
		}
		return kept
	}
	members = thin(members, 10_000)
	return s.Only(append(members, thin(others, min(20*max(len(members), 50), 20_000))...))
}

func alikeDrivers(all []feature, s *learn.Set, m *learn.Logistic) []AlikeDriver {
	weights := make([]float64, len(all))
	for i, input := range m.Inputs {
		if input.Level == learn.OfNumber {
			weights[input.Feature] = m.Weights[i]
		}
	}
	of := make([]int, len(s.Y))
	for i, y := range s.Y {
		if y {
			of[i] = 1
		}
	}
	plain := make([][]float64, len(s.X))
	for i, x := range s.X {
		plain[i] = slices.Clone(x)
		for j, f := range all {
			if f.log {
				plain[i][j] = math.Copysign(math.Expm1(math.Abs(x[j])), x[j])
			}
		}
	}
	members, others := typical(all, plain, of, 1), typical(all, plain, of, 0)
	drivers := []AlikeDriver{}
	for j, f := range all {
		if math.Abs(weights[j]) >= .05 {
			drivers = append(drivers, AlikeDriver{Name: f.name, Label: f.label, Unit: f.unit, Weight: weights[j], Members: known(f, members[j]), Others: known(f, others[j])})
		}
	}
	slices.SortStableFunc(drivers, func(a, b AlikeDriver) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
	return drivers
}

// KeepAlike makes a list of the customers most like the members of a segment. A list, because a campaign is measured by those it
// was meant for: a live score would let customers go who were reached, and take others in who were not. Faults: not found,
// forbidden, invalid, conflict when the name is taken.
func (l *Likeness) KeepAlike(ctx context.Context, segment int64, size int, name string) (*AlikeList, error) {
	found, err := l.Alike(ctx, segment, size)
	if err != nil {
		return nil, err
	}
	if len(found.Customers) == 0 {
		return nil, fault.Invalid("segment", "nobody_chosen")
	}
	list, err := l.segments.CreateList(ctx, analyze.ListDraft{Name: name})
	if err != nil {
		return nil, err
	}
	var ids []api.ID
	for _, one := range found.Customers {
		ids = append(ids, one.ID)
	}
	edit, err := l.lists.EditMany(ctx, customer.BulkListAdd, customer.BulkWhat{List: list}, customer.Chosen{IDs: ids})
	return &AlikeList{api.ID(list), api.ID(edit)}, err
}
