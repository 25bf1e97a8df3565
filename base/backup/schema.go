package backup

import (
	"io/fs"
	"strconv"
	"strings"
)

// migrationNumber reads the number in front of a migration's name, 0 for other files.
func migrationNumber(name string) int64 {
	digits, _, _ := strings.Cut(name, "_")
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return number
}

func newestMigration(files fs.FS) (newest int64, err error) {
	entries, err := fs.ReadDir(files, ".")
	for _, e := range entries {
		newest = max(newest, migrationNumber(e.Name()))
	}
	return newest, err
}

// upTo gives the migrations up to a number: a migration that has landed is never edited, so they make the schema of then.
func upTo(files fs.FS, number int64) fs.FS { return earlier{files, number} }

type earlier struct {
	fs.FS
	number int64
}

// ReadDir implements fs.ReadDirFS.
func (e earlier) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(e.FS, name)
	kept := all[:0]
	for _, entry := range all {
		if migrationNumber(entry.Name()) <= e.number {
			kept = append(kept, entry)
		}
	}
	return kept, err
}
