package customer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
	"guanxi/guard"
)

// happened is one thing that happened to customers, named by their place.
type happened struct {
	what      string // merge, edit, order, activity, tag, contact
	who, with int
	field     string
	value     string
	take      []string
	undone    bool
	merge     int64 // id
}

// counted is what one customer should have, or has.
type counted struct {
	attributes                       map[string]string
	orders, activities, tags, phones []string
	lists                            []string
	speaks, spoken                   []string // contacts, as the person and as the organization
	into                             int      // place of the customer she is merged into, -1 for none
}

var compared = []string{"name", "given_name", "family_name", "city", "address", "company", "industry", "gender", "birthday", ownerField, createdField, "custom.size", "custom.papers"}

// replay tells what should be there by playing everything again as if the merges undone had never been: this is what
// undo promises. It shares only the rule of what a merge takes with the code under test.
func replay(begin []Customer, all []happened) []counted {
	now := slices.Clone(begin)
	into := make([]int, len(begin))
	owned := make([]counted, len(begin))
	for i := range begin {
		into[i] = -1
		owned[i].tags = []string{fmt.Sprint("t", i%2)}
		owned[i].phones = []string{fmt.Sprintf("+8613900000%03d", i%3)}
	}
	for n, h := range all {
		switch h.what {
		case "merge":
			if !h.undone {
				now[h.who].takeFrom(&now[h.with], h.take)
				now[h.who].settle()
				into[h.with] = h.who
			}
		case "edit":
			now[h.who].setAttribute(h.field, h.value)
			now[h.who].settle()
		case "order":
			owned[h.who].orders = append(owned[h.who].orders, fmt.Sprint("o", n))
		case "activity":
			owned[h.who].activities = append(owned[h.who].activities, fmt.Sprint("a", n))
		case "tag":
			owned[h.who].tags = append(owned[h.who].tags, fmt.Sprint("n", n))
		case "list":
			if !slices.Contains(owned[h.who].lists, h.value) {
				owned[h.who].lists = append(owned[h.who].lists, h.value)
			}
		case "speaker":
			owned[h.who].speaks = append(owned[h.who].speaks, fmt.Sprint("s", n))
			owned[h.with].spoken = append(owned[h.with].spoken, fmt.Sprint("s", n))
		case "contact":
			owned[h.who].phones = append(owned[h.who].phones, fmt.Sprintf("+8613800000%03d", n))
		}
	}
	result := make([]counted, len(begin))
	for i := range owned {
		root := i
		for into[root] >= 0 {
			root = into[root]
		}
		r := &result[root]
		r.orders = append(r.orders, owned[i].orders...)
		r.activities = append(r.activities, owned[i].activities...)
		r.tags = append(r.tags, owned[i].tags...)
		r.lists = append(r.lists, owned[i].lists...)
		r.speaks = append(r.speaks, owned[i].speaks...)
		r.spoken = append(r.spoken, owned[i].spoken...)
		r.phones = append(r.phones, owned[i].phones...)
	}
	for i := range result {
		result[i].into = into[i]
		result[i].attributes = map[string]string{}
		for _, field := range compared {
			result[i].attributes[field] = now[i].attribute(field)
		}
	}
	return result
}

// Any sequence of merges, edits, arrivals and undos, in any order, ends where it would have ended without the merges
// that were undone.
func TestMergeAndUndoInAnyOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.exec("insert into lists (id, name, created_at, updated_at) values (1, '重点', 0, 0), (2, '展会', 0, 0)")
		s.define(defined("papers", "file", nil))
		ctx := guard.With(s.ctx(), admin)
		rapid.Check(t, func(rt *rapid.T) {
			p := &random{shop: s, ctx: ctx, rt: rt}
			p.begin(rapid.IntRange(2, 5).Draw(rt, "customers"))
			for step := range rapid.IntRange(1, 14).Draw(rt, "steps") {
				p.step(step)
			}
			want := replay(p.start, p.all)
			for i := range want {
				p.check(i, &want[i])
			}
			left, dead := int64(0), []int64{0}
			for i := range want {
				if want[i].into < 0 {
					dead = append(dead, p.ids[i])
				}
			}
			p.must(d.Read().NewRaw("select count(*) from moved where origin_id in (?)", bun.List(dead)).Scan(ctx, &left))
			p.must(s.store.sweepFiles(clock.With(ctx, clock.NewFake(s.clock.Now().AddDate(1, 0, 0))))) // what nobody holds goes, and only that
			for i := range want {
				p.reads(i)
			}
			if left != 0 {
				rt.Errorf("%d things are noted as away from customers that live", left)
			}
		})
	})
}

type random struct {
	*shop
	ctx   context.Context
	rt    *rapid.T
	ids   []int64
	start []Customer
	all   []happened
}

func (p *random) must(err error) {
	if err != nil {
		p.rt.Fatal(err)
	}
}

func (p *random) begin(n int) {
	for i := range n {
		text := func(label string) string {
			return rapid.SampledFrom([]string{"", label + fmt.Sprint(i)}).Draw(p.rt, label)
		}
		c := newCustomer(p.clock.Now().UnixMilli() - rapid.Int64Range(0, 9).Draw(p.rt, "age"))
		c.Name, c.GivenName, c.City, c.Address, c.Company = text("name"), text("given"), rapid.SampledFrom([]string{"", "杭州"}).Draw(p.rt, "city"), text("street"), text("company")
		if c.Name == "" && c.GivenName == "" {
			c.Name = "x" + fmt.Sprint(i)
		}
		c.Gender = rapid.SampledFrom([]string{GenderUnknown, GenderFemale, GenderMale}).Draw(p.rt, "gender")
		if rapid.Bool().Draw(p.rt, "born") {
			day := fmt.Sprintf("199%d-01-01", i)
			c.Birthday = &day
		}
		if rapid.Bool().Draw(p.rt, "owned") {
			owner := int64(1 + i%3)
			c.OwnerID = &owner
		}
		own := map[string]any{}
		if rapid.Bool().Draw(p.rt, "sized") {
			own["size"] = i
		}
		if rapid.Bool().Draw(p.rt, "with papers") {
			own["papers"] = p.upload(fmt.Sprint("start", i))
		}
		c.Custom = customText(customFields(customText(own)))
		c.settle()
		p.must(p.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if c.ID, err = tx.NextID(ctx, "customers"); err != nil {
				return err
			}
			rows := db.NewBulk("customers", customerColumns, "")
			c.addTo(rows)
			if err := rows.Insert(ctx, tx); err != nil {
				return err
			}
			if _, err := tx.NewRaw("insert into identities (source, external_id, customer_id, created_at) values ('s', ?, ?, 0)", fmt.Sprint("i", c.ID), c.ID).Exec(ctx); err != nil {
				return err
			}
			if _, err := setTags(ctx, tx, c.ID, []string{fmt.Sprint("t", i%2)}, 0); err != nil {
				return err
			}
			if err := p.store.noteFiles(ctx, tx, &Customer{}, &c); err != nil {
				return err
			}
			return addContact(ctx, tx, c.ID, ContactPoint{Kind: ContactPhone, Value: fmt.Sprintf("+8613900000%03d", i%3), State: ContactOK}, 0)
		}))
		p.ids = append(p.ids, c.ID)
		p.start = append(p.start, c)
	}
}

func (p *random) step(n int) {
	var roots []int
	for i, c := range replay(p.start, p.all) {
		if c.into < 0 {
			roots = append(roots, i)
		}
	}
	who := rapid.SampledFrom(roots).Draw(p.rt, "who")
	h := happened{what: rapid.SampledFrom([]string{"merge", "merge", "merge", "undo", "undo", "edit", "papers", "order", "order", "activity", "tag", "list", "contact", "speaker"}).Draw(p.rt, "what"), who: who, with: -1}
	id := p.ids[who]
	at := len(p.all)
	switch h.what {
	case "merge":
		if h.with = rapid.SampledFrom(roots).Draw(p.rt, "with"); h.with == who {
			return
		}
		h.take = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"name", "address", "gender", "birthday", "company", ownerField, "custom.size", "custom.papers"}), 0, 2, rapid.ID).Draw(p.rt, "take")
		var err error
		h.merge, err = p.store.Merge(p.ctx, id, p.ids[h.with], h.take)
		p.must(err)
	case "undo":
		var open []int
		for i := range p.all {
			if p.all[i].what == "merge" && !p.all[i].undone {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			return
		}
		undone := &p.all[rapid.SampledFrom(open).Draw(p.rt, "merge")]
		undone.undone = true
		_, err := p.store.Unmerge(p.ctx, undone.merge)
		p.must(err)
		return
	case "edit":
		h.field, h.value = rapid.SampledFrom([]string{"name", "industry", "company"}).Draw(p.rt, "field"), fmt.Sprint("edited", n)
		text := Text{Sent: true, Value: h.value}
		f := map[string]*CustomerFields{"name": {Name: text}, "industry": {Industry: text}, "company": {Company: text}}[h.field]
		p.must(p.store.Change(p.ctx, id, "", f))
	case "papers": // what she had is taken out, and another file put in
		value := p.upload(fmt.Sprint("papers", at))
		h.what, h.field, h.value = "edit", "custom.papers", jsonText(value)
		p.must(p.store.Change(p.ctx, id, "", &CustomerFields{Custom: &map[string]any{"papers": value}}))
	case "order": // of any customer's identity, whoever she is part of
		h.who = rapid.IntRange(0, len(p.ids)-1).Draw(p.rt, "buyer")
		p.order(h.who, fmt.Sprint("o", at))
	case "activity":
		p.must(p.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error {
			activity, err := tx.NextID(ctx, "activities")
			if err != nil {
				return err
			}
			return insertActivity(ctx, tx, &Activity{ID: activity, CustomerID: id, Kind: "note", Content: fmt.Sprint("a", at), StaffID: 1, Version: 1})
		}))
	case "tag":
		p.exec("insert into customer_tags (customer_id, tag, created_at) values (?, ?, 0)", id, fmt.Sprint("n", at))
	case "list":
		h.value = rapid.SampledFrom([]string{"1", "2"}).Draw(p.rt, "list")
		var there bool
		p.must(p.db.Read().NewRaw("select count(*) > 0 from list_members where customer_id = ? and list_id = ?", id, *number(h.value)).Scan(p.ctx, &there))
		if there {
			return // whoever is in a list already, also by a merge, is not put into it again
		}
		p.exec("insert into list_members (customer_id, list_id, created_at) values (?, ?, 0)", id, *number(h.value))
	case "speaker": // of whomever, also oneself: who is merged into whom may make it so anyway
		h.with = rapid.SampledFrom(roots).Draw(p.rt, "organization")
		p.must(p.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error {
			speaker, err := tx.NextID(ctx, "contacts")
			if err != nil {
				return err
			}
			rows := db.NewBulk("contacts", speakerColumns, "")
			rows.Add((&Contact{ID: speaker, OrganizationID: p.ids[h.with], PersonID: id, Title: fmt.Sprint("s", at), Version: 1}).values()...)
			return rows.Insert(ctx, tx)
		}))
	case "contact":
		p.must(p.store.AddContact(p.ctx, id, "", ContactPhone, fmt.Sprintf("+8613800000%03d", at)))
	}
	p.all = append(p.all, h)
}

// upload gives the value of a field with one file that was just uploaded.
func (p *random) upload(name string) any {
	own, _ := field.Of(p.ctx).Find("papers")
	row, err := p.store.writeFile(p.ctx, own, name+".txt", strings.NewReader(name))
	p.must(err)
	p.must(p.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error { return addFile(ctx, tx, &row) }))
	told, err := p.store.fileTold(p.ctx, &row)
	p.must(err)
	return fileList{told}.value()
}

// order lets an order arrive as imports let it: by an identity, which tells whose it is now.
func (p *random) order(who int, number string) {
	external := fmt.Sprint("i", p.ids[who])
	p.must(p.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error {
		var buyer int64
		if err := tx.NewRaw("select customer_id from identities where source = 's' and external_id = ?", external).Scan(ctx, &buyer); err != nil {
			return err
		}
		id, err := tx.NextID(ctx, "orders")
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (?, 's', ?, 'order', 'completed', ?, 1, 100, 0, 'CNY', 0, 0)",
			id, fmt.Sprint(p.ids[0], number), buyer).Exec(ctx); err != nil {
			return err
		}
		return attributeOrders(ctx, tx, map[int64]int64{id: buyer}, map[int64]keys{id: {source: "s", externalID: external}})
	}))
}

// reads opens every file that a customer holds.
func (p *random) reads(i int) {
	var rows []Customer
	p.must(p.db.Read().NewRaw("select id, custom from customers where id = ?", p.ids[i]).Scan(p.ctx, &rows))
	for id := range heldFiles(p.ctx, &rows[0], "papers").ids() {
		var files []fieldFile
		p.must(p.db.Ask(p.ctx, &files, "select "+fieldFileColumns+" from field_files where id = ?", id))
		if len(files) != 1 {
			p.rt.Errorf("customer %d holds file %d, which is gone\n%+v", i, id, p.all)
			continue
		}
		_, err := p.store.fileTold(p.ctx, &files[0])
		p.must(err)
	}
}

func (p *random) check(i int, want *counted) {
	id := p.ids[i]
	var rows []struct {
		Customer
		MergedInto *int64 `bun:"merged_into"`
	}
	p.must(p.db.Read().NewRaw("select "+customerColumns+", merged_into from customers where id = ?", id).Scan(p.ctx, &rows))
	into := -1
	if rows[0].MergedInto != nil {
		into = slices.Index(p.ids, *rows[0].MergedInto)
	}
	if into != want.into {
		p.rt.Errorf("customer %d is merged into %d, want %d", i, into, want.into)
	}
	if want.into >= 0 {
		return
	}
	got := counted{attributes: map[string]string{}}
	for _, field := range compared {
		got.attributes[field] = rows[0].attribute(field)
	}
	list := func(to *[]string, query string, cut int) {
		p.must(p.db.Read().NewRaw(query, id).Scan(p.ctx, to))
		for j := range *to {
			(*to)[j] = (*to)[j][cut:]
		}
	}
	list(&got.orders, "select number from orders where customer_id = ?", len(strconv.FormatInt(p.ids[0], 10)))
	list(&got.activities, "select content from activities where customer_id = ?", 0)
	list(&got.tags, "select tag from customer_tags where customer_id = ?", 0)
	list(&got.lists, "select cast(list_id as text) from list_members where customer_id = ?", 0)
	list(&got.speaks, "select title from contacts where person_id = ?", 0)
	list(&got.spoken, "select title from contacts where organization_id = ?", 0)
	list(&got.phones, "select value from contact_points where customer_id = ?", 0)
	if !maps.Equal(got.attributes, want.attributes) {
		p.rt.Errorf("customer %d is %v, want %v\n%+v", i, got.attributes, want.attributes, p.all)
	}
	for name, pair := range map[string][2][]string{"orders": {got.orders, want.orders}, "activities": {got.activities, want.activities}, "tags": {got.tags, want.tags}, "lists": {got.lists, want.lists}, "speaks": {got.speaks, want.speaks}, "spoken": {got.spoken, want.spoken}, "phones": {got.phones, want.phones}} {
		if !slices.Equal(distinct(pair[0]), distinct(pair[1])) || len(pair[0]) != len(distinct(pair[0])) {
			p.rt.Errorf("customer %d has %s %v, want %v\n%+v", i, name, pair[0], pair[1], p.all)
		}
	}
}
