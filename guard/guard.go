package guard

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"guanxi/base/db"
	"guanxi/base/dial"
	"guanxi/base/workspace"
)

// Guard keeps staff, sessions, tokens and the workspace's settings.
type Guard struct {
	records   *db.DB
	publicURL string
	workspace atomic.Pointer[workspace.Workspace]
	rules     atomic.Pointer[Rules]
	loading   sync.Mutex // the rules, one reading after the other

	signInByAddress     *limiter
	signInByEmail       *limiter
	ceremoniesByAddress *limiter // passkeys and the provider: nothing is guessed there, each only costs work
	reveals             *limiter
	dialer              *dial.Dialer // what the program reaches others by, where it does
	provider            *http.Client // what speaks with the sign-in provider

	// DaysChanged is called when the workspace's time zone has changed, and with it what a day is.
	DaysChanged func()
	// BreachedDir holds the company's own list of breached passwords, see checkStrength; "" for none.
	BreachedDir string
	// TestClock says that time can be moved, so that every page can show it.
	TestClock bool
}

// New gives the guard over records; publicURL is where staff reach the program, without a slash at the end.
func New(records *db.DB, publicURL string) *Guard {
	g := &Guard{
		records: records, publicURL: publicURL,
		signInByAddress:     newLimiter(3*time.Second, 20),
		signInByEmail:       newLimiter(6*time.Second, 20),
		ceremoniesByAddress: newLimiter(time.Second, 60),
		reveals:             newLimiter(2*time.Second, 60),
		DaysChanged:         func() {},
		provider:            callProviderBy(&dial.Dialer{}),
	}
	w := workspace.Default()
	g.workspace.Store(&w)
	g.rules.Store(productRules)
	return g
}

// Workspace gives the present settings.
func (g *Guard) Workspace() workspace.Workspace { return *g.workspace.Load() }

// AllowReveal takes one of the reveals an actor has per time. Fault: too many.
func (g *Guard) AllowReveal(a Actor) error { return g.reveals.allow(a.Key()) }
