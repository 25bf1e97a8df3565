package customer

import (
	"context"
	"encoding/json"
	"strings"

	"guanxi/base/db"
	"guanxi/base/field"
)

// resealed gives one value in the state its field asks for.
func (s *sealer) resealed(f *field.Field, kept any) (any, error) {
	text, sealed := sealedText(kept)
	switch {
	case kept == nil, f.Sealed() && sealed && sealedWith(text) == s.key, !f.Sealed() && !sealed:
		return kept, nil
	case sealed:
		plain, err := s.open(f.Key, text)
		if err != nil || !f.Sealed() {
			return plain, err
		}
		kept = plain
	}
	return s.seal(f.Key, kept)
}

// resealObject does so in a JSON object of custom fields.
func (s *sealer) resealObject(f *field.Field, custom string) (string, error) {
	fields := customFields(custom)
	kept, held := fields[f.Key]
	if !held {
		return custom, nil
	}
	value, err := s.resealed(f, kept)
	if err != nil || valueText(value) == valueText(kept) {
		return custom, err
	}
	fields[f.Key] = value
	return customText(fields), nil
}

// resealText does so in the history of a field, whose values are JSON texts.
func (s *sealer) resealText(f *field.Field, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	var kept any
	if json.Unmarshal([]byte(text), &kept) != nil {
		return text, nil //nolint:nilerr // not ours
	}
	value, err := s.resealed(f, kept)
	if err != nil {
		return text, err
	}
	return valueText(value), nil
}

// place is where records keep custom values: the text of a column, found by its row.
type place struct {
	table, key, column, where string
	feed                      string // the subject a change is told to columns as
	change                    func(s *sealer, f *field.Field, text string) (string, error)
}

// inside changes the object of custom fields that stands somewhere inside a JSON text.
func inside(s *sealer, f *field.Field, text string) (string, error) {
	var whole any
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		return text, nil //nolint:nilerr // not ours
	}
	changed := false
	var walk func(v any) (any, error)
	walk = func(v any) (any, error) {
		switch v := v.(type) {
		case map[string]any:
			for name, each := range v {
				if custom, is := each.(string); is && strings.EqualFold(name, "custom") {
					after, err := s.resealObject(f, custom)
					if err != nil {
						return nil, err
					}
					changed = changed || after != custom
					v[name] = after
					continue
				}
				if name == f.Key || name == customPrefix+f.Key {
					after, err := s.resealed(f, each)
					if err != nil {
						return nil, err
					}
					changed = changed || valueText(after) != valueText(each)
					v[name] = after
					continue
				}
				after, err := walk(each)
				if err != nil {
					return nil, err
				}
				v[name] = after
			}
		case []any:
			for i := range v {
				after, err := walk(v[i])
				if err != nil {
					return nil, err
				}
				v[i] = after
			}
		}
		return v, nil
	}
	whole, err := walk(whole)
	if err != nil || !changed {
		return text, err
	}
	return jsonText(whole), nil
}

// insideMerge changes what a merge took.
func insideMerge(s *sealer, f *field.Field, text string) (string, error) {
	var note mergeNote
	if json.Unmarshal([]byte(text), &note) != nil {
		return text, nil //nolint:nilerr // not ours
	}
	changed := false
	for i := range note.Took {
		if note.Took[i].Field != customPrefix+f.Key {
			continue
		}
		for _, side := range []*string{&note.Took[i].Before, &note.Took[i].After} {
			after, err := s.resealText(f, *side)
			if err != nil {
				return text, err
			}
			changed = changed || after != *side
			*side = after
		}
	}
	if !changed {
		return text, nil
	}
	return jsonText(note), nil
}

var places = []place{
	{table: "customers", key: "id", column: "custom", feed: "customers", change: (*sealer).resealObject},
	{table: "field_history", key: "id", column: "before", where: "field = ?1", change: (*sealer).resealText},
	{table: "field_history", key: "id", column: "after", where: "field = ?1", change: (*sealer).resealText},
	{table: "import_changes", key: "import_id || ' ' || subject_id", column: "before", where: "subject_type = 'customer'", change: inside},
	{table: "merges", key: "id", column: "moved", change: insideMerge},
	{table: "bulk_changes", key: "edit_id || ' ' || customer_id", column: "before", change: inside},
	{table: "quality_fix_changes", key: "fix_id || ' ' || id", column: "before", where: "field = ?1", change: (*sealer).resealText},
	{table: "quality_fix_changes", key: "fix_id || ' ' || id", column: "after", where: "field = ?1", change: (*sealer).resealText},
	// last, so that a condition still finds what is not sealed anew yet
	{table: "segments", key: "id", column: "condition", feed: "segments", change: (*sealer).resealCondition},
	{table: "quality_rules", key: "key", column: "condition", change: (*sealer).resealCondition},
	{table: "exports", key: "id", column: "condition", change: (*sealer).resealCondition},
}

const resealChunk = 200

func (s *Store) resealPlace(ctx context.Context, seal *sealer, f *field.Field, p place) (changed int64, err error) {
	where, args := p.column+" like ? escape '!'", []any{"%" + likeText(f.Key) + "%"}
	if strings.Contains(p.where, "?1") {
		where, args = strings.ReplaceAll(p.where, "?1", "?"), []any{customPrefix + f.Key}
	} else if p.where != "" {
		where += " and " + p.where
	}
	key := "cast(" + p.key + " as text)"
	for after := ""; ; {
		var rows []struct {
			Key  string `bun:"place"`
			Text string `bun:"held"`
		}
		if err := s.records.Read().NewRaw("select "+key+" as place, "+p.column+" as held from "+p.table+" where "+where+" and "+key+" > ? order by 1 limit ?",
			append(append([]any{}, args...), after, resealChunk)...).Scan(ctx, &rows); err != nil || len(rows) == 0 {
			return changed, err
		}
		after = rows[len(rows)-1].Key
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, r := range rows {
				text, err := p.change(seal, f, r.Text)
				if err != nil {
					return err
				}
				if text == r.Text {
					continue
				}
				// who changed it meanwhile has sealed it already
				n, err := tx.Do(ctx, "update "+p.table+" set "+p.column+" = ? where "+key+" = ? and "+p.column+" = ?", text, r.Key, r.Text)
				if err != nil {
					return err
				}
				changed += n
				if p.feed != "" && n > 0 {
					tx.Feed(p.feed, *number(r.Key))
				}
			}
			return nil
		}); err != nil {
			return changed, err
		}
	}
}
