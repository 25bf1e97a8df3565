// Package keys holds the one secret of an instance: the key file. From it a key is derived for each purpose (backups,
// fields of records ...), so that one small file, copied away once, opens everything for good.
//
// The file holds Tink keysets in clear, mode 0600: one derives ciphers (AES-256-GCM), one names (HMAC-SHA-256, a keyed hash)
// that outlive what they name and never change, one names that values are looked up by, which do. It is never in a backup.
package keys

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyderivation"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"

	"guanxi/base/fault"
)

// FileName is the key file's name where nobody says otherwise: in the data folder.
const FileName = "guanxi.key"

const format = "guanxi key file, version 1"

// Keys are the opened key file. It may get a further key while they are in use, see Rotate and Reload.
type Keys struct {
	path string
	now  atomic.Pointer[opened]
}

// opened is the file as it was read last.
type opened struct {
	ciphers keyderivation.KeysetDeriver
	names   keyderivation.KeysetDeriver
	lookups keyderivation.KeysetDeriver
	primary uint32   // of ciphers
	ciphing []uint32 // the keys of ciphers
	looking []uint32 // the keys of lookups, the present one first; none in a file that never had a key added
	text    []byte
	made    sync.Map // Cipher by purpose
}

// Cipher seals and opens texts of one purpose; both texts are bound to the same additional data.
type Cipher = tink.AEAD

// Namer gives the keyed hash of a text: equal texts have equal names, and nobody without the key can tell or guess any.
type Namer struct{ set *prf.Set }

// Name gives 32 bytes.
func (n Namer) Name(text []byte) ([]byte, error) { return n.set.ComputePrimaryPRF(text, 32) }

type stored struct {
	Format  string          `json:"format"`
	Ciphers json.RawMessage `json:"ciphers"`
	Names   json.RawMessage `json:"names"`
	Lookups json.RawMessage `json:"lookups,omitempty"` // as Names, in a file that never had a key added
}

// Open reads the key file. Faults: not found; invalid for a file that is no key file.
func Open(path string) (*Keys, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &fault.Error{Kind: fault.KindNotFound, Key: "key_file_missing", Args: []any{path}, Cause: err}
	}
	if err != nil {
		return nil, err
	}
	o, err := read(text)
	if err != nil {
		return nil, &fault.Error{Kind: fault.KindInvalid, Key: "key_file_unreadable", Args: []any{path}, Cause: err}
	}
	k := &Keys{path: path}
	k.now.Store(o)
	return k, nil
}

// OpenOrCreate reads the key file, or makes it where there is none. Two that make it at once end with the same one.
func OpenOrCreate(path string) (*Keys, error) {
	k, err := Open(path)
	if !fault.Is(err, fault.KindNotFound) {
		return k, err
	}
	text, err := create()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := writeOnce(path, text); err != nil {
		return nil, err
	}
	return Open(path)
}

// writeOnce puts text at path as a whole, unless something is there already.
func writeOnce(path string, text []byte) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Copy puts the key file from at to, which must not exist or hold the same.
func Copy(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := writeOnce(to, text); err != nil {
		return err
	}
	there, err := os.ReadFile(to)
	if err == nil && !bytes.Equal(there, text) {
		return fault.Conflict("key_file_differs", to)
	}
	return err
}

func create() ([]byte, error) {
	var s stored
	var err error
	s.Format = format
	if s.Ciphers, err = newKeyset(aead.AES256GCMKeyTemplate()); err != nil {
		return nil, err
	}
	if s.Names, err = newKeyset(prf.HMACSHA256PRFKeyTemplate()); err != nil {
		return nil, err
	}
	return json.MarshalIndent(s, "", " ")
}

// newKeyset gives a keyset, as JSON, that derives keys of the given kind.
func newKeyset(derived *tink_go_proto.KeyTemplate) (json.RawMessage, error) {
	template, err := keyderivation.CreatePRFBasedKeyTemplate(prf.HKDFSHA256PRFKeyTemplate(), derived)
	if err != nil {
		return nil, err
	}
	handle, err := keyset.NewHandle(template)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text))
	return text.Bytes(), err
}

func read(text []byte) (*opened, error) {
	var s stored
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	if s.Format != format {
		return nil, fmt.Errorf("format %q", s.Format)
	}
	k := &opened{text: text}
	var err error
	if k.ciphers, k.ciphing, err = deriver(s.Ciphers); err != nil {
		return nil, err
	}
	k.primary = k.ciphing[0]
	if k.names, _, err = deriver(s.Names); err != nil {
		return nil, err
	}
	if k.lookups = k.names; s.Lookups != nil {
		k.lookups, k.looking, err = deriver(s.Lookups)
	}
	return k, err
}

// deriver gives what derives from a keyset, and the ids of its keys, the present one first.
func deriver(text json.RawMessage) (keyderivation.KeysetDeriver, []uint32, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, nil, err
	}
	primary, err := handle.Primary()
	if err != nil {
		return nil, nil, err
	}
	ids := []uint32{primary.KeyID()}
	for i := handle.Len() - 1; i >= 0; i-- { // of the others the newest first
		each, err := handle.Entry(i)
		if err != nil {
			return nil, nil, err
		}
		if !each.IsPrimary() {
			ids = append(ids, each.KeyID())
		}
	}
	derives, err := keyderivation.New(handle)
	return derives, ids, err
}

// Cipher gives the cipher of a purpose.
func (k *Keys) Cipher(purpose string) (Cipher, error) {
	o := k.now.Load()
	if made, known := o.made.Load(purpose); known {
		return made.(Cipher), nil
	}
	handle, err := o.ciphers.DeriveKeyset([]byte(purpose))
	if err != nil {
		return nil, err
	}
	cipher, err := aead.New(handle)
	if err == nil {
		o.made.Store(purpose, cipher)
	}
	return cipher, err
}

// Namer gives the keyed hash of a purpose.
func (k *Keys) Namer(purpose string) (Namer, error) {
	handle, err := k.now.Load().names.DeriveKeyset([]byte(purpose))
	if err != nil {
		return Namer{}, err
	}
	set, err := prf.NewPRFSet(handle)
	return Namer{set}, err
}

// Fingerprint tells key files apart and says nothing about the key: 16 hexadecimal digits.
func (k *Keys) Fingerprint() (string, error) {
	namer, err := k.Namer("fingerprint")
	if err != nil {
		return "", err
	}
	name, err := namer.Name(nil)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(name[:8]), nil
}
