package house

import (
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"guanxi/test/testdata"
)

// stages in the order facts run through them.
var stages = []string{"collect", "customer", "analyze", "decide", "act", "measure"}

// mayImport says why a file of package from must not import package to, both from the module's root; "" when it may.
// Test files may reach the schema and the folders of tests from everywhere.
func mayImport(from, to string, inTest bool) string {
	switch {
	case under(to, "cmd"):
		return "nothing imports the binary"
	case under(to, "test") && !under(from, "test") && !inTest:
		return "only tests import test/"
	case inTest && (under(to, "test") || to == "flow/schema"):
		return ""
	case under(to, "demo") && !under(from, "cmd") && !under(from, "demo") && !under(from, "test"):
		return "only the binary knows the demo company"
	case under(from, "base/db/dbtest") || under(from, "base/columns/columnstest"):
		if to == "flow/schema" || under(to, "base") {
			return ""
		}
		return "test stores know the kit and the schema only"
	case under(from, "base") && !under(to, "base"):
		return "base holds no business word"
	case under(from, "guard") && !under(to, "guard") && !under(to, "base"):
		return "guard knows the kit only"
	case under(from, "web") && !under(to, "web"):
		return "the web application is served by others"
	case under(from, "flow"):
		return mayFlow(from, to)
	}
	return ""
}

// mayFlow is the arrow: a stage imports only stages before it, and base/, guard/.
func mayFlow(from, to string) string {
	switch {
	case under(to, "base"), under(to, "guard"), to == "flow/schema":
		return ""
	case !under(to, "flow"):
		return "a stage imports only stages before it, base/ and guard/"
	}
	if have, want := stage(from), stage(to); have < 0 || want < 0 || want > have {
		return "a stage imports only stages before it"
	}
	return ""
}

// stage gives the place of a package in stages, -1 when it is none.
func stage(pkg string) int {
	parts := strings.Split(pkg, "/")
	if len(parts) < 2 {
		return -1
	}
	for i, name := range stages {
		if parts[1] == name {
			return i
		}
	}
	return -1
}

func under(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func TestMayImport(t *testing.T) {
	for _, row := range []struct {
		from, to string
		inTest   bool
		refused  bool
	}{
		{"flow/customer", "flow/collect", false, false},
		{"flow/collect", "flow/customer", false, true},
		{"flow/collect", "flow/customer", true, true},
		{"flow/analyze", "flow/decide", false, true},
		{"flow/decide", "flow/analyze", false, false},
		{"flow/decide", "demo", false, true},
		{"flow/decide", "cmd/guanxi", false, true},
		{"flow/decide", "test/testdata", false, true},
		{"flow/decide", "test/testdata", true, false},
		{"base/db", "flow/schema", false, true},
		{"base/db/dbtest", "flow/schema", false, false},
		{"base/feed", "guard", false, true},
		{"guard", "base/db", false, false},
		{"guard", "flow/customer", false, true},
		{"cmd/guanxi", "demo", false, false},
		{"demo", "flow/customer", false, false},
	} {
		if why := mayImport(row.from, row.to, row.inTest); (why != "") != row.refused {
			t.Errorf("%s imports %s (in a test: %v): %q", row.from, row.to, row.inTest, why)
		}
	}
}

// The imports are read here, in this process: a test that asks `go list` stays green from the cache.
func TestArrows(t *testing.T) {
	files := 0
	for _, name := range tracked(t) {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		files++
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(testdata.Root(), name), nil, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			to, ours := strings.CutPrefix(imported, "guanxi/")
			if !ours {
				continue
			}
			if why := mayImport(path.Dir(name), to, strings.HasSuffix(name, "_test.go")); why != "" {
				t.Errorf("%s imports %s: %s", name, to, why)
			}
		}
	}
	if files < 10 {
		t.Errorf("only %d Go files were found", files)
	}
}
