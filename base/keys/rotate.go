package keys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyderivation"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"

	"guanxi/base/fault"
)

// Current names the key that ciphers seal with now: 8 hexadecimal digits. What was sealed with others is still opened.
func (k *Keys) Current() string { return digits(k.now.Load().primary) }

// Generation names every key that a value sealed now is sealed with and found by: that of ciphers, then those of lookups,
// with points between. It changes whenever values are to be sealed anew.
func (k *Keys) Generation() string {
	o := k.now.Load()
	parts := []string{digits(o.primary)}
	for _, id := range o.looking {
		parts = append(parts, digits(id))
	}
	return strings.Join(parts, ".")
}

// Replacing says that an earlier key of lookups is still in the file.
func (k *Keys) Replacing() bool { return len(k.now.Load().looking) > 1 }

// Earlier says how many keys of ciphers before the present one are still in the file.
func (k *Keys) Earlier() int { return len(k.now.Load().ciphing) - 1 }

func digits(id uint32) string {
	text := strconv.FormatUint(uint64(id), 16)
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

// Follow reads the file again whenever it has changed, until ctx ends: other processes add and drop keys.
func (k *Keys) Follow(ctx context.Context) {
	beat := time.NewTicker(5 * time.Second)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if _, err := k.Reload(); err != nil {
				slog.Error("the key file cannot be read; the keys known before serve on", "error", err)
			}
		}
	}
}

// Rotate adds keys to the file at path: one that everything is sealed with from now on, and one that values are looked up
// by. Those before stay in it, for what they have sealed, until DropLookups and DropCiphers. Names of the third kind do not
// change: what they name, such as the telephone number of somebody who was erased, is not there any more to be named anew.
func Rotate(path string) error {
	return change(path, func(s *stored) (err error) {
		if s.Ciphers, err = added(s.Ciphers, aead.AES256GCMKeyTemplate()); err != nil {
			return err
		}
		if s.Lookups == nil {
			s.Lookups = s.Names
		}
		s.Lookups, err = added(s.Lookups, prf.HMACSHA256PRFKeyTemplate())
		return err
	})
}

// DropLookups takes the earlier keys of lookups out of the file, once no value is found by them any more: where its
// generation still is the one that all values are sealed for. Fault: conflict, where a further key has been added.
func (k *Keys) DropLookups(generation string) error {
	return k.dropping(generation, func(s *stored) (err error) {
		s.Lookups, err = presentOnly(s.Lookups)
		return err
	})
}

// DropCiphers takes the earlier keys of ciphers out of the file, as DropLookups does. Nothing they have sealed opens again.
func (k *Keys) DropCiphers(generation string) error {
	return k.dropping(generation, func(s *stored) (err error) {
		s.Ciphers, err = presentOnly(s.Ciphers)
		return err
	})
}

// WithoutEarlier gives the keys as they will be without the earlier ones of ciphers, and leaves the file as it is.
func (k *Keys) WithoutEarlier() (*Keys, error) {
	var s stored
	err := json.Unmarshal(k.now.Load().text, &s)
	if err != nil {
		return nil, err
	}
	if s.Ciphers, err = presentOnly(s.Ciphers); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return nil, err
	}
	o, err := read(text)
	if err != nil {
		return nil, err
	}
	only := &Keys{path: k.path}
	only.now.Store(o)
	return only, nil
}

func (k *Keys) dropping(generation string, drop func(*stored) error) error {
	err := change(k.path, func(s *stored) error {
		if _, err := k.Reload(); err != nil {
			return err
		}
		if k.Generation() != generation {
			return fault.Conflict("key_added_meanwhile")
		}
		return drop(s)
	})
	if err == nil {
		_, err = k.Reload()
	}
	return err
}

// added gives a keyset with a further key, from which one of the given kind is derived, as the present one.
func added(text json.RawMessage, derived *tink_go_proto.KeyTemplate) (json.RawMessage, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, err
	}
	template, err := keyderivation.CreatePRFBasedKeyTemplate(prf.HKDFSHA256PRFKeyTemplate(), derived)
	if err != nil {
		return nil, err
	}
	manager := keyset.NewManagerFromHandle(handle)
	id, err := manager.Add(template)
	if err != nil {
		return nil, err
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	return written(manager)
}

// presentOnly gives a keyset without any key but the present one.
func presentOnly(text json.RawMessage) (json.RawMessage, error) {
	if text == nil {
		return nil, nil
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, err
	}
	manager := keyset.NewManagerFromHandle(handle)
	for i := range handle.Len() {
		each, err := handle.Entry(i)
		if err != nil {
			return nil, err
		}
		if each.IsPrimary() {
			continue
		}
		if err := manager.Delete(each.KeyID()); err != nil {
			return nil, err
		}
	}
	return written(manager)
}

func written(manager *keyset.Manager) (json.RawMessage, error) {
	handle, err := manager.Handle()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text))
	return text.Bytes(), err
}

// change rewrites the file at path. One at a time: the folder is locked meanwhile.
func change(path string, how func(*stored) error) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
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
	if err := how(&s); err != nil {
		return err
	}
	if text, err = json.MarshalIndent(s, "", " "); err != nil {
		return err
	}
	if _, err := read(text); err != nil {
		return err
	}
	return errors.Join(replace(path, text), folder.Sync())
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
