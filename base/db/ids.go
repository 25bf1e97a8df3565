package db

import "context"

// NextID gives the id of one new row of noun.
func (tx *Tx) NextID(ctx context.Context, noun string) (int64, error) {
	return tx.NextIDs(ctx, noun, 1)
}

// NextIDs sets n ids of noun aside and gives the first; they follow one another without a gap. Ids begin at 1.
// A change that is taken back gives them back on SQLite and loses them on PostgreSQL, where counters must not make
// concurrent changes wait for one another.
func (tx *Tx) NextIDs(ctx context.Context, noun string, n int) (first int64, err error) {
	const text = `
insert into id_counters (noun, next_id) values (?, ?)
on conflict (noun) do update set next_id = id_counters.next_id + ?
returning next_id - ?`
	if tx.engine == Postgres {
		err = tx.NewRaw("select take_ids(?, ?)", noun, n).Scan(ctx, &first)
		return first, err
	}
	err = tx.NewRaw(text, noun, n+1, n, n).Scan(ctx, &first)
	return first, err
}
