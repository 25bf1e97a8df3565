package field

import (
	"maps"
	"slices"
)

// FileRules say which files a field of type file takes.
type FileRules struct {
	Multiple bool     `json:"multiple,omitempty" doc:"several files, not one that a new one takes the place of"`
	Most     int      `json:"most,omitempty" minimum:"0" maximum:"50" doc:"how many at most; 10 when absent, 1 where multiple is false"`
	MaxSize  int64    `json:"max_size,omitempty" minimum:"0" maximum:"104857600" doc:"bytes of one file; 10 MiB when absent"`
	Sorts    []string `json:"sorts,omitempty" enum:"image,pdf,document,sheet,slides,text,mail,archive,audio,video,page" doc:"what may be in them, by the ending of the name and by what the content is; images, PDF, documents, sheets, slides and texts when absent"`
}

// LargestFile bounds what a field may be set to take.
const LargestFile = 100 << 20

// Settled gives the rules with what was left out; nil rules are those of a field that says nothing.
func (r *FileRules) Settled() FileRules {
	settled := FileRules{}
	if r != nil {
		settled = *r
	}
	switch {
	case !settled.Multiple:
		settled.Most = 1
	case settled.Most == 0:
		settled.Most = 10
	}
	if settled.MaxSize == 0 {
		settled.MaxSize = 10 << 20
	}
	if len(settled.Sorts) == 0 {
		settled.Sorts = []string{"image", "pdf", "document", "sheet", "slides", "text"}
	}
	return settled
}

// Takes says whether the rules allow a file with the ending (lower case, without the dot) whose content is of the media type:
// both must belong to one sort that is allowed.
func (r FileRules) Takes(ending, mediaType string) bool {
	return slices.ContainsFunc(r.Sorts, func(sort string) bool { return slices.Contains(fileSorts[sort][ending], mediaType) })
}

// Endings gives the endings of the names the rules allow, in order.
func (r FileRules) Endings() (all []string) {
	for _, sort := range r.Sorts {
		all = append(all, slices.Collect(maps.Keys(fileSorts[sort]))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// KnownSort says whether there is such a sort.
func KnownSort(sort string) bool { return fileSorts[sort] != nil }

// ActiveType says that a browser could run what is in a file of the media type: it is never given under its own name.
func ActiveType(mediaType string) bool {
	for sort, endings := range fileSorts {
		for _, types := range endings {
			if sort != "page" && slices.Contains(types, mediaType) {
				return false
			}
		}
	}
	return true
}

// Shown are the media types of images that a browser draws and never runs.
var Shown = []string{"image/png", "image/jpeg", "image/webp", "image/gif"}

const (
	ole   = "application/x-ole-storage"
	plain = "text/plain"
	zip   = "application/zip"
)

// fileSorts are the sorts, with the endings of each and what the content of a file with that ending may be found to be.
var fileSorts = map[string]map[string][]string{
	"image": {"png": {"image/png", "image/vnd.mozilla.apng"}, "jpg": {"image/jpeg"}, "jpeg": {"image/jpeg"}, "webp": {"image/webp"}, "gif": {"image/gif"},
		"heic": {"image/heic", "image/heic-sequence", "image/heif"}, "heif": {"image/heif", "image/heif-sequence", "image/heic"}, "avif": {"image/avif"}, "bmp": {"image/bmp"}, "tif": {"image/tiff"}, "tiff": {"image/tiff"}},
	"pdf": {"pdf": {"application/pdf"}, "ofd": {zip, "application/ofd"}},
	"document": {"docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}, "doc": {"application/msword", ole}, "wps": {"application/msword", "application/vnd.ms-works", ole},
		"odt": {"application/vnd.oasis.opendocument.text"}, "rtf": {"text/rtf"}},
	"sheet": {"xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}, "xls": {"application/vnd.ms-excel", ole}, "et": {"application/vnd.ms-excel", ole},
		"ods": {"application/vnd.oasis.opendocument.spreadsheet"}, "csv": {"text/csv", plain}, "tsv": {"text/tab-separated-values", plain}},
	"slides": {"pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation"}, "ppt": {"application/vnd.ms-powerpoint", ole}, "dps": {"application/vnd.ms-powerpoint", ole},
		"odp": {"application/vnd.oasis.opendocument.presentation"}},
	"text":    {"txt": {plain, "text/csv", "text/tab-separated-values", "application/json"}, "md": {plain}, "log": {plain}, "json": {"application/json", "application/geo+json"}, "ics": {"text/calendar"}, "vcf": {"text/vcard"}},
	"mail":    {"eml": {"message/rfc822", plain}, "msg": {"application/vnd.ms-outlook", ole}},
	"archive": {"zip": {zip}, "7z": {"application/x-7z-compressed"}, "rar": {"application/x-rar-compressed"}, "gz": {"application/gzip"}, "tar": {"application/x-tar"}},
	"audio": {"mp3": {"audio/mpeg"}, "m4a": {"audio/x-m4a", "audio/mp4", "video/mp4"}, "wav": {"audio/wav"}, "ogg": {"audio/ogg", "application/ogg"}, "aac": {"audio/aac"},
		"amr": {"audio/amr"}, "flac": {"audio/flac"}},
	"video": {"mp4": {"video/mp4"}, "m4v": {"video/x-m4v", "video/mp4"}, "mov": {"video/quicktime"}, "webm": {"video/webm"}, "avi": {"video/x-msvideo"}, "mkv": {"video/x-matroska"}},
	"page":  {"html": {"text/html"}, "htm": {"text/html"}, "svg": {"image/svg+xml"}, "xml": {"text/xml", "application/xml"}},
}
