package guard_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// outside is a desk whose program knows a provider.
func outside(t *testing.T, d *db.DB, more fields) (*desk, *provider) {
	t.Helper()
	k := newDesk(t, d)
	k.setUp()
	p := newProvider(t, "https://guanxi.test/sign-in/outside")
	set := fields{"enabled": true, "label": "Company ID", "issuer": p.URL, "client_id": "guanxi", "secret": programSecret, "role_claim": "", "roles": []any{}}
	for name, value := range more {
		set[name] = value
	}
	k.want(200, "PUT", "/sign-in/provider", set)
	return k, p
}

// enter goes to the provider and comes back, as a browser.
func (k *desk) enter(p *provider) (int, fields) {
	k.Helper()
	code, state := p.visit(k.want(200, "POST", "/session/outside/begin", nil)["address"].(string))
	return k.call("POST", "/session/outside", fields{"code": code, "state": state})
}

func TestSignInWithAProvider(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, p := outside(t, d, nil)
		p.who = fields{"sub": "z-1", "email": "Zhou@example.cn", "email_verified": true}

		t.Run("the secret is kept sealed and never shown", func(t *testing.T) {
			view := k.want(200, "GET", "/sign-in/provider", nil)
			var kept string
			if err := d.Read().NewRaw("select value from settings where key = 'sign_in.provider'").Scan(t.Context(), &kept); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(kept, programSecret) || strings.Contains(string(text(view)), programSecret) || view["has_secret"] != true || view["return_to"] != "https://guanxi.test/sign-in/outside" {
				t.Errorf("%s %v", kept, view)
			}
		})
		t.Run("a verified address signs in, with a code that is bound to a verifier and a nonce", func(t *testing.T) {
			b := k.another()
			if status, got := b.enter(p); status != 200 || got["staff"].(fields)["name"] != "Zhou Min" {
				t.Fatalf("%d %v", status, got)
			}
			if p.authorize.Get("code_challenge_method") != "S256" || p.authorize.Get("nonce") == "" || p.authorize.Get("response_type") != "code" {
				t.Errorf("%v", p.authorize)
			}
			b.want(200, "GET", "/users", nil)
		})
		t.Run("from then on the provider's own name for the person counts, not the address", func(t *testing.T) {
			p.who = fields{"sub": "z-1", "email": "zhou.new@example.cn", "email_verified": false}
			if status, got := k.another().enter(p); status != 200 {
				t.Errorf("%d %v", status, got)
			}
			p.who = fields{"sub": "z-2", "email": "zhou@example.cn", "email_verified": true}
			if status, got := k.another().enter(p); status != 401 || got["code"] != "outside_nobody" {
				t.Errorf("an address that went to somebody else: %d %v", status, got)
			}
		})
		k.want(200, "POST", "/users", fields{"email": "li@example.cn", "name": "Li", "role": "sales"})
		t.Run("an address nobody has verified, and nobody on the staff, are refused", func(t *testing.T) {
			for _, who := range []fields{{"sub": "l-1", "email": "li@example.cn", "email_verified": false}, {"sub": "l-1", "email": "li@example.cn"},
				{"sub": "w-1", "email": "who@example.cn", "email_verified": true}, {"sub": "w-1"}} {
				p.who = who
				if status, got := k.another().enter(p); status != 401 || got["code"] != "outside_nobody" {
					t.Errorf("%v: %d %v", who, status, got)
				}
			}
		})
		t.Run("a role the provider names is not taken", func(t *testing.T) {
			p.who = fields{"sub": "l-1", "email": "li@example.cn", "email_verified": true, "role": "admin", "groups": []string{"admin"}}
			if status, got := k.another().enter(p); status != 200 || got["staff"].(fields)["role"] != "sales" {
				t.Errorf("%d %v", status, got)
			}
		})
		t.Run("who has a second factor here shows it all the same", func(t *testing.T) {
			b := k.another()
			b.enter(p)
			b.enrol()
			if status, got := k.another().enter(p); status != 200 || got["awaiting"] != "second_factor" {
				t.Errorf("%d %v", status, got)
			}
			k.want(200, "PUT", "/sign-in/policy", fields{"min_length": 12, "second_factor_roles": []string{}, "outside_counts": true})
			if status, got := k.another().enter(p); status != 200 || got["awaiting"] != nil {
				t.Errorf("%d %v", status, got)
			}
		})
		if got := k.actions(); !strings.Contains(got, "outside_identity.tied") || !strings.Contains(got, "provider.changed") {
			t.Errorf("audit %s", got)
		}
	})
}

func TestForgedTokensAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, p := outside(t, d, nil)
		p.who = fields{"sub": "z-1", "email": "zhou@example.cn", "email_verified": true}
		keep := func(fields) {}
		for _, row := range []struct {
			name      string
			algorithm string
			forge     func(c fields)
			status    int
		}{
			{"signed anew as it was", "", keep, 200},
			{"another nonce", "", func(c fields) { c["nonce"] = "of another sign-in" }, 401},
			{"no nonce", "", func(c fields) { delete(c, "nonce") }, 401},
			{"expired", "", func(c fields) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, 401},
			{"for another program", "", func(c fields) { c["aud"] = []string{"another"} }, 401},
			{"of another issuer", "", func(c fields) { c["iss"] = "https://provider.evil" }, 401},
			{"unsigned", "none", keep, 401},
			{"signed with the client's secret", "HS256", keep, 401},
			{"signed by a stranger", "stranger", keep, 401},
		} {
			t.Run(row.name, func(t *testing.T) {
				p.forge, p.algorithm = row.forge, row.algorithm
				b := k.another()
				if status, got := b.enter(p); status != row.status {
					t.Errorf("%d %v", status, got)
				}
				if row.status != 200 {
					b.want(401, "GET", "/session", nil)
				}
			})
		}
		p.forge = nil
		t.Run("a way back that this browser did not begin", func(t *testing.T) {
			begun := k.another()
			code, state := p.visit(begun.want(200, "POST", "/session/outside/begin", nil)["address"].(string))
			k.another().want(403, "POST", "/session/outside", fields{"code": code, "state": state})
			begun.want(403, "POST", "/session/outside", fields{"code": code, "state": state}) // it was tried once
			begun.want(403, "POST", "/session/outside", fields{"code": code, "state": "made up"})
		})
		t.Run("a code is good once", func(t *testing.T) {
			b := k.another()
			code, _ := p.visit(b.want(200, "POST", "/session/outside/begin", nil)["address"].(string))
			at, _ := url.Parse(b.want(200, "POST", "/session/outside/begin", nil)["address"].(string))
			b.want(401, "POST", "/session/outside", fields{"code": code, "state": at.Query().Get("state")}) // of the other sign-in: its verifier does not fit
		})
	})
}

func TestProviderSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, p := outside(t, d, fields{"role_claim": "groups", "roles": []any{fields{"value": "crm-managers", "role": "manager"}}})
		made := k.want(200, "POST", "/users", fields{"email": "li@example.cn", "name": "Li", "role": "sales"})
		t.Run("a mapped role is taken, also from the last administrator not", func(t *testing.T) {
			p.who = fields{"sub": "l-1", "email": "li@example.cn", "email_verified": true, "groups": []string{"staff", "crm-managers"}}
			if status, got := k.another().enter(p); status != 200 || got["staff"].(fields)["role"] != "manager" {
				t.Errorf("%d %v", status, got)
			}
			p.who = fields{"sub": "z-1", "email": "zhou@example.cn", "email_verified": true, "groups": "crm-managers"}
			if status, got := k.another().enter(p); status != 409 || got["code"] != "last_administrator" {
				t.Errorf("%d %v", status, got)
			}
		})
		t.Run("who has left does not come in by the side door", func(t *testing.T) {
			k.want(200, "PATCH", "/users/"+made["id"].(string), fields{"active": false})
			p.who = fields{"sub": "l-1", "email": "li@example.cn", "email_verified": true}
			if status, _ := k.another().enter(p); status != 401 {
				t.Error(status)
			}
		})
		set := fields{"enabled": true, "label": "", "issuer": p.URL, "client_id": "guanxi", "role_claim": "", "roles": []any{}}
		with := func(name string, value any) fields {
			changed := fields{}
			for n, v := range set {
				changed[n] = v
			}
			changed[name] = value
			return changed
		}
		t.Run("the secret stays with its issuer", func(t *testing.T) {
			if got := k.want(200, "PUT", "/sign-in/provider", set); got["has_secret"] != true {
				t.Errorf("%v", got)
			}
			if got := k.want(200, "PUT", "/sign-in/provider", with("issuer", "https://other.example")); got["has_secret"] != false {
				t.Errorf("a secret went on to another host: %v", got)
			}
		})
		t.Run("an issuer is reached safely or not at all", func(t *testing.T) {
			for _, bad := range []string{"", "http://provider.example", "ftp://provider.example", "https://who:what@provider.example", "https://provider.example/?x=1"} {
				k.want(422, "PUT", "/sign-in/provider", with("issuer", bad))
			}
			k.want(422, "PUT", "/sign-in/provider", with("roles", []any{fields{"value": "x", "role": "nobody"}}))
		})
		t.Run("switched off, it opens nothing", func(t *testing.T) {
			k.want(200, "PUT", "/sign-in/provider", with("enabled", false))
			k.another().want(409, "POST", "/session/outside/begin", nil)
			if got := k.another().want(200, "GET", "/session/ways", nil); got["outside"] != nil {
				t.Errorf("%v", got)
			}
		})
	})
}
