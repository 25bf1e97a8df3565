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

// Need gives the path of a data set. Where the whole folder is absent, as in a bare copy of the repository, the test is
// skipped with a reason that scripts/test.sh counts and tells. Where the folder is there but lacks the set, the test fails
// under CI, for one that cannot run must not look green, and skips elsewhere.
func Need(t testing.TB, name string) string {
	t.Helper()
	return need(t, Path(""), Path(name), os.Getenv("CI") != "")
}

// LeaveOut skips a test that this machine cannot run, for a reason that is told. Under CI it fails: there nobody would read
// that it was left out.
func LeaveOut(t testing.TB, why ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why...)
	}
	t.Skip(why...)
}

// lacking begins the reason of every test skipped for want of data; scripts/tally.mjs looks for it.
const lacking = "NEEDS DATA: "

func need(t testing.TB, folder, path string, ci bool) string {
	t.Helper()
	_, err := os.Stat(path)
	if err == nil {
		return path
	}
	_, absent := os.Stat(folder)
	switch {
	case absent != nil:
		t.Skipf("%sthere is no %s beside the repository; this test proves nothing here", lacking, filepath.Join("..", "shared", "data"))
	case ci:
		t.Fatalf("the data folder lacks a set: %v", err)
	default:
		t.Skipf("%s%v", lacking, err)
	}
	return ""
}
