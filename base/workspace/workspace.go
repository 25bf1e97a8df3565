// Package workspace holds what is true of the one company that runs this instance: its name, time zone, currency and
// language. It travels in the context, because a day and an amount mean nothing without it.
package workspace

import (
	"context"
	"time"
	_ "time/tzdata" // the zone database must not depend on the machine
)

// Workspace is the company's own settings.
type Workspace struct {
	Name     string
	TimeZone string
	Location *time.Location
	Currency string
	Language string
	Country  string // ISO 3166 alpha-2, the default region of phone numbers
}

// Default is a company in China until it says otherwise.
func Default() Workspace {
	w, _ := New("", "Asia/Shanghai", "CNY", "zh-CN", "CN")
	return w
}

// New gives a workspace; the error is that of an unknown time zone.
func New(name, timeZone, currency, language, country string) (Workspace, error) {
	loc, err := time.LoadLocation(timeZone)
	if err != nil {
		return Workspace{}, err
	}
	return Workspace{Name: name, TimeZone: timeZone, Location: loc, Currency: currency, Language: language, Country: country}, nil
}

// Time gives the instant ms (milliseconds UTC) in the workspace's time zone.
func (w Workspace) Time(ms int64) time.Time { return time.UnixMilli(ms).In(w.Location) }

// Day gives the calendar day of the instant ms as YYYY-MM-DD.
func (w Workspace) Day(ms int64) string { return w.Time(ms).Format(time.DateOnly) }

// DayStart gives the first instant, in milliseconds UTC, of the calendar day that t falls on.
func (w Workspace) DayStart(t time.Time) int64 {
	y, m, d := t.In(w.Location).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, w.Location).UnixMilli()
}

// ParseDay gives the first instant of the day YYYY-MM-DD.
func (w Workspace) ParseDay(day string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, day, w.Location)
}

// Source gives the present workspace; it is a function so that a change of settings is seen at once.
type Source func() Workspace

type key struct{}

// With gives a context of workspace w.
func With(ctx context.Context, w Workspace) context.Context {
	return WithSource(ctx, func() Workspace { return w })
}

// WithSource gives a context whose workspace is asked for at each use.
func WithSource(ctx context.Context, s Source) context.Context {
	return context.WithValue(ctx, key{}, s)
}

// Of gives the workspace of ctx, Default when none was set.
func Of(ctx context.Context) Workspace {
	if s, ok := ctx.Value(key{}).(Source); ok {
		return s()
	}
	return Default()
}
