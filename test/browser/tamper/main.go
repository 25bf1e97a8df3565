// Tamper changes the oldest entry of an audit log behind the program's back: tamper records.sqlite.
package main

import (
	"context"
	"database/sql"
	"log"
	"os"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	records, err := sql.Open("sqlite3", "file:"+os.Args[1]+"?_busy_timeout=20000")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := records.ExecContext(context.Background(), "update audit_entries set actor_name = 'nobody' where id = 1"); err != nil {
		log.Fatal(err)
	}
}
