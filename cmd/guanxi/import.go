package main

import (
	"context"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"

	"guanxi/flow/analyze/cost"
	"guanxi/flow/collect"
	"guanxi/flow/customer/track"
)

type importCommand struct {
	dataFlags
	keyFlag
	Kind    string `help:"What the rows are: customers, relations, orders, order_lines, products, consents, events, costs." required:""`
	Mapping string `help:"JSON file that maps columns to fields; guessed from the headers without it." type:"existingfile"`
	Mode    string `help:"create, update or upsert." default:"upsert" enum:"create,update,upsert"`
	DryRun  bool   `name:"dry-run" help:"Only say what would happen."`
	File    string `arg:"" help:"CSV or XLSX file, also gzipped CSV." type:"existingfile"`
}

// Run imports into the records. A server that is running over the same data carries the rows on to its columns;
// without one they are carried on here.
func (c *importCommand) Run(ctx context.Context) error {
	n := collect.NewImport{Kind: c.Kind, Mode: collect.Mode(c.Mode), DryRun: c.DryRun}
	if c.Mapping != "" {
		text, err := os.ReadFile(c.Mapping)
		if err != nil {
			return err
		}
		if n.Mapping, err = collect.ParseMapping(string(text)); err != nil {
			return fmt.Errorf("%s: %w", c.Mapping, err)
		}
	}
	return onData(ctx, c.dataFlags, c.keyFlag, func(ctx context.Context, p *program) error {
		if err := c.run(ctx, p.stages.imports, n); err != nil {
			return err
		}
		return p.catchUp(ctx)
	}, func(ctx context.Context, b beside) error {
		imports, err := newImports(b.records, nil, c.Data, "beside", b.workspace, b.customers.Fields().Set)
		if err != nil {
			return err
		}
		imports.Register(track.New(b.records, nil, b.customers, nil).EventKind())
		imports.Register(cost.New(b.records, nil).ImportKind())
		return c.run(ctx, imports, n)
	})
}

func (c *importCommand) run(ctx context.Context, imports *collect.Engine, n collect.NewImport) error {
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100_000_000))
	imp, err := imports.ImportFile(ctx, c.File, n, func(p collect.Progress) {
		if p.Total > 0 && bar.GetMax64() != p.Total {
			bar.ChangeMax64(p.Total)
		}
		bar.Describe(string(p.Stage))
		_ = bar.Set64(p.Processed)
	})
	_ = bar.Exit()
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return err
	}
	if imp.State != collect.StateDone {
		return fmt.Errorf("import %d %s: %s %s", imp.ID, imp.State, imp.ErrorCode, imp.ErrorDetail)
	}
	fmt.Printf("import %d: %d rows, %d created, %d updated, %d unchanged, %d duplicates, %d rejected, %d findings\n",
		imp.ID, imp.Total, imp.Created, imp.Updated, imp.Unchanged, imp.Duplicates, imp.Rejected, imp.Findings)
	return nil
}
