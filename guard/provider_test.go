package guard_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/storage"
	"github.com/ory/fosite/token/jwt"
	"golang.org/x/crypto/bcrypt"
)

const programSecret = "the secret of the client, long enough"

// provider is an OpenID Connect provider (ory/fosite, which Hydra is made of), with somebody signed in there.
type provider struct {
	*testing.T
	*httptest.Server
	key *rsa.PrivateKey
	who fields // claims of who is signed in, sub among them
	// forge changes the claims of the ID token before it is signed anew as algorithm says; nil leaves the token as it is
	forge     func(claims fields)
	algorithm string
	authorize url.Values // as last asked
}

func newProvider(t *testing.T, returnTo string) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{T: t, key: key}
	hashed, err := bcrypt.GenerateFromPassword([]byte(programSecret), 4)
	if err != nil {
		t.Fatal(err)
	}
	store := storage.NewMemoryStore()
	store.Clients["guanxi"] = &fosite.DefaultClient{ID: "guanxi", Secret: hashed, RedirectURIs: []string{returnTo}, GrantTypes: []string{"authorization_code"},
		ResponseTypes: []string{"code"}, Scopes: []string{"openid", "email", "profile"}}
	mux := http.NewServeMux()
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	oauth := compose.ComposeAllEnabled(&fosite.Config{IDTokenIssuer: p.URL, EnforcePKCE: true, GlobalSecret: []byte("thirty-two bytes for the provider")[:32],
		AccessTokenLifespan: time.Hour, IDTokenLifespan: time.Hour}, store, key)

	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(fields{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"userinfo_endpoint": p.URL + "/me", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Use: "sig", Algorithm: "RS256"}}})
	})
	mux.HandleFunc("/auth", func(w http.ResponseWriter, r *http.Request) {
		p.authorize = r.URL.Query()
		asked, err := oauth.NewAuthorizeRequest(r.Context(), r)
		if err != nil {
			oauth.WriteAuthorizeError(r.Context(), w, asked, err)
			return
		}
		for _, scope := range asked.GetRequestedScopes() {
			asked.GrantScope(scope)
		}
		answer, err := oauth.NewAuthorizeResponse(r.Context(), asked, p.session())
		if err != nil {
			oauth.WriteAuthorizeError(r.Context(), w, asked, err)
			return
		}
		oauth.WriteAuthorizeResponse(r.Context(), w, asked, answer)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		asked, err := oauth.NewAccessRequest(r.Context(), r, p.session())
		if err != nil {
			oauth.WriteAccessError(r.Context(), w, asked, err)
			return
		}
		answer, err := oauth.NewAccessResponse(r.Context(), asked)
		if err != nil {
			oauth.WriteAccessError(r.Context(), w, asked, err)
			return
		}
		if p.forge != nil {
			answer.SetExtra("id_token", p.forged(answer.GetExtra("id_token").(string)))
		}
		oauth.WriteAccessResponse(r.Context(), w, asked, answer)
	})
	return p
}

func (p *provider) session() *openid.DefaultSession {
	extra := map[string]any{}
	for name, value := range p.who {
		if name != "sub" {
			extra[name] = value
		}
	}
	subject, _ := p.who["sub"].(string)
	return &openid.DefaultSession{Subject: subject, Headers: &jwt.Headers{Extra: map[string]any{"kid": "one"}},
		Claims: &jwt.IDTokenClaims{Subject: subject, Issuer: p.URL, Extra: extra, AuthTime: time.Now(), RequestedAt: time.Now()}}
}

// forged signs the token's claims anew, changed.
func (p *provider) forged(token string) string {
	parsed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		p.Fatal(err)
	}
	claims := fields{}
	_ = json.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &claims)
	p.forge(claims)
	payload := text(claims)
	if p.algorithm == "none" {
		part := base64.RawURLEncoding.EncodeToString
		return part([]byte(`{"alg":"none"}`)) + "." + part(payload) + "."
	}
	signing := jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "one"}}
	switch p.algorithm {
	case "HS256":
		signing = jose.SigningKey{Algorithm: jose.HS256, Key: []byte(programSecret)}
	case "stranger":
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			p.Fatal(err)
		}
		signing.Key = jose.JSONWebKey{Key: other, KeyID: "one"}
	}
	signer, err := jose.NewSigner(signing, nil)
	if err != nil {
		p.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		p.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		p.Fatal(err)
	}
	return text
}

// visit goes where the program sends the browser, and gives what the provider sends back with.
func (p *provider) visit(address string) (code, state string) {
	p.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, _ := http.NewRequestWithContext(context.Background(), "GET", address, nil)
	answer, err := client.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	back, err := answer.Location()
	if err != nil {
		p.Fatalf("%s: %v", answer.Status, err)
	}
	if back.Query().Get("error") != "" {
		p.Fatal(back)
	}
	return back.Query().Get("code"), back.Query().Get("state")
}
