package collect

import (
	"cmp"
	"maps"
	"slices"
)

// Template is a mapping for the files another program writes, by the headers its documentation names. One field may be
// named for several headers; the first of them that a file has is taken.
type Template struct {
	Name      string // stable: salesforce_contacts
	LabelZH   string
	LabelEN   string
	Columns   []TemplateColumn
	Constants map[string]string
}

// TemplateColumn says which field a header becomes.
type TemplateColumn struct{ Header, Field string }

// Templated is a Kind that knows files of other programs.
type Templated interface {
	Templates() []Template
}

// offer is a mapping that may fit a file: one somebody saved, or a template. Matched counts the columns of the file it knows,
// Of those it knows in all.
type offer struct {
	From    string            `json:"from" enum:"saved,template"`
	ID      string            `json:"id" doc:"of a saved mapping its id, of a template its name"`
	Label   map[string]string `json:"label" doc:"by language: zh-CN, en-US"`
	Mapping Mapping           `json:"mapping" doc:"with the columns that the file has"`
	Mode    Mode              `json:"mode"`
	Matched int               `json:"matched"`
	Of      int               `json:"of"`
	Fits    bool              `json:"fits" doc:"every column of a saved mapping is there, or enough of a template's to tell whose file it is"`
}

// templateFits is how many columns tell whose file it is.
const templateFits = 5

// fit gives the template's mapping for a file with these headers.
func (t Template) fit(headers []string) offer {
	byFold := map[string]string{}
	for _, header := range headers {
		if fold := foldHeader(header); byFold[fold] == "" {
			byFold[fold] = header
		}
	}
	columns, taken := map[string]string{}, map[string]bool{}
	for _, header := range headers {
		columns[header] = ""
	}
	o := offer{From: "template", ID: t.Name, Label: map[string]string{"zh-CN": t.LabelZH, "en-US": t.LabelEN}, Mode: ModeUpsert, Of: len(t.Columns)}
	for _, c := range t.Columns {
		header, has := byFold[foldHeader(c.Header)]
		if !has {
			continue
		}
		o.Matched++
		if columns[header] == "" && !taken[c.Field] {
			columns[header], taken[c.Field] = c.Field, true
		}
	}
	o.Mapping = Mapping{Columns: columns, Constants: maps.Clone(t.Constants)}
	o.Fits = o.Matched >= min(templateFits, len(t.Columns))
	return o
}

// fit gives the saved mapping for a file with these headers.
func (m *savedMapping) fit(headers []string) offer {
	mapping := m.mapping()
	byFold := map[string]string{}
	for _, header := range headers {
		byFold[foldHeader(header)] = header
	}
	columns := map[string]string{}
	o := offer{From: "saved", ID: api10(m.ID), Label: map[string]string{"zh-CN": m.Name, "en-US": m.Name}, Mode: m.Mode}
	for header, field := range mapping.Columns {
		if field == "" {
			continue
		}
		o.Of++
		if own, has := byFold[foldHeader(header)]; has {
			columns[own] = field
			o.Matched++
		}
	}
	for _, header := range headers {
		if _, mapped := columns[header]; !mapped {
			columns[header] = ""
		}
	}
	mapping.Columns = columns
	o.Mapping, o.Fits = mapping, o.Of > 0 && o.Matched == o.Of
	return o
}

// offers gives the mappings that may fit, the best first.
func offers(k Kind, saved []savedMapping, headers []string) []offer {
	all := []offer{}
	for i := range saved {
		if o := saved[i].fit(headers); o.Matched > 0 {
			all = append(all, o)
		}
	}
	if templated, knows := k.(Templated); knows {
		for _, t := range templated.Templates() {
			all = append(all, t.fit(headers))
		}
	}
	slices.SortStableFunc(all, func(a, b offer) int {
		return cmp.Or(cmpBool(b.Fits, a.Fits), cmpBool(b.From == "saved", a.From == "saved"), cmp.Compare(b.Matched, a.Matched))
	})
	return all
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// BestTemplate gives the template of k that knows most of the headers, nil where none knows enough to tell whose file it is.
func BestTemplate(k Kind, headers []string) *Template {
	templated, knows := k.(Templated)
	if !knows {
		return nil
	}
	var best *Template
	most := 0
	for _, t := range templated.Templates() {
		if o := t.fit(headers); o.Fits && o.Matched > most {
			best, most = &t, o.Matched
		}
	}
	return best
}

// For gives the template's mapping of a file with these headers.
func (t *Template) For(headers []string) Mapping { return t.fit(headers).Mapping }
