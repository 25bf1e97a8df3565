package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/fault"
)

// Mapping says which column fills which field. It is the contract's JSON; the zero Mapping means: guess all.
type Mapping struct {
	Columns   map[string]string `json:"columns,omitempty"`   // column header (or its number from 1, for files without headers) -> field; "" = leave out
	Constants map[string]string `json:"constants,omitempty"` // field -> value where no column fills it; also "source"
	Options   Options           `json:"options,omitzero"`
}

// Options of reading; empty means auto.
type Options struct {
	Encoding     string `json:"encoding,omitempty"`
	DateFormat   string `json:"date_format,omitempty"`
	Delimiter    string `json:"delimiter,omitempty"`
	Header       string `json:"header,omitempty"`        // auto, yes, no
	RefundPrefix string `json:"refund_prefix,omitempty"` // order numbers that begin so are refunds
	Alike        Alike  `json:"alike,omitzero"`          // what becomes of rows that look like a customer who is there
	Assign       Assign `json:"assign,omitzero"`         // whose the customers are that the import makes
}

// Assign says whose the customers are that an import makes and whose row names no owner: one member of staff, those of a
// team in turn, or nobody, which leaves them in the pool.
type Assign struct {
	To string `json:"to,omitempty"` // staff, team; "" = nobody
	ID string `json:"id,omitempty"`
}

// Check says what is wrong with a: a form that is none, or somebody who is not there. Fault: invalid.
func (a Assign) Check(ctx context.Context, from bun.IDB) error {
	if err := a.check(); err != nil || a.To != "staff" && a.To != "team" {
		return err
	}
	var there int
	text := "select count(*) from staff where id = ? and active"
	if a.To == "team" {
		text = "select count(*) from teams where id = ?"
	}
	id, _ := strconv.ParseInt(a.ID, 10, 64) // checked
	if err := from.NewRaw(text, id).Scan(ctx, &there); err != nil {
		return err
	}
	if there == 0 {
		return fault.Invalid("assign.id", "staff_unknown", a.ID)
	}
	return nil
}

func (a Assign) check() error {
	switch a.To {
	case "", "nobody":
		return nil
	case "staff", "team":
		if id, err := strconv.ParseInt(a.ID, 10, 64); err != nil || id <= 0 {
			return fault.Invalid("mapping.options.assign.id", "id_invalid")
		}
		return nil
	}
	return fault.Invalid("mapping.options.assign.to", "not_one_of", "staff, team, nobody")
}

// ParseMapping reads a mapping; unknown names in it are refused, "" is the zero Mapping.
func ParseMapping(text string) (Mapping, error) {
	var m Mapping
	if strings.TrimSpace(text) == "" {
		return m, nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil || decoder.More() {
		return m, fault.Invalid("mapping", "mapping_unreadable", errorText(err))
	}
	return m, m.Options.check()
}

func errorText(err error) string {
	if err == nil {
		return "trailing data"
	}
	return err.Error()
}

func (o Options) check() error {
	if encodingName(o.Encoding) == "" {
		return fault.Invalid("mapping.options.encoding", "encoding_unknown", o.Encoding)
	}
	if _, ok := delimiterByte(o.Delimiter); !ok {
		return fault.Invalid("mapping.options.delimiter", "delimiter_unknown", o.Delimiter)
	}
	if err := o.Alike.check(); err != nil {
		return err
	}
	if err := o.Assign.check(); err != nil {
		return err
	}
	if _, ok := dateFormatOrder(o.DateFormat); !ok {
		return fault.Invalid("mapping.options.date_format", "date_format_unknown", o.DateFormat)
	}
	switch o.Header {
	case "", "auto", "yes", "no":
		return nil
	}
	return fault.Invalid("mapping.options.header", "not_one_of", "auto, yes, no")
}

// dateFormatOrder reads a date format by the order of its year, month and day: "MM/DD/YYYY", "d.m.Y", "%Y-%m-%d".
// Minutes do not mislead: only letters up to the first blank count.
func dateFormatOrder(format string) (dateOrder, bool) {
	switch strings.ToLower(format) {
	case "", "auto", "excel", "iso", "unix", "unix_ms":
		return orderUnknown, true
	}
	letters := ""
	for _, r := range strings.ToLower(strings.Fields(format + " ")[0]) {
		switch r {
		case 'y', 'm', 'd':
			if !strings.ContainsRune(letters, r) {
				letters += string(r)
			}
		case 't', 'h':
			goto done
		}
	}
done:
	switch letters {
	case "mdy":
		return monthFirst, true
	case "dmy":
		return dayFirst, true
	case "ymd":
		return yearFirst, true
	}
	return orderUnknown, false
}

// target says where one column goes.
type target struct {
	column int // position in the record
	field  int // position in Row.Values
}

// plan is a mapping bound to a file's columns and a kind's fields.
type plan struct {
	kind      Kind
	fields    []Field // the kind's without custom.*, then one per custom name
	custom    []string
	targets   []target
	constants []Value // by field, unset where none
	mapped    []bool
	fixed     []bool // by a constant
	group     []int  // fields of GroupBy
	headers   []string
	source    string

	refundPrefix string
	assign       Assign
	alike        Alike
}

// bind checks m against headers and k. Every name it does not know, and every required field nothing fills, is a fault.
func (m Mapping) bind(k Kind, headers []string, form dateForm) (*plan, error) {
	p := &plan{kind: k, headers: headers, source: "import", refundPrefix: m.Options.RefundPrefix, assign: m.Options.Assign, alike: m.Options.Alike}
	byName := map[string]int{}
	prefix, own := "", map[string]Field{}
	for _, f := range fieldsOf(k)[len(k.Fields()):] {
		own[f.Name] = f
	}
	for _, f := range k.Fields() {
		if open := f.open(); open != "" {
			prefix = open
			continue
		}
		byName[f.Name] = len(p.fields)
		p.fields = append(p.fields, f)
	}
	place := func(name string) (int, bool) {
		if at, ok := byName[name]; ok {
			return at, true
		}
		custom, open := strings.CutPrefix(name, prefix)
		f, defined := own[name]
		if prefix == "" || !open || !defined && !goodCustomName(custom) {
			return 0, false
		}
		byName[name] = len(p.fields)
		p.custom = append(p.custom, custom)
		if !defined {
			f = Field{Name: name, LabelZH: custom, LabelEN: custom, Type: Text}
		}
		p.fields = append(p.fields, f)
		return byName[name], true
	}
	var faults []fault.Field
	found := map[string]bool{}
	taken := map[int]string{}
	columns := map[string]string{} // names of columns are trimmed, those of a mapping need not be
	for header, name := range m.Columns {
		columns[cmp.Or(trimCell(header), header)] = name
	}
	for column, header := range headers {
		name, ok := columns[header]
		if !ok {
			continue
		}
		found[header] = true
		if name == "" {
			continue
		}
		if key := refuses(k, name); key != "" {
			faults = append(faults, fault.Field{Field: "mapping.columns." + header, Key: key, Args: []any{name}})
			continue
		}
		field, ok := place(name)
		if !ok {
			faults = append(faults, fault.Field{Field: "mapping.columns." + header, Key: "field_unknown", Args: []any{name}})
			continue
		}
		if other, doubled := taken[field]; doubled {
			faults = append(faults, fault.Field{Field: "mapping.columns." + header, Key: "field_mapped_twice", Args: []any{name, other}})
			continue
		}
		taken[field] = header
		p.targets = append(p.targets, target{column, field})
	}
	for header := range m.Columns {
		if !found[cmp.Or(trimCell(header), header)] {
			faults = append(faults, fault.Field{Field: "mapping.columns." + header, Key: "column_missing", Args: []any{header}})
		}
	}
	faults = append(faults, p.bindConstants(m.Constants, form, place)...)
	p.mapped = make([]bool, len(p.fields))
	for _, t := range p.targets {
		p.mapped[t.field] = true
	}
	for i := range p.constants {
		p.mapped[i] = p.mapped[i] || p.constants[i].Set
	}
	for i, f := range p.fields {
		if f.Required && !p.mapped[i] {
			faults = append(faults, fault.Field{Field: "mapping.columns", Key: "required_field_unmapped", Args: []any{f.Name}})
		}
	}
	for _, name := range k.GroupBy() {
		p.group = append(p.group, byName[name])
	}
	if len(faults) > 0 {
		return nil, fault.Invalids(faults)
	}
	return p, nil
}

// bindConstants reads the constant values; "source" names where the facts come from and is not a field.
func (p *plan) bindConstants(constants map[string]string, form dateForm, place func(string) (int, bool)) (faults []fault.Field) {
	values := map[int]Value{}
	for name, text := range constants {
		text = trimCell(text)
		if name == "source" {
			if text != "" {
				p.source = text
			}
			continue
		}
		if key := refuses(p.kind, name); key != "" {
			faults = append(faults, fault.Field{Field: "mapping.constants." + name, Key: key, Args: []any{name}})
			continue
		}
		field, ok := place(name)
		if !ok {
			faults = append(faults, fault.Field{Field: "mapping.constants." + name, Key: "field_unknown", Args: []any{name}})
			continue
		}
		reader := cellReader{form: form}
		value, code := reader.read(&p.fields[field], text)
		if code != "" {
			faults = append(faults, fault.Field{Field: "mapping.constants." + name, Key: code, Args: []any{text}})
		}
		values[field] = value
	}
	p.constants, p.fixed = make([]Value, len(p.fields)), make([]bool, len(p.fields))
	for field, value := range values {
		p.constants[field], p.fixed[field] = value, value.Set
	}
	return faults
}

// goodCustomName keeps custom field names short and free of what would need escaping anywhere.
func goodCustomName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	return !strings.ContainsAny(name, "\"'\\`.$[]{}*?;\x00\n\r\t")
}
