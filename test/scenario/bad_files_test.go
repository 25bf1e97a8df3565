package scenario

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
)

// gzipOf packs a text and then so many mebibytes of x, as one member of the gzip file repeated, which costs nothing.
func gzipOf(t *testing.T, text string, mebibytes int) []byte {
	t.Helper()
	member := func(content []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write(content)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	return append(member([]byte(text)), bytes.Repeat(member(bytes.Repeat([]byte("x"), 1<<20)), mebibytes)...)
}

func zipOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for name, content := range files {
		w, err := out.Create(name)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const spreadsheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`

// sheetName is where a workbook keeps its only sheet.
const sheetName = "xl/worksheets/sheet1.xml"

// workbookFiles are the least of an XLSX file: a header and the given rows.
func workbookFiles(rows string) map[string]string {
	return map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook ` + spreadsheet + ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
			`<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		sheetName: `<worksheet ` + spreadsheet + `><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>order_number</t></is></c>` +
			`<c r="B1" t="inlineStr"><is><t>ordered_at</t></is></c><c r="C1" t="inlineStr"><is><t>amount</t></is></c></row>` + rows + `</sheetData></worksheet>`,
	}
}

func workbook(t *testing.T, rows string) []byte {
	t.Helper()
	return zipOf(t, workbookFiles(rows))
}

// workbookBomb is a workbook whose sheet unpacks to so many mebibytes of blanks: one packed block of them, repeated.
func workbookBomb(t *testing.T, mebibytes int) []byte {
	t.Helper()
	files := workbookFiles("")
	var b, sheet, block bytes.Buffer
	for of, content := range map[*bytes.Buffer]string{&sheet: files[sheetName], &block: string(bytes.Repeat([]byte(" "), 1<<20))} {
		w, err := flate.NewWriter(of, flate.BestCompression)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	sheet.Write(bytes.Repeat(block.Bytes(), mebibytes))
	size := uint64(len(files[sheetName]) + mebibytes<<20)
	delete(files, sheetName)
	out := zip.NewWriter(&b)
	for name, content := range files {
		w, err := out.Create(name)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := out.CreateRaw(&zip.FileHeader{Name: sheetName, Method: zip.Deflate, UncompressedSize64: size, CompressedSize64: uint64(sheet.Len())})
	if err == nil {
		_, err = w.Write(sheet.Bytes())
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// changed gives a workbook with one row, in which some files are others or further ones.
func changed(t *testing.T, change map[string]string) []byte {
	t.Helper()
	files := workbookFiles("")
	for name, content := range change {
		files[name] = content
	}
	return zipOf(t, files)
}

// laughs is a sheet whose one cell names an entity that, followed, is a thousand million lols (a "billion laughs" bomb).
func laughs() string {
	var s strings.Builder
	s.WriteString(`<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY lol0 "lol">`)
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&s, `<!ENTITY lol%d "%s">`, i, strings.Repeat(fmt.Sprintf("&lol%d;", i-1), 10))
	}
	s.WriteString(`]><worksheet ` + spreadsheet + `><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&lol9;</t></is></c></row></sheetData></worksheet>`)
	return s.String()
}

// relationTo gives the file of a workbook that says where its sheet is.
func relationTo(target string) map[string]string {
	return map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="` + target + `"/></Relationships>`}
}
