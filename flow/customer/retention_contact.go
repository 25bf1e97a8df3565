package customer

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/guard"
)

// goneContacts are values of contact points whose time is over, told apart at once however many there are.
type goneContacts struct {
	kind  string
	whole map[string]bool // as they are kept and as they came, in small letters
	tails map[string]bool // of numbers, the digits without a country
	sizes []int           // of tails
}

// numberTail is how much of a long number tells as much as all of it.
const numberTail = 10

func newGone(kind string, points []ContactPoint) *goneContacts {
	g := &goneContacts{kind: kind, whole: map[string]bool{}, tails: map[string]bool{}}
	for _, p := range points {
		for _, said := range []string{p.Value, p.Raw} {
			if said = fold(said); said == "" {
				continue
			}
			g.whole[said] = true
			if d := digitsOf(said); kind == ContactPhone && len(d) >= 7 {
				d = d[max(0, len(d)-numberTail):]
				if g.tails[d] = true; !slices.Contains(g.sizes, len(d)) {
					g.sizes = append(g.sizes, len(d))
				}
			}
		}
	}
	return g
}

// tells says whether a text is one of the values, however it is written.
func (g *goneContacts) tells(text string) bool {
	folded := fold(text)
	if folded == "" || len(text) > 320 {
		return false
	}
	if g.whole[folded] {
		return true
	}
	if len(g.tails) == 0 || len(text) > 60 {
		return false
	}
	digits := digitsOf(folded)
	return slices.ContainsFunc(g.sizes, func(n int) bool { return len(digits) >= n && g.tails[digits[len(digits)-n:]] })
}

// inText finds what may be a contact point in a longer text: a number with its signs, or a word.
var inText = regexp.MustCompile(`\+?\d[\d ()./-]{5,}\d|[\pL\pN_@.+-]{5,}`)

// without gives a longer text with stars where a value stood.
func (g *goneContacts) without(text string) string {
	return inText.ReplaceAllStringFunc(text, func(word string) string {
		if bare := strings.TrimRight(word, ".-"); g.tells(bare) {
			return "****" + word[len(bare):]
		}
		return word
	})
}

// counts says the same of a cell of a file, and of one with more in it.
func (g *goneContacts) counts(text string) bool {
	return g.tells(text) || g.without(text) != text
}

// scrub takes the values out of a text that is JSON or words: a contact point goes whole, a field becomes empty, and stars
// stand in words.
func (g *goneContacts) scrub(text string) string {
	if text == "" {
		return text
	}
	var whole any
	if json.Unmarshal([]byte(text), &whole) != nil {
		if g.tells(text) {
			return ""
		}
		return g.without(text)
	}
	changed := false
	whole = g.walk(whole, &changed)
	if !changed {
		return text
	}
	return jsonText(whole)
}

func (g *goneContacts) walk(v any, changed *bool) any {
	switch v := v.(type) {
	case string:
		if g.tells(v) {
			*changed = true
			return ""
		}
		if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") { // an object kept as text
			if left := g.scrub(v); left != v {
				*changed = true
				return left
			}
			return v
		}
		if left := g.without(v); left != v {
			*changed = true
			return left
		}
	case []any:
		left := slices.DeleteFunc(v, g.isPoint)
		*changed = *changed || len(left) < len(v)
		for i := range left {
			left[i] = g.walk(left[i], changed)
		}
		return left
	case map[string]any:
		for name, each := range v {
			if list, is := each.([]any); is && name == g.kind && slices.ContainsFunc(list, func(e any) bool { text, _ := e.(string); return g.tells(text) }) {
				delete(v, name)
				*changed = true
				continue
			}
			v[name] = g.walk(each, changed)
		}
	}
	return v
}

// isPoint says that a member of a list is a contact point with one of the values.
func (g *goneContacts) isPoint(v any) bool {
	point, is := v.(map[string]any)
	if !is || point["kind"] != g.kind {
		return false
	}
	value, _ := point["value"].(string)
	raw, _ := point["raw"].(string)
	return g.tells(value) || g.tells(raw)
}

// images are where records keep what customers were, or words about them, beside the customer: a column of a table, found
// by its key; whose are the rows of the customers given.
var images = []struct {
	table, key, column, whose, feed string
}{
	{"import_changes", "import_id || ' ' || subject_id", "before", "subject_type = 'customer' and subject_id in (?0)", ""},
	{"bulk_changes", "edit_id || ' ' || customer_id", "before", "customer_id in (?0)", ""},
	{"merges", "id", "moved", "kept_id in (?0) or merged_id in (?0)", ""},
	{"field_history", "id", "before", "customer_id in (?0)", ""},
	{"field_history", "id", "after", "customer_id in (?0)", ""},
	{"quality_fix_changes", "fix_id || ' ' || id", "before", "subject_type = 'customer' and subject_id in (?0)", ""},
	{"quality_fix_changes", "fix_id || ' ' || id", "after", "subject_type = 'customer' and subject_id in (?0)", ""},
	{"quality_marks", "subject_id || ' ' || rule || ' ' || field", "value", "subject_type = 'customer' and subject_id in (?0)", ""},
	{"quality_asks", "customer_id || ' ' || field", "value", "customer_id in (?0)", ""},
	{"corrections", "id", "before", "customer_id in (?0)", ""},
	{"corrections", "id", "value", "customer_id in (?0)", ""},
	{"person_requests", "id", "note", "customer_id in (?0)", ""},
	{"person_requests", "id", "address", "customer_id in (?0)", ""},
	{"consents", "id", "proof", "customer_id in (?0)", ""},
	{"activities", "id", "content", "customer_id in (?0)", "activities"},
	{"activities", "id", "result", "customer_id in (?0)", "activities"},
	{"activities", "id", "next_action", "customer_id in (?0)", "activities"},
	{"duplicate_pairs", "a_id || ' ' || b_id", "evidence", "a_id in (?0) or b_id in (?0)", ""},
	{"visitor_sightings", "id", "properties", "visitor_id in (select id from visitors where customer_id in (?0))", ""},
	{"signals", "id", "reason_values", "subject_type = 'customer' and subject_id in (?1)", ""},
	{"signals", "id", "actions", "subject_type = 'customer' and subject_id in (?1)", ""},
}

// forgetContacts takes values that customers had out of all that records keep beside: what taking an import, an edit, a
// repair or a merge back would bring again, histories, corrections, words of staff, kept answers, and the words of entries
// of the audit log that hold one.
func (g *goneContacts) forgetContacts(ctx context.Context, tx *db.Tx, customers []int64) error {
	ids, texts := bun.List(customers), make([]string, len(customers))
	for i, id := range customers {
		texts[i] = itemNumber(id)
	}
	for _, p := range images {
		var rows []struct {
			Key  string `bun:"place"`
			Text string `bun:"held"`
		}
		key := "cast(" + p.key + " as text)"
		if err := tx.NewRaw("select "+key+" as place, "+p.column+" as held from "+p.table+" where ("+p.whose+") and "+p.column+" <> ''", ids, bun.List(texts)).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			left := g.scrub(r.Text)
			if left == r.Text {
				continue
			}
			if _, err := tx.NewRaw("update "+p.table+" set "+p.column+" = ? where "+key+" = ? and ("+strings.ReplaceAll(strings.ReplaceAll(p.whose, "?0", "?"), "?1", "?")+")",
				append([]any{left, r.Key}, repeated(p.whose, ids, bun.List(texts))...)...).Exec(ctx); err != nil {
				return err
			}
			if p.feed != "" {
				tx.Feed(p.feed, *number(r.Key))
			}
		}
	}
	for _, text := range []string{
		"delete from field_history where field = ? and before in ('', '\"\"') and after in ('', '\"\"') and customer_id in (?)",
		"delete from quality_fix_changes where field = ? and before in ('', '\"\"') and after in ('', '\"\"') and subject_type = 'customer' and subject_id in (?)",
		"delete from corrections where field = ? and value = '' and before = '' and customer_id in (?)",
		"delete from quality_asks where field = ? and value = '' and customer_id in (?)",
	} {
		if _, err := tx.NewRaw(text, g.kind, ids).Exec(ctx); err != nil {
			return err
		}
	}
	if err := redactWhere(ctx, tx, customers, func(summary string) bool { return g.scrub(summary) != summary }); err != nil {
		return err
	}
	return api.ForgetAnswers(ctx, tx, nil, func(body string) bool { return g.scrub(body) != body })
}

// repeated gives the arguments of a condition in the order its places stand.
func repeated(whose string, ids, texts any) (args []any) {
	for _, each := range placeholders.FindAllString(whose, -1) {
		if each == "?1" {
			args = append(args, texts)
		} else {
			args = append(args, ids)
		}
	}
	return args
}

// redactWhere takes the words of entries of the audit log about customers away that tell what is to be forgotten.
func redactWhere(ctx context.Context, tx *db.Tx, customers []int64, tells func(summary string) bool) error {
	entries, err := guard.AuditAbout(ctx, tx, "customer", customers)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e guard.AuditEntry) bool { return !tells(e.Summary) })
	if len(entries) == 0 {
		return nil
	}
	redacted, err := guard.Redact(ctx, tx, entries)
	if err != nil {
		return err
	}
	return guard.Audit(ctx, tx, "audit.expired", "audit", "", map[string]any{"reason": "retention_ended", guard.Redacted: redacted})
}

// expireContacts deletes the contact points of a kind that are older than a cutoff, and leaves nothing of them anywhere: not
// in records, nor in files that came in or wait to be fetched. Where it is the last of the kind that a customer has, what was
// said of the kind before goes as well.
func (s *Store) expireContacts(ctx context.Context, kind retained, cutoff int64) (total int64, err error) {
	if total, err = s.expireCorrections(ctx, kind, cutoff); err != nil {
		return total, err
	}
	text, args := kind.text(cutoff)
	var due []ContactPoint
	if err := s.records.Read().NewRaw("select "+contactColumns+" from contact_points where id in ("+text+") order by customer_id, id", args...).Scan(ctx, &due); err != nil || len(due) == 0 {
		return total, err
	}
	all := newGone(kind.name, due)
	if err := s.forgetText(ctx, all.tells, all.counts); err != nil {
		return total, err
	}
	for len(due) > 0 {
		n := min(retainChunk, len(due))
		for n < len(due) && due[n].CustomerID == due[n-1].CustomerID {
			n++
		}
		chunk := due[:n]
		due = due[n:]
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return expirePoints(ctx, tx, kind.name, chunk) }); err != nil {
			return total, err
		}
		total += int64(len(chunk))
	}
	// what came in between the first look and now
	return total, s.forgetText(ctx, all.tells, all.counts)
}

// expireCorrections deletes what customers have said of a kind themselves, taken or not.
func (s *Store) expireCorrections(ctx context.Context, kind retained, cutoff int64) (gone int64, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		gone, err = tx.Do(ctx, `delete from corrections where field = ? and created_at < ?
  and not exists (select 1 from legal_holds h where h.customer_id = corrections.customer_id and h.lifted_at is null)`, kind.name, cutoff)
		return err
	})
	return gone, err
}

func expirePoints(ctx context.Context, tx *db.Tx, kind string, points []ContactPoint) error {
	var ids, customers []int64
	for _, p := range points {
		ids = append(ids, p.ID)
		if !slices.Contains(customers, p.CustomerID) {
			customers = append(customers, p.CustomerID)
		}
	}
	if _, err := tx.NewRaw("delete from contact_points where id in (?)", bun.List(ids)).Exec(ctx); err != nil {
		return err
	}
	tx.Feed("customers", customers...)
	var left []ContactPoint
	if err := tx.NewRaw("select "+contactColumns+" from contact_points where kind = ? and customer_id in (?)", kind, bun.List(customers)).Scan(ctx, &left); err != nil {
		return err
	}
	var history []struct {
		CustomerID int64  `bun:"customer_id"`
		Before     string `bun:"before"`
		After      string `bun:"after"`
	}
	if err := tx.NewRaw("select customer_id, before, after from field_history where field = ? and customer_id in (?)", kind, bun.List(customers)).Scan(ctx, &history); err != nil {
		return err
	}
	gone := slices.Clone(points)
	for _, h := range history {
		if slices.ContainsFunc(left, func(p ContactPoint) bool { return p.CustomerID == h.CustomerID }) {
			continue
		}
		for _, said := range []string{h.Before, h.After} {
			var value string
			if json.Unmarshal([]byte(said), &value) != nil {
				value = said
			}
			gone = append(gone, ContactPoint{Kind: kind, Value: value})
		}
	}
	g := newGone(kind, gone)
	// whoever was joined with her has her values in what the joining took
	var joined []int64
	if err := tx.NewRaw("select kept_id from merges where merged_id in (?0) union select merged_id from merges where kept_id in (?0)", bun.List(customers)).Scan(ctx, &joined); err != nil {
		return err
	}
	for _, id := range joined {
		if !slices.Contains(customers, id) {
			customers = append(customers, id)
		}
	}
	return g.forgetContacts(ctx, tx, customers)
}
