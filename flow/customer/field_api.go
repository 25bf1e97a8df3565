package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// FieldView is a field that the workspace has defined, as a form needs it.
type FieldView struct {
	Key           string           `json:"key"`
	Label         field.Label      `json:"label"`
	AppliesTo     string           `json:"applies_to" enum:"person,organization,both"`
	Type          field.Type       `json:"type" enum:"text,number,money,day,month_day,choice,choices,boolean,phone,email,customer,address,file,formula"`
	Unit          string           `json:"unit" doc:"for money the currency"`
	Purpose       string           `json:"purpose"`
	Sensitivity   string           `json:"sensitivity" enum:"normal,personal,sensitive"`
	RetentionDays *int64           `json:"retention_days"`
	RequiredAt    []string         `json:"required_at"`
	Values        []field.Value    `json:"values"`
	Files         *field.FileRules `json:"files,omitempty"`
	Endings       []string         `json:"endings,omitempty" doc:"of names that a file field takes"`
	Formula       string           `json:"formula,omitempty"`
	Inputs        []string         `json:"inputs,omitempty" doc:"of a formula the fields it is reckoned from"`
	Result        field.Type       `json:"result,omitempty" enum:"text,number,money,day,boolean" doc:"of a formula what it gives"`
	Group         string           `json:"group"`
	Position      int64            `json:"position"`
	Archived      bool             `json:"archived"`
	Right         guard.Right      `json:"right" enum:"masked,read,write" doc:"what the reader may do with its values"`
	Version       int64            `json:"version"`
}

// FieldChange is one step in the history of a value. Source is staff, import, merge, or where the customer came from.
type FieldChange struct {
	At     time.Time      `json:"at"`
	Source string         `json:"source"`
	Actor  string         `json:"actor" doc:"who, empty for a source"`
	Import *ImportOfValue `json:"import"`
	Before any            `json:"before"`
	After  any            `json:"after"`
}

// ImportOfValue is the import that brought a value.
type ImportOfValue struct {
	ID       api.ID `json:"id"`
	FileName string `json:"file_name"`
}

func (r *historyRow) view(name string, own *field.Field, right guard.Right) FieldChange {
	c := FieldChange{At: instant(r.HappenedAt), Source: r.Source, Actor: r.Actor,
		Before: r.value(r.Before, name, own, right), After: r.value(r.After, name, own, right)}
	if r.ImportID != nil {
		c.Import = &ImportOfValue{ID: api.ID(*r.ImportID)}
		if r.ImportName != nil {
			c.Import.FileName = *r.ImportName
		}
	}
	return c
}

func viewField(f *field.Field, right guard.Right) FieldView {
	var endings []string
	if isFile(f) {
		endings = f.Files.Settled().Endings()
	}
	return FieldView{Endings: endings, Key: f.Key, Label: f.Label, AppliesTo: f.AppliesTo, Type: f.Type, Unit: f.Unit, Purpose: f.Purpose, Sensitivity: f.Sensitivity,
		RetentionDays: f.RetentionDays, RequiredAt: orEmpty(f.RequiredAt), Values: orEmpty(f.Values), Files: f.Files, Formula: f.Formula, Inputs: f.Inputs, Result: f.Result, Group: f.Group, Position: f.Position,
		Archived: f.Archived(), Right: right, Version: f.Version}
}

type fieldOutput struct {
	ETag string `header:"ETag"`
	Body FieldView
}

func (f *Fields) output(ctx context.Context, key string, err error) (*fieldOutput, error) {
	if err != nil {
		return nil, err
	}
	own, known := f.Set().Find(key)
	if !known {
		return nil, fault.NotFound("field", key)
	}
	return &fieldOutput{ETag: api.ETag(own.Version), Body: viewField(own, guard.FieldsOf(ctx, noun).Right(customPrefix+key))}, nil
}

// Keyed names one field in a path, and the version the caller has seen.
type Keyed struct {
	Key     string `path:"key"`
	IfMatch string `header:"If-Match"`
}

func (s *Store) registerFields(a *api.API) {
	type list struct {
		Body struct {
			Items []FieldView `json:"items"`
		}
	}
	api.Register(a, api.Op{Method: "GET", Path: "/customer-fields", Permission: "customers.read", Tag: "fields",
		Summary: "The fields the workspace has defined for its customers, in the order of forms"},
		func(ctx context.Context, in *struct {
			Archived bool `query:"archived" doc:"the archived ones too"`
		}) (*list, error) {
			out, rights := &list{}, guard.FieldsOf(ctx, noun)
			out.Body.Items = []FieldView{}
			for _, own := range s.fields.Set().All() {
				if right := rights.Right(customPrefix + own.Key); right != guard.None && (in.Archived || !own.Archived()) {
					out.Body.Items = append(out.Body.Items, viewField(own, right))
				}
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "POST", Path: "/customer-fields", Permission: "fields.write", Tag: "fields", Status: 201,
		Summary: "Define a field of customers; it can be used at once, everywhere"},
		func(ctx context.Context, in *struct {
			Body struct {
				Key  string     `json:"key" maxLength:"40" doc:"a-z, 0-9 and _; never changes and is never used again"`
				Type field.Type `json:"type" enum:"text,number,money,day,month_day,choice,choices,boolean,phone,email,customer,address,file,formula"`
				FieldDraft
			}
		}) (*fieldOutput, error) {
			return s.fields.output(ctx, in.Body.Key, s.fields.Define(ctx, in.Body.Key, in.Body.Type, in.Body.FieldDraft))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/customer-fields/try-formula", Permission: "fields.write", Tag: "fields", Status: 200,
		Summary: "Check a formula and see what it gives for a few customers, without defining anything"},
		func(ctx context.Context, in *struct {
			Body struct {
				Key     string `json:"key,omitempty" maxLength:"40" doc:"of the field it is for, so that it is not built on itself"`
				Formula string `json:"formula" maxLength:"2000"`
				Unit    string `json:"unit,omitempty" maxLength:"20"`
			}
		}) (*struct{ Body *FormulaTrial }, error) {
			trial, err := s.TryFormula(ctx, in.Body.Key, in.Body.Formula, in.Body.Unit)
			return &struct{ Body *FormulaTrial }{trial}, err
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/customer-fields/{key}", Permission: "fields.write", Tag: "fields", Summary: "Say anew what a field is; its key and type stay"},
		func(ctx context.Context, in *struct {
			Keyed
			Body FieldDraft
		}) (*fieldOutput, error) {
			return s.fields.output(ctx, in.Key, s.fields.Redefine(ctx, in.Key, in.IfMatch, in.Body))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/customer-fields/{key}/archive", Permission: "fields.write", Tag: "fields", Summary: "Take a field out of use; its values are kept"},
		func(ctx context.Context, in *Keyed) (*fieldOutput, error) {
			return s.fields.output(ctx, in.Key, s.fields.Archive(ctx, in.Key, in.IfMatch))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/customer-fields/{key}/restore", Permission: "fields.write", Tag: "fields", Summary: "Bring an archived field back with its values"},
		func(ctx context.Context, in *Keyed) (*fieldOutput, error) {
			return s.fields.output(ctx, in.Key, s.fields.Restore(ctx, in.Key, in.IfMatch))
		})

	type history struct {
		Body struct {
			Items []FieldChange `json:"items"`
		}
	}
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/fields/{key}/history", Permission: "customers.read", Tag: "fields",
		Summary: "Where the value of a field comes from: each change with its source and time, newest first"},
		func(ctx context.Context, in *struct {
			ID  api.ID `path:"id"`
			Key string `path:"key" maxLength:"80"`
		}) (*history, error) {
			changes, err := s.History(ctx, int64(in.ID), in.Key)
			out := &history{}
			out.Body.Items = changes
			return out, err
		})
}
