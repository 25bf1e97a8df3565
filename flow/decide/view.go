package decide

import (
	"context"
	"math"
	"strconv"
	"time"

	"guanxi/base/api"
	"guanxi/base/money"
)

// TodayItem is a line of the list as a reader sees it.
type TodayItem struct {
	ID           string          `json:"id" doc:"a signal's id, or group-KIND for a folded line"`
	Kind         string          `json:"kind"`
	Area         string          `json:"area"`
	Rank         int             `json:"rank" doc:"from 1; 0 when it is not on the list"`
	State        State           `json:"state" enum:"open,snoozed,delegated,done,dismissed,resolved"`
	Subject      TodaySubject    `json:"subject"`
	Reason       TodayReason     `json:"reason"`
	Why          TodayWhy        `json:"why"`
	AtStake      *money.Money    `json:"at_stake" doc:"null when it cannot be valued"`
	DueAt        *time.Time      `json:"due_at"`
	Score        float64         `json:"score" doc:"minor units saved per minute of a person"`
	FitsToday    bool            `json:"fits_today"`
	Pinned       bool            `json:"pinned"`
	Alone        bool            `json:"alone" doc:"taken out of its group"`
	Escalated    bool            `json:"escalated" doc:"late for more than a working day: managers see it"`
	Members      int             `json:"members" doc:"how many it stands for; 0 for one"`
	Evidence     []TodayEvidence `json:"evidence" doc:"the last three events"`
	Rhythm       *TodayRhythm    `json:"rhythm"`
	Actions      []TodayAction   `json:"actions"`
	Owner        *TodayStaff     `json:"owner"`
	DelegatedTo  *TodayStaff     `json:"delegated_to"`
	SnoozedUntil *time.Time      `json:"snoozed_until"`
	FirstSeenAt  time.Time       `json:"first_seen_at"`
	ClosedAt     *time.Time      `json:"closed_at"`
	Version      int64           `json:"version"`
}

// TodayStaff is a member of staff as far as a line has to name her.
type TodayStaff struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
}

// TodaySubject is what a line is about. Name is in the reader's language.
type TodaySubject struct {
	Type  string `json:"type" doc:"customer, customers, findings, metric, source"`
	ID    string `json:"id"`
	Name  string `json:"name"`
	Label Said   `json:"label"`
}

// TodayReason is a reason with its words.
type TodayReason struct {
	Code   string `json:"code"`
	Values Values `json:"values"`
	Said
}

// TodayWhy says why a line stands where it stands: score = max(delay loss, promise) / effort.
type TodayWhy struct {
	Stake           *money.Money `json:"stake" doc:"what it is ordered by: one ordinary order when it cannot be valued"`
	StakeBasis      string       `json:"stake_basis"`
	Basis           TodayReason  `json:"basis" doc:"how the stake was reckoned"`
	Chance          float64      `json:"chance" doc:"share of the stake that acting can change"`
	ChanceSource    string       `json:"chance_source" enum:"prior,measured"`
	N               int64        `json:"n" doc:"outcomes behind a measured chance"`
	HalfLifeMinutes float64      `json:"half_life_minutes"`
	EffortMinutes   float64      `json:"effort_minutes"`
	EffortSource    string       `json:"effort_source" enum:"prior,measured"`
	EffortN         int64        `json:"effort_n"`
	DelayLoss       money.Money  `json:"delay_loss" doc:"what waiting until the next working day costs"`
	Promise         money.Money  `json:"promise" doc:"what breaking the promised instant is likely to cost"`
	PassChance      float64      `json:"pass_chance" doc:"how likely the promised instant passes if nobody starts now"`
	Score           float64      `json:"score"`
	NextScore       *float64     `json:"next_score" doc:"of the line below"`
	Said
}

// items makes what the reader sees of lines; rank counts from first, 0 when they are not on the list.
func (s *Signals) items(ctx context.Context, lines []Line, r reading, first int) ([]TodayItem, error) {
	scored, err := estimates(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	names, err := s.staffNames(ctx, lines)
	if err != nil {
		return nil, err
	}
	called, err := s.callNames(ctx, lines)
	if err != nil {
		return nil, err
	}
	evidence, rhythms, err := s.background(ctx, lines)
	if err != nil {
		return nil, err
	}
	items, hide := make([]TodayItem, len(lines)), unseenBy(ctx)
	if hide.rules, err = s.knownRules(ctx, lines); err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		item := l.item(r, scored[l.Kind])
		if first > 0 {
			item.Rank = first + i
		}
		if i+1 < len(lines) {
			next := cents(lines[i+1].Score.PerMinute)
			item.Why.NextScore = &next
		}
		if l.OwnerID != nil {
			item.Owner = names[*l.OwnerID]
		}
		if l.DelegatedTo != nil {
			item.DelegatedTo = names[*l.DelegatedTo]
		}
		item.Evidence, item.Rhythm = []TodayEvidence{}, nil
		if id := l.customer(); id != 0 {
			item.Subject.callBy(called[id], r.language)
			for _, e := range evidence[id] {
				e.Said = speak(Reason{e.Code, e.Values}, l.Currency, r.set.Now)
				item.Evidence = append(item.Evidence, e)
			}
			item.Rhythm = rhythms[id]
		}
		hide.from(&item, l.Currency, r.set.Now)
		items[i] = item
	}
	return items, nil
}

// customer gives the id of the customer a line is about, 0 when it is about none or several.
func (l *Line) customer() int64 {
	if l.Grouped() || l.SubjectType != "customer" {
		return 0
	}
	id, _ := strconv.ParseInt(l.SubjectID, 10, 64)
	return id
}

func (l *Line) item(r reading, e Estimate) TodayItem {
	reason, basis, actions := Reason{l.ReasonCode, l.values()}, l.basis(), l.actions()
	id := l.text()
	if l.Grouped() {
		id = groupPrefix + l.Kind
		reason = groupReason(l.Kind, l.Members)
		basis = Reason{"sum", Values{"count": len(l.Members)}}
		actions = []TodayAction{{Code: kindByName[l.Kind].Batch.Action, Primary: true, Target: id, Filter: l.customersMeant()}}
	}
	if l.AtStake == nil {
		basis = Reason{"ordinary_order", Values{"amount": math.Round(l.Factors.Stake)}}
	}
	label := l.label(reason.Values)
	item := TodayItem{
		ID: id, Kind: l.Kind, Area: l.Area, State: l.State,
		Subject: TodaySubject{Type: l.subjectType(), ID: l.SubjectID, Name: label.In(r.language), Label: label},
		Reason:  view(reason, l.Currency, r.set.Now),
		AtStake: amount(l.AtStake, l.Currency), DueAt: instant(l.DueAt), Score: cents(l.Score.PerMinute),
		FitsToday: l.Fits, Pinned: l.Pinned, Alone: l.Alone, Escalated: l.EscalatedAt != nil, Members: len(l.Members),
		Actions: actions, SnoozedUntil: instant(l.SnoozedUntil), FirstSeenAt: time.UnixMilli(l.FirstSeenAt).UTC(), ClosedAt: instant(l.ClosedAt),
		Version: l.Version,
	}
	item.Why = l.why(r, e)
	item.Why.Basis = view(basis, l.Currency, r.set.Now)
	item.Why.StakeBasis = basis.Code
	return item
}

func (l *Line) why(r reading, e Estimate) TodayWhy {
	stake := int64(math.Round(l.Factors.Stake))
	w := TodayWhy{
		Stake: amount(&stake, l.Currency), Chance: share(l.Factors.Chance), ChanceSource: "prior",
		HalfLifeMinutes: l.Factors.HalfLifeMinutes, EffortMinutes: l.Factors.EffortMinutes, EffortSource: "prior",
		DelayLoss: money.Of(int64(math.Round(l.Score.DelayLoss)), l.Currency), Promise: money.Of(int64(math.Round(l.Score.Promise)), l.Currency),
		PassChance: share(l.Score.PassChance), Score: cents(l.Score.PerMinute),
	}
	if e.ChanceMeasured {
		w.ChanceSource, w.N = "measured", e.ChanceN
	}
	if e.EffortMeasured && !l.Grouped() {
		w.EffortSource, w.EffortN = "measured", e.EffortN
	}
	reason := Reason{"why_delay", Values{"stake": l.Factors.Stake, "chance": l.Factors.Chance, "half_life": l.Factors.HalfLifeMinutes,
		"effort": l.Factors.EffortMinutes, "score": l.Score.PerMinute, "pass": l.Score.PassChance}}
	if l.Score.Promise > l.Score.DelayLoss {
		reason.Code = "why_promise"
		if *l.Factors.DueAt <= r.set.Now.UnixMilli() {
			reason.Code = "why_late"
		}
	}
	w.Said = speak(reason, l.Currency, r.set.Now)
	return w
}

func (l *Line) subjectType() string {
	if l.Grouped() {
		return "customers"
	}
	return l.SubjectType
}

// label names the subject in both languages.
func (l *Line) label(v Values) Said {
	count := func(zh, en string) Said {
		n := v.Number("count")
		return Said{figures{chinese: true}.number(n) + zh, figures{}.number(n) + en}
	}
	switch {
	case l.Grouped():
		return count(" 位客户", " customers")
	case l.SubjectType == "customers":
		return count(" 位联系不上的客户", " unreachable customers")
	case l.SubjectType == "findings":
		return causeTitle(l.SubjectID)
	case l.SubjectType == "duplicates":
		return duplicatesTitle
	case l.SubjectType == "metric" && v.Has("label_zh"):
		return Said{v.Text("label_zh"), v.Text("label_en")}
	}
	return Said{l.SubjectName, l.SubjectName}
}

// callBy names a customer without a name by an identity.
func (v *TodaySubject) callBy(identity, language string) {
	if v.Name != "" {
		return
	}
	if identity == "" {
		identity = v.ID
	}
	v.Label = Said{"客户 " + identity, "Customer " + identity}
	v.Name = v.Label.In(language)
}

func view(r Reason, currency string, now time.Time) TodayReason {
	if r.Values == nil {
		r.Values = Values{}
	}
	return TodayReason{r.Code, r.Values, speak(r, currency, now)}
}

func amount(minor *int64, currency string) *money.Money {
	if minor == nil {
		return nil
	}
	m := money.Of(*minor, currency)
	return &m
}

func instant(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := time.UnixMilli(*ms).UTC()
	return &t
}

func cents(x float64) float64 { return math.Round(x*100) / 100 }
