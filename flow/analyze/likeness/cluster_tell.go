package likeness

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/feed"
	"guanxi/base/job"
	"guanxi/guard"
)

// learnJob finds clusters anew; Asked tells one wish from another.
type learnJob struct {
	Asked  int64 `json:"asked"`
	Groups int   `json:"groups"`
}

// Kind implements job.Args.
func (learnJob) Kind() string { return "likeness.learn" }

type tellJob struct{}

// Kind implements job.Args.
func (tellJob) Kind() string { return "likeness.tell" }

// lasts is after how long clusters are found anew by themselves.
const lasts = 7 * 24 * time.Hour

// RegisterJobs adds the finding of clusters, weekly and whenever it is asked for, and the telling of each day.
func (l *Likeness) RegisterJobs(r *job.Registry) {
	l.jobs = r
	job.Register(r, job.Kind[learnJob]{Run: func(ctx context.Context, j learnJob) error { return l.learn(guard.System(ctx), j.Groups) }, Timeout: 30 * time.Minute, MaxAttempts: 2, Unique: true})
	job.Register(r, job.Kind[tellJob]{Run: func(ctx context.Context, _ tellJob) error { return l.tellWhenDue(guard.System(ctx)) }, Timeout: 30 * time.Minute, Every: time.Hour})
}

// tellWhenDue finds clusters that are older than a week anew, puts everybody in hers when the day has changed, and within a day
// those who have bought since.
func (l *Likeness) tellWhenDue(ctx context.Context) error {
	c, err := l.Clusters(ctx)
	if err != nil {
		return err
	}
	if c == nil || clock.Now(ctx).Sub(time.UnixMilli(c.TrainedAt)) > lasts || c.Reason != "" && c.ToldOn != today(ctx) {
		return l.learn(ctx, -1)
	}
	l.learning.Lock()
	defer l.learning.Unlock()
	return l.tellClusters(ctx, c, c)
}

// learn finds everything anew.
func (l *Likeness) learn(ctx context.Context, groups int) error {
	return errors.Join(l.LearnClusters(ctx, groups), l.LearnGoods(ctx))
}

// told reads in which cluster each customer is.
func (l *Likeness) told(ctx context.Context) (map[int64]int64, error) {
	rows, err := l.columns.Query(ctx, "select customer_id, cluster from customer_clusters")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	of := map[int64]int64{}
	for rows.Next() {
		var id, key int64
		if err := rows.Scan(&id, &key); err != nil {
			return nil, err
		}
		of[id] = key
	}
	return of, rows.Err()
}

// tellClusters puts everybody who has bought in the cluster whose centre is nearest, keeps what was learned, and lets live
// segments follow whoever has moved. before is what was told until now, nil for nothing.
func (l *Likeness) tellClusters(ctx context.Context, c, before *Clusters) error {
	was, err := l.told(ctx)
	if err != nil {
		return err
	}
	next := *c
	next.Clusters = append([]Cluster{}, c.Clusters...)
	for i := range next.Clusters {
		next.Clusters[i].Size = 0
	}
	var moved []int64
	moves := map[[2]int64]int64{}
	day, err := time.Parse(time.DateOnly, today(ctx))
	if err != nil {
		return err
	}
	if err := l.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Exec(ctx, "delete from customer_clusters"); err != nil || c.Reason != "" {
			return err
		}
		return tx.AppendFrom(ctx, func(ctx context.Context, add func(string, []driver.Value) error) error {
			return l.each(ctx, c.Categories, "true", func(id int64, x []float64) error {
				of, distance, place := next.nearest(x)
				of.Size++
				if key, known := was[id]; !known || key != of.Key {
					moved = append(moved, id)
					if known {
						moves[[2]int64{key, of.Key}]++
					}
				}
				delete(was, id)
				return add("customer_clusters", []driver.Value{id, day, of.Key, distance, place[0], place[1]})
			})
		})
	}); err != nil {
		return err
	}
	for id := range was {
		moved = append(moved, id) // nowhere any more
	}
	next.ToldOn, next.Version = today(ctx), c.Version+1
	if before == nil || before.TrainedAt != c.TrainedAt {
		next.Moves = nil
		for at, n := range moves {
			next.Moves = append(next.Moves, ClusterMove{at[0], at[1], n})
		}
		sortMoves(next.Moves)
	}
	return l.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, clustersKey, &next); err != nil {
			return err
		}
		var asking int
		if err := tx.NewRaw(`select count(*) from segments where deleted_at is null and condition like '%"cluster"%'`).Scan(ctx, &asking); err != nil || asking == 0 {
			return err
		}
		tx.Feed(clustersSubject, moved...)
		return nil
	})
}

// clustersSubject is what the feed calls moves between clusters.
const clustersSubject = "customer_clusters"

type watcher struct{ *Likeness }

// Watcher gives what hands those who moved on to live segments. It must stand before them.
func (l *Likeness) Watcher() feed.Watcher { return watcher{l} }

// Changed implements feed.Watcher.
func (w watcher) Changed(_ context.Context, _ *columns.Tx, changed map[string][]int64) error {
	w.touched.Touch(changed[clustersSubject]...)
	return nil
}
