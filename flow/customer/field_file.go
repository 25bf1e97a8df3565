package customer

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"guanxi/base/fault"
	"guanxi/base/field"
)

// fileTold is what a record keeps of one file of a field, and what stands at the head of the file itself. Size is in bytes; by
// is the name of who gave it.
type fileTold struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Size int64     `json:"size"`
	Type string    `json:"type"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// filesOf reads the value of a file field; nil where there is none, or what stands there is no list of files.
func filesOf(kept any) []fileTold {
	list, is := kept.([]any)
	if !is {
		return nil
	}
	var files []fileTold
	if text, err := json.Marshal(list); err != nil || json.Unmarshal(text, &files) != nil {
		return nil
	}
	return slices.DeleteFunc(files, func(f fileTold) bool { return f.ID == "" })
}

// fileList is a value of a file field that was made of files that are there; no other text, number or list becomes one.
type fileList []fileTold

// value gives the list as the record keeps it; nil for none.
func (l fileList) value() any {
	if len(l) == 0 {
		return nil
	}
	var value any
	_ = json.Unmarshal([]byte(jsonText(l)), &value) // what was just written is readable
	return value
}

func (l fileList) ids() map[int64]bool {
	ids := make(map[int64]bool, len(l))
	for _, f := range l {
		if id, err := strconv.ParseInt(f.ID, 10, 64); err == nil {
			ids[id] = true
		}
	}
	return ids
}

// named gives the names of files as a line of a table.
func (l fileList) names() string {
	names := make([]string, len(l))
	for i, f := range l {
		names[i] = f.Name
	}
	return strings.Join(names, "; ")
}

const longestFileName = 150

// harmless gives a file name without folders, control, formatting (also what turns the direction of writing) and other
// characters that would need care on a disk or in a header. The ending stays.
func harmless(name string) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), r == utf8.RuneError:
			return -1
		case strings.ContainsRune(`"<>|:*?`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.TrimLeft(strings.TrimRight(name, ". "), ". ")
	if name == "" {
		return "file"
	}
	if n := utf8.RuneCountInString(name); n > longestFileName {
		ending := []rune(filepath.Ext(name))
		if len(ending) > 20 {
			ending = nil
		}
		name = string([]rune(name)[:longestFileName-len(ending)]) + string(ending)
	}
	return name
}

// endingOf gives the ending of a name as rules know it.
func endingOf(name string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
}

// maskedFiles stand for files one may not see: how many there are.
func maskedFiles(kept any) any { return map[string]any{"count": len(filesOf(kept))} }

// isFile says that an own field holds files.
func isFile(f *field.Field) bool { return f != nil && f.Type == field.File }

// checkFiles puts the rules of a file field on f and says what is wrong with them.
func (d *FieldDraft) checkFiles(f *field.Field) (wrong []fault.Field) {
	if !isFile(f) {
		if f.Files = nil; d.Files != nil {
			wrong = append(wrong, fault.Field{Field: "files", Key: "only_for_files"})
		}
		return wrong
	}
	rules := d.Files.Settled()
	rules.Sorts = distinct(rules.Sorts)
	for _, sort := range rules.Sorts {
		if !field.KnownSort(sort) {
			wrong = append(wrong, fault.Field{Field: "files.sorts", Key: "not_one_of"})
		}
	}
	f.Files = &rules
	return wrong
}

// filesInText reads a value as the history keeps it.
func filesInText(text string) []fileTold {
	var kept any
	if json.Unmarshal([]byte(text), &kept) != nil {
		return nil
	}
	return filesOf(kept)
}
