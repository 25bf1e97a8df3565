package guard

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
)

// maxExport bounds the entries of one file.
const maxExport = 100_000

type auditExport struct {
	Body struct {
		Reason      string    `json:"reason" maxLength:"500" doc:"what the file is for; it goes into the log"`
		Actor       string    `json:"actor,omitempty" maxLength:"200"`
		Action      string    `json:"action,omitempty" maxLength:"100"`
		SubjectType string    `json:"subject_type,omitempty" maxLength:"60"`
		SubjectID   string    `json:"subject_id,omitempty" maxLength:"60"`
		From        time.Time `json:"from,omitzero"`
		To          time.Time `json:"to,omitzero"`
		Text        string    `json:"text,omitempty" maxLength:"200"`
		Address     string    `json:"address,omitempty" maxLength:"60"`
	}
}

type auditFile struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// exportAudit gives the entries that the search finds, oldest first, and writes down who took them and what for. Faults:
// invalid without a reason; too large.
func (g *Guard) exportAudit(ctx context.Context, in *auditExport) (*auditFile, error) {
	b := in.Body
	if b.Reason = strings.TrimSpace(b.Reason); b.Reason == "" {
		return nil, fault.Invalid("reason", "required")
	}
	q := auditQuery{Actor: b.Actor, Action: b.Action, SubjectType: b.SubjectType, SubjectID: b.SubjectID, From: b.From, To: b.To, Text: b.Text, Address: b.Address}
	where, args := q.where()
	var rows []AuditEntry
	if err := g.records.Read().NewRaw("select "+auditColumns+" from audit_entries where "+where+" order by id limit ?", append(args, maxExport+1)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) > maxExport {
		return nil, fault.TooLarge("export_too_large", maxExport)
	}
	var text bytes.Buffer
	text.WriteString("\uFEFF") // spreadsheets take it for what it is
	w := csv.NewWriter(&text)
	zone := workspace.Of(ctx).Location
	_ = w.Write([]string{"id", "at", "actor", "role", "action", "subject_type", "subject_id", "summary", "address"})
	for _, r := range rows {
		cells := []string{itoa(r.ID), time.UnixMilli(r.HappenedAt).In(zone).Format(time.RFC3339), r.ActorName, r.ActorRole, r.Action, r.SubjectType, r.SubjectID, r.Summary, r.Address}
		for i := range cells {
			cells[i] = sheet.Safe(cells[i])
		}
		_ = w.Write(cells)
	}
	w.Flush() // into memory; it cannot fail
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return Audit(ctx, tx, "audit.exported", "audit", "", map[string]any{"reason": b.Reason, "count": len(rows), "actor": b.Actor, "action": b.Action,
			"text": b.Text, "address": b.Address})
	}); err != nil {
		return nil, err
	}
	return &auditFile{"text/csv; charset=utf-8", `attachment; filename="audit-` + clock.Now(ctx).In(zone).Format("20060102-150405") + `.csv"`, text.Bytes()}, nil
}
