package analyze

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/workspace"
)

// How many days back, today with them, what somebody read and where she was counts.
const (
	TopicDays  = 182
	RegionDays = 365
)

// TurnAttention lets the topics and regions that conditions ask for be those of the present day.
func TurnAttention(ctx context.Context, to *columns.Tx) error {
	topics, regions := attentionSince(ctx)
	turned, err := attentionTurned(ctx, to, topics, regions)
	if err != nil || turned {
		return err
	}
	return to.Exec(ctx, "update attention_state set topics_since = ?::date, regions_since = ?::date", topics, regions)
}

func attentionSince(ctx context.Context) (topics, regions string) {
	today := civilDay(workspace.Of(ctx), clock.Millis(ctx))
	return date(today.AddDate(0, 0, 1-TopicDays)), date(today.AddDate(0, 0, 1-RegionDays))
}

func attentionTurned(ctx context.Context, in columnReader, topics, regions string) (turned bool, err error) {
	err = in.QueryRow(ctx, "select topics_since = ?::date and regions_since = ?::date from attention_state", topics, regions).Scan(&turned)
	return turned, err
}

// turn does so before segments are reckoned on a new day, and gives the rules that say what pages are about.
func (s *Segments) turn(ctx context.Context) (rules string, err error) {
	topics, regions := attentionSince(ctx)
	turned, err := attentionTurned(ctx, s.columns, topics, regions)
	if err == nil && !turned {
		err = s.columns.Write(ctx, TurnAttention)
	}
	if err != nil {
		return "", err
	}
	err = s.columns.QueryRow(ctx, "select coalesce(rules, '') from attention_state").Scan(&rules)
	return rules, err
}
