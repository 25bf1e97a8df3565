package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"guanxi/test/testdata"
)

// ordinary are avoided words of docs/words.md that are the right word for another thing in the glossary or in
// programming, so that a machine cannot tell misuse. People watch them in review.
var ordinary = map[string]string{
	"channel":  "a word of its own: 渠道",
	"source":   "a word of its own: 来源",
	"segment":  "a word of its own: 客群",
	"list":     "a word of its own: 名单",
	"profile":  "a word of its own: 客户档案",
	"campaign": "a word of its own: 营销活动",
	"churn":    "a word of its own: 流失",
	"order":    "a word of its own: 订单; avoided only for a purchase in the customer's history",
	"activity": "a logged contact and the metric 客户活跃度; avoided only for events and campaigns",
	"log":      "logs of the program and the day's log are logs",
	"group":    "grouping rows is not a customer segment",
	"level":    "log levels, nesting levels",
	"status":   "HTTP status, order status; avoided only for stages",
	"closed":   "a ticket, a connection",
	"success":  "of a request",
	"test":     "of the code",
	"form":     "an HTML form",
	"score":    "of an RFM model, of a signal",
	"lost":     "closing result of an opportunity",
	"doc":      "documentation",
	"issue":    "avoided for tickets only",
	"case":     "of a switch, of letters",
	"query":    "a database query",
	"history":  "of the browser, of orders",
	"comment":  "in a file",
	"sync":     "the Go package",
	"policy":   "content security policy",
	"deadline": "of a context; avoided only for SLA",
	"workflow": "avoided for journeys only",
	"flow":     "the folder of the business",
	"plugin":   "of build tools",
	"user":     "checked below in the records and the domain, where it means staff or customer",
	"agent":    "the user agent of a browser",
}

// allowed are names that hold an avoided word for a reason.
var allowed = map[string]string{
	"UserAgent": "the HTTP header", "userAgent": "the HTTP header",
	"Client": "http.Client and what wraps it", "client": "http.Client and what wraps it",
	"client_id":   "OpenID Connect's name for the program",
	"QueryClient": "the query library's", "queryClient": "the query library's",
}

// avoided reads the last column of the glossary: single English words that a name must not hold.
func avoided(t testing.TB) map[string]string {
	t.Helper()
	words := map[string]string{}
	remark := regexp.MustCompile(`\([^)]*\)`)
	for line := range strings.Lines(string(read(t, "docs/words.md"))) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 6 || strings.HasPrefix(cells[1], "--") || strings.TrimSpace(cells[1]) == "word" {
			continue
		}
		for word := range strings.SplitSeq(remark.ReplaceAllString(cells[4], ""), ",") {
			word = strings.ToLower(strings.TrimSpace(word))
			if word == "" || strings.ContainsFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }) {
				continue
			}
			if _, both := ordinary[word]; !both {
				words[word] = strings.TrimSpace(cells[1])
			}
		}
	}
	return words
}

// parts splits a name into its words: "firstHTTPOrder_at" gives first, http, order, at.
func parts(name string) (words []string) {
	runes := []rune(name)
	start := 0
	cut := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(string(runes[start:end])))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case r == '_' || r == '-':
			cut(i)
			start = i + 1
		case unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			cut(i)
		}
	}
	cut(len(runes))
	return words
}

func TestParts(t *testing.T) {
	for name, want := range map[string]string{
		"firstHTTPOrder_at": "first http order at", "customerID": "customer id", "x": "x", "NPS": "nps", "list_of": "list of",
	} {
		if got := strings.Join(parts(name), " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// namesInGo gives the names a Go file declares: types, functions, fields, parameters, variables and constants.
func namesInGo(t testing.TB, path string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(testdata.Root(), path), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			names = append(names, n.Name.Name)
		case *ast.TypeSpec:
			names = append(names, n.Name.Name)
		case *ast.ValueSpec:
			for _, name := range n.Names {
				names = append(names, name.Name)
			}
		case *ast.Field:
			for _, name := range n.Names {
				names = append(names, name.Name)
			}
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				break
			}
			for _, left := range n.Lhs {
				if name, ok := left.(*ast.Ident); ok {
					names = append(names, name.Name)
				}
			}
		}
		return true
	})
	return names
}

var declared = regexp.MustCompile(`(?m)\b(?:const|let|function|class|interface|type|enum)\s+([A-Za-z_]\w*)|^\s+(?:readonly\s+)?([a-z]\w*)\??:\s`)

func namesInTypeScript(text string) (names []string) {
	for _, match := range declared.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1]+match[2])
	}
	return names
}

func TestNamesUseTheGlossary(t *testing.T) {
	words := avoided(t)
	if len(words) < 15 {
		t.Fatalf("only %d avoided words were read from docs/words.md", len(words))
	}
	for _, path := range tracked(t) {
		var names []string
		switch filepath.Ext(path) {
		case ".go":
			names = namesInGo(t, path)
		case ".ts", ".tsx":
			if written(path) {
				names = namesInTypeScript(string(read(t, path)))
			}
		}
		for _, name := range names {
			if allowed[name] != "" {
				continue
			}
			for _, part := range parts(name) {
				if meant, bad := words[strings.TrimSuffix(part, "s")]; bad {
					t.Errorf("%s: %s says %q; the glossary calls it %s", path, name, part, meant)
				}
			}
		}
	}
}
