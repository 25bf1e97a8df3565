package analyze

import (
	"context"
	"testing"

	"guanxi/guard"
)

// The score of a record counts findings on contact points: who works without those can neither ask nor sort by it.
func TestQualityScoreIsUsedByWhoSeesWhatItCounts(t *testing.T) {
	for role, may := range map[string]bool{"admin": true, "operator": true, "analyst": false} {
		ctx := guard.With(context.Background(), guard.Actor{StaffID: 1, Role: role})
		f, known := customerField(ctx, qualityScore)
		if !known || f.mayUse(ctx) != may {
			t.Errorf("%s may use the score: %v, want %v", role, !may, may)
		}
	}
}
