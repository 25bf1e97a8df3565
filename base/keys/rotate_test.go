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

// Values are found under the earlier key of lookups and under the present one, until the earlier one is dropped; names of
// the kind that lasts never change.
func TestRotateLookups(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	k := open(t, path)
	names := func() []string {
		t.Helper()
		lookup, err := k.Lookup("fields")
		if err != nil {
			t.Fatal(err)
		}
		all, err := lookup.Names([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, n := range all {
			texts = append(texts, string(n))
		}
		return texts
	}
	rotate := func() {
		t.Helper()
		if err := Rotate(path); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	namer, _ := k.Namer("fields")
	lasting, _ := namer.Name([]byte("x"))
	first := names()
	if len(first) != 1 || first[0] != string(lasting) || k.Generation() != k.Current() || k.Replacing() {
		t.Error("a file that never had a key added does not look up as it named before")
	}
	rotate()
	second := names()
	if len(second) != 2 || second[1] != first[0] || second[0] == first[0] || !k.Replacing() {
		t.Error("not found under both keys")
	}
	rotate()
	third := names()
	if len(third) != 3 || third[1] != second[0] || third[2] != first[0] {
		t.Error("not found under all three keys, the newest first")
	}
	if err := k.DropLookups("another generation"); err == nil {
		t.Error("dropped for another generation")
	}
	generation := k.Generation()
	if err := k.DropLookups(generation); err != nil {
		t.Fatal(err)
	}
	if last := names(); len(last) != 1 || last[0] != third[0] || k.Replacing() || k.Generation() == generation {
		t.Error("the earlier keys are still there")
	}
	if k.Earlier() != 2 {
		t.Errorf("%d earlier keys of ciphers", k.Earlier())
	}
	if only, err := k.WithoutEarlier(); err != nil || only.Earlier() != 0 || k.Earlier() != 2 || only.Generation() != k.Generation() {
		t.Error("without the earlier keys:", err)
	}
	namer, _ = k.Namer("fields")
	if again, _ := namer.Name([]byte("x")); string(again) != string(lasting) {
		t.Error("a lasting name has changed")
	}
}

// What was sealed as text, such as the password of the mail server, opens after the key before is dropped; what is not of
// this instance stays as it is.
func TestResealedTexts(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	k := open(t, path)
	ctx := With(t.Context(), k)
	stranger := With(t.Context(), open(t, filepath.Join(t.TempDir(), FileName)))
	ours, _ := Seal(ctx, "mail", "secret", "host")
	theirs, _ := Seal(stranger, "mail", "secret", "host")
	if err := Rotate(path); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Reload(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, sealed string
		changed      bool
	}{{"of the key before", ours, true}, {"of another instance", theirs, false}, {"nothing", "", false}, {"no text of ours", "plain", false}} {
		fresh, changed, err := Resealed(ctx, "mail", row.sealed, "host")
		if err != nil || changed != row.changed || changed == (fresh == row.sealed) {
			t.Errorf("%s: %q %v %v", row.name, fresh, changed, err)
		}
		if !changed {
			continue
		}
		if _, again, _ := Resealed(ctx, "mail", fresh, "host"); again {
			t.Errorf("%s: sealed anew twice", row.name)
		}
		if err := k.DropCiphers(k.Generation()); err != nil {
			t.Fatal(err)
		}
		if text, err := Unseal(ctx, "mail", fresh, "host"); err != nil || text != "secret" {
			t.Errorf("%s: %q %v", row.name, text, err)
		}
		if _, err := Unseal(ctx, "mail", row.sealed, "host"); err == nil {
			t.Errorf("%s: the dropped key still opens", row.name)
		}
	}
}
