package decide

import (
	"context"
	"fmt"
	"strconv"

	"guanxi/base/db"
	"guanxi/flow/customer"
)

// personRequests makes a signal of each request of a person about her own data that waits for an answer: the law says by
// when. It is before whoever the workspace made responsible, else before the administrators. It cannot be valued.
type personRequests struct{ records *db.DB }

// Kinds implements Source.
func (personRequests) Kinds() []string { return []string{PersonRequest} }

// Signals implements Source.
func (s personRequests) Signals(ctx context.Context) ([]Signal, error) {
	waiting, err := customer.RequestsWaiting(ctx, s.records.Read(), TopPerKind)
	if err != nil {
		return nil, err
	}
	responsible, err := customer.ResponsibleForPrivacy(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	var signals []Signal
	for _, r := range waiting {
		id := strconv.FormatInt(r.ID, 10)
		label := requestLabels[r.Kind]
		signals = append(signals, Signal{
			Key: fmt.Sprintf("%s:request:%s", PersonRequest, id), Kind: PersonRequest,
			Subject: Subject{Type: "customer", ID: strconv.FormatInt(r.CustomerID, 10), Name: r.CustomerName}, OwnerID: responsible,
			Reason:  Reason{PersonRequest, Values{"request_id": id, "kind_zh": label.ZH, "kind_en": label.EN, "asked_at": r.CreatedAt, "due_at": r.DueAt}},
			DueAt:   &r.DueAt,
			Actions: []TodayAction{{Code: "open_request", Primary: true, Target: id}},
		})
	}
	return signals, nil
}

var requestLabels = map[string]Said{
	customer.RequestCopy:       {ZH: "要一份自己的信息", EN: "a copy of the data held"},
	customer.RequestErasure:    {ZH: "要求删除自己的信息", EN: "erasure of the data held"},
	customer.RequestCorrection: {ZH: "要求更正自己的信息", EN: "a correction of the data held"},
}
