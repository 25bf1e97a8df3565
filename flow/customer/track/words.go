package track

import (
	"context"
	"slices"
	"strings"

	"guanxi/guard"
)

// typeWords gives JSON types in the words people use, each once.
func typeWords(types string) []string {
	words := []string{}
	for kind := range strings.SplitSeq(types, ",") {
		word := map[string]string{"varchar": "text", "bigint": "number", "ubigint": "number", "double": "number", "hugeint": "number", "boolean": "boolean", "array": "list", "object": "object"}[kind]
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// seesCustomers says whether the reader sees every customer.
func seesCustomers(ctx context.Context) bool {
	return guard.ActorOf(ctx).Can("customers.read") && guard.ScopeOf(ctx, "customers").All()
}
