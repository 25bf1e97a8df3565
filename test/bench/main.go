// Command bench measures the product against the machine it runs on: each row of docs/speed.md beside its floor, which
// is what the engine alone does with the same data in the same run. Absolute figures move from machine to machine; the
// ratios are what counts.
//
//	go run ./test/bench --scale 10k,100k --write
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"guanxi/test/served"
	"guanxi/test/testdata"
)

// scales by the name they have on the command line.
var scales = map[string]int{"10k": 10_000, "100k": 100_000, "1m": 1_000_000}

func main() {
	list := flag.String("scale", "10k,100k,1m", "how many customers, separated by commas")
	only := flag.String("only", "", "measure only the rows whose name holds this, or one of several with | between")
	write := flag.Bool("write", false, "write docs/speed.md")
	binary := flag.String("binary", "", "the program to measure; built when empty")
	fresh := flag.Bool("fresh", false, "make the demo companies anew")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, options{strings.Split(*list, ","), *only, *binary, *write, *fresh}); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

type options struct {
	scales       []string
	only, binary string
	write, fresh bool
}

func run(ctx context.Context, o options) error {
	work := filepath.Join(testdata.Root(), ".tmp", "bench")
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	if o.binary == "" {
		var err error
		if o.binary, err = served.Binary(ctx, work); err != nil {
			return err
		}
	}
	t := &table{only: o.only}
	for _, name := range o.scales {
		customers, known := scales[name]
		if !known {
			return fmt.Errorf("no scale %q", name)
		}
		b := &bench{table: t, customers: customers, binary: o.binary, dir: filepath.Join(work, name)}
		if err := b.prepare(ctx, o.fresh); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := b.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	text := t.markdown(o.scales)
	fmt.Println(text)
	if !o.write {
		return nil
	}
	return writeReport(ctx, o, text)
}

// bench measures one scale.
type bench struct {
	*table
	customers int
	binary    string
	dir       string  // holds the folder of the demo company and what measuring needs
	loadFloor float64 // customers a second that the engine alone loads
}

func (b *bench) data() string { return filepath.Join(b.dir, "company") }

// measure takes every row. What needs the stores for itself comes first, then what goes through the real binary.
func (b *bench) measure(ctx context.Context) error {
	stores, err := openStores(ctx, b.data())
	if err != nil {
		return err
	}
	floors := &floors{stores: stores, bench: b}
	err = floors.measure(ctx)
	if err == nil {
		err = b.measureModel(ctx, stores)
	}
	if err == nil {
		err = b.measureSessions(ctx, stores)
	}
	if err := errors.Join(err, stores.close()); err != nil {
		return err
	}
	if err := b.measureServer(ctx, floors); err != nil {
		return err
	}
	if err := b.measureEvents(ctx, floors); err != nil {
		return err
	}
	return b.measureImport(ctx)
}
