package schedule

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"guanxi/base/db/dbtest"
)

const (
	sftpLogin    = "till"
	sftpPassword = "hush-hush"
)

// sftpServer is a real SFTP server over a folder.
type sftpServer struct {
	dir     string
	port    int
	hostKey string
	trusted ssh.PublicKey // besides the password
	said    atomic.Int64  // attempts to sign in
	stall   atomic.Bool   // drop the connection at the next file that is read
	config  *ssh.ServerConfig
}

func signer(t testing.TB) (ssh.Signer, ed25519.PrivateKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s, key
}

func serveSFTP(t *testing.T) *sftpServer {
	t.Helper()
	s := &sftpServer{dir: t.TempDir()}
	s.config = &ssh.ServerConfig{
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			s.said.Add(1)
			if c.User() == sftpLogin && string(password) == sftpPassword {
				return nil, nil
			}
			return nil, errors.New("no")
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			s.said.Add(1)
			if s.trusted != nil && string(key.Marshal()) == string(s.trusted.Marshal()) {
				return nil, nil
			}
			return nil, errors.New("no")
		},
	}
	s.newKey(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s.port = listener.Addr().(*net.TCPAddr).Port
	go func() {
		for {
			line, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(line)
		}
	}()
	return s
}

// newKey gives the server a key of its own.
func (s *sftpServer) newKey(t testing.TB) {
	host, _ := signer(t)
	fresh := &ssh.ServerConfig{PasswordCallback: s.config.PasswordCallback, PublicKeyCallback: s.config.PublicKeyCallback}
	fresh.AddHostKey(host)
	s.config = fresh
	s.hostKey = host.PublicKey().Type() + " " + ssh.FingerprintSHA256(host.PublicKey())
}

func (s *sftpServer) serve(line net.Conn) {
	defer line.Close()
	conn, channels, requests, err := ssh.NewServerConn(line, s.config)
	if err != nil {
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		if asked.ChannelType() != "session" {
			_ = asked.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		channel, requests, err := asked.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem" && strings.HasSuffix(string(r.Payload), "sftp"), nil)
			}
		}()
		inner := sftp.NewRequestServer(channel, handlers(s, line))
		_ = inner.Serve()
		_ = inner.Close()
	}
}

// handlers serve the folder, and nothing above it.
func handlers(s *sftpServer, line net.Conn) sftp.Handlers {
	at := func(r *sftp.Request) string { return filepath.Join(s.dir, filepath.Clean("/"+r.Filepath)) }
	h := &onDisk{s, line, at}
	return sftp.Handlers{FileGet: h, FilePut: h, FileCmd: h, FileList: h}
}

type onDisk struct {
	s    *sftpServer
	line net.Conn
	at   func(r *sftp.Request) string
}

func (h *onDisk) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	if h.s.stall.Swap(false) {
		_ = h.line.Close()
	}
	return os.Open(h.at(r))
}

func (h *onDisk) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	return os.OpenFile(h.at(r), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
}

func (h *onDisk) Filecmd(r *sftp.Request) error {
	switch r.Method {
	case "Rename", "PosixRename":
		return os.Rename(h.at(r), filepath.Join(h.s.dir, filepath.Clean("/"+r.Target)))
	case "Remove":
		return os.Remove(h.at(r))
	case "Setstat":
		return nil
	}
	return sftp.ErrSSHFxOpUnsupported
}

type listing []os.FileInfo

func (l listing) ListAt(into []os.FileInfo, offset int64) (int, error) {
	if offset >= int64(len(l)) {
		return 0, io.EOF
	}
	n := copy(into, l[offset:])
	if n < len(into) {
		return n, io.EOF
	}
	return n, nil
}

func (h *onDisk) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	if r.Method != "List" {
		info, err := os.Stat(h.at(r))
		return listing{info}, err
	}
	entries, err := os.ReadDir(h.at(r))
	if err != nil {
		return nil, err
	}
	var l listing
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			l = append(l, info)
		}
	}
	return l, nil
}

func (s *sftpServer) place() Place {
	return Place{Type: SFTP, Host: "127.0.0.1", Port: s.port, Login: sftpLogin, Path: "/in", HostKey: s.hostKey}
}

func (s *sftpServer) write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// Places know nothing of the engine of the records, so one will do.
func TestSFTP(t *testing.T) {
	d := dbtest.SQLite(t)
	s := serveSFTP(t)
	s.write(t, "in/b.csv", "sku\nb1\n")
	s.write(t, "in/a.csv", "sku\na1\n")
	s.write(t, "in/note.txt", "not meant")
	secret := &Secret{Password: sftpPassword}

	t.Run("a server whose key was not confirmed shows it, and is told nothing", func(t *testing.T) {
		r := newRoom(t, d)
		unknown := s.place()
		unknown.HostKey = ""
		found, err := r.Look(r.ctx, Probe{Direction: In, Place: unknown, Secret: secret})
		if err != nil || found.OK || found.Code != "host_key_needed" || found.HostKey != s.hostKey || s.said.Load() != 0 {
			t.Errorf("%+v %v, %d words", found, err, s.said.Load())
		}
		at := s.place()
		at.Pattern = "*.csv"
		found, err = r.Look(r.ctx, Probe{Direction: In, Place: at, Secret: secret})
		if err != nil || !found.OK || found.Count != 2 || found.Files[0].Name != "a.csv" || found.Files[0].Size != 7 {
			t.Errorf("%+v %v", found, err)
		}
	})

	t.Run("what cannot be reached is named", func(t *testing.T) {
		r := newRoom(t, d)
		for _, row := range []struct {
			name string
			with func(*Place, *Secret)
			code string
		}{
			{"wrong password", func(_ *Place, s *Secret) { s.Password = "wrong" }, "sign_in_refused"},
			{"another key", func(p *Place, _ *Secret) { p.HostKey = "ssh-ed25519 SHA256:other" }, "host_key_changed"},
			{"a key of another type", func(p *Place, _ *Secret) { p.HostKey = "ssh-rsa SHA256:other" }, "host_key_changed"},
			{"no such folder", func(p *Place, _ *Secret) { p.Path = "/none" }, "folder_missing"},
			{"nobody listens", func(p *Place, _ *Secret) { p.Port = 1 }, "place_unreachable"},
			{"an address inside", func(p *Place, _ *Secret) { p.Host = "127.0.0.3" }, "address_private"},
			{"the machinery of a cloud", func(p *Place, _ *Secret) { p.Host = "169.254.169.254" }, "address_private"},
		} {
			at, with := s.place(), *secret
			row.with(&at, &with)
			found, err := r.Look(r.ctx, Probe{Direction: In, Place: at, Secret: &with})
			if err != nil || found.OK || found.Code != row.code || strings.Contains(found.Detail, sftpPassword) {
				t.Errorf("%s: %+v %v", row.name, found, err)
			}
		}
	})

	t.Run("files come in by password and by key, once; a broken line is tried again; a changed key stops it", func(t *testing.T) {
		r := newRoom(t, d)
		at := s.place()
		at.Pattern = "*.csv"
		of := r.make(Draft{Place: at, Secret: secret, Repeat: Repeat{EveryMinutes: 60}})
		s.stall.Store(true)
		r.later(time.Hour)
		r.wantLast(of.ID, "clock failed files=0 known=0 failed=0 rows=0 place_unreachable")
		r.later(time.Minute)
		r.wantLast(of.ID, "retry done files=2 known=0 failed=0 rows=0")
		r.wantRows("a1 by 1, b1 by 1")
		s.write(t, "in/c.csv", "sku\nc1\n")
		r.later(time.Hour)
		r.wantLast(of.ID, "clock done files=1 known=0 failed=0 rows=0")

		host, key := signer(t)
		s.trusted = host.PublicKey()
		block, err := ssh.MarshalPrivateKey(key, "")
		if err != nil {
			t.Fatal(err)
		}
		s.write(t, "in/d.csv", "sku\nd1\n")
		if _, err := r.Change(r.ctx, of.ID, "", Draft{Name: of.Name, Direction: In, Kind: "shelf", Place: at, Repeat: Repeat{EveryMinutes: 60},
			Secret: &Secret{PrivateKey: string(pem.EncodeToMemory(block))}}); err != nil {
			t.Fatal(err)
		}
		r.later(time.Hour)
		r.wantLast(of.ID, "clock done files=1 known=3 failed=0 rows=0")

		s.newKey(t)
		before := s.said.Load()
		r.later(time.Hour)
		r.wantLast(of.ID, "clock failed files=0 known=0 failed=0 rows=0 host_key_changed")
		if s.said.Load() != before {
			t.Error("a server with another key was told who asks")
		}
	})

	t.Run("a table goes out whole, under a name of its own, in place of what a broken run left", func(t *testing.T) {
		r := newRoom(t, d)
		s.write(t, "out/x", "")
		at := s.place()
		at.Path = "/out"
		of := r.make(Draft{Direction: Out, Place: at, Secret: secret, Export: &Content{Reason: "bookkeeper"}, Repeat: Repeat{At: "02:00"}})
		name := "customers-20260303-0200-s" + strconv.FormatInt(of.ID, 10) + ".csv"
		s.write(t, "out/"+name, "half of an older table, which was longer than the new one")
		r.later(24 * time.Hour)
		r.wantLast(of.ID, "clock done files=0 known=0 failed=0 rows=2")
		text, err := os.ReadFile(filepath.Join(s.dir, "out", name))
		entries, _ := os.ReadDir(filepath.Join(s.dir, "out"))
		if err != nil || string(text) != "table 1 of staff:1\n" || len(entries) != 2 {
			t.Errorf("%q %v %v", text, err, entries)
		}
	})
}
