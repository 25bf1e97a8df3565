package quality

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// seesAll says that a reader may see something of every one of the fields.
func seesAll(rights guard.Fields, fields []string) bool {
	for _, f := range fields {
		if f != "" && rights.Right(f) == guard.None {
			return false
		}
	}
	return true
}

// told gives the rules that the reader may be told of, by key: not those that rest on a field hidden from them.
func (q *Quality) told(ctx context.Context) (map[string]*Rule, error) {
	rules, err := q.rules(ctx)
	if err != nil {
		return nil, err
	}
	rights, reads := guard.FieldsOf(ctx, "customers"), guard.ActorOf(ctx).Can("orders.read")
	byKey := map[string]*Rule{}
	for _, r := range rules {
		if r.Own && !seesCondition(ctx, q, r) || !seesAll(rights, r.Reads) || r.Subject == "order" && !reads || r.Key == ruleContactBad && !seesAll(rights, []string{"phone"}) {
			continue
		}
		byKey[r.Key] = r
	}
	return byKey, nil
}

// seesCondition says whether the reader may use every field that a rule's condition asks for.
func seesCondition(ctx context.Context, q *Quality, r *Rule) bool {
	_, err := q.segments.Holding(ctx, r.Condition, []int64{})
	return err == nil
}

// seen is the condition that a finding (alias f) is about somebody in scope (alias c, joined), or about no customer and
// the reader sees all, and that neither its rule nor its field is hidden from the reader.
func (q *Quality) seen(ctx context.Context) (where string, args []any, rules map[string]*Rule, err error) {
	if rules, err = q.told(ctx); err != nil {
		return "", nil, nil, err
	}
	scope := guard.ScopeOf(ctx, "customers")
	text, args := scope.Where("c")
	if scope.All() {
		where = "(f.subject_type <> 'customer' or c.id is not null)"
		args = nil
	} else {
		where = "(c.id is not null and " + text + ")"
	}
	keys := make([]string, 0, len(rules))
	for k := range rules {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	where += " and f.rule in (select unnest(?::varchar[])) and f.field not in (select unnest(?::varchar[]))"
	return where, append(args, keys, hiddenFields(ctx)), rules, nil
}

// hiddenFields are the fields that the reader may see nothing of.
func hiddenFields(ctx context.Context) []string {
	rights := guard.FieldsOf(ctx, "customers")
	hidden := []string{"\x00"}
	for _, f := range []string{"phone", "email", "wechat", "address"} {
		if name := cmp.Or(map[string]string{"wechat": "phone"}[f], f); rights.Right(name) == guard.None {
			hidden = append(hidden, f)
		}
	}
	for _, f := range field.Of(ctx).All() {
		if rights.Right("custom."+f.Key) == guard.None {
			hidden = append(hidden, "custom."+f.Key)
		}
	}
	return hidden
}

const fromFindings = " from quality_findings f left join customers c on c.id = f.customer_id where "

// groups counts findings by rule and field, what costs most first: points of the score, then how many.
func (q *Quality) groups(ctx context.Context, since int64) ([]QualityGroup, error) {
	where, args, rules, err := q.seen(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.columns.Query(ctx, `
select f.rule, f.field, count(*), count(*) filter (f.found_at > ?), coalesce(sum(f.points), 0),
  coalesce(sum(c.orders_gross - c.orders_refunded), 0)::bigint`+fromFindings+where+`
group by f.rule, f.field`, append([]any{since}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	currency := workspace.Of(ctx).Currency
	groups := []QualityGroup{}
	for rows.Next() {
		var g QualityGroup
		var resting int64
		if err := rows.Scan(&g.Rule, &g.Field, &g.Count, &g.Fresh, &g.Points, &resting); err != nil {
			return nil, err
		}
		r := rules[g.Rule]
		g.Label, g.Dimension, g.Subject, g.Fixes = r.Label, r.Dimension, r.Subject, fixesOf(ctx, r, g.Field)
		g.FieldLabel, g.Resting = labelOf(ctx, g.Field), money.Of(resting, currency)
		groups = append(groups, g)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var customers int64
	scope, mine := guard.ScopeOf(ctx, "customers").Where("c")
	if err := q.columns.QueryRow(ctx, "select count(*) from customer_quality j join customers c on c.id = j.customer_id where "+scope, mine...).Scan(&customers); err != nil {
		return nil, err
	}
	for i := range groups {
		groups[i].Points /= float64(max(customers, 1))
	}
	slices.SortFunc(groups, func(a, b QualityGroup) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule+a.Field, b.Rule+b.Field))
	})
	return groups, nil
}

// fixesOf are the repairs that make sense for a field of a rule's.
func fixesOf(ctx context.Context, r *Rule, name string) []Method {
	fixes := []Method{}
	for _, m := range r.Fixes {
		switch {
		case m == FixDefault && contactKind(name), m == FixSource && contactKind(name),
			m == FixDefault && (name == "name" || name == "birthday" || name == "address"),
			r.Key == "missing" && m == FixDerive && !slices.Contains([]string{"gender", "birthday", "province", "city", "district", "country", "name"}, name),
			r.Key == "missing" && m == FixDerive && name == "birthday" && !knowsCitizens(ctx),
			m == FixCap && name == "birthday", m == FixClear && (name == "name" || name == "kind" || name == ""),
			m == FixExclude && !excludable(name) && r.Subject != "order":
			continue
		}
		fixes = append(fixes, m)
		if m == FixAsk && slices.Contains(customer.HerOwn(), name) {
			fixes = append(fixes, FixAskHer)
		}
	}
	return fixes
}

// knowsCitizens says that the workspace keeps identity numbers, which tell a birthday.
func knowsCitizens(ctx context.Context) bool {
	return slices.ContainsFunc(field.Of(ctx).Live(), func(f *field.Field) bool {
		return f.Type == field.Text && citizenField.MatchString(f.Label.Chinese+" "+f.Label.English)
	})
}

// excludable says whether analysis can do without a value of the field.
func excludable(name string) bool {
	_, own := ownKey(name)
	return own || slices.Contains([]string{"birthday", "gender", "country", "province", "city", "district", "company", "industry"}, name)
}

func (q *Quality) byField(ctx context.Context, customers int64) ([]QualityOfField, error) {
	where, args, _, err := q.seen(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.columns.Query(ctx, "select f.field, count(distinct f.customer_id), count(*)"+fromFindings+where+" and f.subject_type = 'customer' and f.field <> '' group by f.field", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	fields := []QualityOfField{}
	for rows.Next() {
		var s QualityOfField
		var concerned int64
		if err := rows.Scan(&s.Field, &concerned, &s.Findings); err != nil {
			return nil, err
		}
		s.Label, s.Score = labelOf(ctx, s.Field), 1-float64(concerned)/float64(max(customers, 1))
		fields = append(fields, s)
	}
	slices.SortFunc(fields, func(a, b QualityOfField) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), strings.Compare(a.Field, b.Field))
	})
	return fields, rows.Err()
}

// mostParts bounds how many sources or owners are named: those with the most customers.
const mostParts = 50

func (q *Quality) bySource(ctx context.Context) ([]QualityOfPart, error) {
	if guard.FieldsOf(ctx, "customers").Right("source") == guard.None {
		return []QualityOfPart{}, nil
	}
	return q.parts(ctx, "coalesce(c.source, '')", nil)
}

func (q *Quality) byOwner(ctx context.Context) ([]QualityOfPart, error) {
	if guard.FieldsOf(ctx, "customers").Right("owner") == guard.None {
		return []QualityOfPart{}, nil
	}
	names := map[string]string{}
	var staff []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	if err := q.records.Read().NewRaw("select id, name from staff").Scan(ctx, &staff); err != nil {
		return nil, err
	}
	for _, s := range staff {
		names[strconv.FormatInt(s.ID, 10)] = s.Name
	}
	return q.parts(ctx, "coalesce(c.owner_id::varchar, '')", names)
}

// parts gives the scores of customers split by a fixed expression over c.
func (q *Quality) parts(ctx context.Context, by string, names map[string]string) ([]QualityOfPart, error) {
	scope, mine := guard.ScopeOf(ctx, "customers").Where("c")
	seen, args, _, err := q.seen(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.columns.Query(ctx, `
with found as (
  select `+by+` as part, count(*) as n`+fromFindings+seen+` and f.subject_type = 'customer'
  group by all
)
select s.*, coalesce(found.n, 0)
from (
  select `+by+` as part, count(*) as customers, avg(j.score), avg(j.completeness), avg(j.validity), avg(j.consistency), avg(j.uniqueness), avg(j.timeliness)
  from customer_quality j
  join customers c on c.id = j.customer_id
  where `+scope+`
  group by all
) s
left join found on found.part = s.part
order by s.customers desc, s.part
limit ?`, append(append(args, mine...), mostParts)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	parts := []QualityOfPart{}
	for rows.Next() {
		p := QualityOfPart{Dimensions: map[Dimension]*float64{}}
		var d [5]sql.NullFloat64
		if err := rows.Scan(&p.ID, &p.Customers, &p.Score, &d[0], &d[1], &d[2], &d[3], &d[4], &p.Findings); err != nil {
			return nil, err
		}
		for i, name := range Dimensions {
			if d[i].Valid {
				p.Dimensions[name] = &d[i].Float64
			}
		}
		p.Name = p.ID
		if names != nil {
			p.Name = names[p.ID]
		}
		parts = append(parts, p)
	}
	return parts, rows.Err()
}

// labelOf names a field in both languages.
func labelOf(ctx context.Context, name string) analyze.Label {
	if key, own := ownKey(name); own {
		if f, known := field.Of(ctx).Find(key); known {
			return analyze.Label{Chinese: f.Label.Chinese, English: f.Label.English}
		}
		return analyze.Label{Chinese: key, English: key}
	}
	return fieldLabels[name]
}

var fieldLabels = map[string]analyze.Label{
	"": said("整条档案", "Whole record"), "name": said("姓名", "Name"), "given_name": said("名", "Given name"), "family_name": said("姓", "Family name"), "kind": said("客户类型", "Kind"), "gender": said("性别", "Gender"),
	"birthday": said("生日", "Birthday"), "country": said("国家或地区", "Country"), "province": said("省份", "Province"), "city": said("城市", "City"), "district": said("区县", "District"),
	"address": said("详细地址", "Address"), "postcode": said("邮编", "Postcode"), "company": said("公司", "Company"), "industry": said("行业", "Industry"), "lifecycle_stage": said("生命周期阶段", "Lifecycle stage"),
	"source": said("来源", "Source"), "phone": said("手机号", "Phone"), "email": said("邮箱", "E-mail"), "wechat": said("微信", "WeChat"), "amount": said("订单金额", "Order amount"),
	"orders": said("订单", "Orders"), "customers": said("客户", "Customers"),
}
