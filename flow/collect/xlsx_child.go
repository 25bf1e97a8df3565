package collect

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/xuri/excelize/v2"
)

// XLSXChild is the program's other face: started with the hidden argument xlsx-rows it writes the first filled sheet
// of a workbook as CSV to stdout and ends the process. Every binary that imports must call it before anything else in
// main (tests: in TestMain); it returns at once in all other cases.
func XLSXChild() {
	if len(os.Args) != 3 || os.Args[1] != xlsxArg || os.Getenv(xlsxMark) == "" {
		return
	}
	debug.SetMemoryLimit(xlsxMemory)
	debug.SetGCPercent(50)
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: xlsxVirtual, Max: xlsxVirtual})
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: uint64(xlsxTime.Seconds()), Max: uint64(xlsxTime.Seconds())})
	_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: xlsxOut, Max: xlsxOut})
	info, err := writeSheet(os.Args[2])
	if err != nil {
		info.Code, info.Detail = xlsxFault(err), clip(err.Error(), 200)
	}
	_ = json.NewEncoder(os.Stderr).Encode(info)
	if err != nil {
		os.Exit(3)
	}
	os.Exit(0)
}

var errTooManyRows = errors.New("row number above what a sheet can have")

func xlsxFault(err error) string {
	var broken *FileError
	switch {
	case errors.As(err, &broken):
		return broken.Code
	case errors.Is(err, errTooManyRows), strings.Contains(err.Error(), "unzip size exceeds"):
		return "xlsx_too_large"
	case errors.Is(err, excelize.ErrWorkbookPassword), errors.Is(err, excelize.ErrWorkbookFileFormat):
		return "xlsx_encrypted"
	}
	return "xlsx_broken"
}

// writeSheet writes raw cell values: dates stay serial days, numbers keep all their digits.
func writeSheet(path string) (info sheetInfo, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if err := checkSheets(path); err != nil {
		return info, err
	}
	book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true, UnzipSizeLimit: xlsxUnzip, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return info, err
	}
	defer book.Close()
	if properties, err := book.GetWorkbookProps(); err == nil && properties.Date1904 != nil {
		info.Date1904 = *properties.Date1904
	}
	out := bufio.NewWriterSize(os.Stdout, 256<<10)
	for _, sheet := range book.GetSheetList() {
		info.Sheet = sheet
		rows, err := book.Rows(sheet)
		if err != nil {
			return info, err
		}
		filled, err := writeRows(rows, csv.NewWriter(out))
		if err := errors.Join(err, rows.Close()); err != nil {
			return info, err
		}
		if filled {
			return info, out.Flush()
		}
	}
	return info, &FileError{Code: "empty_file"}
}

// writeRows writes one sheet; blank rows stay, so that row numbers are the sheet's own.
func writeRows(rows *excelize.Rows, w *csv.Writer) (filled bool, err error) {
	blanks, width := 0, 0
	for count := 0; rows.Next(); count++ {
		if count > xlsxRows {
			return filled, errTooManyRows
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return filled, err
		}
		if len(cells) > maxColumns {
			return filled, &FileError{Code: "too_many_columns", Detail: fmt.Sprint(maxColumns)}
		}
		if strings.Join(cells, "") == "" {
			blanks++
			continue
		}
		for ; blanks > 0; blanks-- {
			if err := w.Write(nil); err != nil {
				return filled, err
			}
		}
		if !filled {
			filled, width = true, len(cells)
		}
		for len(cells) < width { // the format leaves trailing blank cells out
			cells = append(cells, "")
		}
		if err := w.Write(cells); err != nil {
			return filled, err
		}
	}
	w.Flush()
	return filled, errors.Join(rows.Error(), w.Error())
}

// checkSheets makes sure that every sheet is there to its end: the reader takes a sheet that breaks off for a shorter one.
func checkSheets(path string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	var total uint64
	for _, file := range archive.File {
		if total += file.UncompressedSize64; total > xlsxUnzip || file.UncompressedSize64 > xlsxUnzip {
			return &FileError{Code: "xlsx_too_large", Detail: "unpacked"}
		}
		if !strings.HasPrefix(strings.ToLower(file.Name), "xl/worksheets/sheet") || !strings.HasSuffix(strings.ToLower(file.Name), ".xml") {
			continue
		}
		sheet, err := file.Open()
		if err != nil {
			return err
		}
		end := &sheetText{}
		_, err = io.Copy(end, sheet)
		if err := errors.Join(err, sheet.Close()); err != nil {
			return err
		}
		if !strings.HasSuffix(strings.TrimRight(string(end.kept), " \r\n\t"), "worksheet>") {
			return &FileError{Code: "xlsx_broken", Detail: "sheet cut off"}
		}
		if end.foreign {
			return &FileError{Code: "xlsx_broken", Detail: "foreign entity"}
		}
	}
	return nil
}

// sheetText looks at a sheet as it goes by: it keeps the end, and notes what the reader would stop at without a word, a
// document type or an entity that XML itself does not have. The format allows neither, and both are known as bombs.
type sheetText struct {
	kept    []byte
	foreign bool
}

func (s *sheetText) Write(p []byte) (int, error) {
	seen := slices.Concat(s.kept[max(0, len(s.kept)-longestEntity):], p)
	s.foreign = s.foreign || bytes.Contains(seen, []byte("<!DOCTYPE")) || foreignEntity(seen)
	s.kept = append(s.kept, p[max(0, len(p)-256):]...)
	s.kept = s.kept[max(0, len(s.kept)-256):]
	return len(p), nil
}

const longestEntity = 32

// foreignEntity says whether a text names an entity that has to be defined somewhere.
func foreignEntity(text []byte) bool {
	for {
		at := bytes.IndexByte(text, '&')
		if at < 0 {
			return false
		}
		text = text[at+1:]
		end := bytes.IndexByte(text[:min(len(text), longestEntity)], ';')
		if end <= 0 || text[0] == '#' || bytes.ContainsAny(text[:end], " <>\"'=") {
			continue
		}
		switch string(text[:end]) {
		case "amp", "lt", "gt", "quot", "apos":
		default:
			return true
		}
	}
}
