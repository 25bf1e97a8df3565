// Package testdata finds the real data sets that tests run against; they are not part of the repository.
package testdata

import (
	"os"
	"path/filepath"
)

// Path names a file of the shared data sets, which stand beside the repository: ../shared/data from its root.
// The file may be absent; a test that opens it skips then.
func Path(name string) string {
	root, err := os.Getwd()
	if err != nil {
		return name
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return filepath.Join(root, "..", "shared", "data", filepath.FromSlash(name))
		}
		above := filepath.Dir(root)
		if above == root {
			return name
		}
		root = above
	}
}
