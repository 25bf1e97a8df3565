// Package demo makes a company to look at: 沐禾生活, an online shop for cosmetics
// and household goods that does not exist, with two years of customers, orders,
// refunds, follow-ups and the dirt that real data has. The same options at the
// same instant make the same rows, byte for byte. Nobody in it is real: the
// telephone numbers are from ranges without a carrier, the mail addresses from
// domains reserved for examples.
package demo

import (
	"context"
	"fmt"
	"slices"

	"guanxi/base/clock"
	"guanxi/base/workspace"
)

// Name is what the company is called.
const Name = "沐禾生活"

// Options say how large a company to make.
type Options struct {
	Seed uint64
	// Customers counts people and organizations, before their twins.
	Customers int
	// Days is the length of the history; its last day is today in the workspace's
	// time zone.
	Days int
	// ExtraLines is the mean number of lines of an order beyond the first.
	ExtraLines float64
	// Gap stretches the time between purchases, 1 for the natural one.
	Gap float64
}

// Small is the company for looking at: five thousand customers, about forty
// thousand orders.
func Small() Options {
	return Options{Seed: 20260318, Customers: 5000, Days: 730, ExtraLines: 0.9, Gap: 1}
}

// Million is the company for measuring: a million customers, about ten million
// orders, nearly all of one line.
func Million() Options {
	return Options{Seed: 20260318, Customers: 1_000_000, Days: 730, ExtraLines: 0.05, Gap: 0.95}
}

// Shops are the places where the company sells.
var Shops = []string{"天猫旗舰店", "抖音小店", "微信小程序", "线下门店"}

const (
	tmall = iota
	douyin
	miniProgram
	store
)

// maker holds what every row depends on.
type maker struct {
	options Options
	*tables
	season *season
	shops  weights
	staff  []Staff
	sink   Sink

	activities, findings int
}

// Generate hands all rows of a company to sink, in the order Sink promises. It
// keeps eight bytes for each order and nothing for each customer. The present is
// that of the clock of ctx, the time zone that of its workspace.
func Generate(ctx context.Context, o Options, sink Sink) error {
	t, err := readTables()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	now := clock.Now(ctx).In(workspace.Of(ctx).Location)
	m := &maker{options: o, tables: t, season: newSeason(now, o.Days), sink: sink}
	for _, weight := range []float64{38, 33, 18, 11} {
		m.shops.add(weight)
	}
	steps := []func(context.Context) error{
		m.makeStaff, m.makeProducts, m.makeCustomers, m.makeOrders, m.makeActivities, m.makeSegments, m.makeTargets,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

func (m *maker) makeProducts(ctx context.Context) error {
	for i := range m.products {
		m.products[i].CreatedAt = m.season.start[0].AddDate(0, 0, -30)
		if err := m.sink.Product(ctx, m.products[i]); err != nil {
			return err
		}
	}
	return nil
}

// purchase is when somebody buys: seconds after the first midnight, then the
// customer, counted from 1, 0 for nobody. It sorts by time.
type purchase uint64

func newPurchase(seconds uint32, customer int) purchase {
	return purchase(seconds)<<32 | purchase(customer)
}

func (p purchase) seconds() uint32 { return uint32(p >> 32) }
func (p purchase) customer() int   { return int(uint32(p)) }

// purchases gives every moment at which an order is placed, in order of time.
func (m *maker) purchases(ctx context.Context) ([]purchase, error) {
	var all []purchase
	c := newChance(m.options.Seed)
	for i := range m.options.Customers {
		if i%10_000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		h := m.habitOf(c, i)
		h.gap *= m.options.Gap
		m.moments(c, h, func(t float64) {
			all = append(all, newPurchase(m.season.seconds(t), i+1))
		})
	}
	c.of(streamNobody, 0, 0)
	for range len(all) / 25 {
		all = append(all, newPurchase(m.season.seconds(c.Float64()*m.season.end()), 0))
	}
	slices.Sort(all)
	return all, nil
}
