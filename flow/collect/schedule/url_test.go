package schedule

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guanxi/base/db/dbtest"
	"guanxi/test/testdata"
)

// As with SFTP, one engine will do.
func TestURL(t *testing.T) {
	d := dbtest.SQLite(t)
	text, tag, status, asked, served := "sku\nu1\n", `"one"`, 200, 0, 0
	var redirect string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		login, password, _ := r.BasicAuth()
		switch {
		case redirect != "":
			http.Redirect(w, r, redirect, http.StatusFound)
		case login != "till" || password != "hush":
			w.WriteHeader(http.StatusUnauthorized)
		case status != 200:
			w.WriteHeader(status)
		case tag != "" && r.Header.Get("If-None-Match") == tag:
			w.WriteHeader(http.StatusNotModified)
		default:
			served++
			w.Header().Set("ETag", tag)
			w.Header().Set("Content-Disposition", `attachment; filename="../orders of today.csv"`)
			_, _ = w.Write([]byte(text))
		}
	}))
	defer server.Close()
	at := Place{Type: URL, URL: server.URL + "/x?token=very-secret", Login: "till"}
	r := newRoom(t, d)
	of := r.make(Draft{Place: at, Secret: &Secret{Password: "hush"}})

	t.Run("what is the same is not fetched again, by what the server says of it or by its content", func(t *testing.T) {
		r.T = t
		r.later(time.Hour)
		r.wantLast(of.ID, "clock done files=1 known=0 failed=0 rows=0")
		r.later(time.Hour)
		r.wantLast(of.ID, "clock done files=0 known=0 failed=0 rows=0")
		tag = `"two"`
		r.later(time.Hour)
		r.wantLast(of.ID, "clock done files=0 known=1 failed=0 rows=0")
		text, tag = "sku\nu2\n", ""
		r.later(time.Hour)
		r.wantLast(of.ID, "clock done files=1 known=0 failed=0 rows=0")
		r.wantRows("u1 by 1, u2 by 1")
		if asked != 4 || served != 3 {
			t.Errorf("asked %d times, served %d", asked, served)
		}
		var name string
		if err := d.Read().NewRaw("select file_name from imports order by id limit 1").Scan(r.ctx, &name); err != nil || name != "orders of today.csv" {
			t.Error(name, err)
		}
	})

	t.Run("what is wrong is named, without the address", func(t *testing.T) {
		r.T = t
		for answer, code := range map[int]string{404: "url_status", 403: "sign_in_refused", 500: "url_status"} {
			status = answer
			r.later(time.Hour)
			r.wantLast(of.ID, "clock failed files=0 known=0 failed=0 rows=0 "+code)
		}
		status = 200
		var told []string
		if err := d.Read().NewRaw("select error_code || error_detail from schedule_runs").Scan(r.ctx, &told); err != nil || strings.Contains(strings.Join(told, ""), "secret") {
			t.Error(told, err)
		}
	})

	t.Run("neither an address nor a redirect leads inside, nor is a password taken along", func(t *testing.T) {
		r.T = t
		hidden, err := net.Listen("tcp", "127.0.0.3:0")
		if err != nil {
			testdata.LeaveOut(t, "this machine has one loopback address")
		}
		inner := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the hidden server was asked") })} //nolint:gosec // of a test
		go func() { _ = inner.Serve(hidden) }()
		defer inner.Close()
		port := hidden.Addr().(*net.TCPAddr).Port
		for _, address := range []string{fmt.Sprintf("http://127.0.0.3:%d/", port), fmt.Sprintf("http://0x7f000003:%d/", port), fmt.Sprintf("http://[::ffff:127.0.0.3]:%d/", port),
			"http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[fd00::1]/"} {
			found, err := r.Look(r.ctx, Probe{Direction: In, Place: Place{Type: URL, URL: address}})
			if err != nil || found.OK || found.Code != "address_private" && !strings.Contains(address, "0x") {
				t.Errorf("%s: %+v %v", address, found, err)
			}
			redirect = address
			found, err = r.Look(r.ctx, Probe{Direction: In, Place: at, Secret: &Secret{Password: "hush"}})
			if err != nil || found.OK || found.Code != "address_private" && !strings.Contains(address, "0x") {
				t.Errorf("redirected to %s: %+v %v", address, found, err)
			}
		}
		for to, code := range map[string]string{"file:///etc/passwd": "redirect_unsafe", server.URL: "redirected_too_often"} {
			redirect = to
			if found, err := r.Look(r.ctx, Probe{Direction: In, Place: at}); err != nil || found.Code != code {
				t.Errorf("%s: %+v %v", to, found, err)
			}
		}
		redirect = ""
		if _, err := r.Create(r.ctx, Draft{Name: "out", Direction: Out, Kind: "customers", Place: at, Repeat: Repeat{EveryMinutes: 60}}); err == nil {
			t.Error("a table may be sent to an address")
		}
	})

	t.Run("cut off in the middle, nothing is imported", func(t *testing.T) {
		r.T = t
		cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("sku\ncut1\n"))
		}))
		defer cut.Close()
		broken := r.make(Draft{Place: Place{Type: URL, URL: cut.URL}})
		if err := r.RunNow(r.ctx, broken.ID); err != nil {
			t.Fatal(err)
		}
		r.workAll()
		r.wantLast(broken.ID, "person failed files=0 known=0 failed=0 rows=0 place_unreachable")
		if rows := r.rows(); strings.Contains(rows, "cut") {
			t.Error(rows)
		}
	})
}
