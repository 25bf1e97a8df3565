package customer

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/job"
	secret "guanxi/base/keys"
)

type fileSweepJob struct{}

// Kind implements job.Args.
func (fileSweepJob) Kind() string { return "customers.file_sweep" }

func (s *Store) registerFileSweep(r *job.Registry) {
	job.Register(r, job.Kind[fileSweepJob]{Run: func(ctx context.Context, _ fileSweepJob) error { return s.sweepFiles(ctx) }, Timeout: -1, Every: 30 * time.Minute, Unique: true})
}

// unclaimedFor is how long an upload waits for the customer it is for.
const unclaimedFor = 24 * time.Hour

// sweepFiles takes away what nobody will ask for again: uploads that were not used, files that were taken out of their field
// a while ago, and what a process that died has left on the disk.
func (s *Store) sweepFiles(ctx context.Context) error {
	if s.filesDir == "" {
		return nil
	}
	now := clock.Now(ctx)
	err := s.sweepRows(ctx, `select `+fieldFileColumns+` from field_files f where f.id > ? and f.customer_id is null and f.added_at < ? order by f.id limit 200`, now.Add(-unclaimedFor).UnixMilli())
	if err == nil {
		err = s.sweepRows(ctx, `select `+fieldFileColumns+` from field_files f where f.id > ? and f.removed_at < ?
  and not exists (select 1 from legal_holds h where h.customer_id = f.customer_id and h.lifted_at is null) order by f.id limit 200`, now.Add(-filesRegret).UnixMilli())
	}
	return errors.Join(err, s.sweepFolder(ctx))
}

// sweepRows deletes the rows that text finds and that no customer holds, and their contents.
func (s *Store) sweepRows(ctx context.Context, text string, until int64) error {
	for after := int64(0); ; {
		var rows []fieldFile
		if err := s.records.Read().NewRaw(text, after, until).Scan(ctx, &rows); err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		var gone []string
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			gone = nil
			for i := range rows {
				if held, err := isHeld(ctx, tx, &rows[i]); err != nil {
					return err
				} else if held {
					continue
				}
				n, err := tx.Do(ctx, "delete from field_files where id = ? and (customer_id is null or removed_at is not null)", rows[i].ID)
				if err != nil {
					return err
				}
				if n > 0 {
					gone = append(gone, rows[i].StoredAs)
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if err := s.dropFiles(gone); err != nil {
			return err
		}
	}
}

// isHeld says that a customer holds the file: whom it was given for, or one she was ever joined with, merged ones too.
func isHeld(ctx context.Context, from bun.IDB, row *fieldFile) (bool, error) {
	if row.CustomerID == nil {
		return false, nil
	}
	kin, err := kinOf(ctx, from, []int64{*row.CustomerID})
	if err != nil {
		return false, err
	}
	customers, err := customsOf(ctx, from, kin)
	return slices.ContainsFunc(customers, func(c Customer) bool {
		value := customFields(c.Custom)[row.Field]
		_, sealed := sealedText(value)
		opened := openedValue(ctx, row.Field, value)
		return sealed && opened == nil || fileList(filesOf(opened)).ids()[row.ID] // what cannot be opened may hold it
	}), err
}

// kinOf gives customers and everybody they were ever joined with, also by merges that were undone.
func kinOf(ctx context.Context, from bun.IDB, ids []int64) (kin []int64, err error) {
	err = from.NewRaw(`
with recursive kin (id) as (
  select c.id from customers c where c.id in (?)
  union
  select case when m.kept_id = kin.id then m.merged_id else m.kept_id end
  from merges m
  join kin on m.kept_id = kin.id or m.merged_id = kin.id
)
select id from kin`, bun.List(ids)).Scan(ctx, &kin)
	return kin, err
}

func customsOf(ctx context.Context, from bun.IDB, ids []int64) (customers []Customer, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = from.NewRaw("select id, custom from customers where id in (?)", bun.List(ids)).Scan(ctx, &customers)
	return customers, err
}

// sweepFolder removes what no row speaks of. What is being written is young.
func (s *Store) sweepFolder(ctx context.Context) error {
	entries, err := os.ReadDir(s.filesDir)
	if err != nil {
		return err
	}
	var known []string
	if err := s.records.Read().NewRaw("select stored_as from field_files").Scan(ctx, &known); err != nil {
		return err
	}
	keep := make(map[string]bool, len(known))
	for _, name := range known {
		keep[name] = true
	}
	var errs []error
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || keep[entry.Name()] || time.Since(info.ModTime()) < time.Hour { //nolint:forbidigo // ages of files are real time
			continue
		}
		errs = append(errs, os.RemoveAll(filepath.Join(s.filesDir, entry.Name())))
	}
	return errors.Join(errs...)
}

// forgetFiles deletes the rows of all files that were given for customers, and takes them out of whoever else came to hold them
// while they were joined. It gives what has to go from the disk once that is committed.
func forgetFiles(ctx context.Context, tx *db.Tx, ids []int64) (storedAs []string, err error) {
	var rows []fieldFile
	if err := tx.NewRaw("select "+fieldFileColumns+" from field_files where customer_id in (?)", bun.List(ids)).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return nil, err
	}
	kin, err := kinOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	others, err := customsOf(ctx, tx, slices.DeleteFunc(kin, func(id int64) bool { return slices.Contains(ids, id) }))
	if err != nil {
		return nil, err
	}
	gone := map[string]map[int64]bool{}
	for _, r := range rows {
		storedAs = append(storedAs, r.StoredAs)
		if gone[r.Field] == nil {
			gone[r.Field] = map[int64]bool{}
		}
		gone[r.Field][r.ID] = true
	}
	for i := range others {
		if err := partWith(ctx, tx, &others[i], gone); err != nil {
			return nil, err
		}
	}
	_, err = tx.NewRaw("delete from field_files where customer_id in (?)", bun.List(ids)).Exec(ctx)
	return storedAs, err
}

// partWith takes files out of the fields of one customer, and what told of them.
func partWith(ctx context.Context, tx *db.Tx, c *Customer, gone map[string]map[int64]bool) error {
	for key, ids := range gone {
		of := func(f fileTold) bool { return ids[*number(f.ID)] }
		held := heldFiles(ctx, c, key)
		if slices.ContainsFunc(held, of) {
			left := slices.DeleteFunc(slices.Clone(held), of).value()
			if _, sealed := sealedText(customFields(c.Custom)[key]); sealed && left != nil {
				seal, err := sealerOf(ctx)
				if err != nil {
					return err
				}
				if left, err = seal.seal(key, left); err != nil {
					return err
				}
			}
			c.setAttribute(customPrefix+key, valueText(left))
			if _, err := tx.Do(ctx, "update customers set custom = ?, version = version + 1 where id = ?", c.Custom, c.ID); err != nil {
				return err
			}
			tx.Feed("customers", c.ID)
		}
		var told []historyRow
		if err := tx.NewRaw("select id, field, before, after from field_history where customer_id = ? and field = ?", c.ID, customPrefix+key).Scan(ctx, &told); err != nil {
			return err
		}
		if slices.ContainsFunc(told, func(r historyRow) bool {
			r.open(ctx)
			return slices.ContainsFunc(append(filesInText(r.Before), filesInText(r.After)...), of)
		}) {
			if err := forgetValues(ctx, tx, customPrefix+key, []int64{c.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// VerifyFiles says how many files of fields there should be, and how many of them are not there as they were written: every
// byte is read where the keys are known. Files that were taken out of their field may be on their way out.
func (s *Store) VerifyFiles(ctx context.Context) (files, broken int, err error) {
	var rows []fieldFile
	if err := s.records.Read().NewRaw("select "+fieldFileColumns+" from field_files where removed_at is null order by id").Scan(ctx, &rows); err != nil {
		return 0, 0, err
	}
	for i := range rows {
		if err := s.verifyFile(ctx, &rows[i]); err != nil {
			broken++
		}
	}
	return len(rows), broken, nil
}

func (s *Store) verifyFile(ctx context.Context, row *fieldFile) error {
	if secret.Of(ctx) == nil {
		_, err := os.Stat(filepath.Join(s.filesDir, row.StoredAs))
		return err
	}
	_, content, err := s.openFile(ctx, row)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, content)
	if err == nil && n != row.Size {
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, content.Close())
}
