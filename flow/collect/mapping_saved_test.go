package collect

import (
	"testing"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
)

func TestSavedMappings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		ctx, e := newTestEngine(t, records, shelf{})
		weekly := SavedMapping{Name: " 每周商品 ", Kind: "shelf", Headers: []string{"货号", "名字"}, Mapping: Mapping{Columns: map[string]string{"货号": "sku", "名字": "name"}}, Mode: ModeUpdate}
		kept, err := e.SaveMapping(ctx, 0, "", weekly)
		if err != nil || kept.Name != "每周商品" {
			t.Fatalf("%+v %v", kept, err)
		}
		saved, err := savedMappings(ctx, records.Read(), "shelf")
		if err != nil || len(saved) != 1 {
			t.Fatalf("%+v %v", saved, err)
		}
		for _, row := range []struct {
			name    string
			headers []string
			fits    bool
			matched int
		}{
			{"the same headers", []string{"货号", "名字"}, true, 2},
			{"written otherwise, and with more columns", []string{" 货 号", "备注", "名字"}, true, 2},
			{"one is missing", []string{"货号", "备注"}, false, 1},
			{"another file", []string{"a", "b"}, false, 0},
		} {
			if o := saved[0].fit(row.headers); o.Fits != row.fits || o.Matched != row.matched || len(o.Mapping.Columns) != len(row.headers) {
				t.Errorf("%s: %+v", row.name, o)
			}
		}
		for _, row := range []struct {
			name    string
			id      int64
			ifMatch string
			change  func(*SavedMapping)
			kind    fault.Kind
		}{
			{"a name twice", 0, "", func(m *SavedMapping) {}, fault.KindConflict},
			{"a field there is not", 0, "", func(m *SavedMapping) {
				m.Name, m.Mapping.Columns = "b", map[string]string{"货号": "../../etc/passwd"}
			}, fault.KindInvalid},
			{"a kind there is not", 0, "", func(m *SavedMapping) { m.Name, m.Kind = "b", "x" }, fault.KindInvalid},
			{"changed since it was read", kept.ID, api.ETag(7), func(m *SavedMapping) {}, fault.KindStale},
			{"one that is gone", 99, "", func(m *SavedMapping) { m.Name = "c" }, fault.KindNotFound},
		} {
			m := weekly
			row.change(&m)
			if _, err := e.SaveMapping(ctx, row.id, row.ifMatch, m); !fault.Is(err, row.kind) {
				t.Errorf("%s: %v", row.name, err)
			}
		}
		weekly.Mode = ModeUpsert
		if kept, err = e.SaveMapping(ctx, kept.ID, api.ETag(kept.Version), weekly); err != nil || kept.Mode != ModeUpsert || kept.Version != 2 {
			t.Errorf("%+v %v", kept, err)
		}
		if err := e.DropMapping(ctx, kept.ID); err != nil {
			t.Error(err)
		}
		if err := e.DropMapping(ctx, kept.ID); !fault.Is(err, fault.KindNotFound) {
			t.Error(err)
		}
	})
}
