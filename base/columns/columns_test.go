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
