package why

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) // in Shanghai

func here() context.Context {
	ctx := clock.With(context.Background(), clock.NewFake(noon))
	return guard.System(workspace.With(ctx, workspace.Default()))
}

func newWhy(t *testing.T, d *db.DB, store *columns.Store) *Why {
	t.Helper()
	segments := analyze.NewSegments(d, store, analyze.NewHot(store), &analyze.Touched{})
	return New(d, store, segments, analyze.NewMetrics(store, d, func() time.Time { return noon }, segments.MemberQuery))
}

// school fills columns with pupils of an online school (T20): each enrols, and some finish the course. Planted: of those who do
// not finish 80% made no study plan within 72 hours of enrolling, of those who finish 15%. Whoever makes a plan opens the
// planner before, nearly always. Thirty other events and twenty values of details are dealt by chance alone.
func school(t *testing.T, store *columns.Store, seed uint64, pupils int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 20))
	event, person, named := columnstest.Row(t, store, "events"), columnstest.Row(t, store, "customers"), columnstest.Row(t, store, "event_names")
	var events, people, names [][]any
	known := map[string]bool{}
	for id := int64(1); id <= int64(pupils); id++ {
		enrolled := noon.AddDate(0, 0, -150).Add(time.Duration(r.IntN(60*24)) * time.Hour)
		does := func(name string, hours float64) {
			at := enrolled.Add(time.Duration(hours * float64(time.Hour)))
			known[name] = true
			events = append(events, event(map[string]any{"batch_id": int64(1), "position": int32(len(events)), "source_id": int64(1), "message_id": "", "ts": at.UnixMilli(), //nolint:gosec // few
				"day": at.Truncate(24 * time.Hour), "received_at": at.UnixMilli(), "kind": "track", "event": name, "visitor_id": id, "customer_id": id, "bot": false}))
		}
		does("course_enrolled", 0)
		finishes := r.Float64() < .28
		planned := r.Float64() < map[bool]float64{true: .85, false: .20}[finishes]
		switch {
		case planned:
			does("study_plan_made", 1+70*r.Float64())
		case r.IntN(3) == 0:
			does("study_plan_made", 100+400*r.Float64()) // too late
		}
		if planned && r.Float64() < .97 || !planned && r.Float64() < .05 {
			does("planner_opened", 1)
		}
		if finishes {
			does("course_finished", 1400)
		}
		for n := range 30 {
			if r.Float64() < .1+float64(n)/40 {
				does(fmt.Sprintf("lesson_%02d", n), 70*r.Float64())
			}
		}
		people = append(people, person(map[string]any{"id": id, "kind": "person", "tags": []string{}, "created_at": int64(0), "owner_id": id % 2, "gender": []string{"female", "male"}[r.IntN(2)],
			"province": fmt.Sprint("P", r.IntN(8)), "source": fmt.Sprint("S", r.IntN(6)), "industry": fmt.Sprint("I", r.IntN(4))}))
	}
	for name := range known {
		names = append(names, named(map[string]any{"event": name, "kind": "track", "last_ts": noon.UnixMilli()}))
	}
	require.NoError(t, store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range map[string][][]any{"events": events, "customers": people, "event_names": names} {
			if err := tx.Exec(ctx, "delete from "+table); err != nil {
				return err
			}
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return nil
	}))
}

var unfinished = json.RawMessage(`{"all":[{"event":"course_enrolled"},{"not":{"event":"course_finished"}}]}`)

func enrolment(t *testing.T) CommonQuery {
	p, err := analyze.PeriodOf(here(), "2026-06-01", "2026-10-31", 0)
	require.NoError(t, err)
	return CommonQuery{Group: unfinished, Start: &Step{Event: "course_enrolled"}, Hours: 72, Period: p}
}

// The missing step comes first in every one of five schools, with the shares that were planted; what follows from it is
// folded; of fifty factors of chance at most one in all are told.
func TestT20TheMissingStepRanksFirst(t *testing.T) {
	store, d := columnstest.Open(t), dbtest.SQLite(t)
	w := newWhy(t, d, store)
	chance := 0
	for seed := range uint64(5) {
		school(t, store, seed, 1500)
		c, err := w.Common(here(), enrolment(t))
		require.NoError(t, err)
		require.GreaterOrEqual(t, c.Tested, 50)
		require.EqualValues(t, 1500, c.Group+c.Rest)
		require.NotEmpty(t, c.Factors)
		first := c.Factors[0]
		require.Equal(t, "study_plan_made", first.Name)
		require.False(t, first.Done)
		require.InDelta(t, .80, first.InGroup.Share, .04)
		require.InDelta(t, .15, first.InRest.Share, .06)
		require.Less(t, first.Low, first.Differs)
		require.Greater(t, first.High, first.Differs)
		require.InDelta(t, first.InGroup.Share/first.InRest.Share, *first.Lift, 1e-9)
		require.Len(t, first.Same, 1)
		require.Equal(t, "planner_opened", first.Same[0].Name)
		chance += len(c.Factors) - 1
	}
	require.LessOrEqual(t, chance, 1)
}

// What a factor counts is who its conditions choose, whoever asks sees her own customers alone, and what the group was chosen
// by is no reason.
func TestFactorsOpen(t *testing.T) {
	store := columnstest.Open(t)
	school(t, store, 1, 1500)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWhy(t, d, store)
		c, err := w.Common(here(), enrolment(t))
		require.NoError(t, err)
		first := c.Factors[0]
		require.Contains(t, c.Sentence.Chinese, "没有「study_plan_made」")
		require.Contains(t, c.Sentence.English, "within 72 hours")
		members, err := w.segments.Holding(here(), string(*first.Members), nil)
		require.NoError(t, err)
		require.Len(t, members, int(first.InGroup.With))
		everybody, err := w.segments.Holding(here(), string(*first.Condition), nil)
		require.NoError(t, err)
		require.Len(t, everybody, int(first.InGroup.With+first.InRest.With))
		for _, f := range c.Factors {
			require.False(t, strings.HasPrefix(f.Name, "course_"), f.Name)
		}

		mine := guard.With(here(), guard.Actor{StaffID: 1, Name: "Anna", Role: "sales"})
		c, err = w.Common(mine, enrolment(t))
		require.NoError(t, err)
		require.EqualValues(t, 750, c.Group+c.Rest)
		require.Equal(t, "study_plan_made", c.Factors[0].Name)
	})
}

// Before a step: who finishes had made a plan in the weeks before, others at the same moments had not.
func TestWhatIsDoneBefore(t *testing.T) {
	store := columnstest.Open(t)
	school(t, store, 3, 1500)
	w := newWhy(t, dbtest.SQLite(t), store)
	q := enrolment(t)
	q.Group, q.Start, q.Before, q.Hours, q.To = nil, nil, &Step{Event: "course_finished"}, 24*60, noon
	c, err := w.Common(here(), q)
	require.NoError(t, err)
	require.NotEmpty(t, c.Factors)
	names := []string{}
	for _, f := range c.Factors {
		names = append(names, f.Name)
	}
	require.Contains(t, names, "study_plan_made")
	require.Nil(t, c.Factors[0].Members)
	_, err = w.segments.Holding(here(), string(*c.Factors[0].Condition), nil)
	require.NoError(t, err)
}

// Worked examples of the papers the figures are from.
func TestFigures(t *testing.T) {
	q := discoveries([]float64{.01, .02, .03, .04, .5})
	for i, want := range []float64{.05, .05, .05, .05, .5} {
		require.InDelta(t, want, q[i], 1e-12)
	}
	require.InDelta(t, .00269, fourfold{30, 100, 12, 100}.probability(), .0015) // z = 3.12 by hand, 1.8 in a thousand
	require.False(t, fourfold{3, 10, 1, 10}.enough())
}
