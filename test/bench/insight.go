package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"guanxi/test/served"
)

// insight takes the rows of what is told of customers: whom they are like, what spending brought, what is watched. None
// has a floor of one query: each is many questions in one answer.
func (b *bench) insight(ctx context.Context, s *served.Server, _ *floors) error {
	for _, r := range []struct {
		work, aim string
		times     int
		ask       func(ctx context.Context, i int) error
	}{
		{"what sets one customer apart, p95", "100 ms", 20, func(ctx context.Context, _ int) error {
			return s.Call(ctx, "GET", fmt.Sprintf("/customers/%d/persona", rand.IntN(b.customers)+1), nil, nil)
		}},
		{"what to offer one customer, p95", "100 ms", 20, func(ctx context.Context, _ int) error {
			return s.Call(ctx, "GET", fmt.Sprintf("/customers/%d/recommendations", rand.IntN(b.customers)+1), nil, nil)
		}},
		{"what sets a group apart: 20 details, p95", "", 5, func(ctx context.Context, i int) error {
			return s.Call(ctx, "POST", "/personas", map[string]any{"condition": condition(50_000 + 100*i)}, nil)
		}},
		{"customers most like a segment's members, p95", "", 3, func(ctx context.Context, i int) error {
			return s.Call(ctx, "POST", "/likeness/alike", map[string]any{"segment": "1", "size": 100 + i}, nil)
		}},
		{"what goes with what: the board, p95", "", 5, func(ctx context.Context, _ int) error { return s.Call(ctx, "GET", "/likeness/goods", nil, nil) }},
		{"what spending brought, by channel, p95", "", 5, func(ctx context.Context, i int) error {
			return s.Call(ctx, "GET", []string{"/costs/return", "/costs/return?by=campaign"}[i%2], nil, nil)
		}},
		{"a rule on a metric played over 180 days, p95", "", 5, func(ctx context.Context, i int) error {
			return s.Call(ctx, "POST", "/alert-rules/trial", map[string]any{"watches": map[string]any{"kind": "metric", "metric": "net_sales"},
				"fires": map[string]any{"when": "below", "value": 1000 * i}}, nil)
		}},
		{"alerts that wait, p95", "100 ms", 20, func(ctx context.Context, _ int) error { return s.Call(ctx, "GET", "/alerts?total=true", nil, nil) }},
	} {
		if !b.wants(r.work) {
			continue
		}
		ours, err := p95(ctx, r.times, r.ask)
		if err != nil {
			return fmt.Errorf("%s: %w", r.work, err)
		}
		b.add(b.customers, row{work: r.work, unit: "ms", aim: r.aim}, figure{ours: ours})
	}
	return nil
}
