package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
	"guanxi/flow/collect"
)

// The fields a workspace has defined are targets at either end of a relation, as they are in a file of customers.
func TestImportRelationsOwnFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		d.define("level", field.Number, func(f *FieldDraft) { f.Label = field.Label{Chinese: "等级", English: "Level"} })
		d.define("seats", field.Number, func(f *FieldDraft) {
			f.AppliesTo, f.Label = "organization", field.Label{Chinese: "席位", English: "Seats"}
		})
		d.define("boss", field.Customer, nil)
		headers := []string{"公司名称", "席位", "公司等级", "联系人姓名", "联系人手机", "等级", "custom.person.boss"}
		columns, _ := collect.Guess(newRelationKind(nil, d.own.Set), headers, nil)
		for header, want := range map[string]string{"席位": "custom.organization.seats", "公司等级": "custom.organization.level", "等级": "custom.person.level"} {
			if columns[header] != want {
				t.Errorf("%s goes to %q, want %s", header, columns[header], want)
			}
		}
		columns["custom.person.boss"] = "custom.person.boss"
		imp := d.text("relations", "公司名称,席位,公司等级,联系人姓名,联系人手机,等级,custom.person.boss\n"+
			"沐禾科技,12,3,林婉清,13912345521,7,999999\n沐禾科技,,,周敏,13500003333,很高,\n", func(n *collect.NewImport) { n.Mapping.Columns = columns })
		d.ended(imp, counts(2, 0, 0, 0, 0))
		for name, want := range map[string]string{"沐禾科技": `{"level":3,"seats":12}`, "林婉清": `{"level":7}`, "周敏": `{}`} {
			var got string
			if err := records.Read().NewRaw("select custom from customers where name = ?", name).Scan(d.ctx, &got); err != nil || customText(customFields(got)) != want {
				t.Errorf("%s has %s %v, want %s", name, got, err, want)
			}
		}
		d.findings(imp.ID, map[string]int64{"customer_unknown": 1, "number_unreadable": 1})
		if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
			t.Fatal(err)
		}
		d.is(0, "select count(*) from customers")
	})
}
