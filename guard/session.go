package guard

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const (
	sessionLength = 30 * 24 * time.Hour
	sessionIdle   = 7 * 24 * time.Hour
	awaitingLife  = 10 * time.Minute // of a session that still waits for a second factor
	cookieName    = "__Host-guanxi"
)

type session struct {
	ID         int64  `bun:"id"`
	CSRFToken  string `bun:"csrf_token"`
	StaffID    int64  `bun:"staff_id"`
	LastSeenAt int64  `bun:"last_seen_at"`
	Name       string `bun:"name"`
	Role       string `bun:"role"`
	TeamID     *int64 `bun:"team_id"`
	Awaiting   string `bun:"awaiting"`
	ProvenAt   int64  `bun:"proven_at"`
}

// openSession signs staff in and gives the cookie and the CSRF token. Each sign-in makes a new session: none is ever
// taken over. One that awaits something is worth nothing yet and does not last.
func (g *Guard) openSession(ctx context.Context, tx *db.Tx, staffID int64, userAgent string, e entry) (cookie, csrf string, err error) {
	secret, hash := newSecret()
	csrf, _ = newSecret()
	id, err := tx.NextID(ctx, "sessions")
	if err != nil {
		return "", "", err
	}
	now := clock.Now(ctx)
	if len(userAgent) > 300 {
		userAgent = userAgent[:300]
	}
	_, err = tx.NewRaw(`
insert into sessions (id, token_hash, csrf_token, staff_id, user_agent, address, method, awaiting, created_at, last_seen_at, proven_at, expires_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, hash, csrf, staffID, userAgent, ActorOf(ctx).Address, e.how, e.awaiting, now.UnixMilli(), now.UnixMilli(), now.UnixMilli(),
		now.Add(e.life()).UnixMilli()).Exec(ctx)
	if err != nil {
		return "", "", err
	}
	return (&http.Cookie{Name: cookieName, Value: secret, Path: "/", MaxAge: int(sessionLength.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}).String(), csrf, nil
}

func closedCookie() string {
	return (&http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true,
		SameSite: http.SameSiteLaxMode}).String()
}

// Middleware finds out who asks: an API token, else a session. A request with neither goes on as nobody and is
// refused by every operation that is not public. Requests that change something and carry a session must prove that
// our own page sent them.
func (g *Guard) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		actor, err := g.actorOf(r)
		if err != nil {
			api.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(With(WithRules(r.Context(), g.Rules), actor)))
	})
}

func (g *Guard) actorOf(r *http.Request) (Actor, error) {
	nobody := Actor{Address: api.Address(r)}
	if header := r.Header.Get("Authorization"); header != "" {
		return g.tokenActor(r.Context(), header, nobody)
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nobody, nil //nolint:nilerr // no cookie: nobody asks
	}
	ctx := r.Context()
	now := clock.Now(ctx)
	var found []session
	err = g.records.Ask(ctx, &found, `
select s.id, s.csrf_token, s.staff_id, s.last_seen_at, s.awaiting, s.proven_at, f.name, f.role, f.team_id
from sessions s
join staff f on f.id = s.staff_id
where s.token_hash = ? and s.revoked_at is null and s.expires_at > ? and s.last_seen_at > ? and f.active`,
		hashSecret(cookie.Value), now.UnixMilli(), now.Add(-sessionIdle).UnixMilli())
	if err != nil {
		return nobody, err
	}
	if len(found) == 0 {
		return nobody, nil
	}
	s := found[0]
	if changes(r.Method) && subtle.ConstantTimeCompare([]byte(r.Header.Get("X-CSRF-Token")), []byte(s.CSRFToken)) != 1 &&
		!signsIn(r.URL.Path) {
		return nobody, fault.Forbidden("csrf_token_missing")
	}
	if now.UnixMilli()-s.LastSeenAt > time.Minute.Milliseconds() {
		if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("update sessions set last_seen_at = ? where id = ?", now.UnixMilli(), s.ID).Exec(ctx)
			return err
		}); err != nil {
			api.Log(ctx).Warn("a session's last use could not be noted", "error", err)
		}
	}
	if s.Awaiting != "" {
		return Actor{Address: nobody.Address, Waiting: &Waiting{Session: s.ID, StaffID: s.StaffID, For: s.Awaiting}}, nil
	}
	return Actor{StaffID: s.StaffID, Name: s.Name, Role: s.Role, TeamID: s.TeamID, Address: nobody.Address, Session: s.ID, ProvenAt: s.ProvenAt}, nil
}

func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// signsIn names the operations that make a new session, whatever cookie an old page still sends along. Requests from
// other sites are kept out by CrossOrigin.
func signsIn(path string) bool {
	switch strings.TrimPrefix(path, api.Prefix) {
	case "/session", "/session/passkey", "/session/passkey/begin", "/session/outside", "/session/outside/begin",
		"/sign-in-links/redeem", "/sign-in-links/enter":
		return true
	}
	return false
}

// CrossOrigin refuses requests from other sites that would change something (Sec-Fetch-Site, Origin).
func CrossOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.Fail(w, r, fault.Forbidden("cross_origin"))
	}))
	return protection.Handler(next)
}
