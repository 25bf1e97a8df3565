package collect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Confidence says how sure the guess of one column is.
type Confidence string

// Auto is an exact match of a known header, Unsure a partial one or one whose cells do not fit, None no match.
const (
	ConfidenceAuto   Confidence = "auto"
	ConfidenceUnsure Confidence = "unsure"
	ConfidenceNone   Confidence = "none"
)

// Guess maps headers to fields of k. sample are some rows, in the file's columns; a column whose cells cannot be read
// as the field's type is not mapped with certainty. The answer names every header; each field is used once.
func Guess(k Kind, headers []string, sample [][]string) (map[string]string, map[string]Confidence) {
	columns, confidence := map[string]string{}, map[string]Confidence{}
	used := map[string]bool{}
	take := func(column int, f Field, c Confidence) {
		columns[headers[column]], confidence[headers[column]] = f.Name, c
		used[f.Name] = true
	}
	fields := fieldsOf(k)
	folded := make([]string, len(headers))
	for i, header := range headers {
		if folded[i] = foldHeader(header); maskedHeader(folded[i]) {
			folded[i] = ""
		}
		columns[header], confidence[header] = "", ConfidenceNone
	}
	for rank := range 64 { // first aliases first: of two columns that fit one field, the better named wins
		for column, header := range folded {
			if columns[headers[column]] != "" || header == "" {
				continue
			}
			for i := range fields {
				f := &fields[i]
				if used[f.Name] || f.open() != "" || knownHeader(f, rank) != header {
					continue
				}
				switch fit := readableShare(f, column, sample); {
				case fit >= 0.5:
					take(column, *f, ConfidenceAuto)
				case fit > 0:
					take(column, *f, ConfidenceUnsure)
				}
				break
			}
		}
	}
	for column, header := range folded {
		if columns[headers[column]] != "" || header == "" {
			continue
		}
		if f := partialMatch(fields, header, used); f != nil && readableShare(f, column, sample) >= 0.8 {
			take(column, *f, ConfidenceUnsure)
		}
	}
	guessRest(fields, headers, folded, columns, confidence)
	return columns, confidence
}

// guessRest takes columns whose header is a name of the kind's open field, and where that field takes the rest all others.
func guessRest(fields []Field, headers, folded []string, columns map[string]string, confidence map[string]Confidence) {
	at := slices.IndexFunc(fields, func(f Field) bool { return f.open() != "" })
	if at < 0 {
		return
	}
	open := fields[at].open()
	for column, header := range headers {
		name, said := strings.CutPrefix(trimCell(header), open)
		if columns[header] != "" || folded[column] == "" || !said && !fields[at].Rest || !goodCustomName(name) {
			continue
		}
		if columns[header], confidence[header] = open+name, ConfidenceUnsure; said {
			confidence[header] = ConfidenceAuto
		}
	}
}

// maskedHeader says that a column of an export shows values only in part: bringing them in would spoil whole ones.
func maskedHeader(folded string) bool {
	return strings.HasSuffix(folded, "脱敏") || strings.HasSuffix(folded, "masked")
}

// knownHeader gives the rank-th folded name of f: its name, its labels, then its aliases; "" behind the last.
func knownHeader(f *Field, rank int) string {
	switch rank {
	case 0:
		return foldHeader(f.Name)
	case 1:
		return foldHeader(f.LabelZH)
	case 2:
		return foldHeader(f.LabelEN)
	}
	if rank-3 < len(f.Aliases) {
		return foldHeader(f.Aliases[rank-3])
	}
	return ""
}

// partialMatch finds the unused field with the longest known name inside the header.
func partialMatch(fields []Field, header string, used map[string]bool) *Field {
	var best *Field
	longest := 0
	for i := range fields {
		f := &fields[i]
		if used[f.Name] || f.open() != "" {
			continue
		}
		for rank := range 3 + len(f.Aliases) {
			name := knownHeader(f, rank)
			size := utf8.RuneCountInString(name)
			if isASCII(name) && size < 4 || size < 2 || len(name) <= longest {
				continue
			}
			if strings.Contains(header, name) {
				best, longest = f, len(name)
			}
		}
	}
	return best
}

// readableShare gives the share of the column's non-blank sample cells that can be read as f, 1 when all are blank.
func readableShare(f *Field, column int, sample [][]string) float64 {
	reader := cellReader{}
	seen, readable := 0, 0
	for _, row := range sample {
		if column >= len(row) {
			continue
		}
		cell := trimCell(row[column])
		if blankCell(cell) {
			continue
		}
		seen++
		if f.Type == Instant || f.Type == Day {
			if _, _, code := reader.form.read(cell); code != "date_unreadable" {
				readable++
			}
		} else if _, code := reader.read(f, cell); code == "" {
			readable++
		}
	}
	if seen == 0 {
		return 1
	}
	return float64(readable) / float64(seen)
}

// knownTo gives a test of whether a cell is a header that k knows.
func knownTo(k Kind) func(string) bool {
	known := map[string]bool{}
	for _, f := range fieldsOf(k) {
		for rank := range 3 + len(f.Aliases) {
			known[knownHeader(&f, rank)] = true
		}
	}
	delete(known, "")
	return func(cell string) bool { return known[foldHeader(cell)] }
}
