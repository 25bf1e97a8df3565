package customer

import (
	"context"
	"sync"

	"guanxi/base/api"
	"guanxi/base/china"
)

// DivisionView is a place of China in a chooser: Value is what an address keeps, Keys what one types to find it.
type DivisionView struct {
	Value    string         `json:"value"`
	Name     string         `json:"name" doc:"its official name"`
	Keys     []string       `json:"keys" doc:"pinyin and its initials"`
	Children []DivisionView `json:"children,omitempty"`
}

var divisionViews = sync.OnceValue(func() []DivisionView { return viewDivisions(china.Provinces()) })

func viewDivisions(of []*china.Division) (views []DivisionView) {
	for _, d := range of {
		key, initials := china.Spelled(d.Short)
		v := DivisionView{Value: d.Short, Name: d.Name, Keys: []string{key, initials}, Children: viewDivisions(d.Children)}
		if d.Level == china.DistrictLevel {
			v.Value = d.Name
		}
		views = append(views, v)
	}
	return views
}

// ParsedAddress is a line of an address in its parts. Problem says why it cannot stand as it is, or that it may mean several
// places.
type ParsedAddress struct {
	Province string   `json:"province"`
	City     string   `json:"city"`
	District string   `json:"district"`
	Address  string   `json:"address" doc:"street and house"`
	Postcode string   `json:"postcode"`
	Problem  string   `json:"problem,omitempty" enum:"city_not_in_province,district_not_in_city,several_places,no_place"`
	Several  []string `json:"several,omitempty" doc:"the places the line may mean"`
}

func readLine(line string) ParsedAddress {
	p := china.Parse(line)
	parts := parsedAddress(p)
	out := ParsedAddress{Province: parts["province"], City: parts["city"], District: parts["district"], Address: parts["address"], Postcode: parts["postcode"]}
	switch {
	case p.Conflict != nil:
		out.Problem = placeConflict(p.Conflict)
	case len(p.Several) > 0:
		out.Problem = "several_places"
		for _, d := range p.Several {
			name := d.Name
			for up := d.Parent; up != nil; up = up.Parent {
				name = up.Name + name
			}
			out.Several = append(out.Several, name)
		}
	case !p.Found():
		out.Problem = "no_place"
	}
	return out
}

func (s *Store) registerAddresses(a *api.API) {
	type divisions struct {
		CacheControl string `header:"Cache-Control"`
		Body         struct {
			Items []DivisionView `json:"items"`
		}
	}
	api.Register(a, api.Op{Method: "GET", Path: "/divisions", Permission: "customers.read", Tag: "customers",
		Summary: "The provinces of China with their cities and districts, as addresses name them"},
		func(context.Context, *struct{}) (*divisions, error) {
			out := &divisions{CacheControl: "private, max-age=86400"}
			out.Body.Items = divisionViews()
			return out, nil
		})
	api.Register(a, api.Op{Method: "POST", Path: "/addresses/parse", Permission: "customers.read", Tag: "customers", Status: 200,
		Summary: "Part a line of an address into province, city, district and street"},
		func(_ context.Context, in *struct {
			Body struct {
				Line string `json:"line" minLength:"1" maxLength:"500"`
			}
		}) (*struct{ Body ParsedAddress }, error) {
			return &struct{ Body ParsedAddress }{readLine(in.Body.Line)}, nil
		})
}
