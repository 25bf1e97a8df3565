package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
)

const (
	packSize   = 16 << 20 // a pack is closed once it is this large
	maxSegment = 8 << 20
	packEnd    = "guanxi pack 1\n"
	footerSize = 4 + len(packEnd)
	entrySize  = 32 + 4
)

// ID names a segment: the keyed hash of its text.
type ID [32]byte

// place is where a segment lies.
type place struct {
	pack   *pack
	offset uint32
	length uint32
}

type pack struct {
	name string
	size int64
	ids  []ID
}

// packWriter fills one pack.
type packWriter struct {
	vault  *Vault
	file   *os.File
	hash   hash.Hash
	ids    []ID
	sizes  []uint32
	offset int64
}

func (v *Vault) newPack() (*packWriter, error) {
	if err := Room(v.dir, packSize); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(filepath.Join(v.dir, packFolder), draftPrefix)
	if err != nil {
		return nil, err
	}
	return &packWriter{vault: v, file: file, hash: sha256.New()}, nil
}

func (w *packWriter) write(b []byte) error {
	_, _ = w.hash.Write(b)
	n, err := w.file.Write(b)
	w.offset += int64(n)
	return err
}

// add takes a sealed segment.
func (w *packWriter) add(id ID, sealed []byte) error {
	w.ids = append(w.ids, id)
	w.sizes = append(w.sizes, uint32(len(sealed)))
	return w.write(sealed)
}

// close writes the table and gives the finished pack its name.
func (w *packWriter) close() (_ *pack, err error) {
	defer func() {
		if err != nil {
			w.abort()
		}
	}()
	table := make([]byte, 0, len(w.ids)*entrySize)
	for i, id := range w.ids {
		table = append(table, id[:]...)
		table = binary.BigEndian.AppendUint32(table, w.sizes[i])
	}
	sealed, err := w.vault.cipher.Encrypt(table, []byte("pack"))
	if err != nil {
		return nil, err
	}
	if err := w.write(append(binary.BigEndian.AppendUint32(sealed, uint32(len(sealed))), packEnd...)); err != nil {
		return nil, err
	}
	if err := errors.Join(w.file.Sync(), w.file.Close()); err != nil {
		return nil, err
	}
	p := &pack{name: hex.EncodeToString(w.hash.Sum(nil)), size: w.offset, ids: w.ids}
	if err := settle(w.file.Name(), w.vault.packPath(p.name)); err != nil {
		return nil, err
	}
	w.vault.take(p, w.sizes)
	return p, nil
}

func (w *packWriter) abort() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name())
}

func (v *Vault) packPath(name string) string { return filepath.Join(v.dir, packFolder, name) }

// take puts a pack's segments into the index.
func (v *Vault) take(p *pack, sizes []uint32) {
	v.index.Lock()
	defer v.index.Unlock()
	v.known[p.name] = p
	offset := uint32(0)
	for i, id := range p.ids {
		v.places[id] = place{p, offset, sizes[i]}
		offset += sizes[i]
	}
}

// forget takes a pack out of the index.
func (v *Vault) forget(p *pack) {
	v.index.Lock()
	defer v.index.Unlock()
	delete(v.known, p.name)
	for _, id := range p.ids {
		if v.places[id].pack == p {
			delete(v.places, id)
		}
	}
}

// seal compresses and seals a segment. The first byte of the text inside says whether it is compressed.
func (v *Vault) seal(id ID, text []byte) ([]byte, error) {
	packed := v.encoder.EncodeAll(text, []byte{1})
	if len(packed) > len(text) {
		packed = append([]byte{0}, text...)
	}
	return v.cipher.Encrypt(packed, id[:])
}

func (v *Vault) unseal(id ID, sealed []byte) ([]byte, error) {
	packed, err := v.cipher.Decrypt(sealed, id[:])
	if err != nil {
		return nil, err
	}
	if len(packed) == 0 {
		return nil, errTruncated
	}
	if packed[0] == 0 {
		return packed[1:], nil
	}
	return v.decoder.DecodeAll(packed[1:], nil)
}

// Has says whether a segment is stored.
func (v *Vault) Has(id ID) bool {
	v.index.RLock()
	defer v.index.RUnlock()
	_, found := v.places[id]
	return found
}

// Read gives the text of a segment. Fault: conflict naming the file that is missing or was changed.
func (v *Vault) Read(id ID) ([]byte, error) {
	v.index.RLock()
	at, found := v.places[id]
	v.index.RUnlock()
	if !found {
		if len(v.damaged) > 0 {
			return nil, damagedFile(v.damaged[0].File, errors.New(v.damaged[0].What))
		}
		return nil, damagedFile(packFolder, fmt.Errorf("a pack with segment %x is missing", id[:4]))
	}
	file, err := os.Open(v.packPath(at.pack.name))
	if err != nil {
		return nil, damagedFile(filepath.Join(packFolder, at.pack.name), err)
	}
	defer file.Close()
	sealed := make([]byte, at.length)
	if _, err := file.ReadAt(sealed, int64(at.offset)); err != nil {
		return nil, damagedFile(filepath.Join(packFolder, at.pack.name), err)
	}
	text, err := v.unseal(id, sealed)
	if err != nil {
		return nil, damagedFile(filepath.Join(packFolder, at.pack.name), err)
	}
	return text, nil
}

// checkPack reads every byte of a pack.
func (v *Vault) checkPack(p *pack) error {
	text, err := os.ReadFile(v.packPath(p.name))
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != p.name {
		return errors.New("its bytes are not those its name stands for")
	}
	rest := bytes.NewReader(text)
	for _, id := range p.ids {
		v.index.RLock()
		at := v.places[id]
		v.index.RUnlock()
		if at.pack != p {
			continue // stored twice; the other place is looked at with its own pack
		}
		sealed := make([]byte, at.length)
		if _, err := rest.ReadAt(sealed, int64(at.offset)); err != nil {
			return err
		}
		if _, err := v.unseal(id, sealed); err != nil {
			return fmt.Errorf("segment %x: %w", id[:4], err)
		}
	}
	return nil
}
