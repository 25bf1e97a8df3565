package cost

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard"
)

var costFields = []collect.Field{
	{Name: "amount", LabelZH: "金额", LabelEN: "Amount", Type: collect.Money, Required: true, Aliases: []string{"cost", "spend", "spent", "amount spent", "花费", "消耗", "费用", "成本", "投放金额"}},
	{Name: "month", LabelZH: "月份", LabelEN: "Month", Type: collect.Text, Clean: cleanMonth, Aliases: []string{"period", "月", "账期", "期间"}},
	{Name: "from", LabelZH: "开始日期", LabelEN: "From", Type: collect.Day, Aliases: []string{"day", "date", "start", "start date", "日期", "开始", "起始日期"}},
	{Name: "to", LabelZH: "结束日期", LabelEN: "To", Type: collect.Day, Aliases: []string{"end", "end date", "结束", "截止日期"}},
	{Name: "kind", LabelZH: "用途", LabelEN: "Spent on", Type: collect.Text, Clean: cleanKind, Aliases: []string{"type", "cost type", "类型", "费用类型"}},
	{Name: "channel", LabelZH: "渠道", LabelEN: "Channel", Type: collect.Text, Aliases: []string{"source", "utm_source", "platform", "media", "平台", "媒体", "投放渠道"}},
	{Name: "campaign", LabelZH: "活动", LabelEN: "Campaign", Type: collect.Text, Aliases: []string{"campaign name", "utm_campaign", "推广计划", "计划名称", "活动名称"}},
	{Name: "currency", LabelZH: "币种", LabelEN: "Currency", Type: collect.Text, Aliases: []string{"货币"}},
	{Name: "note", LabelZH: "备注", LabelEN: "Note", Type: collect.Text, Aliases: []string{"remark", "说明"}},
}

var kindWords = map[string]string{Acquisition: Acquisition, "获客": Acquisition, "拉新": Acquisition, "投放": Acquisition, "推广": Acquisition, "广告": Acquisition, "ads": Acquisition, "advertising": Acquisition, "marketing": Acquisition,
	Retention: Retention, "留存": Retention, "复购": Retention, "维系": Retention, "召回": Retention, "loyalty": Retention, Service: Service, "服务": Service, "客服": Service, "售后": Service, "support": Service}

func cleanKind(cell string) (string, string) {
	if kind := kindWords[strings.ToLower(cell)]; kind != "" {
		return kind, ""
	}
	return "", "choice_unknown"
}

var month = regexp.MustCompile(`^(\d{4})[-/.年]?(\d{1,2})月?$`)

// cleanMonth gives the first day of a month.
func cleanMonth(cell string) (string, string) {
	if parts := month.FindStringSubmatch(cell); parts != nil {
		if first, err := time.Parse("2006-1", parts[1]+"-"+strings.TrimLeft(parts[2], "0")); err == nil {
			return first.Format(time.DateOnly), ""
		}
	}
	return "", "date_unreadable"
}

// kind imports costs. What a file says again of the same days, kind, channel and campaign replaces what was said.
type kind struct{ of *Costs }

// ImportKind is the import kind "costs".
func (s *Costs) ImportKind() collect.Kind { return &kind{s} }

func (*kind) Name() string            { return "costs" }
func (*kind) Fields() []collect.Field { return costFields }
func (*kind) GroupBy() []string       { return nil }

// Apply implements collect.Kind.
func (k *kind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	allowed := MayKnow(ctx) == nil
	made, changed := 0, 0
	said := map[string]bool{}
	for i := range b.Rows {
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		if !allowed {
			b.Reject(i, "out_of_scope", "amount", "")
			continue
		}
		c, field, code := k.read(ctx, &b.Rows[i])
		if code != "" {
			b.Reject(i, code, field, "")
			continue
		}
		if said[c.key()] {
			b.Reject(i, "cost_twice", "channel", "") // one file says two amounts of the same: which holds is not ours to say
			continue
		}
		said[c.key()] = true
		c.ImportID, c.CreatedAt, c.UpdatedAt, c.Version = &b.ImportID, b.Now, b.Now, 1
		if b.StaffID != 0 {
			c.CreatedBy = &b.StaffID
		}
		if err := k.store(ctx, tx, b, i, c); err != nil {
			return err
		}
		switch b.Outcomes[i].State {
		case collect.Created:
			made++
		case collect.Updated:
			changed++
		}
	}
	if made+changed == 0 {
		return nil
	}
	return guard.Audit(ctx, tx, "import.applied", "import", strconv.FormatInt(b.ImportID, 10), map[string]any{"kind": k.Name(), "first_row": b.Rows[0].Number, "last_row": b.Rows[len(b.Rows)-1].Number, "created": made, "changed": changed})
}

func (c *Cost) key() string {
	return strings.Join([]string{c.From, c.To, c.Kind, c.Channel, c.Campaign, c.Currency}, "\x00")
}

func at(name string) int {
	return slices.IndexFunc(costFields, func(f collect.Field) bool { return f.Name == name })
}

func (*kind) read(ctx context.Context, row *collect.Row) (c *Cost, field, code string) {
	text := func(name string) string { return row.Values[at(name)].Text }
	c = &Cost{Kind: text("kind"), Channel: text("channel"), Campaign: text("campaign"), From: text("from"), To: text("to"), Currency: strings.ToUpper(text("currency")), Note: text("note")}
	if c.Kind == "" {
		c.Kind = Acquisition
	}
	if c.Currency == "" {
		c.Currency = workspace.Of(ctx).Currency
	}
	c.Amount = row.Values[at("amount")].Minor(money.Exponent(c.Currency))
	if first := text("month"); first != "" && c.From == "" {
		day, err := time.Parse(time.DateOnly, first)
		if err != nil {
			return nil, "month", "date_unreadable"
		}
		c.From, c.To = first, day.AddDate(0, 1, -1).Format(time.DateOnly)
	}
	if c.From == "" {
		return nil, "from", "value_missing"
	}
	if err := c.check(ctx); err != nil {
		f := fault.Wrap(err)
		if len(f.Fields) > 0 {
			return nil, f.Fields[0].Field, f.Fields[0].Key
		}
		return nil, "amount", f.Key
	}
	return c, "", ""
}

func (k *kind) store(ctx context.Context, tx *db.Tx, b *collect.Batch, i int, c *Cost) error {
	var there []*Cost
	if err := tx.NewRaw("select "+costColumns+" from costs where from_day = ? and to_day = ? and kind = ? and channel = ? and campaign = ? and currency = ?",
		c.From, c.To, c.Kind, c.Channel, c.Campaign, c.Currency).Scan(ctx, &there); err != nil {
		return err
	}
	switch {
	case len(there) == 0 && b.Mode == collect.ModeUpdate:
		b.Reject(i, "not_found", "channel", "")
		return nil
	case len(there) == 0:
		var err error
		if c.ID, err = tx.NextID(ctx, "costs"); err != nil {
			return err
		}
		b.Outcomes[i].State = collect.Created
		return c.insert(ctx, tx)
	case b.Mode == collect.ModeCreate:
		b.Outcomes[i].State = collect.Duplicate
		return nil
	case there[0].Amount == c.Amount && (c.Note == "" || c.Note == there[0].Note):
		b.Outcomes[i].State = collect.Unchanged
		return nil
	}
	was := there[0]
	b.AddChange(collect.Change{SubjectType: "cost", SubjectID: was.ID, Before: was.image(), AfterVersion: was.Version + 1})
	now := *was
	now.Amount, now.UpdatedAt, now.Version = c.Amount, b.Now, was.Version+1
	if c.Note != "" {
		now.Note = c.Note
	}
	b.Outcomes[i].State = collect.Updated
	return now.update(ctx, tx)
}

// Undo implements collect.Kind.
func (k *kind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (done collect.Undone, err error) {
	changes, err := collect.Changes(ctx, tx, importID, "cost", limit)
	if err != nil {
		return done, err
	}
	var handled []int64
	for _, c := range changes {
		handled = append(handled, c.SubjectID)
		now, err := find(ctx, tx, c.SubjectID)
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return done, err
		}
		if err != nil || now.Version != c.AfterVersion {
			done.Kept = append(done.Kept, collect.Finding{SubjectType: "cost", SubjectID: c.SubjectID, SubjectLabel: strconv.FormatInt(c.SubjectID, 10)})
			continue
		}
		var was Cost
		if err := json.Unmarshal([]byte(c.Before), &was); err != nil {
			return done, err
		}
		was.Version = now.Version + 1
		if err := was.update(ctx, tx); err != nil {
			return done, err
		}
		done.Restored++
	}
	if err := collect.DropChanges(ctx, tx, importID, "cost", handled); err != nil || len(changes) == limit {
		done.More = len(changes) == limit
		return done, err
	}
	var made []*Cost
	if err := tx.NewRaw("select "+costColumns+" from costs where created_import_id = ? order by id limit ?", importID, limit).Scan(ctx, &made); err != nil {
		return done, err
	}
	var gone, kept []int64
	for _, c := range made {
		if c.UpdatedAt != c.CreatedAt { // by people; what another import said was put back
			kept = append(kept, c.ID)
			done.Kept = append(done.Kept, collect.Finding{SubjectType: "cost", SubjectID: c.ID, SubjectLabel: c.Channel + " " + c.From})
			continue
		}
		gone = append(gone, c.ID)
	}
	for text, ids := range map[string][]int64{"delete from costs where id in (?)": gone, "update costs set created_import_id = null where id in (?)": kept} {
		if len(ids) > 0 {
			if _, err := tx.NewRaw(text, bun.List(ids)).Exec(ctx); err != nil {
				return done, err
			}
		}
	}
	tx.Feed("costs", gone...)
	done.Removed, done.More = int64(len(gone)), len(made) == limit
	return done, nil
}
