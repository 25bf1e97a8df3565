package guard_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

var finance = fields{"role": "finance", "from": "operator", "label": fields{"zh-CN": "财务", "en-US": "Finance"}, "reach": "own",
	"permissions": []string{"customers.read", "customers.write", "orders.read", "settings.read"},
	"fields":      fields{"phone": "masked", "email": "none", "birthday": "none", "industry": "read"}, "unusable": []string{"city"}}

// but gives a copy of a body with other members.
func but(body fields, changes ...any) fields {
	copied := maps.Clone(body)
	for i := 0; i < len(changes); i += 2 {
		if copied[changes[i].(string)] = changes[i+1]; changes[i+1] == nil {
			delete(copied, changes[i].(string))
		}
	}
	return copied
}

func TestRolesOfOnesOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		made := k.want(201, "POST", "/roles", finance)
		if made["base"] != "operator" || made["built_in"] != false {
			t.Errorf("%v", made)
		}
		in := guard.WithRules(t.Context(), k.g.Rules)
		eve := guard.With(in, guard.Actor{StaffID: 9, Role: "finance"})

		t.Run("its rights hold at once, field by field", func(t *testing.T) {
			f := guard.FieldsOf(eve, "customers")
			for _, row := range []struct {
				field    string
				right    guard.Right
				use, set bool
			}{
				{"phone", guard.Masked, false, true}, {"email", guard.None, false, false}, {"birthday", guard.None, false, false},
				{"age", guard.None, false, false}, {"industry", guard.Read, true, false}, {"city", guard.Write, false, true},
				{"name", guard.Write, true, true}, {"address", guard.Write, true, true},
			} {
				if f.Right(row.field) != row.right || f.CanUse(row.field) != row.use || f.CanWrite(row.field) != row.set {
					t.Errorf("%s: %s, use %v, write %v", row.field, f.Right(row.field), f.CanUse(row.field), f.CanWrite(row.field))
				}
			}
			if a := guard.ActorOf(eve); !a.Can("orders.read") || a.Can("export") || a.Base() != "operator" || guard.ScopeOf(eve, "customers").All() {
				t.Errorf("%+v", a)
			}
		})
		t.Run("staff and tokens take it like any other", func(t *testing.T) {
			k.want(200, "POST", "/users", fields{"email": "eve@example.cn", "name": "Eve", "role": "finance"})
			k.want(409, "DELETE", "/roles/finance", nil)
		})
		change := but(finance, "role", nil, "from", nil, "permissions", []string{"customers.read", "export"}, "reach", "all")
		t.Run("who gains and who loses what is told before it is", func(t *testing.T) {
			got := k.want(200, "POST", "/roles/finance/effect", change)["effects"].([]any)
			if len(got) != 1 {
				t.Fatalf("%v", got)
			}
			e := got[0].(fields)
			if e["staff"].(fields)["name"] != "Eve" || len(e["gained"].([]any)) != 1 || len(e["lost"].([]any)) != 3 || len(e["reach"].([]any)) != 2 {
				t.Errorf("%v", e)
			}
			if guard.ActorOf(eve).Can("export") {
				t.Error("it is already")
			}
		})
		t.Run("a change holds at once, and one upon an old version does not", func(t *testing.T) {
			k.want(412, "PUT", "/roles/finance", change, "If-Match", `"7"`)
			k.want(200, "PUT", "/roles/finance", change, "If-Match", `"1"`)
			if a := guard.ActorOf(eve); !a.Can("export") || a.Can("orders.read") || !guard.ScopeOf(eve, "customers").All() {
				t.Errorf("%+v", a)
			}
		})
		t.Run("another process learns of it by the feed", func(t *testing.T) {
			other := guard.New(d, "https://guanxi.test")
			if err := other.Changed(t.Context(), nil, map[string][]int64{"customers": {1}}); err != nil {
				t.Fatal(err)
			}
			if _, known := guard.RoleOf(guard.WithRules(t.Context(), other.Rules), "finance"); known {
				t.Error("known without a change of the rules")
			}
			if err := other.Changed(t.Context(), nil, map[string][]int64{"access_rules": {0}}); err != nil {
				t.Fatal(err)
			}
			if r, _ := guard.RoleOf(guard.WithRules(t.Context(), other.Rules), "finance"); !slices.Contains(r.Permissions, "export") {
				t.Errorf("%+v", r)
			}
		})
		t.Run("a built-in role is changed and gets its first form back", func(t *testing.T) {
			sales := fields{"label": fields{}, "reach": "all", "permissions": []string{"customers.read"}, "fields": fields{}, "unusable": []string{}}
			if got := k.want(200, "PUT", "/roles/sales", sales, "If-Match", `"0"`); got["changed"] != true || got["label"].(fields)["en-US"] != "Sales" {
				t.Errorf("%v", got)
			}
			k.want(204, "DELETE", "/roles/sales", nil)
			if r, _ := guard.RoleOf(in, "sales"); r.Reach != guard.ReachOwn || r.Changed {
				t.Errorf("%+v", r)
			}
			k.want(404, "DELETE", "/roles/sales", nil)
		})
		t.Run("nobody can lock everybody out", func(t *testing.T) {
			harmless := fields{"label": fields{}, "reach": "all", "permissions": []string{"customers.read", "staff.write"}, "fields": fields{}, "unusable": []string{}}
			if got := k.want(409, "PUT", "/roles/admin", harmless, "If-Match", `"0"`); got["code"] != "last_administrator" {
				t.Errorf("%v", got)
			}
			k.want(409, "POST", "/roles/admin/effect", harmless)
			k.want(200, "GET", "/sign-in/policy", nil)
		})
		t.Run("what is no role is refused", func(t *testing.T) {
			for _, bad := range []fields{
				but(finance, "role", "Finance!"), but(finance, "role", "x', 'admin"), but(finance, "role", "two", "label", fields{"zh-CN": "财务"}),
				but(finance, "role", "two", "permissions", []string{"everything"}), but(finance, "role", "two", "reach", "world"),
				but(finance, "role", "two", "fields", fields{"password_hash": "read"}), but(finance, "role", "two", "fields", fields{"city": "masked"}),
				but(finance, "role", "two", "fields", fields{"custom.x'; drop table customers--": "none"}), but(finance, "role", "two", "unusable", []string{"nothing"}),
			} {
				k.want(422, "POST", "/roles", bad)
			}
			k.want(409, "POST", "/roles", but(finance, "role", "admin"))
			k.want(409, "POST", "/roles", finance)
			k.want(404, "POST", "/roles", but(finance, "role", "two", "from", "nobody"))
		})
		t.Run("a session left open changes none", func(t *testing.T) {
			k.clock.Advance(11 * time.Minute)
			k.want(403, "PUT", "/roles/finance", change, "If-Match", `"2"`)
			k.want(403, "DELETE", "/roles/finance", nil)
			k.want(403, "POST", "/administration/divide", fields{"appointments": []any{}})
		})
		if got := k.actions(); !strings.Contains(got, "role.added") || !strings.Contains(got, "role.changed") || !strings.Contains(got, "role.removed") {
			t.Error(got)
		}
	})
}

func TestTeamsBelow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		id := map[string]string{}
		for _, name := range []string{"North", "Beijing", "Haidian", "South"} {
			id[name] = k.want(200, "POST", "/teams", fields{"name": name})["id"].(string)
		}
		k.want(200, "PUT", "/teams/"+id["Beijing"], fields{"name": "Beijing", "parent_id": id["North"]})
		k.want(200, "PUT", "/teams/"+id["Haidian"], fields{"name": "Haidian", "parent_id": id["Beijing"]})
		north, haidian, south := int64(1), int64(3), int64(4)
		sees := func(team, row int64) bool {
			who := guard.With(guard.WithRules(t.Context(), k.g.Rules), guard.Actor{StaffID: 9, Role: "manager", TeamID: &team})
			return guard.ScopeOf(who, "customers").Sees(nil, &row)
		}
		for _, row := range []struct {
			name      string
			team, row int64
			sees      bool
		}{
			{"two levels down", north, haidian, true}, {"one's own", haidian, haidian, true}, {"up", haidian, north, false}, {"beside", south, haidian, false}, {"from above to beside", north, south, false},
		} {
			if got := sees(row.team, row.row); got != row.sees {
				t.Errorf("%s: %v", row.name, got)
			}
		}
		for _, row := range []fields{{"name": "North", "parent_id": id["Haidian"]}, {"name": "North", "parent_id": id["North"]}, {"name": "North", "parent_id": "99"}} {
			k.want(422, "PUT", "/teams/"+id["North"], row)
		}
		k.want(200, "PUT", "/teams/"+id["Beijing"], fields{"name": "Beijing"})
		if sees(north, haidian) {
			t.Error("a team taken from under another is still seen from there")
		}
	})
}

func TestDividedAdministration(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		id := map[string]string{"Zhou": "1"}
		for _, name := range []string{"Sys", "Sec", "Aud", "Mei"} {
			role := map[bool]string{true: "sales", false: "admin"}[name == "Mei"]
			id[name] = k.want(200, "POST", "/users", fields{"email": strings.ToLower(name) + "@example.cn", "name": name, "role": role})["id"].(string)
		}
		_, robot, err := k.g.CreateToken(guard.System(t.Context()), guard.NewToken{Name: "all", Role: "admin"})
		if err != nil {
			t.Fatal(err)
		}
		appoint := func(pairs ...string) fields {
			list := []any{}
			for i := 0; i < len(pairs); i += 2 {
				list = append(list, fields{"staff_id": id[pairs[i]], "role": pairs[i+1]})
			}
			return fields{"appointments": list}
		}
		if got := k.want(200, "GET", "/administration", nil); got["on"] != false || len(got["staff"].([]any)) != 4 {
			t.Errorf("%v", got)
		}
		t.Run("each work needs somebody, and nobody gets two", func(t *testing.T) {
			for _, bad := range []fields{
				appoint("Sys", "system_admin", "Sec", "security_admin", "Aud", "audit_admin"), // Zhou is still everything
				appoint("Sys", "system_admin", "Sec", "security_admin", "Aud", "security_admin", "Zhou", "sales"),
				appoint("Sys", "system_admin", "Sec", "security_admin", "Aud", "audit_admin", "Zhou", "admin"),
				appoint("Sys", "system_admin", "Sys", "security_admin", "Aud", "audit_admin", "Zhou", "sales", "Sec", "sales"),
			} {
				k.want(422, "POST", "/administration/divide", bad)
			}
			if got := k.want(200, "GET", "/administration", nil); got["on"] != false {
				t.Error("half divided")
			}
		})
		k.want(204, "POST", "/administration/divide", appoint("Sys", "system_admin", "Zhou", "security_admin", "Aud", "audit_admin", "Sec", "manager"))
		k.want(401, "GET", "/users", nil) // whose role changed signs in anew
		k.want(200, "POST", "/session", fields{"email": email, "password": password})

		t.Run("each does one work", func(t *testing.T) {
			in := guard.WithRules(t.Context(), k.g.Rules)
			for role, may := range map[string][]string{
				"system_admin":   {"settings.write", "fields.write", "backups.write"},
				"security_admin": {"staff.write", "access.write", "tokens.write"},
				"audit_admin":    {"audit.read"},
			} {
				a := guard.ActorOf(guard.With(in, guard.Actor{StaffID: 7, Role: role}))
				for _, p := range []string{"settings.write", "fields.write", "backups.write", "staff.write", "access.write", "tokens.write", "audit.read", "customers.read", "export", "reveal.contact"} {
					if a.Can(p) != slices.Contains(may, p) {
						t.Errorf("%s, %s: %v", role, p, a.Can(p))
					}
				}
			}
			k.want(403, "GET", "/audit", nil)
			k.want(403, "PATCH", "/workspace", fields{"name": "X"})
		})
		t.Run("tokens that could do all are worth nothing", func(t *testing.T) {
			(&desk{T: t, g: k.g, clock: k.clock, server: k.server}).want(401, "GET", "/users", nil, "Authorization", "Bearer "+robot)
		})
		t.Run("nobody becomes all again, by any way", func(t *testing.T) {
			k.want(409, "PATCH", "/users/"+id["Mei"], fields{"role": "admin"})
			k.want(409, "POST", "/users", fields{"email": "new@example.cn", "name": "New", "role": "admin"})
			k.want(409, "PATCH", "/users/"+id["Zhou"], fields{"role": "sales"}) // also not one's own role
			k.want(409, "POST", "/roles", but(finance, "permissions", []string{"audit.read", "staff.write"}))
			k.want(409, "PUT", "/roles/security_admin", but(finance, "role", nil, "from", nil, "permissions", []string{"audit.read"}), "If-Match", `"0"`)
			k.want(409, "POST", "/administration/divide", appoint())
			if _, _, err := k.g.CreateToken(guard.System(guard.WithRules(t.Context(), k.g.Rules)), guard.NewToken{Name: "all", Role: "admin"}); err == nil {
				t.Error("a token that can do all was made")
			}
			k.want(201, "POST", "/roles", finance)
		})
		t.Run("who has the machine in hand unites it", func(t *testing.T) {
			ctx := guard.System(guard.WithRules(context.Background(), k.g.Rules))
			if err := k.g.Unite(ctx, "nobody@example.cn"); err == nil {
				t.Error("united for nobody")
			}
			if err := k.g.Unite(ctx, "zhou@example.cn"); err != nil {
				t.Fatal(err)
			}
			if got := k.want(200, "GET", "/administration", nil); got["on"] != false {
				t.Errorf("%v", got)
			}
			if got := k.actions(); !strings.Contains(got, "administration.divided") || !strings.Contains(got, "administration.united") {
				t.Error(got)
			}
		})
	})
}
