// Package clock tells the time. Nothing else in the program asks the operating system for it, so that a test, or
// `guanxi serve --test-clock`, can move it.
package clock

import (
	"context"
	"sync/atomic"
	"time"
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

type system struct{}

func (system) Now() time.Time { return time.Now() }

// Fake is a clock that a test moves. It goes on by itself from where it was set unless it is frozen.
type Fake struct {
	offset atomic.Int64 // nanoseconds ahead of the system clock
	frozen atomic.Int64 // UnixNano of a standing clock, 0 when it runs
}

// NewFake gives a clock that stands at t.
func NewFake(t time.Time) *Fake {
	f := &Fake{}
	f.frozen.Store(t.UnixNano())
	return f
}

// NewMovable gives a clock that runs with the system clock until it is moved.
func NewMovable() *Fake { return &Fake{} }

// Now implements Clock.
func (f *Fake) Now() time.Time {
	if at := f.frozen.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Now().Add(time.Duration(f.offset.Load()))
}

// Set moves the clock to t, backwards too.
func (f *Fake) Set(t time.Time) {
	if f.frozen.Load() != 0 {
		f.frozen.Store(t.UnixNano())
		return
	}
	f.offset.Store(int64(time.Until(t)))
}

// Advance moves the clock forward by d.
func (f *Fake) Advance(d time.Duration) { f.Set(f.Now().Add(d)) }

type key struct{}

// With gives a context whose time is told by c.
func With(ctx context.Context, c Clock) context.Context { return context.WithValue(ctx, key{}, c) }

// Of gives the clock of ctx, the system's when none was set.
func Of(ctx context.Context) Clock {
	if c, ok := ctx.Value(key{}).(Clock); ok {
		return c
	}
	return system{}
}

// Now gives the present instant of ctx.
func Now(ctx context.Context) time.Time { return Of(ctx).Now() }

// Millis gives the present instant of ctx in milliseconds UTC, as records and columns store it.
func Millis(ctx context.Context) int64 { return Now(ctx).UnixMilli() }
