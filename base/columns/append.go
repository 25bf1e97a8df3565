package columns

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// blockRows is how many rows of one table go from the producer to the appender at a time.
const blockRows = 1024

// block is some rows of one table, one behind the other.
type block struct {
	table  string
	width  int
	values []driver.Value
}

// AppendFrom appends the rows that produce adds, while produce goes on making the next: reading and appending run beside
// one another. Values stand in the order of the table's columns, as Append takes them, and are copied.
func (tx *Tx) AppendFrom(ctx context.Context, produce func(ctx context.Context, add func(table string, row []driver.Value) error) error) error {
	ctx, cancel := context.WithCancel(ctx)
	ready, used := make(chan *block, 4), make(chan *block, 8)
	var produced error
	go func() {
		defer close(ready)
		defer func() {
			if p := recover(); p != nil {
				produced = fmt.Errorf("panic while reading rows: %v", p)
			}
		}()
		p := &producer{ctx: ctx, ready: ready, used: used, open: map[string]*block{}}
		if produced = produce(ctx, p.add); produced == nil {
			produced = p.flush()
		}
	}()
	appended := tx.conn.Raw(func(raw any) error { return appendBlocks(raw, ready, used) })
	cancel()
	for range ready { // the producer must be gone before what it reads may be
	}
	if appended != nil {
		return appended
	}
	return produced
}

type producer struct {
	ctx         context.Context
	ready, used chan *block
	open        map[string]*block // by table
}

func (p *producer) add(table string, row []driver.Value) error {
	b := p.open[table]
	if b == nil {
		select {
		case b = <-p.used:
		default:
			b = &block{}
		}
		b.table, b.width, b.values = table, len(row), b.values[:0]
		p.open[table] = b
	}
	b.values = append(b.values, row...)
	if len(b.values) < blockRows*b.width {
		return nil
	}
	delete(p.open, table)
	return p.send(b)
}

func (p *producer) send(b *block) error {
	select {
	case p.ready <- b:
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

func (p *producer) flush() error {
	for _, b := range p.open {
		if err := p.send(b); err != nil {
			return err
		}
	}
	return nil
}

func appendBlocks(raw any, ready <-chan *block, used chan<- *block) (err error) {
	conn, ok := raw.(driver.Conn)
	if !ok {
		return fmt.Errorf("unexpected connection %T", raw)
	}
	appenders := map[string]*duckdb.Appender{}
	defer func() {
		for _, a := range appenders {
			err = errors.Join(err, a.Close())
		}
	}()
	for b := range ready {
		a := appenders[b.table]
		if a == nil {
			if a, err = duckdb.NewAppenderFromConn(conn, "", b.table); err != nil {
				return err
			}
			appenders[b.table] = a
		}
		for rest := b.values; len(rest) > 0; rest = rest[b.width:] {
			if err := a.AppendRow(rest[:b.width]...); err != nil {
				return fmt.Errorf("append to %s: %w", b.table, err)
			}
		}
		select {
		case used <- b:
		default:
		}
	}
	return nil
}
