package analyze

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/uptrace/bun"

	"guanxi/base/columns"
)

// moverTables hold moves by customer, which stay when she is gone: what happened to segments and stages is counted from them.
var moverTables = []string{"segment_moves", "stage_moves"}

// unnameMovers takes the numbers of erased customers out of moves: each gets one below zero that nothing else has, so that her moves
// still count as those of one and tell of nobody. Merged and deleted customers keep theirs, for they may come back. changed is what
// a batch of the feed brought, nil after everything was copied anew.
func (s *Segments) unnameMovers(ctx context.Context, to *columns.Tx, changed map[string][]int64) error {
	ids, told := changed["customers"]
	if changed != nil && !told {
		return nil
	}
	gone, err := goneMovers(ctx, to, ids, changed == nil)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(gone, erasedAtOnce) {
		var kept []int64 // merged into others, or deleted
		if err := s.records.Read().NewRaw("select id from customers where id in (?)", bun.List(part)).Scan(ctx, &kept); err != nil {
			return err
		}
		for _, id := range part {
			if slices.Contains(kept, id) {
				continue
			}
			if err := unnameMover(ctx, to, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// erasedAtOnce is how many customers are looked up together.
const erasedAtOnce = 1000

// goneMovers gives those of some customers, or all who ever moved, who are in columns no more.
func goneMovers(ctx context.Context, to *columns.Tx, ids []int64, all bool) (gone []int64, err error) {
	found := roaring64.New()
	if !all {
		present, err := idsWhere(ctx, to, sqlPiece("select id from customers where id in (select unnest(?::bigint[]))", ids))
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !present.Contains(uint64(id)) {
				found.Add(uint64(id))
			}
		}
	} else if found, err = idsWhere(ctx, to, sqlPiece(`
select m.customer_id
from (select customer_id from segment_moves union select customer_id from stage_moves) m
where m.customer_id > 0 and m.customer_id not in (select id from customers)`)); err != nil {
		return nil, err
	}
	for it := found.Iterator(); it.HasNext(); {
		gone = append(gone, int64(it.Next()))
	}
	return gone, nil
}

func unnameMover(ctx context.Context, to *columns.Tx, id int64) error {
	nobody := int64(0)
	for _, table := range moverTables {
		var lowest int64
		if err := to.QueryRow(ctx, "select coalesce(min(customer_id), 0) from "+table).Scan(&lowest); err != nil {
			return err
		}
		nobody = min(nobody, lowest)
	}
	for _, table := range moverTables {
		if err := to.Exec(ctx, "update "+table+" set customer_id = ? where customer_id = ?", nobody-1, id); err != nil {
			return err
		}
	}
	return nil
}
