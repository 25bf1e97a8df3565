package customer

import (
	"context"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// consentFields are what a column of a list of consents can be mapped to. When it was said must be known: a list that came
// in today must not overrule what somebody withdrew yesterday.
var consentFields = []collect.Field{
	{Name: "external_id", LabelZH: "客户编号", LabelEN: "External id", Type: collect.Text, Identifier: true,
		Aliases: []string{"customer id", "customer_id", "user id", "member id", "id", "会员号", "会员编号", "客户id", "用户id"}},
	{Name: "phone", LabelZH: "手机号", LabelEN: "Phone", Type: collect.Phone, Personal: true, Aliases: []string{"mobile", "tel", "手机", "电话", "手机号码", "联系电话"}},
	{Name: "email", LabelZH: "邮箱", LabelEN: "E-mail", Type: collect.Email, Personal: true, Aliases: []string{"mail", "e-mail", "email address", "电子邮箱", "邮件"}},
	{Name: "purpose", LabelZH: "用途", LabelEN: "Purpose", Type: collect.Text, Required: true, Aliases: []string{"consent purpose", "授权用途", "目的"}},
	{Name: "channel", LabelZH: "渠道", LabelEN: "Channel", Type: collect.Text, Required: true, Clean: cleanChannel, Aliases: []string{"consent channel", "授权渠道", "触达渠道"}},
	{Name: "granted", LabelZH: "是否同意", LabelEN: "Agreed", Type: collect.Bool, Required: true, Aliases: []string{"consent", "agreed", "opt in", "opted in", "subscribed", "同意", "授权", "授权状态"}},
	{Name: "happened_at", LabelZH: "时间", LabelEN: "Said at", Type: collect.Instant, Required: true, Aliases: []string{"date", "time", "consented at", "consent date", "授权时间", "同意时间", "日期"}},
	{Name: "notice", LabelZH: "告知文本版本", LabelEN: "Notice version", Type: collect.Text, Aliases: []string{"text version", "notice version", "version", "版本", "文本版本"}},
	{Name: "proof", LabelZH: "凭证", LabelEN: "Proof", Type: collect.Text, Aliases: []string{"evidence", "证明", "存证"}},
	{Name: "source", LabelZH: "来源", LabelEN: "Source", Type: collect.Text, Aliases: []string{"origin", "采集来源"}},
}

type consentFieldIndex struct {
	externalID, phone, email, purpose, channel, granted, happenedAt, notice, proof, source int
}

func indexConsentFields() consentFieldIndex {
	at := func(name string) int { return fieldIndex(consentFields, name) }
	return consentFieldIndex{at("external_id"), at("phone"), at("email"), at("purpose"), at("channel"), at("granted"), at("happened_at"), at("notice"), at("proof"), at("source")}
}

var channelWords = map[string]string{"email": "email", "e-mail": "email", "mail": "email", "邮件": "email", "邮箱": "email", "sms": "sms", "text": "sms", "短信": "sms",
	"wechat": "wechat", "weixin": "wechat", "微信": "wechat", "phone": "phone", "call": "phone", "tel": "phone", "电话": "phone", "post": "post", "letter": "post", "信函": "post", "邮寄": "post"}

func cleanChannel(cell string) (string, string) {
	if channel, known := channelWords[strings.ToLower(cell)]; known {
		return channel, ""
	}
	return "", "channel_unknown"
}

// consentKind imports what customers have said. A row names its customer by source and external id, else by phone, else by
// mail; one that names nobody is rejected.
type consentKind struct {
	workspace workspace.Source
	at        consentFieldIndex
}

func (*consentKind) Name() string            { return "consents" }
func (*consentKind) Fields() []collect.Field { return consentFields }
func (*consentKind) GroupBy() []string       { return nil }

// Apply implements collect.Kind.
func (k *consentKind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	purposes, err := loadPurposes(ctx, tx)
	if err != nil {
		return err
	}
	named := make([]keys, len(b.Rows))
	var all []keys
	region := k.workspace().Country
	for i := range b.Rows {
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		values := b.Rows[i].Values
		named[i] = keys{source: b.Source, externalID: values[k.at.externalID].Text}
		if p := normalContact(ContactPhone, values[k.at.phone].Text, region); p.State == ContactOK && values[k.at.phone].Set {
			named[i].phone = p.Value
		}
		if p := normalContact(ContactEmail, values[k.at.email].Text, region); p.State == ContactOK && values[k.at.email].Set {
			named[i].email = p.Value
		}
		all = append(all, named[i])
	}
	r := newRoster(b.ImportID, b.Now, len(all))
	if err := r.lookUp(ctx, tx, all, rosterParts{consents: true}); err != nil {
		return err
	}
	var said []Consent
	touched := map[int64]bool{}
	for i := range b.Rows {
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		c, ok := k.read(b, i, named[i], r, purposes)
		if !ok {
			continue
		}
		e := r.byID[c.CustomerID]
		switch {
		case e.saidBefore(c):
			b.Outcomes[i].State = collect.Unchanged
			continue
		case c.Granted && e.keptNo(c):
			b.Reject(i, "no_is_kept", "granted", "")
			continue
		}
		e.consents = append(e.consents, c)
		said = append(said, c)
		touched[c.CustomerID] = true
		b.Outcomes[i].State = collect.Created
	}
	if err := insertConsents(ctx, tx, said); err != nil {
		return err
	}
	ids := make([]int64, 0, len(touched))
	for id := range touched {
		ids = append(ids, id)
	}
	tx.Feed("customers", ids...)
	return auditBatch(ctx, tx, b, batchSummary{Kind: k.Name(), Created: len(said), Changed: 0})
}

// read makes a row a word of its customer, or rejects it.
func (k *consentKind) read(b *collect.Batch, i int, named keys, r *roster, purposes []*Purpose) (c Consent, ok bool) {
	values := b.Rows[i].Values
	if named.none() {
		b.Reject(i, "nothing_to_know_by", "external_id", "")
		return c, false
	}
	found, _ := r.find(named)
	switch {
	case found == nil:
		b.Reject(i, "not_found", "external_id", "")
		return c, false
	case !found.inScope:
		b.Reject(i, "customer_of_others", "external_id", "")
		return c, false
	}
	p := purposeNamed(purposes, values[k.at.purpose].Text)
	granted := values[k.at.granted].Int != 0
	at := values[k.at.happenedAt].Int
	switch {
	case p == nil || p.Archived:
		b.Reject(i, "purpose_unknown", "purpose", "")
		return c, false
	case granted && !p.Asks(values[k.at.channel].Text):
		b.Reject(i, "channel_not_of_purpose", "channel", "")
		return c, false
	case at > b.Now || at < earliest:
		b.Reject(i, "date_impossible", "happened_at", "")
		return c, false
	}
	c = Consent{CustomerID: found.ID, Purpose: p.Key, Channel: values[k.at.channel].Text, Granted: granted, Proof: values[k.at.proof].Text, ProofKind: ProofImport,
		Source: values[k.at.source].Text, HappenedAt: at, ImportID: &b.ImportID}
	if c.Source == "" {
		c.Source = b.Source
	}
	if v := values[k.at.notice]; v.Set {
		if number, err := strconv.ParseInt(v.Text, 10, 64); err == nil && number >= 1 && number <= p.Notice {
			c.Notice = &number
		} else {
			c.TextVersion = v.Text
		}
	}
	return c, true
}

// purposeNamed finds a purpose by its key or one of its names.
func purposeNamed(all []*Purpose, name string) *Purpose {
	name = folded(name)
	for _, p := range all {
		if name == p.Key || name == folded(p.Label.Chinese) || name == folded(p.Label.English) {
			return p
		}
	}
	return nil
}

// saidBefore says that the very same word is recorded already.
func (e *entry) saidBefore(c Consent) bool {
	for _, s := range e.consents {
		if s.Purpose == c.Purpose && s.Channel == c.Channel && s.Granted == c.Granted && s.HappenedAt == c.HappenedAt {
			return true
		}
	}
	return false
}

// keptNo says that a yes of a list would overrule a no that outlived her erasure.
func (e *entry) keptNo(c Consent) bool {
	for _, s := range e.consents {
		if s.Purpose == c.Purpose && s.Channel == c.Channel && s.Source == suppressedSource && !s.Granted && c.HappenedAt >= s.HappenedAt {
			return true
		}
	}
	return false
}

// Undo implements collect.Kind.
func (k *consentKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (done collect.Undone, err error) {
	var rows []struct {
		ID         int64 `bun:"id"`
		CustomerID int64 `bun:"customer_id"`
	}
	if err := tx.NewRaw("select id, customer_id from consents where import_id = ? order by id limit ?", importID, limit).Scan(ctx, &rows); err != nil {
		return done, err
	}
	if len(rows) == 0 {
		return done, nil
	}
	var ids, customers []int64
	for _, r := range rows {
		ids, customers = append(ids, r.ID), append(customers, r.CustomerID)
	}
	if _, err := tx.NewRaw("delete from consents where id in (?)", bun.List(ids)).Exec(ctx); err != nil {
		return done, err
	}
	tx.Feed("customers", customers...)
	done.Removed, done.More = int64(len(ids)), len(ids) == limit
	return done, nil
}
