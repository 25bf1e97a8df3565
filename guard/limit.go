package guard

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"guanxi/base/fault"
)

// limiter bounds how often something may be tried under one key.
type limiter struct {
	every time.Duration
	burst int

	mutex sync.Mutex
	keys  map[string]*rate.Limiter
}

func newLimiter(every time.Duration, burst int) *limiter {
	return &limiter{every: every, burst: burst, keys: map[string]*rate.Limiter{}}
}

// maxKeys bounds the memory an attacker with many addresses can take.
const maxKeys = 20000

// allow takes one try. Fault: too many.
func (l *limiter) allow(key string) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	k, known := l.keys[key]
	if !known {
		if len(l.keys) >= maxKeys {
			for other, bucket := range l.keys {
				if bucket.Tokens() >= float64(l.burst) {
					delete(l.keys, other)
				}
			}
		}
		k = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.keys[key] = k
	}
	if k.Allow() {
		return nil
	}
	wait := (1 - k.Tokens()) * l.every.Seconds()
	return fault.TooMany(int(math.Ceil(max(wait, 1))))
}
