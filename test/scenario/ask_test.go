package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// answer is what came back over HTTP, whatever its status.
type answer struct {
	status  int
	header  http.Header
	text    string
	problem problem
}

// problem is an application/problem+json body.
type problem struct {
	Code   string
	Errors []struct{ Field, Message, Code string }
}

// caller is the headers somebody is known by; none are nobody's.
type caller map[string]string

// bearer is a program with an API token.
func bearer(token string) caller { return caller{"Authorization": "Bearer " + token} }

// has says whether the answer's body holds a text.
func (a answer) has(text string) bool { return strings.Contains(a.text, text) }

// ask sends a request and gives the answer. body goes as JSON unless it is nil; path begins after /api/v1.
func (c *company) ask(who caller, method, path string, body any) answer {
	c.t.Helper()
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		send = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.URL()+"/api/v1"+path, send)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range who {
		request.Header.Set(name, value)
	}
	return c.answerTo(request)
}

// admin is the administrator's token.
func (c *company) admin() caller { return bearer(c.Token) }

// signIn adds a member of staff and signs her in with a one-time link, as a browser would.
func (c *company) signIn(name, email, role string) caller {
	c.t.Helper()
	link := c.guanxi("user", "create", "--name", name, "--email", email, "--role", role)
	a := c.ask(nil, "POST", "/sign-in-links/enter", map[string]string{"token": link[strings.LastIndexAny(link, "/=#")+1:]})
	var session struct {
		CSRF string `json:"csrf_token"`
	}
	if a.status != http.StatusOK {
		c.t.Fatal(a.status, a.text)
	}
	if err := json.Unmarshal([]byte(a.text), &session); err != nil {
		c.t.Fatal(err)
	}
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return caller{"Cookie": cookie, "X-CSRF-Token": session.CSRF}
}

func (c *company) answerTo(request *http.Request) answer {
	c.t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		if err := json.Unmarshal(text, &a.problem); err != nil {
			c.t.Fatal(err)
		}
	}
	return a
}

// post sends a body as the administrator and reads the answer into out.
func (c *company) post(path string, body, out any) {
	c.t.Helper()
	if err := c.Call(c.t.Context(), "POST", path, body, out); err != nil {
		c.t.Fatal(err)
	}
}

// total gives how many items a list has.
func (c *company) total(path string) int {
	c.t.Helper()
	var list struct{ Total int }
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	c.get(path+join+"limit=1&total=true", &list)
	return list.Total
}

// tell sends what customers did to a source, as a program beside the shop does, and waits until it can be asked for.
func (c *company) tell(key string, sentAt any, messages []map[string]any) {
	c.t.Helper()
	for some := range slices.Chunk(messages, 400) {
		if err := c.Send(c.t.Context(), key, "/v1/batch", map[string]any{"batch": some, "sentAt": sentAt}); err != nil {
			c.t.Fatal(err)
		}
	}
	sent := map[string]bool{}
	for _, message := range messages {
		if name, tracked := message["event"].(string); tracked {
			sent[name] = true
		}
	}
	c.eventually("the events", func() any {
		var fields struct{ Events []struct{ Name string } }
		c.get("/fields", &fields)
		known := 0
		for _, e := range fields.Events {
			if sent[e.Name] {
				known++
			}
		}
		return known
	}, len(sent))
}

// guanxi runs a command of the program over the company's data and gives what it printed.
func (c *company) guanxi(args ...string) string {
	c.t.Helper()
	said, err := guanxi(c.t, append(args, c.where()...)...)
	if err != nil {
		c.t.Fatal(err)
	}
	return said
}

func (c *company) where() []string {
	where := []string{"--data", c.data}
	if c.url != "" {
		where = append(where, "--database-url", c.url)
	}
	return where
}

// guanxi runs a command of the program; what it says of its failure is part of the error.
func guanxi(t *testing.T, args ...string) (string, error) {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), binary, args...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = errors.Join(err, errors.New(string(failed.Stderr)))
	}
	return strings.TrimSpace(string(said)), err
}

// asked gets a path as somebody and reads the answer.
func (c *company) asked(who caller, path string, out any) error {
	a := c.ask(who, "GET", path, nil)
	if a.status != http.StatusOK {
		return fmt.Errorf("%s: %d %s", path, a.status, a.text)
	}
	return json.Unmarshal([]byte(a.text), out)
}
