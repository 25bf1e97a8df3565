package api

import (
	"context"
	"strings"

	"guanxi/base/db"
)

// ForgetAnswers takes away the answers kept for an Idempotency-Key that tell of somebody: those of operations at or below
// one of the paths, and those whose text told says yes to.
func ForgetAnswers(ctx context.Context, tx *db.Tx, paths []string, told func(text string) bool) error {
	var kept []struct {
		Actor     string `bun:"actor"`
		Key       string `bun:"key"`
		Operation string `bun:"operation"`
		Body      string `bun:"body"`
	}
	if err := tx.Ask(ctx, &kept, "select actor, key, operation, coalesce(body, '') as body from idempotency_keys"); err != nil {
		return err
	}
	for _, k := range kept {
		body, err := openAnswer(ctx, k.Operation, k.Body)
		if err != nil {
			return err
		}
		about := told(body)
		for _, path := range paths {
			about = about || k.Operation == path || strings.HasPrefix(k.Operation, path+"/")
		}
		if !about {
			continue
		}
		if _, err := tx.Do(ctx, "delete from idempotency_keys where actor = ? and key = ?", k.Actor, k.Key); err != nil {
			return err
		}
	}
	return nil
}
