package collect

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strconv"

	"guanxi/base/keys"
)

// maxUnpackedBytes bounds what a compressed file may unpack to.
const maxUnpackedBytes = 32 << 30

// textFile is a stored file of delimited text, perhaps gzipped, and how it is written.
type textFile struct {
	path   string
	layout Layout
}

// open starts a pass over the file's records.
func (f textFile) open(ctx context.Context) (*csvReader, io.Closer, error) {
	raw, _, err := openRaw(ctx, f.path)
	if err != nil {
		return nil, nil, err
	}
	reader := newCSVReader(decodeReader(raw, f.layout.Encoding), f.layout.delimiter(), f.layout.newline())
	if f.layout.SepLine {
		if _, err := reader.next(); err != nil {
			return nil, nil, errors.Join(err, raw.Close())
		}
	}
	return reader, raw, nil
}

// openRaw opens the bytes of a file, unpacked when it is gzipped.
func openRaw(ctx context.Context, path string) (io.ReadCloser, bool, error) {
	file, err := keys.OpenFile(ctx, path)
	if err != nil {
		return nil, false, err
	}
	buffered := bufio.NewReaderSize(file, 64<<10)
	if head, _ := buffered.Peek(2); !bytes.Equal(head, []byte{0x1F, 0x8B}) {
		return readCloser{buffered, file}, false, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, false, errors.Join(&FileError{Code: "gzip_broken"}, file.Close())
	}
	return readCloser{&boundedGzip{unpacked, maxUnpackedBytes}, file}, true, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// boundedGzip reads a gzip stream, refuses to unpack more than left bytes and names damage.
type boundedGzip struct {
	r    io.Reader
	left int64
}

func (b *boundedGzip) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.left -= int64(n)
	switch {
	case b.left < 0:
		return n, &FileError{Code: "unpacked_too_large"}
	case err != nil && err != io.EOF:
		return n, &FileError{Code: "gzip_broken", Detail: err.Error()}
	}
	return n, err
}

// readSample gives the beginning of a file, unpacked.
func readSample(ctx context.Context, path string) (sample []byte, compressed bool, err error) {
	raw, compressed, err := openRaw(ctx, path)
	if err != nil {
		return nil, false, err
	}
	defer raw.Close()
	sample = make([]byte, sampleBytes)
	n, err := io.ReadFull(raw, sample)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return sample[:n], compressed, err
}

// head is the beginning of a file: its column headers and some rows.
type head struct {
	layout  Layout
	headers []string
	rows    [][]string
}

const sampleRows = 200

// readHead finds out how a file is written and reads its headers and first rows.
func readHead(ctx context.Context, path string, k Kind, o Options) (head, error) {
	sample, compressed, err := readSample(ctx, path)
	if err != nil {
		return head{}, err
	}
	layout, err := guessLayout(sample, o)
	if err != nil {
		return head{}, err
	}
	layout.Compressed = compressed
	return readHeadAs(ctx, textFile{path, layout}, k, o)
}

func readHeadAs(ctx context.Context, f textFile, k Kind, o Options) (head, error) {
	h := head{layout: f.layout}
	reader, closer, err := f.open(ctx)
	if err != nil {
		return h, err
	}
	defer closer.Close()
	first, err := reader.next()
	if errors.Is(err, io.EOF) {
		return h, &FileError{Code: "empty_file"}
	}
	if err != nil {
		return h, err
	}
	switch o.Header {
	case "yes":
		h.layout.Header = true
	case "no":
		h.layout.Header = false
	default:
		h.layout.Header = f.layout.delimiter() != whitespaceRuns && looksLikeHeader(first, knownTo(k)) ||
			f.layout.delimiter() == whitespaceRuns && looksLikeHeader(first, func(string) bool { return false })
	}
	h.headers = nameColumns(first, h.layout.Header)
	h.layout.Headers = h.headers
	if !h.layout.Header {
		h.rows = append(h.rows, append([]string(nil), first...))
	}
	for len(h.rows) < sampleRows {
		row, err := reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return h, err
		}
		h.rows = append(h.rows, append([]string(nil), row...))
	}
	return h, nil
}

// nameColumns gives every column a name of its own: its header, its number where it has none, "name (2)" for a double.
func nameColumns(first []string, header bool) []string {
	names := make([]string, len(first))
	seen := map[string]int{}
	for i, cell := range first {
		name := trimCell(cell)
		if !header || name == "" {
			name = strconv.Itoa(i + 1)
		}
		seen[name]++
		if seen[name] > 1 {
			name += " (" + strconv.Itoa(seen[name]) + ")"
		}
		names[i] = name
	}
	return names
}
