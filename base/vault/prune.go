package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Prune deletes the generations that drop names, and then whatever no generation needs. It takes the vault for itself: call
// it on no vault that is in use. Packs of which more than half is of no use are written anew before they go, so that an
// end at any moment loses nothing. Faults: conflict when others read or write.
func (v *Vault) Prune(drop func([]Generation) []string) (err error) {
	w, err := v.Begin(context.Background(), 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if v.reading != nil {
		if err := syscall.Flock(int(v.reading.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			return nil // somebody reads; there will be a next time
		}
		defer func() { err = errors.Join(err, syscall.Flock(int(v.reading.Fd()), syscall.LOCK_SH)) }()
	}
	all, broken, err := v.Generations()
	if err != nil || len(broken) > 0 {
		return err // what a broken generation needs is unknown
	}
	dropped := map[string]bool{}
	for _, name := range drop(all) {
		if err := v.dropGeneration(name); err != nil {
			return named(err)
		}
		dropped[name] = true
	}
	needed := map[ID]bool{}
	for _, g := range all {
		if dropped[g.Name] {
			continue
		}
		if err := v.need(g, needed); err != nil {
			return nil // a damaged pack hides what it needs; nothing more may go
		}
	}
	return w.keepNeeded(needed)
}

func (v *Vault) dropGeneration(name string) error {
	if err := os.Remove(filepath.Join(v.dir, generFolder, name)); err != nil {
		return err
	}
	kinds, err := os.ReadDir(filepath.Join(v.dir, noteFolder))
	if err != nil {
		return err
	}
	for _, kind := range kinds { // notes on this generation
		if err := os.Remove(filepath.Join(v.dir, noteFolder, kind.Name(), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (v *Vault) need(g Generation, needed map[ID]bool) error {
	for _, part := range g.Parts {
		for _, list := range part.Lists {
			needed[list] = true
		}
		if err := v.EachID(part, func(id ID) error { needed[id] = true; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// keepNeeded deletes packs nobody needs and writes anew those that are mostly of no use.
func (w *Writer) keepNeeded(needed map[ID]bool) error {
	v := w.vault
	v.index.RLock()
	packs := make([]*pack, 0, len(v.known))
	for _, p := range v.known {
		packs = append(packs, p)
	}
	v.index.RUnlock()
	var gone []*pack
	for _, p := range packs {
		var used, all int64
		for _, id := range p.ids {
			if at := v.places[id]; at.pack == p {
				all += int64(at.length)
				if needed[id] {
					used += int64(at.length)
				}
			}
		}
		if used > 0 && 2*used >= all {
			continue
		}
		if used > 0 {
			if err := w.move(p, needed); err != nil {
				return err
			}
		}
		gone = append(gone, p)
	}
	if err := w.closePack(); err != nil {
		return err
	}
	w.packs = nil // they stay
	for _, p := range gone {
		v.forget(p)
		if err := os.Remove(v.packPath(p.name)); err != nil {
			return named(err)
		}
	}
	return nil
}

// move copies what is needed of a pack, as it is sealed, into the writer's open pack.
func (w *Writer) move(p *pack, needed map[ID]bool) (err error) {
	text, err := os.ReadFile(w.vault.packPath(p.name))
	if err != nil {
		return err
	}
	for _, id := range p.ids {
		at := w.vault.places[id]
		if at.pack != p || !needed[id] {
			continue
		}
		if w.open == nil {
			if w.open, err = w.vault.newPack(); err != nil {
				return named(err)
			}
		}
		if err := w.open.add(id, text[at.offset:at.offset+at.length]); err != nil {
			return named(err)
		}
		if w.open.offset >= packSize {
			if err := w.closePack(); err != nil {
				return err
			}
		}
	}
	return nil
}
