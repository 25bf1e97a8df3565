package quality

import (
	"math"
	"strconv"
	"strings"
	"time"

	"guanxi/base/field"
	"guanxi/base/money"
)

func checkFormat(x *exam) {
	for name, shape := range x.learned.Shapes {
		key, _ := ownKey(name)
		value, _ := x.Own[key].(string)
		if value == "" {
			continue
		}
		x.ask()
		if shapeOf(value) != shape {
			x.fails(Found{Field: name, Value: value, Expected: shape})
		}
	}
}

// checkOutlier asks of the age and of every number of the workspace's own.
func checkOutlier(x *exam) {
	for name, usual := range x.learned.Bounds {
		if name == "birthday" {
			x.checkAge(usual)
			continue
		}
		key, _ := ownKey(name)
		value, isNumber := x.Own[key].(float64)
		if !isNumber {
			continue
		}
		x.ask()
		if usual.hold(value) {
			continue
		}
		f, known := x.own.Find(key)
		show := func(v float64) string { return strconv.FormatFloat(round(v), 'f', -1, 64) }
		if known && f.Type == field.Money {
			show = func(v float64) string { return majorUnits(v, f.Unit) }
		}
		x.fails(Found{Field: name, Value: plainText(value), Other: show(value), Expected: show(usual.Low) + " – " + show(usual.High), low: usual.Low, high: usual.High,
			Proposed: capped(value, usual, known && f.Type == field.Money)})
	}
}

// capped gives the nearest usual value as text; a whole one where the field holds only those.
func capped(value float64, usual bounds, whole bool) string {
	to := min(max(value, usual.Low), usual.High)
	if whole || value == math.Trunc(value) {
		if to = math.Floor(to); to < usual.Low {
			to = math.Ceil(usual.Low)
		}
	} else {
		to = round(to)
	}
	return strconv.FormatFloat(to, 'f', -1, 64)
}

// checkAge asks only of birthdays that can be one: others have a rule of their own.
func (x *exam) checkAge(usual bounds) {
	if x.Birthday == nil || x.learned.Defaults[*x.Birthday] {
		return
	}
	born, err := time.Parse(time.DateOnly, *x.Birthday)
	age := x.today.Sub(born).Hours() / 24 / 365.25
	if err != nil || age < 0 || age > 110 {
		return
	}
	x.ask()
	if !usual.hold(age) {
		x.fails(Found{Field: "birthday", Value: *x.Birthday, Expected: strconv.Itoa(int(math.Ceil(max(usual.Low, 0)))) + " – " + strconv.Itoa(int(usual.High))})
	}
}

// round keeps four significant digits of what is only an estimate.
func round(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

func majorUnits(minor float64, currency string) string {
	e := money.Exponent(currency)
	return strings.TrimSpace(strconv.FormatFloat(minor/math.Pow10(e), 'f', e, 64) + " " + currency)
}
