package vault

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/test/testdata"
)

func newKeys(t *testing.T) *keys.Keys {
	t.Helper()
	k, err := keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func open(t *testing.T, dir string, k *keys.Keys) *Vault {
	t.Helper()
	v, err := OpenOrCreate(dir, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// state is n segments; those of changed differ from the state without.
func state(n int, changed ...int) (segments [][]byte) {
	for i := range n {
		random := rand.New(rand.NewPCG(uint64(i), 7))
		text := make([]byte, 20_000)
		for j := range text {
			text[j] = byte(random.IntN(40))
		}
		if slices.Contains(changed, i) {
			text[100] = 'x'
		}
		segments = append(segments, text)
	}
	return segments
}

var began = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func keep(t *testing.T, v *Vault, hour int, segments [][]byte) Generation {
	t.Helper()
	w, err := v.Begin(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	s := w.NewSequence()
	for _, text := range segments {
		if err := s.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	part, err := s.End()
	if err != nil {
		t.Fatal(err)
	}
	at := began.Add(time.Duration(hour) * time.Hour)
	g, err := w.Commit(Generation{Name: NameAt(at, "test"), TakenAt: at, Parts: map[string]Sequence{"all": part}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func holds(v *Vault, g Generation, want [][]byte) error {
	i := 0
	err := v.Each(context.Background(), g.Parts["all"], func(text []byte) error {
		if i >= len(want) || !bytes.Equal(text, want[i]) {
			return fmt.Errorf("segment %d differs", i)
		}
		i++
		return nil
	})
	if err == nil && i != len(want) {
		err = fmt.Errorf("%d segments, want %d", i, len(want))
	}
	return err
}

func mustHold(t *testing.T, v *Vault, g Generation, want [][]byte) {
	t.Helper()
	if err := holds(v, g, want); err != nil {
		t.Error(err)
	}
}

func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !strings.HasSuffix(path, ".lock") {
			rel, _ := filepath.Rel(dir, path)
			all = append(all, rel)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGenerations(t *testing.T) {
	k, dir := newKeys(t), filepath.Join(t.TempDir(), "vault")
	v := open(t, dir, k)
	first, second := state(1200), state(1200, 5, 700)
	a := keep(t, v, 0, first)
	b := keep(t, v, 1, second)

	t.Run("what changed little takes little room", func(t *testing.T) {
		if a.NewBytes < 1<<20 || b.NewBytes > a.NewBytes/100 {
			t.Errorf("%d bytes, then %d", a.NewBytes, b.NewBytes)
		}
		if c := keep(t, v, 2, second); c.NewBytes > 2000 {
			t.Errorf("%d bytes for nothing new", c.NewBytes)
		}
	})
	t.Run("each generation is read as it was kept, by who opens the folder anew too", func(t *testing.T) {
		again := open(t, dir, k)
		list, problems, err := again.Generations()
		if err != nil || len(problems) != 0 || len(list) != 3 || list[0].Name < list[2].Name {
			t.Fatal(list, problems, err)
		}
		mustHold(t, again, list[2], first)
		mustHold(t, again, list[1], second)
		if list[2].Size() != 1200*20_000 || list[2].NewBytes != a.NewBytes || !list[2].TakenAt.Equal(began) {
			t.Errorf("%+v", list[2])
		}
	})
	t.Run("nothing of the text can be seen in the folder", func(t *testing.T) {
		w, _ := v.Begin(t.Context(), 0)
		s := w.NewSequence()
		secret := []byte("13800138000 is a phone number")
		_ = s.Add(secret)
		part, _ := s.End()
		if _, err := w.Commit(Generation{Name: NameAt(began, "secret"), Parts: map[string]Sequence{"phones": part}, About: []byte(`{"who":"13900139000"}`)}); err != nil {
			t.Fatal(err)
		}
		for _, file := range files(t, dir) {
			text, _ := os.ReadFile(filepath.Join(dir, file))
			if bytes.Contains(text, []byte("138001")) || bytes.Contains(text, []byte("139001")) || bytes.Contains(text, []byte("phones")) {
				t.Errorf("%s shows it", file)
			}
		}
	})
	t.Run("a wrong key is refused and named, and changes nothing", func(t *testing.T) {
		before := files(t, dir)
		for _, open := range []func(string, *keys.Keys) (*Vault, error){Open, OpenOrCreate} {
			if _, err := open(dir, newKeys(t)); !fault.Is(err, fault.KindForbidden) || !strings.Contains(err.Error(), "wrong_key") {
				t.Error(err)
			}
		}
		if !slices.Equal(before, files(t, dir)) {
			t.Error("files changed")
		}
	})
	t.Run("a folder with something else in it is left alone", func(t *testing.T) {
		other := t.TempDir()
		if err := os.WriteFile(filepath.Join(other, "letter.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenOrCreate(other, k); !fault.Is(err, fault.KindConflict) {
			t.Error(err)
		}
		if _, err := Open(other, k); !fault.Is(err, fault.KindNotFound) {
			t.Error(err)
		}
	})
	t.Run("two do not write at once", func(t *testing.T) {
		w, err := v.Begin(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, dir, k).Begin(t.Context(), 0); !fault.Is(err, fault.KindConflict) {
			t.Error(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("notes are kept and replaced", func(t *testing.T) {
		for _, text := range []string{"one", "two"} {
			if err := v.WriteNote("tested", a.Name, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if notes, problems, err := v.Notes("tested"); err != nil || len(problems) != 0 || len(notes) != 1 || string(notes[0].Text) != "two" || notes[0].Name != a.Name {
			t.Error(notes, problems, err)
		}
	})
	t.Run("all is well", func(t *testing.T) {
		if problems, err := open(t, dir, k).Check(t.Context(), nil); err != nil || len(problems) != 0 {
			t.Error(problems, err)
		}
	})
}

// Every file is damaged in turn, in every way a disk or a person may; each time the file is named and no wrong text given.
func TestDamageIsFoundAndNamed(t *testing.T) {
	k, dir := newKeys(t), filepath.Join(t.TempDir(), "vault")
	v := open(t, dir, k)
	texts := [][][]byte{state(300), state(300, 3, 290)}
	var kept []Generation
	for hour, segments := range texts {
		kept = append(kept, keep(t, v, hour, segments))
	}
	if err := v.WriteNote("tested", kept[0].Name, []byte("well")); err != nil {
		t.Fatal(err)
	}
	all := files(t, dir)
	if len(all) < 6 {
		t.Fatal(all)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, file := range all {
		path := filepath.Join(dir, file)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damages := map[string][]byte{"cut to half": whole[:len(whole)/2], "cut by one byte": whole[:len(whole)-1], "empty": {}, "one byte longer": append(slices.Clone(whole), 0), "gone": nil}
		for _, at := range []int{0, len(whole) - 1, random.IntN(len(whole)), random.IntN(len(whole)), len(whole) - 20} {
			flipped := slices.Clone(whole)
			flipped[at] ^= 1 << random.IntN(8)
			damages[fmt.Sprintf("a bit of byte %d of %d flipped", at, len(whole))] = flipped
		}
		for how, text := range damages {
			if text == nil {
				err = os.Remove(path)
			} else {
				err = os.WriteFile(path, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if problem := noticed(t, dir, file, k, kept, texts); problem != "" && !(how == "gone" && !strings.HasPrefix(file, packFolder)) {
				t.Errorf("%s, %s: %s", file, how, problem)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if problems, err := open(t, dir, k).Check(t.Context(), nil); err != nil || len(problems) != 0 {
		t.Error("put right, and still: ", problems, err)
	}
}

// noticed says what was not noticed about the damage of file; "" when all is as it should be.
func noticed(t *testing.T, dir, file string, k *keys.Keys, kept []Generation, texts [][][]byte) string {
	v, err := Open(dir, k)
	if err != nil {
		if file == headerFile && strings.Contains(err.Error(), "backup_damaged") || strings.Contains(err.Error(), "wrong_key") {
			return ""
		}
		return err.Error()
	}
	defer v.Close()
	problems, err := v.Check(t.Context(), nil)
	if err != nil {
		return err.Error()
	}
	for i, g := range kept {
		if err := holds(v, g, texts[i]); err != nil && strings.Contains(err.Error(), "differs") {
			return "a wrong text was given"
		}
	}
	for _, p := range problems {
		if p.File == file || strings.HasPrefix(p.What, "needs what cannot be read") {
			return ""
		}
	}
	return fmt.Sprint("not named: ", problems)
}

// What a killed writer leaves (drafts, packs nobody needs) harms nothing, is used or swept by the next, and goes with pruning.
func TestAKilledWriterLeavesTheOthersWhole(t *testing.T) {
	k, dir := newKeys(t), filepath.Join(t.TempDir(), "vault")
	v := open(t, dir, k)
	first := keep(t, v, 0, state(300))
	w, err := v.Begin(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s := w.NewSequence()
	for _, text := range state(3000) {
		if err := s.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.writing.Close() // as the system does for a process that is no more
	if drafts, _ := filepath.Glob(filepath.Join(dir, packFolder, draftPrefix+"*")); len(drafts) != 1 || len(w.packs) == 0 {
		t.Fatalf("%d drafts, %d packs: nothing was half done", len(drafts), len(w.packs))
	}
	next := open(t, dir, k)
	mustHold(t, next, first, state(300))
	second := keep(t, next, 1, state(3000))
	mustHold(t, next, second, state(3000))
	if drafts, _ := filepath.Glob(filepath.Join(dir, packFolder, draftPrefix+"*")); len(drafts) != 0 {
		t.Error("drafts were left")
	}
	if problems, err := next.Check(t.Context(), nil); err != nil || len(problems) != 0 {
		t.Error(problems, err)
	}
}

func TestAFullDiskIsSaidAndLeavesTheOthersWhole(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=40m"); err != nil {
		testdata.LeaveOut(t, "needs the right to mount a small disk: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	k, dir := newKeys(t), filepath.Join(disk, "vault")
	v := open(t, dir, k)
	first := keep(t, v, 0, state(300))
	before := files(t, dir)
	w, err := v.Begin(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; err == nil && i < 3000; i++ {
		text := make([]byte, 20_000)
		for j := range text {
			text[j] = byte(rand.Uint32())
		}
		_, err = w.Store(text)
	}
	if !fault.Is(err, fault.KindUnavailable) || !strings.Contains(err.Error(), "backup_disk_full") {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if !slices.Equal(before, files(t, dir)) {
		t.Errorf("it left\n%v\nwhere there was\n%v", files(t, dir), before)
	}
	mustHold(t, v, first, state(300))
	mustHold(t, v, keep(t, v, 1, state(310)), state(310))
}

func TestPrune(t *testing.T) {
	k, dir := newKeys(t), filepath.Join(t.TempDir(), "vault")
	var kept []Generation
	var texts [][][]byte
	v := open(t, dir, k)
	for hour := range 6 {
		texts = append(texts, state(400+100*hour, 3*hour, 200+hour))
		kept = append(kept, keep(t, v, hour, texts[hour]))
	}
	if err := v.WriteNote("tested", kept[1].Name, []byte("well")); err != nil {
		t.Fatal(err)
	}
	before := v.StoredBytes()
	drop := func([]Generation) []string { return []string{kept[1].Name, kept[5].Name, kept[4].Name} }

	reader := open(t, dir, k)
	if err := v.Prune(drop); err != nil {
		t.Fatal(err)
	}
	if all, _, _ := v.Generations(); len(all) != 6 {
		t.Fatal("pruned under a reader")
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	if err := v.Prune(func(all []Generation) []string {
		go func() { // whoever opens meanwhile waits for the end
			other, err := Open(dir, k)
			if err == nil {
				err = other.Close()
			}
			opened <- err
		}()
		return drop(all)
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
	again := open(t, dir, k)
	all, _, err := again.Generations()
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	for _, i := range []int{0, 2, 3} {
		mustHold(t, again, kept[i], texts[i])
	}
	if notes, _, _ := again.Notes("tested"); len(notes) != 0 {
		t.Error("a note on a generation that is gone")
	}
	if after := again.StoredBytes(); after > before*8/10 {
		t.Errorf("%d bytes before, %d after", before, after)
	}
	if problems, err := again.Check(t.Context(), nil); err != nil || len(problems) != 0 {
		t.Error(problems, err)
	}
}
