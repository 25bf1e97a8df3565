package guard

import "time"

// Limiter bounds how often something may be done under one key, for the public pages of other parts.
type Limiter struct{ limiter *limiter }

// NewLimiter allows burst at once and then one more in each period.
func NewLimiter(every time.Duration, burst int) *Limiter { return &Limiter{newLimiter(every, burst)} }

// Allow takes one try. Fault: too many.
func (l *Limiter) Allow(key string) error { return l.limiter.allow(key) }
