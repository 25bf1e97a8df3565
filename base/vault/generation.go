package vault

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"

	"guanxi/base/fault"
)

// Generation is the state of everything at one instant.
type Generation struct {
	Format   string              `json:"format"`
	Name     string              `json:"name"`
	TakenAt  time.Time           `json:"taken_at"`
	Parts    map[string]Sequence `json:"parts"`
	About    json.RawMessage     `json:"about"` // the owner's own words
	NewBytes int64               `json:"new_bytes"`
}

// Size is that of everything in it, in bytes, before compression.
func (g Generation) Size() (sum int64) {
	for _, part := range g.Parts {
		sum += part.Bytes
	}
	return sum
}

// NameAt gives the name of a generation taken at t; names sort by time.
func NameAt(t time.Time, ending string) string {
	return t.UTC().Format("20060102T150405.000Z") + "-" + ending
}

var generationName = regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z-[0-9a-z]{1,16}$`)

// Generations lists what there is, newest first, and the generations that cannot be read.
func (v *Vault) Generations() ([]Generation, []Problem, error) {
	names, err := v.names(generFolder)
	if err != nil {
		return nil, nil, err
	}
	var all []Generation
	var problems []Problem
	for _, name := range names {
		g, err := v.Generation(name)
		if err != nil {
			problems = append(problems, Problem{filepath.Join(generFolder, name), reason(err)})
			continue
		}
		all = append(all, g)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name > all[j].Name })
	return all, problems, nil
}

// Generation reads one. Faults: not found; conflict for one that was changed.
func (v *Vault) Generation(name string) (g Generation, err error) {
	if !generationName.MatchString(name) {
		return g, fault.NotFound("backup", name)
	}
	sealed, err := os.ReadFile(filepath.Join(v.dir, generFolder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return g, fault.NotFound("backup", name)
	}
	if err != nil {
		return g, err
	}
	text, err := v.cipher.Decrypt(sealed, []byte("generation:"+name))
	if err == nil {
		text, err = v.decoder.DecodeAll(text, nil)
	}
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		return g, damagedFile(filepath.Join(generFolder, name), err)
	}
	if g.Format != format {
		return g, damagedFile(filepath.Join(generFolder, name), fmt.Errorf("format %q", g.Format))
	}
	g.NewBytes += int64(len(sealed))
	return g, nil
}

// names lists the finished files of a folder in order.
func (v *Vault) names(folder string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(v.dir, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Note is a small text beside the generations.
type Note struct {
	Name string
	Text []byte
}

// WriteNote keeps a note, in place of one of the same kind and name. Both become parts of a path: they are fixed words or
// names of generations, never input.
func (v *Vault) WriteNote(kind, name string, text []byte) error {
	sealed, err := v.cipher.Encrypt(text, []byte("note:"+kind+"/"+name))
	if err != nil {
		return err
	}
	folder := filepath.Join(v.dir, noteFolder, kind)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return named(err)
	}
	return named(writeWhole(filepath.Join(folder, name), sealed))
}

// Notes reads the notes of a kind in the order of their names, and tells which cannot be read.
func (v *Vault) Notes(kind string) (all []Note, problems []Problem, err error) {
	names, err := v.names(filepath.Join(noteFolder, kind))
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		file := filepath.Join(noteFolder, kind, name)
		sealed, err := os.ReadFile(filepath.Join(v.dir, file))
		if err != nil {
			return nil, nil, err
		}
		text, err := v.cipher.Decrypt(sealed, []byte("note:"+kind+"/"+name))
		if err != nil {
			problems = append(problems, Problem{file, reason(err)})
			continue
		}
		all = append(all, Note{name, text})
	}
	return all, problems, nil
}

// reason gives the cause without the name of the file, which stands beside it.
func reason(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Cause != nil {
		return f.Cause.Error()
	}
	return err.Error()
}

func hexText(b []byte) []byte { return hex.AppendEncode(nil, b) }

func unhex(into, text []byte) error {
	if hex.DecodedLen(len(text)) != len(into) {
		return fmt.Errorf("%d digits", len(text))
	}
	_, err := hex.Decode(into, text)
	return err
}
