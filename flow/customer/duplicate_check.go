package customer

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/customer/match"
	"guanxi/guard"
)

// taught keeps the models of the latest scan at hand.
type taught struct {
	mutex  sync.Mutex
	scan   int64
	models map[string]*match.Learned
}

// models gives what the latest scan has learned; before the first one beliefs about as many records as there are.
func (s *Store) models(ctx context.Context) (map[string]*match.Learned, error) {
	var latest []struct {
		ID int64 `bun:"id"`
	}
	read := s.records.Read()
	if err := read.NewRaw("select id from duplicate_scans where state = ? order by id desc limit 1", ScanDone).Scan(ctx, &latest); err != nil {
		return nil, err
	}
	if len(latest) == 0 {
		var most int64
		if err := read.NewRaw("select coalesce(max(id), 0) from customers").Scan(ctx, &most); err != nil {
			return nil, err
		}
		return map[string]*match.Learned{"person": match.Untaught(false, float64(most)), "organization": match.Untaught(true, float64(most))}, nil
	}
	s.taught.mutex.Lock()
	defer s.taught.mutex.Unlock()
	if s.taught.scan != latest[0].ID {
		var text string
		if err := read.NewRaw("select learned from duplicate_scans where id = ?", latest[0].ID).Scan(ctx, &text); err != nil {
			return nil, err
		}
		models := map[string]*match.Learned{}
		if err := json.Unmarshal([]byte(text), &models); err != nil {
			return nil, err
		}
		s.taught.scan, s.taught.models = latest[0].ID, models
	}
	return s.taught.models, nil
}

// lookalike is a stored customer that a record may be.
type lookalike struct {
	match.Pair
	InScope bool
	TeamID  *int64
}

const (
	mostAlike = 60  // customers that one trait brings up
	leastTold = 0.5 // probability from which a person who enters a customer is told
)

// lookalikes gives the stored customers that the record may be, the likeliest first: those who share a phone number or
// mail address, the name however it is written, or its initials with birthday or city. It looks beyond the reader's
// scope; the caller must not show what is outside.
func (s *Store) lookalikes(ctx context.Context, r *match.Record) ([]lookalike, error) {
	read := s.records.Read()
	models, err := s.models(ctx)
	if err != nil {
		return nil, err
	}
	var ids []int64
	bring := func(where string, args ...any) error {
		var found []int64
		err := read.NewRaw("select c.id from customers c where "+living+" and c.id <> ? and "+where+" limit ?", append(append([]any{r.ID}, args...), mostAlike)...).Scan(ctx, &found)
		ids = append(ids, found...)
		return err
	}
	if points := append(slices.Clone(r.Phones), r.Emails...); len(points) > 0 {
		if err := bring("c.id in (select customer_id from contact_points where value in (?))", bun.List(points)); err != nil {
			return nil, err
		}
	}
	kind := KindPerson
	if r.Organization {
		kind = KindOrganization
	}
	name := cmp.Or(r.Name, joinName(r.Family, r.Given))
	if key, initials := NameKeys(kind, name); key != "" {
		if err := bring("c.name_key = ?", key); err != nil {
			return nil, err
		}
		if len(initials) > 1 && r.Birthday != "" {
			if err := bring("c.name_initials = ? and c.birthday = ?", initials, r.Birthday); err != nil {
				return nil, err
			}
		}
		if len(initials) > 1 && r.City != "" {
			if err := bring("c.name_initials = ? and c.city = ?", initials, r.City); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return nil, nil
	}
	others, err := readRecords(ctx, read, "c.id in (?) order by c.id", bun.List(ids))
	if err != nil {
		return nil, err
	}
	if err := readContacts(ctx, read, others, "customer_id in (?)", bun.List(ids)); err != nil {
		return nil, err
	}
	return s.inSight(ctx, match.Judge(models, sound, r, others), ids)
}

// inSight marks which of the pairs' other customers the reader may see, and sorts them.
func (s *Store) inSight(ctx context.Context, pairs []match.Pair, ids []int64) ([]lookalike, error) {
	var rows []struct {
		ID      int64  `bun:"id"`
		TeamID  *int64 `bun:"team_id"`
		InScope bool   `bun:"in_scope"`
	}
	if err := s.records.Read().NewRaw("select c.id, c.team_id, ? as in_scope from customers c where c.id in (?)", scope(ctx, "c"), bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	alike := make([]lookalike, 0, len(pairs))
	for _, p := range pairs {
		for _, row := range rows {
			if row.ID == p.B {
				alike = append(alike, lookalike{p, row.InScope, row.TeamID})
			}
		}
	}
	slices.SortFunc(alike, func(a, b lookalike) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.B, b.B)) })
	return alike, nil
}

// record gives what a form holds so far as a record to compare.
func (f *CustomerFields) record(ctx context.Context) *match.Record {
	r := &match.Record{Organization: f.Kind.Value == KindOrganization, Name: f.Name.Value, Given: f.GivenName.Value, Family: f.FamilyName.Value,
		Birthday: f.Birthday.Value, Postcode: f.Postcode.Value, Address: f.Address.Value, Company: f.Company.Value}
	r.Gender, _ = NormalGender(f.Gender.Value)
	_, r.City = normalRegion(f.Province.Value, f.City.Value)
	points, _ := f.contactPoints(ctx, &Customer{}) // a number half typed is not compared
	for _, p := range points {
		if p.Kind == ContactPhone {
			r.Phones = append(r.Phones, p.Value)
		} else {
			r.Emails = append(r.Emails, p.Value)
		}
	}
	return r
}

// What somebody is told about a likely duplicate among customers that are not theirs to see: nothing, or only that
// there is one and whose team it is with.
const (
	OutsideHidden = "hidden"
	OutsideTeam   = "team"

	outsideKey = "duplicates.outside"
)

func (s *Store) outsideRule(ctx context.Context) (string, error) {
	rule, known, err := db.SettingText(ctx, s.records.Read(), outsideKey)
	if !known {
		rule = OutsideHidden
	}
	return rule, err
}

func (s *Store) setOutsideRule(ctx context.Context, rule string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSettingText(ctx, tx, outsideKey, rule); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "settings.changed", "settings", outsideKey, map[string]any{"outside": rule})
	})
}

// DuplicateWarning is what one who enters a customer is told.
type DuplicateWarning struct {
	Items   []DuplicateGuess  `json:"items"`
	Outside *DuplicateOutside `json:"outside" doc:"a likely duplicate that is not the reader's to see, where the workspace lets that be known"`
}

// DuplicateGuess is a customer that the form may be about.
type DuplicateGuess struct {
	Customer CustomerItem `json:"customer"`
	Score    float64      `json:"score"`
	Reasons  []Reason     `json:"reasons"`
}

// DuplicateOutside says that somebody else has the customer already, and nothing more.
type DuplicateOutside struct {
	Team *string `json:"team"`
}

const (
	mostTold     = 5
	leastOutside = 0.9
)

// Check gives the customers that a form may be about, as far as the reader sees them.
func (s *Store) Check(ctx context.Context, f *CustomerFields) (*DuplicateWarning, error) {
	w := &DuplicateWarning{Items: []DuplicateGuess{}}
	alike, err := s.lookalikes(ctx, f.record(ctx))
	if err != nil {
		return nil, err
	}
	var ids []int64
	byID := map[int64]lookalike{}
	for _, l := range alike {
		if l.InScope && l.Score >= leastTold && len(ids) < mostTold {
			ids = append(ids, l.B)
			byID[l.B] = l
		}
	}
	items, err := s.items(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		l := byID[int64(i.ID)]
		w.Items = append(w.Items, DuplicateGuess{i, l.Score, reasons(ctx, l.Evidence)})
	}
	return w, s.warnOutside(ctx, w, alike)
}

func (s *Store) warnOutside(ctx context.Context, w *DuplicateWarning, alike []lookalike) error {
	rule, err := s.outsideRule(ctx)
	if err != nil || rule != OutsideTeam {
		return err
	}
	for _, l := range alike {
		if l.InScope || l.Score < leastOutside {
			continue
		}
		w.Outside = &DuplicateOutside{}
		if l.TeamID == nil {
			return nil
		}
		var names []string
		if err := s.records.Read().NewRaw("select name from teams where id = ?", *l.TeamID).Scan(ctx, &names); err != nil {
			return err
		}
		if len(names) > 0 {
			w.Outside.Team = &names[0]
		}
		return nil
	}
	return nil
}
