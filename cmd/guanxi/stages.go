package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/dial"
	"guanxi/base/feed"
	"guanxi/base/field"
	"guanxi/base/job"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/behaviour"
	"guanxi/flow/analyze/budget"
	"guanxi/flow/analyze/churn"
	"guanxi/flow/analyze/cost"
	"guanxi/flow/analyze/dashboard"
	"guanxi/flow/analyze/likeness"
	"guanxi/flow/analyze/mailing"
	"guanxi/flow/analyze/quality"
	reports "guanxi/flow/analyze/report"
	"guanxi/flow/analyze/watch"
	"guanxi/flow/analyze/why"
	"guanxi/flow/collect"
	"guanxi/flow/collect/schedule"
	"guanxi/flow/customer"
	"guanxi/flow/customer/track"
	"guanxi/flow/decide"
	"guanxi/flow/decide/review"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// stages are the stations of the business, joined in the order facts pass them.
type stages struct {
	imports   *collect.Engine
	customers *customer.Store
	tracking  *track.Tracking
	feed      *feed.Feed
	scores    *analyze.Scores
	segments  *analyze.Segments
	metrics   *analyze.Metrics
	quality   *quality.Quality
	behaviour *behaviour.Behaviour
	churn     *churn.Churn
	likeness  *likeness.Likeness
	reports   *reports.Reports
	boards    *dashboard.Dashboards
	mailings  *mailing.Mailings
	reviews   *review.Reviews
	why       *why.Why
	watch     *watch.Watch
	costs     *cost.Costs
	budget    *budget.Budget
	signals   *decide.Signals
	mails     *mails.Mails
	schedules *schedule.Schedules
	running   []func(ctx context.Context) // what follows the feed for as long as the program runs
}

func join(records *db.DB, store *columns.Store, g *guard.Guard, jobs *job.Registry, dir string, flags serveFlags, listed func(ctx context.Context) error) (*stages, error) {
	dialer, err := dial.New(flags.AllowNetwork...)
	if err != nil {
		return nil, err
	}
	g.Dials(dialer)
	s := &stages{customers: customer.New(records), mails: mails.New(records, jobs, flags.PublicURL, dialer)}
	if s.imports, err = newImports(records, jobs, dir, flags.Node, g.Workspace, s.customers.Fields().Set); err != nil {
		return nil, err
	}
	s.tracking = track.New(records, store, s.customers, jobs)
	s.imports.Register(s.tracking.EventKind())
	s.imports.ReportBy(s.mails)
	s.customers.ReportBy(s.mails)
	touched := &analyze.Touched{}
	hot := analyze.NewHot(store)
	s.scores = analyze.NewScores(records, store, hot)
	s.segments = analyze.NewSegments(records, store, hot, touched)
	s.churn = churn.New(records, store, s.scores.Due)
	s.likeness = likeness.New(records, store, s.segments, touched, s.customers)
	s.quality = quality.New(records, store, s.customers, s.segments, touched)
	s.behaviour = behaviour.New(records, store, s.segments, touched)
	s.costs = cost.New(records, store)
	s.imports.Register(s.costs.ImportKind())
	s.feed = feed.New(records, store, append(analyze.Projections(touched), s.costs.Projections()...), []feed.Watcher{g, s.customers.Fields(), s.customers.Purposes(), s.customers.Lifecycles(),
		s.scores.Watcher(touched), hot.Watcher(touched), s.quality.Watcher(), s.behaviour.Watcher(), s.likeness.Watcher(), s.segments})
	s.behaviour.Fresh(s.feed.Freshness)
	s.metrics = analyze.NewMetrics(store, records, s.feed.Freshness, s.segments.MemberQuery)
	s.reports = reports.New(records, store, s.metrics, s.segments)
	s.boards = dashboard.New(records, s.reports, s.metrics, s.segments)
	s.budget = budget.New(store, s.segments, s.metrics)
	s.mailings = mailing.New(records, jobs, s.mails, map[string]mailing.Source{
		"report": s.reports.Paper, "ready": s.reports.ReadyPaper, "dashboard": s.boards.Paper, "pack": s.boards.ReadyPaper})
	s.why = why.New(records, store, s.segments, s.metrics)
	s.watch = watch.New(records, store, s.metrics, s.segments)
	s.signals = decide.New(records, store, decide.MetricSource(s.metrics))
	s.signals.UseAlerts(s.watch)
	s.reviews = review.New(records, s.metrics, s.segments, s.watch, s.signals)
	s.mailings.Add("review", s.reviews.Paper)
	s.watch.Closing(s.signals.AlertClosed)
	s.watch.MailBy(s.mails)

	s.customers.Use(fresh{s.segments, s.feed}, s.scores, s.segments)
	s.customers.Reckoning(s.segments)
	s.signals.Use(contacts{s.customers})
	inStep := func(ctx context.Context) { s.feed.WaitFor(ctx, 2*time.Second) }
	s.segments.Waiting(inStep)
	s.quality.Waiting(inStep)
	s.segments.Belonging(s.customers.FollowGroups)
	s.customers.HeldBy("today", decide.Memory{Records: records})
	if err := s.customers.ExportTo(filepath.Join(dir, "exports")); err != nil {
		return nil, err
	}
	s.customers.HeldBy("events", s.tracking)
	s.customers.VisitsFrom(s.tracking)
	s.customers.StagesFrom(s.segments)
	s.customers.SegmentsFrom(s.segments)
	s.customers.HeldBy("segments", analyze.SegmentMemory{Segments: s.segments})
	if err := s.customers.KeepFilesIn(fieldFiles(dir)); err != nil {
		return nil, err
	}
	s.customers.HeldBy("alerts", watch.Memory{Records: records})
	s.customers.HeldBy("quality", quality.Memory{Records: records})
	s.customers.AskedBy(quality.AskedOf)
	s.imports.NamesFrom(s.customers.Names)
	s.customers.Erasing(s.imports, listed, func(context.Context) error { return columns.CompactAtOpen(dir) })

	s.schedules = schedule.New(records, s.imports, jobs, schedule.Options{Dir: filepath.Join(dir, "schedules"), ImportFolder: flags.ImportFolder,
		ExportFolder: flags.ExportFolder, Dialer: dialer, Mails: s.mails, Outgoing: outgoing{s.customers}})
	s.customers.ResealAlso([]string{filepath.Join(dir, "files"), filepath.Join(dir, "exports")}, g, s.mails, s.schedules, s.tracking)

	s.scores.Jobs(jobs)
	s.customers.RegisterJobs(jobs)
	s.segments.RegisterJobs(jobs)
	s.watch.RegisterJobs(jobs)
	s.signals.RegisterJobs(jobs)
	s.quality.RegisterJobs(jobs)
	s.churn.RegisterJobs(jobs)
	s.likeness.RegisterJobs(jobs)
	s.running = append(s.running, s.tracking.Run, hot.Run, s.scores.Run, s.signals.Run, s.quality.Run, s.costs.Run)
	return s, nil
}

// fieldFiles is where files of customers' fields lie in a data folder: among those that backups keep.
func fieldFiles(dir string) string { return filepath.Join(dir, "files", "fields") }

// fresh finds customers in columns that hold what was written before: people read what they wrote.
type fresh struct {
	customer.Finder
	feed *feed.Feed
}

// Find implements customer.Finder.
func (f fresh) Find(ctx context.Context, q customer.FindQuery) (ids []int64, total int64, next string, err error) {
	f.feed.WaitFor(ctx, 2*time.Second)
	return f.Finder.Find(ctx, q)
}

// Choose implements customer.Finder.
func (f fresh) Choose(ctx context.Context, filter string) (*roaring64.Bitmap, error) {
	f.feed.WaitFor(ctx, 2*time.Second)
	return f.Finder.Choose(ctx, filter)
}

func newImports(records *db.DB, jobs *job.Registry, dir, node string, w workspace.Source, own field.Source) (*collect.Engine, error) {
	imports, err := collect.New(records, jobs, collect.Settings{Dir: dir, Node: node})
	if err != nil {
		return nil, err
	}
	for _, kind := range customer.Kinds(w, own) {
		imports.Register(kind)
	}
	return imports, nil
}

func (s *stages) register(a *api.API) {
	s.imports.RegisterAPI(a)
	s.schedules.Register(a)
	s.mails.Register(a)
	s.customers.Register(a)
	s.tracking.Register(a)
	s.scores.Register(a)
	s.segments.Register(a)
	s.metrics.Register(a)
	s.quality.Register(a)
	s.behaviour.Register(a)
	s.churn.Register(a)
	s.likeness.Register(a)
	s.reports.Register(a)
	s.boards.Register(a)
	s.mailings.Register(a)
	s.reviews.Register(a)
	s.why.Register(a)
	s.watch.Register(a)
	s.costs.Register(a)
	s.budget.Register(a)
	s.signals.Register(a)
}

// resume takes up what the last process left.
func (s *stages) resume(ctx context.Context) error {
	return errors.Join(s.imports.ResumeAll(ctx), s.schedules.ResumeAll(ctx))
}

// refresh reckons anew everything that rests on columns.
func (s *stages) refresh(ctx context.Context) error {
	if err := s.scores.Refresh(ctx); err != nil {
		return err
	}
	if err := s.costs.Refresh(ctx); err != nil {
		return err
	}
	if err := s.segments.Sweep(ctx); err != nil {
		return err
	}
	if err := s.watch.Look(ctx); err != nil {
		return err
	}
	return s.signals.Refresh(ctx)
}
