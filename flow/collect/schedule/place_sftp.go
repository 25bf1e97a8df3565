package schedule

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"guanxi/base/dial"
	"guanxi/base/fault"
)

const (
	greetTime = 20 * time.Second // making an SSH connection
	idleTime  = 2 * time.Minute  // without a byte, while one is waited for
)

// server is an SFTP server.
type server struct {
	conn *ssh.Client
	*sftp.Client
	at   Place
	stop func() bool
}

// errKeyShown ends a greeting that was only to see the server's key.
var errKeyShown = errors.New("the key has been seen")

// openSFTP connects to a server whose key is the pinned one; nothing is said to another.
func openSFTP(ctx context.Context, d *dial.Dialer, p Place, secret Secret) (place, error) {
	if p.HostKey == "" {
		return nil, &PlaceError{Code: "host_key_needed"}
	}
	auth, err := secret.auth()
	if err != nil {
		return nil, err
	}
	conn, stop, err := greet(ctx, d, p, auth, func(key string) error {
		if key != p.HostKey {
			return &PlaceError{Code: "host_key_changed", Detail: key}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	inner, err := sftp.NewClient(conn, sftp.UseConcurrentWrites(false))
	if err != nil {
		stop()
		return nil, errors.Join(unreachable(err), conn.Close())
	}
	return &server{conn, inner, p, stop}, nil
}

// hostKey gives the key that a server shows, before anything was said to it.
func hostKey(ctx context.Context, d *dial.Dialer, p Place) (key string, err error) {
	_, _, err = greet(ctx, d, p, nil, func(shown string) error { key = shown; return errKeyShown })
	if errors.Is(err, errKeyShown) || key != "" {
		return key, nil
	}
	return "", err
}

// greet makes an SSH connection, which ends with ctx. trust judges the key that the server shows.
func greet(ctx context.Context, d *dial.Dialer, p Place, auth []ssh.AuthMethod, trust func(key string) error) (*ssh.Client, func() bool, error) {
	line, err := d.DialContext(ctx, "tcp", net.JoinHostPort(p.Host, strconv.Itoa(p.Port)))
	if err != nil {
		return nil, nil, unreachable(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	var refused error
	config := &ssh.ClientConfig{User: p.Login, Auth: auth, Timeout: greetTime, ClientVersion: "SSH-2.0-Guanxi",
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			refused = trust(key.Type() + " " + ssh.FingerprintSHA256(key))
			return refused
		}}
	if kind, _, pinned := strings.Cut(p.HostKey, " "); pinned {
		config.HostKeyAlgorithms = algorithmsOf(kind)
	}
	_ = line.SetDeadline(time.Now().Add(greetTime)) //nolint:forbidigo // deadlines of connections are real time
	conn, channels, requests, err := ssh.NewClientConn(line, p.Host, config)
	if err != nil {
		stop()
		_ = line.Close()
		switch {
		case refused != nil:
			return nil, nil, refused
		case strings.Contains(err.Error(), "unable to authenticate"):
			return nil, nil, &PlaceError{Code: "sign_in_refused", Cause: err}
		case strings.Contains(err.Error(), "no common algorithm for host key"):
			return nil, nil, &PlaceError{Code: "host_key_changed", Cause: err}
		}
		return nil, nil, unreachable(err)
	}
	_ = line.SetDeadline(time.Time{})
	return ssh.NewClient(conn, channels, requests), stop, nil
}

// algorithmsOf gives the ways to sign with a key of this type.
func algorithmsOf(kind string) []string {
	if kind == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{kind}
}

// auth gives the ways to prove who asks. Fault: invalid.
func (s Secret) auth() (ways []ssh.AuthMethod, err error) {
	if s.PrivateKey != "" {
		var signer ssh.Signer
		if s.Passphrase != "" {
			signer, err = ssh.ParsePrivateKeyWithPassphrase([]byte(s.PrivateKey), []byte(s.Passphrase))
		} else {
			signer, err = ssh.ParsePrivateKey([]byte(s.PrivateKey))
		}
		var locked *ssh.PassphraseMissingError
		switch {
		case errors.As(err, &locked):
			return nil, fault.Invalid("secret.passphrase", "required")
		case err != nil:
			return nil, fault.Invalid("secret.private_key", "private_key_unreadable")
		}
		ways = append(ways, ssh.PublicKeys(signer))
	}
	if s.Password != "" {
		ways = append(ways, ssh.Password(s.Password), ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			answers := make([]string, len(questions))
			for i := range answers {
				answers[i] = s.Password
			}
			return answers, nil
		}))
	}
	if len(ways) == 0 {
		return nil, fault.Invalid("secret.password", "required")
	}
	return ways, nil
}

func (s *server) Close() error {
	s.stop()
	return errors.Join(s.Client.Close(), ignoreClosed(s.conn.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// said names what a server answered.
func said(err error, missing string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return &PlaceError{Code: missing, Cause: err}
	case errors.Is(err, fs.ErrPermission):
		return &PlaceError{Code: "not_permitted_there", Cause: err}
	}
	var status *sftp.StatusError
	if errors.As(err, &status) {
		return &PlaceError{Code: "place_refused", Detail: status.FxCode().Error(), Temporary: true, Cause: err}
	}
	return unreachable(err)
}

func (s *server) look(ctx context.Context) (files []Seen, err error) {
	listed, err := s.ReadDirContext(ctx, s.at.Path)
	if err != nil {
		return nil, said(err, "folder_missing")
	}
	for _, f := range listed {
		// a name with a slash in it would lead elsewhere
		if f.Mode().IsRegular() && !strings.ContainsAny(f.Name(), "/\\\x00") && s.at.fits(f.Name()) {
			files = append(files, Seen{Name: f.Name(), Size: f.Size(), Modified: f.ModTime().Unix()})
		}
	}
	slices.SortFunc(files, func(a, b Seen) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

func (s *server) stat(name string) (Seen, error) {
	f, err := s.Stat(path.Join(s.at.Path, name))
	if err != nil {
		return Seen{}, err
	}
	return Seen{Name: name, Size: f.Size(), Modified: f.ModTime().Unix()}, nil
}

func (s *server) read(name string) (io.ReadCloser, error) {
	file, err := s.Open(path.Join(s.at.Path, name))
	if err != nil {
		return nil, said(err, "file_gone")
	}
	return struct {
		io.Reader
		io.Closer
	}{&watched{r: file, close: s.conn.Close}, file}, nil
}

func (s *server) fetch(ctx context.Context, marks Marks, limit int, take func(string, io.Reader) error) (Marks, bool, error) {
	return fetchListed(ctx, s, marks, limit, take)
}

func (s *server) put(_ context.Context, name string, r io.Reader) error {
	draft, final := path.Join(s.at.Path, name+".part"), path.Join(s.at.Path, name)
	file, err := s.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY)
	if err != nil {
		return said(err, "folder_missing")
	}
	written, err := io.Copy(file, r)
	err = errors.Join(err, file.Close())
	if err == nil {
		var there os.FileInfo
		if there, err = s.Stat(draft); err == nil && there.Size() != written {
			err = &PlaceError{Code: "place_kept_part", Temporary: true}
		}
	}
	if err == nil {
		err = s.replace(draft, final)
	}
	if err != nil {
		_ = s.Remove(draft)
		return said(err, "folder_missing")
	}
	return nil
}

// replace puts a file in place of another; servers without the extension for it need the other gone first.
func (s *server) replace(draft, final string) error {
	if s.PosixRename(draft, final) == nil {
		return nil
	}
	if err := s.Rename(draft, final); err == nil {
		return nil
	}
	if err := s.Remove(final); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.Rename(draft, final)
}

// watched reads from something that may fall silent: then it is closed, and reading fails.
type watched struct {
	r     io.Reader
	close func() error
}

func (w *watched) Read(p []byte) (int, error) {
	var silent atomic.Bool
	timer := time.AfterFunc(idleTime, func() { silent.Store(true); _ = w.close() })
	n, err := w.r.Read(p)
	if !timer.Stop() && silent.Load() {
		return n, &PlaceError{Code: "place_silent", Temporary: true, Cause: err}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = said(err, "file_gone")
	}
	return n, err
}
