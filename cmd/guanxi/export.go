package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"

	"guanxi/base/sheet"
	"guanxi/flow/customer"
)

type exportCommand struct {
	dataFlags
	keyFlag
	Kind   string   `help:"What to take out: customers, orders, order_lines, products, activities." required:""`
	Format string   `help:"csv or xlsx." default:"csv" enum:"csv,xlsx"`
	Fields []string `help:"Columns by name; the usual ones without it."`
	Filter string   `help:"Condition on the customers as JSON, as in the filter of a list. Needs a folder that no server is using."`
	From   string   `help:"First day of orders, YYYY-MM-DD."`
	To     string   `help:"Last day of orders, YYYY-MM-DD."`
	NoBOM  bool     `name:"no-bom" help:"Leave out the byte-order mark of a CSV."`
	Reason string   `help:"Why; goes into the audit log and into the file." required:""`
	File   string   `arg:"" help:"File to write."`
}

// Run takes a table out of the records, in full: whoever holds the data folder holds the data. Beside a running server it
// reads records only.
func (c *exportCommand) Run(ctx context.Context) error {
	bom := !c.NoBOM
	n := customer.NewExport{Kind: c.Kind, Format: c.Format, BOM: &bom, Fields: c.Fields, Filter: c.Filter, Reason: c.Reason,
		Orders: customer.OrderFilter{From: c.From, To: c.To}}
	return onData(ctx, c.dataFlags, c.keyFlag, func(ctx context.Context, p *program) error {
		if c.Filter != "" {
			if err := p.catchUp(ctx); err != nil {
				return err
			}
		}
		return c.run(ctx, p.stages.customers, n)
	}, func(ctx context.Context, b beside) error { return c.run(ctx, b.customers, n) })
}

func (c *exportCommand) run(ctx context.Context, store *customer.Store, n customer.NewExport) error {
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionThrottle(100_000_000))
	e, err := store.ExportFile(ctx, n, c.File, func(e customer.Export) {
		if e.Total > 0 && bar.GetMax64() != e.Total {
			bar.ChangeMax64(e.Total)
		}
		_ = bar.Set64(e.Processed)
	})
	_ = bar.Exit()
	fmt.Fprintln(os.Stderr)
	if errors.Is(err, sheet.ErrTooManyRows) {
		return fmt.Errorf("more than %d rows do not fit into a sheet: take out CSV", sheet.MaxRows-1)
	}
	if err != nil {
		return err
	}
	fmt.Printf("export %d: %d rows, %d bytes, sha256 %s\n", e.ID, e.Written, e.Size, e.SHA256)
	return nil
}
