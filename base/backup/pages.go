package backup

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
)

// pages reads the pages of a SQLite database in WAL mode as they were at one instant, while others go on writing.
//
// It rests on what SQLite promises a reader (https://www.sqlite.org/walformat.html): as long as a read transaction is open,
// a checkpoint moves no page that is newer than the reader's instant into the main file, and the log is not begun anew while
// it holds a page that the main file lacks. So a page is what the newest frame up to that instant holds, else what the main
// file holds. Where the log is begun anew after all, everything in it had reached the main file before.
type pages struct {
	conn   *sql.Conn // holds the read transaction; what SQL reads on it is of the same instant
	pool   *sql.DB
	main   *os.File
	wal    *os.File          // nil when there is no log
	frames map[uint32]uint32 // by page: the frame that holds it
	head   walHead
}

// walHead is what the shared index of the log says of the last commit.
type walHead struct {
	pageSize int64
	frames   uint32 // of committed changes in the log
	pages    uint32 // of the database
	salts    [8]byte
}

const (
	walHeader   = 32
	frameHeader = 24
)

// openPages starts to read the database at path.
func openPages(ctx context.Context, path string) (_ *pages, err error) {
	p := &pages{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	if p.pool, err = sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?_query_only=on&_busy_timeout=10000&_txlock=deferred"); err != nil {
		return nil, err
	}
	if p.conn, err = p.pool.Conn(ctx); err != nil {
		return nil, err
	}
	if err := p.begin(ctx, path); err != nil {
		return nil, err
	}
	if p.main, err = hold(path); err != nil {
		return nil, err
	}
	if p.head.pages == 0 {
		err = p.sizeByFile(ctx)
		return p, err
	}
	if p.head.frames == 0 {
		return p, nil
	}
	if p.wal, err = os.Open(path + "-wal"); err != nil {
		return nil, err
	}
	err = p.mapFrames()
	return p, err
}

// begin opens the read transaction at an instant whose last commit is known: no commit came between two looks.
func (p *pages) begin(ctx context.Context, path string) error {
	var mode string
	if err := p.conn.QueryRowContext(ctx, "pragma journal_mode").Scan(&mode); err != nil || mode != "wal" {
		return errors.Join(err, fmt.Errorf("%s: journal mode %q, not wal", path, mode))
	}
	var tables int
	const look = "select count(*) from sqlite_schema"
	if err := p.conn.QueryRowContext(ctx, look).Scan(&tables); err != nil { // also makes the index, if nobody has
		return err
	}
	for range 1000 {
		before, err := readHead(path)
		if err != nil {
			return err
		}
		if _, err := p.conn.ExecContext(ctx, "begin"); err != nil {
			return err
		}
		if err := p.conn.QueryRowContext(ctx, look).Scan(&tables); err != nil {
			return err
		}
		if p.head, err = readHead(path); err != nil || p.head == before {
			return err
		}
		if _, err := p.conn.ExecContext(ctx, "rollback"); err != nil {
			return err
		}
	}
	return errors.New("no instant between two commits was found")
}

// sizeByFile takes the size from the file where the index knows none: nothing was written since the first connection
// opened the database, and no checkpoint writes the file while a reader without a log reads.
func (p *pages) sizeByFile(ctx context.Context) error {
	if err := p.conn.QueryRowContext(ctx, "pragma page_size").Scan(&p.head.pageSize); err != nil {
		return err
	}
	info, err := p.main.Stat()
	if err != nil {
		return err
	}
	if info.Size()%p.head.pageSize != 0 {
		return fmt.Errorf("%s: %d bytes are not whole pages", p.main.Name(), info.Size())
	}
	p.head.pages = uint32(info.Size() / p.head.pageSize)
	return nil
}

// readHead reads the index's header, of which there are two copies: equal copies are a whole one.
func readHead(path string) (h walHead, err error) {
	index, err := hold(path + "-shm")
	if err != nil {
		return h, err
	}
	var both [96]byte
	for range 1000 {
		if _, err := index.ReadAt(both[:], 0); err != nil {
			return h, err
		}
		if first := both[:48]; bytes.Equal(first, both[48:]) {
			order := binary.NativeEndian
			h.pageSize = int64(order.Uint16(first[14:]))
			if h.pageSize == 1 {
				h.pageSize = 65536
			}
			h.frames, h.pages = order.Uint32(first[16:]), order.Uint32(first[20:])
			copy(h.salts[:], first[32:40])
			return h, nil
		}
	}
	return h, errors.New("the log's index does not stand still")
}

// mapFrames notes for each page in the log its newest frame.
func (p *pages) mapFrames() error {
	p.frames = make(map[uint32]uint32, p.head.frames)
	header := make([]byte, frameHeader)
	for frame := range p.head.frames {
		if _, err := p.wal.ReadAt(header, p.frameAt(frame)); err != nil {
			if errors.Is(err, io.EOF) && !p.logStands() {
				break
			}
			return err
		}
		if bytes.Equal(header[8:16], p.head.salts[:]) {
			p.frames[binary.BigEndian.Uint32(header)] = frame
		}
	}
	if !p.logStands() {
		p.frames = nil
	}
	return nil
}

func (p *pages) frameAt(frame uint32) int64 {
	return walHeader + int64(frame)*(frameHeader+p.head.pageSize)
}

// logStands says that the log has not been begun anew since the instant. A new one writes its header first.
func (p *pages) logStands() bool {
	header := make([]byte, walHeader)
	_, err := p.wal.ReadAt(header, 0)
	return err == nil && bytes.Equal(header[16:24], p.head.salts[:])
}

// Size is that of the database in bytes.
func (p *pages) Size() int64 { return int64(p.head.pages) * p.head.pageSize }

// ReadRun fills run with the pages from the one numbered first, counted from 0, and gives how many bytes there were.
func (p *pages) ReadRun(first uint32, run []byte) (int, error) {
	size := p.head.pageSize
	length := min(int64(len(run)), p.Size()-int64(first)*size)
	run = run[:length]
	n, err := p.main.ReadAt(run, int64(first)*size)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for i := int64(0); i < length; i += size {
		number := first + uint32(i/size) + 1
		frame, inLog := p.frames[number]
		if inLog {
			fresh := make([]byte, size)
			if _, err := p.wal.ReadAt(fresh, p.frameAt(frame)+frameHeader); err == nil && p.logStands() {
				copy(run[i:], fresh)
				continue
			}
			p.frames = nil // begun anew: all of it is in the main file, also what was read before this
			return p.ReadRun(first, run)
		}
		if i+size > int64(n) {
			return 0, fmt.Errorf("page %d is neither in the file nor in the log", number)
		}
	}
	return int(length), nil
}

// Close ends the read transaction.
func (p *pages) Close() error {
	var errs []error
	if p.wal != nil {
		errs = append(errs, p.wal.Close())
	}
	if p.conn != nil {
		_, _ = p.conn.ExecContext(context.Background(), "rollback")
		errs = append(errs, p.conn.Close())
	}
	if p.pool != nil {
		errs = append(errs, p.pool.Close())
	}
	return errors.Join(errs...)
}
