package analyze

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/columns/columnstest"
)

func TestOneOf(t *testing.T) {
	c := columnstest.Open(t)
	upTo := func(n int64) (ids []int64) {
		for id := range n {
			ids = append(ids, id)
		}
		return ids
	}
	for _, row := range []struct {
		name string
		ids  []int64
		want int64
	}{
		{"nobody", nil, 0},
		{"one", []int64{7}, 1},
		{"one of another kind of id", []int64{-7}, 0},
		{"some, one of them twice", []int64{3, 5, 3, 9_999}, 2},
		{"as many as stand in the text", upTo(inText), inText},
		{"more than stand in the text", upTo(inText + 500), inText + 500},
	} {
		t.Run(row.name, func(t *testing.T) {
			of := OneOf("id", row.ids)
			var got int64
			require.NoError(t, c.QueryRow(context.Background(), "select count(*) from range(0, 3000) r(id) where "+of.Text, of.Args...).Scan(&got))
			assert.Equal(t, row.want, got)
		})
	}
}
