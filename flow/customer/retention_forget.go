package customer

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// forgetValues takes a field out of what customers were before: its history, what taking back an import, an edit, a repair or
// a merge would bring again, corrections, and the words of entries of the audit log that tell of it.
func forgetValues(ctx context.Context, tx *db.Tx, name string, ids []int64) error {
	for _, text := range []string{
		"delete from field_history where field = ? and customer_id in (?)",
		"delete from quality_fix_changes where field = ? and subject_type = 'customer' and subject_id in (?)",
		"delete from quality_marks where field = ? and subject_type = 'customer' and subject_id in (?)",
		"delete from quality_asks where field = ? and customer_id in (?)",
		"delete from corrections where field = ? and customer_id in (?)",
		"update findings set value = '' where field = ? and subject_type = 'customer' and subject_id in (?)",
	} {
		if _, err := tx.NewRaw(text, name, bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
	}
	for _, p := range []struct{ rows, change string }{
		{"select import_id as part, subject_id as customer, before as held from import_changes where subject_type = 'customer' and subject_id in (?)",
			"update import_changes set before = ? where import_id = ? and subject_type = 'customer' and subject_id = ?"},
		{"select edit_id as part, customer_id as customer, before as held from bulk_changes where customer_id in (?)",
			"update bulk_changes set before = ? where edit_id = ? and customer_id = ?"},
		{"select id as part, kept_id as customer, moved as held from merges where kept_id in (?0) or merged_id in (?0)",
			"update merges set moved = ? where id = ? and kept_id = ?"},
	} {
		var rows []struct {
			Part     int64  `bun:"part"`
			Customer int64  `bun:"customer"`
			Held     string `bun:"held"`
		}
		if err := tx.NewRaw(p.rows, bun.List(ids)).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			if left := withoutField(r.Held, name); left != r.Held {
				if _, err := tx.Do(ctx, p.change, left, r.Part, r.Customer); err != nil {
					return err
				}
			}
		}
	}
	return redactWhere(ctx, tx, ids, func(summary string) bool { return withoutField(summary, name) != summary })
}

// withoutField gives a before-image with the field as it is when nobody has said anything: wherever in the JSON it stands, in
// the object of custom fields too, which is a text of its own, and in the list of what a merge took.
func withoutField(text, name string) string {
	var whole any
	if json.Unmarshal([]byte(text), &whole) != nil {
		return text
	}
	key, own := strings.CutPrefix(name, customPrefix)
	changed := false
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			if field, is := v["field"].(string); is && field == name {
				for _, side := range []string{"before", "after"} {
					if said, _ := v[side].(string); said != "" {
						v[side], changed = "", true
					}
				}
				return v
			}
			for at, each := range v {
				custom, isText := each.(string)
				switch {
				case own && strings.EqualFold(at, "custom") && isText:
					fields := customFields(custom)
					if _, held := fields[key]; held {
						delete(fields, key)
						v[at], changed = customText(fields), true
					}
				case at == name && (own || isList(each)):
					delete(v, at)
					changed = true
				case !own && strings.EqualFold(at, name):
					changed = changed || each != nil && each != ""
					if v[at] = any(nil); isText && name != "birthday" {
						v[at] = map[string]string{"gender": GenderUnknown}[name]
					}
				default:
					v[at] = walk(each)
				}
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		}
		return v
	}
	if whole = walk(whole); !changed {
		return text
	}
	return jsonText(whole)
}

func isList(v any) bool { _, is := v.([]any); return is }
