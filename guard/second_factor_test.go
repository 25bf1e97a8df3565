package guard_test

import (
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

const email, password = "zhou@example.cn", "correct horse battery"

// another gives a second browser at the same desk: nobody is signed in there.
func (k *desk) another() *desk {
	return &desk{T: k.T, g: k.g, clock: k.clock, server: k.server}
}

func (k *desk) code(secret string) string {
	k.Helper()
	code, err := totp.GenerateCode(secret, k.clock.Now())
	if err != nil {
		k.Fatal(err)
	}
	return code
}

// enrol turns one-time codes on and gives the secret and the recovery codes.
func (k *desk) enrol() (secret string, recovery []any) {
	k.Helper()
	secret = k.want(200, "POST", "/me/totp", nil)["secret"].(string)
	recovery = k.want(200, "POST", "/me/totp/confirm", fields{"code": k.code(secret)})["codes"].([]any)
	return secret, recovery
}

func (k *desk) actions() string {
	k.Helper()
	var list []string
	for _, e := range k.want(200, "GET", "/audit?limit=100", nil)["items"].([]any) {
		list = append(list, e.(fields)["action"].(string))
	}
	return strings.Join(list, " ")
}

func TestOneTimeCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.clock.Set(k.clock.Now()) // a code is of half a minute, which must not end between two lines
		k.setUp()
		begun := k.want(200, "POST", "/me/totp", nil)
		secret := begun["secret"].(string)

		t.Run("enrolment shows a square of dark and light", func(t *testing.T) {
			rows := begun["qr"].([]any)
			for _, row := range rows {
				if len(row.(string)) != len(rows) || strings.Trim(row.(string), "01") != "" {
					t.Fatalf("row %q of %d", row, len(rows))
				}
			}
			if !strings.HasPrefix(begun["uri"].(string), "otpauth://totp/") || len(rows) < 21 {
				t.Errorf("%v", begun)
			}
		})
		t.Run("the secret is not in the records", func(t *testing.T) {
			var kept string
			if err := d.Read().NewRaw("select secret from totp").Scan(t.Context(), &kept); err != nil || strings.Contains(kept, secret) {
				t.Errorf("%q %v", kept, err)
			}
		})
		t.Run("nothing is asked for before a first code was shown", func(t *testing.T) {
			if got := k.another().want(200, "POST", "/session", fields{"email": email, "password": password}); got["awaiting"] != nil {
				t.Errorf("%v", got)
			}
			k.want(422, "POST", "/me/totp/confirm", fields{"code": "000000"})
		})
		recovery := k.want(200, "POST", "/me/totp/confirm", fields{"code": k.code(secret)})["codes"].([]any)
		if len(recovery) != 10 {
			t.Errorf("%d recovery codes", len(recovery))
		}

		t.Run("a password alone opens nothing", func(t *testing.T) {
			b := k.another()
			got := b.want(200, "POST", "/session", fields{"email": email, "password": password})
			if got["awaiting"] != "second_factor" || len(got["permissions"].([]any)) != 0 || got["staff"].(fields)["email"] != "" {
				t.Errorf("%v", got)
			}
			b.want(401, "GET", "/users", nil)
			b.want(401, "GET", "/me/sign-in", nil)
			b.want(401, "POST", "/me/totp", nil)
			b.want(401, "DELETE", "/me/totp", nil)
		})
		t.Run("the code that confirmed is not taken again", func(t *testing.T) {
			b := k.another()
			b.want(200, "POST", "/session", fields{"email": email, "password": password})
			b.want(422, "POST", "/session/second-factor", fields{"code": k.code(secret)})
		})
		t.Run("a code opens the session once", func(t *testing.T) {
			k.clock.Advance(30 * time.Second)
			b, c := k.another(), k.another()
			b.want(200, "POST", "/session", fields{"email": email, "password": password})
			c.want(200, "POST", "/session", fields{"email": email, "password": password})
			b.want(403, "POST", "/session/second-factor", fields{"code": k.code(secret)}, "X-CSRF-Token", "")
			if got := b.want(200, "POST", "/session/second-factor", fields{"code": k.code(secret)}); got["awaiting"] != nil || len(got["permissions"].([]any)) == 0 {
				t.Errorf("%v", got)
			}
			b.want(200, "GET", "/users", nil)
			c.want(422, "POST", "/session/second-factor", fields{"code": k.code(secret)})
		})
		t.Run("a telephone may be half a minute off, not two minutes", func(t *testing.T) {
			for _, off := range []time.Duration{-2 * time.Minute, 2 * time.Minute} {
				k.clock.Advance(10 * time.Minute)
				b := k.another()
				b.want(200, "POST", "/session", fields{"email": email, "password": password})
				code, _ := totp.GenerateCode(secret, k.clock.Now().Add(off))
				b.want(422, "POST", "/session/second-factor", fields{"code": code})
				code, _ = totp.GenerateCode(secret, k.clock.Now().Add(30*time.Second))
				b.want(200, "POST", "/session/second-factor", fields{"code": code})
			}
		})
		t.Run("a recovery code is good once, however it is typed", func(t *testing.T) {
			for i, status := range []int{200, 422} {
				b := k.another()
				b.want(200, "POST", "/session", fields{"email": email, "password": password})
				typed := strings.ToUpper(strings.ReplaceAll(recovery[0].(string), "-", " "))
				if got, answer := b.call("POST", "/session/second-factor", fields{"code": typed}); got != status {
					t.Errorf("try %d: %d %v", i, got, answer)
				}
			}
		})
		t.Run("half a session does not last", func(t *testing.T) {
			b := k.another()
			b.want(200, "POST", "/session", fields{"email": email, "password": password})
			k.clock.Advance(11 * time.Minute)
			b.want(401, "POST", "/session/second-factor", fields{"code": k.code(secret)})
		})
		t.Run("guessing is slowed, for all who try", func(t *testing.T) {
			k.clock.Advance(time.Minute)
			b := k.another()
			b.want(200, "POST", "/session", fields{"email": email, "password": password})
			status, tries := 0, 0
			for ; status != 429; tries++ {
				if status, _ = b.call("POST", "/session/second-factor", fields{"code": "123456"}); status != 422 && status != 429 || tries > 20 {
					t.Fatalf("try %d: %d", tries, status)
				}
			}
			b.want(429, "POST", "/session/second-factor", fields{"code": k.code(secret)})
			k.clock.Advance(5 * time.Minute)
			b.want(200, "POST", "/session/second-factor", fields{"code": k.code(secret)})
		})
		if got := k.actions(); !strings.Contains(got, "totp.on") || !strings.Contains(got, "recovery_code.used") || !strings.Contains(got, "session.refused") {
			t.Errorf("audit %s", got)
		}
	})
}

func TestProvingOneself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		k.clock.Advance(11 * time.Minute)
		t.Run("a session left open may not add or take away a way in", func(t *testing.T) {
			for _, op := range [][2]string{{"POST", "/me/totp"}, {"DELETE", "/me/totp"}, {"POST", "/me/passkeys/begin"}, {"POST", "/me/recovery-codes"}} {
				if got := k.want(403, op[0], op[1], nil); got["code"] != "prove_yourself" {
					t.Errorf("%v %v", op, got)
				}
			}
			k.want(403, "PUT", "/me/password", fields{"password": "another horse battery"})
			k.want(403, "PUT", "/sign-in/policy", fields{"min_length": 8, "second_factor_roles": []string{}, "outside_counts": false})
		})
		t.Run("a password proves it as long as there is nothing better", func(t *testing.T) {
			k.want(422, "POST", "/session/proof", fields{"password": "wrong"})
			k.want(204, "POST", "/session/proof", fields{"password": password})
		})
		secret, _ := k.enrol()
		k.clock.Advance(11 * time.Minute)
		t.Run("then only the second factor does", func(t *testing.T) {
			k.want(422, "POST", "/session/proof", fields{"password": password})
			k.want(204, "POST", "/session/proof", fields{"code": k.code(secret)})
			k.want(204, "DELETE", "/me/totp", nil)
		})
		t.Run("a new password ends the other sessions", func(t *testing.T) {
			b := k.another()
			b.want(200, "POST", "/session", fields{"email": email, "password": password})
			k.want(422, "PUT", "/me/password", fields{"password": "short"})
			k.want(204, "PUT", "/me/password", fields{"password": "another horse battery"})
			b.want(401, "GET", "/users", nil)
			k.want(200, "GET", "/users", nil)
			k.another().want(401, "POST", "/session", fields{"email": email, "password": password})
			k.another().want(200, "POST", "/session", fields{"email": email, "password": "another horse battery"})
		})
	})
}

func TestPasskeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		place := virtualwebauthn.RelyingParty{ID: "guanxi.test", Name: "Guanxi", Origin: "https://guanxi.test"}
		device := virtualwebauthn.NewAuthenticator()
		key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)

		begun := k.want(200, "POST", "/me/passkeys/begin", nil)
		made, err := virtualwebauthn.ParseAttestationOptions(string(text(begun["options"])))
		if err != nil {
			t.Fatal(err)
		}
		device.Options.UserHandle = []byte(made.UserID)
		answer := parsed(virtualwebauthn.CreateAttestationResponse(place, device, key, *made))
		k.want(204, "POST", "/me/passkeys", fields{"step": begun["step"], "name": "Laptop", "credential": answer})
		device.AddCredential(key)

		t.Run("a step is over once used", func(t *testing.T) {
			k.want(403, "POST", "/me/passkeys", fields{"step": begun["step"], "name": "Laptop", "credential": answer})
		})
		enter := func(b *desk, place virtualwebauthn.RelyingParty, device virtualwebauthn.Authenticator) (int, fields) {
			t.Helper()
			begun := b.want(200, "POST", "/session/passkey/begin", nil)
			asked, err := virtualwebauthn.ParseAssertionOptions(string(text(begun["options"])))
			if err != nil {
				t.Fatal(err)
			}
			key.Counter++
			return b.call("POST", "/session/passkey", fields{"step": begun["step"], "credential": parsed(virtualwebauthn.CreateAssertionResponse(place, device, key, *asked))})
		}
		t.Run("it signs in without a password, second factor and all", func(t *testing.T) {
			b := k.another()
			if status, got := enter(b, place, device); status != 200 || got["awaiting"] != nil {
				t.Fatalf("%d %v", status, got)
			}
			b.want(200, "GET", "/users", nil)
		})
		t.Run("with it, a password alone opens nothing", func(t *testing.T) {
			if got := k.another().want(200, "POST", "/session", fields{"email": email, "password": password}); got["awaiting"] != "second_factor" {
				t.Errorf("%v", got)
			}
		})
		t.Run("made for another place, without a finger, or from a copy it is refused", func(t *testing.T) {
			elsewhere := place
			elsewhere.Origin = "http://guanxi.evil"
			if status, got := enter(k.another(), elsewhere, device); status != 401 {
				t.Errorf("%d %v", status, got)
			}
			unverified := device
			unverified.Options.UserNotVerified = true
			if status, got := enter(k.another(), place, unverified); status != 401 {
				t.Errorf("%d %v", status, got)
			}
			key.Counter = 0
			if status, got := enter(k.another(), place, device); status != 401 {
				t.Errorf("%d %v", status, got)
			}
			if !strings.Contains(k.actions(), "passkey.copied") {
				t.Error("the copy is not in the audit log")
			}
		})
		t.Run("only its owner removes it, and then it opens nothing", func(t *testing.T) {
			id := k.want(200, "GET", "/me/sign-in", nil)["passkeys"].([]any)[0].(fields)["id"].(string)
			k.want(204, "PATCH", "/me/passkeys/"+id, fields{"name": "Old laptop"})
			k.want(404, "DELETE", "/me/passkeys/99", nil)
			k.want(204, "DELETE", "/me/passkeys/"+id, nil)
			key.Counter = 100
			if status, got := enter(k.another(), place, device); status != 401 {
				t.Errorf("%d %v", status, got)
			}
		})
	})
}

func TestSignInPolicy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		k.want(200, "PUT", "/sign-in/policy", fields{"min_length": 10, "second_factor_roles": []string{"sales"}, "outside_counts": false})
		k.want(422, "PUT", "/sign-in/policy", fields{"min_length": 10, "second_factor_roles": []string{"nobody"}, "outside_counts": false})
		k.want(422, "PUT", "/sign-in/policy", fields{"min_length": 4, "second_factor_roles": []string{}, "outside_counts": false})
		made := k.want(200, "POST", "/users", fields{"email": "su@example.cn", "name": "Su Qing", "role": "sales"})
		link := tokenOf(t, made["link"].(string))

		t.Run("what is guessed first is refused", func(t *testing.T) {
			for _, weak := range []string{"password1234", "P@ssw0rd!!2024", "qwertyqwerty", "1234567890123", "aaaaaaaaaaaa", "abcdefghijklm", "Su Qing 2024!", "guanxi123456", "short"} {
				if got := k.another().want(422, "POST", "/sign-in-links/redeem", fields{"token": link, "password": weak}); got["errors"] == nil {
					t.Errorf("%s: %v", weak, got)
				}
			}
		})
		b := k.another()
		got := b.want(200, "POST", "/sign-in-links/redeem", fields{"token": link, "password": "jade river ten boats"})
		t.Run("a role that must have a second factor enrols before anything else", func(t *testing.T) {
			if got["awaiting"] != "enrolment" {
				t.Fatalf("%v", got)
			}
			b.want(401, "GET", "/workspace", nil)
			b.want(401, "POST", "/session/second-factor", fields{"code": "123456"})
			b.want(401, "PUT", "/me/password", fields{"password": "another horse battery"})
			secret, codes := b.enrol()
			if len(codes) != 10 {
				t.Error("no recovery codes")
			}
			if me := b.want(200, "GET", "/session", nil); me["awaiting"] != nil || me["staff"].(fields)["role"] != "sales" {
				t.Errorf("%v", me)
			}
			b.want(200, "GET", "/workspace", nil)
			k.clock.Advance(time.Minute)
			b.want(204, "POST", "/session/proof", fields{"code": b.code(secret)})
			b.want(409, "DELETE", "/me/totp", nil)
		})
		t.Run("who has lost everything begins anew, by an administrator's hand", func(t *testing.T) {
			id := made["id"].(string)
			b.want(403, "DELETE", "/users/"+id+"/second-factors", nil)
			k.want(204, "DELETE", "/users/"+id+"/second-factors", nil)
			b.want(401, "GET", "/workspace", nil)
			if got := k.another().want(200, "POST", "/session", fields{"email": "su@example.cn", "password": "jade river ten boats"}); got["awaiting"] != "enrolment" {
				t.Errorf("%v", got)
			}
		})
	})
}
