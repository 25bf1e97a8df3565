package collect

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Alike says what becomes of a row that would make a record but looks like one that is there: at or above Least (a
// probability 0.5 to 1) it updates that one, is skipped, or makes its own all the same. Rows decides for single ones, by
// their numbers.
type Alike struct {
	Least float64           `json:"least,omitempty"`
	Do    string            `json:"do,omitempty"`
	Rows  map[string]string `json:"rows,omitempty"`
}

// What may be done with a row that looks like a record.
const (
	AlikeUpdate = "update"
	AlikeSkip   = "skip"
	AlikeCreate = "create"
)

var alikeActs = []string{"", AlikeUpdate, AlikeSkip, AlikeCreate}

func (a Alike) check() error {
	if !slices.Contains(alikeActs, a.Do) {
		return fault.Invalid("mapping.options.alike.do", "not_one_of", "update, skip, create")
	}
	if a.Do != "" && (a.Least < 0.5 || a.Least > 1) {
		return fault.Invalid("mapping.options.alike.least", "out_of_range", 0.5, 1)
	}
	for row, do := range a.Rows {
		if _, err := strconv.ParseInt(row, 10, 64); err != nil || !slices.Contains(alikeActs, do) {
			return fault.Invalid("mapping.options.alike.rows", "not_one_of", "update, skip, create")
		}
	}
	return nil
}

// Decided says that anything was decided, so that rows have to be compared.
func (a Alike) Decided() bool { return a.Do != "" || len(a.Rows) > 0 }

// For gives what was decided for a row that looks like a record by a score, "" for nothing.
func (a Alike) For(row int64, score float64) string {
	if do, named := a.Rows[strconv.FormatInt(row, 10)]; named {
		return do
	}
	if a.Do != "" && score >= a.Least {
		return a.Do
	}
	return ""
}

// AlikeRow is a row that would make a record and looks like one that is there. Fields are those that speak for it.
type AlikeRow struct {
	Row    int64    `json:"row"`
	Record int64    `json:"record"`
	Score  float64  `json:"score"`
	Fields []string `json:"fields"`
}

// AlikeCount is what comparing rows with records has found. Above counts rows by the least scores a person may choose.
type AlikeCount struct {
	Checked   int64            `json:"checked"`
	Unchecked int64            `json:"unchecked"`
	Found     int64            `json:"found"`
	Updated   int64            `json:"updated"`
	Skipped   int64            `json:"skipped"`
	Above     map[string]int64 `json:"above,omitempty"`
	Rows      []AlikeRow       `json:"rows,omitempty"`
}

// alikeLeast are the scores from which a person may let a decision hold.
var alikeLeast = []string{"0.5", "0.8", "0.9", "0.95", "0.99"}

// shownAlike is how many rows that look like records are told one by one.
const shownAlike = 200

// Looks notes a row that looks like a record.
func (c *AlikeCount) Looks(r AlikeRow) {
	c.Found++
	if c.Above == nil {
		c.Above = map[string]int64{}
	}
	for _, least := range alikeLeast {
		if score, _ := strconv.ParseFloat(least, 64); r.Score >= score {
			c.Above[least]++
		}
	}
	if len(c.Rows) < shownAlike {
		c.Rows = append(c.Rows, r)
	}
}

// with adds what a batch has found, changing neither: a transaction may run again.
func (c *AlikeCount) with(more *AlikeCount) *AlikeCount {
	if more == nil || more.Checked+more.Unchecked == 0 {
		return c
	}
	if c == nil {
		c = &AlikeCount{}
	}
	sum := AlikeCount{Checked: c.Checked + more.Checked, Unchecked: c.Unchecked + more.Unchecked, Found: c.Found + more.Found,
		Updated: c.Updated + more.Updated, Skipped: c.Skipped + more.Skipped, Above: map[string]int64{}}
	for _, least := range alikeLeast {
		if n := c.Above[least] + more.Above[least]; n > 0 {
			sum.Above[least] = n
		}
	}
	sum.Rows = slices.Concat(c.Rows, more.Rows)
	sum.Rows = sum.Rows[:min(len(sum.Rows), shownAlike)]
	return &sum
}

type alikeView struct {
	Checked   int64            `json:"checked" doc:"rows that would make a customer and were compared with those that are there"`
	Unchecked int64            `json:"unchecked" doc:"rows beyond what one import compares"`
	Found     int64            `json:"found"`
	Updated   int64            `json:"updated" doc:"rows that have updated whom they look like, as decided"`
	Skipped   int64            `json:"skipped"`
	Above     map[string]int64 `json:"above" doc:"rows found, by least score"`
	Rows      []alikeRowView   `json:"rows" doc:"the first of them whose customer the reader may see"`
}

type alikeRowView struct {
	Row      int64     `json:"row"`
	Customer staffView `json:"customer"`
	Score    float64   `json:"score"`
	Fields   []string  `json:"fields" doc:"what speaks for it"`
}

// viewAlike shows what an import has found, as far as the reader sees the customers and may know of their fields.
func (e *Engine) viewAlike(ctx context.Context, c *AlikeCount) (*alikeView, error) {
	if c == nil {
		return nil, nil
	}
	v := &alikeView{Checked: c.Checked, Unchecked: c.Unchecked, Found: c.Found, Updated: c.Updated, Skipped: c.Skipped, Above: c.Above, Rows: []alikeRowView{}}
	ids := make([]int64, len(c.Rows))
	for i, r := range c.Rows {
		ids[i] = r.Record
	}
	names := map[int64]string{}
	if len(ids) > 0 {
		where, args := guard.ScopeOf(guard.Looking(ctx), "customers").Where("c")
		var rows []struct {
			ID   int64  `bun:"id"`
			Name string `bun:"name"`
		}
		if err := e.records.Read().NewRaw("select c.id, c.name from customers c where c.id in (?) and c.deleted_at is null and c.merged_into is null and "+where,
			append([]any{bun.List(ids)}, args...)...).Scan(ctx, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			names[r.ID] = r.Name
		}
	}
	rights := guard.FieldsOf(ctx, "customers")
	for _, r := range c.Rows {
		name, seen := names[r.Record]
		if !seen {
			continue
		}
		fields := slices.DeleteFunc(slices.Clone(r.Fields), func(f string) bool { return rights.Right(f) == guard.None })
		v.Rows = append(v.Rows, alikeRowView{r.Row, staffView{api.ID(r.Record), name}, r.Score, append([]string{}, fields...)})
	}
	return v, nil
}
