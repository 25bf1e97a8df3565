package keys

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestSealedFiles(t *testing.T) {
	dir := t.TempDir()
	k := open(t, filepath.Join(dir, FileName))
	ctx := With(t.Context(), k)
	text := bytes.Repeat([]byte("name,phone\nWang,13900009001\n"), 20_000) // several segments
	path := filepath.Join(dir, "upload")
	seal := func(ctx context.Context, path string, text []byte) {
		t.Helper()
		var sealed bytes.Buffer
		w, err := SealFile(ctx, &sealed, filepath.Base(path))
		if err == nil {
			_, err = w.Write(text)
		}
		if err == nil {
			err = w.Close()
		}
		if err == nil {
			err = os.WriteFile(path, sealed.Bytes(), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(ctx context.Context, path string) ([]byte, error) {
		r, err := OpenFile(ctx, path)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	seal(ctx, path, text)
	lies, _ := os.ReadFile(path)
	if bytes.Contains(lies, []byte("13900009001")) || len(lies) > len(text)+len(text)/1000+400 {
		t.Errorf("%d bytes lie for %d", len(lies), len(text))
	}
	if got, err := read(ctx, path); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := Rotate(filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Reload(); err != nil {
		t.Fatal(err)
	}
	if got, err := read(ctx, path); err != nil || !bytes.Equal(got, text) {
		t.Errorf("sealed with the key before: %d bytes, %v", len(got), err)
	}

	for _, row := range []struct {
		when    string
		changed int64
	}{{"first", 1}, {"again", 0}} {
		if changed, unreadable, err := ResealFiles(ctx, dir); err != nil || changed != row.changed || unreadable != nil {
			t.Errorf("%s: %d resealed, %v not, %v", row.when, changed, unreadable, err)
		}
	}
	if lies, _ = os.ReadFile(path); len(lies) == 0 {
		t.Fatal("nothing lies there")
	}
	if err := k.DropCiphers(k.Generation()); err != nil {
		t.Fatal(err)
	}
	if got, err := read(ctx, path); err != nil || !bytes.Equal(got, text) {
		t.Errorf("without the key before: %d bytes, %v", len(got), err)
	}
	other := With(t.Context(), open(t, filepath.Join(t.TempDir(), FileName)))
	if changed, unreadable, err := ResealFiles(other, dir); err != nil || changed != 0 || len(unreadable) != 1 {
		t.Errorf("with another key: %d resealed, %v not, %v", changed, unreadable, err)
	}
	if again, _ := os.ReadFile(path); !bytes.Equal(again, lies) {
		t.Error("another key has changed the file")
	}

	stranger := With(t.Context(), open(t, filepath.Join(t.TempDir(), FileName)))
	for _, row := range []struct {
		name string
		ctx  context.Context
		file string
		text []byte
	}{
		{"another key", stranger, "upload", lies},
		{"no key", t.Context(), "upload", lies},
		{"another name", ctx, "other", lies},
		{"cut off at a segment", ctx, "upload", lies[:len(lies)-len(lies)%fileSegment]},
		{"cut off in its head", ctx, "upload", lies[:40]},
		{"one bit", ctx, "upload", append(append(bytes.Clone(lies[:70_000]), lies[70_000]^1), lies[70_001:]...)},
	} {
		path := filepath.Join(t.TempDir(), row.file)
		if err := os.WriteFile(path, row.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := read(row.ctx, path); err == nil {
			t.Errorf("%s: %d bytes were read", row.name, len(got))
		}
	}

	plain := filepath.Join(dir, "of an earlier release")
	if err := os.WriteFile(plain, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := read(ctx, plain); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
