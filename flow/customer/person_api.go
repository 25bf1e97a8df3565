package customer

import (
	"context"
	"slices"
	"strconv"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/guard"
)

// tellTimeline puts everything that has an instant in one order, newest first.
func (v *personalData) tellTimeline() {
	for i, p := range v.Profiles {
		v.Timeline = append(v.Timeline, personEvent{p.CreatedAt, "created", "profiles", i})
	}
	for i, o := range v.Orders {
		v.Timeline = append(v.Timeline, personEvent{o.OrderedAt, o.Kind + "_" + o.Status, "orders", i})
	}
	for i, a := range v.Activities {
		v.Timeline = append(v.Timeline, personEvent{a.At, "activity_" + a.Kind, "activities", i})
	}
	for i, c := range v.Consents {
		code := "consent_withdrawn"
		if c.Granted {
			code = "consent_granted"
		}
		v.Timeline = append(v.Timeline, personEvent{c.HappenedAt, code, "consents", i})
	}
	for i, t := range v.Tags {
		v.Timeline = append(v.Timeline, personEvent{t.At, "tagged", "tags", i})
	}
	for i, k := range v.SpeaksFor {
		v.Timeline = append(v.Timeline, personEvent{k.At, "contact_of", "speaks_for", i})
	}
	for i, m := range v.Merges {
		v.Timeline = append(v.Timeline, personEvent{m.At, "merged", "merges", i})
	}
	slices.SortStableFunc(v.Timeline, func(a, b personEvent) int { return b.At.Compare(a.At) })
}

// noteDisclosure writes into the audit log that somebody was given everything about her.
func (s *Store) noteDisclosure(ctx context.Context, p *person, reason string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return guard.Audit(ctx, tx, "customer.disclosed", "customer", strconv.FormatInt(p.ids[0], 10),
			map[string]any{"name": p.customers[0].Name, "reason": reason, "orders": len(p.orders), "records": len(p.ids)})
	})
}

func (s *Store) registerPersons(a *api.API) {
	s.registerPersonArchive(a)
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/personal-data", Permission: "customers.disclose", Tag: "customers",
		Summary: "Everything held about one customer, in full, to hand to her; with a reason, and logged"},
		func(ctx context.Context, in *struct {
			ID     api.ID `path:"id"`
			Reason string `query:"reason" maxLength:"500" doc:"required; goes into the audit log"`
		}) (*struct {
			Disposition string `header:"Content-Disposition"`
			Cache       string `header:"Cache-Control"`
			Body        *personalData
		}, error) {
			data, err := s.PersonalData(ctx, int64(in.ID), in.Reason)
			if err != nil {
				return nil, err
			}
			out := &struct {
				Disposition string `header:"Content-Disposition"`
				Cache       string `header:"Cache-Control"`
				Body        *personalData
			}{`attachment; filename="personal-data-` + strconv.FormatInt(int64(in.ID), 10) + `.json"`, "no-store", data}
			return out, nil
		})
}
