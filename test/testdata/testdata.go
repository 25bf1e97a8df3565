// Package testdata finds the real data sets that tests run the product against. They lie beside the repository and
// never in it.
package testdata

import (
	"os"
	"path/filepath"
	"testing"
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

// Path gives where a data set lies, for instance "cdnow/CDNOW_sample.txt". Tests ask for it
// through Need.
func Path(name string) string {
	return filepath.Join(Root(), "..", "shared", "data", filepath.FromSlash(name))
}

// Need gives the path of a data set. A test whose data set is absent says so and skips, except under CI, where it fails:
// a test that cannot run must not look green.
func Need(t testing.TB, name string) string {
	t.Helper()
	path := Path(name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("needs real data: ", err)
	}
	return path
}
