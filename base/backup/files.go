package backup

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"guanxi/base/fault"
	"guanxi/base/vault"
)

const (
	filesFolder = "files"
	filePiece   = 1 << 20
)

// fileHead is the segment in front of the pieces of one file.
type fileHead struct {
	Path   string    `json:"path"` // from the folder of files, with slashes
	Size   int64     `json:"size"`
	Time   time.Time `json:"time"`
	Pieces int64     `json:"pieces"`
}

// keptFile is a file of the generation before.
type keptFile struct {
	head   fileHead
	pieces []vault.ID
}

// takeFiles keeps every file below dir/files. One of the same size and time as in the generation before is not read again.
func takeFiles(ctx context.Context, v *vault.Vault, w *vault.Writer, dir string, b *Backup) (vault.Sequence, error) {
	before := filesBefore(v)
	s := w.NewSequence()
	root := filepath.Join(dir, filesFolder)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		head, pieces, err := takeFile(w, path, filepath.ToSlash(name), before)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // gone or cut meanwhile: it was being taken away
		}
		if err != nil {
			return err
		}
		b.Files++
		text, err := json.Marshal(head)
		if err != nil {
			return err
		}
		if err := s.Add(text); err != nil {
			return err
		}
		for i, id := range pieces {
			if err := s.AddStored(id, min(filePiece, head.Size-int64(i)*filePiece)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return vault.Sequence{}, err
	}
	return s.End()
}

func takeFile(w *vault.Writer, path, name string, before map[string]keptFile) (head fileHead, pieces []vault.ID, err error) {
	file, err := os.Open(path)
	if err != nil {
		return head, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return head, nil, err
	}
	head = fileHead{Path: name, Size: info.Size(), Time: info.ModTime().UTC(), Pieces: (info.Size() + filePiece - 1) / filePiece}
	if old, found := before[name]; found && old.head == head {
		return head, old.pieces, nil
	}
	buffer := make([]byte, min(filePiece, max(info.Size(), 1)))
	for left := info.Size(); left > 0; left -= filePiece {
		piece := buffer[:min(filePiece, left)]
		if _, err := io.ReadFull(file, piece); err != nil {
			return head, nil, errors.Join(err, io.ErrUnexpectedEOF)
		}
		id, err := w.Store(piece)
		if err != nil {
			return head, nil, err
		}
		pieces = append(pieces, id)
	}
	return head, pieces, nil
}

// filesBefore reads which files the newest generation holds; without one, or where it is damaged, none: all are read.
func filesBefore(v *vault.Vault) map[string]keptFile {
	generations, _, err := v.Generations()
	if err != nil || len(generations) == 0 {
		return nil
	}
	all := map[string]keptFile{}
	var now keptFile
	err = v.EachID(generations[0].Parts[filesPart], func(id vault.ID) error {
		if int64(len(now.pieces)) < now.head.Pieces {
			if !v.Has(id) {
				return fs.ErrNotExist
			}
			now.pieces = append(now.pieces, id)
		} else {
			text, err := v.Read(id)
			if err != nil {
				return err
			}
			now = keptFile{}
			if err := json.Unmarshal(text, &now.head); err != nil {
				return err
			}
		}
		if int64(len(now.pieces)) == now.head.Pieces {
			all[now.head.Path] = now
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return all
}

// restoreFiles writes the files below dir/files.
func restoreFiles(ctx context.Context, v *vault.Vault, g vault.Generation, dir string, progress func(bytes int64)) (err error) {
	root := filepath.Join(dir, filesFolder)
	var head fileHead
	var file *os.File
	var pieces int64
	end := func() error {
		if file == nil {
			return nil
		}
		err := errors.Join(file.Sync(), file.Close(), os.Chtimes(file.Name(), head.Time, head.Time))
		file = nil
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	return v.Each(ctx, g.Parts[filesPart], func(text []byte) error {
		progress(int64(len(text)))
		if pieces > 0 {
			pieces--
			if _, err := file.Write(text); err != nil || pieces > 0 {
				return err
			}
			return end()
		}
		head = fileHead{}
		if err := json.Unmarshal(text, &head); err != nil {
			return err
		}
		if !filepath.IsLocal(filepath.FromSlash(head.Path)) {
			return fault.Invalid("path", "path_outside", head.Path)
		}
		path := filepath.Join(root, filepath.FromSlash(head.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		var err error
		if file, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return err
		}
		if pieces = head.Pieces; pieces == 0 {
			return end()
		}
		return nil
	})
}
