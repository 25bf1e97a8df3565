package collect

import (
	"bytes"
	"fmt"
	"io"
	"unsafe"
)

// FileError says why a file as a whole was refused. Line counts text lines from 1, 0 when no line is to blame.
type FileError struct {
	Code   string
	Line   int64
	Detail string
}

func (e *FileError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s at line %d %s", e.Code, e.Line, e.Detail)
	}
	return e.Code + " " + e.Detail
}

const (
	maxRecordBytes = 1 << 20
	maxColumns     = 1000
	readChunk      = 256 << 10
	whitespaceRuns = ' ' // delimiter of files whose columns are parted by runs of blanks
)

// csvReader reads delimited records from UTF-8. It is our own because encoding/csv has no bound on a record before
// it is in memory, reports an unclosed quote where the file ends rather than where it opens, cannot read columns
// parted by runs of blanks, and must choose between refusing every quote inside an unquoted cell and accepting an unclosed one.
type csvReader struct {
	src       io.Reader
	delimiter byte
	newline   byte // '\n', or '\r' for files of old Macs
	buf       []byte
	pos, end  int
	eof       bool
	line      int64 // text line the next record starts at
	number    int64 // of the last record, from 1, blank ones included

	scratch []byte
	ends    []int
	cells   []string
}

func newCSVReader(src io.Reader, delimiter, newline byte) *csvReader {
	return &csvReader{src: src, delimiter: delimiter, newline: newline, line: 1}
}

// next returns the cells of the next record that is not blank, or io.EOF. The slice is reused; the strings are not.
func (r *csvReader) next() ([]string, error) {
	for {
		size, err := r.scan()
		if err != nil {
			return nil, err
		}
		if size == 0 {
			return nil, io.EOF
		}
		record := r.buf[r.pos : r.pos+size]
		line := r.line
		r.line += int64(bytes.Count(record, []byte{r.newline}))
		r.pos += size
		r.number++
		if bytes.IndexByte(record, 0) >= 0 {
			return nil, &FileError{Code: "not_text", Line: line}
		}
		if len(r.ends) == 0 || len(r.ends) == 1 && len(r.scratch) == 0 {
			continue
		}
		return r.split(), nil
	}
}

// split cuts one string into the cells, so that a record costs one allocation.
func (r *csvReader) split() []string {
	bytes := append([]byte(nil), r.scratch...)
	all := unsafe.String(unsafe.SliceData(bytes), len(bytes)) // bytes is never touched again
	r.cells = r.cells[:0]
	from := 0
	for _, end := range r.ends {
		r.cells = append(r.cells, all[from:end])
		from = end
	}
	return r.cells
}

// scan makes sure that one whole record stands in the buffer, leaves its cells in scratch and ends, and returns its
// size with the line break; 0 at the end of the file.
func (r *csvReader) scan() (int, error) {
	for {
		size, fault := r.record(r.buf[r.pos:r.end])
		if fault != nil {
			fault.Line += r.line
			return 0, fault
		}
		if size > 0 || r.eof && r.pos == r.end {
			return size, nil
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads more behind what is there.
func (r *csvReader) fill() error {
	held := r.end - r.pos
	if held > maxRecordBytes {
		if line, open := r.openQuote(r.buf[r.pos:r.end]); open {
			return &FileError{Code: "quote_unclosed", Line: r.line + line}
		}
		return &FileError{Code: "line_too_long", Line: r.line, Detail: fmt.Sprint(maxRecordBytes)}
	}
	if len(r.buf)-held < readChunk {
		bigger := make([]byte, held*2+2*readChunk)
		copy(bigger, r.buf[r.pos:r.end])
		r.buf = bigger
	} else {
		copy(r.buf, r.buf[r.pos:r.end])
	}
	r.pos, r.end = 0, held
	for tries := 0; tries < 100; tries++ {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		if err == io.EOF {
			r.eof = true
			return nil
		}
		if err != nil {
			return err
		}
		if n > 0 {
			return nil
		}
	}
	return io.ErrNoProgress
}

// record parses one record at the start of data. It returns 0 when the record is not complete yet. A fault's Line
// is counted from the record's first line.
func (r *csvReader) record(data []byte) (int, *FileError) {
	r.scratch, r.ends = r.scratch[:0], r.ends[:0]
	if r.delimiter == whitespaceRuns {
		return r.blankParted(data)
	}
	at := 0
	for {
		if len(r.ends) >= maxColumns {
			return 0, &FileError{Code: "too_many_columns", Detail: fmt.Sprint(maxColumns)}
		}
		start := at
		for at < len(data) && data[at] == ' ' {
			at++
		}
		var complete bool
		if at < len(data) && data[at] == '"' {
			var fault *FileError
			if at, complete, fault = r.quoted(data, at); fault != nil {
				return 0, fault
			}
		} else {
			at, complete = r.plain(data, start)
		}
		if !complete {
			return 0, nil
		}
		r.ends = append(r.ends, len(r.scratch))
		if at == len(data) {
			return at, nil
		}
		at++
		if data[at-1] == r.newline {
			return at, nil
		}
	}
}

// plain copies an unquoted cell and returns where its delimiter or line break stands.
func (r *csvReader) plain(data []byte, from int) (int, bool) {
	at := from
	for at < len(data) && data[at] != r.delimiter && data[at] != r.newline {
		at++
	}
	if at == len(data) && !r.eof {
		return at, false
	}
	cell := data[from:at]
	if r.newline == '\n' && len(cell) > 0 && cell[len(cell)-1] == '\r' && (at == len(data) || data[at] == '\n') {
		cell = cell[:len(cell)-1]
	}
	r.scratch = append(r.scratch, cell...)
	return at, true
}

// quoted copies the cell whose quote opens at from and returns where its delimiter or line break stands.
func (r *csvReader) quoted(data []byte, from int) (int, bool, *FileError) {
	fault := func() *FileError {
		return &FileError{Code: "quote_unclosed", Line: int64(bytes.Count(data[:from], []byte{r.newline}))}
	}
	at := from + 1
	for {
		close := bytes.IndexByte(data[at:], '"')
		if close < 0 {
			if r.eof {
				return 0, false, fault()
			}
			return 0, false, nil
		}
		r.scratch = append(r.scratch, data[at:at+close]...)
		at += close + 1
		if at < len(data) && data[at] == '"' {
			r.scratch = append(r.scratch, '"')
			at++
			continue
		}
		break
	}
	for at < len(data) && (data[at] == ' ' || data[at] == '\r' && r.newline == '\n') {
		at++
	}
	if at == len(data) {
		return at, r.eof, nil
	}
	if data[at] != r.delimiter && data[at] != r.newline {
		return 0, false, fault()
	}
	return at, true, nil
}

// blankParted parses columns parted by runs of blanks, as statistical programs write them. Quotes mean nothing.
func (r *csvReader) blankParted(data []byte) (int, *FileError) {
	length := bytes.IndexByte(data, r.newline)
	size := length + 1
	if length < 0 {
		if !r.eof {
			return 0, nil
		}
		length, size = len(data), len(data)
	}
	for _, cell := range bytes.Fields(data[:length]) {
		if len(r.ends) >= maxColumns {
			return 0, &FileError{Code: "too_many_columns", Detail: fmt.Sprint(maxColumns)}
		}
		r.scratch = append(r.scratch, cell...)
		r.ends = append(r.ends, len(r.scratch))
	}
	return size, nil
}

// openQuote says whether an oversized record is oversized because of a quote, and on which of its lines that opens.
func (r *csvReader) openQuote(data []byte) (int64, bool) {
	if r.delimiter == whitespaceRuns {
		return 0, false
	}
	r.eof = true // as if the file ended here: an open quote is then a fault
	_, fault := r.record(data)
	r.eof = false
	if fault == nil || fault.Code != "quote_unclosed" {
		return 0, false
	}
	return fault.Line, true
}
