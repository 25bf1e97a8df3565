package main

import "testing"

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1234567: "1,234,567", 999: "999", 12.345: "12.3", 0.01234: "0.0123", 1.5: "1.50"} {
		if got := number(v); got != want {
			t.Errorf("%v is %s, want %s", v, got, want)
		}
	}
}

func TestSlope(t *testing.T) {
	names := []string{"10k", "100k", "1m"}
	for _, c := range []struct {
		what string
		row  row
		want string
	}{
		{"cost that stays", row{unit: "ms", at: map[int]figure{10_000: {ours: 2}, 1_000_000: {ours: 2}}}, "0.00"},
		{"cost that grows as the data", row{unit: "ms", at: map[int]figure{10_000: {ours: 2}, 1_000_000: {ours: 200}}}, "1.00"},
		{"requests a second that stay", row{unit: "/s", rate: true, at: map[int]figure{10_000: {ours: 9}, 1_000_000: {ours: 9}}}, "0.00"},
		{"rows a second that stay: the whole is linear", row{unit: "rows/s", rate: true, at: map[int]figure{10_000: {ours: 9}, 1_000_000: {ours: 9}}}, "1.00"},
		{"one scale only", row{unit: "ms", at: map[int]figure{10_000: {ours: 9}}}, "–"},
	} {
		if got := c.row.slope(names); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
