// Package mailtest runs a real SMTP server within a test.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The only one the server lets in.
const (
	Login    = "postmaster"
	Password = "correct horse battery"
)

// Received is a message the server took.
type Received struct {
	From, To, Data, Login string
	Secured               bool
}

// Server is an SMTP server. What it does to messages can be changed while it runs, by Behave.
type Server struct {
	Port  int
	Roots *x509.CertPool // trust the server's certificate
	inner *smtp.Server

	mutex    sync.Mutex
	received []Received
	tried    int
	behave   Behaviour
}

// Behaviour is how the server answers; the zero Behaviour takes everything.
type Behaviour struct {
	NeedLogin bool
	Rcpt      *smtp.SMTPError      // answer to every recipient
	Data      *smtp.SMTPError      // answer to the end of every message
	Break     func(*smtp.Conn)     // called when a message is through, before it is answered
	Before    func(at string) bool // called at "mail", "rcpt" and "data"; true breaks the connection there
}

// Open starts a server that ends with the test. secure: "none", "starttls" or "tls".
func Open(t testing.TB, secure string) *Server {
	t.Helper()
	s := &Server{}
	certificate := selfSigned(t)
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(certificate.Leaf)
	s.inner = smtp.NewServer(s)
	s.inner.Domain, s.inner.AllowInsecureAuth = "mail.test", false
	s.inner.ReadTimeout, s.inner.WriteTimeout, s.inner.MaxRecipients = 10*time.Second, 10*time.Second, 10
	s.inner.ErrorLog = quiet{}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Port = listener.Addr().(*net.TCPAddr).Port
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	switch secure {
	case "tls":
		listener = tls.NewListener(listener, config)
	case "starttls":
		s.inner.TLSConfig = config
	}
	go func() { _ = s.inner.Serve(listener) }()
	t.Cleanup(func() { _ = s.inner.Close() })
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Behave changes how the server answers from now on.
func (s *Server) Behave(b Behaviour) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.behave = b
}

// Received gives what the server took so far.
func (s *Server) Received() []Received {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]Received(nil), s.received...)
}

// Tried counts the messages that were begun.
func (s *Server) Tried() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.tried
}

func (s *Server) now() Behaviour {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.behave
}

// NewSession implements smtp.Backend.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secured := c.TLSConnectionState()
	return &session{server: s, conn: c, message: Received{Secured: secured}}, nil
}

type session struct {
	server  *Server
	conn    *smtp.Conn
	message Received
}

var errBroken = errors.New("broken off")

// at ends the connection where the behaviour says so.
func (s *session) at(step string) error {
	if before := s.server.now().Before; before != nil && before(step) {
		_ = s.conn.Conn().Close()
		return errBroken
	}
	return nil
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		if name != Login || password != Password {
			return smtp.ErrAuthFailed
		}
		s.message.Login = name
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.server.mutex.Lock()
	s.server.tried++
	s.server.mutex.Unlock()
	if s.server.now().NeedLogin && s.message.Login == "" {
		return smtp.ErrAuthRequired
	}
	s.message.From = from
	return s.at("mail")
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if refusal := s.server.now().Rcpt; refusal != nil {
		return refusal
	}
	s.message.To = to
	return s.at("rcpt")
}

func (s *session) Data(r io.Reader) error {
	if err := s.at("data"); err != nil {
		return err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	behave := s.server.now()
	if behave.Data != nil {
		return behave.Data
	}
	s.message.Data = string(text)
	s.server.mutex.Lock()
	s.server.received = append(s.server.received, s.message)
	s.server.mutex.Unlock()
	if behave.Break != nil {
		behave.Break(s.conn)
	}
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func selfSigned(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"mail.test"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	made, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key, Leaf: leaf}
}
