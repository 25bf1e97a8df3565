package customer

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// The states of an export. Expired means that its file is gone; the row stays, for it says who took out what.
const (
	ExportQueued    = "queued"
	ExportRunning   = "running"
	ExportDone      = "done"
	ExportFailed    = "failed"
	ExportCancelled = "cancelled"
	ExportExpired   = "expired"
)

// Export is one table taken out, or on its way. Instants are milliseconds UTC; Total and Processed count what is gone
// through (customers where a condition on them was given, else rows; Total -1 while unknown), Written rows.
type Export struct {
	ID         int64  `bun:"id"`
	Kind       string `bun:"kind"`
	Format     string `bun:"format"`
	BOM        bool   `bun:"bom"`
	Fields     string `bun:"fields"`    // JSON list of names
	Condition  string `bun:"condition"` // of the customers, "" for all
	Narrowed   string `bun:"narrowed"`  // JSON of OrderFilter
	Language   string `bun:"language"`
	Reason     string `bun:"reason"`
	ReportTo   string `bun:"report_to"` // JSON list of the staff who are told by mail how it ended
	State      string `bun:"state"`
	Actor      string `bun:"actor"` // JSON
	ActorKey   string `bun:"actor_key"`
	StaffID    *int64 `bun:"staff_id"`
	ByName     string `bun:"by_name"`
	Total      int64  `bun:"total"`
	Processed  int64  `bun:"processed"`
	Written    int64  `bun:"written"`
	Shortened  int64  `bun:"shortened"`
	FileName   string `bun:"file_name"`
	StoredAs   string `bun:"stored_as"`
	Size       int64  `bun:"size"`
	SHA256     string `bun:"sha256"`
	ErrorCode  string `bun:"error_code"`
	Downloads  int64  `bun:"downloads"`
	CreatedAt  int64  `bun:"created_at"`
	StartedAt  *int64 `bun:"started_at"`
	FinishedAt *int64 `bun:"finished_at"`
	ExpiresAt  *int64 `bun:"expires_at"`
	Version    int64  `bun:"version"`
}

// OrderFilter narrows exports of orders and their lines, and, by From and To, of activities. Days are the workspace's,
// both included.
type OrderFilter struct {
	Shop   string `json:"shop,omitempty" maxLength:"100"`
	Status string `json:"status,omitempty" maxLength:"50"`
	Kind   string `json:"kind,omitempty" maxLength:"10" doc:"order or refund"`
	From   string `json:"from,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
	To     string `json:"to,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
}

// NewExport says what to take out, and why.
type NewExport struct {
	Kind     string      `json:"kind" enum:"customers,orders,order_lines,products,activities"`
	Format   string      `json:"format,omitempty" enum:"csv,xlsx" default:"csv"`
	BOM      *bool       `json:"bom,omitempty" doc:"whether a CSV begins with a byte-order mark, by which spreadsheets know UTF-8; true when absent"`
	Fields   []string    `json:"fields,omitempty" maxItems:"300" doc:"names of GET /exports/fields; the usual ones when absent"`
	Filter   string      `json:"filter,omitempty" maxLength:"50000" doc:"condition on the customers as JSON text, as in the filter of a list"`
	Orders   OrderFilter `json:"orders,omitzero" doc:"narrows orders, order_lines and activities"`
	Language string      `json:"language,omitempty" enum:"zh-CN,en-US" doc:"of the headers and words; the workspace's when absent"`
	Reason   string      `json:"reason" minLength:"1" maxLength:"500" doc:"why; goes into the audit log and into the file"`
	Notify   []string    `json:"notify,omitempty" maxItems:"50" doc:"who is told by mail how it ended: me, or ids of staff"`
}

// ExportKinds are what can be taken out, with the permission that reading it takes.
var exportKinds = map[string]string{
	"customers": "customers.read", "orders": "orders.read", "order_lines": "orders.read", "products": "products.read", "activities": "customers.read",
}

// Export begins to take out a table, as the person asking: only what she may see, and as she may see it. Faults: invalid,
// forbidden, unavailable.
func (s *Store) Export(ctx context.Context, n NewExport) (Export, error) {
	e, err := s.newExport(ctx, n)
	if err != nil {
		return e, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertExport(ctx, tx, &e); err != nil {
			return err
		}
		return s.jobs.Insert(ctx, tx, exportJob{e.ID})
	})
	return e, err
}

// CheckExport says what would be wrong with an export, for what is to be taken out later. Faults: invalid, forbidden,
// unavailable.
func (s *Store) CheckExport(ctx context.Context, n NewExport) error {
	_, err := s.newExport(ctx, n)
	return err
}

// newExport checks n.
func (s *Store) newExport(ctx context.Context, n NewExport) (e Export, err error) {
	permission, known := exportKinds[n.Kind]
	if !known {
		return e, fault.Invalid("kind", "not_one_of", "customers, orders, order_lines, products, activities")
	}
	actor := guard.ActorOf(ctx)
	if !actor.Can("export") || !actor.Can(permission) {
		return e, fault.Forbidden("not_permitted", permission)
	}
	if n.Reason = trimmed(n.Reason); n.Reason == "" {
		return e, fault.Invalid("reason", "required")
	}
	e = Export{Kind: n.Kind, Format: n.Format, BOM: n.BOM == nil || *n.BOM, Condition: strings.TrimSpace(n.Filter), Language: n.Language, Reason: n.Reason,
		State: ExportQueued, ActorKey: actor.Key(), ByName: actor.Name, Total: -1, CreatedAt: clock.Millis(ctx), Version: 1}
	if e.Format == "" {
		e.Format = sheet.CSV
	}
	if e.Language == "" {
		e.Language = workspace.Of(ctx).Language
	}
	if actor.StaffID != 0 {
		e.StaffID = &actor.StaffID
	}
	to, err := mails.Recipients(ctx, s.records.Read(), "notify", n.Notify)
	if err != nil {
		return e, err
	}
	e.ReportTo = mails.Stored(to)
	offered := s.exportFields(ctx, n.Kind)
	if len(n.Fields) == 0 {
		n.Fields = usualOf(offered)
	}
	for i, name := range n.Fields {
		if !slices.ContainsFunc(offered, func(f exportField) bool { return f.name == name }) {
			return e, fault.Invalid("fields["+strconv.Itoa(i)+"]", "field_unknown", name)
		}
		if slices.Contains(n.Fields[:i], name) {
			return e, fault.Invalid("fields["+strconv.Itoa(i)+"]", "given_twice")
		}
	}
	if e.Condition != "" {
		if n.Kind == "products" {
			return e, fault.Invalid("filter", "not_for_this_kind")
		}
		if s.finder == nil {
			return e, fault.Unavailable("analysis_not_ready", nil)
		}
		if _, e.Total, _, err = s.finder.Find(ctx, FindQuery{Filter: e.Condition, Limit: 1, Total: true}); err != nil {
			return e, err
		}
	}
	query := n.Orders.query()
	if _, _, err := query.where(ctx); err != nil {
		return e, err
	}
	e.Fields, e.Narrowed, e.Actor = jsonText(n.Fields), jsonText(n.Orders), jsonText(actor)
	return e, nil
}

func (f OrderFilter) query() OrderQuery {
	return OrderQuery{Shop: f.Shop, Status: f.Status, Kind: f.Kind, From: f.From, To: f.To}
}

// names gives the chosen fields.
func (e *Export) names() (names []string) {
	_ = json.Unmarshal([]byte(e.Fields), &names) // our own writing
	return names
}

func (e *Export) narrowed() (f OrderFilter) {
	_ = json.Unmarshal([]byte(e.Narrowed), &f)
	return f
}

func (e *Export) ended() bool { return e.State != ExportQueued && e.State != ExportRunning }

// kindOf gives the import kind that reads what an export of this kind writes, nil where there is none.
func (s *Store) kindOf(name string) collect.Kind {
	for _, k := range Kinds(nil, s.fields.Set) {
		if k.Name() == name {
			return k
		}
	}
	return nil
}
