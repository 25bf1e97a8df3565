package customer

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// FindQuery asks which customers match. Filter is a condition as JSON ("" for everybody), Sort a field name of the
// condition registry, with "-" in front for descending ("" for newest first). Limit is the page size, Cursor what the
// previous answer gave as next, Total whether to count everybody who matches.
type FindQuery struct {
	Filter string
	Sort   string
	Cursor string
	Limit  int
	Total  bool
}

// Finder finds customers by condition and order in columns, within the scope and the usable fields of the person
// asking (a field that may not be used is a fault). The ids come in the order of Sort; total is -1 when not asked for;
// next is empty on the last page. Analysis implements it.
type Finder interface {
	Find(ctx context.Context, q FindQuery) (ids []int64, total int64, next string, err error)
	// Choose gives everybody a condition as JSON holds for, within the same bounds.
	Choose(ctx context.Context, filter string) (*roaring64.Bitmap, error)
}
