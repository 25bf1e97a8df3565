package customer

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Chosen says whom an edit is about, in one of three ways: some ids, all who meet a condition, all whom an import brought.
type Chosen struct {
	IDs    []api.ID `json:"ids,omitempty" maxItems:"10000"`
	Filter Filter   `json:"filter,omitempty"`
	Import api.ID   `json:"import,omitempty" doc:"those it made or changed, or whose orders it brought"`
}

// Filter is a condition as it stands in a request; analysis reads it.
type Filter json.RawMessage

// MarshalJSON writes it as it is.
func (f Filter) MarshalJSON() ([]byte, error) { return json.RawMessage(f).MarshalJSON() }

// UnmarshalJSON keeps it as it came.
func (f *Filter) UnmarshalJSON(b []byte) error { return (*json.RawMessage)(f).UnmarshalJSON(b) }

// Schema describes it in the document.
func (Filter) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "a condition; {\"all\": []} is everybody"}
	s.PrecomputeMessages()
	return s
}

// choose gives the customers chosen, as far as the person asking sees them. Faults: invalid (not exactly one way, or the place
// in the condition), forbidden (an import one may not read).
func (s *Store) choose(ctx context.Context, c Chosen) (*roaring64.Bitmap, error) {
	ways := 0
	for _, way := range []bool{len(c.IDs) > 0, len(c.Filter) > 0, c.Import != 0} {
		if way {
			ways++
		}
	}
	switch {
	case ways != 1:
		return nil, fault.Invalid("chosen", "choose_in_one_way")
	case len(c.Filter) > 0 && s.finder == nil:
		return nil, fault.Unavailable("analysis_not_ready", nil)
	case len(c.Filter) > 0:
		return s.finder.Choose(ctx, string(c.Filter))
	case c.Import != 0:
		if !guard.ActorOf(ctx).Can("imports.read") {
			return nil, fault.Forbidden("not_permitted", "imports.read")
		}
		return s.ofImport(ctx, int64(c.Import))
	}
	chosen := roaring64.New()
	err := inChunks(c.IDs, 2000, func(some []api.ID) error {
		ids := make([]int64, len(some))
		for i, id := range some {
			ids[i] = int64(id)
		}
		return s.addSeen(ctx, chosen, "c.id in (?)", bun.List(ids))
	})
	return chosen, err
}

// ofImport gives the customers an import made, changed or brought orders of.
func (s *Store) ofImport(ctx context.Context, id int64) (*roaring64.Bitmap, error) {
	var known []int64
	if err := s.records.Read().NewRaw("select id from imports where id = ?", id).Scan(ctx, &known); err != nil {
		return nil, err
	}
	if len(known) == 0 {
		return nil, fault.Invalid("chosen.import", "import_unknown")
	}
	chosen := roaring64.New()
	return chosen, s.addSeen(ctx, chosen, `c.id in (
  select id from customers where created_import_id = ?
  union
  select subject_id from import_changes where import_id = ? and subject_type = 'customer'
  union
  select customer_id from orders where created_import_id = ? and customer_id is not null
)`, id, id, id)
}

// addSeen adds the living customers in scope that a condition in SQL holds for.
func (s *Store) addSeen(ctx context.Context, to *roaring64.Bitmap, which string, args ...any) error {
	var ids []int64
	if err := s.records.Read().NewRaw("select c.id from customers c where "+which+" and "+living+" and ?", append(args, scope(ctx, "c"))...).Scan(ctx, &ids); err != nil {
		return err
	}
	for _, id := range ids {
		to.Add(uint64(id))
	}
	return nil
}

// anyValue is a value of any type as it stands in a request.
type anyValue json.RawMessage

// MarshalJSON writes it as it is.
func (v anyValue) MarshalJSON() ([]byte, error) { return json.RawMessage(v).MarshalJSON() }

// UnmarshalJSON keeps it as it came.
func (v *anyValue) UnmarshalJSON(b []byte) error { return (*json.RawMessage)(v).UnmarshalJSON(b) }

// Schema describes it in the document.
func (anyValue) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Description: "what the field is set to; null or empty clears it"}
	s.PrecomputeMessages()
	return s
}

func asFault(err error, to **fault.Error) bool { return err != nil && errors.As(err, to) }
