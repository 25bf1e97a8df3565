package customer

import (
	"context"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// dataItem is what people have said about a field or a kind of records.
type dataItem struct {
	Name          string `bun:"name"`
	Purpose       string `bun:"purpose"`
	Basis         string `bun:"basis"`
	RetentionDays *int64 `bun:"retention_days"`
	OwnerID       *int64 `bun:"owner_id"`
	Definition    string `bun:"definition"`
	Rule          string `bun:"rule"`
	Recipients    string `bun:"recipients"`
	Version       int64  `bun:"version"`
}

func loadItems(ctx context.Context, from bun.IDB) (items []dataItem, err error) {
	err = from.NewRaw("select name, purpose, basis, retention_days, owner_id, definition, rule, recipients, version from data_items order by name").Scan(ctx, &items)
	return items, err
}

// DataItemDraft is what people say about a field or a kind of records.
type DataItemDraft struct {
	Purpose       string  `json:"purpose,omitempty" maxLength:"500" doc:"what it is for; of a field of one's own it is said there"`
	Basis         string  `json:"basis,omitempty" enum:"consent,contract,legal_obligation,legitimate_interest,"`
	RetentionDays *int64  `json:"retention_days,omitempty" minimum:"1" maximum:"36500" doc:"after how many days it is deleted; absent: kept. Of a field of one's own it is said there"`
	Owner         *api.ID `json:"owner,omitempty" doc:"the staff answerable for it"`
	Definition    string  `json:"definition,omitempty" maxLength:"1000"`
	Rule          string  `json:"rule,omitempty" maxLength:"1000" doc:"how it is to be filled in and checked"`
	Recipients    string  `json:"recipients,omitempty" maxLength:"500" doc:"who outside gets it"`
}

// plainFields are the fields of customers that every workspace has and that are about a person, with their labels.
var plainFields = []struct {
	name  string
	label field.Label
}{
	{"name", field.Label{Chinese: "姓名", English: "Name"}}, {"gender", field.Label{Chinese: "性别", English: "Gender"}}, {"birthday", field.Label{Chinese: "生日", English: "Birthday"}},
	{"phone", field.Label{Chinese: "电话", English: "Phone"}}, {"email", field.Label{Chinese: "邮箱", English: "Email"}}, {"wechat", field.Label{Chinese: "微信", English: "WeChat"}},
	{"address", field.Label{Chinese: "地址", English: "Address"}}, {"company", field.Label{Chinese: "公司", English: "Company"}}, {"external_id", field.Label{Chinese: "外部编号", English: "External ids"}},
	{"province", field.Label{Chinese: "省", English: "Province"}}, {"city", field.Label{Chinese: "市", English: "City"}}, {"tags", field.Label{Chinese: "标签", English: "Tags"}},
}

var recordLabels = map[string]field.Label{
	"records.customers": {Chinese: "没有往来的客户", English: "Customers nothing was heard of"}, "records.orders": {Chinese: "订单", English: "Orders"},
	"records.activities": {Chinese: "跟进记录", English: "Follow-ups"}, "records.consents": {Chinese: "已被取代的授权表态", English: "Choices overtaken by later ones"},
	"records.field_history": {Chinese: "字段变更历史", English: "History of fields"}, "records.findings": {Chinese: "已处理的数据问题", English: "Settled findings"},
	"records.events":  {Chinese: "网站、应用和门店发来的事件", English: "Events from sites, apps and shops"},
	"records.imports": {Chinese: "导入的拒收行与撤销数据", English: "Refused rows and undo data of imports"}, "records.requests": {Chinese: "已办结的个人请求", English: "Closed data requests"},
	"records.audit": {Chinese: "审计日志的内容", English: "Words of the audit log"},
}

// saveItem writes what is said about a name. Faults: not found, invalid, stale.
func (s *Store) saveItem(ctx context.Context, name, ifMatch string, d DataItemDraft) error {
	key, own := strings.CutPrefix(name, customPrefix)
	known := recordLabels[name].Chinese != ""
	for _, f := range plainFields {
		known = known || f.name == name
	}
	if own {
		_, known = field.Of(ctx).Find(key)
	}
	if !known {
		return fault.NotFound("data_item", name)
	}
	if own && (d.RetentionDays != nil || d.Purpose != "") {
		return fault.Invalid("retention_days", "said_at_the_field")
	}
	if d.RetentionDays != nil {
		kinds, _, err := s.retentions(ctx, s.records.Read())
		if err != nil {
			return err
		}
		least, deletable := int64(0), false
		for _, k := range kinds {
			if k.name == name {
				least, deletable = k.least, true
			}
		}
		switch {
		case !deletable:
			return fault.Invalid("retention_days", "not_deleted_alone")
		case *d.RetentionDays < least:
			return fault.Invalid("retention_days", "kept_at_least", least)
		}
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var owner *int64
		if d.Owner != nil {
			var there []int64
			if err := tx.NewRaw("select id from staff where id = ? and active", int64(*d.Owner)).Scan(ctx, &there); err != nil {
				return err
			}
			if len(there) == 0 {
				return fault.Invalid("owner", "staff_unknown")
			}
			owner = &there[0]
		}
		var versions []int64
		if err := tx.NewRaw("select version from data_items where name = ?", name).Scan(ctx, &versions); err != nil {
			return err
		}
		if len(versions) > 0 {
			if err := matches(ifMatch, versions[0]); err != nil {
				return err
			}
		}
		if _, err := tx.Do(ctx, `
insert into data_items (name, purpose, basis, retention_days, owner_id, definition, rule, recipients, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (name) do update set purpose = excluded.purpose, basis = excluded.basis, retention_days = excluded.retention_days, owner_id = excluded.owner_id,
  definition = excluded.definition, rule = excluded.rule, recipients = excluded.recipients, updated_at = excluded.updated_at, version = data_items.version + 1`,
			name, trimmed(d.Purpose), d.Basis, d.RetentionDays, owner, trimmed(d.Definition), trimmed(d.Rule), trimmed(d.Recipients), clock.Millis(ctx)); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "data_item.saved", "data_item", name, map[string]any{"basis": d.Basis, "retention_days": d.RetentionDays})
	})
}

// Hold keeps everything about a customer from being deleted until it is lifted. Faults: not found, invalid.
func (s *Store) Hold(ctx context.Context, customerID int64, reason string) error {
	if reason = trimmed(reason); reason == "" {
		return fault.Invalid("reason", "required")
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.find(ctx, tx, customerID); err != nil {
			return err
		}
		id, err := tx.NextID(ctx, "legal_holds")
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into legal_holds (id, customer_id, reason, staff_id, since) values (?, ?, ?, ?, ?)", id, customerID, reason, actingStaff(ctx), clock.Millis(ctx)); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "customer.held", "customer", strconv.FormatInt(customerID, 10), map[string]any{"reason": reason})
	})
}

// LiftHold ends the legal hold on a customer. Fault: not found.
func (s *Store) LiftHold(ctx context.Context, customerID int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.find(ctx, tx, customerID); err != nil {
			return err
		}
		n, err := tx.Do(ctx, "update legal_holds set lifted_at = ? where customer_id = ? and lifted_at is null", clock.Millis(ctx), customerID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.NotFound("legal_hold", customerID)
		}
		return guard.Audit(ctx, tx, "customer.released", "customer", strconv.FormatInt(customerID, 10), nil)
	})
}

// held says whether a legal hold on any of the customers is in force.
func legallyHeld(ctx context.Context, from bun.IDB, ids []int64) (bool, error) {
	var n int
	err := from.NewRaw("select count(*) from legal_holds where customer_id in (?) and lifted_at is null", bun.List(ids)).Scan(ctx, &n)
	return n > 0, err
}
