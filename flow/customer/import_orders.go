package customer

import (
	"context"
	"fmt"
	"hash/fnv"

	"guanxi/base/db"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// orderKind imports orders without lines: one amount an order. An amount below zero is a refund; zero is kept. Rows of
// one number are parts of one order and add up, unless they say the same amount at the same time, which is a repeat.
// A row without a number gets one made of customer, time, amount and how often these three have come in the file.
type orderKind struct {
	workspace workspace.Source
	at        purchaseFieldIndex
}

func (*orderKind) Name() string            { return "orders" }
func (*orderKind) Fields() []collect.Field { return orderFields }
func (*orderKind) GroupBy() []string       { return []string{"shop", "order_number"} }

type orderRow struct {
	purchaseRow
	amount, refunded int64 // millionths
}

// orderRun counts, over all batches of a file, the rows that would get the same made-up number.
type orderRun struct {
	counts    map[uint64]int
	latest    map[uint64]int // of the batch that began at row latestRow
	latestRow int64
}

// Prepare implements collect.Preparer.
func (k *orderKind) Prepare(b *collect.Batch) error {
	rows := make([]orderRow, len(b.Rows))
	region := k.workspace().Country
	for i := range b.Rows {
		if b.Outcomes[i].State == collect.Pending {
			rows[i].purchaseRow = k.at.read(b, b.Rows[i].Values, region)
			rows[i].amount, rows[i].refunded = b.Rows[i].Values[k.at.amount].Int, b.Rows[i].Values[k.at.refunded].Int
		}
	}
	b.Prepared = rows
	return nil
}

// Apply implements collect.Kind.
func (k *orderKind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	rows := b.Prepared.([]orderRow)
	run, err := k.runOf(ctx, tx, b)
	if err != nil {
		return err
	}
	run.begin(b)
	w := workspace.Of(ctx)
	p := &purchases{b: b, kind: k.Name()}
	var last *draft
	for i := range rows {
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		row := rows[i].purchaseRow
		made := row.number == ""
		if made {
			row.number = run.number(b, &row, rows[i].amount, w)
		}
		if last == nil || made || last.Shop != row.shop || last.Number != row.number {
			last = row.draft(b)
			p.drafts = append(p.drafts, last)
		}
		last.add(i, &row)
	}
	return p.run(ctx, tx, func(d *draft) {
		d.begin(w.Currency)
		compareAmounts(p, d, rows)
		p.foreign(d, k.at, w.Currency)
	})
}

// compareAmounts adds the rows of an order up and compares them with what is stored. An order with lines keeps the
// totals of its lines.
func compareAmounts(p *purchases, d *draft, rows []orderRow) {
	type part struct{ amount, refunded, at int64 }
	exponent := money.Exponent(d.Currency)
	seen := map[part]bool{}
	gross, refunded := int64(0), int64(0)
	var repeats []int
	for _, i := range d.rows {
		told := part{rows[i].amount, rows[i].refunded, rows[i].orderedAt}
		if seen[told] {
			repeats = append(repeats, i)
			continue
		}
		seen[told] = true
		if amount := collect.MinorFromMicros(rows[i].amount, exponent); amount >= 0 {
			gross += amount
		} else {
			refunded -= amount
		}
		refunded += int64(magnitude(collect.MinorFromMicros(rows[i].refunded, exponent)))
	}
	d.complete = true
	d.finish(p.b)
	if d.was == nil || len(d.was.lines) == 0 {
		d.Gross, d.Refunded, d.Lines = gross, refunded, 0
		d.Kind = OrderSale
		if gross == 0 && refunded > 0 || d.namedRefund(p.b.RefundPrefix) {
			d.Kind = OrderRefund
		}
	} else {
		d.Gross, d.Refunded, d.Lines, d.Kind = d.was.Gross, d.was.Refunded, d.was.Lines, d.was.Kind
	}
	state := collect.Created
	if d.was != nil {
		d.header = d.differs() || d.Gross != d.was.Gross || d.Refunded != d.was.Refunded
		state = collect.Unchanged
		if d.header {
			state = collect.Updated
		}
	} else {
		d.header = true
	}
	p.end(d, state)
	for _, i := range repeats {
		p.b.Outcomes[i].State = collect.Duplicate
		p.finding(d, "exact_repeat", i, "order_number", d.Number)
	}
}

func (k *orderKind) runOf(ctx context.Context, tx *db.Tx, b *collect.Batch) (*orderRun, error) {
	if run, ok := b.Run.State.(*orderRun); ok {
		return run, nil
	}
	run := &orderRun{counts: map[uint64]int{}, latest: map[uint64]int{}}
	if b.Rows[0].Number > 2 { // a restart has lost the counts: the numbers made so far tell them
		var numbers []string
		if err := tx.NewRaw("select number from orders where created_import_id = ?", b.ImportID).Scan(ctx, &numbers); err != nil {
			return nil, err
		}
		for _, number := range numbers {
			for end := len(number) - 1; end > 0; end-- {
				if number[end] == '-' {
					run.counts[hashText(number[:end])]++
					break
				}
			}
		}
	}
	b.Run.State = run
	return run, nil
}

// begin starts a batch: the counts of the one before now hold, unless it is the same one again.
func (run *orderRun) begin(b *collect.Batch) {
	if run.latestRow != b.Rows[0].Number {
		for hash, n := range run.latest {
			run.counts[hash] += n
		}
	}
	run.latestRow = b.Rows[0].Number
	clear(run.latest)
}

func (run *orderRun) number(b *collect.Batch, row *purchaseRow, amount int64, w workspace.Workspace) string {
	who := row.buyer.externalID
	if who == "" {
		who = "nobody"
	}
	stem := fmt.Sprintf("%s-%s-%s", who, timeText(row.orderedAt, w), decimalText(amount))
	hash := hashText(stem)
	run.latest[hash]++
	return fmt.Sprintf("%s-%d", stem, run.counts[hash]+run.latest[hash])
}

// timeText writes an instant compactly: its day, and the time of day where there is one.
func timeText(ms int64, w workspace.Workspace) string {
	t := w.Time(ms)
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format("20060102")
	}
	return t.Format("20060102T150405")
}

func hashText(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}
