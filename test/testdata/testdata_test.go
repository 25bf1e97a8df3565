package testdata

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// heard is a test that notes how it was ended.
type heard struct {
	testing.TB
	skipped, failed string
}

func (h *heard) Helper()                      {}
func (h *heard) Skipf(f string, args ...any)  { h.skipped = fmt.Sprintf(f, args...); runtime.Goexit() }
func (h *heard) Fatalf(f string, args ...any) { h.failed = fmt.Sprintf(f, args...); runtime.Goexit() }

func TestNeed(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(filepath.Join(folder, "here"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, folder, set string
		ci                bool
		want              string
	}{
		{"a set that is there", folder, "here", true, "path"},
		{"a set that is missing, under CI", folder, "gone", true, "failed"},
		{"a set that is missing, at home", folder, "gone", false, "skipped"},
		{"no data at all, under CI", folder + "x", "here", true, "skipped"},
		{"no data at all, at home", folder + "x", "here", false, "skipped"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h, got := &heard{TB: t}, ""
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				got = need(h, row.folder, filepath.Join(row.folder, row.set), row.ci)
			}()
			<-ended
			is := map[string]bool{"path": got != "", "failed": h.failed != "", "skipped": strings.HasPrefix(h.skipped, lacking)}
			for outcome, so := range is {
				if so != (outcome == row.want) {
					t.Errorf("%s: %v; path %q, failed %q, skipped %q", outcome, so, got, h.failed, h.skipped)
				}
			}
		})
	}
}
