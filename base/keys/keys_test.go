package keys

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"guanxi/base/fault"
)

func open(t *testing.T, path string) *Keys {
	t.Helper()
	k, err := OpenOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", FileName)

	t.Run("twenty that make it at once end with the same key, readable by its owner only", func(t *testing.T) {
		var wait sync.WaitGroup
		prints := make([]string, 20)
		for i := range prints {
			wait.Go(func() { prints[i], _ = open(t, path).Fingerprint() })
		}
		wait.Wait()
		for _, print := range prints {
			if print != prints[0] || len(print) != 16 {
				t.Errorf("fingerprints %v", prints)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) != 0 {
			t.Errorf("drafts were left: %v", left)
		}
	})

	t.Run("opened anew it opens what it sealed, and another purpose, place or key does not", func(t *testing.T) {
		cipher, err := open(t, path).Cipher("backups")
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := cipher.Encrypt([]byte("secret"), []byte("here"))
		if err != nil {
			t.Fatal(err)
		}
		other, _ := open(t, path).Cipher("fields")
		stranger, _ := open(t, filepath.Join(t.TempDir(), FileName)).Cipher("backups")
		for _, row := range []struct {
			name   string
			cipher Cipher
			place  string
			opens  bool
		}{
			{"the same", cipher, "here", true},
			{"another place", cipher, "there", false},
			{"another purpose", other, "here", false},
			{"another key", stranger, "here", false},
		} {
			text, err := row.cipher.Decrypt(sealed, []byte(row.place))
			if (err == nil) != row.opens || row.opens && string(text) != "secret" {
				t.Errorf("%s: %q %v", row.name, text, err)
			}
		}
	})

	t.Run("names are stable, and differ by text, purpose and key", func(t *testing.T) {
		name := func(path, purpose, text string) []byte {
			namer, err := open(t, path).Namer(purpose)
			if err != nil {
				t.Fatal(err)
			}
			sum, err := namer.Name([]byte(text))
			if err != nil || len(sum) != 32 {
				t.Fatal(sum, err)
			}
			return sum
		}
		first := name(path, "a", "x")
		if !bytes.Equal(first, name(path, "a", "x")) {
			t.Error("not stable")
		}
		for _, other := range [][]byte{name(path, "a", "y"), name(path, "b", "x"), name(filepath.Join(t.TempDir(), "k"), "a", "x")} {
			if bytes.Equal(first, other) {
				t.Error("not told apart")
			}
		}
	})

	t.Run("a missing file and a broken one are told apart", func(t *testing.T) {
		if _, err := Open(filepath.Join(t.TempDir(), "none")); !fault.Is(err, fault.KindNotFound) {
			t.Error(err)
		}
		for _, text := range []string{"", "{}", `{"format":"guanxi key file, version 1","ciphers":{},"names":{}}`} {
			broken := filepath.Join(t.TempDir(), "broken")
			if err := os.WriteFile(broken, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenOrCreate(broken); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%q: %v", text, err)
			}
			if now, _ := os.ReadFile(broken); string(now) != text {
				t.Error("a key file was overwritten")
			}
		}
	})

	t.Run("copied once, and never over another", func(t *testing.T) {
		to := filepath.Join(t.TempDir(), FileName)
		for range 2 {
			if err := Copy(path, to); err != nil {
				t.Fatal(err)
			}
		}
		stranger := filepath.Join(t.TempDir(), "other")
		open(t, stranger)
		if err := Copy(stranger, to); !fault.Is(err, fault.KindConflict) {
			t.Error(err)
		}
	})
}
