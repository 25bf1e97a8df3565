package house

import (
	"regexp"
	"strings"
	"testing"
)

var (
	testName   = regexp.MustCompile(`\bTest[A-Z]\w*`)
	testFunc   = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	codeSpan   = regexp.MustCompile("`([^`]+)`")
	parameter  = regexp.MustCompile(`\\\{[^}]+\\\}`)
	methods    = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE|/|, )+ `)
	pathInside = regexp.MustCompile(`/[^\s,…]*`)
	routePath  = regexp.MustCompile(`path: "([^"]+)"`)
	apiPath    = regexp.MustCompile(`(?m)^    "(/[^"]+)": \{`)
)

// docs/features.md names nothing that is not there: screens are routes, endpoints stand in the contract, tests exist.
func TestFeaturesNameWhatIsThere(t *testing.T) {
	tests := map[string]bool{}
	for _, path := range tracked(t) {
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range testFunc.FindAllSubmatch(read(t, path), -1) {
				tests[string(m[1])] = true
			}
		}
	}
	routes := map[string]bool{"/p/…": true, "/p/{token}": true, "/docs": true}
	for _, m := range routePath.FindAllStringSubmatch(string(read(t, "web/src/app/router.tsx")), -1) {
		routes[m[1]] = true
	}
	var operations []*regexp.Regexp
	for _, m := range apiPath.FindAllStringSubmatch(string(read(t, "docs/openapi.json")), -1) {
		operations = append(operations, regexp.MustCompile("^"+parameter.ReplaceAllString(regexp.QuoteMeta(strings.TrimPrefix(m[1], "/api/v1")), "[^/]+")+"$"))
	}
	served := func(path string) bool {
		path = strings.TrimSuffix(path, "/")
		for _, o := range operations {
			if strings.Contains(o.String(), regexp.QuoteMeta(path)) || o.MatchString(path) {
				return true
			}
		}
		return false
	}
	for number, line := range strings.Split(string(read(t, "docs/features.md")), "\n") {
		for _, name := range testName.FindAllString(line, -1) {
			if !tests[name] {
				t.Errorf("line %d: there is no test %s", number+1, name)
			}
		}
		cells := strings.Split(line, " | ")
		if len(cells) < 5 || strings.HasPrefix(line, "|--") {
			continue
		}
		for _, span := range codeSpan.FindAllStringSubmatch(cells[2], -1) {
			screen, _, _ := strings.Cut(span[1], "?")
			if at := strings.ReplaceAll(screen, "{id}", "$id"); strings.HasPrefix(at, "/") && !routes[screen] && !routes[at] {
				t.Errorf("line %d: there is no screen %s", number+1, span[1])
			}
		}
		for _, span := range codeSpan.FindAllStringSubmatch(cells[3], -1) {
			if strings.HasPrefix(span[1], "guanxi ") || strings.HasPrefix(span[1], "-") {
				continue
			}
			for _, path := range pathInside.FindAllString(methods.ReplaceAllString(span[1], ""), -1) {
				if path = strings.SplitN(path, "?", 2)[0]; path != "/" && !served(path) {
					t.Errorf("line %d: there is no operation %s", number+1, path)
				}
			}
		}
	}
}
