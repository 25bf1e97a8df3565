package db

import (
	"context"
	"time"
)

// Renew renews a lease every so often, in the background, until ctx ends or end is called; when renew says that it is lost, stop is
// called and no more is tried. A renewal that merely failed is tried again at its next time. end waits for a renewal that is on its
// way: a lease that is given back afterwards stays given back.
func Renew(ctx context.Context, every time.Duration, renew func() (lost bool), stop func()) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if renew() {
					stop()
					return
				}
			}
		}
	}()
	return func() { cancel(); <-ended }
}
