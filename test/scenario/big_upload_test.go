package scenario

import (
	"bytes"
	"io"
	"mime/multipart"
	"strings"
	"syscall"
	"testing"

	"guanxi/test/served"
	"guanxi/test/testdata"
)

// smallDisk mounts a disk of so many mebibytes that lies in memory, for as long as the test runs.
func smallDisk(t *testing.T, mebibytes string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+mebibytes+"m"); err != nil {
		testdata.LeaveOut(t, "needs the right to mount a small disk: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// endless gives the form of an upload whose file holds good rows, repeated for size bytes, without keeping them.
func endless(t *testing.T, size int64) (contentType string, body io.Reader, length int64) {
	t.Helper()
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	if err := writer.WriteField("kind", "orders"); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.CreateFormFile("file", "huge.csv"); err != nil {
		t.Fatal(err)
	}
	head := form.Len()
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	tail := form.Bytes()[head:]
	rows := &repeated{text: goodRows(10_000)}
	body = io.MultiReader(bytes.NewReader(form.Bytes()[:head]), strings.NewReader(goodHead), io.LimitReader(rows, size-int64(len(goodHead))), bytes.NewReader(tail))
	return writer.FormDataContentType(), body, int64(form.Len()) + size
}

// repeated reads a text again and again.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

// A file of five gigabytes meets a disk of four hundred megabytes. Whether its size is declared or the body comes in
// chunks, the program refuses it, keeps nothing of it, keeps running, and the next good file comes in.
func TestHugeFileOnSmallDisk(t *testing.T) {
	c := openWith(t, served.Options{Dir: smallDisk(t, "400")})
	free := func() int64 {
		var disk syscall.Statfs_t
		if err := syscall.Statfs(c.data, &disk); err != nil {
			c.t.Fatal(err)
		}
		return int64(disk.Bavail) * disk.Bsize >> 20
	}
	for _, row := range []struct {
		name     string
		size     int64
		declared bool
		fate     string
	}{
		{"five gigabytes, declared", 5 << 30, true, "413 file_too_large"},
		{"five gigabytes, in chunks", 5 << 30, false, "503 disk_full"},
		{"one gigabyte, declared: below the limit and above the disk", 1 << 30, true, "503 disk_full"},
	} {
		for _, path := range []string{"/imports", "/imports/inspect"} {
			c.play(row.name+", to "+path, func() {
				before := free()
				contentType, body, length := endless(c.t, row.size)
				if !row.declared {
					length = -1
				}
				c.expect("the answer", c.fate(c.send(path, contentType, body, length)), row.fate)
				c.untouched()
				if after := free(); after < before-16 {
					c.t.Errorf("%d MiB free, %d before", after, before)
				}
			})
		}
	}
	c.takesGoodFile()
}
