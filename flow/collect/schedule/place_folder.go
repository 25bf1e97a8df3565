package schedule

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// folder is a place below a folder of the server's own machine. It is opened as a root that neither .. nor a symbolic link
// leads out of.
type folder struct {
	root *os.Root
	at   Place
}

func openFolder(base string, p Place) (place, error) {
	if base == "" {
		return nil, &PlaceError{Code: "folder_not_allowed"}
	}
	allowed, err := os.OpenRoot(base)
	if err != nil {
		return nil, &PlaceError{Code: "folder_missing", Temporary: true, Cause: err}
	}
	defer allowed.Close()
	root, err := allowed.OpenRoot(p.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, &PlaceError{Code: "folder_missing", Cause: err}
	case errors.Is(err, fs.ErrPermission):
		return nil, &PlaceError{Code: "not_permitted_there", Cause: err}
	case err != nil:
		return nil, &PlaceError{Code: "path_outside", Cause: err}
	}
	return &folder{root, p}, nil
}

func (f *folder) Close() error { return f.root.Close() }

func (f *folder) look(ctx context.Context) (files []Seen, err error) {
	folder, err := f.root.Open(".")
	if err != nil {
		return nil, &PlaceError{Code: "not_permitted_there", Cause: err}
	}
	defer folder.Close()
	for {
		entries, err := folder.ReadDir(1000)
		for _, e := range entries {
			if !e.Type().IsRegular() || !f.at.fits(e.Name()) {
				continue
			}
			if seen, err := f.stat(e.Name()); err == nil {
				files = append(files, seen)
			}
		}
		if errors.Is(err, io.EOF) {
			slices.SortFunc(files, func(a, b Seen) int { return strings.Compare(a.Name, b.Name) })
			return files, nil
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
	}
}

func (f *folder) stat(name string) (Seen, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return Seen{}, err
	}
	return Seen{Name: name, Size: info.Size(), Modified: info.ModTime().UnixNano()}, nil
}

// read opens a file without waiting for a writer, should it have become a pipe.
func (f *folder) read(name string) (io.ReadCloser, error) {
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, &PlaceError{Code: "not_permitted_there", Cause: err}
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(&PlaceError{Code: "not_permitted_there", Cause: err}, file.Close())
	}
	return file, nil
}

func (f *folder) fetch(ctx context.Context, marks Marks, limit int, take func(string, io.Reader) error) (Marks, bool, error) {
	return fetchListed(ctx, f, marks, limit, take)
}

func (f *folder) put(_ context.Context, name string, r io.Reader) (err error) {
	draft := name + ".part"
	file, err := f.root.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = io.Copy(file, r)
		if err == nil {
			err = file.Sync()
		}
		err = errors.Join(err, file.Close())
		if err == nil {
			err = f.root.Rename(draft, name)
		}
		if err != nil {
			_ = f.root.Remove(draft)
		}
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &PlaceError{Code: "disk_full", Temporary: true, Cause: err}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return &PlaceError{Code: "not_permitted_there", Cause: err}
	case err == nil:
		return f.sync()
	}
	return err
}

// sync makes the names in the folder last.
func (f *folder) sync() error {
	folder, err := f.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
