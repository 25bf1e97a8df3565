package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// p95 runs fn n times after warm runs and gives the time that 95 of 100 stay under, in milliseconds.
func p95(ctx context.Context, n int, fn func(ctx context.Context, i int) error) (float64, error) {
	var took []time.Duration
	warm := max(3, n/10)
	for i := range warm + n {
		began := time.Now()
		if err := fn(ctx, i); err != nil {
			return 0, err
		}
		if i >= warm {
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	return took[len(took)*95/100].Seconds() * 1000, nil
}

// once times one run in milliseconds.
func once(ctx context.Context, fn func(ctx context.Context) error) (float64, error) {
	began := time.Now()
	err := fn(ctx)
	return time.Since(began).Seconds() * 1000, err
}

// best is the fastest of n runs in milliseconds: what the machine can do when nobody disturbs it.
func best(ctx context.Context, n int, fn func(ctx context.Context) error) (float64, error) {
	least := 0.0
	for range n {
		took, err := once(ctx, fn)
		if err != nil {
			return 0, err
		}
		if least == 0 || took < least {
			least = took
		}
	}
	return least, nil
}

// perSecond runs fn from so many at once for a while and gives how many ended a second.
func perSecond(ctx context.Context, at, seconds int, fn func(ctx context.Context, i int) error) (float64, error) {
	until := time.Now().Add(time.Duration(seconds) * time.Second)
	began := time.Now()
	var next, done atomic.Int64
	var first error
	var once sync.Once
	var all sync.WaitGroup
	for range at {
		all.Go(func() {
			for time.Now().Before(until) {
				if err := fn(ctx, int(next.Add(1))); err != nil {
					once.Do(func() { first = err })
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), first
}
