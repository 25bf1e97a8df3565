package decide

import (
	"context"
	"strconv"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/flow/analyze/quality"
)

// recordsGotWorse tells that the last search of all records found them clearly worse than the one before: the score fell
// by a point of a hundred, or a source brought far too little or too much. No money can be put to it.
type recordsGotWorse struct{ records *db.DB }

const (
	scoreFell    = 0.01
	findingsRose = 1.1
	fewFindings  = 20 // a rise of less than this many is no news
)

// Kinds implements Source.
func (recordsGotWorse) Kinds() []string { return []string{QualityFell} }

// Signals implements Source.
func (s recordsGotWorse) Signals(ctx context.Context) ([]Signal, error) {
	var runs []struct {
		ID       int64   `bun:"id"`
		Score    float64 `bun:"score"`
		Findings int64   `bun:"findings"`
		Found    int64   `bun:"found"`
	}
	if err := s.records.Read().NewRaw("select id, score, findings, found from quality_runs where state = 'done' and score is not null order by id desc limit 2").Scan(ctx, &runs); err != nil || len(runs) < 2 {
		return nil, err
	}
	now, before := runs[0], runs[1]
	rose := float64(now.Findings) > findingsRose*float64(before.Findings) && now.Findings-before.Findings >= fewFindings
	if before.Score-now.Score < scoreFell && !rose {
		return nil, nil
	}
	return []Signal{{
		Key: QualityFell + ":" + strconv.FormatInt(now.ID, 10), Kind: QualityFell,
		Subject: Subject{Type: "quality", ID: strconv.FormatInt(now.ID, 10), Name: qualityTitle.ZH},
		Reason:  Reason{QualityFell, Values{"score": now.Score, "before": before.Score, "new": now.Found, "count": now.Findings}},
		Actions: []TodayAction{{Code: "review_quality", Primary: true, Target: "findings"}},
	}}, nil
}

// qualityTitle names the line.
var qualityTitle = Said{ZH: "客户资料质量", EN: "Quality of customer records"}

// customerAsks are lines for the owner of a customer: a contact point was tried in vain and there is no other, a
// repair of data says that the customer is to be asked, or she has given a detail on her own page. At stake is what being unreachable costs in a month.
type customerAsks struct {
	records *db.DB
	columns *columns.Store
}

// Kinds implements Source.
func (customerAsks) Kinds() []string { return []string{ContactFails, AskDetail, SheCorrects} }

type askRow struct {
	CustomerID int64  `bun:"customer_id"`
	Name       string `bun:"name"`
	OwnerID    *int64 `bun:"owner_id"`
	TeamID     *int64 `bun:"team_id"`
	What       string `bun:"what"`
	Details    int64  `bun:"details"`
	Since      int64  `bun:"since"`
	OnPage     int64  `bun:"on_page"`
}

// Signals implements Source.
func (s customerAsks) Signals(ctx context.Context) ([]Signal, error) {
	var failing, asked, given []askRow
	if err := s.records.Read().NewRaw(`
select c.id as customer_id, c.name, c.owner_id, c.team_id, min(p.kind || ':' || p.state) as what, count(*) as details, max(c.updated_at) as since
from contact_points p
join customers c on c.id = p.customer_id
where p.state in ('bounced', 'wrong_number', 'unreachable', 'refused') and c.deleted_at is null and c.merged_into is null
  and not exists (select 1 from contact_points g where g.customer_id = p.customer_id and g.kind = p.kind and g.state = 'ok')
group by c.id, c.name, c.owner_id, c.team_id
order by c.id desc
limit ?`, TopPerKind).Scan(ctx, &failing); err != nil {
		return nil, err
	}
	if err := s.records.Read().NewRaw(`
select c.id as customer_id, c.name, c.owner_id, c.team_id, min(a.field) as what, count(*) as details, min(a.created_at) as since,
  sum(case when a.whom = 'customer' then 1 else 0 end) as on_page
from quality_asks a
join customers c on c.id = a.customer_id
where c.deleted_at is null and c.merged_into is null
  and not exists (select 1 from field_history h where h.customer_id = a.customer_id and h.field = a.field and h.happened_at >= a.created_at)
  and not exists (select 1 from corrections k where k.customer_id = a.customer_id and k.field = a.field and k.created_at >= a.created_at)
  and not exists (select 1 from contact_points p where p.customer_id = a.customer_id and p.kind = a.field and p.state = 'ok' and p.value <> a.value)
group by c.id, c.name, c.owner_id, c.team_id
order by c.id desc
limit ?`, TopPerKind).Scan(ctx, &asked); err != nil {
		return nil, err
	}
	if err := s.records.Read().NewRaw(`
select c.id as customer_id, c.name, c.owner_id, c.team_id, min(k.field) as what, count(*) as details, max(k.created_at) as since
from corrections k
join customers c on c.id = k.customer_id
where k.state = 'proposed' and (k.confirm_by is null or k.confirmed_at is not null) and c.deleted_at is null and c.merged_into is null
group by c.id, c.name, c.owner_id, c.team_id
order by c.id desc
limit ?`, TopPerKind).Scan(ctx, &given); err != nil {
		return nil, err
	}
	var signals []Signal
	for _, r := range failing {
		words := quality.Words(r.What)
		signals = append(signals, r.signal(ContactFails, Values{"what_zh": words.Chinese, "what_en": words.English}))
	}
	for _, r := range asked {
		label := quality.FieldLabel(ctx, r.What)
		values := Values{"field_zh": label.Chinese, "field_en": label.English, "count": r.Details, "since": r.Since}
		if r.OnPage == r.Details {
			values["on_page"] = r.OnPage
		}
		signals = append(signals, r.signal(AskDetail, values))
	}
	for _, r := range given {
		label := quality.FieldLabel(ctx, r.What)
		signals = append(signals, r.signal(SheCorrects, Values{"field_zh": label.Chinese, "field_en": label.English, "count": r.Details, "at": r.Since}))
	}
	return signals, nil
}

func (r askRow) signal(kind string, values Values) Signal {
	customer := strconv.FormatInt(r.CustomerID, 10)
	return Signal{
		Key: kind + ":customer:" + customer, Kind: kind, Subject: Subject{Type: "customer", ID: customer, Name: r.Name}, OwnerID: r.OwnerID, TeamID: r.TeamID,
		Reason:  Reason{kind, values},
		Actions: []TodayAction{{Code: "open_customer", Primary: true, Target: customer}, {Code: "log_contact", Target: customer}},
	}
}
