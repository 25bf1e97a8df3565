package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"guanxi/base/backup"
	"guanxi/base/db"
	"guanxi/flow/customer"
	"guanxi/guard"
)

type verifyCommand struct {
	dataFlags
	keyFlag
	Rebuild bool   `help:"Make columns anew from records first."`
	From    string `help:"Check the backups in this folder instead: read every byte, restore one for a trial and check that." type:"path" placeholder:"DIR"`
	Backup  string `help:"With --from: name of the backup to restore; the newest when absent."`
}

// check is one thing that must always hold: a query that counts what breaks it.
type check struct{ name, query string }

// recordChecks hold within the records.
var recordChecks = []check{
	{"an order's sums are those of its lines", `
select count(*) from (
  select o.id
  from orders o
  join order_lines l on l.order_id = o.id
  where o.deleted_at is null
  group by o.id, o.gross, o.refunded
  having o.gross <> sum(case when l.amount > 0 then l.amount else 0 end)
     or o.refunded <> -sum(case when l.amount < 0 then l.amount else 0 end)) broken`},
	{"every order of a customer has that customer", `
select count(*) from orders o
left join customers c on c.id = o.customer_id
where o.customer_id is not null and c.id is null`},
	{"every identity and contact point has its customer", `
select (select count(*) from identities i left join customers c on c.id = i.customer_id where c.id is null)
     + (select count(*) from contact_points p left join customers c on c.id = p.customer_id where c.id is null)`},
	{"every row of a finished import has ended", `
select count(*) from imports
where state = 'done' and total <> created + updated + unchanged + rejected + duplicates`},
}

// pairs hold between records and columns: both queries give the same figure.
var pairs = []struct{ name, records, columns string }{
	{"customers", "select count(*) from customers where deleted_at is null", "select count(*) from customers"},
	{"orders", "select count(*) from orders where deleted_at is null", "select count(*) from orders"},
	{"gross", "select cast(coalesce(sum(gross), 0) as bigint) from orders where deleted_at is null", "select coalesce(sum(gross), 0)::bigint from orders"},
	{"refunds", "select cast(coalesce(sum(refunded), 0) as bigint) from orders where deleted_at is null", "select coalesce(sum(refunded), 0)::bigint from orders"},
	{"order lines", "select count(*) from order_lines l join orders o on o.id = l.order_id where o.deleted_at is null", "select count(*) from order_lines"},
	{"follow-ups", "select count(*) from activities", "select count(*) from activities"},
}

var errBroken = errors.New("something does not fit")

func (c *verifyCommand) Run(ctx context.Context) error {
	if c.From != "" {
		return c.backups(ctx)
	}
	release, err := lock(c.Data)
	if err != nil {
		return err
	}
	defer release()
	p, err := open(ctx, c.dataFlags, serveFlags{keyFlag: c.keyFlag, Node: "main"}, nil)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	ctx = p.context(ctx)
	if c.Rebuild {
		err = p.rebuild(ctx)
	} else {
		err = p.feed.Drain(ctx)
	}
	if err != nil {
		return err
	}
	return p.verify(ctx)
}

// report prints each check with its result and says whether all are well.
func report(checks ...backup.Check) (well bool) {
	well = true
	for _, c := range checks {
		word, detail := "ok    ", ""
		if !c.OK {
			word, well = "BROKEN", false
		}
		if c.Detail != "" {
			detail = " (" + c.Detail + ")"
		}
		fmt.Fprintf(os.Stdout, "%s  %s%s\n", word, c.Name, detail)
	}
	return well
}

// look checks what must hold within records and the files in the data folder that belong to them, also those of a restored
// backup.
func look(ctx context.Context, records *db.DB, dir string) (checks []backup.Check, err error) {
	for _, c := range recordChecks {
		var n int64
		if err := records.Read().NewRaw(c.query).Scan(ctx, &n); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		checks = append(checks, backup.Check{Name: c.name, OK: n == 0, Detail: fmt.Sprintf("%d exceptions", n)})
	}
	customers := customer.New(records)
	if err := customers.KeepFilesIn(fieldFiles(dir)); err != nil {
		return nil, err
	}
	files, broken, err := customers.VerifyFiles(ctx)
	if err != nil {
		return nil, err
	}
	checks = append(checks, backup.Check{Name: "every file of a customer is there as it was written", OK: broken == 0, Detail: fmt.Sprintf("%d files, %d exceptions", files, broken)})
	state, err := guard.VerifyAudit(ctx, records)
	detail := fmt.Sprintf("%d entries, %d sealed", state.Entries, state.Sealed)
	if state.Reason != "" {
		detail += ", " + state.Reason
	}
	return append(checks, backup.Check{Name: "the audit log is whole", OK: state.OK, Detail: detail}), err
}

// verify prints each check with its result and fails when one does.
func (p *program) verify(ctx context.Context) error {
	checks, err := look(ctx, p.records, p.dir)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		var inRecords, inColumns int64
		if err := p.records.Read().NewRaw(pair.records).Scan(ctx, &inRecords); err != nil {
			return fmt.Errorf("%s in records: %w", pair.name, err)
		}
		if err := p.columns.QueryRow(ctx, pair.columns).Scan(&inColumns); err != nil {
			return fmt.Errorf("%s in columns: %w", pair.name, err)
		}
		checks = append(checks, backup.Check{Name: "columns hold the same " + pair.name, OK: inRecords == inColumns,
			Detail: fmt.Sprintf("%d and %d", inRecords, inColumns)})
	}
	if !report(checks...) {
		return errBroken
	}
	return nil
}

type migrateCommand struct{ dataFlags }

func (c *migrateCommand) Run(ctx context.Context) error {
	records, err := c.records(ctx)
	if err != nil {
		return err
	}
	return records.Close()
}
