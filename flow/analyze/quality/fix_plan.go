package quality

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/flow/customer"
)

// The kinds of step.
const (
	stepValue   = "value"
	stepContact = "contact"
	stepMark    = "mark"
	stepAsk     = "ask"
	stepDelete  = "delete"
)

// step is what a repair does about one finding: the texts are what a person reads.
type step struct {
	kind          string
	found         Found
	before, after string
}

// planner knows what repairs need beyond the record itself.
type planner struct {
	*repair
	e       *examiner
	history map[int64]map[string][]string // earlier values by customer and field, newest first
}

func (q *Quality) planner(ctx context.Context, r *repair) (*planner, error) {
	last, err := q.lastRun(ctx)
	if err != nil {
		return nil, err
	}
	e, err := q.examiner(ctx, last)
	if err != nil {
		return nil, err
	}
	e.only, e.propose = r.Rule, true
	return &planner{repair: r, e: e}, nil
}

// prepare reads what the steps about these customers need.
func (q *Quality) prepare(ctx context.Context, p *planner, from bun.IDB, ids []int64) error {
	if err := q.holdings(ctx, p.e, ids); err != nil || p.Method != FixSource {
		return err
	}
	var rows []struct {
		CustomerID int64  `bun:"customer_id"`
		Field      string `bun:"field"`
		Before     string `bun:"before"`
		After      string `bun:"after"`
	}
	if err := from.NewRaw("select customer_id, field, before, after from field_history where customer_id in (?) order by id desc", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return err
	}
	p.history = map[int64]map[string][]string{}
	for _, r := range rows {
		if p.history[r.CustomerID] == nil {
			p.history[r.CustomerID] = map[string][]string{}
		}
		p.history[r.CustomerID][r.Field] = append(p.history[r.CustomerID][r.Field], r.After, r.Before)
	}
	return nil
}

// steps gives what to do about the record now, and how many findings nothing can be done about.
func (p *planner) steps(r *Record) (steps []step, cannot int) {
	for _, f := range p.e.examine(r).Found {
		if p.Field != "" && f.Field != plainField(p.Field) {
			continue
		}
		if s, can := p.step(r, f); can {
			steps = append(steps, s)
		} else {
			cannot++
		}
	}
	return steps, cannot
}

func (p *planner) step(r *Record, f Found) (step, bool) {
	s := step{kind: stepValue, found: f, before: f.Value}
	if f.Contact != 0 {
		s.kind = stepContact
	} else {
		s.before = r.text(f.Target)
	}
	switch p.Method {
	case FixDefault:
		s.after = p.typed(f.Target)
		return s, s.before == "" && !contactKind(f.Target)
	case FixDerive, FixCap:
		s.after = f.Proposed
		return s, s.after != "" && s.after != s.before
	case FixSource:
		s.after = p.earlier(r, f)
		return s, s.after != "" && f.Contact == 0
	case FixClear:
		return s, f.Contact != 0 || s.before != "" && f.Target != ""
	case FixAsk, FixAskHer:
		s.kind, s.before = stepAsk, f.Value
		return s, p.Method == FixAsk || slices.Contains(customer.HerOwn(), f.Field)
	case FixExclude, FixConfirm:
		s.kind, s.before = stepMark, f.Value
		return s, p.Method == FixConfirm || excludable(f.Field)
	case FixDelete:
		s.kind, s.before = stepDelete, r.Name
		return s, true
	}
	return s, false
}

// typed gives the value that a person has typed as the field takes it: of money they type major units.
func (p *planner) typed(name string) string {
	key, _ := ownKey(name)
	if f, known := p.e.own.Find(key); known && f.Type == field.Money && strings.HasPrefix(name, "custom.") {
		if n, err := strconv.ParseFloat(strings.TrimSpace(p.Value), 64); err == nil {
			return strconv.FormatFloat(math.Round(n*math.Pow10(money.Exponent(f.Unit))), 'f', 0, 64)
		}
	}
	return p.Value
}

// earlier gives the newest value that the field had before and that the rule has nothing against.
func (p *planner) earlier(r *Record, f Found) string {
	key, own := ownKey(f.Target)
	for _, value := range p.history[r.ID][f.Target] {
		var shown any = value
		if own && (value == "" || json.Unmarshal([]byte(value), &shown) != nil) {
			continue
		}
		if plainText(shown) == r.text(f.Target) || plainText(shown) == "" || f.Target == "gender" && value == customer.GenderUnknown {
			continue
		}
		tried := *r
		if own {
			tried.Own = map[string]any{}
			for k, v := range r.Own {
				tried.Own[k] = v
			}
			tried.Own[key] = shown
		} else if !tried.set(f.Target, value) {
			return ""
		}
		if !slices.ContainsFunc(p.e.examine(&tried).Found, func(again Found) bool { return again.Field == f.Field }) {
			return plainText(shown)
		}
	}
	return ""
}

// set puts a plain field as text into a record; ok is false for one that is none.
func (r *Record) set(name, value string) (ok bool) {
	if name == "birthday" {
		r.Birthday = &value
		return true
	}
	place := r.plain(name)
	if place != nil {
		*place = value
	}
	return place != nil
}

// fieldsFor gives the request that writes a value into a field as a person would.
func fieldsFor(own *field.Set, name, value string) (*customer.CustomerFields, error) {
	body := map[string]any{name: value}
	if key, isOwn := ownKey(name); isOwn {
		var v any = value
		f, known := own.Find(key)
		switch {
		case value == "":
			v = nil
		case known && f.Type == field.Money:
			if n, err := strconv.ParseInt(value, 10, 64); err == nil {
				v = map[string]any{"amount": n, "currency": f.Unit}
			}
		case known && f.Type == field.Boolean:
			v = value == "true" || value == "是" || value == "yes"
		case known && f.Type == field.Choices:
			v = strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",，;；", r) })
		}
		body = map[string]any{"custom": map[string]any{key: v}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	fields := &customer.CustomerFields{}
	err = json.Unmarshal(text, fields)
	return fields, err
}
