package guard

import (
	"context"
	"encoding/json"
	"strings"
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

type auditList struct {
	page.List[auditItem]
	Watch *AuditWatch `json:"watch,omitempty" doc:"what was found when the chain was reckoned last"`
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
	Text        string    `query:"text" maxLength:"200" doc:"in the summary"`
	Address     string    `query:"address" maxLength:"60" doc:"where it came from, or what that begins with"`
}

// where gives the conditions of the search.
func (q auditQuery) where() (text string, args []any) {
	text = "happened_at >= ? and happened_at < ?"
	to := int64(1) << 62
	if !q.To.IsZero() {
		to = q.To.UnixMilli()
	}
	args = []any{max(q.From.UnixMilli(), 0), to}
	for _, part := range []struct{ value, text, arg string }{
		{q.Actor, "lower(actor_name) like ? escape '!'", "%" + likeText(strings.ToLower(q.Actor)) + "%"},
		{q.Action, "action like ? escape '!'", likeText(q.Action) + "%"},
		{q.SubjectType, "subject_type = ?", q.SubjectType},
		{q.SubjectID, "subject_id = ?", q.SubjectID},
		{q.Text, "lower(summary) like ? escape '!'", "%" + likeText(strings.ToLower(q.Text)) + "%"},
		{q.Address, "address like ? escape '!'", likeText(q.Address) + "%"},
	} {
		if part.value != "" {
			text, args = text+" and "+part.text, append(args, part.arg)
		}
	}
	return text, args
}

// likeText keeps the signs of a text from being wildcards of like.
func likeText(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}

func (g *Guard) registerAudit(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/audit", Permission: "audit.read", Tag: "audit", Summary: "Who did what, newest first"},
		func(ctx context.Context, in *auditQuery) (*struct{ Body auditList }, error) {
			before := int64(1) << 62
			if err := page.DecodeCursor(in.Cursor, &before); err != nil {
				return nil, err
			}
			where, args := in.where()
			var rows []AuditEntry
			if err := g.records.Read().NewRaw("select "+auditColumns+" from audit_entries where id < ? and "+where+" order by id desc limit ?",
				append(append([]any{before}, args...), in.Limit+1)...).Scan(ctx, &rows); err != nil {
				return nil, err
			}
			out := &struct{ Body auditList }{}
			var err error
			if out.Body.Watch, err = WatchedAudit(ctx, g.records); err != nil {
				return nil, err
			}
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

	api.Register(a, api.Op{Method: "POST", Path: "/audit/export", Permission: "audit.read", Tag: "audit", Summary: "The entries found, as CSV; the export is an entry itself", Timeout: time.Minute}, g.exportAudit)

	api.Register(a, api.Op{Method: "GET", Path: "/audit/verify", Permission: "audit.read", Tag: "audit", Summary: "Reckon the chain of the audit log again", Timeout: time.Minute},
		func(ctx context.Context, _ *struct{}) (*struct{ Body AuditState }, error) {
			state, err := WatchAudit(ctx, g.records)
			return &struct{ Body AuditState }{state}, err
		})
}
