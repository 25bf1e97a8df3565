package collect

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestReadDecimal(t *testing.T) {
	for cell, want := range map[string]string{
		"2.55": "2.55", "-2.55": "-2.55", "0": "0", "007": "7", ".5": "0.5", "5.": "5", "+5": "5",
		"1,234.50": "1234.5", "1,234": "1234", "1,234,567": "1234567", "12,34,567.80": "1234567.8", "1 234 567.89": "1234567.89", "1'234.5": "1234.5",
		"1.234,50": "1234.5", "12,50": "12.5", "0,5": "0.5", "1.234.567": "1234567", "1,2345.6": "12345.6",
		"¥168.00": "168", "￥168": "168", "168元": "168", "CNY 168.5": "168.5", "168.5 RMB": "168.5", "$-5": "-5", "-$5": "-5", "£1,000": "1000", "US$12": "12",
		"(39.90)": "-39.9", "(¥39.90)": "-39.9", "39.90-": "-39.9", "−5": "-5", "－5": "-5",
		"１２，３４５．６７": "12345.67", "1.5E+3": "1500", "1.2e-3": "0.0012", "2.5499999999999998": "2.55", "0.0000005": "0.000001", "-0.0000004": "0",
		"9223372036854.775807": "9223372036854.775807",
	} {
		value, _, code := readDecimal(cell)
		if got := writeMicros(value); code != "" || got != want {
			t.Errorf("%q reads as %s %s, want %s", cell, got, code, want)
		}
	}
	for cell, want := range map[string]string{
		"": "number_unreadable", "abc": "number_unreadable", "1.2.3,4": "number_unreadable", "两件": "number_unreadable", "12-3": "number_unreadable",
		"1,23": "", "--5": "number_unreadable", "1e": "number_unreadable", "0x10": "number_unreadable", "1_000": "number_unreadable", "NaN": "number_unreadable", "Inf": "number_unreadable",
		"5%": "number_unreadable", "1e400": "number_out_of_range", "9223372036854.775808": "number_out_of_range", strings.Repeat("9", 40): "number_out_of_range",
	} {
		if _, _, code := readDecimal(cell); code != want {
			t.Errorf("%q gives %q, want %q", cell, code, want)
		}
	}
}

// Any decimal number, however written, reads as what shopspring/decimal makes of its plain form, rounded to millionths.
func TestReadDecimalAgreesWithDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(0, 9_000_000_000_000).Draw(t, "whole")
		fraction := rapid.StringMatching(`[0-9]{0,12}`).Draw(t, "fraction")
		negative := rapid.Bool().Draw(t, "negative")
		plain := fmt.Sprint(whole)
		if fraction != "" {
			plain += "." + fraction
		}
		shown := plain
		if rapid.Bool().Draw(t, "thousands") && whole >= 1000 && fraction != "" {
			shown = groupThousands(fmt.Sprint(whole)) + "." + fraction
		}
		switch rapid.IntRange(0, 3).Draw(t, "currency") {
		case 1:
			shown = "¥" + shown
		case 2:
			shown += " 元"
		}
		if negative {
			plain = "-" + plain
			if rapid.Bool().Draw(t, "parentheses") {
				shown = "(" + shown + ")"
			} else {
				shown = "-" + shown
			}
		}
		reference, err := decimal.NewFromString(plain)
		if err != nil {
			t.Fatal(err)
		}
		want := reference.Round(6).Shift(6).BigInt()
		got, _, code := readDecimal(shown)
		if code != "" || big.NewInt(got).Cmp(want) != 0 {
			t.Fatalf("%q reads as %d %s, want %s", shown, got, code, want)
		}
	})
}

func groupThousands(digits string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

func TestReadDecimalNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readDecimal(rapid.StringOf(rapid.SampledFrom([]rune("0123456789.,-+()eE ¥元－１"))).Draw(t, "cell"))
	})
}

func TestMinor(t *testing.T) {
	for _, row := range []struct {
		micros   int64
		exponent int
		want     int64
	}{{2_550_000, 2, 255}, {1_000, 2, 0}, {5_000, 2, 1}, {4_999, 2, 0}, {-5_000, 2, -1}, {1_499_999, 0, 1}, {1_500_000, 0, 2}, {1_234, 3, 1}, {7, 6, 7}} {
		if got := MinorFromMicros(row.micros, row.exponent); got != row.want {
			t.Errorf("%d millionths with exponent %d are %d, want %d", row.micros, row.exponent, got, row.want)
		}
	}
}
