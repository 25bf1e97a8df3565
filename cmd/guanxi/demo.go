package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/demo"
	"guanxi/flow/analyze/watch"
	"guanxi/flow/customer/track"
	"guanxi/guard"
)

type demoCommand struct {
	dataFlags
	serveFlags
	Scale string `help:"small (5,000 customers) or 1m (a million, ten million orders)." default:"small" enum:"small,1m"`
}

// Run makes the demo company where nobody is yet, and serves it.
func (c *demoCommand) Run(ctx context.Context) error {
	return serve(ctx, c.dataFlags, c.serveFlags, func(ctx context.Context, p *program) error {
		empty, err := p.guard.NeedsSetup(ctx)
		if err != nil {
			return err
		}
		if wanted, err := demo.Wanted(ctx, p.records); err != nil {
			return err
		} else if empty && wanted {
			if err := c.fill(ctx, p); err != nil {
				return err
			}
		}
		return signInLinks(ctx, p)
	})
}

func (c *demoCommand) fill(ctx context.Context, p *program) error {
	if err := p.guard.SetWorkspace(ctx, guard.WorkspaceSettings{Name: demo.Name, TimeZone: "Asia/Shanghai",
		Currency: "CNY", Language: "zh-CN", Country: "CN"}); err != nil {
		return err
	}
	options := demo.Small()
	if c.Scale == "1m" {
		options = demo.Million()
	}
	slog.Info("making the demo company", "customers", options.Customers, "workspace", workspace.Of(ctx).Name)
	if err := demo.Fill(ctx, p.records, options); err != nil {
		return err
	}
	if err := c.visit(ctx, p, options.Seed); err != nil {
		return err
	}
	if err := p.stages.segments.DefineReady(guard.System(ctx), "retail"); err != nil {
		return err
	}
	if err := p.rebuild(ctx); err != nil {
		return err
	}
	if err := p.stages.segments.Recall(ctx); err != nil {
		return err
	}
	if err := p.stages.customers.ScanNow(ctx); err != nil { // so that there are duplicates to decide on
		return err
	}
	if err := p.stages.quality.SearchNow(ctx); err != nil {
		return err
	}
	if c.Scale == "small" { // weeks of alerts over a million customers would take minutes
		quiet := watch.New(p.records, p.columns, p.stages.metrics, p.stages.segments) // writes to nobody of what is past
		if err := demo.Watched(guard.System(ctx), p.records, quiet); err != nil {
			return err
		}
	}
	return p.catchUp(ctx) // what all of it found stands on Today from the first look on
}

// visit has the shop with a site send what people did there.
func (c *demoCommand) visit(ctx context.Context, p *program, seed uint64) error {
	sources, err := p.stages.tracking.Sources(guard.System(ctx))
	if err != nil {
		return err
	}
	for _, s := range sources {
		if s.Name == demo.TillShop {
			if err := c.till(ctx, p, int64(s.ID)); err != nil {
				return err
			}
		}
		if s.Name != demo.VisitShop {
			continue
		}
		if _, err := p.stages.tracking.Rekey(guard.System(ctx), int64(s.ID), 0, false); err != nil {
			return err
		}
		if err := demo.Visits(ctx, p.records, seed, func(body []byte) error { return p.stages.tracking.Take(ctx, int64(s.ID), body) }); err != nil {
			return err
		}
	}
	return p.stages.tracking.Drain(ctx)
}

// till has the shop with a till tell of this morning's sales.
func (c *demoCommand) till(ctx context.Context, p *program, source int64) error {
	template := track.HookPresets["till"]
	if err := p.stages.tracking.SetHook(guard.System(ctx), source, 0, template, demo.TillSecret); err != nil {
		return err
	}
	return demo.Till(ctx, p.records, func(body []byte, signature string) error {
		_, err := p.stages.tracking.Deliver(ctx, source, http.Header{template.SignatureHeader: {signature}}, body)
		if fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindUnauthenticated) {
			return nil // it is seen among what was refused
		}
		return err
	})
}

// signInLinks prints a link for the people of the demo company whose work differs most.
func signInLinks(ctx context.Context, p *program) error {
	all, err := p.guard.ListStaff(ctx)
	if err != nil {
		return err
	}
	fmt.Println("\n  The demo company is open. Sign in (each link once, within the hour):")
	shown := map[string]bool{}
	for _, s := range all {
		if shown[s.Role] || !s.Active {
			continue
		}
		shown[s.Role] = true
		link, err := p.guard.CreateLink(ctx, guard.PurposeSignIn, &s.ID)
		if err != nil {
			return err
		}
		fmt.Printf("  %-9s %s  %s\n", s.Role, link, s.Name)
	}
	fmt.Println()
	return nil
}
