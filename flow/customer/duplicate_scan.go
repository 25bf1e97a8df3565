package customer

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/flow/customer/match"
	"guanxi/guard"
)

// The states of a scan.
const (
	ScanNever   = "never"
	ScanQueued  = "queued"
	ScanRunning = "running"
	ScanDone    = "done"
	ScanFailed  = "failed"
)

// scan is one search of all customers for duplicates.
type scan struct {
	ID         int64    `bun:"id"`
	State      string   `bun:"state"`
	Progress   float64  `bun:"progress"` // share 0..1
	Records    int64    `bun:"records"`
	Compared   int64    `bun:"compared"` // pairs
	Skipped    int64    `bun:"skipped"`  // pairs that shared a key with too many others to compare all
	Found      int64    `bun:"found"`
	Suggested  *float64 `bun:"suggested_score"`
	ErrorCode  string   `bun:"error_code"`
	CreatedAt  int64    `bun:"created_at"`
	StartedAt  *int64   `bun:"started_at"`
	FinishedAt *int64   `bun:"finished_at"`
}

const scanColumns = "id, state, progress, records, compared, skipped, found, suggested_score, error_code, created_at, started_at, finished_at"

type scanJob struct {
	ID int64 `json:"id"`
}

// Kind implements job.Args.
func (scanJob) Kind() string { return "duplicates.scan" }

// RegisterJobs registers the work this stage does beside requests.
func (s *Store) RegisterJobs(r *job.Registry) {
	s.jobs = r
	s.registerScour(r)
	s.registerRetain(r)
	s.registerReseal(r)
	s.registerExportJobs(r)
	s.registerFileSweep(r)
	job.Register(r, job.Kind[scanJob]{Run: func(ctx context.Context, a scanJob) error { return s.runScan(ctx, a.ID) }, Timeout: -1, Unique: true})
	job.Register(r, job.Kind[changesJob]{Run: func(ctx context.Context, _ changesJob) error { return s.checkChanges(ctx) }, Timeout: 10 * time.Minute, Every: 10 * time.Minute})
	s.registerGroups(r)
	job.Register(r, job.Kind[bulkJob]{Run: func(ctx context.Context, a bulkJob) error { return s.runEdit(ctx, a.ID) }, Timeout: -1, Unique: true})
	job.Register(r, job.Kind[batchJob]{Run: func(ctx context.Context, a batchJob) error { return s.runBatch(ctx, a.ID) }, Timeout: -1, Unique: true})
}

// StartScan asks for a search of all customers. One that waits or runs already is not started again: it gives that one.
func (s *Store) StartScan(ctx context.Context) (id int64, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var waiting []int64
		if err := tx.NewRaw("select id from duplicate_scans where state in (?, ?) order by id desc", ScanQueued, ScanRunning).Scan(ctx, &waiting); err != nil {
			return err
		}
		if len(waiting) > 0 {
			id = waiting[0]
			return s.jobs.Insert(ctx, tx, scanJob{id})
		}
		if id, err = tx.NextID(ctx, "duplicate_scans"); err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into duplicate_scans (id, state, staff_id, created_at) values (?, ?, ?, ?)", id, ScanQueued, actingStaff(ctx), clock.Millis(ctx)).Exec(ctx); err != nil {
			return err
		}
		if err := s.jobs.Insert(ctx, tx, scanJob{id}); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "duplicates.scanned", "duplicate_scan", itemNumber(id), nil)
	})
	return id, err
}

// ScanNow searches all customers and is back when that is done.
func (s *Store) ScanNow(ctx context.Context) error {
	id, err := s.StartScan(ctx)
	if err != nil {
		return err
	}
	return s.runScan(ctx, id)
}

// scanNamed gives a scan; the latest for 0, which may be one that never was. Fault: not found.
func (s *Store) scanNamed(ctx context.Context, id int64) (*scan, error) {
	var rows []scan
	err := s.records.Read().NewRaw("select "+scanColumns+" from duplicate_scans where id = ? or ? = 0 order by id desc limit 1", id, id).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	switch {
	case len(rows) > 0:
		return &rows[0], nil
	case id == 0:
		return &scan{State: ScanNever}, nil
	}
	return nil, fault.NotFound("duplicate_scan", id)
}

func (s *Store) updateScan(ctx context.Context, id int64, set string, args ...any) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("update duplicate_scans set "+set+" where id = ?", append(args, id)...).Exec(ctx)
		return err
	})
}

const (
	leastKept = 0.05    // pairs less likely are not worth a person's time
	mostPairs = 300_000 // nor are more than so many
)

// runScan reads all customers, finds the pairs and stores them. It starts over when it was interrupted: nothing is
// stored before the end. One that is done is left alone.
func (s *Store) runScan(ctx context.Context, id int64) error {
	asked, err := s.scanNamed(ctx, id)
	if err != nil || asked.State == ScanDone {
		return err
	}
	defer debug.FreeOSMemory() // what a scan of many customers held is not needed again for long
	err = s.search(ctx, id)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return errors.Join(err, s.updateScan(ctx, id, "state = ?, error_code = ?, finished_at = ?", ScanFailed, fault.Wrap(err).Key, clock.Millis(ctx)))
}

func (s *Store) search(ctx context.Context, id int64) error {
	if err := s.updateScan(ctx, id, "state = ?, progress = 0, started_at = ?", ScanRunning, clock.Millis(ctx)); err != nil {
		return err
	}
	var share atomic.Uint64 // in thousandths
	stop := s.tellProgress(ctx, id, &share)
	defer stop()
	set := match.NewSet(sound)
	total, err := s.readInto(ctx, set, func(part float64) { share.Store(uint64(300 * part)) })
	if err != nil {
		return err
	}
	result, err := set.Scan(ctx, match.Options{Least: leastKept, Most: mostPairs, Progress: func(part float64) { share.Store(uint64(300 + 600*part)) }})
	if err != nil {
		return err
	}
	learned, err := json.Marshal(result.Learned)
	if err != nil {
		return err
	}
	suggested := match.Suggested(result.Pairs)
	found, err := s.keepPairs(ctx, id, result.Pairs)
	if err != nil {
		return err
	}
	stop()
	return s.updateScan(ctx, id, "state = ?, progress = 1, records = ?, compared = ?, skipped = ?, found = ?, suggested_score = ?, learned = ?, finished_at = ?",
		ScanDone, total, result.Compared, result.Skipped, found, suggested, string(learned), clock.Millis(ctx))
}

// tellProgress stores the share now and then until stop is called; a second call of stop does nothing.
func (s *Store) tellProgress(ctx context.Context, id int64, share *atomic.Uint64) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_ = s.updateScan(ctx, id, "progress = ?", float64(share.Load())/1000) // the next one tells again
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// keepPairs stores what a scan found: new pairs, and new scores of open ones. Pairs that it no longer finds go, what
// people said of a pair stays: two that are different stay different, also in what they were merged into.
func (s *Store) keepPairs(ctx context.Context, scanID int64, pairs []match.Pair) (found int64, err error) {
	different, err := s.differentRoots(ctx)
	if err != nil {
		return 0, err
	}
	now := clock.Millis(ctx)
	err = inChunks(pairs, 2000, func(chunk []match.Pair) error {
		return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			rows := db.NewBulk("duplicate_pairs", "a_id, b_id, score, bits, evidence, state, scan_id, created_at",
				`on conflict (a_id, b_id) do update set `+surerScore+`, bits = excluded.bits, evidence = excluded.evidence, scan_id = excluded.scan_id,
state = case when duplicate_pairs.state = 'merged' then 'open' else duplicate_pairs.state end`)
			for _, p := range chunk {
				if different[[2]int64{p.A, p.B}] {
					continue
				}
				evidence, err := json.Marshal(p.Evidence)
				if err != nil {
					return err
				}
				rows.Add(p.A, p.B, p.Score, p.Bits, string(evidence), PairOpen, scanID, now)
			}
			return rows.Insert(ctx, tx)
		})
	})
	if err != nil {
		return 0, err
	}
	for _, p := range pairs {
		if !different[[2]int64{p.A, p.B}] {
			found++
		}
	}
	return found, s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("delete from duplicate_pairs where state in (?, ?) and (scan_id is null or scan_id <> ?) and contradiction = ''", PairOpen, PairLater, scanID).Exec(ctx)
		return err
	})
}

// differentRoots gives the pairs of living customers that people said are different, themselves or through one merged
// into them.
func (s *Store) differentRoots(ctx context.Context) (map[[2]int64]bool, error) {
	var rows []struct {
		A int64 `bun:"a_id"`
		B int64 `bun:"b_id"`
	}
	read := s.records.Read()
	if err := read.NewRaw("select a_id, b_id from duplicate_pairs where state = ?", PairDifferent).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	roots := map[int64]int64{}
	root := func(id int64) (int64, error) {
		if known, ok := roots[id]; ok {
			return known, nil
		}
		found, err := rootOf(ctx, read, id)
		roots[id] = found
		return found, err
	}
	different := map[[2]int64]bool{}
	for _, row := range rows {
		a, err := root(row.A)
		if err != nil {
			continue // she is gone
		}
		b, err := root(row.B)
		if err != nil {
			continue
		}
		different[[2]int64{min(a, b), max(a, b)}] = true
	}
	return different, nil
}
