package house

import (
	"path"
	"strings"
	"testing"
)

// A noun's code lives together; these names say nothing about what is inside.
var emptyNames = []string{"models", "model", "utils", "util", "helpers", "helper", "services", "service", "common", "shared", "misc", "lib", "types"}

func TestFoldersAndFilesNameWhatTheyHold(t *testing.T) {
	for _, name := range tracked(t) {
		if !isSource(name) {
			continue
		}
		parts := strings.Split(name, "/")
		for _, folder := range parts[:len(parts)-1] {
			for _, empty := range emptyNames {
				if folder == empty {
					t.Errorf("%s: the folder %q says nothing about what it holds", name, folder)
				}
			}
		}
		base, _, _ := strings.Cut(path.Base(name), ".")
		for _, empty := range emptyNames {
			if base == empty {
				t.Errorf("%s: the name says nothing about what it holds", name)
			}
		}
	}
}
