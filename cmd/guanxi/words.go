package main

import (
	"errors"
	"fmt"
	"strings"

	"guanxi/base/fault"
)

// said are the faults a person at the command line meets, in words.
var said = map[string]string{
	"wrong_key":                  "the backups are sealed with the key %s; the key file given is %s",
	"no_backups_there":           "there are no backups in %s",
	"key_file_missing":           "there is no key file at %s (--key-file)",
	"key_file_unreadable":        "%s is no key file",
	"key_file_differs":           "%s is another key file; move it away first",
	"backup_damaged":             "%s is missing or not as it was written",
	"backup_disk_full":           "the disk of the backups is full; the backups there are as they were",
	"backup_folder_in_use":       "%s is being written or thinned out by another guanxi",
	"backup_folder_not_empty":    "%s holds something else; give an empty folder",
	"backup_folder_not_writable": "the folder of the backups cannot be written",
	"restore_folder_not_empty":   "%s is not empty (%s); a restore takes an empty folder",
	"restore_database_not_empty": "the database is not empty (%d tables); a restore takes an empty one",
	"restore_other_engine":       "this backup is of %s records: --database-url is for a backup of PostgreSQL, and needed there",
	"restore_newer_release":      "this backup was made by a newer release (%s); restore it with that one",
}

// inWords gives what went wrong as a sentence.
func inWords(err error) string {
	f := (*fault.Error)(nil)
	if !errors.As(err, &f) {
		return err.Error()
	}
	text, known := said[f.Key]
	if !known {
		return err.Error()
	}
	text = fmt.Sprintf(text, f.Args[:min(len(f.Args), strings.Count(text, "%"))]...)
	if f.Cause != nil && f.Kind == fault.KindConflict {
		text += ": " + f.Cause.Error()
	}
	return text
}
