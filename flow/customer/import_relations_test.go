package customer

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

const relations = `公司名称,公司行业,公司电话,联系人姓名,联系人手机,联系人邮箱,职务,部门,决策角色,主要联系人,订单号,下单时间,订单金额
沐禾科技有限公司,美妆,021-63299999,林婉清,13912345521,lin@163.com,总经理,,决策人、付款,是,N1,2026-02-01,100.00
沐禾科技有限公司,美妆,021-63299999,周敏,13700001111,,采购专员,采购部,使用者,否,N1,2026-02-01,100.00
沐禾科技有限公司,美妆,021-63299999,周敏,13700001111,,采购专员,采购部,使用者,否,N2,2026-02-03,50.00
独行侠工作室,,,,,,,,,,,,
,,,单雄信,13600002222,,,,,,,,
青禾贸易,,,无号者,,,出纳,,财务,,,,
`

func TestImportRelations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		dry := d.text("relations", relations, func(n *collect.NewImport) { n.DryRun = true })
		d.ended(dry, counts(6, 0, 0, 0, 0))
		d.is(0, "select count(*) from customers")
		first := d.text("relations", relations)
		d.ended(first, counts(6, 0, 0, 0, 0))
		d.findings(first.ID, map[string]int64{})
		if made := fmt.Sprint(first.Made()); made != "map[contacts:{3 0} orders:{2 0} organizations:{3 0} persons:{4 0}]" || fmt.Sprint(dry.Made()) != "map[contacts:{3 0} orders:{2 0} organizations:{3 0} persons:{4 0}]" {
			t.Error(made, dry.Made())
		}
		d.is(3, "select count(*) from customers where kind = 'organization'")
		d.is(1, "select count(*) from customers where kind = 'organization' and name = '沐禾科技有限公司' and industry = '美妆'")
		d.is(1, "select count(*) from customers where kind = 'person' and name = '林婉清' and company = '沐禾科技有限公司'")
		d.is(1, `select count(*) from contacts k join customers p on p.id = k.person_id join customers o on o.id = k.organization_id
where p.name = '林婉清' and o.name = '沐禾科技有限公司' and k.role = 'decides,pays' and k.title = '总经理' and k.main`)
		d.is(1, "select count(*) from contacts where role = 'uses' and department = '采购部' and not main")
		d.is(2, "select count(*) from orders o join customers c on c.id = o.customer_id where c.name = '沐禾科技有限公司'")
		d.is(10_000, "select gross from orders where number = 'N1'")

		t.Run("the same file again changes nothing, nor do its rows in another order", func(t *testing.T) {
			d.T = t
			d.ended(d.text("relations", relations), counts(0, 0, 6, 0, 0))
			lines := strings.SplitAfter(relations, "\n")
			turned := lines[0] + lines[3] + lines[6] + lines[2] + lines[1] + lines[5] + lines[4]
			d.ended(d.text("relations", turned), counts(0, 0, 6, 0, 0))
			d.is(3, "select count(*) from contacts")
			d.is(0, "select count(*) from customers where version > 1")
			d.is(1, "select count(*) from audit_entries where action = 'import.applied'")
		})
		t.Run("what differs is changed, and undo puts it back", func(t *testing.T) {
			d.T = t
			imp := d.text("relations", "公司名称,联系人姓名,联系人手机,职务,决策角色,订单号,下单时间,订单金额\n沐禾科技有限公司,林婉清,13912345521,董事长,,N1,2026-02-01,120\n沐禾科技有限公司,新来的,13500003333,助理,影响者,,,\n")
			d.ended(imp, counts(1, 1, 0, 0, 0))
			d.is(1, "select count(*) from contacts where role = 'decides,pays' and title = '董事长' and version = 2")
			d.is(12_000, "select gross from orders where number = 'N1'")
			if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
				t.Fatal(err)
			}
			d.is(1, "select count(*) from contacts where role = 'decides,pays' and title = '总经理'")
			d.is(10_000, "select gross from orders where number = 'N1'")
			d.is(0, "select count(*) from customers where name = '新来的'")
			d.is(3, "select count(*) from contacts")
		})
		t.Run("undo of the first takes everything away", func(t *testing.T) {
			d.T = t
			if _, err := d.engine.Undo(d.ctx, first.ID); err != nil {
				t.Fatal(err)
			}
			for _, table := range []string{"customers", "contacts", "orders", "identities", "contact_points"} {
				d.is(0, "select count(*) from "+table)
			}
		})
	})
}

func TestImportRelationsRows(t *testing.T) {
	for _, row := range []struct {
		name, csv            string
		mode                 collect.Mode
		want                 collect.Counts
		findings             map[string]int64
		customers, contacts  int64
		organizations, order int64
	}{
		{"a row of nobody is refused", "公司名称,联系人姓名,订单号,下单时间,订单金额\n,,N1,2026-01-01,5\n", "", counts(0, 0, 0, 1, 0), nil, 0, 0, 0, 0},
		{"half an order is refused, with everything beside it", "公司名称,联系人姓名,订单号,下单时间,订单金额\n甲,乙,N1,,5\n", "", counts(0, 0, 0, 1, 0), nil, 0, 0, 0, 0},
		{"a role that is none is found, the contact is made", "公司名称,联系人姓名,决策角色\n甲公司,乙,皇帝\n甲公司,丙,把关人\n", "", counts(2, 0, 0, 0, 0), map[string]int64{"role_unreadable": 1}, 3, 2, 1, 0},
		{"the phone of a company beside the person who answers it", "公司名称,公司电话,联系人姓名,联系人手机\n甲公司,13900000001,乙,13900000001\n甲公司,13900000001,丙,13900000001\n", "", counts(2, 0, 0, 0, 0), nil, 3, 2, 1, 0},
		{"one list of numbers for both ends", "公司编号,公司名称,联系人编号,联系人姓名\n1,甲公司,1,乙\n2,丁公司,2,丙\n", "", counts(2, 0, 0, 0, 0), nil, 4, 2, 2, 0},
		{"two of one name at one company, told apart by phone", "公司名称,联系人姓名,联系人手机\n甲公司,张伟,13900000001\n甲公司,张伟,13900000002\n", "", counts(2, 0, 0, 0, 0), nil, 3, 2, 1, 0},
		{"one person at two companies", "公司名称,联系人姓名,联系人手机\n甲公司,张伟,13900000001\n乙公司,张伟,13900000001\n", "", counts(2, 0, 0, 0, 0), nil, 3, 2, 2, 0},
		{"update makes nobody", "公司名称,联系人姓名\n甲公司,乙\n", collect.ModeUpdate, counts(0, 0, 0, 1, 0), nil, 0, 0, 0, 0},
		{"an order of a person alone is hers", "联系人姓名,联系人手机,订单号,下单时间,订单金额\n乙,13900000001,N1,2026-01-01,5\n", "", counts(1, 0, 0, 0, 0), nil, 1, 0, 0, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDesk(t, dbtest.SQLite(t))
			mode := row.mode
			if mode == "" {
				mode = collect.ModeUpsert
			}
			imp := d.text("relations", row.csv, as(mode))
			d.ended(imp, row.want)
			if row.findings != nil {
				d.findings(imp.ID, row.findings)
			}
			d.is(row.customers, "select count(*) from customers")
			d.is(row.organizations, "select count(*) from customers where kind = 'organization'")
			d.is(row.contacts, "select count(*) from contacts")
			d.is(row.order, "select count(*) from orders")
			again := d.text("relations", row.csv, as(mode))
			if again.Created+again.Updated != 0 {
				t.Errorf("the same file again: %+v", again.Counts)
			}
		})
	}
}

// An organization that is there already is known by its name; one that is not the importer's to change is not touched, and
// neither is the person beside it.
func TestImportRelationsKeepsToWhatIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		d.text("customers", "id,name,kind\nA1,沐禾科技有限公司,公司\n", func(n *collect.NewImport) { n.Mapping.Constants = map[string]string{"source": "crm"} })
		imp := d.text("relations", "公司名称,联系人姓名,联系人手机\n沐禾科技有限公司,林婉清,13912345521\n")
		d.ended(imp, counts(1, 0, 0, 0, 0))
		d.is(1, "select count(*) from customers where kind = 'organization'")
		everything := d.ctx
		d.ctx = withActor(everything, anna)
		refused := d.text("relations", "公司名称,联系人姓名,联系人手机,职务\n新公司,林婉清,13912345521,x\n")
		d.ctx = everything
		d.ended(refused, counts(0, 0, 0, 1, 0))
		d.is(0, "select count(*) from customers where name = '新公司'")
		d.is(1, "select count(*) from contacts")
		if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
			t.Fatal(err)
		}
		d.is(1, "select count(*) from customers where name = '沐禾科技有限公司'")
		d.is(0, "select count(*) from contacts")
	})
}

// What one file brings does not show where a batch ends, nor where the process was killed.
func TestImportRelationsAcrossBatches(t *testing.T) {
	var file strings.Builder
	file.WriteString("公司名称,联系人姓名,联系人手机,职务,订单号,下单时间,订单金额\n")
	const rows = 21_000
	for i := range rows {
		fmt.Fprintf(&file, "公司%d,人%d,139%08d,经理,N%d,2026-01-02,5\n", i%300, i%7000, i%7000, i)
	}
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		imp := d.text("relations", file.String())
		d.ended(imp, counts(rows, 0, 0, 0, 0))
		d.is(300, "select count(*) from customers where kind = 'organization'")
		d.is(7000, "select count(*) from customers where kind = 'person'")
		d.is(imp.Made()["contacts"].Created, "select count(*) from contacts")
		d.is(21_000, "select count(*) from contacts")
		d.ended(d.text("relations", file.String()), counts(0, 0, rows, 0, 0))
	})
}

// Exports in which the account stands beside its contact are known by their headers.
func TestRelationTemplates(t *testing.T) {
	for _, row := range []struct{ template, header, line, role string }{
		{"salesforce_relations", "Salutation,First Name,Last Name,Title,Account Name,Account ID,Contact ID,Mailing City,Phone,Mobile,Email,Account Owner,Role,Industry",
			"Ms.,Jane,Doe,CFO,Acme Ltd,0015g00000XYZ,0035g00000ABC,Boston,(617) 555-0123,+1 617 555 0199,jane@example.com,,Decision Maker,Software", "decides"},
		{"fxiaoke_relations", "姓名,客户名称,职务,部门,手机1,电话1,邮件,微信,决策关系,主要联系人,负责人,创建时间",
			"王芳,杭州某某科技有限公司,采购总监,采购部,13900001111,0571-88886666,wang@example.com,wf,采购者,是,,2024-01-02 03:04", "pays"},
		{"hubspot_relations", "Record ID - Contact,First Name,Last Name,Email,Phone Number,Job Title,Buying Role,Associated Company,Associated Company IDs,Contact owner",
			"51,Jane,Doe,jane@example.com,+16175550123,CFO,Champion,Acme,900,", "champions"},
	} {
		t.Run(row.template, func(t *testing.T) {
			headers, err := csv.NewReader(strings.NewReader(row.header)).Read()
			if err != nil {
				t.Fatal(err)
			}
			best := collect.BestTemplate(newRelationKind(nil, nil), headers)
			if best == nil || best.Name != row.template {
				t.Fatalf("taken for %+v", best)
			}
			d := newDesk(t, dbtest.SQLite(t))
			d.ended(d.text("relations", row.header+"\n"+row.line+"\n", func(n *collect.NewImport) { n.Mapping = best.For(headers) }), counts(1, 0, 0, 0, 0))
			d.is(1, "select count(*) from customers where kind = 'organization'")
			d.is(1, "select count(*) from contacts where role = ? and title <> ''", row.role)
		})
	}
}
