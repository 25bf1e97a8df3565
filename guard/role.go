package guard

import (
	"slices"
	"strconv"
)

// Reach says whose rows a role sees.
type Reach string

// The reaches: rows one owns, rows of one's team too, all rows.
const (
	ReachOwn  Reach = "own"
	ReachTeam Reach = "team"
	ReachAll  Reach = "all"
)

// Role is a set of permissions, the reach over rows, and rights to fields that differ from full reading.
type Role struct {
	Name        string            `json:"role"`
	Label       map[string]string `json:"label"`
	Permissions []string          `json:"permissions"`
	Reach       Reach             `json:"reach"`
	Fields      map[string]Right  `json:"fields" doc:"rights to fields of a customer that are not plainly readable"`
	Unusable    []string          `json:"unusable" doc:"fields that may be read but not filtered, sorted, grouped or exported by"`
	Base        string            `json:"base" doc:"the built-in role whose part it plays in the day's work: itself, or what it was copied from"`
	BuiltIn     bool              `json:"built_in"`
	Changed     bool              `json:"changed" doc:"a built-in role that the workspace has changed"`
	Version     int64             `json:"version"`
}

func (r Role) holds(permission string) bool { return slices.Contains(r.Permissions, permission) }

// Permissions gives every permission there is, in the order the matrix shows them. Two of them are about more than the
// rows one reaches: today.team is the day of each person of one's team (of everybody, for an administrator), and
// models.read the models of lifetime value, which are fitted to all customers of the company and name none. reports.sql is to ask
// the columns in SQL and read whole tables of them, of the rows and fields one may see. fields.write
// is about which fields customers have, fields.sensitive about the values of the sensitive ones. privacy.read is about the register of what
// is kept and people's requests, privacy.write to change what they are asked for and how long things are kept. customers.disclose is to hand a
// customer everything held about her, customers.erase to erase her for good. access is roles, sharing and how one signs in.
func Permissions() []string {
	return []string{
		"today.read", "today.write", "today.team",
		"customers.read", "customers.write", "customers.delete", "customers.disclose", "customers.erase", "reveal.contact", "privacy.read", "privacy.write",
		"orders.read", "products.read", "products.write",
		"segments.read", "segments.write", "metrics.read", "metrics.write", "models.read", "reports.sql",
		"imports.read", "imports.write", "findings.read", "findings.write", "sources.read", "sources.write", "export",
		"staff.read", "staff.write", "access.read", "access.write", "tokens.read", "tokens.write", "audit.read", "settings.read", "settings.write",
		"fields.write", "fields.sensitive", "backups.read", "backups.write",
	}
}

func except(permissions ...string) []string {
	return slices.DeleteFunc(Permissions(), func(p string) bool { return slices.Contains(permissions, p) })
}

var masked = map[string]Right{"phone": Masked, "email": Masked, "address": Masked}

// Roles gives the built-in roles as a table. Contact points and street addresses are masked for everyone; who holds
// reveal.contact may see one of them for a reason, and that is logged. Analysts work without them altogether.
func Roles() []Role {
	none := map[string]Right{"phone": None, "email": None, "address": None, "external_id": None}
	return []Role{
		{Name: "admin", Label: label("管理员", "Administrator"), Permissions: Permissions(), Reach: ReachAll, Fields: masked},
		{Name: "manager", Label: label("经理", "Manager"), Reach: ReachTeam, Fields: masked,
			Permissions: except("sources.write", "staff.write", "access.read", "access.write", "tokens.read", "tokens.write", "audit.read", "settings.write", "backups.read", "backups.write")},
		{Name: "operator", Label: label("运营", "Operator"), Reach: ReachAll, Fields: masked,
			Permissions: except("today.team", "reports.sql", "privacy.write", "customers.delete", "customers.disclose", "customers.erase", "fields.write", "fields.sensitive", "staff.write", "access.read", "access.write", "tokens.read", "tokens.write", "audit.read", "settings.write", "backups.read", "backups.write")},
		{Name: "sales", Label: label("销售", "Sales"), Reach: ReachOwn, Fields: masked, Permissions: []string{
			"today.read", "today.write", "customers.read", "customers.write", "reveal.contact", "orders.read", "products.read",
			"segments.read", "metrics.read", "staff.read", "settings.read"}},
		{Name: "service", Label: label("客服", "Service"), Reach: ReachAll, Fields: masked, Permissions: []string{
			"today.read", "today.write", "customers.read", "customers.write", "reveal.contact", "orders.read", "products.read",
			"staff.read", "settings.read"}},
		{Name: "analyst", Label: label("分析师", "Analyst"), Reach: ReachAll, Fields: none, Permissions: []string{
			"today.read", "customers.read", "orders.read", "products.read", "segments.read", "segments.write",
			"metrics.read", "models.read", "findings.read", "imports.read", "sources.read", "staff.read", "settings.read"}},
		{Name: "auditor", Label: label("审计员", "Auditor"), Reach: ReachAll, Fields: none, Permissions: []string{
			"audit.read", "privacy.read", "staff.read", "settings.read"}},
		{Name: SystemAdmin, Label: label("系统管理员", "System administrator"), Reach: ReachAll, Fields: none, Permissions: []string{
			"staff.read", "sources.read", "sources.write", "settings.read", "settings.write", "fields.write", "backups.read", "backups.write"}},
		{Name: SecurityAdmin, Label: label("安全管理员", "Security administrator"), Reach: ReachAll, Fields: none, Permissions: []string{
			"staff.read", "staff.write", "access.read", "access.write", "tokens.read", "tokens.write", "settings.read"}},
		{Name: AuditAdmin, Label: label("审计管理员", "Audit administrator"), Reach: ReachAll, Fields: none, Permissions: []string{
			"audit.read", "staff.read", "access.read", "settings.read"}},
	}
}

// The three administrators among whom the work of one may be divided, see Separation.
const (
	Admin         = "admin"
	SystemAdmin   = "system_admin"
	SecurityAdmin = "security_admin"
	AuditAdmin    = "audit_admin"
)

func label(zh, en string) map[string]string { return map[string]string{"zh-CN": zh, "en-US": en} }

// builtIn are the roles of the product, by name.
var builtIn = func() map[string]Role {
	table := map[string]Role{}
	for _, r := range builtInRoles() {
		table[r.Name] = r
	}
	return table
}()

func builtInRoles() []Role {
	list := Roles()
	for i := range list {
		list[i].Base, list[i].BuiltIn, list[i].Unusable = list[i].Name, true, []string{}
	}
	return list
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
