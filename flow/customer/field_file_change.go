package customer

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// filesRegret is how long a file that was taken out of its field can be put back; then its content goes.
const filesRegret = 30 * 24 * time.Hour

// heldFiles gives the files of a field that a customer holds.
func heldFiles(ctx context.Context, c *Customer, key string) fileList {
	return filesOf(openedValue(ctx, key, customFields(c.Custom)[key]))
}

// takeFiles gives what a request says of own fields with the files themselves in the place of their ids: those the customer
// holds, those the person asking has uploaded for the field and nobody holds yet, and those that were taken out of it not long
// ago. Everything else stays as it is said, so that it is refused like any value of another type.
func (s *Store) takeFiles(ctx context.Context, from bun.IDB, c *Customer, said *map[string]any) (*map[string]any, []fault.Field, error) {
	if said == nil {
		return nil, nil, nil
	}
	taken, wrong := maps.Clone(*said), []fault.Field(nil)
	for key, given := range *said {
		own, known := field.Of(ctx).Find(key)
		ids, listed := fileIDs(given)
		if !known || !isFile(own) || !listed {
			continue
		}
		held := heldFiles(ctx, c, key)
		if most := max(own.Files.Settled().Most, len(held)); len(ids) > most {
			wrong = append(wrong, fault.Field{Field: customPrefix + key, Key: "too_many_files", Args: []any{most}})
			continue
		}
		files := fileList{}
		for _, id := range ids {
			if at := slices.IndexFunc(held, func(f fileTold) bool { return f.ID == itemNumber(id) }); at >= 0 {
				files = append(files, held[at])
				continue
			}
			told, err := s.offered(ctx, from, c, key, id)
			if fault.Is(err, fault.KindNotFound) {
				wrong = append(wrong, fault.Field{Field: customPrefix + key, Key: "file_unknown"})
				continue
			}
			if err != nil {
				return nil, nil, err
			}
			files = append(files, told)
		}
		taken[key] = files
	}
	return &taken, wrong, nil
}

// withFiles gives a request with the files themselves, as takeFiles finds them.
func (s *Store) withFiles(ctx context.Context, from bun.IDB, c *Customer, f *CustomerFields) (*CustomerFields, []fault.Field, error) {
	with := *f
	custom, wrong, err := s.takeFiles(ctx, from, c, f.Custom)
	with.Custom = custom
	return &with, wrong, err
}

// fileIDs reads a list of ids, each by itself or as the id of an object; every file once.
func fileIDs(given any) (ids []int64, listed bool) {
	list, is := given.([]any)
	for _, each := range list {
		if object, named := each.(map[string]any); named {
			each = object["id"]
		}
		text, _ := each.(string)
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, false
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, is
}

// offered gives a file that may be put into a field of the customer. Fault: not found.
func (s *Store) offered(ctx context.Context, from bun.IDB, c *Customer, key string, id int64) (told fileTold, err error) {
	row, err := s.offeredRow(ctx, from, c.ID, key, id)
	if err != nil {
		return told, err
	}
	return s.fileTold(ctx, row)
}

func (s *Store) offeredRow(ctx context.Context, from bun.IDB, customerID int64, key string, id int64) (*fieldFile, error) {
	var rows []fieldFile
	if err := from.NewRaw("select "+fieldFileColumns+" from field_files where id = ? and field = ?", id, key).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("file", id)
	}
	row := &rows[0]
	switch {
	case row.CustomerID == nil && row.Actor == guard.ActorOf(ctx).Key():
		return row, nil
	case row.CustomerID == nil, customerID == 0, row.RemovedAt == nil, *row.RemovedAt < clock.Now(ctx).Add(-filesRegret).UnixMilli():
		return nil, fault.NotFound("file", id)
	}
	hers, err := treeBelow(ctx, from, customerID)
	if err == nil && !slices.Contains(hers, *row.CustomerID) {
		err = fault.NotFound("file", id)
	}
	return row, err
}

// noteFiles keeps the rows of files in step with what a change has put into the fields of a customer or taken out of them.
func (s *Store) noteFiles(ctx context.Context, tx *db.Tx, before, after *Customer) error {
	if before.Custom == after.Custom {
		return nil
	}
	for _, own := range field.Of(ctx).All() {
		if !isFile(own) {
			continue
		}
		was, is := heldFiles(ctx, before, own.Key).ids(), heldFiles(ctx, after, own.Key).ids()
		for id := range is {
			if was[id] {
				continue
			}
			// of two at once who take up the same file the second one finds that it is gone
			n, err := tx.Do(ctx, "update field_files set customer_id = coalesce(customer_id, ?), removed_at = null where id = ? and field = ? and (customer_id is null or removed_at is not null)", after.ID, id, own.Key)
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.Invalid(customPrefix+own.Key, "file_unknown")
			}
		}
		for id := range was {
			if is[id] {
				continue
			}
			if _, err := tx.Do(ctx, "update field_files set removed_at = ? where id = ?", clock.Millis(ctx), id); err != nil {
				return err
			}
		}
	}
	return nil
}

// fileField finds a field of files in use that the person asking may write, or read where write is false. Faults: not found,
// forbidden.
func fileField(ctx context.Context, key string, write bool) (*field.Field, error) {
	own, known := field.Of(ctx).Find(key)
	rights := guard.FieldsOf(ctx, noun)
	switch right := rights.Right(customPrefix + key); {
	case !known, !isFile(own), own.Archived():
		return nil, fault.NotFound("field", key)
	case write && !rights.CanWrite(customPrefix+key):
		return nil, fault.Forbidden("field_not_writable", customPrefix+key)
	case !write && right != guard.Read && right != guard.Write:
		return nil, fault.Forbidden("field_not_readable", customPrefix+key)
	}
	return own, nil
}

// fileFieldOf is fileField for a customer, whom one who may not see her is told nothing of, not even which fields there are.
func (s *Store) fileFieldOf(ctx context.Context, id int64, key string, write bool) (*storedCustomer, *field.Field, error) {
	c, err := s.find(ctx, s.records, id)
	if err != nil {
		return nil, nil, err
	}
	own, err := fileField(ctx, key, write)
	return c, own, err
}

// changeFiles changes the list of files of one field.
func (s *Store) changeFiles(ctx context.Context, tx *db.Tx, id int64, ifMatch, action, key string, fn func(now fileList) (fileList, error)) error {
	_, _, err := s.changeIn(ctx, tx, id, ifMatch, action, saidByStaff, func(ctx context.Context, _ *db.Tx, c *Customer) (difference, error) {
		before := *c
		files, err := fn(slices.Clone(heldFiles(ctx, c, key)))
		if err != nil {
			return nil, err
		}
		wrong := setCustom(ctx, c, map[string]any{key: files})
		if wrong = append(wrong, checkStage(ctx, &before, c)...); len(wrong) > 0 {
			return nil, fault.Invalids(wrong)
		}
		return differences(ctx, &before, c), nil
	})
	return err
}
