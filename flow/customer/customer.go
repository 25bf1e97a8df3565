// Package customer keeps one record per customer: who it is, by which keys each source knows it, how to reach it, what
// it agreed to, what it bought and what was said. It also brings the import kinds that write these records.
package customer

import (
	"encoding/json"

	"guanxi/base/china"
	"guanxi/base/db"
)

// Customer is one row of the customers table: a person or organization we have, had or want a relationship with.
// Birthday is a civil day YYYY-MM-DD; Custom is a JSON object of the workspace's own fields.
type Customer struct {
	ID              int64   `bun:"id"`
	Kind            string  `bun:"kind"`
	Name            string  `bun:"name"`
	GivenName       string  `bun:"given_name"`
	FamilyName      string  `bun:"family_name"`
	NameKey         string  `bun:"name_key"`
	NameInitials    string  `bun:"name_initials"`
	Gender          string  `bun:"gender"`
	Birthday        *string `bun:"birthday"`
	Country         string  `bun:"country"`
	Province        string  `bun:"province"`
	City            string  `bun:"city"`
	District        string  `bun:"district"`
	Address         string  `bun:"address"`
	Postcode        string  `bun:"postcode"`
	Company         string  `bun:"company"`
	Industry        string  `bun:"industry"`
	LifecycleStage  string  `bun:"lifecycle_stage"`
	Source          string  `bun:"source"`
	OwnerID         *int64  `bun:"owner_id"`
	TeamID          *int64  `bun:"team_id"`
	Custom          string  `bun:"custom"`
	CreatedImportID *int64  `bun:"created_import_id"`
	CreatedAt       int64   `bun:"created_at"`
	UpdatedAt       int64   `bun:"updated_at"`
	Version         int64   `bun:"version"`
}

// customerColumns are the columns of Customer, in its order.
const customerColumns = "id, kind, name, given_name, family_name, name_key, name_initials, gender, birthday, country, province, city, " +
	"district, address, postcode, company, industry, lifecycle_stage, source, owner_id, team_id, custom, created_import_id, " +
	"created_at, updated_at, version"

// addTo adds the record as a row of customerColumns.
func (c *Customer) addTo(rows *db.Bulk) { rows.Add(c.values()...) }

// values are what stands in customerColumns.
func (c *Customer) values() []any {
	return []any{
		c.ID, c.Kind, c.Name, c.GivenName, c.FamilyName, c.NameKey, c.NameInitials, c.Gender, c.Birthday, c.Country, c.Province, c.City,
		c.District, c.Address, c.Postcode, c.Company, c.Industry, c.LifecycleStage, c.Source, c.OwnerID, c.TeamID, c.Custom, c.CreatedImportID,
		c.CreatedAt, c.UpdatedAt, c.Version,
	}
}

// textField is one plain attribute of a customer, by the name it has in the contract.
type textField struct {
	name string
	of   func(*Customer) *string
}

// textFields are the attributes that imports and people write as text, in the order of the form.
var textFields = []textField{
	{"kind", func(c *Customer) *string { return &c.Kind }},
	{"name", func(c *Customer) *string { return &c.Name }},
	{"given_name", func(c *Customer) *string { return &c.GivenName }},
	{"family_name", func(c *Customer) *string { return &c.FamilyName }},
	{"gender", func(c *Customer) *string { return &c.Gender }},
	{"country", func(c *Customer) *string { return &c.Country }},
	{"province", func(c *Customer) *string { return &c.Province }},
	{"city", func(c *Customer) *string { return &c.City }},
	{"district", func(c *Customer) *string { return &c.District }},
	{"address", func(c *Customer) *string { return &c.Address }},
	{"postcode", func(c *Customer) *string { return &c.Postcode }},
	{"company", func(c *Customer) *string { return &c.Company }},
	{"industry", func(c *Customer) *string { return &c.Industry }},
	{"lifecycle_stage", func(c *Customer) *string { return &c.LifecycleStage }},
	{"source", func(c *Customer) *string { return &c.Source }},
}

// newCustomer gives a record with the defaults of the schema.
func newCustomer(now int64) Customer {
	return Customer{
		Kind: KindPerson, Gender: GenderUnknown, LifecycleStage: StageCustomer, Custom: "{}",
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}
}

// The stages of a customer's life with us.
const (
	StageProspect = "prospect"
	StageCustomer = "customer"
	StageFormer   = "former"
)

// settle brings derived parts in line: the name from its parts where it is empty, the keys from the name, the region's
// everyday names.
func (c *Customer) settle() {
	if c.Name == "" {
		c.Name = joinName(c.FamilyName, c.GivenName)
	}
	if c.Name == "" && c.Kind == KindOrganization {
		c.Name = c.Company
	}
	c.NameKey, c.NameInitials = NameKeys(c.Kind, c.Name)
	c.Province, c.City = normalRegion(c.Province, c.City)
	if c.District != "" {
		c.District = china.DistrictName(c.District, c.Province, c.City)
	}
}

// joinName puts family and given name together as their script does.
func joinName(family, given string) string {
	switch {
	case family == "" || given == "":
		return family + given
	case isASCII(family + given):
		return given + " " + family
	}
	return family + given
}

// customFields reads the custom object; text that is none reads as empty.
func customFields(text string) map[string]any {
	fields := map[string]any{}
	if text != "" && text != "{}" {
		_ = json.Unmarshal([]byte(text), &fields)
	}
	return fields
}

// customText writes fields with their names in order, so that equal objects are equal texts.
func customText(fields map[string]any) string {
	b, err := json.Marshal(fields)
	if err != nil {
		return "{}"
	}
	return string(b)
}
