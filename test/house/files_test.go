package house

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guanxi/test/testdata"
)

// tracked gives the files of the repository, those not yet committed too, by their path from its root.
func tracked(t testing.TB) []string {
	t.Helper()
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	list.Dir = testdata.Root()
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list files: %v", err)
	}
	var paths []string
	for path := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if _, err := os.Stat(filepath.Join(testdata.Root(), path)); err == nil { // deleted, not yet committed
			paths = append(paths, path)
		}
	}
	return paths
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata.Root(), path))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// written says whether a person wrote the file.
func written(path string) bool {
	switch {
	case strings.Contains(path, ".gen."), strings.HasSuffix(path, "package-lock.json"), strings.HasSuffix(path, "go.sum"),
		path == "docs/openapi.json", path == "LICENSE":
		return false
	}
	return true
}

func isSource(path string) bool {
	switch filepath.Ext(path) {
	case ".go", ".ts", ".tsx", ".mjs", ".css", ".sh":
		return written(path)
	}
	return false
}

// longest is the length at which a file is split along its nouns.
const longest = 500

func TestFilesStaySmall(t *testing.T) {
	var all, long int
	for _, path := range tracked(t) {
		if !isSource(path) {
			continue
		}
		all++
		lines := bytes.Count(read(t, path), []byte("\n"))
		if lines > 250 {
			long++
		}
		if lines > longest {
			t.Errorf("%s has %d lines; split it along its nouns", path, lines)
		}
	}
	if share := float64(long) / float64(max(all, 1)); share > 0.1 {
		t.Errorf("%d of %d files are longer than 250 lines; nine of ten should not be", long, all)
	}
}

// leaks are traces of the machine something was written on.
var leaks = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"an absolute path of a machine", regexp.MustCompile(`(^|[\s"'=(:])/(work|root|home|Users|private/tmp)/[\w.-]`)},
	{"a temporary path of a machine", regexp.MustCompile(`(^|[\s"'=(])/tmp/[\w.-]`)},
	{"a private registry or proxy", regexp.MustCompile(`(?i)https?://[\w.-]*(artifactory|nexus|verdaccio|goproxy|npmmirror|registry|proxy)[\w.-]*[:/]`)},
	{"a secret", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[0-9A-Za-z]{36}\b`)},
}

// publicRegistry is what npm itself writes into lock files.
const publicRegistry = "https://registry.npmjs.org/"

func TestNothingOfAMachineLeaks(t *testing.T) {
	for _, path := range tracked(t) {
		if strings.HasPrefix(path, "test/house/") {
			continue // names what it looks for
		}
		text := read(t, path)
		if bytes.IndexByte(text, 0) >= 0 {
			continue // a picture
		}
		for number, line := range bytes.Split(text, []byte("\n")) {
			line = bytes.ReplaceAll(line, []byte(publicRegistry), nil)
			for _, leak := range leaks {
				if found := leak.pattern.Find(line); found != nil {
					t.Errorf("%s:%d holds %s: %s", path, number+1, leak.what, bytes.TrimSpace(found))
				}
			}
		}
	}
}
