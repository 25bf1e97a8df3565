package backup

import (
	"os"
	"sync"
)

// held are files of databases that this process has opened beside SQLite. They stay open: closing any handle of a file gives
// up all POSIX locks the process has on it, those of SQLite too (https://www.sqlite.org/howtocorrupt.html, 2.2).
var held = struct {
	sync.Mutex
	files map[string]*os.File
}{files: map[string]*os.File{}}

// hold opens the file at path once and for good, or again when another file has taken its place.
func hold(path string) (*os.File, error) {
	held.Lock()
	defer held.Unlock()
	now, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if file := held.files[path]; file != nil {
		if then, err := file.Stat(); err == nil && os.SameFile(then, now) {
			return file, nil
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	held.files[path] = file
	return file, nil
}
