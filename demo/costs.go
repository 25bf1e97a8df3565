package demo

import (
	"context"
	"time"
)

// What the company spends in a month, in fen: on winning customers by the shop they come to, on keeping and on serving them.
var monthly = []struct {
	kind, channel, note string
	amount              int64
}{
	{"acquisition", Shops[0], "直通车与万相台", 2_400_000}, {"acquisition", Shops[1], "千川投放", 3_600_000}, {"acquisition", Shops[2], "公众号投放", 700_000}, {"acquisition", Shops[3], "商圈海报", 500_000},
	{"retention", "", "会员日短信与券", 900_000}, {"service", "", "客服与售后", 1_200_000},
}

// spentMonths is how far back spending is known.
const spentMonths = 15

// spend writes what the company has spent month by month. November costs half as much again, as everywhere.
func (r *Records) spend(ctx context.Context) error {
	now := time.UnixMilli(r.now).UTC()
	for ago := spentMonths; ago >= 1; ago-- {
		first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, -ago, 0)
		for i, m := range monthly {
			amount := m.amount + int64((ago*7+i*3)%10)*m.amount/40
			if first.Month() == time.November {
				amount += amount / 2
			}
			id := r.next("costs")
			r.costs.Add(id, m.kind, m.channel, "", first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly), amount, r.currency, m.note, r.now, r.now)
			if err := r.wrote(ctx, 1, "costs", id); err != nil {
				return err
			}
		}
	}
	return nil
}

// unitCost is what a product costs the company. Of one in six nobody has said.
func unitCost(p Product) any {
	if p.Number%6 == 0 {
		return nil
	}
	return p.Price * int64(34+p.Number%5*4) / 100
}
