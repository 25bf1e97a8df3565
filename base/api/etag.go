package api

import (
	"strconv"
	"strings"

	"guanxi/base/fault"
)

// ETag gives the entity tag of a record's version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// Version reads an If-Match header: 0 when it is absent or *, which match every version. Fault: stale, when it is no
// tag of ours.
func Version(ifMatch string) (int64, error) {
	if ifMatch == "" || ifMatch == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(ifMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return 0, fault.Stale()
	}
	return v, nil
}
