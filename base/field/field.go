// Package field holds the fields that the workspace has defined itself. They travel in the context as the workspace
// does, because rights, forms, imports and conditions all have to know the same ones at once.
package field

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// Type says what a value of a field is, and so how it is read, compared and shown.
type Type string

// The types, with what a customer's record keeps of each.
const (
	Text     Type = "text"      // a text of at most 1000 characters
	Number   Type = "number"    // a number
	Money    Type = "money"     // a whole number of minor units of the currency that the field's unit names
	Day      Type = "day"       // YYYY-MM-DD
	MonthDay Type = "month_day" // a day that comes every year: MM-DD
	Choice   Type = "choice"    // one of the field's values
	Choices  Type = "choices"   // several of them, in the order of the field
	Boolean  Type = "boolean"   // true or false
	Phone    Type = "phone"     // E.164
	Email    Type = "email"     // an address in lower case
	Customer Type = "customer"  // the id of another customer, as text
	Address  Type = "address"   // an object of AddressLevels, address (street and house) and postcode, those that are said
	File     Type = "file"      // a list of objects of id, name, size, type, at and by; the content lies sealed in the data folder
	Formula  Type = "formula"   // nothing: it is reckoned from other fields wherever it is asked for
)

// AddressLevels are the parts of an address that name a place, the widest first. Conditions can ask for each.
var AddressLevels = []string{"country", "province", "city", "district"}

// AddressParts are all its parts in the order they are read; address is the street and house.
var AddressParts = append(slices.Clone(AddressLevels), "address", "postcode")

// Types are all types, in the order a person is offered them.
func Types() []Type {
	return []Type{Text, Number, Money, Day, MonthDay, Choice, Choices, Boolean, Phone, Email, Customer, Address, File, Formula}
}

// The sensitivities. Personal fields are not for roles that work without contact points; sensitive ones are masked for
// everybody who does not hold fields.sensitive.
const (
	Normal    = "normal"
	Personal  = "personal"
	Sensitive = "sensitive"
)

// Label is a text in both languages of the product.
type Label struct {
	Chinese string `json:"zh-CN" maxLength:"80"`
	English string `json:"en-US" maxLength:"80"`
}

// Value is one value a choice may take. Aliases are what comes in for it: "干", "dry skin", "D".
type Value struct {
	Value   string   `json:"value" maxLength:"80"`
	Label   Label    `json:"label"`
	Aliases []string `json:"aliases,omitempty" maxItems:"100"`
}

// Field is one field of a customer that the workspace has defined.
type Field struct {
	Key           string // stable, unique, never used again: a-z, 0-9 and _
	Label         Label
	AppliesTo     string // person, organization, both
	Type          Type
	Unit          string // for money the currency, ISO 4217
	Purpose       string // why it is kept
	Sensitivity   string
	RetentionDays *int64   // nil: as long as the customer
	RequiredAt    []string // stages of life a customer may not be in without it
	Values        []Value
	Files         *FileRules // of a file field
	Formula       string     // of a formula, its text
	Inputs        []string   // the fields it is reckoned from, as conditions name them
	Result        Type       // what it gives: text, number, money, day or boolean
	Group         string     // the heading it stands under in forms
	Position      int64
	ArchivedAt    *int64 // milliseconds UTC
	Version       int64
}

// Archived says that the field is no longer used; its values are kept.
func (f *Field) Archived() bool { return f.ArchivedAt != nil }

// For says whether customers of the kind have the field.
func (f *Field) For(kind string) bool { return f.AppliesTo == "both" || f.AppliesTo == kind }

// Sealed says that records keep the value encrypted.
func (f *Field) Sealed() bool { return f.Sensitivity == Sensitive }

// Withheld says that columns never hold the value: of ways to reach somebody only that there is one, of sealed values their
// blind index.
func (f *Field) Withheld() bool { return f.Type == Phone || f.Type == Email || f.Sealed() }

// Private says that values do not belong into logs: they are personal, tell how or where to reach somebody, or are names of
// files, which people call after customers.
func (f *Field) Private() bool {
	return f.Sensitivity != Normal || f.Withheld() || f.Type == Address || f.Type == File
}

var goodKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// GoodKey says whether a key is short, plain and safe to stand in any text.
func GoodKey(key string) bool { return goodKey.MatchString(key) }

// Set is all fields at one moment. It is never changed.
type Set struct {
	all   []*Field
	byKey map[string]*Field
}

// NewSet gives the set of fields, in the order of forms.
func NewSet(all []*Field) *Set {
	s := &Set{all: all, byKey: make(map[string]*Field, len(all))}
	for _, f := range all {
		s.byKey[f.Key] = f
	}
	return s
}

// Find gives a field by its key, an archived one too.
func (s *Set) Find(key string) (*Field, bool) {
	f, known := s.byKey[key]
	return f, known
}

// Part finds the field of an address and the part of it that a name KEY.PART asks for.
func (s *Set) Part(name string) (f *Field, part string, ok bool) {
	key, part, parted := strings.Cut(name, ".")
	f, known := s.byKey[key]
	return f, part, parted && known && f.Type == Address && slices.Contains(AddressParts, part)
}

// All gives every field, archived ones too, in the order of forms.
func (s *Set) All() []*Field { return s.all }

// Live gives the fields in use, in the order of forms.
func (s *Set) Live() []*Field {
	return slices.DeleteFunc(slices.Clone(s.all), (*Field).Archived)
}

// Source gives the present fields; it is a function so that a change is seen at once.
type Source func() *Set

type key struct{}

// With gives a context whose fields are asked for at each use.
func With(ctx context.Context, s Source) context.Context { return context.WithValue(ctx, key{}, s) }

var none = NewSet(nil)

// Of gives the fields of ctx, none when nobody has said.
func Of(ctx context.Context) *Set {
	if s, ok := ctx.Value(key{}).(Source); ok {
		if set := s(); set != nil {
			return set
		}
	}
	return none
}
