package keys

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	k := open(t, path)
	print, _ := k.Fingerprint()
	first := k.Current()
	cipher, _ := k.Cipher("fields")
	old, _ := cipher.Encrypt([]byte("secret"), nil)
	namer, _ := k.Namer("fields")
	name, _ := namer.Name([]byte("x"))

	if err := Rotate(path); err != nil {
		t.Fatal(err)
	}
	if changed, err := k.Reload(); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if changed, _ := k.Reload(); changed {
		t.Error("read anew although nothing has changed")
	}
	cipher, _ = k.Cipher("fields")
	fresh, _ := cipher.Encrypt([]byte("secret"), nil)
	for what, sealed := range map[string][]byte{"before": old, "after": fresh} {
		if text, err := cipher.Decrypt(sealed, nil); err != nil || string(text) != "secret" {
			t.Errorf("sealed %s: %q %v", what, text, err)
		}
	}
	if k.Current() == first || string(old[1:5]) == string(fresh[1:5]) {
		t.Error("sealed with the key from before")
	}
	namer, _ = k.Namer("fields")
	if again, _ := namer.Name([]byte("x")); string(again) != string(name) {
		t.Error("names have changed")
	}
	if now, _ := k.Fingerprint(); now != print {
		t.Error("another fingerprint")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if err := os.WriteFile(path, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Rotate(path); err == nil {
		t.Error("a broken file was rotated")
	}
	if _, err := k.Reload(); err == nil || k.Current() == first {
		t.Error("a broken file was taken")
	}
}
