// Package served runs the real binary for tests that watch the product from outside, and asks it as a program would.
package served

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"guanxi/test/testdata"
)

// Binary gives the path of the program: GUANXI_BINARY where that is set, as `make test` does, else it is built into dir.
func Binary(ctx context.Context, dir string) (string, error) {
	if built := os.Getenv("GUANXI_BINARY"); built != "" {
		_, err := os.Stat(built) // also tells the test cache that the outcome depends on it
		return built, err
	}
	path := filepath.Join(dir, "guanxi")
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/guanxi")
	build.Dir = testdata.Root()
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, said)
	}
	return path, nil
}

// Options say what to start.
type Options struct {
	Binary string   // as Binary gives it
	Dir    string   // data folder
	URL    string   // of PostgreSQL, empty for SQLite
	Role   string   // of the token calls are made with; empty takes Token
	Token  string   // of an earlier start
	Flags  []string // further flags of `guanxi serve`
}

// Server is a running program.
type Server struct {
	Token string
	Ready time.Duration // from start to usable

	process *exec.Cmd
	said    *bytes.Buffer
	url     string
	client  *http.Client
}

// Start starts the program and waits until it is usable.
func Start(ctx context.Context, o Options) (*Server, error) {
	probe, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := probe.Addr().String()
	if err := probe.Close(); err != nil {
		return nil, err
	}
	s := &Server{Token: o.Token, url: "http://" + address, said: &bytes.Buffer{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	where := []string{"--data", o.Dir}
	if o.URL != "" {
		where = append(where, "--database-url", o.URL)
	}
	s.process = exec.CommandContext(ctx, o.Binary, slices.Concat([]string{"serve", "--addr", address}, where, o.Flags)...)
	s.process.Cancel = func() error { return s.process.Process.Signal(syscall.SIGTERM) }
	s.process.Stdout, s.process.Stderr = s.said, s.said
	began := time.Now()
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	s.Ready = time.Since(began)
	if o.Role == "" {
		return s, nil
	}
	token, err := exec.CommandContext(ctx, o.Binary, append([]string{"token", "create", "--role", o.Role, "--name", "test"}, where...)...).Output()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("token: %w", err), s.Stop())
	}
	s.Token = strings.TrimSpace(string(token))
	return s, nil
}

func (s *Server) awaitReady(ctx context.Context) error {
	for until := time.Now().Add(2 * time.Minute); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		answer, err := s.client.Do(request)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue
		}
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("not ready within two minutes:\n%s", s.said)
}

// URL is where the program serves, without a slash at its end.
func (s *Server) URL() string { return s.url }

// Said is what the program has printed and logged. Only after Stop or Kill.
func (s *Server) Said() string { return s.said.String() }

// Kill ends the program as a power failure would.
func (s *Server) Kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// Stop asks the program to end and waits for it.
func (s *Server) Stop() error {
	_ = s.process.Process.Signal(syscall.SIGTERM)
	return s.process.Wait()
}

// Call sends body (nil for none) and reads the answer into out (nil to drop it).
func (s *Server) Call(ctx context.Context, method, path string, body, out any) error {
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(text)
	}
	return s.send(ctx, method, path, "application/json", send, out)
}

func (s *Server) send(ctx context.Context, method, path, kind string, body io.Reader, out any) error {
	request, err := http.NewRequestWithContext(ctx, method, s.url+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.Token)
	if body != nil {
		request.Header.Set("Content-Type", kind)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// Settle waits until what starting has set in motion is done: three seconds in which the process takes less than a tenth
// of a processor, or the longest that is allowed.
func (s *Server) Settle(ctx context.Context, longest time.Duration) error {
	quiet := 0
	for until, before := time.Now().Add(longest), s.processor(); quiet < 3 && time.Now().Before(until); {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
		now := s.processor()
		if quiet++; now-before > 10 {
			quiet = 0
		}
		before = now
	}
	return nil
}

// processor gives the time the process has used so far, in hundredths of a second.
func (s *Server) processor() (ticks int64) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, used := range fields[11:13] { // utime and stime
		n, _ := strconv.ParseInt(used, 10, 64)
		ticks += n
	}
	return ticks
}

// Memory reads a figure of the process in MiB: VmRSS is now, VmHWM the most there ever was.
func (s *Server) Memory(name string) (float64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.Process.Pid) + "/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, name+":"); found {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("no %s", name)
}
