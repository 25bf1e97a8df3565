package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// loadPacks reads the table of every pack. One that cannot be read is noted; the others serve on.
func (v *Vault) loadPacks() error {
	entries, err := os.ReadDir(filepath.Join(v.dir, packFolder))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		p, sizes, err := v.readTable(e.Name())
		if err != nil {
			v.damaged = append(v.damaged, Problem{filepath.Join(packFolder, e.Name()), err.Error()})
			continue
		}
		v.take(p, sizes)
	}
	return nil
}

var errTruncated = errors.New("cut short or overwritten")

func (v *Vault) readTable(name string) (*pack, []uint32, error) {
	file, err := os.Open(v.packPath(name))
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	footer := make([]byte, footerSize)
	if _, err := file.ReadAt(footer, info.Size()-int64(footerSize)); err != nil || string(footer[4:]) != packEnd {
		return nil, nil, errTruncated
	}
	size := int64(binary.BigEndian.Uint32(footer))
	start := info.Size() - int64(footerSize) - size
	if start < 0 {
		return nil, nil, errTruncated
	}
	sealed := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(file, start, size), sealed); err != nil {
		return nil, nil, err
	}
	table, err := v.cipher.Decrypt(sealed, []byte("pack"))
	if err != nil {
		return nil, nil, fmt.Errorf("its table was changed: %w", err)
	}
	p := &pack{name: name, size: info.Size()}
	var sizes []uint32
	sum := int64(0)
	for ; len(table) >= entrySize; table = table[entrySize:] {
		p.ids = append(p.ids, ID(table[:32]))
		sizes = append(sizes, binary.BigEndian.Uint32(table[32:]))
		sum += int64(sizes[len(sizes)-1])
	}
	if sum != start {
		return nil, nil, errTruncated
	}
	return p, sizes, nil
}
