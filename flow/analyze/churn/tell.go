package churn

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"math"
	"slices"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/flow/analyze/learn"
)

// Driver is how much a feature moves risks, over everybody, and which way.
type Driver struct {
	Feature string  `json:"feature"`
	Weight  float64 `json:"weight"` // mean distance by which it moves the log odds
	Course  []Point `json:"course"` // what it does along its values
}

// Point is what a feature does to the risk where it has about this value.
type Point struct {
	Value  float64 `json:"value"`           // mean of a part of the rows
	Level  string  `json:"level,omitempty"` // of a text
	Effect float64 `json:"effect"`          // mean log odds
	Rows   int     `json:"rows"`
}

const (
	driverRows = 4000 // that drivers of all are reckoned from
	parts      = 5
)

// tell writes everybody's risk as of today, keeps what was learned, and lets scores take the risks over.
func (c *Churn) tell(ctx context.Context, l *Learned, today time.Time) error {
	next := *l
	next.ToldOn = today.Format(time.DateOnly)
	if err := c.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Exec(ctx, "delete from churn_scores"); err != nil || next.model() == nil {
			return err
		}
		return tx.AppendFrom(ctx, func(ctx context.Context, add func(string, []driver.Value) error) error {
			return c.tellAll(ctx, &next, today, add)
		})
	}); err != nil {
		return err
	}
	if err := c.keepModel(ctx, &next); err != nil {
		return err
	}
	c.current.Store(&next)
	c.scored()
	return nil
}

func (c *Churn) tellAll(ctx context.Context, l *Learned, today time.Time, add func(string, []driver.Value) error) error {
	rows, err := c.columns.Query(ctx, rowsSQL(l.Limit.ChurnDefinition, "true", false), today, l.Limit.Days, l.Limit.Times, l.Limit.Horizon, l.Limit.Cycle)
	if err != nil {
		return err
	}
	defer rows.Close()
	m, r, x := l.model(), newReader(l.Features), make([]float64, len(features))
	for rows.Next() {
		if err := r.read(rows, x); err != nil {
			return err
		}
		state, risk := "gone", 1.0
		if !r.gone {
			state, risk = "active", m.Probability(x)
		}
		if err := add("churn_scores", []driver.Value{r.id, today, state, risk}); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// tellWhenDue learns when nothing was learned for a week, and tells when the day has changed.
func (c *Churn) tellWhenDue(ctx context.Context) error {
	l, err := c.Learned(ctx)
	if err != nil {
		return err
	}
	today, _, err := c.today(ctx)
	if err != nil {
		return err
	}
	if l == nil || clock.Now(ctx).Sub(time.UnixMilli(l.TrainedAt)) > l.lasts() {
		return c.Train(ctx)
	}
	if l.ToldOn == today.Format(time.DateOnly) {
		return nil
	}
	c.training.Lock()
	defer c.training.Unlock()
	return c.tell(ctx, l, today)
}

// lasts is after how long it is learned anew; while there is no model, sooner.
func (l *Learned) lasts() time.Duration {
	if l.Reason != "" {
		return 24 * time.Hour
	}
	return 7 * 24 * time.Hour
}

// driversOf says what moves the risks of the rows, the strongest first.
func driversOf(m learn.Model, s *learn.Set) []Driver {
	rows := s.X[:min(len(s.X), driverRows)] // they stand in an order of chance
	effects := make([][]float64, len(rows))
	all := make([]Driver, len(features))
	for i, x := range rows {
		effects[i] = m.Drivers(x)
		for f, e := range effects[i] {
			all[f].Weight += math.Abs(e) / float64(len(rows))
		}
	}
	for f := range all {
		all[f].Feature, all[f].Course = features[f].name, course(s.Features[f], f, rows, effects)
	}
	slices.SortStableFunc(all, func(a, b Driver) int { return cmp.Compare(b.Weight, a.Weight) })
	return slices.DeleteFunc(all, func(d Driver) bool { return d.Weight < 1e-3 })
}

func course(f learn.Feature, at int, rows, effects [][]float64) (points []Point) {
	if f.Levels != nil {
		return courseOfLevels(f.Levels, at, rows, effects)
	}
	var known []int
	for i, x := range rows {
		if !math.IsNaN(x[at]) {
			known = append(known, i)
		}
	}
	slices.SortStableFunc(known, func(a, b int) int { return cmp.Compare(rows[a][at], rows[b][at]) })
	for part := range parts {
		from, to := len(known)*part/parts, len(known)*(part+1)/parts
		if from == to {
			continue
		}
		p := Point{Rows: to - from}
		for _, i := range known[from:to] {
			p.Value += rows[i][at] / float64(p.Rows)
			p.Effect += effects[i][at] / float64(p.Rows)
		}
		points = append(points, p)
	}
	return points
}

// courseOfLevels gives the levels that most rows have.
func courseOfLevels(levels []string, at int, rows, effects [][]float64) []Point {
	points := make([]Point, len(levels))
	for i, x := range rows {
		if v := x[at]; !math.IsNaN(v) {
			p := &points[int(v)]
			p.Rows++
			p.Effect += effects[i][at]
		}
	}
	for level := range points {
		points[level].Level = levels[level]
		points[level].Effect /= max(1, float64(points[level].Rows))
	}
	points = slices.DeleteFunc(points, func(p Point) bool { return p.Rows == 0 })
	slices.SortFunc(points, func(a, b Point) int { return cmp.Compare(b.Rows, a.Rows) })
	return points[:min(len(points), parts)]
}
