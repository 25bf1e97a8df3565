package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"guanxi/base/fault"
)

// lock takes a lock that ends with the process. On a medium that cannot be written nobody can prune either: nil.
func lock(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission) {
		if how == syscall.LOCK_SH {
			return nil, nil //nolint:nilnil // there is nothing to lock and nothing wrong
		}
	}
	if err != nil {
		return nil, named(err)
	}
	if err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fault.Conflict("backup_folder_in_use", filepath.Dir(path))
	}
	return file, nil
}

// lockWithin waits so long for a lock that another process holds. Fault: conflict when it is held still.
func lockWithin(ctx context.Context, patience time.Duration, path string, how int) (*os.File, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	file, err := lock(path, how)
	for fault.Is(err, fault.KindConflict) && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
		file, err = lock(path, how)
	}
	return file, err
}

// damagedFile is the fault of a file that is not as it was written.
func damagedFile(file string, cause error) error {
	return &fault.Error{Kind: fault.KindConflict, Key: "backup_damaged", Args: []any{file}, Cause: cause}
}

// named tells a full disk and a missing right from other errors.
func named(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Unavailable("backup_disk_full", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Unavailable("backup_folder_not_writable", err)
	}
	return err
}

// writeWhole puts text at path, as a whole or not at all, also through a power failure.
func writeWhole(path string, text []byte) (err error) {
	draft, err := os.CreateTemp(filepath.Dir(path), draftPrefix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft.Name())
		}
	}()
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return settle(draft.Name(), path)
}

const draftPrefix = ".draft-"

// settle gives a finished draft its name for good.
func settle(draft, path string) error {
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Dir(path), err)
	}
	return nil
}
