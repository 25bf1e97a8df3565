package guard

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
)

type auditItem struct {
	ID          api.ID          `json:"id"`
	At          time.Time       `json:"at"`
	ActorID     *api.ID         `json:"actor_id,omitempty"`
	ActorName   string          `json:"actor_name"`
	ActorRole   string          `json:"actor_role"`
	Action      string          `json:"action"`
	SubjectType string          `json:"subject_type"`
	SubjectID   string          `json:"subject_id"`
	Summary     json.RawMessage `json:"summary"`
	Address     string          `json:"address"`
}

type auditQuery struct {
	Limit       int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor      string    `query:"cursor"`
	Actor       string    `query:"actor" doc:"name, or a part of it"`
	Action      string    `query:"action" doc:"the action or what it begins with, for example customer."`
	SubjectType string    `query:"subject_type"`
	SubjectID   string    `query:"subject_id"`
	From        time.Time `query:"from"`
	To          time.Time `query:"to"`
}

func (g *Guard) registerAudit(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/audit", Permission: "audit.read", Tag: "audit", Summary: "Who did what, newest first"},
		func(ctx context.Context, in *auditQuery) (*struct{ Body page.List[auditItem] }, error) {
			before := int64(1) << 62
			if err := page.DecodeCursor(in.Cursor, &before); err != nil {
				return nil, err
			}
			to := int64(1) << 62
			if !in.To.IsZero() {
				to = in.To.UnixMilli()
			}
			var rows []AuditEntry
			if err := g.records.Read().NewRaw("select "+auditColumns+` from audit_entries
where id < ? and happened_at >= ? and happened_at < ?
  and (? = '' or lower(actor_name) like '%' || lower(?) || '%')
  and (? = '' or action like ? || '%')
  and (? = '' or subject_type = ?)
  and (? = '' or subject_id = ?)
order by id desc
limit ?`, before, max(in.From.UnixMilli(), 0), to, in.Actor, in.Actor, in.Action, in.Action,
				in.SubjectType, in.SubjectType, in.SubjectID, in.SubjectID, in.Limit+1).Scan(ctx, &rows); err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[auditItem] }{}
			out.Body.Items = make([]auditItem, 0, len(rows))
			for i, r := range rows {
				if i == in.Limit {
					out.Body.NextCursor = page.EncodeCursor(rows[i-1].ID)
					break
				}
				out.Body.Items = append(out.Body.Items, auditItem{ID: api.ID(r.ID), At: time.UnixMilli(r.HappenedAt).UTC(),
					ActorID: (*api.ID)(r.ActorID), ActorName: r.ActorName, ActorRole: r.ActorRole, Action: r.Action,
					SubjectType: r.SubjectType, SubjectID: r.SubjectID, Summary: json.RawMessage(r.Summary), Address: r.Address})
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "GET", Path: "/audit/verify", Permission: "audit.read", Tag: "audit", Summary: "Reckon the chain of the audit log again", Timeout: time.Minute},
		func(ctx context.Context, _ *struct{}) (*struct{ Body AuditState }, error) {
			state, err := VerifyAudit(ctx, g.records)
			return &struct{ Body AuditState }{state}, err
		})
}
