package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"guanxi/base/clock"
	"guanxi/guard"
)

type serveFlags struct {
	keyFlag
	BackupTo      string   `name:"backup-to" help:"Folder of the backups; backups in the data folder when absent. Another disk is better." env:"GUANXI_BACKUP_TO" type:"path" placeholder:"DIR"`
	Addr          string   `help:"Address to serve on." default:"127.0.0.1:8080" env:"GUANXI_ADDR" placeholder:"HOST:PORT"`
	AdminAddr     string   `name:"admin-addr" help:"Address of /metrics; off when empty." env:"GUANXI_ADMIN_ADDR" placeholder:"HOST:PORT"`
	PublicURL     string   `name:"public-url" help:"Where staff reach the program; stands in links." env:"GUANXI_PUBLIC_URL" placeholder:"https://..."`
	TestClock     bool     `name:"test-clock" help:"Let POST /test/clock move the time; loopback only." env:"GUANXI_TEST_CLOCK"`
	AllowNetwork  []string `name:"allow-network" help:"Private network that scheduled imports and exports may reach (10.1.0.0/16, or one address); public addresses only when absent." env:"GUANXI_ALLOW_NETWORK" placeholder:"CIDR"`
	ImportFolder  string   `name:"import-folder" help:"Folder that scheduled imports may read files from." env:"GUANXI_IMPORT_FOLDER" type:"path" placeholder:"DIR"`
	ExportFolder  string   `name:"export-folder" help:"Folder that scheduled exports may write files to." env:"GUANXI_EXPORT_FOLDER" type:"path" placeholder:"DIR"`
	ColumnsMemory string   `name:"columns-memory" help:"Memory that columns may use before they work on disk; at least 1536MB for a hundred million events." default:"512MB" env:"GUANXI_COLUMNS_MEMORY" placeholder:"SIZE"`
	Node          string   `help:"Name of this node among several over one PostgreSQL; stays the same across restarts." default:"main" env:"GUANXI_NODE"`
}

type serveCommand struct {
	dataFlags
	serveFlags
}

func (c *serveCommand) Run(ctx context.Context) error {
	return serve(ctx, c.dataFlags, c.serveFlags, nil)
}

// serve runs the product until ctx ends. prepare, when given, runs on the opened program before it is served.
func serve(ctx context.Context, data dataFlags, flags serveFlags, prepare func(ctx context.Context, p *program) error) error {
	began := time.Now()
	if err := os.MkdirAll(data.Data, 0o700); err != nil {
		return err
	}
	release, err := lock(data.Data)
	if err != nil {
		return err
	}
	defer release()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", flags.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	if tcp, ok := listener.Addr().(*net.TCPAddr); flags.TestClock && (!ok || !tcp.IP.IsLoopback()) {
		return errors.New("--test-clock is for loopback addresses only")
	}
	if flags.PublicURL == "" {
		flags.PublicURL = "http://" + listener.Addr().String()
	}
	var moved *clock.Fake
	if flags.TestClock {
		moved = clock.NewMovable()
		ctx = clock.With(ctx, moved)
	}
	p, err := open(ctx, data, flags, moved)
	if err != nil {
		return err
	}
	defer func() {
		if err := p.close(); err != nil {
			slog.Error("closing", "error", err)
		}
	}()
	ctx = p.context(ctx)
	if prepare != nil {
		if err := prepare(ctx, p); err != nil {
			return err
		}
	}
	if err := p.guard.NoticeCopy(ctx); err != nil {
		slog.Warn("whether this is a copy could not be told", "error", err)
	}
	if err := p.start(ctx); err != nil {
		return err
	}
	server := &http.Server{
		Handler: p.handler(), BaseContext: func(net.Listener) context.Context { return p.surroundings(context.WithoutCancel(ctx)) },
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	if flags.AdminAddr != "" {
		if err := serveAdmin(ctx, flags.AdminAddr); err != nil {
			return err
		}
	}
	slog.Info("ready", "address", flags.PublicURL, "took", time.Since(began).Round(time.Millisecond))
	if err := greet(ctx, p.guard, flags.PublicURL); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	slog.Info("stopping")
	soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return server.Shutdown(soft)
}

// greet prints the one-time set-up link of an instance that nobody can sign in to yet.
func greet(ctx context.Context, g *guard.Guard, url string) error {
	needed, err := g.NeedsSetup(ctx)
	if err != nil || !needed {
		return err
	}
	link, err := g.CreateLink(ctx, guard.PurposeSetup, nil)
	if err == nil {
		fmt.Printf("\n  Guanxi 关系 is ready at %s\n  Set it up (valid once, for a day):\n  %s\n\n", url, link)
	}
	return err
}

func serveAdmin(ctx context.Context, address string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.Handler())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("admin address", "error", err)
		}
	}()
	return nil
}
