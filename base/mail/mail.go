// Package mail hands messages to an SMTP server. It keeps nothing: who may be written to, what was sent already and
// whether sending is held is for the caller to know.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"guanxi/base/dial"
	"guanxi/base/fault"
)

// Security says how the connection to the server is protected.
type Security string

// The ways to protect it. StartTLS is insisted on: a server that does not offer it gets nothing.
const (
	Open     Security = "none"
	StartTLS Security = "starttls"
	TLS      Security = "tls" // from the first byte
)

// Server is an SMTP server and as whom to write.
type Server struct {
	Host     string
	Port     int
	Security Security
	Login    string // "" = without signing in
	Password string
	From     string // address
	FromName string

	Dialer *dial.Dialer
	Roots  *x509.CertPool // the system's when nil
}

// Message is one mail to one address. ID is the part of its Message-ID before the @: the same message sent again carries
// the same.
type Message struct {
	ID         string
	To         string
	Subject    string
	Text, HTML string
	File       *File // nil for none
	At         time.Time
}

// File is what is attached to a message.
type File struct {
	Name    string
	Kind    string // its media type
	Content []byte
}

// Error is why a message was not sent, or not certainly. Answer is what the server said, "" when it said nothing.
type Error struct {
	Code      string
	Answer    string
	Temporary bool // trying again later may help
	InDoubt   bool // the server had the whole message and did not say what became of it
	Cause     error
}

func (e *Error) Error() string { return e.Code + " " + e.Answer }
func (e *Error) Unwrap() error { return e.Cause }

// answerTime bounds each conversation with a server, from the dialling to the first answers and again for a message.
const answerTime = 30 * time.Second

// CheckAddress says what is wrong with an address, nil for one that can be written to. Line breaks and anything but a
// bare address are refused: they would write headers of their own. Fault: invalid.
func CheckAddress(field, address string) error {
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > 254 || strings.ContainsAny(address, "\r\n\x00") {
		return fault.Invalid(field, "email_invalid")
	}
	return nil
}

// oneLine refuses what would end a header. Fault: invalid.
func oneLine(field, text string) error {
	if strings.ContainsAny(text, "\r\n\x00") {
		return fault.Invalid(field, "line_break")
	}
	return nil
}

// compose puts a message into its form. Faults: invalid.
func (s Server) compose(m Message) (*gomail.Msg, error) {
	if err := errors.Join(CheckAddress("from", s.From), oneLine("from_name", s.FromName), oneLine("subject", m.Subject), CheckAddress("to", m.To)); err != nil {
		return nil, err
	}
	composed := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingQP))
	if err := errors.Join(composed.FromFormat(s.FromName, s.From), composed.To(m.To)); err != nil {
		return nil, fault.Invalid("to", "email_invalid")
	}
	composed.Subject(m.Subject)
	_, domain, _ := strings.Cut(s.From, "@")
	composed.SetMessageIDWithValue(m.ID + "@" + domain)
	composed.SetDateWithValue(m.At)
	composed.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers by machines
	composed.SetUserAgent("Guanxi")
	composed.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		composed.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	if f := m.File; f != nil {
		if err := oneLine("file", f.Name); err != nil {
			return nil, err
		}
		if err := composed.AttachReader(f.Name, bytes.NewReader(f.Content), gomail.WithFileContentType(gomail.ContentType(f.Kind))); err != nil {
			return nil, err
		}
	}
	return composed, nil
}

// Send hands m to the server. Errors: *Error; invalid for addresses and subjects that no mail may have.
func (s Server) Send(ctx context.Context, m Message) error {
	composed, err := s.compose(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*answerTime)
	defer cancel()
	line := &line{server: s}
	defer line.close()
	caller, err := gomail.NewClient(s.Host, s.options(line)...)
	if err != nil {
		return &Error{Code: "mail_server_invalid", Cause: err}
	}
	conversation, err := caller.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return dialError(err)
	}
	stop := context.AfterFunc(ctx, line.close)
	defer stop()
	err = caller.SendWithSMTPClient(conversation, composed)
	if composed.IsDelivered() {
		_ = conversation.Quit() // it is sent, whatever comes after
		return nil
	}
	return sendError(err, composed)
}

func (s Server) options(l *line) []gomail.Option {
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(answerTime), gomail.WithDialContextFunc(l.dial),
		gomail.WithHELO(helo(s.From)), gomail.WithTLSConfig(s.tls())}
	switch s.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.Login != "" {
		options = append(options, gomail.WithUsername(s.Login), gomail.WithPassword(s.Password), gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256,
			gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return options
}

func (s Server) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// helo is how this program calls itself: the domain it writes from. The name of the machine is nobody's concern.
func helo(from string) string {
	if _, domain, found := strings.Cut(from, "@"); found && !strings.ContainsAny(domain, "[]: ") {
		return domain
	}
	return "localhost"
}

// line is the one connection of a conversation; the library leaves it open where a conversation fails at its beginning.
type line struct {
	server Server
	mutex  sync.Mutex
	conn   net.Conn
}

func (l *line) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	dialer := l.server.Dialer
	if dialer == nil {
		dialer = (&dial.Dialer{}).Inside()
	}
	conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(l.server.Host, strconv.Itoa(l.server.Port)))
	if err != nil {
		return nil, err
	}
	if l.server.Security == TLS {
		secured := tls.Client(conn, l.server.tls())
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, &Error{Code: "mail_tls_failed", Cause: err, Temporary: true}
		}
		conn = secured
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.conn = conn
	return conn, nil
}

func (l *line) close() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.conn != nil {
		_ = l.conn.Close()
	}
}
