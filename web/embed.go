// Package web holds the built web application and serves it.
//
// The bundle in dist/ is made by `npm run build` and is not committed; without it the program still builds and
// answers every page with a short notice.
package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed all:dist
var bundle embed.FS

// policy is the Content-Security-Policy of every page: scripts only from our own files, no outside host at all.
// Styles may be inline because the component library writes its style sheets at run time.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// file is one asset, held with its gzip form, made once at the first request.
type file struct {
	plain, packed []byte
	kind          string
}

// Handler serves the application: assets by name, and index.html for every other path, which the router in the
// browser then reads. Assets carry a hash in their name and may be kept for ever; the page itself is asked for
// anew each time, so that a new release shows at once. It answers GET and HEAD only, and never /api or /v1.
func Handler() http.Handler {
	files := sync.OnceValues(load)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if under(name, "api") || under(name, "v1") {
			http.NotFound(w, r)
			return
		}
		all, err := files()
		if err != nil {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		found, ok := all[name]
		switch {
		case ok && under(name, "assets"):
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		case ok && name == "t.js": // stands in pages of others
			w.Header().Set("Cache-Control", "public, max-age=600")
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		case ok:
			w.Header().Set("Cache-Control", "no-cache")
		case path.Ext(name) != "":
			http.NotFound(w, r)
			return
		default:
			found = all["index.html"]
		}
		if found == nil {
			http.Error(w, "The web application is not part of this build: run `make build`.", http.StatusNotFound)
			return
		}
		found.serve(w, r)
	})
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	if strings.HasPrefix(f.kind, "text/html") {
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
	}
	body := f.plain
	if f.packed != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the reader may have gone; there is nobody to tell
	}
}

// load reads the bundle and packs what gets smaller by it.
func load() (map[string]*file, error) {
	dist, err := fs.Sub(bundle, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the bundle: %w", err)
	}
	all := map[string]*file{}
	err = fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		plain, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		packed, err := pack(plain)
		if err != nil {
			return err
		}
		all[name] = &file{plain: plain, packed: packed, kind: kindOf(name)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	return all, nil
}

// pack returns the gzip form, or nil where it saves less than a tenth.
func pack(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if out.Len() > len(plain)*9/10 {
		return nil, nil
	}
	return out.Bytes(), nil
}

// kindOf does not rely on the machine's own table alone, which on some systems lacks or mislabels scripts.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

func under(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
