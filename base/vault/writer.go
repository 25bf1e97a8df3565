package vault

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"guanxi/base/fault"
)

// listLength is how many segments one list of a sequence names.
const listLength = 256

// Sequence is an ordered list of segments.
type Sequence struct {
	Lists    []ID  `json:"lists"`
	Segments int64 `json:"segments"`
	Bytes    int64 `json:"bytes"` // of the texts
}

// MarshalText writes an id as hexadecimal digits.
func (id ID) MarshalText() ([]byte, error) { return hexText(id[:]), nil }

// UnmarshalText reads it.
func (id *ID) UnmarshalText(text []byte) error { return unhex(id[:], text) }

// Writer adds one generation. One writes at a time.
type Writer struct {
	vault   *Vault
	writing *os.File
	open    *packWriter
	packs   []*pack // finished by this writer
	fresh   map[ID]bool
	stored  int64
}

// Begin starts a generation, and waits so long for another to be finished. Faults: conflict when another is being written
// still, unavailable when the folder cannot be.
func (v *Vault) Begin(ctx context.Context, patience time.Duration) (*Writer, error) {
	writing, err := lockWithin(ctx, patience, filepath.Join(v.dir, "writing.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	w := &Writer{vault: v, writing: writing, fresh: map[ID]bool{}}
	if err := w.sweepDrafts(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// sweepDrafts deletes what a killed writer left half written; the lock says that nobody writes it now.
func (w *Writer) sweepDrafts() error {
	for _, folder := range []string{packFolder, generFolder} {
		entries, err := os.ReadDir(filepath.Join(w.vault.dir, folder))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), draftPrefix) {
				if err := os.Remove(filepath.Join(w.vault.dir, folder, e.Name())); err != nil {
					return named(err)
				}
			}
		}
	}
	return nil
}

// Store keeps a segment, unless it is there already.
func (w *Writer) Store(text []byte) (ID, error) {
	if len(text) > maxSegment {
		return ID{}, fault.TooLarge("segment_too_large", maxSegment)
	}
	name, err := w.vault.namer.Name(text)
	if err != nil {
		return ID{}, err
	}
	id := ID(name)
	if w.fresh[id] || w.vault.Has(id) {
		return id, nil
	}
	if w.open == nil {
		if w.open, err = w.vault.newPack(); err != nil {
			return ID{}, named(err)
		}
	}
	sealed, err := w.vault.seal(id, text)
	if err != nil {
		return ID{}, err
	}
	if err := w.open.add(id, sealed); err != nil {
		return ID{}, named(err)
	}
	w.fresh[id] = true
	if w.open.offset >= packSize {
		err = w.closePack()
	}
	return id, err
}

func (w *Writer) closePack() error {
	if w.open == nil {
		return nil
	}
	p, err := w.open.close()
	w.open = nil
	if err != nil {
		return named(err)
	}
	clear(w.fresh) // they are in the index now
	w.packs = append(w.packs, p)
	w.stored += p.size
	return nil
}

// SequenceWriter collects one sequence.
type SequenceWriter struct {
	writer  *Writer
	ids     []byte
	reached Sequence
}

// NewSequence starts a sequence.
func (w *Writer) NewSequence() *SequenceWriter { return &SequenceWriter{writer: w} }

// Add stores the next segment.
func (s *SequenceWriter) Add(text []byte) error {
	id, err := s.writer.Store(text)
	if err != nil {
		return err
	}
	return s.AddStored(id, int64(len(text)))
}

// AddStored names a segment that is stored already as the next one; size is the length of its text.
func (s *SequenceWriter) AddStored(id ID, size int64) error {
	s.ids = append(s.ids, id[:]...)
	s.reached.Segments++
	s.reached.Bytes += size
	if len(s.ids) == listLength*len(id) {
		return s.closeList()
	}
	return nil
}

func (s *SequenceWriter) closeList() error {
	if len(s.ids) == 0 {
		return nil
	}
	list, err := s.writer.Store(s.ids)
	s.ids = s.ids[:0]
	s.reached.Lists = append(s.reached.Lists, list)
	return err
}

// End gives the finished sequence.
func (s *SequenceWriter) End() (Sequence, error) {
	err := s.closeList()
	return s.reached, err
}

// Each gives the texts of a sequence in order.
func (v *Vault) Each(ctx context.Context, s Sequence, fn func(text []byte) error) error {
	return v.EachID(s, func(id ID) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := v.Read(id)
		if err != nil {
			return err
		}
		return fn(text)
	})
}

// EachID gives the names of a sequence's segments in order.
func (v *Vault) EachID(s Sequence, fn func(id ID) error) error {
	for _, list := range s.Lists {
		ids, err := v.Read(list)
		if err != nil {
			return err
		}
		for ; len(ids) >= 32; ids = ids[32:] {
			if err := fn(ID(ids[:32])); err != nil {
				return err
			}
		}
	}
	return nil
}

// Commit writes what is left and then the generation itself; from then on it exists. It fills in the name, the format and
// how many bytes were added.
func (w *Writer) Commit(g Generation) (Generation, error) {
	if err := w.closePack(); err != nil {
		return g, err
	}
	g.Format, g.NewBytes = format, w.stored
	text, err := json.Marshal(g)
	if err != nil {
		return g, err
	}
	sealed, err := w.vault.cipher.Encrypt(w.vault.encoder.EncodeAll(text, nil), []byte("generation:"+g.Name))
	if err != nil {
		return g, err
	}
	g.NewBytes += int64(len(sealed))
	if err := writeWhole(filepath.Join(w.vault.dir, generFolder, g.Name), sealed); err != nil {
		return g, named(err)
	}
	w.packs = nil
	return g, w.Close()
}

// Close ends the writer. Without a Commit before, all it wrote goes.
func (w *Writer) Close() error {
	if w.writing == nil {
		return nil
	}
	if w.open != nil {
		w.open.abort()
		w.open = nil
	}
	var errs []error
	for _, p := range w.packs {
		w.vault.forget(p)
		errs = append(errs, os.Remove(w.vault.packPath(p.name)))
	}
	errs = append(errs, w.writing.Close())
	w.writing, w.packs = nil, nil
	return errors.Join(errs...)
}
