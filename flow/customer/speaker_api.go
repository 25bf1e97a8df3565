package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/guard"
)

type speakerView struct {
	ID           api.ID     `json:"id"`
	Organization Named      `json:"organization"`
	Person       personNear `json:"person"`
	Roles        []string   `json:"roles" doc:"decides, pays, uses, influences, gatekeeps, champions"`
	Title        string     `json:"title"`
	Department   string     `json:"department"`
	Main         bool       `json:"main"`
	Since        *string    `json:"since" format:"date"`
	Until        *string    `json:"until" format:"date" doc:"set where the person no longer speaks for the organization"`
	Version      int64      `json:"version"`
}

// personNear is a contact's person, and how to reach her as far as the reader may know.
type personNear struct {
	Named
	Phone *string `json:"phone" doc:"masked"`
	Email *string `json:"email" doc:"masked"`
}

type speakerList struct {
	page.List[speakerView]
}

type speakerPosition struct {
	Rank int   `json:"r"`
	ID   int64 `json:"i"`
}

// Speakers gives one page of the contacts of a customer: the persons of an organization, the organizations of a person; the
// main one first, those who have left last. Fault: not found.
func (s *Store) Speakers(ctx context.Context, customerID int64, cursor string, limit int) (*speakerList, error) {
	if _, err := s.find(ctx, s.records, customerID); err != nil {
		return nil, err
	}
	after := speakerPosition{Rank: -1}
	if err := page.DecodeCursor(cursor, &after); err != nil {
		return nil, err
	}
	read := s.records.Read()
	rows, err := s.speakersIn(ctx, read, customerID, bun.SafeQuery("("+speakerRank+" > ? or "+speakerRank+" = ? and k.id > ?)", after.Rank, after.Rank, after.ID), limit+1)
	if err != nil {
		return nil, err
	}
	list := &speakerList{page.List[speakerView]{Items: []speakerView{}, Total: new(int64)}}
	if err := read.NewRaw("select count(*)"+speakersInSight, customerID, customerID, scope(ctx, "o"), scope(ctx, "p")).Scan(ctx, list.Total); err != nil {
		return nil, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		list.NextCursor = page.EncodeCursor(speakerPosition{rows[limit-1].Rank, rows[limit-1].ID})
	}
	list.Items, err = s.showSpeakers(ctx, read, rows)
	return list, err
}

func (s *Store) showSpeakers(ctx context.Context, from bun.IDB, rows []storedSpeaker) ([]speakerView, error) {
	persons := make([]int64, len(rows))
	for i := range rows {
		persons[i] = rows[i].PersonID
	}
	points, err := contactsOf(ctx, from, persons)
	if err != nil {
		return nil, err
	}
	rights := guard.FieldsOf(ctx, noun)
	views := make([]speakerView, len(rows))
	for i := range rows {
		k := &rows[i]
		var near CustomerItem
		near.setContacts(rights, slices.DeleteFunc(slices.Clone(points), func(p ContactPoint) bool { return p.CustomerID != k.PersonID }))
		views[i] = speakerView{ID: api.ID(k.ID), Organization: Named{api.ID(k.OrganizationID), k.Organization},
			Person: personNear{Named{api.ID(k.PersonID), k.Person}, near.Phone, near.Email}, Roles: k.roles(), Title: k.Title, Department: k.Department,
			Main: k.Main, Since: k.Since, Until: k.Until, Version: k.Version}
	}
	return views, nil
}

type speakerOutput struct {
	ETag string `header:"ETag"`
	Body speakerView
}

func (s *Store) speakerOutput(ctx context.Context, customerID, id int64) (*speakerOutput, error) {
	rows, err := s.speakersIn(guard.Looking(ctx), s.records.Read(), customerID, bun.SafeQuery("k.id = ?", id), 1)
	if err != nil {
		return nil, err
	}
	views, err := s.showSpeakers(ctx, s.records.Read(), rows)
	if err != nil || len(views) == 0 {
		return &speakerOutput{}, err
	}
	return &speakerOutput{api.ETag(views[0].Version), views[0]}, nil
}

func (s *Store) registerSpeakers(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/contacts", Permission: "customers.read", Tag: "customers",
		Summary: "Who speaks for an organization, or for whom a person speaks"},
		func(ctx context.Context, in *struct {
			ID     api.ID `path:"id"`
			Cursor string `query:"cursor"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		}) (*struct{ Body *speakerList }, error) {
			list, err := s.Speakers(ctx, int64(in.ID), in.Cursor, in.Limit)
			return &struct{ Body *speakerList }{list}, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/contacts", Permission: "customers.write", Tag: "customers", Status: 201,
		Summary: "Make a person a contact of an organization, from either side"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body NewContact
		}) (*speakerOutput, error) {
			id, err := s.AddSpeaker(ctx, int64(in.ID), &in.Body)
			if err != nil {
				return nil, err
			}
			return s.speakerOutput(ctx, int64(in.ID), id)
		})

	api.Register(a, api.Op{Method: "PATCH", Path: "/customers/{id}/contacts/{contact}", Permission: "customers.write", Tag: "customers",
		Summary: "Change what a contact is at an organization"},
		func(ctx context.Context, in *struct {
			Addressed
			Contact api.ID `path:"contact"`
			Body    ContactFields
		}) (*speakerOutput, error) {
			if err := s.ChangeSpeaker(ctx, int64(in.ID), int64(in.Contact), in.IfMatch, &in.Body); err != nil {
				return nil, err
			}
			return s.speakerOutput(ctx, int64(in.ID), int64(in.Contact))
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/customers/{id}/contacts/{contact}", Permission: "customers.write", Tag: "customers", Status: 204,
		Summary: "Take a contact away, as if it had never been"},
		func(ctx context.Context, in *struct {
			Addressed
			Contact api.ID `path:"contact"`
		}) (*struct{}, error) {
			return nil, s.RemoveSpeaker(ctx, int64(in.ID), int64(in.Contact), in.IfMatch)
		})
}

// timelineSpeakers tells when somebody became a contact, as far as the reader sees the other end.
func (s *Store) timelineSpeakers(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []storedSpeaker
	err := s.records.Read().NewRaw("select "+qualified("k", speakerColumns)+", o.name as organization_name, p.name as person_name"+speakersInSight+`
  and (k.created_at < ? or k.created_at = ? and k.id < ?)
order by k.created_at desc, k.id desc
limit ?`, customerID, customerID, scope(ctx, "o"), scope(ctx, "p"), after.at, after.at, after.id, limit).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i := range rows {
		k := &rows[i]
		values := map[string]any{"contact_id": itemNumber(k.ID), "roles": strings.Join(k.roles(), ","), "title": k.Title, "department": k.Department}
		code := "contact_came"
		if values["customer_id"], values["name"] = itemNumber(k.PersonID), k.Person; k.PersonID == customerID {
			code = "contact_of"
			values["customer_id"], values["name"] = itemNumber(k.OrganizationID), k.Organization
		}
		if k.Until != nil {
			values["until"] = *k.Until
		}
		items[i] = timelineItem{ID: itemID("contact", k.ID), Kind: "contact", At: instant(k.CreatedAt), Code: code, Values: values,
			Details: []timelineDetail{}, position: timelinePosition{At: k.CreatedAt, ID: k.ID}}
	}
	return items, err
}
