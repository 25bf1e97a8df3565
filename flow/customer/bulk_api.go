package customer

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/guard"
)

// BulkEditView is an edit of many customers as its readers see it.
type BulkEditView struct {
	ID         api.ID       `json:"id"`
	Kind       string       `json:"kind" enum:"tag,untag,list_add,list_remove,list_move,owner,team,field"`
	What       bulkWhatView `json:"what"`
	State      string       `json:"state" enum:"queued,running,done,cancelled,undoing,undone"`
	Total      int64        `json:"total"`
	Done       int64        `json:"done" doc:"of total, how many it has come to"`
	Changed    int64        `json:"changed"`
	Unchanged  int64        `json:"unchanged" doc:"so already"`
	LeftOut    int64        `json:"left_out" doc:"gone, out of sight, or refused by a rule"`
	Undone     int64        `json:"undone"`
	Kept       int64        `json:"kept" doc:"changed since, and left so by the undoing"`
	CanUndo    bool         `json:"can_undo"`
	By         string       `json:"by"`
	CreatedAt  time.Time    `json:"created_at"`
	FinishedAt *time.Time   `json:"finished_at"`
	UndoneAt   *time.Time   `json:"undone_at"`
}

type bulkWhatView struct {
	Tag   string  `json:"tag,omitempty"`
	List  *api.ID `json:"list,omitempty"`
	From  *api.ID `json:"from,omitempty"`
	Owner string  `json:"owner_id,omitempty"`
	Team  *api.ID `json:"team_id,omitempty"`
	Field string  `json:"field,omitempty"`
	Value any     `json:"value,omitempty"`
}

func (e *BulkEdit) view(ctx context.Context) BulkEditView {
	var what BulkWhat
	_ = json.Unmarshal([]byte(e.What), &what)
	id := func(n int64) *api.ID {
		if n == 0 {
			return nil
		}
		return (*api.ID)(&n)
	}
	v := BulkEditView{ID: api.ID(e.ID), Kind: e.Kind, State: e.State, Total: e.Total, Done: e.Changed + e.Unchanged + e.LeftOut, Changed: e.Changed,
		Unchanged: e.Unchanged, LeftOut: e.LeftOut, Undone: e.Undone, Kept: e.Kept, By: deciderOf(e.Actor).Name, CreatedAt: instant(e.CreatedAt),
		CanUndo: (e.State == BulkDone || e.State == BulkCancelled) && e.Changed > 0,
		What:    bulkWhatView{Tag: what.Tag, List: id(what.List), From: id(what.From), Owner: what.Owner, Team: id(what.Team), Field: what.Field}}
	if len(what.Value) > 0 {
		_ = json.Unmarshal(what.Value, &v.What.Value)
	}
	v.What.veil(guard.FieldsOf(ctx, noun))
	if e.FinishedAt != nil {
		v.FinishedAt = instantOrNull(*e.FinishedAt)
	}
	if e.UndoneAt != nil {
		v.UndoneAt = instantOrNull(*e.UndoneAt)
	}
	return v
}

// veil takes away what an edit wrote into fields that the reader may not read.
func (w *bulkWhatView) veil(rights guard.Fields) {
	reads := func(field string) bool { r := rights.Right(field); return r == guard.Read || r == guard.Write }
	if !reads("tags") {
		w.Tag = ""
	}
	if !reads("owner") {
		w.Owner, w.Team = "", nil
	}
	if w.Field != "" && !reads(w.Field) {
		w.Value = nil
	}
}

// bulkBody asks for an edit. Which of the parts below kind are needed depends on it.
type bulkBody struct {
	Chosen Chosen   `json:"chosen"`
	Kind   string   `json:"kind" enum:"tag,untag,list_add,list_remove,list_move,owner,team,field"`
	Tag    string   `json:"tag,omitempty" maxLength:"50"`
	List   api.ID   `json:"list_id,omitempty" doc:"the list they come into, or leave"`
	From   api.ID   `json:"from_id,omitempty" doc:"the list they leave, of list_move"`
	Owner  string   `json:"owner_id,omitempty" doc:"empty gives them to nobody"`
	Team   api.ID   `json:"team_id,omitempty"`
	Field  string   `json:"field,omitempty" doc:"a field of the customer, or custom.KEY"`
	Value  anyValue `json:"value,omitempty"`
}

func (b bulkBody) what() BulkWhat {
	return BulkWhat{Tag: trimmed(b.Tag), List: int64(b.List), From: int64(b.From), Owner: b.Owner, Team: int64(b.Team), Field: b.Field, Value: json.RawMessage(b.Value)}
}

type bulkOutput struct{ Body BulkEditView }

func (s *Store) showEdit(ctx context.Context, id int64, err error) (*bulkOutput, error) {
	if err != nil {
		return nil, err
	}
	e, err := s.bulkEdit(ctx, id)
	if err != nil {
		return nil, err
	}
	return &bulkOutput{e.view(ctx)}, nil
}

type bulkAddress struct {
	ID api.ID `path:"id"`
}

func (s *Store) registerBulk(a *api.API) {
	op := func(method, path, summary string, status int) api.Op {
		return api.Op{Method: method, Path: path, Permission: "customers.read", Tag: "bulk edits", Summary: summary, Status: status}
	}

	api.Register(a, op("POST", "/bulk-edits/preview", "What a change to many customers would do; nothing is written", 200),
		func(ctx context.Context, in *struct{ Body bulkBody }) (*struct{ Body *BulkPreview }, error) {
			p, err := s.PreviewEdit(ctx, in.Body.Kind, in.Body.what(), in.Body.Chosen)
			return &struct{ Body *BulkPreview }{p}, err
		})

	api.Register(a, op("POST", "/bulk-edits", "Change many customers at once; needs the right to write customers, or segments for lists", 202),
		func(ctx context.Context, in *struct{ Body bulkBody }) (*bulkOutput, error) {
			id, err := s.EditMany(ctx, in.Body.Kind, in.Body.what(), in.Body.Chosen)
			return s.showEdit(ctx, id, err)
		})

	api.Register(a, op("GET", "/bulk-edits", "The latest changes to many customers, one's own or, for who sees all customers, everybody's", 200),
		func(ctx context.Context, _ *struct{}) (*struct {
			Body struct {
				Items []BulkEditView `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []BulkEditView `json:"items"`
				}
			}{}
			out.Body.Items = []BulkEditView{}
			var rows []BulkEdit
			whose := guard.ActorOf(ctx).Key()
			err := s.records.Read().NewRaw("select "+bulkColumns+" from bulk_edits where group_id = 0 and (actor_key = ? or ?) order by id desc limit 100",
				whose, guard.ScopeOf(ctx, noun).All()).Scan(ctx, &rows)
			for i := range rows {
				out.Body.Items = append(out.Body.Items, rows[i].view(ctx))
			}
			return out, err
		})

	api.Register(a, op("GET", "/bulk-edits/{id}", "How far a change to many customers is", 200),
		func(ctx context.Context, in *bulkAddress) (*bulkOutput, error) {
			return s.showEdit(ctx, int64(in.ID), nil)
		})

	api.Register(a, op("POST", "/bulk-edits/{id}/cancel", "Stop a change to many customers where it is", 200),
		func(ctx context.Context, in *bulkAddress) (*bulkOutput, error) {
			return s.showEdit(ctx, int64(in.ID), s.CancelEdit(ctx, int64(in.ID)))
		})

	api.Register(a, op("POST", "/bulk-edits/{id}/undo", "Take a change to many customers back, but for who was changed since", 202),
		func(ctx context.Context, in *bulkAddress) (*bulkOutput, error) {
			return s.showEdit(ctx, int64(in.ID), s.UndoEdit(ctx, int64(in.ID)))
		})

	type members struct {
		ID   api.ID `path:"id"`
		Body struct {
			Chosen Chosen `json:"chosen"`
			From   api.ID `json:"from_id,omitempty" doc:"move them here from this list"`
		}
	}
	listOp := func(path, summary string) api.Op {
		return api.Op{Method: "POST", Path: path, Permission: "segments.write", Tag: "lists", Summary: summary, Status: 202}
	}
	api.Register(a, listOp("/lists/{id}/members", "Put customers into a list, or move them there from another; can be undone"),
		func(ctx context.Context, in *members) (*bulkOutput, error) {
			kind := BulkListAdd
			if in.Body.From != 0 {
				kind = BulkListMove
			}
			id, err := s.EditMany(ctx, kind, BulkWhat{List: int64(in.ID), From: int64(in.Body.From)}, in.Body.Chosen)
			return s.showEdit(ctx, id, notFoundList(err, in.ID))
		})
	api.Register(a, listOp("/lists/{id}/members/remove", "Take customers out of a list; can be undone"),
		func(ctx context.Context, in *members) (*bulkOutput, error) {
			id, err := s.EditMany(ctx, BulkListRemove, BulkWhat{List: int64(in.ID)}, in.Body.Chosen)
			return s.showEdit(ctx, id, notFoundList(err, in.ID))
		})
}

// notFoundList tells a list in the path that is not there from one in the body.
func notFoundList(err error, id api.ID) error {
	var f *fault.Error
	if asFault(err, &f) && len(f.Fields) == 1 && f.Fields[0].Field == "list_id" && f.Fields[0].Key == "unknown_list" {
		return fault.NotFound("list", int64(id))
	}
	return err
}
