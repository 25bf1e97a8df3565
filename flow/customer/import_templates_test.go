package customer

import (
	"encoding/csv"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

// Each template stands by a row as the other program writes it.
func TestImportTemplates(t *testing.T) {
	for _, row := range []struct {
		template, header, line string
		want                   map[string]string // column of customers -> value
	}{
		{"salesforce_contacts", "Id,AccountId,LastName,FirstName,Salutation,Name,MailingStreet,MailingCity,MailingState,MailingPostalCode,MailingCountry,Phone,MobilePhone,Email,Title,LeadSource,Birthdate,OwnerId,CreatedDate",
			"0035g00000ABCDEAA4,0015g00000XYZ,Doe,Jane,Ms.,Jane Doe,1 Main St,Boston,MA,02108,USA,(617) 555-0123,+1 617 555 0199,jane@example.com,CFO,Web,1980-05-06,0055g,2024-01-02T03:04:05.000Z",
			map[string]string{"given_name": "Jane", "family_name": "Doe", "city": "Boston", "postcode": "02108", "source": "Web", "birthday": "1980-05-06"}},
		{"hubspot_contacts", "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,City,State/Region,Postal Code,Country/Region,Company Name,Lifecycle Stage,Create Date",
			"51,Jane,Doe,jane@example.com,+16175550123,,Boston,MA,02108,USA,Acme,Lead,2024-01-02 03:04",
			map[string]string{"given_name": "Jane", "company": "Acme", "lifecycle_stage": "customer", "country": "USA"}},
		{"zoho_accounts", "Record Id,Account Name,Phone,Website,Industry,Billing Street,Billing City,Billing State,Billing Code,Billing Country,Account Owner,Created Time",
			"zcrm_1,Acme Ltd,+442071234567,acme.example,Software,1 High St,London,,SW1A,UK,,2024-01-02 03:04:05",
			map[string]string{"kind": "organization", "name": "Acme Ltd", "industry": "Software", "city": "London"}},
		{"fxiaoke_accounts", "客户名称,客户编号,客户级别,客户来源,电话,邮件,国家,省,市,区,详细地址,负责人,归属部门,创建时间",
			"杭州某某科技有限公司,20240101-000001,重要客户,展会,0571-88886666,info@example.com,中国,浙江省,杭州市,西湖区,文三路 1 号,,销售部,2024-01-02 03:04",
			map[string]string{"kind": "organization", "name": "杭州某某科技有限公司", "source": "展会", "district": "西湖区"}},
	} {
		t.Run(row.template, func(t *testing.T) {
			headers, err := csv.NewReader(strings.NewReader(row.header)).Read()
			if err != nil {
				t.Fatal(err)
			}
			best := collect.BestTemplate(&customerKind{}, headers)
			if best == nil || best.Name != row.template {
				t.Fatalf("taken for %+v", best)
			}
			dbtest.Each(t, func(t *testing.T, records *db.DB) {
				d := newDesk(t, records)
				imp := d.text("customers", row.header+"\n"+row.line+"\n", func(n *collect.NewImport) { n.Mapping = best.For(headers) })
				if imp.Created != 1 {
					t.Fatalf("%+v", imp.Counts)
				}
				for column, want := range row.want {
					d.is(1, "select count(*) from customers where "+column+" = ?", want)
				}
				d.is(1, "select count(*) from identities where source = ?", strings.SplitN(row.template, "_", 2)[0])
			})
		})
	}
}

// New customers go to whom the import says: turn by turn over batches, only where the row names nobody, and not at all where
// the team is empty.
func TestImportAssign(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		o := newOffice(t, records)
		o.exec("insert into teams (id, name, created_at) values (1, '一队', 0), (2, '空队', 0)")
		o.exec("insert into staff (id, email, name, role, team_id, active, created_at, updated_at) values (7, 'a@s.example', '甲', 'sales', 1, true, 0, 0), (8, 'b@s.example', '乙', 'sales', 1, true, 0, 0), (9, 'c@s.example', '丙', 'sales', 1, false, 0, 0)")
		to := func(a collect.Assign) func(*collect.NewImport) {
			return func(n *collect.NewImport) { n.Mapping.Options.Assign = a }
		}
		o.text("customers", "id,name,owner\n1,一,\n2,二,\n3,三,乙\n4,四,\n", to(collect.Assign{To: "team", ID: "1"}))
		o.is(2, "select count(*) from customers where owner_id = 7 and team_id = 1")
		o.is(2, "select count(*) from customers where owner_id = 8 and team_id = 1")
		o.text("customers", "id,name\n1,一一\n5,五\n", to(collect.Assign{To: "staff", ID: "8"}))
		o.is(1, "select count(*) from customers where name = '一一' and owner_id = 7")
		o.is(1, "select count(*) from customers where name = '五' and owner_id = 8")
		o.text("customers", "id,name\n6,六\n", to(collect.Assign{To: "nobody"}))
		o.is(1, "select count(*) from customers where name = '六' and owner_id is null")
		o.text("orders", "order_number,ordered_at,amount,customer.external_id\n1,2026-01-01,5,7\n", to(collect.Assign{To: "staff", ID: "7"}))
		o.is(3, "select count(*) from customers where owner_id = 7")
		for _, a := range []collect.Assign{{To: "team", ID: "2"}, {To: "staff", ID: "9"}} {
			before := o.one("select count(*) from customers")
			path := o.path("id,name\n99,九九\n")
			imp, err := o.engine.ImportFile(o.ctx, path, collect.NewImport{Kind: "customers", Mapping: collect.Mapping{Options: collect.Options{Assign: a}}}, nil)
			if err != nil || imp.State != collect.StateFailed {
				t.Errorf("%+v: %s %v", a, imp.State, err)
			}
			o.is(before, "select count(*) from customers")
		}
	})
}
