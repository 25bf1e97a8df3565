package churn

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/learn"
)

// Learned is a model of who leaves, or why there is none, with how well it told of a time it had not seen.
type Learned struct {
	Limit     limit                   `json:"limit"`
	TrainedAt int64                   `json:"trained_at"`
	Reason    string                  `json:"reason,omitempty"` // why there is no model
	Kind      string                  `json:"kind,omitempty"`
	Features  []learn.Feature         `json:"features,omitempty"`
	Logistic  *learn.Logistic         `json:"logistic,omitempty"`
	Boosted   *learn.Boosted          `json:"boosted,omitempty"`
	TrainedOn string                  `json:"trained_on,omitempty"` // the day whose rows it was tried on first
	JudgedOn  string                  `json:"judged_on,omitempty"`  // the later day whose rows it was judged by
	JudgedTo  string                  `json:"judged_to,omitempty"`
	Reports   map[string]learn.Report `json:"reports,omitempty"` // by kind of model; of the plain rule only AUC
	Drivers   []Driver                `json:"drivers,omitempty"`
	ToldOn    string                  `json:"told_on,omitempty"` // the day the risks are of
}

// Kinds of model, and the rule both must beat: the longer silent, the likelier gone.
const (
	kindLogistic = "logistic"
	kindBoosted  = "boosted"
	kindPlain    = "plain"
)

// Why there is no model.
const (
	reasonShort = "short_history"
	reasonFew   = "few_customers"
	reasonBlind = "no_better"
)

const (
	modelKey = "churn.model"
	mostRows = 200_000 // that a model is learned from
	penalty  = 1
)

func (l *Learned) model() learn.Model {
	switch {
	case l.Boosted != nil:
		return l.Boosted
	case l.Logistic != nil:
		return l.Logistic
	}
	return nil
}

func (l *Learned) settle() {
	if l.Boosted != nil {
		l.Boosted.Settle()
	}
}

// fitters make a model of each kind.
var fitters = map[string]func(*learn.Set) (learn.Model, error){
	kindLogistic: func(s *learn.Set) (learn.Model, error) { return learn.FitLogistic(s, penalty) },
	kindBoosted:  func(s *learn.Set) (learn.Model, error) { return learn.FitBoosted(s, learn.UsualGrowth) },
}

// Train learns from the purchases until today who leaves, judges it, keeps it, and tells everybody's risk.
func (c *Churn) Train(ctx context.Context) error {
	c.training.Lock()
	defer c.training.Unlock()
	d, err := c.Definition(ctx)
	if err != nil {
		return err
	}
	today, first, err := c.today(ctx)
	if err != nil {
		return err
	}
	l := &Learned{TrainedAt: clock.Millis(ctx)}
	if l.Limit, err = c.limitAt(ctx, d, today); err != nil {
		return err
	}
	if err := c.learn(ctx, l, today, first); err != nil {
		return fmt.Errorf("learn who leaves: %w", err)
	}
	return c.tell(ctx, l, today)
}

// learn fills in the model, or the reason why there is none.
func (c *Churn) learn(ctx context.Context, l *Learned, today, first time.Time) error {
	judged := today.AddDate(0, 0, -l.Limit.Horizon)
	trained := judged.AddDate(0, 0, -l.Limit.Horizon)
	if first.IsZero() || trained.Before(first.AddDate(0, 0, 30)) {
		l.Reason = reasonShort
		return nil
	}
	before, err := c.rows(ctx, l.Limit, trained, nil)
	if err != nil {
		return err
	}
	after, err := c.rows(ctx, l.Limit, judged, before.Features)
	if err != nil {
		return err
	}
	l.TrainedOn, l.JudgedOn, l.JudgedTo = trained.Format(time.DateOnly), judged.Format(time.DateOnly), today.Format(time.DateOnly)
	l.Reports = map[string]learn.Report{}
	best := math.Inf(1)
	for _, kind := range []string{kindLogistic, kindBoosted} {
		told, err := learn.CrossValidate(before, 5, 1, fitters[kind])
		if errors.Is(err, learn.ErrTooFew) {
			l.Reason = reasonFew
			return nil
		}
		if err != nil {
			return err
		}
		m, err := fitters[kind](before)
		if err != nil {
			return err
		}
		chosenBy := learn.Judge(told, before.Y).LogLoss
		l.Reports[kind] = learn.Judge(probabilities(m, after), after.Y)
		if chosenBy < best {
			best, l.Kind = chosenBy, kind
		}
	}
	l.Reports[kindPlain] = learn.Report{AUC: learn.AUC(column(after, "recency"), after.Y)}
	if l.Reports[l.Kind].AUC <= 0.5 {
		l.Reason, l.Kind = reasonBlind, ""
		return nil
	}
	m, err := fitters[l.Kind](after)
	if errors.Is(err, learn.ErrTooFew) {
		l.Reason, l.Kind = reasonFew, ""
		return nil
	}
	if err != nil {
		return err
	}
	l.Features = before.Features
	switch m := m.(type) {
	case *learn.Logistic:
		l.Logistic = m
	case *learn.Boosted:
		l.Boosted = m
	}
	l.Drivers = driversOf(m, after)
	return nil
}

func probabilities(m learn.Model, s *learn.Set) []float64 {
	told := make([]float64, len(s.X))
	for i, x := range s.X {
		told[i] = m.Probability(x)
	}
	return told
}

// column gives a feature of every row.
func column(s *learn.Set, name string) []float64 {
	at := slices.IndexFunc(s.Features, func(f learn.Feature) bool { return f.Name == name })
	values := make([]float64, len(s.X))
	for i, x := range s.X {
		values[i] = x[at]
	}
	return values
}

// today gives the day risks are told of and the first day with a purchase.
func (c *Churn) today(ctx context.Context) (today, first time.Time, err error) {
	first, today, _, err = analyze.PurchaseSpan(ctx, c.columns, 365)
	return today, first, err
}

// rows gives the rows of a day, at most mostRows of them by chance, with the levels given or those found.
func (c *Churn) rows(ctx context.Context, l limit, day time.Time, given []learn.Feature) (*learn.Set, error) {
	rows, err := c.columns.Query(ctx, rowsSQL(l.ChurnDefinition, fmt.Sprintf("not gone order by hash(id) limit %d", mostRows), false),
		day, l.Days, l.Times, l.Horizon, l.Cycle)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	r := newReader(given)
	s := &learn.Set{}
	for rows.Next() {
		x := make([]float64, len(features))
		if err := r.read(rows, x); err != nil {
			return nil, err
		}
		s.X, s.Y = append(s.X, x), append(s.Y, r.left)
	}
	s.Features = r.features()
	return s, errors.Join(rows.Err(), rows.Close())
}

// reader turns rows of rowsSQL into numbers.
type reader struct {
	id         int64
	gone, left bool
	numbers    []sql.NullFloat64
	words      []sql.NullString
	levels     [][]string
	known      []map[string]int
	fixed      bool // no level is added
	into       []any
}

func newReader(given []learn.Feature) *reader {
	n := len(features)
	r := &reader{numbers: make([]sql.NullFloat64, n), words: make([]sql.NullString, n), levels: make([][]string, n), known: make([]map[string]int, n), fixed: given != nil}
	r.into = append(r.into, &r.id, &r.gone, &r.left)
	for i, f := range features {
		if !f.levels {
			r.into = append(r.into, &r.numbers[i])
			continue
		}
		r.into = append(r.into, &r.words[i])
		r.known[i], r.levels[i] = map[string]int{}, []string{}
		if given != nil {
			r.levels[i] = given[i].Levels
		}
		for at, word := range r.levels[i] {
			r.known[i][word] = at
		}
	}
	return r
}

func (r *reader) read(rows *sql.Rows, x []float64) error {
	if err := rows.Scan(r.into...); err != nil {
		return err
	}
	for i, f := range features {
		x[i] = math.NaN()
		if !f.levels {
			if r.numbers[i].Valid {
				x[i] = r.numbers[i].Float64
			}
			continue
		}
		word := r.words[i].String
		at, known := r.known[i][word]
		if !known && !r.fixed && len(r.levels[i]) < mostLevels {
			at, known = len(r.levels[i]), true
			r.levels[i], r.known[i][word] = append(r.levels[i], word), at
		}
		if known {
			x[i] = float64(at)
		}
	}
	return nil
}

func (r *reader) features() []learn.Feature { return learnable(r.levels) }

// keepModel writes what was learned into records.
func (c *Churn) keepModel(ctx context.Context, l *Learned) error {
	return c.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return db.KeepSetting(ctx, tx, modelKey, l) })
}
