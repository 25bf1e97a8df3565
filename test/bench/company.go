package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/demo"
	"guanxi/flow/schema"
)

// stores are the records and columns of a company, held by this process.
type stores struct {
	records *db.DB
	columns *columns.Store
}

func openStores(ctx context.Context, dir string) (*stores, error) {
	records, err := db.Open(ctx, db.Options{Dir: dir, Schema: db.Schema{SQLite: schema.SQLite(), Postgres: schema.Postgres()}})
	if err != nil {
		return nil, err
	}
	store, err := columns.Open(ctx, columns.Options{Dir: dir, Schema: schema.Columns()})
	if err != nil {
		return nil, errors.Join(err, records.Close())
	}
	return &stores{records, store}, nil
}

func (s *stores) close() error { return errors.Join(s.columns.Close(), s.records.Close()) }

func (b *bench) options() demo.Options {
	o := demo.Million()
	o.Customers = b.customers
	return o
}

// prepare makes the demo company and the file to import, unless an earlier run left them.
func (b *bench) prepare(ctx context.Context, fresh bool) error {
	marker := filepath.Join(b.dir, "prepared")
	wanted := fmt.Sprintf("%+v %d %s", b.options(), eventsEach, time.Now().Format(time.DateOnly))
	if made, err := os.ReadFile(marker); fresh || err != nil || string(made) != wanted {
		if err := os.RemoveAll(b.dir); err != nil {
			return err
		}
		if err := os.MkdirAll(b.dir, 0o700); err != nil {
			return err
		}
		fmt.Printf("%9d  making the demo company\n", b.customers)
		if err := b.makeCompany(ctx); err != nil {
			return err
		}
		if err := b.writeCustomers(ctx); err != nil {
			return err
		}
		if err := os.WriteFile(marker, []byte(wanted), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) makeCompany(ctx context.Context) error {
	records, err := db.Open(ctx, db.Options{Dir: b.data(), Schema: db.Schema{SQLite: schema.SQLite(), Postgres: schema.Postgres()}})
	if err != nil {
		return err
	}
	err = demo.Fill(ctx, records, b.options())
	if err := errors.Join(err, records.Close()); err != nil {
		return err
	}
	rebuild := exec.CommandContext(ctx, b.binary, "verify", "--rebuild", "--data", b.data())
	if said, err := rebuild.CombinedOutput(); err != nil {
		return fmt.Errorf("verify --rebuild: %w\n%s", err, said)
	}
	s, err := openStores(ctx, b.data())
	if err != nil {
		return err
	}
	return errors.Join(b.fillEvents(ctx, s), s.close())
}

func (b *bench) customersFile() string { return filepath.Join(b.dir, "customers.csv") }

// writeCustomers writes the customers of the company as a shop would export them.
func (b *bench) writeCustomers(ctx context.Context) (err error) {
	file, err := os.Create(b.customersFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := &customersCSV{Writer: csv.NewWriter(file)}
	header := []string{"客户编号", "姓名", "手机", "邮箱", "性别", "生日", "省份", "城市", "区县", "地址", "标签", "注册时间", "同意短信", "同意微信"}
	if err := out.Write(header); err != nil {
		return err
	}
	o := b.options()
	if err := demo.Generate(ctx, o, out); err != nil && !errors.Is(err, errEnough) {
		return err
	}
	out.Flush()
	return out.Error()
}

// errEnough ends the generator after the customers.
var errEnough = errors.New("enough")

// customersCSV is a sink that writes customers and nothing else.
type customersCSV struct{ *csv.Writer }

// Staff implements demo.Sink, as do the rest.
func (customersCSV) Staff(context.Context, demo.Staff) error       { return nil }
func (customersCSV) Product(context.Context, demo.Product) error   { return nil }
func (customersCSV) Order(context.Context, demo.Order) error       { return errEnough }
func (customersCSV) Activity(context.Context, demo.Activity) error { return nil }
func (customersCSV) Segment(context.Context, demo.Segment) error   { return nil }
func (customersCSV) Target(context.Context, demo.Target) error     { return nil }
func (customersCSV) Finding(context.Context, demo.Finding) error   { return nil }

var genderWords = map[string]string{"female": "女", "male": "男", "unknown": ""}

// Customer writes one line; telephone numbers as people write them, so that there is something to normalise.
func (w customersCSV) Customer(_ context.Context, c demo.Customer) error {
	phone := strings.TrimPrefix(c.Phone, "+86")
	if len(phone) == 11 && c.Number%3 == 0 {
		phone = phone[:3] + " " + phone[3:7] + " " + phone[7:]
	}
	return w.Write([]string{
		c.Source + "-" + c.ExternalID, c.Name, phone, c.Email, genderWords[c.Gender], c.Birthday,
		c.Province, c.City, c.District, c.Address, strings.Join(c.Tags, ","), c.CreatedAt.Format(time.DateTime), consent(c, "sms"), consent(c, "wechat"),
	})
}

// consent gives the latest word of a customer on a channel, empty when there is none.
func consent(c demo.Customer, channel string) (word string) {
	for _, said := range c.Consents {
		if said.Channel == channel {
			word = map[bool]string{true: "是", false: "否"}[said.Granted]
		}
	}
	return word
}
