package report

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const (
	statementsAtOnce = 2                // of all people together
	statementTime    = 20 * time.Second // for one
	mostRows         = 10_000
	mostBytes        = 16 << 20 // of an answer
)

// Statement is SQL that a person has written.
type Statement struct {
	Query  string
	Params []any // texts, numbers, booleans and nulls, in place of ?
	Limit  int
	Report string // the id of the report it stands in
}

// SQLColumn is one column of an answer.
type SQLColumn struct {
	Name string `json:"name"`
	Type string `json:"type" doc:"as DuckDB calls it"`
}

// SQLAnswer is what a statement gave. Cut says that there were more rows.
type SQLAnswer struct {
	Columns []SQLColumn `json:"columns"`
	Rows    [][]any     `json:"rows"`
	Cut     bool        `json:"cut"`
	TookMS  int64       `json:"took_ms"`
}

// Ask runs a SELECT over the views that who asks may read. Faults: invalid, too many at once; unavailable when it took too long.
func (r *Reports) Ask(ctx context.Context, s Statement) (*SQLAnswer, error) {
	started := clock.Now(ctx)
	if s.Limit <= 0 || s.Limit > mostRows {
		s.Limit = mostRows
	}
	a := &SQLAnswer{Columns: []SQLColumn{}, Rows: [][]any{}}
	wait := time.Duration(0)
	if s.Report != "" { // several stand on one dashboard
		wait = statementTime
	}
	err := r.told(ctx, statementTime, wait, func(ctx context.Context, conn *sql.Conn, views []string) error {
		if err := checkStatement(ctx, conn, s.Query, views); err != nil {
			return err
		}
		bounded := "select * from (\n" + strings.TrimRight(strings.TrimSpace(s.Query), "; \t\r\n") + fmt.Sprintf("\n) as answer limit %d", s.Limit+1)
		if err := checkStatement(ctx, conn, bounded, views); err != nil { // what is run is what was read
			return err
		}
		rows, err := conn.QueryContext(ctx, bounded, s.Params...)
		if err != nil {
			return refusal(err)
		}
		defer rows.Close()
		return a.read(rows, s.Limit)
	})
	a.TookMS = clock.Now(ctx).Sub(started).Milliseconds()
	summary := map[string]any{"query": s.Query, "rows": len(a.Rows), "took_ms": a.TookMS}
	if err != nil {
		summary["refused"] = fault.Wrap(err).Key
	}
	audited := r.records.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		return guard.Audit(ctx, tx, "sql.asked", "sql", s.Report, summary)
	})
	if err != nil {
		return nil, err
	}
	return a, audited
}

// told runs fn on a connection of its own on which every table is what who asks may see of it. The connection is thrown
// away afterwards, and the views with it. While too many ask, it waits as long as said.
func (r *Reports) told(ctx context.Context, most, wait time.Duration, fn func(ctx context.Context, conn *sql.Conn, views []string) error) error {
	if !r.turn(ctx, wait) {
		return fault.TooMany(2)
	}
	defer func() { <-r.asking }()
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	conn, err := r.columns.DB().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // closes it
		_ = conn.Close()
	}()
	var catalogue string
	if err := conn.QueryRowContext(ctx, "select current_database()").Scan(&catalogue); err != nil {
		return err
	}
	if err := see(ctx, conn); err != nil {
		return fmt.Errorf("customers within reach: %w", err)
	}
	var views []string
	for _, t := range readable(ctx) {
		text, err := r.view(ctx, catalogue, t)
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, "create temp view "+quoted(t.name)+" as "+text); err != nil {
			return fmt.Errorf("view of %s: %w", t.name, err)
		}
		views = append(views, t.name)
	}
	err = fn(ctx, conn, views)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.Invalid("query", "statement_too_slow", int(most/time.Second))
	}
	return err
}

// turn takes one of the places of those who ask, as soon as there is one.
func (r *Reports) turn(ctx context.Context, wait time.Duration) bool {
	select {
	case r.asking <- struct{}{}:
		return true
	default:
	}
	if wait == 0 {
		return false
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case r.asking <- struct{}{}:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// refusal tells a person what the engine has against a statement.
func refusal(err error) error {
	var engine *duckdb.Error
	if errors.As(err, &engine) {
		return fault.Invalid("query", "statement_unreadable", firstLine(engine.Msg))
	}
	return err
}

func (a *SQLAnswer) read(rows *sql.Rows, limit int) error {
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	for _, t := range types {
		a.Columns = append(a.Columns, SQLColumn{t.Name(), t.DatabaseTypeName()})
	}
	size := 0
	for rows.Next() {
		if len(a.Rows) == limit || size > mostBytes {
			a.Cut = true
			return nil
		}
		values, into := make([]any, len(types)), make([]any, len(types))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			values[i] = told(v, types[i].DatabaseTypeName())
			if text, ok := values[i].(string); ok {
				size += len(text)
			}
			size += 8
		}
		a.Rows = append(a.Rows, values)
	}
	if err := rows.Err(); err != nil {
		return refusal(err)
	}
	return nil
}

// told writes a value of the engine as JSON knows it: whole numbers beyond 2^53 and what JSON has no form for as texts.
func told(v any, kind string) any {
	switch v := v.(type) {
	case nil, bool, string, int8, int16, int32, uint8, uint16, uint32:
		return v
	case int64:
		if v > 1<<53 || v < -1<<53 {
			return strconv.FormatInt(v, 10)
		}
		return v
	case float32:
		return told(float64(v), kind)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
		return v
	case *big.Int:
		if v.IsInt64() {
			return told(v.Int64(), kind)
		}
		return v.String()
	case duckdb.Decimal:
		return v.Float64()
	case time.Time:
		if kind == "DATE" {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format(time.RFC3339Nano)
	case []byte:
		return string(v)
	case map[string]any, []any:
		if text, err := json.Marshal(v); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v)
}
