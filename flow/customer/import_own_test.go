package customer

import (
	"context"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
	"guanxi/flow/collect"
)

// define adds a field to the desk's workspace; the kinds know it at once.
func (d *desk) define(key string, kind field.Type, change func(*FieldDraft)) {
	d.Helper()
	draft := FieldDraft{Label: field.Label{Chinese: "字段" + key, English: "Field " + key}, AppliesTo: "both"}
	if change != nil {
		change(&draft)
	}
	if err := d.own.Define(d.ctx, key, kind, draft); err != nil {
		d.Fatal(err)
	}
}

func TestImportOwnFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		d.define("skin", field.Choice, func(f *FieldDraft) {
			f.Label = field.Label{Chinese: "肤质", English: "Skin type"}
			f.Values = []field.Value{{Value: "dry", Label: field.Label{Chinese: "干性", English: "dry"}, Aliases: []string{"偏干", "D"}}, {Value: "oily", Label: field.Label{Chinese: "油性", English: "oily"}}}
		})
		d.define("likes", field.Choices, func(f *FieldDraft) {
			f.Values = []field.Value{{Value: "tea", Label: field.Label{Chinese: "茶", English: "tea"}}, {Value: "art", Label: field.Label{Chinese: "画", English: "art"}}}
		})
		d.define("income", field.Money, nil)
		d.define("wedding", field.Day, nil)
		d.define("vegan", field.Boolean, nil)
		d.define("height", field.Number, nil)
		d.define("seats", field.Number, func(f *FieldDraft) { f.AppliesTo = "organization" })

		t.Run("columns find their fields by label in both languages and by key", func(t *testing.T) {
			d.T = t
			kind, err := d.engine.KindNamed("customers")
			if err != nil {
				t.Fatal(err)
			}
			columns, confidence := collect.Guess(kind, []string{"客户编号", "肤质", "field income", "VEGAN", "likes"}, nil)
			for header, want := range map[string]string{"肤质": "custom.skin", "field income": "custom.income", "VEGAN": "custom.vegan", "likes": "custom.likes"} {
				if columns[header] != want || confidence[header] != collect.ConfidenceAuto {
					t.Errorf("%s goes to %q (%s), want %s", header, columns[header], confidence[header], want)
				}
			}
		})
		t.Run("each cell is kept as its field's type, dirty values as what they mean", func(t *testing.T) {
			d.T = t
			imp := d.text("customers", "客户编号,姓名,肤质,likes,income,wedding,vegan,height\nC1,王芳,偏干,画；茶,\"1,999.50\",2019/5/20,是,168.5\nC2,李四,,,,,,\n")
			if imp.Created != 2 {
				t.Errorf("%d made, want 2", imp.Created)
			}
			d.custom("C1", `{"height":168.5,"income":199950,"likes":["tea","art"],"skin":"dry","vegan":true,"wedding":"2019-05-20"}`)
			d.custom("C2", `{}`)
		})
		t.Run("a value that cannot be read leaves the field as it is, with a finding that says why", func(t *testing.T) {
			d.T = t
			imp := d.text("customers", "客户编号,姓名,肤质,vegan,height,custom.seats\nC1,王芳,鳞状,maybe,tall,5\nC3,木禾,油性,no,5,\n")
			d.findings(imp.ID, map[string]int64{"choice_unknown": 1, "bool_unreadable": 1, "number_unreadable": 1, "field_not_for_kind": 1})
			d.custom("C1", `{"height":168.5,"income":199950,"likes":["tea","art"],"skin":"dry","vegan":true,"wedding":"2019-05-20"}`)
			d.custom("C3", `{"height":5,"skin":"oily","vegan":false}`)
		})
		t.Run("the history tells the file, and forgets it when the import is taken back", func(t *testing.T) {
			d.T = t
			imp := d.text("customers", "客户编号,姓名,肤质\nC1,王芳,油性\n")
			d.is(1, `select count(*) from field_history where field = 'custom.skin' and before = '"dry"' and after = '"oily"' and source = 'import' and import_id = ?`, imp.ID)
			if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
				t.Fatal(err)
			}
			d.is(0, "select count(*) from field_history where import_id = ?", imp.ID)
			d.custom("C1", `{"height":168.5,"income":199950,"likes":["tea","art"],"skin":"dry","vegan":true,"wedding":"2019-05-20"}`)
		})
		t.Run("a row that moves somebody into a stage must bring what the stage requires", func(t *testing.T) {
			d.T = t
			d.define("contract", field.Text, func(f *FieldDraft) { f.RequiredAt = []string{"customer"} })
			imp := d.text("customers", "客户编号,姓名,客户阶段,contract\nC8,甲,客户,\nC9,乙,客户,HT-1\nC10,丙,潜在客户,\n")
			d.is(1, "select count(*) from import_rejects where import_id = ? and code = 'required_at_stage'", imp.ID)
			d.is(0, "select count(*) from customers where name = '甲'")
			d.is(2, "select count(*) from customers where name in ('乙', '丙')")
		})
	})
}

// An address comes in one column or in several, and is parted into the levels it names.
func TestImportAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		d.define("delivery", field.Address, func(f *FieldDraft) { f.Label = field.Label{Chinese: "送货处", English: "Delivery"} })

		t.Run("a column of whole addresses fills the customer's own, and what stands in columns of its own is stronger", func(t *testing.T) {
			d.T = t
			d.text("customers", "客户编号,姓名,收货地址,城市\nC1,王芳,广东省深圳市南山区科技园1号 518057,\nC2,李四,北京朝阳建国路88号,\nC3,木禾,科技园1号,\nC4,赵六,浙江省杭州市西湖区文三路,宁波\n")
			d.is(1, "select count(*) from customers where name = '王芳' and province = '广东' and city = '深圳' and district = '南山区' and address = '科技园1号' and postcode = '518057'")
			d.is(1, "select count(*) from customers where name = '李四' and province = '北京' and city = '北京' and district = '朝阳区' and address = '建国路88号'")
			d.is(1, "select count(*) from customers where name = '木禾' and province = '' and address = '科技园1号'")
			d.is(1, "select count(*) from customers where name = '赵六' and province = '浙江' and city = '宁波'")
		})
		t.Run("one that contradicts itself is kept as far as it goes, with a finding", func(t *testing.T) {
			d.T = t
			imp := d.text("customers", "客户编号,姓名,收货地址\nC5,钱七,广东省杭州市文三路\n")
			d.findings(imp.ID, map[string]int64{"city_not_in_province": 1})
			d.is(1, "select count(*) from customers where name = '钱七' and province = '广东' and address = '杭州市文三路'")
		})
		t.Run("a field of one's own takes a line, or a column for each part", func(t *testing.T) {
			d.T = t
			d.text("customers", "客户编号,姓名,送货处\nC6,孙八,江苏省昆山市花桥镇光明路\n")
			d.custom("C6", `{"delivery":{"address":"花桥镇光明路","city":"苏州","district":"昆山市","province":"江苏"}}`)
			d.text("customers", "客户编号,姓名,custom.delivery.city,custom.delivery.address\nC7,周九,杭州市,文三路90号\n")
			d.custom("C7", `{"delivery":{"address":"文三路90号","city":"杭州","province":"浙江"}}`)
			imp := d.text("customers", "客户编号,姓名,送货处\nC7,周九,广东省杭州市\nC6,孙八,江苏省昆山市花桥镇光明路\n")
			d.findings(imp.ID, map[string]int64{"city_not_in_province": 1})
			d.custom("C7", `{"delivery":{"address":"文三路90号","city":"杭州","province":"浙江"}}`)
		})
	})
}

func (d *desk) custom(externalID, want string) {
	d.Helper()
	var got []string
	err := d.db.Read().NewRaw("select c.custom from customers c join identities i on i.customer_id = c.id where i.external_id = ?", externalID).Scan(context.Background(), &got)
	if err != nil || len(got) != 1 || got[0] != want {
		d.Errorf("%s holds %v (%v), want %s", externalID, got, err, want)
	}
}
