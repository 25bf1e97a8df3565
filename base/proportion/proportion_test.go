package proportion

import (
	"math"
	"testing"
)

// The first four rows are those of Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
// 17 (1998), table I, method 3.
func TestWilson(t *testing.T) {
	for _, row := range []struct{ with, all, low, high float64 }{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
		{29, 29, 0.8830, 1},
		{0, 0, 0, 1},
	} {
		low, high := Wilson(row.with, row.all)
		if math.Abs(low-row.low) > 5e-5 || math.Abs(high-row.high) > 5e-5 {
			t.Errorf("%v of %v: %.4f to %.4f, want %v to %v", row.with, row.all, low, high, row.low, row.high)
		}
	}
}

// The paper's table II, column (a), method 10.
func TestDifferenceOfShares(t *testing.T) {
	low, high := Difference(56, 70, 48, 80)
	if math.Abs(low-.0524) > 1e-4 || math.Abs(high-.3339) > 1e-4 {
		t.Errorf("%.4f to %.4f", low, high)
	}
}
