// Command guanxi is the whole product in one binary: the server, the demo company and the tools around them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"

	"guanxi/base/db"
	"guanxi/base/keys"
	"guanxi/flow/collect"
)

// version is set by the linker.
var version = "development"

// dataFlags say where the data lives; every command that touches it has them.
type dataFlags struct {
	Data        string `help:"Folder of records, columns and files." default:"guanxi-data" env:"GUANXI_DATA" type:"path"`
	DatabaseURL string `name:"database-url" help:"PostgreSQL address of the records, instead of SQLite in the folder." env:"GUANXI_DATABASE_URL" placeholder:"postgres://..."`
}

// keyFlag says where the key file is.
type keyFlag struct {
	KeyFile string `name:"key-file" help:"Key file; guanxi.key in the data folder when absent. Keep a copy elsewhere: backups cannot be read without it." env:"GUANXI_KEY_FILE" type:"path" placeholder:"FILE"`
}

// path gives the key file of the data folder.
func (k keyFlag) path(data string) string {
	if k.KeyFile != "" {
		return k.KeyFile
	}
	return filepath.Join(data, keys.FileName)
}

func (f dataFlags) records(ctx context.Context) (*db.DB, error) {
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, err
	}
	return openRecords(ctx, f.Data, f.DatabaseURL)
}

var cli struct {
	Config  kong.ConfigFlag `help:"JSON file with settings; flags and GUANXI_ variables come first." env:"GUANXI_CONFIG"`
	Serve   serveCommand    `cmd:"" help:"Serve the product."`
	Demo    demoCommand     `cmd:"" help:"Make the demo company if the folder is empty, and serve it."`
	Import  importCommand   `cmd:"" help:"Import a CSV or XLSX file."`
	Export  exportCommand   `cmd:"" help:"Take a table out as CSV or XLSX."`
	Token   tokenCommand    `cmd:"" help:"API tokens."`
	User    userCommand     `cmd:"" help:"Staff."`
	Backup  backupCommand   `cmd:"" help:"Back up, also while the server runs."`
	Restore restoreCommand  `cmd:"" help:"Bring a backup back into an empty folder, or an empty database."`
	Verify  verifyCommand   `cmd:"" help:"Check that everything fits together, in the data folder or (--from) in the backups; --rebuild makes columns anew."`
	Keys    keysCommand     `cmd:"" help:"The key file."`
	Migrate migrateCommand  `cmd:"" help:"Bring the schema of the records up to date."`
	OpenAPI openapiCommand  `cmd:"" name:"openapi" help:"Print the OpenAPI document."`
	Version versionCommand  `cmd:"" help:"Print the version."`
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("guanxi", version)
	return nil
}

// exit codes: 0 done, 1 failed, 2 wrong usage
func main() {
	collect.XLSXChild()
	parser := kong.Must(&cli, kong.Name("guanxi"), kong.UsageOnError(),
		kong.Description("Guanxi: CRM operations in one binary."), kong.Configuration(kong.JSON, configFiles()...))
	parsed, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "guanxi:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "guanxi:", inWords(err))
		stop()
		os.Exit(1) //nolint:gocritic // stop was called above
	}
}

func configFiles() []string {
	if dir, err := os.UserConfigDir(); err == nil {
		return []string{filepath.Join(dir, "guanxi", "config.json")}
	}
	return nil
}

var errLocked = errors.New("another guanxi is using this data folder")

// lock takes the data folder for this process, for as long as it lives.
func lock(dir string) (release func(), err error) {
	file, err := os.OpenFile(filepath.Join(dir, "guanxi.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errLocked, file.Close())
	}
	return func() { _ = file.Close() }, nil
}
