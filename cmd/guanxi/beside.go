package main

import (
	"context"
	"errors"
	"os"

	"guanxi/base/db"
	"guanxi/base/field"
	"guanxi/base/keys"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// beside is what a process has that works beside a running server: the records, but no columns, which the server has to
// itself.
type beside struct {
	records   *db.DB
	workspace workspace.Source
	customers *customer.Store
}

// onData runs a command over a data folder: alone with the whole program when the folder is free, with the records only when
// a server is running over it.
func onData(ctx context.Context, data dataFlags, key keyFlag, alone func(context.Context, *program) error, together func(context.Context, beside) error) error {
	if err := os.MkdirAll(data.Data, 0o700); err != nil {
		return err
	}
	release, err := lock(data.Data)
	if errors.Is(err, errLocked) {
		return openBeside(ctx, data, key, together)
	}
	if err != nil {
		return err
	}
	defer release()
	p, err := open(ctx, data, serveFlags{keyFlag: key, Node: "main"}, nil)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	return alone(p.context(ctx), p)
}

func openBeside(ctx context.Context, data dataFlags, key keyFlag, use func(context.Context, beside) error) (err error) {
	records, err := data.records(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	g := guard.New(records, "")
	if err := g.LoadWorkspace(ctx); err != nil {
		return err
	}
	b := beside{records: records, workspace: g.Workspace, customers: customer.New(records)}
	if err := b.customers.Fields().Load(ctx); err != nil {
		return err
	}
	k, err := keys.OpenOrCreate(key.path(data.Data))
	if err != nil {
		return err
	}
	ctx = field.With(workspace.WithSource(guard.System(ctx), g.Workspace), b.customers.Fields().Set)
	return use(keys.With(ctx, k), b)
}
