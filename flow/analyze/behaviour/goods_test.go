package behaviour

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/flow/analyze"
)

// sells puts a product into the catalogue.
func (s *site) sells(t testing.TB, sku, name string) {
	t.Helper()
	require.NoError(t, s.records.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.NextID(ctx, "products")
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("insert into products (id, sku, name, created_at, updated_at) values (?, ?, ?, 0, 0)", id, sku, name).Exec(ctx)
		return err
	}))
}

func TestGoodsAreCalledByTheirNames(t *testing.T) {
	at := time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC).UnixMilli()
	var events []told
	did := func(kind, event, path string, properties map[string]any) {
		events = append(events, told{batch: 1, position: len(events), visitor: 1, customer: 1, ts: at + int64(len(events))*10_000, kind: kind, event: event, path: path, properties: properties})
	}
	for range 2 {
		did("page", "page_viewed", "/product/S1", nil)
		did("page", "page_viewed", "/product/S9", nil)
	}
	did("track", "product_viewed", "/product/S1", map[string]any{"sku": "S1", "name": "sent along"})
	did("track", "product_viewed", "/product/S9", map[string]any{"sku": "S9", "name": "not in the catalogue"})
	did("page", "page_viewed", "/S1", nil)
	s := openSiteOf(t, events)
	s.sells(t, "S1", "水润面霜")
	rows := s.rows(t, "2026-03-05", "2026-03-05")
	text := func(label *string) string {
		if label == nil {
			return ""
		}
		return *label
	}

	c, err := s.Concerns(s.ctx, ConcernQuery{Rows: rows, Top: 10})
	require.NoError(t, err)
	labels := map[string]string{}
	for _, each := range slices.Concat(c.Interest, c.Pain) {
		labels[each.Kind+" "+each.Key] = text(each.Label)
		if each.Kind == "loop" {
			labels["loop"] = text(each.Label) + " and " + text(each.PageLabel)
		}
	}
	assert.Equal(t, "水润面霜", labels["product S1"], "the catalogue goes before what was sent")
	assert.Equal(t, "not in the catalogue", labels["product S9"])
	assert.Equal(t, "水润面霜", labels["page /product/S1"])
	assert.Empty(t, labels["page /product/S9"])
	assert.Empty(t, labels["page /S1"], "a page that is below no other is no product's")
	assert.Equal(t, "水润面霜 and ", labels["loop"])

	p, err := s.Paths(s.ctx, PathQuery{Rows: rows, Of: "pages", Steps: 3, Top: 5})
	require.NoError(t, err)
	assert.Equal(t, []string{"/product/S1", "水润面霜"}, []string{text(p.Nodes[0].Page), text(p.Nodes[0].Label)})
	b, err := s.Board(s.ctx, BoardQuery{Rows: rows, Top: 5})
	require.NoError(t, err)
	assert.Equal(t, "水润面霜", b.Landing[0].Label)
	assert.Equal(t, "/S1", b.Exits[0].Label)
	ways, err := s.Ways(s.ctx, 1, 1)
	require.NoError(t, err)
	assert.Equal(t, "水润面霜", text(ways[0].Steps[0].Label))
	f, err := s.Funnel(s.ctx, FunnelQuery{PassageQuery: analyze.PassageQuery{Rows: rows, Within: 1, Steps: json.RawMessage(`[{"event":"page_viewed"},{"event":"product_viewed","where":{"field":"properties.sku","op":"eq","value":"S1"}}]`)}})
	require.NoError(t, err)
	assert.Equal(t, "浏览商品 · 水润面霜（S1）", f.Steps[1].Label.Chinese)

	preview, err := s.segments.Preview(s.ctx, []byte(`{"event":"product_viewed","measure":"count","op":"gte","value":1,"window":{"all_time":true},"where":{"field":"properties.sku","op":"in","value":["S1","S9"]}}`))
	require.NoError(t, err)
	assert.Contains(t, preview.Sentence.Chinese, "**水润面霜（S1）或S9**")
	assert.Contains(t, preview.Sentence.English, "**水润面霜 (S1)** or **S9**")
}
