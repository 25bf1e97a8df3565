package keys

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyderivation"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// Current names the key that ciphers seal with now: 8 hexadecimal digits. What was sealed with others is still opened.
func (k *Keys) Current() string {
	text := strconv.FormatUint(uint64(k.now.Load().primary), 16)
	return "00000000"[len(text):] + text
}

// Reload reads the file again and says whether it has changed. One that cannot be read leaves the keys as they are.
func (k *Keys) Reload() (changed bool, err error) {
	text, err := os.ReadFile(k.path)
	if err != nil || bytes.Equal(text, k.now.Load().text) {
		return false, err
	}
	o, err := read(text)
	if err != nil {
		return false, err
	}
	k.now.Store(o)
	return true, nil
}

// Rotate adds a key to the file at path that everything is sealed with from now on. Those before stay in it, for what they
// have sealed: backups, and values until they are sealed anew. Names do not change: they are what things are found by.
func Rotate(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if _, err := read(text); err != nil {
		return err
	}
	var s stored
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(s.Ciphers)))
	if err != nil {
		return err
	}
	template, err := keyderivation.CreatePRFBasedKeyTemplate(prf.HKDFSHA256PRFKeyTemplate(), aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	manager := keyset.NewManagerFromHandle(handle)
	id, err := manager.Add(template)
	if err != nil {
		return err
	}
	if err := manager.SetPrimary(id); err != nil {
		return err
	}
	if handle, err = manager.Handle(); err != nil {
		return err
	}
	var ciphers bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&ciphers)); err != nil {
		return err
	}
	s.Ciphers = ciphers.Bytes()
	if text, err = json.MarshalIndent(s, "", " "); err != nil {
		return err
	}
	if _, err := read(text); err != nil {
		return err
	}
	return replace(path, text)
}

// replace puts text at path as a whole: whoever reads meanwhile, or after a crash, has the file from before or this one.
func replace(path string, text []byte) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return os.Rename(draft.Name(), path)
}
