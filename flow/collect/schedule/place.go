package schedule

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"guanxi/base/dial"
	"guanxi/base/fault"
)

// The types of places.
const (
	Folder = "folder" // under the folder that the server was started with
	SFTP   = "sftp"
	URL    = "url" // http or https; only to read from
)

// Place says where files lie.
type Place struct {
	Type    string `json:"type" enum:"folder,sftp,url"`
	Path    string `json:"path,omitempty" maxLength:"1000" doc:"folder: below the one the server allows; sftp: the folder there"`
	Pattern string `json:"pattern,omitempty" maxLength:"200" doc:"of file names, with * and ?; every file when absent"`
	Host    string `json:"host,omitempty" maxLength:"253"`
	Port    int    `json:"port,omitempty" minimum:"0" maximum:"65535"`
	Login   string `json:"login,omitempty" maxLength:"200"`
	HostKey string `json:"host_key,omitempty" maxLength:"200" doc:"type and SHA-256 fingerprint of the server's key, as POST /schedules/test shows it; nothing else is trusted"`
	URL     string `json:"url,omitempty" maxLength:"2000"`
}

// Secret is what proves who asks at a place.
type Secret struct {
	Password   string `json:"password,omitempty" maxLength:"1000"`
	PrivateKey string `json:"private_key,omitempty" maxLength:"20000" doc:"OpenSSH or PEM"`
	Passphrase string `json:"passphrase,omitempty" maxLength:"1000" doc:"of the private key"`
}

// Marks are what a place said of its files at the last run, by name, so that they are not fetched again.
type Marks map[string]string

// Seen is a file at a place.
type Seen struct {
	Name     string `json:"name"`
	Size     int64  `json:"size" doc:"-1 when the place does not say"`
	Modified int64  `json:"-"`
}

func (s Seen) mark() string {
	return strconv.FormatInt(s.Size, 10) + ":" + strconv.FormatInt(s.Modified, 10)
}

// place is an open connection to where files lie.
type place interface {
	// look gives the files there that fit, by name.
	look(ctx context.Context) ([]Seen, error)
	// fetch gives the files that marks do not know to take, in the order of their names, at most so many, and gives what
	// is known then; a file that is still being written is left for the next time. more: there are others.
	fetch(ctx context.Context, marks Marks, limit int, take func(name string, r io.Reader) error) (known Marks, more bool, err error)
	// put writes a file: whole or not at all, in place of one of that name.
	put(ctx context.Context, name string, r io.Reader) error
	io.Closer
}

// PlaceError is why a place did not give or take a file. Detail is what it said, never an address or a secret.
type PlaceError struct {
	Code      string
	Detail    string
	Temporary bool
	Cause     error
}

func (e *PlaceError) Error() string { return e.Code + " " + e.Detail }
func (e *PlaceError) Unwrap() error { return e.Cause }

// unreachable names errors of the network.
func unreachable(err error) error {
	var named *PlaceError
	var timeout net.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &named):
		return named
	case errors.Is(err, dial.ErrPrivate):
		return &PlaceError{Code: "address_private", Cause: err}
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &timeout) && timeout.Timeout():
		return &PlaceError{Code: "place_silent", Temporary: true, Cause: err}
	}
	return &PlaceError{Code: "place_unreachable", Temporary: true, Cause: err}
}

// partial are endings of files that are still being written, by widespread habit.
var partial = []string{".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", "~"}

// fits says whether a file of this name is meant.
func (p Place) fits(name string) bool {
	if strings.HasPrefix(name, ".") {
		return false
	}
	for _, ending := range partial {
		if strings.HasSuffix(strings.ToLower(name), ending) {
			return false
		}
	}
	if p.Pattern == "" {
		return true
	}
	fits, err := path.Match(p.Pattern, name)
	return err == nil && fits
}

// check puts p in order, for reading or for writing. Faults: invalid.
func (p *Place) check(direction string) error {
	for _, text := range []*string{&p.Path, &p.Pattern, &p.Host, &p.Login, &p.HostKey, &p.URL} {
		if *text = strings.TrimSpace(*text); strings.ContainsAny(*text, "\r\n\x00") {
			return fault.Invalid("place", "line_break")
		}
	}
	if _, err := path.Match(p.Pattern, ""); err != nil || strings.ContainsAny(p.Pattern, `/\`) {
		return fault.Invalid("place.pattern", "pattern_invalid")
	}
	switch p.Type {
	case Folder:
		if p.Path == "" {
			p.Path = "."
		}
		if p.Path = filepath.Clean(filepath.FromSlash(p.Path)); !filepath.IsLocal(p.Path) {
			return fault.Invalid("place.path", "path_outside")
		}
		*p = Place{Type: Folder, Path: p.Path, Pattern: p.Pattern}
		return nil
	case SFTP:
		return p.checkSFTP()
	case URL:
		if direction == Out {
			return fault.Invalid("place.type", "place_only_read")
		}
		return p.checkURL()
	}
	return fault.Invalid("place.type", "not_one_of", "folder, sftp, url")
}

func (p *Place) checkSFTP() error {
	if p.Host == "" || strings.ContainsAny(p.Host, " /@") || strings.Contains(p.Host, ":") && net.ParseIP(p.Host) == nil {
		return fault.Invalid("place.host", "host_invalid")
	}
	if p.Login == "" {
		return fault.Invalid("place.login", "required")
	}
	if p.Port == 0 {
		p.Port = 22
	}
	if p.Path == "" {
		p.Path = "."
	}
	p.Path, p.URL = path.Clean(p.Path), ""
	return nil
}

func (p *Place) checkURL() error {
	at, err := url.Parse(p.URL)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return fault.Invalid("place.url", "url_invalid")
	}
	if at.User != nil {
		return fault.Invalid("place.url", "url_holds_password")
	}
	*p = Place{Type: URL, URL: p.URL, Login: p.Login}
	return nil
}

// about binds a secret to where it may be shown.
func (p Place) about() string {
	host := net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	if at, err := url.Parse(p.URL); p.Type == URL && err == nil {
		host = at.Scheme + "://" + at.Host
	}
	return p.Type + "\n" + host + "\n" + p.Login
}

// open connects to p, for reading or writing. Errors: *PlaceError; invalid.
func (s *Schedules) open(ctx context.Context, p Place, secret Secret, direction string) (place, error) {
	switch p.Type {
	case Folder:
		base := s.ImportFolder
		if direction == Out {
			base = s.ExportFolder
		}
		return openFolder(base, p)
	case SFTP:
		return openSFTP(ctx, s.Dialer, p, secret)
	}
	return openURL(s.Dialer, p, secret), nil
}

// fetchListed is the fetch of places that can list their files.
func fetchListed(ctx context.Context, at interface {
	look(ctx context.Context) ([]Seen, error)
	read(name string) (io.ReadCloser, error)
	stat(name string) (Seen, error)
}, marks Marks, limit int, take func(name string, r io.Reader) error) (known Marks, more bool, err error) {
	files, err := at.look(ctx)
	if err != nil {
		return nil, false, err
	}
	known = Marks{}
	for _, f := range files {
		if marks[f.Name] == f.mark() {
			known[f.Name] = f.mark()
			continue
		}
		if limit == 0 {
			return known, true, nil
		}
		limit--
		reader, err := at.read(f.Name)
		if err != nil {
			return known, false, err
		}
		settled := &settling{Reader: reader, unchanged: func() bool { now, err := at.stat(f.Name); return err == nil && now.mark() == f.mark() }}
		err = take(f.Name, settled)
		_ = reader.Close()
		if errors.Is(err, errUnsettled) {
			continue
		}
		if err != nil {
			return known, false, err
		}
		known[f.Name] = f.mark()
	}
	return known, false, nil
}

var errUnsettled = errors.New("the file changed while it was read")

// settling ends with errUnsettled when what was read has changed meanwhile.
type settling struct {
	io.Reader
	unchanged func() bool
}

func (s *settling) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF && !s.unchanged() {
		err = errUnsettled
	}
	return n, err
}
