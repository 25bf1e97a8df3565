package main

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/feed"
	"guanxi/base/field"
	"guanxi/base/job"
	"guanxi/base/keys"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
	"guanxi/flow/schema"
	"guanxi/guard"
	"guanxi/guard/backups"
)

// program is everything, joined.
type program struct {
	dir     string // of data
	records *db.DB
	columns *columns.Store
	feed    *feed.Feed
	guard   *guard.Guard
	queue   *job.Queue
	stages  *stages
	backups *backups.Backups
	jobs    *job.Registry
	moved   *clock.Fake
	pages   http.Handler

	running sync.WaitGroup
	halt    context.CancelFunc
}

// open opens the stores and joins the stages; nothing moves yet.
func open(ctx context.Context, data dataFlags, flags serveFlags, moved *clock.Fake) (_ *program, err error) {
	p := &program{dir: data.Data, moved: moved, pages: pages()}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.records, err = data.records(ctx); err != nil {
		return nil, err
	}
	if p.columns, err = columns.Open(ctx, columns.Options{Dir: data.Data, Schema: schema.Columns(), MemoryLimit: flags.ColumnsMemory}); err != nil {
		return nil, err
	}
	p.guard = guard.New(p.records, flags.PublicURL)
	p.guard.TestClock = moved != nil
	if err := p.guard.LoadWorkspace(ctx); err != nil {
		return nil, err
	}
	if err := p.guard.LoadRules(ctx); err != nil {
		return nil, err
	}
	p.guard.BreachedDir = filepath.Join(data.Data, "breached")
	p.jobs = job.NewRegistry()
	if p.backups, err = newBackups(p.surroundings(ctx), p.records, data, flags.BackupTo, flags.path(data.Data)); err != nil {
		return nil, err
	}
	p.backups.RegisterJobs(p.jobs)
	if p.stages, err = join(p.records, p.columns, p.guard, p.jobs, data.Data, flags, p.backups.KeepLists); err != nil {
		return nil, err
	}
	if err := p.stages.customers.Fields().Load(ctx); err != nil {
		return nil, err
	}
	if err := p.stages.customers.Purposes().Load(ctx); err != nil {
		return nil, err
	}
	if err := p.stages.customers.Lifecycles().Load(ctx); err != nil {
		return nil, err
	}
	p.stages.customers.PublishedAt(flags.PublicURL)
	p.feed = p.stages.feed
	p.guard.DaysChanged = func() {
		p.running.Go(func() {
			ctx := p.context(context.WithoutCancel(ctx))
			if err := p.rebuild(ctx); err != nil {
				api.Log(ctx).Error("columns could not be made anew for the new time zone", "error", err)
			}
		})
	}
	p.queue, err = job.New(p.records, p.jobs, flags.Node, p.context)
	return p, err
}

// surroundings are the clock, the workspace and its fields, which everything needs to know; nobody acts in them yet.
func (p *program) surroundings(ctx context.Context) context.Context {
	ctx = workspace.WithSource(guard.With(ctx, guard.Actor{}), p.guard.Workspace)
	ctx = guard.WithRules(ctx, p.guard.Rules)
	ctx = field.With(ctx, func() *field.Set { return p.stages.customers.Fields().Set() })
	ctx = customer.WithPurposes(ctx, func() []*customer.Purpose { return p.stages.customers.Purposes().All() })
	ctx = customer.WithLifecycle(ctx, func() *customer.Lifecycle { return p.stages.customers.Lifecycles().Now() })
	if p.backups != nil {
		ctx = keys.With(ctx, p.backups.Keys)
	}
	if p.moved != nil {
		ctx = clock.With(ctx, p.moved)
	}
	return ctx
}

// context is that of what the program does by itself.
func (p *program) context(ctx context.Context) context.Context {
	return guard.System(p.surroundings(ctx))
}

// start sets the feed and the jobs in motion.
func (p *program) start(ctx context.Context) error {
	moving, halt := context.WithCancel(context.WithoutCancel(ctx))
	p.halt = halt
	if err := p.stages.resume(moving); err != nil {
		return err
	}
	p.running.Go(func() { p.feed.Run(moving) })
	for _, run := range p.stages.running {
		p.running.Go(func() { run(moving) })
	}
	if k := keys.Of(ctx); k != nil {
		p.running.Go(func() { k.Follow(moving) })
	}
	p.running.Go(func() { p.sealAudit(moving) })
	p.running.Go(func() { p.watchAudit(moving) })
	return p.queue.Start(moving)
}

func (p *program) sealAudit(ctx context.Context) {
	for {
		if err := guard.Seal(ctx, p.records); err != nil && ctx.Err() == nil {
			api.Log(ctx).Error("the audit log could not be sealed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
		}
	}
}

// watchAudit reckons the audit log again at every start, a while after it, and every hour.
func (p *program) watchAudit(ctx context.Context) {
	for wait := 30 * time.Second; ; wait = time.Hour {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if _, err := guard.WatchAudit(ctx, p.records); err != nil && ctx.Err() == nil {
			api.Log(ctx).Error("the audit log could not be reckoned", "error", err)
		}
	}
}

// register adds every operation of the product.
func (p *program) register(router chi.Router) *api.API {
	a := api.New(router, api.Options{Title: "Guanxi", Version: "1", Authorize: guard.Authorize})
	p.guard.Register(a)
	p.stages.register(a)
	p.backups.Register(a, p.jobs)
	return a
}

// rebuild makes columns anew from records, and what is reckoned from them.
func (p *program) rebuild(ctx context.Context) error {
	if err := p.feed.Rebuild(ctx); err != nil {
		return err
	}
	return p.catchUp(ctx)
}

// catchUp brings columns and everything reckoned from them up to now.
func (p *program) catchUp(ctx context.Context) error {
	if err := p.feed.Drain(ctx); err != nil {
		return err
	}
	return p.stages.refresh(ctx)
}

func (p *program) close() error {
	var errs []error
	if p.halt != nil {
		soft, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		errs = append(errs, p.queue.Stop(soft))
		p.halt()
	}
	p.running.Wait()
	if p.columns != nil {
		errs = append(errs, p.columns.Close())
	}
	if p.records != nil {
		errs = append(errs, p.records.Close())
	}
	return errors.Join(errs...)
}

func actorKey(ctx context.Context) string { return guard.ActorOf(ctx).Key() }
