package customer

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gabriel-vasile/mimetype"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/field"
	secret "guanxi/base/keys"
	"guanxi/guard"
)

// fieldFile is the row of one file.
type fieldFile struct {
	ID         int64  `bun:"id"`
	StoredAs   string `bun:"stored_as"`
	Field      string `bun:"field"`
	CustomerID *int64 `bun:"customer_id"`
	Size       int64  `bun:"size"`
	Actor      string `bun:"actor"`
	AddedAt    int64  `bun:"added_at"`
	RemovedAt  *int64 `bun:"removed_at"`
}

const fieldFileColumns = "id, stored_as, field, customer_id, size, actor, added_at, removed_at"

// KeepFilesIn says in which folder the files of fields lie: one of those that backups keep. It must be called before the store
// serves anybody; without, file fields take no files.
func (s *Store) KeepFilesIn(dir string) error {
	s.filesDir = dir
	return os.MkdirAll(dir, 0o700)
}

// sniffed is how much of a file is looked at to tell what it is. Nothing is ever unpacked.
const sniffed = 64 << 10

// diskReserve is what a file must leave free, so that records can still be written.
const diskReserve = 256 << 20

// writeFile puts a file on the disk, sealed, whole or not at all, before anything speaks of it: first a line that tells what it
// is, then the content. Faults: invalid (empty, not of a sort the field takes), too large, unavailable.
func (s *Store) writeFile(ctx context.Context, f *field.Field, name string, content io.Reader) (row fieldFile, err error) {
	if s.filesDir == "" {
		return row, fault.Unavailable("files_not_kept", nil)
	}
	rules := f.Files.Settled()
	told := fileTold{Name: harmless(name), At: clock.Now(ctx).UTC(), By: guard.ActorOf(ctx).Name}
	peeked := bufio.NewReaderSize(content, sniffed)
	head, err := peeked.Peek(sniffed)
	if len(head) == 0 && errors.Is(err, io.EOF) {
		return row, fault.Invalid("file", "file_empty")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return row, err
	}
	told.Type = typeOf(head)
	if !rules.Takes(endingOf(told.Name), told.Type) {
		return row, notTaken(rules, told)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(s.filesDir, &disk); err != nil {
		return row, err
	}
	if int64(disk.Bavail)*disk.Bsize < rules.MaxSize+diskReserve {
		return row, fault.Unavailable("disk_full", nil)
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	row = fieldFile{StoredAs: hex.EncodeToString(random), Field: f.Key, Actor: guard.ActorOf(ctx).Key(), AddedAt: told.At.UnixMilli()}
	row.Size, err = s.seal(ctx, row.StoredAs, told, peeked)
	return row, err
}

// typeOf tells what the beginning of a file is, without what stands after the media type.
func typeOf(head []byte) string {
	found := mimetype.Detect(head).String()
	for i := range found {
		if found[i] == ';' {
			return found[:i]
		}
	}
	return found
}

// notTaken says why: an ending the field does not take, or a content that is not what the name says.
func notTaken(rules field.FileRules, told fileTold) error {
	for _, ending := range rules.Endings() {
		if ending == endingOf(told.Name) {
			return fault.Invalid("file", "file_is_not_what_it_says", ending, told.Type)
		}
	}
	return fault.Invalid("file", "file_sort_not_taken", rules.Endings())
}

// seal writes head and content under a draft's name and gives the file its own when it is safe on the disk.
func (s *Store) seal(ctx context.Context, storedAs string, told fileTold, content io.Reader) (size int64, err error) {
	draft := filepath.Join(s.filesDir, storedAs+".part")
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, diskFault(err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft)
			err = diskFault(err)
		}
	}()
	sealed, err := secret.SealFile(ctx, file, storedAs)
	if err != nil {
		return 0, errors.Join(err, file.Close())
	}
	if _, err = io.WriteString(sealed, jsonText(told)+"\n"); err == nil {
		size, err = io.Copy(sealed, content)
	}
	if err = errors.Join(err, sealed.Close()); err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return 0, err
	}
	if err := os.Rename(draft, filepath.Join(s.filesDir, storedAs)); err != nil {
		return 0, err
	}
	folder, err := os.Open(s.filesDir)
	if err != nil {
		return 0, err
	}
	return size, errors.Join(folder.Sync(), folder.Close())
}

func diskFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Unavailable("disk_full", err)
	}
	return err
}

// openFile gives what a stored file says about itself, and its content.
func (s *Store) openFile(ctx context.Context, row *fieldFile) (told fileTold, content io.ReadCloser, err error) {
	file, err := secret.OpenFile(ctx, filepath.Join(s.filesDir, row.StoredAs))
	if err != nil {
		return told, nil, fault.Unavailable("file_unreadable", err)
	}
	text := bufio.NewReader(file)
	line, err := text.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &told)
	}
	if err != nil {
		return told, nil, errors.Join(fault.Unavailable("file_unreadable", err), file.Close())
	}
	told.ID, told.Size = itemNumber(row.ID), row.Size
	return told, openedFile{text, file}, nil
}

type openedFile struct {
	io.Reader
	io.Closer
}

// tell gives what a stored file says about itself.
func (s *Store) fileTold(ctx context.Context, row *fieldFile) (fileTold, error) {
	told, content, err := s.openFile(ctx, row)
	if err != nil {
		return told, err
	}
	return told, content.Close()
}

// dropFiles takes contents off the disk whose rows are gone. What is left by a crash before is found by the sweep.
func (s *Store) dropFiles(storedAs []string) error {
	var errs []error
	for _, name := range storedAs {
		if err := os.Remove(filepath.Join(s.filesDir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
