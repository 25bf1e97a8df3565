package columns_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
)

func TestWrite(t *testing.T) {
	ctx := context.Background()
	s := columnstest.Open(t)
	count := func() (n int) {
		if err := s.QueryRow(ctx, "select count(*) from segment_moves").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	row := columnstest.Row(t, s, "segment_moves")(map[string]any{"segment_id": int64(1), "customer_id": int64(2), "entered": true, "ts": int64(3), "day": time.Now()})

	if err := s.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		return tx.Append(ctx, "segment_moves", [][]any{row, row})
	}); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 2 {
		t.Errorf("%d rows after an append, want 2", n)
	}

	refused := errors.New("refused")
	if err := s.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Append(ctx, "segment_moves", [][]any{row}); err != nil {
			return err
		}
		return refused
	}); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if n := count(); n != 2 {
		t.Errorf("%d rows after a change that failed, want 2", n)
	}

	if err := s.Write(ctx, func(context.Context, *columns.Tx) error { panic("boom") }); err == nil {
		t.Error("a panic gave no error")
	}
	if err := s.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return tx.Exec(ctx, "select 1") }); err != nil {
		t.Errorf("the store is not usable after a panic: %v", err)
	}
}

func TestEmptyLeavesTheTableAsItWasMade(t *testing.T) {
	ctx := context.Background()
	s := columnstest.Open(t)
	row := columnstest.Row(t, s, "segment_moves")(map[string]any{"segment_id": int64(1), "customer_id": int64(2), "entered": true, "ts": int64(3), "day": time.Now()})
	state := func() (rows int, made string) {
		if err := s.QueryRow(ctx, "select (select count(*) from segment_moves), sql from duckdb_tables() where table_name = 'segment_moves'").Scan(&rows, &made); err != nil {
			t.Fatal(err)
		}
		return rows, made
	}
	refused := errors.New("refused")
	empty := func(then error) error {
		return s.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
			if err := tx.Empty(ctx, "segment_moves"); err != nil {
				return err
			}
			if err := tx.Append(ctx, "segment_moves", [][]any{row}); err != nil {
				return err
			}
			return then
		})
	}
	if err := s.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		return tx.Append(ctx, "segment_moves", [][]any{row, row})
	}); err != nil {
		t.Fatal(err)
	}
	_, before := state()
	if err := empty(refused); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if rows, _ := state(); rows != 2 {
		t.Errorf("%d rows after it was taken back, want 2", rows)
	}
	if err := empty(nil); err != nil {
		t.Fatal(err)
	}
	if rows, after := state(); rows != 1 || after != before {
		t.Errorf("%d rows, want the one put in since; made as\n%s\nwas\n%s", rows, after, before)
	}
}
