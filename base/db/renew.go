package db

import (
	"context"
	"time"
)

// Renew renews a lease every so often until ctx ends; when renew says that it is lost, stop is called and no more is tried. A
// renewal that merely failed is tried again at its next time.
func Renew(ctx context.Context, every time.Duration, renew func() (lost bool), stop func()) {
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
}
