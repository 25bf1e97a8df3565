package guard

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const maxPasskeys = 20

// keyholder is a member of staff with their passkeys, as the ceremonies know them.
type keyholder struct {
	Staff
	keys []webauthn.Credential
}

// WebAuthnID implements webauthn.User.
func (k *keyholder) WebAuthnID() []byte { return []byte("staff:" + itoa(k.ID)) }

// WebAuthnName implements webauthn.User.
func (k *keyholder) WebAuthnName() string { return k.Email }

// WebAuthnDisplayName implements webauthn.User.
func (k *keyholder) WebAuthnDisplayName() string { return k.Name }

// WebAuthnCredentials implements webauthn.User.
func (k *keyholder) WebAuthnCredentials() []webauthn.Credential { return k.keys }

// ceremonies gives what passkeys are bound to: the name staff reach the program by. Fault: conflict, where that is a bare
// address, which no browser makes passkeys for.
func (g *Guard) ceremonies() (*webauthn.WebAuthn, error) {
	at, err := url.Parse(g.publicURL)
	if err != nil || at.Hostname() == "" || net.ParseIP(at.Hostname()) != nil {
		return nil, fault.Conflict("passkeys_need_a_name")
	}
	return webauthn.New(&webauthn.Config{RPID: at.Hostname(), RPDisplayName: "Guanxi", RPOrigins: []string{g.publicURL},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired}})
}

func (g *Guard) keyholder(ctx context.Context, s Staff) (*keyholder, error) {
	var texts []string
	if err := g.records.Read().NewRaw("select credential from passkeys where staff_id = ? order by id", s.ID).Scan(ctx, &texts); err != nil {
		return nil, err
	}
	k := &keyholder{Staff: s, keys: make([]webauthn.Credential, len(texts))}
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &k.keys[i]); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// beginPasskey gives what the browser needs to make a passkey, and the step under which it comes back.
func (g *Guard) beginPasskey(ctx context.Context, s Staff) (step string, options *protocol.CredentialCreation, err error) {
	ceremonies, err := g.ceremonies()
	if err != nil {
		return "", nil, err
	}
	k, err := g.keyholder(ctx, s)
	if err != nil {
		return "", nil, err
	}
	if len(k.keys) >= maxPasskeys {
		return "", nil, fault.Conflict("passkeys_enough", maxPasskeys)
	}
	options, state, err := ceremonies.BeginRegistration(k, webauthn.WithExclusions(webauthn.Credentials(k.keys).CredentialDescriptors()))
	if err != nil {
		return "", nil, err
	}
	step, err = g.beginStep(ctx, "passkey_new", &s.ID, state)
	return step, options, err
}

// addPasskey checks what the browser made and keeps it. Faults: forbidden, when the step is over; invalid.
func (g *Guard) addPasskey(ctx context.Context, s Staff, step, name string, answer []byte, then func(ctx context.Context, tx *db.Tx) error) error {
	ceremonies, err := g.ceremonies()
	if err != nil {
		return err
	}
	var state webauthn.SessionData
	if err := g.endStep(ctx, "passkey_new", step, &s.ID, &state); err != nil {
		return err
	}
	k, err := g.keyholder(ctx, s)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return fault.Invalid("credential", "passkey_unreadable")
	}
	key, err := ceremonies.CreateCredential(k, state, parsed)
	if err != nil {
		return fault.Invalid("credential", "passkey_refused")
	}
	text, err := json.Marshal(key)
	if err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" {
		name = "Passkey"
	}
	err = g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.NextID(ctx, "passkeys")
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into passkeys (id, staff_id, credential_id, name, credential, created_at) values (?, ?, ?, ?, ?, ?)",
			id, s.ID, base64.RawURLEncoding.EncodeToString(key.ID), name, string(text), clock.Millis(ctx)).Exec(ctx); err != nil {
			return err
		}
		if err := Audit(ctx, tx, "passkey.added", "staff", itoa(s.ID), map[string]string{"name": name}); err != nil {
			return err
		}
		return then(ctx, tx)
	})
	if db.IsUnique(err) {
		return fault.Conflict("passkey_known")
	}
	return err
}

// askPasskey gives what the browser needs to show a passkey, whosever it is.
func (g *Guard) askPasskey(ctx context.Context) (step string, options *protocol.CredentialAssertion, err error) {
	ceremonies, err := g.ceremonies()
	if err != nil {
		return "", nil, err
	}
	options, state, err := ceremonies.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, err
	}
	step, err = g.beginStep(ctx, "passkey_enter", nil, state)
	return step, options, err
}

// showPasskey gives whose passkey the browser showed. A counter that did not move on is a copy of the key at work: refused,
// and written down. Fault: unauthenticated.
func (g *Guard) showPasskey(ctx context.Context, step string, answer []byte) (Staff, error) {
	refused := fault.Unauthenticated("passkey_refused")
	ceremonies, err := g.ceremonies()
	if err != nil {
		return Staff{}, err
	}
	var state webauthn.SessionData
	if err := g.endStep(ctx, "passkey_enter", step, nil, &state); err != nil {
		return Staff{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Staff{}, refused
	}
	var holder *keyholder
	key, err := ceremonies.ValidateDiscoverableLogin(func(id, handle []byte) (webauthn.User, error) {
		var owners []int64
		if err := g.records.Read().NewRaw("select p.staff_id from passkeys p join staff f on f.id = p.staff_id where p.credential_id = ? and f.active",
			base64.RawURLEncoding.EncodeToString(id)).Scan(ctx, &owners); err != nil || len(owners) == 0 {
			return nil, refused
		}
		s, err := g.StaffByID(ctx, owners[0])
		if err != nil {
			return nil, err
		}
		if holder, err = g.keyholder(ctx, s); err != nil {
			return nil, err
		}
		if !bytes.Equal(holder.WebAuthnID(), handle) {
			return nil, refused
		}
		return holder, nil
	}, state, parsed)
	if err != nil || holder == nil {
		return Staff{}, refused
	}
	text, err := json.Marshal(key)
	if err != nil {
		return Staff{}, err
	}
	copied := key.Authenticator.CloneWarning
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if copied {
			return Audit(ctx, tx, "passkey.copied", "staff", itoa(holder.ID), nil)
		}
		_, err := tx.NewRaw("update passkeys set credential = ?, last_used_at = ? where credential_id = ?",
			string(text), clock.Millis(ctx), base64.RawURLEncoding.EncodeToString(key.ID)).Exec(ctx)
		return err
	}); err != nil {
		return Staff{}, err
	}
	if copied {
		return Staff{}, refused
	}
	return holder.Staff, nil
}
