package vault

import (
	"context"
	"os"
	"path/filepath"
	"sort"
)

// Check reads every byte there is and names each file that is not as it was written, and each generation that lacks
// something. progress, when given, is told how many bytes of packs were read.
func (v *Vault) Check(ctx context.Context, progress func(done, total int64)) ([]Problem, error) {
	problems := append([]Problem{}, v.damaged...)
	if err := v.readHeader(); err != nil {
		problems = append(problems, Problem{headerFile, reason(err)})
	}
	v.index.RLock()
	packs := make([]*pack, 0, len(v.known))
	for _, p := range v.known {
		packs = append(packs, p)
	}
	v.index.RUnlock()
	sort.Slice(packs, func(i, j int) bool { return packs[i].name < packs[j].name })
	total, done := v.StoredBytes(), int64(0)
	for _, p := range packs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := v.checkPack(p); err != nil {
			problems = append(problems, Problem{filepath.Join(packFolder, p.name), err.Error()})
		}
		if done += p.size; progress != nil {
			progress(done, total)
		}
	}
	generations, broken, err := v.Generations()
	if err != nil {
		return nil, err
	}
	problems = append(problems, broken...)
	for _, g := range generations {
		if err := v.complete(g); err != nil {
			problems = append(problems, Problem{filepath.Join(generFolder, g.Name), "needs what cannot be read: " + reason(err)})
		}
	}
	notes, err := v.checkNotes()
	return append(problems, notes...), err
}

// complete says whether every segment of a generation is there.
func (v *Vault) complete(g Generation) error {
	for _, part := range g.Parts {
		if err := v.EachID(part, func(id ID) error {
			if !v.Has(id) {
				_, err := v.Read(id) // says what is missing
				return err
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) checkNotes() (problems []Problem, err error) {
	kinds, err := os.ReadDir(filepath.Join(v.dir, noteFolder))
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		if !kind.IsDir() {
			continue
		}
		_, broken, err := v.Notes(kind.Name())
		if err != nil {
			return nil, err
		}
		problems = append(problems, broken...)
	}
	return problems, nil
}
