package schedule

import (
	"os"
	"testing"

	"guanxi/flow/collect"
)

func TestMain(m *testing.M) {
	collect.XLSXChild()
	os.Exit(m.Run())
}
