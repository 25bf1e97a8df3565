package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"guanxi/base/keys"
)

const (
	xlsxTime    = 10 * time.Minute
	xlsxRows    = 1 << 20   // a sheet has no more
	xlsxOut     = 8 << 30   // bytes of text one workbook may become
	xlsxMemory  = 512 << 20 // of the child's heap
	xlsxVirtual = 4 << 30   // of the child's address space
	xlsxUnzip   = 4 << 30   // bytes a workbook may unpack to
	xlsxArg     = "xlsx-rows"
	xlsxMark    = "GUANXI_XLSX_CHILD"
)

// sheetInfo is what the child tells about the sheet it read, as its last line on stderr.
type sheetInfo struct {
	Code     string `json:"code,omitempty"` // why it failed
	Detail   string `json:"detail,omitempty"`
	Sheet    string `json:"sheet,omitempty"`
	Date1904 bool   `json:"date1904,omitempty"`
}

// isWorkbook says whether the file is a zip, as XLSX files are.
func isWorkbook(ctx context.Context, path string) (bool, error) {
	file, err := keys.OpenFile(ctx, path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	magic := make([]byte, 4)
	n, _ := io.ReadFull(file, magic)
	return bytes.Equal(magic[:n], []byte("PK\x03\x04")), nil
}

// asText gives the path of the file as delimited text. A workbook is turned into CSV beside it, once, by a child
// process of this program with bounds on memory and time: a crafted workbook can exhaust whatever parses it.
func asText(ctx context.Context, path string) (string, Layout, error) {
	workbook, err := isWorkbook(ctx, path)
	if err != nil || !workbook {
		return path, Layout{}, err
	}
	var l Layout
	text, told := path+".csv", path+".sheet"
	if b, err := os.ReadFile(told); err == nil && json.Unmarshal(b, &l) == nil {
		if _, err := os.Stat(text); err == nil {
			return text, l, nil
		}
	}
	info, err := convertWorkbook(ctx, path, text)
	if err != nil {
		return "", l, err
	}
	l = Layout{Sheet: info.Sheet, Date1904: info.Date1904}
	b, err := json.Marshal(l)
	if err != nil {
		return "", l, err
	}
	return text, l, os.WriteFile(told, b, 0o600)
}

// convertWorkbook runs the child and keeps what it writes.
func convertWorkbook(ctx context.Context, path, text string) (info sheetInfo, err error) {
	if os.Getenv(xlsxMark) != "" {
		return info, errors.New("the workbook reader must not start itself: call collect.XLSXChild first in main")
	}
	self, err := os.Executable()
	if err != nil {
		return info, err
	}
	scratch, err := os.MkdirTemp(filepath.Dir(path), "xlsx-")
	if err != nil {
		return info, err
	}
	defer os.RemoveAll(scratch)
	out, err := os.Create(filepath.Join(scratch, "rows.csv"))
	if err != nil {
		return info, err
	}
	defer out.Close()
	ctx, cancel := context.WithTimeout(ctx, xlsxTime)
	defer cancel()
	workbook, err := unsealed(ctx, path, scratch)
	if err != nil {
		return info, err
	}
	defer workbook.Close()
	child := exec.CommandContext(ctx, self, xlsxArg, childFile)
	child.ExtraFiles = []*os.File{workbook}
	child.Env = []string{xlsxMark + "=1", "TMPDIR=" + scratch, "GOMAXPROCS=1"}
	said := &tail{}
	sealed, err := keys.SealFile(ctx, out, filepath.Base(text))
	if err != nil {
		return info, err
	}
	bounded := &boundedWriter{w: sealed, left: xlsxOut}
	child.Stdout, child.Stderr = bounded, said
	runErr := child.Run()
	_ = json.Unmarshal(said.lastLine(), &info)
	switch {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return info, &FileError{Code: "xlsx_too_large", Detail: "time"}
	case ctx.Err() != nil:
		return info, ctx.Err()
	case bounded.left < 0:
		return info, &FileError{Code: "xlsx_too_large", Detail: "rows"}
	case info.Code != "":
		return info, &FileError{Code: info.Code, Detail: info.Detail}
	case runErr != nil && strings.Contains(string(said.kept), "out of memory"), runErr != nil && strings.Contains(runErr.Error(), "killed"):
		return info, &FileError{Code: "xlsx_too_large", Detail: "memory"}
	case runErr != nil:
		return info, &FileError{Code: "xlsx_broken", Detail: runErr.Error()}
	case info.Sheet == "":
		return info, errors.New("the workbook reader gave no answer: call collect.XLSXChild first in main")
	}
	if err := errors.Join(sealed.Close(), out.Sync()); err != nil {
		return info, err
	}
	return info, os.Rename(out.Name(), text)
}

// childFile is where the child finds the workbook: the first file handed to it.
const childFile = "/proc/self/fd/3"

// unsealed gives a workbook to be read from anywhere in it, in a file without a name, so that nothing of it lies there in
// clear when the program is killed.
func unsealed(ctx context.Context, path, scratch string) (*os.File, error) {
	sealed, err := keys.OpenFile(ctx, path)
	if err != nil {
		return nil, err
	}
	defer sealed.Close()
	file, err := os.CreateTemp(scratch, "workbook-")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(file, sealed)
	if err = errors.Join(err, os.Remove(file.Name())); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// boundedWriter fails once more than left bytes were written.
type boundedWriter struct {
	w    io.Writer
	left int64
}

func (b *boundedWriter) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errors.New("too much output")
	}
	return b.w.Write(p)
}

// tail keeps the first and the last bytes written to it.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if len(t.kept) > 64<<10 {
		t.kept = append(t.kept[:16<<10:16<<10], t.kept[len(t.kept)-(16<<10):]...)
	}
	return len(p), nil
}

func (t *tail) lastLine() []byte {
	trimmed := bytes.TrimRight(t.kept, "\n")
	return trimmed[bytes.LastIndexByte(trimmed, '\n')+1:]
}
