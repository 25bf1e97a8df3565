package guard

import (
	"context"

	"github.com/uptrace/bun"
)

const separationKey = "access.separation"

// separated reports whether the administrators' work is divided.
func separated(ctx context.Context, from bun.IDB) (on bool, err error) {
	return on, readSetting(ctx, from, separationKey, &on)
}
