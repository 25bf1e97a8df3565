// Package vault keeps generations of something large in one folder, encrypted, so that a generation that differs little
// from the one before takes little room.
//
// What is kept is cut into segments by its owner. A segment is named by a keyed hash of its text, stored once, compressed
// and sealed. Segments lie in packs, files that never change and are named by their own SHA-256, so that anybody can see
// without a key whether one is whole. A sequence is a list of segments, itself cut into lists that are segments; a
// generation is a small sealed file that names its sequences. It exists once that file is in place, which is the last thing
// written: whatever ends a backup before, the generations there are stay as they were.
//
//	vault.json           format, fingerprint of the key, and a sealed copy of both
//	packs/SHA256         segments, a sealed table of them, its length
//	generations/NAME     what one generation consists of
//	notes/KIND/NAME      small texts beside the generations, such as the result of a restoring test
package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"

	"guanxi/base/fault"
	"guanxi/base/keys"
)

const (
	format      = "guanxi vault, version 1"
	headerFile  = "vault.json"
	packFolder  = "packs"
	generFolder = "generations"
	noteFolder  = "notes"
)

// Vault is an open folder of generations.
type Vault struct {
	dir         string
	cipher      keys.Cipher
	namer       keys.Namer
	fingerprint string
	encoder     *zstd.Encoder
	decoder     *zstd.Decoder
	reading     *os.File // held shared while open, so that nobody prunes under a reader

	index   sync.RWMutex
	known   map[string]*pack // by name
	places  map[ID]place
	damaged []Problem
}

// Problem is something in the folder that is not as it was written.
type Problem struct {
	File string `json:"file"` // from the vault's folder
	What string `json:"what"`
}

type header struct {
	Format      string `json:"format"`
	Fingerprint string `json:"key_fingerprint"`
	Seal        []byte `json:"seal"`
}

// Exists says whether there is a vault in dir.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, headerFile))
	return err == nil
}

// prunePatience is how long opening waits for a pruning, which reads the generations and deletes files.
const prunePatience = 20 * time.Second

// Open opens the vault in dir. Faults: not found when there is none; forbidden with key wrong_key for a key that is not
// the vault's; conflict when another process prunes it and does not come to an end.
func Open(dir string, k *keys.Keys) (*Vault, error) {
	v := &Vault{dir: dir, known: map[string]*pack{}, places: map[ID]place{}}
	if err := v.useKeys(k); err != nil {
		return nil, err
	}
	if err := v.readHeader(); err != nil {
		return nil, err
	}
	var err error
	if v.reading, err = lockWithin(context.Background(), prunePatience, filepath.Join(dir, "reading.lock"), syscall.LOCK_SH); err != nil {
		return nil, err
	}
	if err := v.loadPacks(); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// OpenOrCreate opens the vault in dir, or makes one in a folder that is empty or absent.
func OpenOrCreate(dir string, k *keys.Keys) (*Vault, error) {
	if !Exists(dir) {
		if err := create(dir, k); err != nil {
			return nil, named(err)
		}
	}
	return Open(dir, k)
}

func create(dir string, k *keys.Keys) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() != packFolder && e.Name() != generFolder && e.Name() != noteFolder && e.Name()[0] != '.' {
			return fault.Conflict("backup_folder_not_empty", dir)
		}
	}
	v := &Vault{dir: dir}
	if err := v.useKeys(k); err != nil {
		return err
	}
	for _, sub := range []string{packFolder, generFolder, noteFolder} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	h := header{Format: format, Fingerprint: v.fingerprint}
	if h.Seal, err = v.cipher.Encrypt([]byte(h.Format+h.Fingerprint), []byte("header")); err != nil {
		return err
	}
	text, err := json.MarshalIndent(h, "", " ")
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(dir, headerFile), text)
}

func (v *Vault) useKeys(k *keys.Keys) (err error) {
	if v.cipher, err = k.Cipher("backup segments"); err != nil {
		return err
	}
	if v.namer, err = k.Namer("backup segments"); err != nil {
		return err
	}
	if v.fingerprint, err = k.Fingerprint(); err != nil {
		return err
	}
	if v.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2)); err != nil {
		return err
	}
	v.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxSegment))
	return err
}

// readHeader tells a wrong key from a damaged header before anything else is read.
func (v *Vault) readHeader() error {
	text, err := os.ReadFile(filepath.Join(v.dir, headerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Kind: fault.KindNotFound, Key: "no_backups_there", Args: []any{v.dir}, Cause: err}
	}
	if err != nil {
		return err
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil {
		return damagedFile(headerFile, err)
	}
	_, opens := v.cipher.Decrypt(h.Seal, []byte("header"))
	if opens != nil && h.Fingerprint != v.fingerprint {
		return fault.Forbidden("wrong_key", h.Fingerprint, v.fingerprint)
	}
	if again, err := json.MarshalIndent(h, "", " "); err != nil || opens != nil || h.Format != format || !bytes.Equal(again, text) {
		return damagedFile(headerFile, errors.Join(err, opens))
	}
	return nil
}

// Fingerprint is that of the key everything is sealed with.
func (v *Vault) Fingerprint() string { return v.fingerprint }

// Dir is the vault's folder.
func (v *Vault) Dir() string { return v.dir }

// Damaged lists the packs that could not be read when the vault was opened. What lay in them is stored anew by the next
// generation; older generations that need them can no longer be had.
func (v *Vault) Damaged() []Problem { return v.damaged }

// Close lets the vault go.
func (v *Vault) Close() error {
	_ = v.encoder.Close()
	v.decoder.Close()
	if v.reading == nil {
		return nil
	}
	return v.reading.Close()
}

// StoredBytes is the size of all packs.
func (v *Vault) StoredBytes() (sum int64) {
	v.index.RLock()
	defer v.index.RUnlock()
	for _, p := range v.known {
		sum += p.size
	}
	return sum
}
