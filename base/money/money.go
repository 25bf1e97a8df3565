// Package money holds amounts as integer minor units with their currency. No float ever touches an amount.
package money

import "strings"

// Money is an amount in minor units of an ISO 4217 currency: 1999 CNY is ¥19.99.
type Money struct {
	Amount   int64  `json:"amount" doc:"minor units" example:"1999"`
	Currency string `json:"currency" example:"CNY"`
}

// Of gives amount minor units of currency.
func Of(amount int64, currency string) Money { return Money{Amount: amount, Currency: currency} }

// Exponent gives the number of decimal digits of the minor unit (ISO 4217): 2 for CNY, 0 for JPY, 3 for KWD.
func Exponent(currency string) int {
	switch strings.ToUpper(currency) {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// Known reports whether s looks like an ISO 4217 code: three capital letters.
func Known(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}
