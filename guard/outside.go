package guard

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/dial"
	"guanxi/base/fault"
	"guanxi/base/keys"
)

const (
	providerKey     = "sign_in.provider"
	outsideCookie   = "__Host-guanxi-outside"
	outsidePath     = "/sign-in/outside"
	maxProviderText = 1 << 20
)

// RoleFor gives a role to who carries a value in the provider's role claim.
type RoleFor struct {
	Value string `json:"value" maxLength:"200"`
	Role  string `json:"role"`
}

// Provider is an OpenID Connect provider that staff may sign in with.
type Provider struct {
	Enabled   bool      `json:"enabled"`
	Label     string    `json:"label" maxLength:"60" doc:"what the button says"`
	Issuer    string    `json:"issuer" maxLength:"500" doc:"https; its /.well-known/openid-configuration is read"`
	ProgramID string    `json:"client_id" maxLength:"300"`
	RoleClaim string    `json:"role_claim" maxLength:"100" doc:"claim that names roles; empty: roles are never taken from the provider"`
	Roles     []RoleFor `json:"roles" doc:"the first that fits holds"`
	Sealed    string    `json:"-"` // the client's secret, sealed with the instance's keys
}

// storedProvider is a provider as the settings keep it.
type storedProvider struct {
	Provider
	Sealed string `json:"sealed"`
}

// outsideState is what a sign-in outside must come back with.
type outsideState struct {
	Issuer   string
	Nonce    string
	Verifier string // RFC 7636
	Browser  string // hash of the cookie of the browser that began
}

// outsideClaims are those of an ID token that count here.
type outsideClaims struct {
	Email    string `json:"email"`
	Verified any    `json:"email_verified"` // some providers write it as text
}

func (c outsideClaims) verified() bool { return c.Verified == true || c.Verified == "true" }

// SignInProvider gives the provider, an empty one where none is set.
func (g *Guard) SignInProvider(ctx context.Context) (Provider, error) {
	p := storedProvider{Provider: Provider{Roles: []RoleFor{}}}
	_, err := db.Setting(ctx, g.records.Read(), providerKey, &p)
	p.Provider.Sealed = p.Sealed
	return p.Provider, err
}

// SetSignInProvider stores the provider. secret nil keeps the one there is, unless the issuer becomes another: a secret is
// never sent to a host it was not given for. Faults: invalid.
func (g *Guard) SetSignInProvider(ctx context.Context, p Provider, secret *string) error {
	before, err := g.SignInProvider(ctx)
	if err != nil {
		return err
	}
	p.Issuer, p.ProgramID, p.Sealed = strings.TrimSpace(p.Issuer), strings.TrimSpace(p.ProgramID), ""
	if p.Enabled || p.Issuer != "" {
		if err := checkIssuer(p.Issuer); err != nil {
			return err
		}
		if p.ProgramID == "" {
			return fault.Invalid("client_id", "required")
		}
	}
	for _, r := range p.Roles {
		if _, known := RoleOf(ctx, r.Role); !known {
			return fault.Invalid("roles", "role_unknown", r.Role)
		}
	}
	switch {
	case secret != nil && *secret != "":
		if p.Sealed, err = keys.Seal(ctx, sealedFor, *secret, "provider:"+p.Issuer); err != nil {
			return err
		}
	case secret == nil && p.Issuer == before.Issuer:
		p.Sealed = before.Sealed
	}
	return g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, providerKey, storedProvider{p, p.Sealed}); err != nil {
			return err
		}
		return Audit(ctx, tx, "provider.changed", "workspace", "", map[string]any{"enabled": p.Enabled, "issuer": p.Issuer,
			"client_id": p.ProgramID, "role_claim": p.RoleClaim, "roles": p.Roles, "secret": secret != nil})
	})
}

// checkIssuer wants https; a provider on the machine itself may do without.
func checkIssuer(issuer string) error {
	at, err := url.Parse(issuer)
	if err != nil || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return fault.Invalid("issuer", "url_invalid")
	}
	ip := net.ParseIP(at.Hostname())
	if at.Scheme != "https" && !(at.Scheme == "http" && (at.Hostname() == "localhost" || ip != nil && ip.IsLoopback())) {
		return fault.Invalid("issuer", "url_needs_https")
	}
	return nil
}

// callProviderBy gives what speaks with the provider: never long, never much, never on to another host, and with nobody
// the dialer keeps out.
func callProviderBy(dialer *dial.Dialer) *http.Client {
	transport, _ := http.DefaultTransport.(*http.Transport)
	transport = transport.Clone()
	transport.DialContext = dialer.Inside().DialContext
	return &http.Client{Timeout: 10 * time.Second, Transport: boundedTransport{transport},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 3 || r.URL.Host != via[0].URL.Host {
				return errors.New("the provider sends elsewhere")
			}
			return nil
		}}
}

type boundedTransport struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxProviderText), answer.Body}
	}
	return answer, err
}

// outside gives the provider with what is needed to speak with it. Faults: conflict, when there is none; unavailable.
func (g *Guard) outside(ctx context.Context) (context.Context, Provider, *oidc.Provider, *oauth2.Config, error) {
	set, err := g.SignInProvider(ctx)
	if err != nil || !set.Enabled {
		return ctx, set, nil, nil, orElse(err, fault.Conflict("provider_off"))
	}
	secret := ""
	if set.Sealed != "" {
		if secret, err = openText(ctx, set.Sealed, "provider:"+set.Issuer); err != nil {
			return ctx, set, nil, nil, err
		}
	}
	ctx = oidc.ClientContext(ctx, g.provider)
	provider, err := oidc.NewProvider(ctx, set.Issuer)
	if err != nil {
		return ctx, set, nil, nil, fault.Unavailable("provider_unreachable", err)
	}
	return ctx, set, provider, &oauth2.Config{ClientID: set.ProgramID, ClientSecret: secret, Endpoint: provider.Endpoint(),
		RedirectURL: g.publicURL + outsidePath, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}, nil
}

// beginOutside gives where the browser goes to sign in, and the cookie that ties the way back to this browser.
func (g *Guard) beginOutside(ctx context.Context) (address, cookie string, err error) {
	ctx, set, _, config, err := g.outside(ctx)
	if err != nil {
		return "", "", err
	}
	nonce, _ := newSecret()
	browser, browserHash := newSecret()
	state := outsideState{Issuer: set.Issuer, Nonce: nonce, Verifier: oauth2.GenerateVerifier(), Browser: browserHash}
	step, err := g.beginStep(ctx, "outside", nil, state)
	if err != nil {
		return "", "", err
	}
	cookie = (&http.Cookie{Name: outsideCookie, Value: browser, Path: "/", MaxAge: int(stepLife.Seconds()), Secure: true, HttpOnly: true,
		SameSite: http.SameSiteLaxMode}).String()
	return config.AuthCodeURL(step, oidc.Nonce(nonce), oauth2.S256ChallengeOption(state.Verifier)), cookie, nil
}

// asymmetric are the algorithms an ID token may be signed with: never none, never one that the client's secret would sign.
var asymmetric = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// endOutside gives who came back from the provider. Faults: forbidden, for a way back that was not begun by this browser;
// unauthenticated, for a token that does not hold or somebody who is not on the staff; unavailable.
func (g *Guard) endOutside(ctx context.Context, code, step, browser string) (Staff, error) {
	var state outsideState
	if err := g.endStep(ctx, "outside", step, nil, &state); err != nil {
		return Staff{}, err
	}
	if hashSecret(browser) != state.Browser {
		return Staff{}, fault.Forbidden("sign_in_step_over")
	}
	ctx, set, provider, config, err := g.outside(ctx)
	if err != nil || set.Issuer != state.Issuer {
		return Staff{}, orElse(err, fault.Forbidden("sign_in_step_over"))
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(state.Verifier))
	if err != nil {
		return Staff{}, g.refusedOutside(ctx, "code", err)
	}
	raw, _ := token.Extra("id_token").(string)
	checker := provider.VerifierContext(ctx, &oidc.Config{ClientID: set.ProgramID, SupportedSigningAlgs: asymmetric, Now: func() time.Time { return clock.Now(ctx) }})
	id, err := checker.Verify(ctx, raw)
	if err != nil {
		return Staff{}, g.refusedOutside(ctx, "token", err)
	}
	if id.Nonce != state.Nonce {
		return Staff{}, g.refusedOutside(ctx, "nonce", nil)
	}
	var claims outsideClaims
	var all map[string]any
	if err := errors.Join(id.Claims(&claims), id.Claims(&all)); err != nil {
		return Staff{}, g.refusedOutside(ctx, "claims", err)
	}
	if claims.Email == "" {
		if info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token)); err == nil && info.Subject == id.Subject {
			claims = outsideClaims{Email: info.Email, Verified: info.EmailVerified}
		}
	}
	s, err := g.knownOutside(ctx, set.Issuer, id.Subject, claims)
	if err != nil {
		return Staff{}, err
	}
	return s, g.takeRole(ctx, set, s, all)
}

// refusedOutside writes down that a sign-in outside did not hold; the cause is for the log only.
func (g *Guard) refusedOutside(ctx context.Context, what string, cause error) error {
	if cause != nil {
		api.Log(ctx).Warn("a sign-in with the provider was refused", "what", what, "error", cause)
	}
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return Audit(ctx, tx, "session.refused", "staff", "", map[string]string{"how": "outside", "reason": what})
	}); err != nil {
		return err
	}
	if what == "nobody" {
		return fault.Unauthenticated("outside_nobody")
	}
	return fault.Unauthenticated("outside_refused")
}

// knownOutside finds the member of staff: by the provider's name for them, else by an address the provider has verified,
// which ties the two from then on.
func (g *Guard) knownOutside(ctx context.Context, issuer, subject string, claims outsideClaims) (Staff, error) {
	var ids []int64
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.NewRaw("select o.staff_id from outside_identities o join staff f on f.id = o.staff_id where o.issuer = ? and o.subject = ? and f.active",
			issuer, subject).Scan(ctx, &ids); err != nil || len(ids) > 0 {
			return err
		}
		if claims.Email == "" || !claims.verified() {
			return nil
		}
		// one who is tied to another name of this provider is not tied again by an address that went to somebody else
		if err := tx.NewRaw(`
select f.id from staff f
where f.email = ? and f.active and not exists (select 1 from outside_identities o where o.staff_id = f.id and o.issuer = ?)`,
			lower(claims.Email), issuer).Scan(ctx, &ids); err != nil || len(ids) == 0 {
			return err
		}
		result, err := tx.NewRaw("insert into outside_identities (issuer, subject, staff_id, created_at) values (?, ?, ?, ?) on conflict do nothing",
			issuer, subject, ids[0], clock.Millis(ctx)).Exec(ctx)
		if err != nil {
			return err
		}
		if added, err := result.RowsAffected(); err != nil || added == 0 { // the name is somebody's who has left
			ids = nil
			return err
		}
		return Audit(ctx, tx, "outside_identity.tied", "staff", itoa(ids[0]), map[string]string{"issuer": issuer})
	}); err != nil {
		return Staff{}, err
	}
	if len(ids) == 0 {
		return Staff{}, g.refusedOutside(ctx, "nobody", nil)
	}
	return g.StaffByID(ctx, ids[0])
}

// takeRole gives the person the role that the provider's claim stands for, where the workspace has said that it stands for one.
func (g *Guard) takeRole(ctx context.Context, set Provider, s Staff, claims map[string]any) error {
	if set.RoleClaim == "" {
		return nil
	}
	var values []string
	switch claim := claims[set.RoleClaim].(type) {
	case string:
		values = []string{claim}
	case []any:
		for _, each := range claim {
			if text, ok := each.(string); ok {
				values = append(values, text)
			}
		}
	}
	for _, r := range set.Roles {
		if slices.Contains(values, r.Value) {
			if r.Role == s.Role {
				return nil
			}
			return g.ChangeStaff(System(ctx), s.ID, 0, StaffChange{Role: &r.Role})
		}
	}
	return nil
}
