package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/test/served"
)

// condition is fiveConditions in the language of the API; least is what was spent, in fen.
func condition(least int) map[string]any {
	field := func(name, op string, value any) map[string]any {
		return map[string]any{"field": name, "op": op, "value": value}
	}
	return map[string]any{"all": []any{
		field("gender", "eq", "female"),
		field("province", "in", []string{"浙江省", "江苏省", "上海市", "广东省"}),
		field("age", "gte", 30),
		field("orders.total", "gte", least),
		map[string]any{"tag": "金卡"},
	}}
}

func (b *bench) measureServer(ctx context.Context, f *floors) (err error) {
	s, err := served.Start(ctx, served.Options{Binary: b.binary, Dir: b.data(), Role: "operator"})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := s.Stop(); err == nil {
			err = stopped
		}
	}()
	b.add(b.customers, row{work: "start to ready", unit: "ms", floor: "", aim: "1,000 ms"}, figure{ours: s.Ready.Seconds() * 1000})
	if err := s.Settle(ctx, time.Minute); err != nil {
		return err
	}
	idle, err := s.Memory("VmRSS")
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: "memory, idle", unit: "MiB", aim: "150 MiB"}, figure{ours: idle})
	for _, step := range []func(context.Context, *served.Server, *floors) error{b.segment, b.page, b.read, b.write, b.rfm, b.today, b.insight} {
		if err := step(ctx, s, f); err != nil {
			return err
		}
	}
	peak, err := s.Memory("VmHWM")
	b.add(b.customers, row{work: "memory, most under these rows", unit: "MiB", aim: "2,048 MiB"}, figure{ours: peak})
	return err
}

// counted previews a condition n times and gives, at p95 in milliseconds, what the program says counting took and the whole call.
func counted(ctx context.Context, s *served.Server, n int, condition func(i int) any) (count, whole float64, err error) {
	var counts []float64
	whole, err = p95(ctx, n, func(ctx context.Context, i int) error {
		var answer struct {
			TookMS float64 `json:"took_ms"`
		}
		err := s.Call(ctx, "POST", "/segments/preview", map[string]any{"condition": condition(i)}, &answer)
		counts = append(counts, answer.TookMS)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	slices.Sort(counts)
	return counts[len(counts)*95/100], whole, nil
}

func (b *bench) segment(ctx context.Context, s *served.Server, f *floors) error {
	const work = "segment of five conditions: count, p95"
	if !b.wants(work) {
		return nil
	}
	count, whole, err := counted(ctx, s, 60, func(i int) any { return condition(50_000 + 100*i) })
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: work, unit: "ms", floor: "the engine's raw SQL", aim: "10 ms"}, figure{count, f.count})
	b.add(b.customers, row{work: "the same count against slices in memory", unit: "ms", floor: "a loop over slices"}, figure{count, f.scan})
	b.add(b.customers, row{work: "the whole preview: count, parts, sample, composition, sentence, p95", unit: "ms", floor: "the count in raw SQL", aim: "100 ms"}, figure{whole, f.count})
	return nil
}

func (b *bench) page(ctx context.Context, s *served.Server, f *floors) error {
	const work = "list: page of 50 with total, five conditions, sorted, p95"
	if !b.wants(work) {
		return nil
	}
	ours, err := p95(ctx, 60, func(ctx context.Context, i int) error {
		text, err := json.Marshal(condition(50_000 + 100*i))
		if err != nil {
			return err
		}
		return s.Call(ctx, "GET", "/customers?limit=50&total=true&sort=-orders.last_at&filter="+url.QueryEscape(string(text)), nil, nil)
	})
	b.add(b.customers, row{work: work, unit: "ms", floor: "the same queries without rights", aim: "20 ms"}, figure{ours, f.list})
	return err
}

func (b *bench) read(ctx context.Context, s *served.Server, f *floors) error {
	const work = "read one customer: rights, masks, figures, p95"
	if !b.wants(work) {
		return nil
	}
	one := func(ctx context.Context, _ int) error {
		return s.Call(ctx, "GET", fmt.Sprintf("/customers/%d", rand.IntN(b.customers)+1), nil, nil)
	}
	ours, err := p95(ctx, 500, one)
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: work, unit: "ms", floor: "engine point read", aim: "0.5 ms"}, figure{ours, f.read})
	rate, err := perSecond(ctx, 8, 4, one)
	b.add(b.customers, row{work: "the same, 8 clients", unit: "/s", rate: true, floor: "engine point read, 8 readers", aim: "4,000/s"}, figure{rate, f.readRate})
	return err
}

func (b *bench) write(ctx context.Context, s *served.Server, f *floors) error {
	const work = "write one customer: rights, audit, feed, on disk"
	if !b.wants(work) {
		return nil
	}
	change := func(ctx context.Context, i int) error {
		return s.Call(ctx, "PATCH", fmt.Sprintf("/customers/%d", rand.IntN(b.customers)+1), map[string]any{"company": fmt.Sprintf("公司 %d", i)}, nil)
	}
	alone, err := perSecond(ctx, 1, 4, change)
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: work + ", 1 client", unit: "/s", rate: true, floor: "engine commit of one update"}, figure{alone, f.commitRate})
	eight, err := perSecond(ctx, 8, 4, change)
	b.add(b.customers, row{work: work + ", 8 clients", unit: "/s", rate: true, floor: "the same, one at a time", aim: "3,000/s"}, figure{eight, f.commitRate})
	return err
}

func (b *bench) rfm(ctx context.Context, s *served.Server, f *floors) error {
	const work = "RFM grid of every customer as of a day"
	if !b.wants(work) {
		return nil
	}
	today := time.Now()
	day := 0
	ours, err := best(ctx, 3, func(ctx context.Context) error {
		day++ // another day each time, so that nothing is at hand
		return s.Call(ctx, "GET", "/rfm?as_of="+today.AddDate(0, 0, -day).Format(time.DateOnly), nil, nil)
	})
	b.add(b.customers, row{work: work, unit: "ms", floor: "one group by", aim: "1,000 ms"}, figure{ours, f.group})
	return err
}

func (b *bench) today(ctx context.Context, s *served.Server, _ *floors) error {
	const work = "Today, p95"
	if !b.wants(work) {
		return nil
	}
	ours, err := p95(ctx, 20, func(ctx context.Context, _ int) error { return s.Call(ctx, "GET", "/today", nil, nil) })
	b.add(b.customers, row{work: work, unit: "ms"}, figure{ours: ours})
	return err
}

// measureModel fits the models anew and scores everybody, in this process.
func (b *bench) measureModel(ctx context.Context, s *stores) error {
	const work = "fit BG/NBD and Gamma-Gamma, score every customer"
	if !b.wants(work) {
		return nil
	}
	ctx = workspace.With(ctx, workspace.Default())
	// without the models of the last time, so that they are fitted and not taken over
	if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("delete from settings where key = 'value.model'").Exec(ctx)
		return err
	}); err != nil {
		return err
	}
	ours, err := once(ctx, analyze.NewScores(s.records, s.columns, analyze.NewHot(s.columns)).Refresh)
	b.add(b.customers, row{work: work, unit: "ms", aim: "10,000 ms"}, figure{ours: ours})
	return err
}

// measureImport brings the customers file into an empty instance.
func (b *bench) measureImport(ctx context.Context) (err error) {
	const work = "import customers from CSV: check, normalise, dedupe, consent, audit, undoable"
	if !b.wants(work) {
		return nil
	}
	dir := filepath.Join(b.dir, "import")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := served.Start(ctx, served.Options{Binary: b.binary, Dir: dir, Role: "admin"})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := s.Stop(); err == nil {
			err = stopped
		}
	}()
	var result served.Import
	took, err := once(ctx, func(ctx context.Context) (err error) {
		result, err = s.Import(ctx, b.customersFile(), map[string]string{"kind": "customers"})
		return err
	})
	if err != nil {
		return err
	}
	if result.Created < int64(b.customers)*95/100 {
		return fmt.Errorf("imported too little: %+v", result)
	}
	peak, err := s.Memory("VmHWM")
	b.add(b.customers, row{work: work, unit: "rows/s", rate: true, floor: "bulk load with two unique keys and JSON", aim: "0.35 of the floor"},
		figure{float64(result.Total) / took * 1000, b.loadFloor})
	b.add(b.customers, row{work: "memory, most during the import", unit: "MiB", aim: "2,048 MiB"}, figure{ours: peak})
	return err
}
