// Package testdata finds the real data sets that tests run the product against. They lie beside the repository and
// never in it.
package testdata

import (
	"os"
	"path/filepath"
)

// Root gives the folder of the repository: the nearest one at or above the working directory that holds go.mod.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err) // a test without a working directory cannot go on
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			panic("testdata: no go.mod at or above the working directory")
		}
		dir = parent
	}
}

// Path gives where a data set lies, for instance "cdnow/CDNOW_sample.txt". A test that needs one which is absent says
// so and skips, except under CI, because a test that cannot run must not look green.
func Path(name string) string {
	return filepath.Join(Root(), "..", "shared", "data", filepath.FromSlash(name))
}
