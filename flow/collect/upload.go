package collect

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Stored is a file kept in the data folder until its import no longer needs it.
type Stored struct {
	StoredAs string `json:"stored_as"`
	Name     string `json:"name"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
	Actor    string `json:"actor"` // whose upload it is
}

// diskReserve is what an upload must leave free, so that records can still be written.
const diskReserve = 256 << 20

// store keeps what r gives under a name of its own: on disk whole or not at all. declared is the size the sender
// promised, -1 when unknown. Faults: too large, unavailable (disk full).
func (e *Engine) store(ctx context.Context, r io.Reader, name string, declared int64) (Stored, error) {
	if declared > e.maxBytes {
		return Stored{}, fault.TooLarge("file_too_large", e.maxBytes)
	}
	if err := e.checkDisk(max(declared, 0)); err != nil {
		return Stored{}, err
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	s := Stored{StoredAs: hex.EncodeToString(random), Name: cleanFileName(name), Actor: guard.ActorOf(ctx).Key()}
	temporary := filepath.Join(e.dir, s.StoredAs+".part")
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return s, diskFault(err)
	}
	hash := sha256.New()
	sealed, err := keys.SealFile(ctx, file, s.StoredAs)
	if err == nil {
		err = e.copyBounded(ctx, io.MultiWriter(sealed, hash), r, &s.Size)
		err = errors.Join(err, sealed.Close())
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		s.SHA256 = hex.EncodeToString(hash.Sum(nil))
		var told []byte
		if told, err = json.Marshal(s); err == nil {
			err = os.WriteFile(filepath.Join(e.dir, s.StoredAs+".json"), told, 0o600)
		}
	}
	if err == nil {
		err = os.Rename(temporary, filepath.Join(e.dir, s.StoredAs))
	}
	if err == nil {
		err = syncFolder(e.dir)
	}
	if err != nil {
		_ = os.Remove(temporary)
		_ = e.discard(s.StoredAs)
		return s, diskFault(err)
	}
	return s, nil
}

// copyBounded copies until the end, the size limit, a full disk or the end of ctx.
func (e *Engine) copyBounded(ctx context.Context, w io.Writer, r io.Reader, size *int64) error {
	buffer := make([]byte, 256<<10)
	nextCheck := int64(64 << 20)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buffer)
		if *size += int64(n); *size > e.maxBytes {
			return fault.TooLarge("file_too_large", e.maxBytes)
		}
		if *size > nextCheck {
			nextCheck = *size + 64<<20
			if err := e.checkDisk(0); err != nil {
				return err
			}
		}
		if _, err := w.Write(buffer[:n]); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// checkDisk refuses when writing size more bytes would leave less than the reserve.
func (e *Engine) checkDisk(size int64) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(e.dir, &disk); err != nil {
		return err
	}
	if free := int64(disk.Bavail) * disk.Bsize; free < size+diskReserve {
		return fault.Unavailable("disk_full", nil)
	}
	return nil
}

// diskFault names a full disk; other errors stay.
func diskFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Unavailable("disk_full", err)
	}
	return err
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// cleanFileName keeps the last part of a file name, without what would need care when shown or sent in a header.
func cleanFileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || strings.ContainsRune(`"<>|:*?`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "" || name == "." || name == ".." || name == "/" {
		return "file"
	}
	return clip(name, 200)
}

// claim gives the stored file of an earlier upload. Only whoever uploaded it may use it. Fault: invalid.
func (e *Engine) claim(ctx context.Context, uploadID string) (Stored, error) {
	var s Stored
	if b, err := hex.DecodeString(uploadID); err != nil || len(b) != 16 {
		return s, fault.Invalid("upload_id", "upload_unknown")
	}
	b, err := os.ReadFile(filepath.Join(e.dir, uploadID+".json"))
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err == nil {
		_, err = os.Stat(filepath.Join(e.dir, uploadID))
	}
	if err != nil || s.Actor != guard.ActorOf(ctx).Key() {
		return s, fault.Invalid("upload_id", "upload_unknown")
	}
	return s, nil
}

// discard removes a stored file and what was made of it.
func (e *Engine) discard(storedAs string) error {
	var errs []error
	for _, suffix := range []string{"", ".json", ".csv", ".sheet", ".part"} {
		if err := os.Remove(filepath.Join(e.dir, storedAs+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

const keepFiles = 24 * time.Hour

// cleanFiles removes uploads that never became an import and what interrupted ones left, a day later, and the files of
// imports that have ended, when the workspace has decided.
func (e *Engine) cleanFiles(ctx context.Context) error {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	kept, err := workspace.KeptFilesOf(ctx, e.records.Read())
	if err != nil {
		return err
	}
	var needed []string
	if err := e.records.Read().NewRaw("select stored_as from imports where state in ('queued', 'running') or finished_at > ?",
		clock.Now(ctx).Add(-workspace.Days(kept.UploadDays)).UnixMilli()).Scan(ctx, &needed); err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, name := range needed {
		keep[name] = true
	}
	var errs []error
	for _, entry := range entries {
		name, _, _ := strings.Cut(entry.Name(), ".")
		info, err := entry.Info()
		if err != nil || keep[name] || time.Since(info.ModTime()) < keepFiles { //nolint:forbidigo // ages of files are real time
			continue
		}
		errs = append(errs, os.RemoveAll(filepath.Join(e.dir, entry.Name())))
	}
	return errors.Join(errs...)
}
