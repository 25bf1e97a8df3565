package keys

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"guanxi/base/fault"
)

// A sealed file begins with sealedMagic, then the length and text of its own key, which is sealed with the instance's
// (purpose "files", bound to the file's name), then the content in segments of 64 KiB (AES-256-GCM-HKDF). Nothing of it is
// read that was not checked; a file that was cut off or put under another name does not open.
const sealedMagic = "guanxi sealed file 1\n"

const (
	filePurpose = "files"
	fileSegment = 64 << 10
)

func segments(key []byte) (*subtle.AESGCMHKDF, error) {
	return subtle.NewAESGCMHKDF(key, "SHA256", 32, fileSegment, 0)
}

// SealFile gives a writer that seals what is written to it into w, under the name the file will lie by. Close it before w: the
// end is part of what is checked. Without keys in ctx, as in tests of what has none, it writes as it is.
func SealFile(ctx context.Context, w io.Writer, name string) (io.WriteCloser, error) {
	k := Of(ctx)
	if k == nil {
		return plainWriter{w}, nil
	}
	cipher, err := k.Cipher(filePurpose)
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	wrapped, err := cipher.Encrypt(key, []byte(name))
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint16([]byte(sealedMagic), uint16(len(wrapped)))
	if _, err := w.Write(append(head, wrapped...)); err != nil {
		return nil, err
	}
	stream, err := segments(key)
	if err != nil {
		return nil, err
	}
	return stream.NewEncryptingWriter(w, []byte(name))
}

// OpenFile opens a file that SealFile wrote under its name; one that was written before files were sealed is read as it is.
// Fault: unavailable, where it was sealed with other keys, or is not as it was written.
func OpenFile(ctx context.Context, path string) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := opening(ctx, file, filepath.Base(path))
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return sealedFile{text, file}, nil
}

func opening(ctx context.Context, file io.Reader, name string) (io.Reader, error) {
	buffered := bufio.NewReaderSize(file, fileSegment)
	if head, _ := buffered.Peek(len(sealedMagic)); !bytes.Equal(head, []byte(sealedMagic)) {
		return buffered, nil
	}
	k := Of(ctx)
	if k == nil {
		return nil, fault.Unavailable("keys_missing", nil)
	}
	cipher, err := k.Cipher(filePurpose)
	if err != nil {
		return nil, err
	}
	head := make([]byte, len(sealedMagic)+2)
	if _, err := io.ReadFull(buffered, head); err != nil {
		return nil, fault.Unavailable("sealed_file_broken", err)
	}
	wrapped := make([]byte, binary.BigEndian.Uint16(head[len(sealedMagic):]))
	if _, err := io.ReadFull(buffered, wrapped); err != nil {
		return nil, fault.Unavailable("sealed_file_broken", err)
	}
	key, err := cipher.Decrypt(wrapped, []byte(name))
	if err != nil {
		return nil, fault.Unavailable("sealed_file_broken", err)
	}
	stream, err := segments(key)
	if err != nil {
		return nil, err
	}
	return stream.NewDecryptingReader(buffered, []byte(name))
}

// ResealFiles brings the key of every sealed file under dir to the present key of the instance, and gives how many it
// has changed. Contents stay as they are. Only the 60 bytes that hold the file's key are written over, in place: within one
// sector of the disk, so that the file opens before and after whatever happens; one that is being written, or deleted,
// meanwhile is not disturbed. A file that does not open is left alone, its path is told.
func ResealFiles(ctx context.Context, dir string) (changed int64, unreadable []string, err error) {
	k := Of(ctx)
	if k == nil {
		return 0, nil, fault.Unavailable("keys_missing", nil)
	}
	cipher, err := k.Cipher(filePurpose)
	if err != nil {
		return 0, nil, err
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // deleted since it was listed
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case !entry.Type().IsRegular():
			return nil
		}
		did, err := resealFile(cipher, path, k.now.Load().primary)
		if errors.Is(err, errNotOpened) {
			unreadable = append(unreadable, path)
			return nil
		}
		if did {
			changed++
		}
		return err
	})
	return changed, unreadable, err
}

var errNotOpened = errors.New("the key of the file does not open")

func resealFile(cipher Cipher, path string, primary uint32) (changed bool, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	head := make([]byte, len(sealedMagic)+2)
	if _, err := io.ReadFull(file, head); err != nil || !bytes.HasPrefix(head, []byte(sealedMagic)) {
		return false, nil // none of ours, or none yet
	}
	wrapped := make([]byte, binary.BigEndian.Uint16(head[len(sealedMagic):]))
	if _, err := io.ReadFull(file, wrapped); err != nil {
		return false, errNotOpened
	}
	if len(wrapped) > 5 && binary.BigEndian.Uint32(wrapped[1:]) == primary { // as Tink begins what it seals
		return false, nil
	}
	// a file is sealed under the name it will lie by, which it has not while it is being written
	name := strings.TrimSuffix(filepath.Base(path), ".part")
	key, err := cipher.Decrypt(wrapped, []byte(name))
	if err != nil {
		name = filepath.Base(path)
		key, err = cipher.Decrypt(wrapped, []byte(name))
	}
	if err != nil {
		return false, errNotOpened
	}
	fresh, err := cipher.Encrypt(key, []byte(name))
	if err != nil {
		return false, err
	}
	if len(fresh) != len(wrapped) {
		return false, errNotOpened
	}
	_, err = file.WriteAt(fresh, int64(len(head)))
	return err == nil, errors.Join(err, file.Sync())
}

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }

type sealedFile struct {
	io.Reader
	io.Closer
}
